"""The rhythm that somebody keeps: days and hour of their digest, how much they want to hear, and when not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.config import DAYS, Settings
from advocacy.db import insert_into
from advocacy.people.models import Identity, Person, Rhythm
from advocacy.people.zones import zone

MOST = 50
"""Messages a week that somebody can choose at most."""
_WEEK = len(DAYS)


@dataclass(frozen=True, slots=True)
class Pace:
    """What holds for somebody, be it their own choice or the company's."""

    days: tuple[str, ...]
    """Days of the digest, Monday first; none when there is no digest."""
    hour: time
    most: int
    """Messages in seven days that they did not ask for."""
    quiet: str = ""
    """``20:00-07:00``; empty for none."""
    platform: str = ""
    """Where they want to be written to; empty when they never said."""


def company(settings: Settings) -> Pace:
    """What holds for whoever chose nothing."""
    days = tuple(day for day in DAYS if day in settings.digest_days)
    return Pace(days, time.fromisoformat(settings.digest_hour), settings.most_prompts)


def pace(row: Rhythm | None, usual: Pace) -> Pace:
    """What somebody chose, and the company's where they did not."""
    if row is None:
        return usual
    return Pace(
        usual.days if row.days is None else tuple(day for day in DAYS if day in row.days.split(",")),
        usual.hour if row.hour is None else time.fromisoformat(row.hour),
        usual.most if row.most is None else row.most,
        usual.quiet if row.quiet is None else row.quiet,
        row.platform,
    )


def next_digest(chosen: Pace, where: ZoneInfo, after: datetime) -> datetime | None:
    """The first moment after ``after`` at which a digest is due, in UTC; ``None`` when there is no digest."""
    today = after.astimezone(where).date()
    for ahead in range(_WEEK + 1):
        day = today + timedelta(days=ahead)
        due = datetime.combine(day, chosen.hour, where).astimezone(UTC)
        if DAYS[day.weekday()] in chosen.days and due > after:
            return due
    return None


async def of(s: AsyncSession, person_id: int, usual: Pace) -> Pace:
    """What holds for this person."""
    return pace(await s.get(Rhythm, person_id), usual)


async def of_many(s: AsyncSession, person_ids: Collection[int], usual: Pace) -> dict[int, Pace]:
    """What holds for each of these people."""
    rows = await s.scalars(select(Rhythm).where(Rhythm.person_id.in_(person_ids)))
    own = {row.person_id: row for row in rows}
    return {one: pace(own.get(one), usual) for one in person_ids}


async def choose(s: AsyncSession, person_id: int, usual: Pace, where: ZoneInfo, at: datetime, **chosen: Any) -> Pace:
    """Settle some of ``days``, ``hour``, ``most``, ``quiet`` and ``platform`` as ``Pace`` has them.

    The next digest comes as it is chosen now.
    """
    stored = {
        name: ",".join(one) if name == "days" else f"{one:%H:%M}" if name == "hour" else one
        for name, one in chosen.items()
    }
    settled = replace(await of(s, person_id, usual), **chosen)
    values = {**stored, "due_at": next_digest(settled, where, at)}
    fresh = insert_into(s, Rhythm).values(person_id=person_id, platform=stored.get("platform", ""), held=0, **{
        name: one for name, one in values.items() if name != "platform"
    })  # fmt: skip
    await s.execute(fresh.on_conflict_do_update(index_elements=["person_id"], set_=values))
    return settled


async def enrol(s: AsyncSession, usual: Pace, otherwise: ZoneInfo, at: datetime, limit: int) -> int:
    """Give people who were met, and were not counted in yet, the time of their first digest; answers how many.

    ``otherwise`` is the time zone of whoever has none. Whom only a directory named gets no digest unasked.
    """
    found = await s.execute(select(Person.id, Person.time_zone).where(*_not_counted_in()).limit(limit))
    rows = [
        {"person_id": person_id, "platform": "", "held": 0, "due_at": next_digest(usual, zone(name, otherwise), at)}
        for person_id, name in found
    ]
    if rows:
        await s.execute(insert_into(s, Rhythm).on_conflict_do_nothing(), rows)
    return len(rows)


async def wake(s: AsyncSession, usual: Pace, otherwise: ZoneInfo, at: datetime, limit: int) -> int:
    """Give their next digest to people who left the days to the company while it had none; answers how many."""
    if not usual.days:
        return 0
    query = select(Rhythm, Person.time_zone).join(Person, Person.id == Rhythm.person_id).where(*_asleep()).limit(limit)
    found = (await s.execute(query)).all()
    for row, name in found:
        move_on(row, next_digest(pace(row, usual), zone(name, otherwise), at), row.held)
    return len(found)


async def is_missing(s: AsyncSession, usual: Pace) -> bool:
    """Is there anybody for ``enrol`` or ``wake``?"""
    if usual.days and await s.scalar(select(Rhythm.person_id).where(*_asleep()).limit(1)) is not None:
        return True
    return await s.scalar(select(Person.id).where(*_not_counted_in()).limit(1)) is not None


def _asleep() -> tuple[ColumnElement[bool], ...]:
    return Rhythm.due_at.is_(None), Rhythm.days.is_(None)


def _not_counted_in() -> tuple[ColumnElement[bool], ...]:
    known = exists().where(Identity.person_id == Person.id, Identity.is_guest.is_(False), Identity.met.is_(True))
    return known, ~exists().where(Rhythm.person_id == Person.id), Person.left_on.is_(None)


async def is_due(s: AsyncSession, at: datetime) -> bool:
    """Is there anybody whose digest is due?"""
    return (await s.execute(select(Rhythm.person_id).where(Rhythm.due_at <= at).limit(1))).first() is not None


async def due(s: AsyncSession, at: datetime, limit: int) -> Sequence[Rhythm]:
    """Whose digest is due, the longest due first; nobody else takes them before this unit of work has ended."""
    query = select(Rhythm).where(Rhythm.due_at <= at).order_by(Rhythm.due_at, Rhythm.person_id).limit(limit)
    return (await s.scalars(query.with_for_update(skip_locked=True))).all()


def move_on(row: Rhythm, due_at: datetime | None, held: int) -> None:
    """The digest that was due is dealt with: when the next one is, and how many were held back."""
    row.due_at, row.held = due_at, held


__all__ = [
    "MOST", "Pace", "choose", "company", "due", "enrol", "is_due", "is_missing", "move_on", "next_digest", "of",
    "of_many", "pace", "wake",
]  # fmt: skip
