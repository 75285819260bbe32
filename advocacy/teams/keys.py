"""The public keys that sign what Teams sends: kept, refreshed in the background, at once when an unknown one signs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from jwt import PyJWK, PyJWTError

log = structlog.get_logger()
OLD = 12 * 3600.0
"""Seconds after which keys are fetched anew in the background."""
UNKNOWN_EVERY = 60.0
"""Seconds between two fetches because of unknown keys: forged ones must not make us hammer the vendor."""
FAILED_EVERY = 3.0
"""Seconds before a failed fetch is tried again."""
METADATA = "/v1/.well-known/openidconfiguration"


class KeysAway(Exception):
    """The key host gave no keys, so a request can be neither accepted nor refused."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, and the channels it may speak for."""

    public: Any
    endorsements: frozenset[str]


class Keys:
    """Keys by their id. ``read`` fetches public JSON; nothing here blocks the loop."""

    def __init__(
        self, read: Callable[[str], Awaitable[dict[str, Any]]], host: str, *, unknown_every: float = UNKNOWN_EVERY
    ) -> None:
        self._read = read
        self._host = host
        self._unknown_every = unknown_every
        self._keys: dict[str, Key] = {}
        self._fetched = self._failed = self._asked_for_unknown = float("-inf")
        self._fetching: asyncio.Task[None] | None = None
        self.generation = 0
        """Counts up whenever the set of keys changes."""

    def warm(self) -> None:
        """Begin to fetch, without waiting for it."""
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._fetch())

    async def close(self) -> None:
        """Stop fetching."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    async def key(self, kid: str) -> Key | None:
        """Find the key of this id; None when there surely is none. Raises KeysAway."""
        now = time.monotonic()
        if now - self._fetched > OLD and now - self._failed > FAILED_EVERY:
            self.warm()
        found = self._keys.get(kid)
        if found is not None:
            return found
        is_coming = self._fetching is not None and not self._fetching.done()
        if self._keys and now - self._asked_for_unknown < self._unknown_every and not is_coming:
            return None
        if now - self._failed < FAILED_EVERY:
            raise KeysAway
        if self._keys:
            self._asked_for_unknown = now
        await self._refresh()
        found = self._keys.get(kid)
        if found is None and self._failed > self._fetched:
            self._asked_for_unknown = float("-inf")  # it was not told, so it may be asked again
            raise KeysAway
        return found

    async def _refresh(self) -> None:
        """Fetch once, however many wait for it; who gives up waiting does not stop it for the others."""
        self.warm()
        assert self._fetching is not None
        await asyncio.shield(self._fetching)

    async def _fetch(self) -> None:
        try:
            metadata = await self._read(self._host + METADATA)
            listed = (await self._read(str(metadata["jwks_uri"])))["keys"]
            keys = dict(_usable(listed))
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as trouble:
            self._failed = time.monotonic()
            log.warning("teams.keys_away", host=self._host, why=str(trouble) or type(trouble).__name__)
            return
        if keys.keys() != self._keys.keys():
            self.generation += 1
        self._keys, self._fetched = keys, time.monotonic()


def _usable(listed: list[dict[str, Any]]) -> list[tuple[str, Key]]:
    """RSA keys that can be read; one odd entry does not spoil the others. Raises ValueError when none is left."""
    keys: list[tuple[str, Key]] = []
    for one in listed:
        try:
            public = PyJWK(one, algorithm="RS256").key
        except PyJWTError:
            continue
        endorsements = one.get("endorsements")
        keys.append((str(one.get("kid", "")), Key(public, frozenset(endorsements or ()))))
    if not keys:
        raise ValueError("the key host lists no usable key")
    return keys


__all__ = ["Key", "Keys", "KeysAway"]
