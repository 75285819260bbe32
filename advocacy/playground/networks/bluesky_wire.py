"""Bluesky's requests and answers (XRPC): https://atproto.com/specs/xrpc"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from advocacy.playground.networks.bluesky_records import XrpcError
from advocacy.playground.networks.limits import Counted


@dataclass(frozen=True, slots=True)
class Record:
    """A post's record as it was written."""

    uri: str
    cid: str
    value: dict[str, Any]

    def json(self) -> dict[str, Any]:
        """As the API shows it."""
        return {"uri": self.uri, "cid": self.cid, "value": self.value}


class Throttled(Exception):
    """Too many requests; ``window`` in seconds."""

    def __init__(self, counted: Counted, window: int) -> None:
        super().__init__("too many requests")
        self.counted = counted
        self.window = window


async def json_body(request: web.Request) -> dict[str, Any]:
    """The body as a JSON object. Raises ``XrpcError``."""
    try:
        body = await request.json()
    except json.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise XrpcError(400, "InvalidRequest", "A request body was expected but none was provided")
    return body


def bearer(request: web.Request) -> str:
    """The token a request carries, or the empty string."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def rkey_of(uri: str) -> str:
    """The last part of an ``at://`` address."""
    return uri.rpartition("/")[2]


def iso(at: datetime) -> str:
    """ISO 8601 with milliseconds and Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def error_answer(error: XrpcError) -> web.Response:
    """The error as HTTP."""
    return web.json_response(error.body, status=error.status)


def too_many(counted: Counted, window: int) -> web.Response:
    """429; ``window`` in seconds."""
    headers = {
        "RateLimit-Limit": str(counted.most), "RateLimit-Remaining": str(counted.left),
        "RateLimit-Reset": str(int(counted.until.timestamp())), "RateLimit-Policy": f"{counted.most};w={window}",
    }  # fmt: skip
    body = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
    return web.json_response(body, status=429, headers=headers)
