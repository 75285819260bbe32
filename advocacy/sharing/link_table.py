"""All tracked links in memory, so that following one costs no query."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import Database
from advocacy.sharing import story_links
from advocacy.sharing.models import Link, LinkName

_CODE = re.compile(r"[0-9A-Za-z_-]{2,40}", re.ASCII)
_COLUMNS: tuple[Any, ...] = (Link.id, Link.url, Link.stopped, Link.story_id, Link.person_id)
_REMEMBERED = 20_000
_FORGET_SECONDS = 20.0
_LOOKUPS_AT_ONCE = 4


class Target(NamedTuple):
    """Where a link leads."""

    link_id: int
    url: str
    stopped: bool
    story_id: int
    person_id: int | None
    """Who shared it."""


class LinkTable:
    """One per process. 100,000 links take about 35 MiB."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._targets: dict[str, Target] = {}
        self._highest = 0
        self._stopped: set[int] = set()
        self._unknown: dict[str, float] = {}
        self._asking: dict[str, asyncio.Task[Target | None]] = {}
        self._gate = asyncio.Semaphore(_LOOKUPS_AT_ONCE)

    def __len__(self) -> int:
        return len(self._targets)

    async def load(self) -> None:
        """Read all links. Call before the first request is answered."""
        async with self._db.read() as s:
            await self._read_after(s, 0)
            await self._read_own(s)

    async def refresh(self) -> None:
        """Take in what other processes made, named or stopped since; a job calls this every few seconds."""
        async with self._db.read() as s:
            highest = await s.scalar(select(func.max(Link.id))) or 0
            if highest > self._highest:
                await self._read_after(s, self._highest)
            await self._read_own(s)
            for story_id in list(await s.scalars(stopped_stories())):
                if story_id not in self._stopped:
                    self._stopped.add(story_id)
                    names = select(LinkName.name).join(Link, Link.id == LinkName.link_id)
                    words = select(Link.code).where(Link.story_id == story_id)
                    for code in await s.scalars(words.union_all(names.where(Link.story_id == story_id))):
                        self._stop(code)

    def add(self, link: Link) -> None:
        """A link was made (and committed) here."""
        self._targets[link.code] = Target(link.id, link.url, link.stopped, link.story_id, link.person_id)
        self._unknown.pop(link.code, None)

    def stop_story(self, story_id: int) -> None:
        """The links of a story were stopped here."""
        for code in [code for code, target in self._targets.items() if target.story_id == story_id]:
            self._stop(code)

    def get(self, code: str) -> Target | None:
        """The target, if it is in memory."""
        return self._targets.get(code)

    async def find(self, code: str) -> Target | None:
        """The target of a code that is not in memory: asks the database once, then remembers that there is none.

        Raises what the database raises when it is away.
        """
        if not _CODE.fullmatch(code):
            return None
        named = self._targets.get(code.lower())  # typed from a poster, as capitals or not
        if named is not None:
            return named
        until = self._unknown.get(code)
        if until is not None and until > time.monotonic():
            return None
        asking = self._asking.get(code)
        if asking is None:
            asking = self._asking[code] = asyncio.get_running_loop().create_task(self._ask(code))
            asking.add_done_callback(lambda _done: self._asking.pop(code, None))
        return await asyncio.shield(asking)

    async def _ask(self, code: str) -> Target | None:
        async with self._gate, self._db.read() as s:
            named = select(LinkName.link_id).where(LinkName.name == code.lower()).scalar_subquery()
            link = await s.scalar(select(Link).where((Link.code == code) | (Link.id == named)).limit(1))
        if link is not None:
            self.add(link)
            if link.code != code:
                self._targets[code.lower()] = self._targets[link.code]
            return self._targets[link.code]
        while len(self._unknown) >= _REMEMBERED:
            del self._unknown[next(iter(self._unknown))]
        self._unknown.pop(code, None)
        self._unknown[code] = time.monotonic() + _FORGET_SECONDS
        return None

    async def _read_after(self, s: AsyncSession, link_id: int) -> None:
        rows = await s.stream(select(Link.code, *_COLUMNS).where(Link.id > link_id).order_by(Link.id))
        async for code, *rest in rows:
            target = self._targets[code] = Target(*rest)
            self._unknown.pop(code, None)
            self._highest = max(self._highest, target.link_id)

    async def _read_own(self, s: AsyncSession) -> None:
        """Links of stories themselves, by code and by name: few, and the only ones that may change where they lead."""
        codes = select(Link.code, *_COLUMNS).where(story_links.is_own())
        names = select(LinkName.name, *_COLUMNS).join(Link, Link.id == LinkName.link_id)
        for word, *rest in await s.execute(codes.union_all(names)):
            self._targets[word] = Target(*rest)
            self._unknown.pop(word, None)

    def _stop(self, code: str) -> None:
        target = self._targets.get(code)
        if target is not None and not target.stopped:
            self._targets[code] = target._replace(stopped=True)


def stopped_stories() -> Select[int]:
    """Stories whose links were stopped; an index holds just these links."""
    return select(Link.story_id).where(Link.stopped.is_(True)).distinct()


__all__ = ["LinkTable", "Target", "stopped_stories"]
