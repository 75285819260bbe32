"""Pictures for posts: fetched once, made small enough for every network."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from advocacy.content import pictures
from advocacy.content.pictures import Drawn
from advocacy.content.preview.fetch import picture
from advocacy.db import Database
from advocacy.http import Http

KEPT = 32
"""Pictures kept in memory, at most ``content.pictures.SMALL_ENOUGH`` each."""
FORGET_TROUBLE = 60.0
"""Seconds until a picture that could not be had is asked for again."""


@dataclass(slots=True)
class _Shelf:
    """One address: fetched by one, waited for by all others who want the same at that moment."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    picture: bytes | None = None
    again_at: float = 0.0
    """When it is worth asking (again), on the monotonic clock."""


class Pictures:
    """The last few pictures, by address."""

    def __init__(self, db: Database, http: Http) -> None:
        self._db = db
        self._http = http
        self._shelves: OrderedDict[str, _Shelf] = OrderedDict()

    async def get(self, url: str) -> bytes | None:
        """The picture as a small JPEG; ``None`` when there is none to be had. Never raises for what is out there."""
        if not url:
            return None
        shelf = self._shelves.setdefault(url, _Shelf())
        self._shelves.move_to_end(url)
        while len(self._shelves) > KEPT:
            self._shelves.popitem(last=False)
        async with shelf.lock:
            if shelf.picture is None and time.monotonic() >= shelf.again_at:
                shelf.picture = await self._fetch(url)
                shelf.again_at = time.monotonic() + FORGET_TROUBLE
        return shelf.picture

    async def _fetch(self, url: str) -> bytes | None:
        if pictures.stored(url):
            async with self._db.read() as s:
                kept = await pictures.load(s, url)
            return None if kept is None else kept.content
        drawn = await picture(self._http, url)
        return drawn.content if isinstance(drawn, Drawn) else None


__all__ = ["Pictures"]
