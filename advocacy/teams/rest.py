"""One session to the Bot Connector: the app's token, each call, and what the answers mean for us."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
from yarl import URL

from advocacy.chat import Gone, Refused, Retry, Unknown
from advocacy.config import Settings
from advocacy.teams.cloud import cloud_of, located
from advocacy.teams.sign_in import COME_AGAIN, PATIENCE, SignIn, wait

Json = dict[str, Any]
OF_THE_APP = frozenset({"BotDisabledByAdmin", "BotNotRegistered", "InvalidBotApiHost", "NotEnoughPermissions"})
"""403s that say something about the app; all others say that this conversation does not want us."""


class Rest:
    """Calls the connector. ``service_url`` follows the newest activity that was verified."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._cloud = cloud_of(settings)
        self.service_url = self._cloud.service
        self._session: aiohttp.ClientSession | None = None
        self._sign_in = SignIn(settings, self._cloud.issuer, self._open)

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(self, method: str, path: str, body: Json | None = None, *, repeatable: bool) -> Json:
        """Call ``{service}/v3/{path}``; answers its JSON, ``{}`` when there is none.

        ``repeatable`` says that doing it twice is the same as once. Raises Retry, Gone, Refused, Unknown.
        """
        if not self.service_url:
            raise Retry(timedelta(minutes=5), "this cloud tells its connector's address with the first activity only")
        url = located(self._settings, f"{self.service_url.rstrip('/')}/v3/{path}")
        for last in (False, True):
            token = await self._sign_in.token()
            try:
                status, headers, answer = await self._ask(method, url, token, body)
            except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError) as trouble:
                raise _lost(trouble, repeatable=repeatable) from trouble
            if status < HTTPStatus.BAD_REQUEST:
                return answer
            if status != HTTPStatus.UNAUTHORIZED or last:
                raise _meaning(status, headers, answer, repeatable=repeatable)
            self._sign_in.revoked(token)
        raise AssertionError

    async def read(self, url: str) -> Json:
        """GET public JSON of the cloud (its signing keys). Raises aiohttp.ClientError, TimeoutError or ValueError."""
        async with self._open().get(located(self._settings, url), timeout=PATIENCE) as reply:
            reply.raise_for_status()
            answer = await reply.json(content_type=None)
        if not isinstance(answer, dict):
            raise ValueError(  # noqa: TRY004  (wrong data, not a wrong call)
                f"{url} answered no JSON object"
            )
        return answer

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            # The vendor closes idle connections; ours go first, so that no request is written into a dying one.
            connector = aiohttp.TCPConnector(limit=32, keepalive_timeout=12.0)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def _ask(self, method: str, url: str, token: str, body: Json | None) -> tuple[int, Any, Json]:
        headers = {"Authorization": f"Bearer {token}"}
        request = self._open().request(
            method, URL(url, encoded=True), json=body, headers=headers, timeout=PATIENCE, allow_redirects=False
        )
        async with request as reply:
            try:
                answer = await reply.json(content_type=None)
            except ValueError:
                answer = None
            return reply.status, reply.headers, answer if isinstance(answer, dict) else {}


def _lost(trouble: Exception, *, repeatable: bool) -> Exception:
    """Tell a call that never left from one whose answer never came."""
    if isinstance(trouble, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return Retry(timedelta(seconds=5), f"Teams cannot be reached: {trouble}")
    if repeatable:
        return Retry(timedelta(seconds=2), "Teams gave no answer; the same again does no harm")
    return Unknown(f"Teams gave no answer ({type(trouble).__name__})")


def _meaning(status: int, headers: Any, answer: Json, *, repeatable: bool) -> Exception:
    """Tell what an error answer means, by the table on the rate-limit page: 500 is not to be tried again blindly."""
    found = answer.get("error")
    error: Json = found if isinstance(found, dict) else answer
    code = str(error.get("code") or error.get("errorCode") or "")
    said = f"Teams answers {status} {code}: {str(error.get('message') or '')[:300]}".rstrip(": ")
    if status in COME_AGAIN or (repeatable and status >= HTTPStatus.INTERNAL_SERVER_ERROR):
        return Retry(wait(headers), said)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unknown(said)
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE) or (status == HTTPStatus.FORBIDDEN and code not in OF_THE_APP):
        return Gone(said)
    return Refused(said)
