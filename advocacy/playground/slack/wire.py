"""How Slack reaches the app: signed HTTP posts, or envelopes over Socket Mode (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp

from advocacy.playground.slack.sockets import Sockets
from advocacy.playground.slack.state import Json
from advocacy.playground.world import Fault, Faults

ACK_SECONDS = 3.0
_SKEW = 600
_PATH = "/slack/events"

Kind = Literal["interactive", "slash_commands", "events_api"]


@dataclass(frozen=True, slots=True)
class Delivered:
    """How the app answered. Status 0: it did not, and ``body`` names Slack's reason."""

    status: int
    body: dict[str, Any] | str
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether Slack takes it as acknowledged."""
        return 200 <= self.status < 300


@dataclass(slots=True)
class Wire:
    """The way from Slack to the app."""

    signing_secret: str
    product: Callable[[], str]
    """The app's base URL, asked at each request."""
    faults: Faults
    sockets: Sockets
    by_socket: Callable[[], bool]
    ack_seconds: float = ACK_SECONDS

    async def send(
        self, kind: Kind, what: str, payload: Json, *, retry: int | None = None, reason: str = ""
    ) -> Delivered:
        """Deliver one payload, twice when that fault waits, and answer what the app said to the first.

        ``what`` is the payload's type, by which a fault may single it out ("block_actions").
        """
        fault = self.faults.take(f"{_PATH}#{what}", Fault.DUPLICATE, Fault.SKEW)
        skew = _SKEW if fault is not None and fault.fault is Fault.SKEW else 0
        times = 2 if fault is not None and fault.fault is Fault.DUPLICATE else 1
        if self.by_socket():
            sends = [self._over_socket(kind, payload, retry, reason) for _ in range(times)]
        else:
            body, content_type = _encode(kind, payload)
            headers = self._headers(body, content_type, skew)
            if retry is not None:
                headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason}
            sends = [self._over_http(body, headers) for _ in range(times)]
        return (await asyncio.gather(*sends))[0]

    def _headers(self, body: bytes, content_type: str, skew: int) -> dict[str, str]:
        stamp = str(int(time.time()) - skew)
        base = f"v0:{stamp}:".encode() + body
        digest = hmac.new(self.signing_secret.encode(), base, hashlib.sha256).hexdigest()
        return {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest}",
        }

    async def _over_http(self, body: bytes, headers: dict[str, str]) -> Delivered:
        started = time.perf_counter()
        timeout = aiohttp.ClientTimeout(total=self.ack_seconds)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self.product() + _PATH, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                said: dict[str, Any] | str = await answer.text()
                if answer.content_type == "application/json":
                    said = _parsed(str(said))
                return Delivered(answer.status, said, time.perf_counter() - started)
        except TimeoutError:
            return Delivered(0, "operation_timeout", time.perf_counter() - started)
        except aiohttp.ClientError:
            return Delivered(0, "connection_failed", time.perf_counter() - started)

    async def _over_socket(self, kind: Kind, payload: Json, retry: int | None, reason: str) -> Delivered:
        started = time.perf_counter()
        extra: Json = {"retry_attempt": retry or 0, "retry_reason": reason} if kind == "events_api" else {}
        try:
            frame = await self.sockets.send(kind, payload, seconds=self.ack_seconds, **extra)
        except ConnectionError:
            return Delivered(0, "connection_failed", time.perf_counter() - started)
        seconds = time.perf_counter() - started
        if frame is None:
            return Delivered(0, "operation_timeout", seconds)
        said = frame.get("payload", "")
        return Delivered(200, said if isinstance(said, dict) else str(said), seconds)


def _parsed(text: str) -> dict[str, Any] | str:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, dict) else text


def _encode(kind: Kind, payload: Json) -> tuple[bytes, str]:
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"
