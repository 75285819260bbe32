"""Writes sums into the rollup tables, inside the caller's unit of work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import case, delete, func, inspect, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import Base, insert_into
from advocacy.insights.models import (
    DepartmentDay,
    DepartmentPeriod,
    DepartmentPerson,
    PersonDay,
    PersonLast,
    PersonPeriod,
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
)
CHUNK = 5_000
T = TypeVar("T")
Row = dict[str, Any]


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
    counts = ("measured", "reported", "clicks")
    await _add(s, PersonPeriod, [_row(("period", "person_id"), k, counts, v) for k, v in sums.person_period.items()])
    await _add(s, DepartmentDay, [_row(("department_id", "day"), k, counts, v) for k, v in sums.department_day.items()])
    members = ("period", "department_id")
    await _add(
        s,
        DepartmentPeriod,
        [
            _row(members, k, counts, v) | dict(zip(("active", "active_measured"), active.get(k, (0, 0)), strict=True))
            for k, v in sums.department_period.items()
        ],
    )
    keys = ("person_id", "day", "department_id")
    await _add(s, PersonDay, [_row(keys, k, counts, v) for k, v in sums.person_day.items()])
    await _write_last_days(s, sums)
    await _write_stories(s, sums)


def _row(keys: Sequence[str], key: Sequence[Any], counts: Sequence[str], values: Sequence[int]) -> Row:
    return dict(zip(keys, key, strict=True)) | dict(zip(counts, values, strict=True))


def _keys(table: type[Base]) -> list[str]:
    return [column.name for column in inspect(table).primary_key]


def _adding(s: AsyncSession, table: type[Base], columns: Sequence[str], **more: Any) -> Any:
    query = insert_into(s, table)
    added = {name: getattr(table, name) + query.excluded[name] for name in columns}
    return query.on_conflict_do_update(index_elements=_keys(table), set_=added | more)


async def _add(s: AsyncSession, table: type[Base], rows: list[Row]) -> None:
    """Insert the rows; where one is there already, add to it."""
    if rows:
        counts = [name for name in rows[0] if name not in _keys(table)]
        await s.execute(_adding(s, table, counts), rows)


async def _write_members(s: AsyncSession, sums: Sums) -> dict[tuple[str, int], list[int]]:
    """Count each person once: answers by how much [active, active_measured] of a department's period changed."""
    rows = [
        {"period": period, "department_id": department, "person_id": person, "measured": n[MEASURED], "reported": n[1]}
        for (period, department, person), n in sums.department_person.items()
    ]
    active: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    if not rows:
        return active
    table = DepartmentPerson
    query = _adding(s, table, ("measured", "reported")).returning(
        table.period, table.department_id, table.person_id, table.measured, table.reported
    )
    for period, department, person, measured, reported in await s.execute(query, rows):
        change = sums.department_person[period, department, person]
        before = measured - change[MEASURED], reported - change[REPORTED]
        count = active[period, department]
        count[0] += (measured + reported > 0) - (sum(before) > 0)
        count[1] += (measured > 0) - (before[0] > 0)
    return active


async def _write_last_days(s: AsyncSession, sums: Sums) -> None:
    latest: dict[tuple[int, int], tuple[date, date | None]] = {}
    for (person_id, day, department_id), (measured, reported, _clicks) in sums.person_day.items():
        if person_id not in sums.again and measured + reported:
            _note_last(latest, sums.tree, (person_id, department_id, day, measured))
    await _raise_last_days(s, latest)
    for part in chunks(sorted(sums.again)):
        await _last_days_again(s, sums.tree, part)


def _note_last(
    latest: dict[tuple[int, int], tuple[date, date | None]], tree: Tree, seen: tuple[int, int, date, int]
) -> None:
    person_id, department_id, day, measured = seen
    for one in (*tree.chain(department_id), COMPANY):
        last, last_measured = latest.get((one, person_id), (day, None))
        if measured:
            last_measured = max(last_measured or day, day)
        latest[one, person_id] = max(last, day), last_measured


def _last_rows(latest: dict[tuple[int, int], tuple[date, date | None]]) -> list[Row]:
    return [
        {"department_id": department, "person_id": person, "last_day": last, "last_measured": measured}
        for (department, person), (last, measured) in latest.items()
    ]


async def _raise_last_days(s: AsyncSession, latest: dict[tuple[int, int], tuple[date, date | None]]) -> None:
    if not latest:
        return
    query = insert_into(s, PersonLast)
    new, old = query.excluded, PersonLast
    raised = {
        "last_day": case((new["last_day"] > old.last_day, new["last_day"]), else_=old.last_day),
        "last_measured": case(
            (or_(old.last_measured.is_(None), new["last_measured"] > old.last_measured), new["last_measured"]),
            else_=old.last_measured,
        ),
    }
    await s.execute(query.on_conflict_do_update(index_elements=_keys(PersonLast), set_=raised), _last_rows(latest))


async def _last_days_again(s: AsyncSession, tree: Tree, people: Sequence[int]) -> None:
    """Work out the last days of these people from their days; they may have gone back."""
    await s.execute(delete(PersonLast).where(PersonLast.person_id.in_(people)))
    days = await s.execute(
        select(PersonDay.person_id, PersonDay.department_id, PersonDay.day, PersonDay.measured).where(
            PersonDay.person_id.in_(people), PersonDay.measured + PersonDay.reported > 0
        )
    )
    latest: dict[tuple[int, int], tuple[date, date | None]] = {}
    for person_id, department_id, day, measured in days:
        _note_last(latest, tree, (person_id, department_id, day, measured))
    if latest:
        await s.execute(insert_into(s, PersonLast), _last_rows(latest))


async def _write_stories(s: AsyncSession, sums: Sums) -> None:
    counts = ("measured", "reported", "clicks", "dropped")
    await _add(s, StoryTotal, [_row(("story_id",), (k,), counts, v) for k, v in sums.story.items()])
    rows = [
        {"story_id": story, "person_id": person, "department_id": p.department_id, "day": p.day, "shares": p.shares}
        for (story, person), p in sums.story_person.items()
    ]
    if not rows:
        return
    query = insert_into(s, StoryPerson)
    new, old = query.excluded, StoryPerson
    later = new["day"] >= old.day
    changed = {
        "shares": old.shares + new["shares"],
        "department_id": case((later, new["department_id"]), else_=old.department_id),
        "day": case((later, new["day"]), else_=old.day),
    }
    await s.execute(query.on_conflict_do_update(index_elements=_keys(StoryPerson), set_=changed), rows)
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
        query = insert_into(s, StoryTotal)
        replaced = {"people": query.excluded["people"], "departments": query.excluded["departments"]}
        await s.execute(
            query.on_conflict_do_update(index_elements=_keys(StoryTotal), set_=replaced),
            [
                {"story_id": story, "people": people, "departments": departments}
                for story, (people, departments) in ((one, found.get(one, (0, 0))) for one in part)
            ],
        )
