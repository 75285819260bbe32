"""The app's own sign-in at Microsoft: an access token for one of its services, asked for once an hour."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from time import monotonic
from typing import Any

import aiohttp

from advocacy.chat import Refused, Retry
from advocacy.config import Settings
from advocacy.teams.cloud import cloud_of, located

PATIENCE = aiohttp.ClientTimeout(total=20.0, connect=6.0, sock_connect=5.0)
EARLY = 300.0
"""Seconds before its end at which a token is replaced, at most."""
COME_AGAIN = frozenset({412, 429, 502, 503, 504})
"""https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit"""


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    replaced: float
    """When to ask for a new one (monotonic clock)."""


class SignIn:
    """Tokens for one service; ``resource`` is its origin. ``session`` opens what is called with."""

    def __init__(self, settings: Settings, resource: str, session: Callable[[], aiohttp.ClientSession]) -> None:
        self._settings = settings
        self._resource = resource
        self._session = session
        self._token: _Token | None = None
        self._asking = asyncio.Lock()

    async def token(self) -> str:
        """A token that is good. Raises ``Retry``, and ``Refused`` when Microsoft does not let the app in."""
        async with self._asking:  # one asks, the others wait for the same answer
            if self._token is None or self._token.replaced < monotonic():
                self._token = await self._new()
            return self._token.value

    def revoked(self, token: str) -> None:
        """It was refused before its time."""
        if self._token is not None and self._token.value == token:
            self._token = None

    async def _new(self) -> _Token:
        url = located(
            self._settings, f"{cloud_of(self._settings).login}/{self._settings.teams_tenant}/oauth2/v2.0/token"
        )
        secret = self._settings.teams_app_password
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.teams_app_id or "",
            "client_secret": secret.get_secret_value() if secret else "",
            "scope": f"{self._resource}/.default",
        }
        try:
            async with self._session().post(url, data=form, timeout=PATIENCE, allow_redirects=False) as reply:
                answer = await reply.json(content_type=None)
                status, headers = reply.status, reply.headers
        except (aiohttp.ClientError, TimeoutError, ValueError) as trouble:
            raise Retry(timedelta(seconds=10), f"Microsoft's sign-in service cannot be reached: {trouble}") from trouble
        if status in COME_AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Retry(wait(headers), f"Microsoft's sign-in service answers {status}")
        if status != HTTPStatus.OK or not isinstance(answer, dict) or not answer.get("access_token"):
            said = answer.get("error_description", "") if isinstance(answer, dict) else ""
            raise Refused(f"Microsoft refuses to sign the Teams app in: {str(said).split(' Trace ID')[0] or status}")
        lives = float(answer.get("expires_in") or 0)
        return _Token(str(answer["access_token"]), monotonic() + lives - min(EARLY, lives / 10))


def wait(headers: Any) -> timedelta:
    """Read Retry-After (seconds or a date); without one, one to three seconds, so that not all come back at once."""
    told = str(headers.get("Retry-After") or "")
    if told.isdecimal():
        return timedelta(seconds=min(int(told), 3600))
    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return timedelta(seconds=random.uniform(1.0, 3.0))  # noqa: S311  (spreads retries, guards nothing)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(timedelta(seconds=1), min(moment - datetime.now(UTC), timedelta(hours=1)))


__all__ = ["COME_AGAIN", "EARLY", "PATIENCE", "SignIn", "wait"]
