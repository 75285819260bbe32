"""Where a round through a directory stands, in the database: who holds it, which pages are stored, when it ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import Database, insert_into, now
from advocacy.people.listing import Member, Page, packed, unpacked
from advocacy.people.models import RosterPage, RosterSync

LEASE = timedelta(seconds=20)
"""Whoever holds a round says so again four times in this time; after a crash it is free that soon."""
STALE = timedelta(hours=24)
"""Pages of a round that was begun so long ago say too little: it begins anew."""
AGAIN = timedelta(minutes=10)
"""After a failed attempt."""
DAY = timedelta(days=1)
NIGHT = range(2, 6)
"""Hours on the company's clock in which a whole directory is listed by itself."""


class Busy(Exception):
    """Somebody else is at it, until ``until`` at least."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"this workspace is being listed already; look again after {until:%H:%M:%S} UTC")
        self.until = until


async def claim(
    db: Database, platform: str, tenant: str, holder: str, *, lease: timedelta = LEASE, anew: bool = False
) -> RosterSync:
    """Hold the round of this workspace, one that was cut short or a new one. Raises ``Busy``.

    ``anew``: list everybody, and go on with nothing.
    """
    key = {"platform": platform, "tenant": tenant}
    at = now()
    mine = (RosterSync.platform == platform, RosterSync.tenant == tenant)
    free = or_(RosterSync.held_until.is_(None), RosterSync.held_until <= at, RosterSync.holder == "")
    async with db.write() as s:
        await s.execute(insert_into(s, RosterSync).values(**_fresh(), **key).on_conflict_do_nothing())
        taken = await s.execute(
            update(RosterSync).where(*mine, free).values(holder=holder, held_until=at + lease).returning(RosterSync.id)
        )
        is_mine = taken.first() is not None
        sync = (await s.scalars(select(RosterSync).where(*mine))).one()
        if not is_mine:
            raise Busy(sync.held_until or at)
        if anew:
            sync.mark = ""
        if anew or sync.began_at is None or sync.began_at < at - STALE:
            await _begin(s, sync)
    return sync


def _fresh() -> dict[str, object]:
    texts = dict.fromkeys(("mark", "following", "next_mark", "holder", "problem"), "")
    return {**texts, "is_full": True, **dict.fromkeys(("pages", "members", "usual"), 0)}


async def _begin(s: AsyncSession, sync: RosterSync) -> None:
    await s.execute(delete(RosterPage).where(RosterPage.sync_id == sync.id))
    sync.following, sync.next_mark, sync.is_full = sync.mark, "", not sync.mark
    sync.pages, sync.members, sync.began_at = 0, 0, now()


async def begin_anew(db: Database, sync: RosterSync) -> RosterSync:
    """The vendor no longer knows where we were: everybody is listed from the first page. Raises ``Busy`` when lost."""
    async with db.write() as s:
        mine = await _mine(s, sync)
        mine.mark = ""
        await _begin(s, mine)
    return mine


async def store(db: Database, sync: RosterSync, page: Page) -> RosterSync:
    """Keep a page, and where the next one is, in one unit of work. Raises ``Busy`` when the round was lost."""
    async with db.write() as s:
        mine = await _mine(s, sync)
        s.add(RosterPage(sync_id=mine.id, number=mine.pages, members=[packed(one) for one in page.members]))
        mine.following, mine.next_mark = page.following, page.mark
        mine.pages, mine.members = mine.pages + 1, mine.members + len(page.members)
    return mine


def is_listed(sync: RosterSync) -> bool:
    """Are all pages of the round stored?"""
    return sync.pages > 0 and not sync.following


async def members(db: Database, sync: RosterSync) -> list[Member]:
    """Everybody on the stored pages, in the order of the pages."""
    found: list[Member] = []
    for number in range(sync.pages):
        query = select(RosterPage.members).where(RosterPage.sync_id == sync.id, RosterPage.number == number)
        async with db.read() as s:
            found.extend(unpacked(one) for one in await s.scalar(query) or [])
    return found


async def end(db: Database, sync: RosterSync) -> None:
    """All of it is applied: the pages go, the next round begins where this one ended. It stays held."""
    async with db.write() as s:
        mine = await _mine(s, sync)
        if mine.is_full:
            mine.usual = mine.members
        mine.mark, mine.following, mine.next_mark = mine.next_mark, "", ""
        mine.pages, mine.members, mine.began_at, mine.ended_at = 0, 0, None, now()
        await s.execute(delete(RosterPage).where(RosterPage.sync_id == mine.id))


async def _mine(s: AsyncSession, sync: RosterSync) -> RosterSync:
    mine = await s.get_one(RosterSync, sync.id, with_for_update=True)
    if mine.holder != sync.holder:
        raise Busy(mine.held_until or now())
    return mine


@asynccontextmanager
async def held(db: Database, sync: RosterSync, lease: timedelta = LEASE) -> AsyncIterator[None]:
    """Keep holding it meanwhile; let go at the end, with the reason when it ended with an error."""
    beating = asyncio.create_task(_beat(db, sync, lease))
    problem = "cut short"
    try:
        yield
        problem = ""
    except Exception as error:
        problem = (str(error) or type(error).__name__)[:400]
        raise
    finally:
        beating.cancel()
        await asyncio.wait({beating})  # its own end, good or bad, must not keep the hold from being given back
        async with db.write() as s:
            mine = (RosterSync.id == sync.id, RosterSync.holder == sync.holder)
            await s.execute(update(RosterSync).where(*mine).values(holder="", held_until=now(), problem=problem))


async def _beat(db: Database, sync: RosterSync, lease: timedelta) -> None:
    while True:
        await asyncio.sleep(lease.total_seconds() / 4)
        async with db.write() as s:
            mine = (RosterSync.id == sync.id, RosterSync.holder == sync.holder)
            await s.execute(update(RosterSync).where(*mine).values(held_until=now() + lease))


async def due(s: AsyncSession, platform: str, every: timedelta, at: datetime, zone: ZoneInfo) -> list[str]:
    """Workspaces in which it is time for a round by itself. Never for the first one: that is somebody's decision.

    One that was cut short goes on at any time; a whole directory is listed at night, changes are asked for ``every``.
    """
    known = await s.scalars(select(RosterSync).where(RosterSync.platform == platform).order_by(RosterSync.id))
    return [one.tenant for one in known if _is_due(one, every, at, zone)]


def _is_due(sync: RosterSync, every: timedelta, at: datetime, zone: ZoneInfo) -> bool:
    if sync.ended_at is None and not sync.pages:
        return False
    if sync.holder:
        return sync.held_until is None or sync.held_until <= at  # its process was killed
    if sync.began_at is not None:
        return sync.held_until is None or sync.held_until + AGAIN <= at
    since = at - (sync.ended_at or at)
    if every < DAY:
        return since >= every
    return at.astimezone(zone).hour in NIGHT and since >= DAY / 2


async def forget_stale(s: AsyncSession) -> None:
    """Delete pages of rounds that nobody went on with."""
    old = select(RosterSync.id).where(RosterSync.began_at < now() - STALE)
    await s.execute(delete(RosterPage).where(RosterPage.sync_id.in_(old)))


__all__ = [
    "LEASE", "Busy", "begin_anew", "claim", "due", "end", "forget_stale", "held", "is_listed", "members", "store",
]  # fmt: skip
