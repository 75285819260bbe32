"""One call of Slack's Web API: what came in, and how a method says no."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Answer = dict[str, Any]


class SlackError(Exception):
    """A method says no: HTTP 200 with ``ok: false`` (https://docs.slack.dev/apis/web-api/#responses)."""

    def __init__(self, error: str, *messages: str, **extra: object) -> None:
        super().__init__(error, *messages)
        self.error = error
        self.messages = messages
        self.extra = extra

    def body(self) -> Answer:
        """The answer as Slack words it."""
        body: Answer = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        if self.messages and self.error == "invalid_blocks":
            body["errors"] = list(self.messages)
        return body


@dataclass(slots=True)
class Args:
    """The arguments of a call, wherever they came from: query, form or JSON body."""

    given: dict[str, Any]
    token: str = ""
    scopes: frozenset[str] = field(default_factory=frozenset)
    is_org: bool = False
    """The token is one for a whole organization."""

    def has(self, name: str) -> bool:
        """Whether the caller named this argument with something in it."""
        return self.given.get(name) not in (None, "")

    def text(self, name: str, default: str = "") -> str:
        """A string argument; numbers are taken as written."""
        value = self.given.get(name)
        return default if value is None else str(value)

    def need(self, name: str) -> str:
        """A string argument that must be there; ``invalid_arguments`` when it is not."""
        if not self.has(name):
            raise SlackError("invalid_arguments", f"missing required field: {name}")
        return self.text(name)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean; SDKs write it as true, "true", 1 or "1"."""
        value = self.given.get(name)
        return default if value is None else str(value).lower() in {"1", "true"}

    def number(self, name: str, default: int) -> int:
        """A whole number; ``invalid_arguments`` when it is none."""
        if not self.has(name):
            return default
        try:
            return int(str(self.given[name]))
        except ValueError:
            raise SlackError("invalid_arguments", f"must be an integer: {name}") from None

    def parsed(self, name: str, error: str) -> Any:
        """A JSON argument, which form posts carry as text; ``error`` when it does not parse. None when absent."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError(error) from None


async def read_args(request: web.Request) -> Args:
    """Read a call in any of the forms Slack takes: query, urlencoded, multipart, JSON.

    Raises SlackError ``invalid_json``, ``json_not_object`` or ``bad_client_secret``.
    """
    given: dict[str, Any] = dict(request.query)
    if request.method == "POST":
        if request.content_type == "application/json":
            given.update(_json_object(await request.text()))
        elif request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
            given.update({name: value for name, value in (await request.post()).items() if isinstance(value, str)})
    header = request.headers.get("Authorization", "")
    if header.startswith("Basic "):
        given["client_id"], given["client_secret"] = _basic(header)
    token = header.removeprefix("Bearer ").strip() if header.startswith("Bearer ") else str(given.pop("token", ""))
    return Args(given, token)


def _basic(header: str) -> tuple[str, str]:
    try:
        login, _, password = base64.b64decode(header.removeprefix("Basic "), validate=True).decode().partition(":")
    except ValueError:
        raise SlackError("bad_client_secret") from None
    return login, password


def _json_object(text: str) -> Mapping[str, Any]:
    if not text.strip():
        return {}
    try:
        value = json.loads(text)
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(value, dict):
        raise SlackError("json_not_object")
    return value
