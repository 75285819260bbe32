"""Microsoft Graph, with every failure told as one of the errors of ``chat``."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
from yarl import URL

from advocacy.bot.rosters import Outdated
from advocacy.chat import Gone, Refused, Retry, Unknown
from advocacy.config import Settings
from advocacy.teams.cloud import cloud_of, located
from advocacy.teams.sign_in import COME_AGAIN, PATIENCE, SignIn, wait

Json = dict[str, Any]
_OUTDATED = ("syncstate", "resync", "expiredpagetoken")
"""Parts of the codes of tokens that are no longer good: 410, and 400 for users
(https://learn.microsoft.com/graph/delta-query-overview#synchronization-reset)."""


class GraphRefused(Refused):
    """Graph's own code is in ``code``."""

    def __init__(self, status: int, code: str, said: str) -> None:
        super().__init__(f"Microsoft Graph answers {status} {code}: {said}".rstrip(": "))
        self.status = status
        self.code = code


class Graph:
    """Calls as the app itself, with application permissions. Nothing is asked before somebody calls."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.origin = cloud_of(settings).graph
        self._session: aiohttp.ClientSession | None = None
        self._sign_in = SignIn(settings, self.origin, self._open)

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, path: str) -> Json:
        """Read ``/v1.0/…``, or a whole address of Graph's own as it was given. Raises ``Outdated`` too."""
        return await self._call("GET", path, None)

    async def post(self, path: str, body: Mapping[str, Any]) -> Json:
        """Write. A lost answer is ``Unknown``."""
        return await self._call("POST", path, body)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def _call(self, method: str, path: str, body: Mapping[str, Any] | None) -> Json:
        url = path if path.startswith("https://") else self.origin + path
        if not url.startswith(self.origin + "/"):
            raise Refused("this address is not Microsoft Graph's")  # our token must not go anywhere else
        for last in (False, True):
            token = await self._sign_in.token()
            status, headers, answer = await self._ask(method, url, token, body)
            if status < HTTPStatus.BAD_REQUEST:
                return answer
            if status != HTTPStatus.UNAUTHORIZED or last:
                raise _meaning(status, headers, answer)
            self._sign_in.revoked(token)
        raise AssertionError

    async def _ask(self, method: str, url: str, token: str, body: Mapping[str, Any] | None) -> tuple[int, Any, Json]:
        request = self._open().request(
            method, URL(located(self._settings, url), encoded=True), json=body,
            headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE, allow_redirects=False,
        )  # fmt: skip
        try:
            async with request as reply:
                try:
                    answer = await reply.json(content_type=None)
                except ValueError:
                    answer = None
                return reply.status, reply.headers, answer if isinstance(answer, dict) else {}
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as trouble:
            raise Retry(reason=f"Microsoft Graph cannot be reached: {trouble}") from trouble
        except (aiohttp.ClientError, TimeoutError) as trouble:
            if method == "GET":
                raise Retry(reason="Microsoft Graph gave no answer") from trouble
            raise Unknown("Microsoft Graph gave no answer") from trouble


def _meaning(status: int, headers: Any, answer: Json) -> Exception:
    """Tell what an error answer means (https://learn.microsoft.com/graph/errors)."""
    found = answer.get("error")
    error: Json = found if isinstance(found, dict) else {}
    code, said = str(error.get("code") or ""), str(error.get("message") or "")[:300]
    if status == HTTPStatus.GONE or any(part in code.lower() for part in _OUTDATED):
        return Outdated(f"Microsoft Graph answers {status} {code}")
    if status in COME_AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Retry(wait(headers), f"Microsoft Graph answers {status} {code}", is_throttled=status == 429)
    if status == HTTPStatus.NOT_FOUND:
        return Gone(f"Microsoft Graph answers {status} {code}: {said}")
    return GraphRefused(status, code, said)


__all__ = ["Graph", "GraphRefused"]
