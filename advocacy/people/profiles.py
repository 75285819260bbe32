"""Departments that cost a call a person: which entries changed since they were read, and what was read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import Database, insert_into
from advocacy.people import roster
from advocacy.people.listing import Member
from advocacy.people.models import Identity, ListedProfile, Person
from advocacy.people.roster_file import Row, path_of


class Waiting(NamedTuple):
    """Somebody whose department is to be read."""

    identity_id: int
    user: str
    stamp: str
    email: str
    name: str


async def note(db: Database, platform: str, tenant: str, members: Sequence[Member]) -> int:
    """Take note of entries that changed; answers how many. Writes nothing for the others."""
    stamps = {one.user: one.stamp for one in members if one.is_ours}
    query = (
        select(Identity.user_id, Identity.id, ListedProfile.stamp)
        .outerjoin(ListedProfile, ListedProfile.identity_id == Identity.id)
        .where(Identity.platform == platform, Identity.tenant == tenant, Identity.person_id.is_not(None))
    )
    async with db.read() as s:
        found = [
            {"identity_id": key, "stamp": stamps[user]}
            for user, key, known in await s.execute(query)
            if user in stamps and stamps[user] != known
        ]
    for first in range(0, len(found), roster.STEP):
        async with db.write() as s:
            rows = [{**one, "read_stamp": "", "department": ""} for one in found[first : first + roster.STEP]]
            fresh = insert_into(s, ListedProfile)
            changed = {"stamp": fresh.excluded.stamp}
            await s.execute(fresh.on_conflict_do_update(index_elements=["identity_id"], set_=changed), rows)
    return len(found)


def _unread(platform: str, tenant: str) -> tuple[object, ...]:
    return (
        Identity.platform == platform, Identity.tenant == tenant, Identity.person_id.is_not(None),
        ListedProfile.stamp != ListedProfile.read_stamp,
    )  # fmt: skip


async def waiting(s: AsyncSession, platform: str, tenant: str, limit: int, but: Collection[int] = ()) -> list[Waiting]:
    """People whose department is to be read, newcomers first."""
    rows = await s.execute(
        select(Identity.id, Identity.user_id, ListedProfile.stamp, Person.email, Person.name)
        .join(ListedProfile, ListedProfile.identity_id == Identity.id)
        .join(Person, Person.id == Identity.person_id)
        .where(*_unread(platform, tenant), Identity.id.not_in(but))  # type: ignore[arg-type]
        .order_by(ListedProfile.read_stamp, Identity.id)
        .limit(limit)
    )
    return [Waiting(*row) for row in rows]


async def count(s: AsyncSession, platform: str, tenant: str) -> int:
    """How many departments are to be read."""
    query = select(func.count()).select_from(ListedProfile).join(Identity, Identity.id == ListedProfile.identity_id)
    return await s.scalar(query.where(*_unread(platform, tenant))) or 0  # type: ignore[arg-type]


async def learn(db: Database, read: Sequence[tuple[Waiting, str]], today: date) -> None:
    """Keep what was read, and move people accordingly. Who has none stays where they are."""
    async with db.write() as s:
        for one, department in read:
            await s.execute(
                update(ListedProfile)
                .where(ListedProfile.identity_id == one.identity_id)
                .values(read_stamp=one.stamp, department=department[:1000])
            )
    rows = [
        Row(0, one.email, one.name, path) for one, department in read if department and (path := path_of(department))
    ]
    if rows:
        await roster.apply(db, rows, today, source="departments", partial=True)


__all__ = ["Waiting", "count", "learn", "note", "waiting"]
