"""Carrying an activity to the product as the Bot Framework does: signed, and with what goes wrong on the way."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp

from advocacy.playground.teams.state import Json
from advocacy.playground.teams.tokens import BotTokens
from advocacy.playground.world import Fault, Faults

PATH = "/api/messages"
PATIENCE = 15.0
"""Seconds Teams waits for an answer to an invoke; a search has five."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came back from the product."""

    status: int
    """The HTTP status; 0 when nothing was sent or no answer came."""
    body: Any
    """The JSON answer, or the text of one that is no JSON."""
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether the product took it."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class Wire:
    """Sends activities. ``product_url`` answers where the product listens."""

    def __init__(self, tokens: BotTokens, faults: Faults, product_url: Callable[[], str]) -> None:
        self.tokens = tokens
        self.faults = faults
        self.product_url = product_url
        self.sent = 0
        """Requests made to the product so far."""
        self._session: aiohttp.ClientSession | None = None

    async def deliver(self, activity: Json, *, bearer: str | None = None, patience: float = PATIENCE) -> Delivered:
        """POST one activity. Under Fault.DUPLICATE twice at once, under Fault.SKEW with a wrong clock."""
        skewed = self.faults.take(PATH, Fault.SKEW) is not None
        token = self.tokens.bearer(activity["serviceUrl"], skewed=skewed) if bearer is None else bearer
        if self.faults.take(PATH, Fault.DUPLICATE) is None:
            return await self._post(activity, token, patience)
        answers = await asyncio.gather(*(self._post(activity, token, patience) for _ in range(2)))
        return answers[0]

    async def _post(self, activity: Json, token: str, patience: float) -> Delivered:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64))
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        started = time.perf_counter()
        self.sent += 1
        try:
            async with self._session.post(
                self.product_url() + PATH,
                json=activity,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=patience),
            ) as answer:
                text = await answer.text(errors="replace")
                return Delivered(answer.status, _read(text), time.perf_counter() - started)
        except (aiohttp.ClientError, TimeoutError) as trouble:
            return Delivered(0, type(trouble).__name__, time.perf_counter() - started)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
