"""Writes sums into the rollup tables, inside the caller's unit of work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import Base
from advocacy.insights.bulk import upsert
from advocacy.insights.models import (
    DepartmentDay,
    DepartmentPeriod,
    DepartmentPerson,
    PersonDay,
    PersonLast,
    PersonPeriod,
    StoryClick,
    StoryPerson,
    StoryTotal,
)
from advocacy.insights.sums import MEASURED, REPORTED, Sums
from advocacy.people.departments import COMPANY, Tree

ALL: tuple[type[Base], ...] = (
    PersonDay,
    PersonPeriod,
    PersonLast,
    DepartmentPerson,
    DepartmentPeriod,
    DepartmentDay,
    StoryTotal,
    StoryPerson,
    StoryClick,
)
COUNTS = ("measured", "reported", "clicks")
APART_COUNTS = ("clicks", "repeated", "own", "programs", "ended")
CHUNK = 5_000
T = TypeVar("T")
LastDays = dict[tuple[int, int], tuple[date, date | None]]
"""By department and person: the last day with a share, and with a measured one."""
LATEST = {
    "last_day": "CASE WHEN new.last_day > old.last_day THEN new.last_day ELSE old.last_day END",
    "last_measured": "CASE WHEN old.last_measured IS NULL OR new.last_measured > old.last_measured"
    " THEN new.last_measured ELSE old.last_measured END",
}
LATER = "CASE WHEN new.day >= old.day THEN new.{0} ELSE old.{0} END"


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in parts that fit into the parameters of one statement."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


async def empty(s: AsyncSession) -> None:
    """Delete everything that was ever folded."""
    for table in ALL:
        await s.execute(delete(table))


async def write(s: AsyncSession, sums: Sums) -> None:
    """Add the sums to the rollups."""
    active = await _write_members(s, sums)
    rows = [(*key, *n) for key, n in sums.person_period.items()]
    await upsert(s, PersonPeriod, ("period", "person_id", *COUNTS), rows)
    rows = [(*key, *n) for key, n in sums.person_day.items()]
    await upsert(s, PersonDay, ("person_id", "day", "department_id", *COUNTS), rows)
    rows = [(*key, *n) for key, n in sums.department_day.items()]
    await upsert(s, DepartmentDay, ("department_id", "day", *COUNTS), rows)
    rows = [(*key, *n, *active.get(key, (0, 0))) for key, n in sums.department_period.items()]
    columns = ("period", "department_id", *COUNTS, "active", "active_measured")
    await upsert(s, DepartmentPeriod, columns, rows)
    await _write_last_days(s, sums)
    await _write_stories(s, sums)


async def _write_members(s: AsyncSession, sums: Sums) -> dict[tuple[str, int], list[int]]:
    """Count each person once: answers by how much [active, active_measured] of a department's period changed."""
    columns = ("period", "department_id", "person_id", "measured", "reported")
    rows = [(*key, n[MEASURED], n[REPORTED]) for key, n in sums.department_person.items()]
    active: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for period, department, person, measured, reported in await upsert(
        s, DepartmentPerson, columns, rows, returning=columns
    ):
        change = sums.department_person[period, department, person]
        before = measured - change[MEASURED], reported - change[REPORTED]
        count = active[period, department]
        count[0] += (measured + reported > 0) - (sum(before) > 0)
        count[1] += (measured > 0) - (before[0] > 0)
    return active


async def _write_last_days(s: AsyncSession, sums: Sums) -> None:
    latest: LastDays = {}
    for (person_id, day, department_id), (measured, reported, _clicks) in sums.person_day.items():
        if person_id not in sums.again and measured + reported:
            _note_last(latest, sums.tree, (person_id, department_id, day, measured))
    await _raise_last_days(s, latest)
    for part in chunks(sorted(sums.again)):
        await _last_days_again(s, sums.tree, part)


def _note_last(latest: LastDays, tree: Tree, seen: tuple[int, int, date, int]) -> None:
    person_id, department_id, day, measured = seen
    for one in (*tree.chain(department_id), COMPANY):
        last, last_measured = latest.get((one, person_id), (day, None))
        if measured:
            last_measured = max(last_measured or day, day)
        latest[one, person_id] = max(last, day), last_measured


async def _raise_last_days(s: AsyncSession, latest: LastDays) -> None:
    columns = ("department_id", "person_id", "last_day", "last_measured")
    await upsert(s, PersonLast, columns, [(*key, *days) for key, days in latest.items()], changes=LATEST)


async def _last_days_again(s: AsyncSession, tree: Tree, people: Sequence[int]) -> None:
    """Work out the last days of these people from their days; they may have gone back."""
    await s.execute(delete(PersonLast).where(PersonLast.person_id.in_(people)))
    days = await s.execute(
        select(PersonDay.person_id, PersonDay.department_id, PersonDay.day, PersonDay.measured).where(
            PersonDay.person_id.in_(people), PersonDay.measured + PersonDay.reported > 0
        )
    )
    latest: LastDays = {}
    for person_id, department_id, day, measured in days:
        _note_last(latest, tree, (person_id, department_id, day, measured))
    await _raise_last_days(s, latest)


async def _write_stories(s: AsyncSession, sums: Sums) -> None:
    rows = [(key, *n, 0, 0) for key, n in sums.story.items()]
    await upsert(s, StoryTotal, ("story_id", *COUNTS, "dropped", "people", "departments"), rows)
    apart = [(*key, *n) for key, n in sums.story_click.items()]
    await upsert(s, StoryClick, ("story_id", "network", "person_id", *APART_COUNTS), apart)
    parts = [(*key, one.department_id, one.day, one.shares) for key, one in sums.story_person.items()]
    changes = {"department_id": LATER.format("department_id"), "day": LATER.format("day")}
    await upsert(s, StoryPerson, ("story_id", "person_id", "department_id", "day", "shares"), parts, changes=changes)
    await _count_story_people(s, {story for story, _person in sums.story_person})


async def _count_story_people(s: AsyncSession, stories: Collection[int]) -> None:
    """Count who shares these stories now. A person counts once, a top-level department counts once."""
    for part in chunks(sorted(stories)):
        department = case((StoryPerson.department_id > 0, StoryPerson.department_id))
        counted = await s.execute(
            select(StoryPerson.story_id, func.count(), func.count(department.distinct()))
            .where(StoryPerson.story_id.in_(part), StoryPerson.shares > 0)
            .group_by(StoryPerson.story_id)
        )
        found = {story: (people, departments) for story, people, departments in counted}
        rows = [(story, 0, 0, 0, 0, *found.get(story, (0, 0))) for story in part]
        columns = ("story_id", *COUNTS, "dropped", "people", "departments")
        await upsert(s, StoryTotal, columns, rows, changes={"people": "new.people", "departments": "new.departments"})
