"""Takes every fact after the watermark into the rollups, in one transaction with the watermark: exactly once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.config import Settings
from advocacy.db import FACTS_LOCK, Database, insert_into
from advocacy.insights import rollups
from advocacy.insights.models import PersonDay, StoryPerson, Watermark
from advocacy.insights.sums import MEASURED, REPORTED, StoryPart, Sums
from advocacy.people import departments
from advocacy.people.models import Membership, Person, RosterRun
from advocacy.sharing import repeats
from advocacy.sharing.models import Click, Link, Share, ShareEvent

FOLD_LOCK = FACTS_LOCK + 1
"""Number of the advisory lock that one fold at a time holds."""
AT_ONCE = {"share_event": 1_500, "click": 8_000}
"""Facts in one transaction: keeps SQLite's one writer free for others. A share changes up to 13 rows."""
MANY_AT_ONCE = {"share_event": 20_000, "click": 20_000}
"""The same where others can write meanwhile, or must wait anyway: many facts add up to fewer rows."""
SHARES, CLICKS, ROSTER = "share_event", "click", "roster_run"
Marks = dict[str, int]


@dataclass(frozen=True, slots=True)
class Folded:
    """How many facts were taken in."""

    shares: int
    clicks: int


@dataclass(frozen=True, slots=True)
class _Step:
    """Facts added up, and how far that is."""

    sums: Sums
    marks: Marks
    folded: Folded
    again: list[int]
    """Ids of clicks that repeat others."""

    async def write(self, s: AsyncSession) -> None:
        """Into the rollups, with the watermark."""
        await rollups.write(s, self.sums)
        await repeats.mark(s, self.again)
        await _set_marks(s, self.marks)


class Fold:
    """One per process; several processes may fold at once, they take turns."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.zone = settings.zone
        self._turn = asyncio.Lock()
        self._repeats = repeats.Repeats()
        self._day = lru_cache(maxsize=8192)(self._day_of_minute)

    async def run(self) -> Folded:
        """Take in everything that was committed before this call."""
        async with self._turn:
            bounds = await self._bounds()
            shares = clicks = 0
            while True:
                # All reading and adding up comes before the write: it holds up nobody.
                async with self.db.read() as s:
                    marks = await _marks(s)
                    if not _is_behind(marks, bounds):
                        return Folded(shares, clicks)
                    step = await self._sum_up(s, marks, bounds, AT_ONCE if self.db.is_sqlite else MANY_AT_ONCE)
                async with self.db.write() as s:
                    await _lock(s, FOLD_LOCK)
                    if await _marks(s) != marks:
                        continue  # another process was faster
                    await step.write(s)
                shares, clicks = shares + step.folded.shares, clicks + step.folded.clicks

    async def rebuild(self) -> Folded:
        """Work out all rollups from the facts, by the memberships known now. One transaction: all or nothing."""
        async with self._turn:
            bounds = await self._bounds()
            shares = clicks = 0
            async with self.db.write() as s:
                await _lock(s, FOLD_LOCK)
                judged = (await _marks(s))[CLICKS]
                await rollups.empty(s)
                marks = {SHARES: 0, CLICKS: 0, ROSTER: bounds[ROSTER]}
                while _is_behind(marks, bounds):
                    step = await self._sum_up(s, marks, bounds, MANY_AT_ONCE, judged)
                    await step.write(s)
                    marks = step.marks
                    shares, clicks = shares + step.folded.shares, clicks + step.folded.clicks
            return Folded(shares, clicks)

    async def _bounds(self) -> Marks:
        """The highest ids below which nothing more can appear; see ``db.facts_lock``."""
        if self.db.is_sqlite:
            async with self.db.read() as s:
                return await _highest(s)
        async with self.db.write() as s:
            await _lock(s, FACTS_LOCK)
            return await _highest(s)

    async def _sum_up(self, s: AsyncSession, marks: Marks, bounds: Marks, at_once: Marks, judged: int = 0) -> _Step:
        """``judged``: up to this id it is known of clicks whether they repeat others; at least up to the mark."""
        sums = Sums(await departments.tree(s))
        if marks[ROSTER] < bounds[ROSTER]:
            await self._moves(s, sums, marks[ROSTER])
            return _Step(sums, {**marks, ROSTER: bounds[ROSTER]}, Folded(0, 0), [])
        upto = {one: max(marks[one], min(bounds[one], marks[one] + at_once[one])) for one in (SHARES, CLICKS)}
        shares = await self._shares(s, sums, marks[SHARES], upto[SHARES])
        known = min(max(marks[CLICKS], judged), upto[CLICKS])
        again = await self._repeats.find(s, known, upto[CLICKS]) if known < upto[CLICKS] else []
        clicks = await self._clicks(s, sums, marks[CLICKS], upto[CLICKS], again)
        return _Step(sums, {**marks, **upto}, Folded(shares, clicks), again)

    async def _shares(self, s: AsyncSession, sums: Sums, after: int, upto: int) -> int:
        event = ShareEvent
        query = select(event.person_id, event.story_id, event.kind, event.change, event.at)
        rows = (await s.execute(query.where(event.id > after, event.id <= upto))).all()
        belongs = await _Belonging.read(s, {row[0] for row in rows})
        for person_id, story_id, kind, change, at in rows:
            day = self._day(at.replace(second=0, microsecond=0))
            code = MEASURED if kind == "measured" else REPORTED
            sums.share(person_id, day, belongs.to(person_id, day), story_id=story_id, kind=code, change=change)
        return len(rows)

    async def _clicks(self, s: AsyncSession, sums: Sums, after: int, upto: int, again: Sequence[int]) -> int:
        """``again``: those that repeat others, and are not marked yet."""
        rows = await self._grouped(s, Click.id > after, Click.id <= upto)
        for part in rollups.chunks(again):
            for (*of, _), number in (await self._grouped(s, Click.id.in_(part))).items():
                rows[*of, ""] -= number
                rows[*of, repeats.REPEAT] += number
        belongs = await _Belonging.read(s, {of[0] for of in rows if of[0] is not None})
        for (person_id, story_id, network, at, dropped), number in rows.items():
            if not number:
                continue
            sums.followed(person_id, story_id, network, why=dropped, count=number)
            if dropped:
                sums.dropped(story_id, number)
                continue
            day = self._day(_moment(at))
            sums.clicks(person_id, day, belongs.to(person_id, day), story_id=story_id, count=number)
        return sum(rows.values())

    async def _grouped(self, s: AsyncSession, *which: ColumnElement[bool]) -> Counter[tuple[Any, ...]]:
        """How many clicks by person, story, network, minute, and why they do not count.

        The database sums up by minute: no time zone in use has an offset finer than that.
        """
        minute: Any = func.substr(Click.at, 1, 16) if self.db.is_sqlite else func.date_trunc("minute", Click.at)
        of, why = (Link.person_id, Link.story_id, Link.network), Click.dropped
        query = (
            select(*of, minute.label("minute"), why, func.count())
            .join(Link, Link.id == Click.link_id)
            .where(*which)
            .group_by(*of, "minute", why)
        )
        return Counter({tuple(row[:-1]): row[-1] for row in await s.execute(query)})

    async def _moves(self, s: AsyncSession, sums: Sums, seen: int) -> None:
        """Memberships were entered for days that are folded already: count those days where they now belong."""
        earliest = await s.scalar(select(func.min(RosterRun.at)).where(RosterRun.id > seen))
        if earliest is None:
            return
        since = earliest.astimezone(self.zone).date() - timedelta(days=1)
        touched = select(Membership.person_id).where((Membership.starts_on >= since) | (Membership.ends_on >= since))
        people = set(await s.scalars(touched.union(select(Person.id).where(Person.left_on >= since))))
        for part in rollups.chunks(sorted(people)):
            belongs = await _Belonging.read(s, part)
            days = await s.scalars(select(PersonDay).where(PersonDay.person_id.in_(part), PersonDay.day >= since))
            moved: set[int] = set()
            for one in days:
                new = belongs.to(one.person_id, one.day)
                if new != one.department_id:
                    values = (one.measured, one.reported, one.clicks)
                    sums.moved(one.person_id, one.day, one.department_id, new, values)
                    moved.add(one.person_id)
            await _story_moves(s, sums, belongs, moved, since)

    def _day_of_minute(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


async def _story_moves(s: AsyncSession, sums: Sums, belongs: _Belonging, people: Collection[int], since: date) -> None:
    if not people:
        return
    stories = select(Share.story_id).where(Share.person_id.in_(people))
    rows = await s.scalars(
        select(StoryPerson).where(
            StoryPerson.story_id.in_(stories), StoryPerson.person_id.in_(people), StoryPerson.day >= since
        )
    )
    for one in rows:
        top = sums.top(belongs.to(one.person_id, one.day))
        if top != one.department_id:
            sums.story_person[one.story_id, one.person_id] = StoryPart(one.day, top)


class _Belonging:
    """Who belonged to which department on which day."""

    def __init__(self) -> None:
        self._spans: dict[int, list[tuple[date, date | None, int]]] = {}

    @classmethod
    async def read(cls, s: AsyncSession, people: Iterable[int]) -> _Belonging:
        found = cls()
        for part in rollups.chunks(sorted(people)):
            rows = await s.execute(
                select(Membership.person_id, Membership.starts_on, Membership.ends_on, Membership.department_id)
                .where(Membership.person_id.in_(part))
                .order_by(Membership.id)
            )
            for person_id, starts_on, ends_on, department_id in rows:
                found._spans.setdefault(person_id, []).append((starts_on, ends_on, department_id))
        return found

    def to(self, person_id: int | None, day: date) -> int:
        """The department on that day; 0 for none. The last entered one, should two overlap."""
        if person_id is None:
            return 0
        for starts_on, ends_on, department_id in reversed(self._spans.get(person_id, ())):
            if starts_on <= day and (ends_on is None or day < ends_on):
                return department_id
        return 0


def _moment(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at


def _is_behind(marks: Marks, bounds: Marks) -> bool:
    return any(marks[source] < bounds[source] for source in bounds)


async def _lock(s: AsyncSession, number: int) -> None:
    if s.get_bind().dialect.name == "postgresql":
        await s.execute(text(f"SELECT pg_advisory_xact_lock({number})"))


async def _highest(s: AsyncSession) -> Marks:
    columns = {SHARES: ShareEvent.id, CLICKS: Click.id, ROSTER: RosterRun.id}
    return {source: await s.scalar(select(func.max(column))) or 0 for source, column in columns.items()}


async def _marks(s: AsyncSession) -> Marks:
    known = dict((await s.execute(select(Watermark.source, Watermark.last_id))).all())
    return {source: known.get(source, 0) for source in (SHARES, CLICKS, ROSTER)}


async def _set_marks(s: AsyncSession, marks: Marks) -> None:
    query = insert_into(s, Watermark)
    await s.execute(
        query.on_conflict_do_update(index_elements=["source"], set_={"last_id": query.excluded.last_id}),
        [{"source": source, "last_id": last_id} for source, last_id in marks.items()],
    )
