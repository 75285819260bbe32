from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from insights_world import LAST, ZONE, World, happen, settle
from sqlalchemy import insert

from advocacy.config import Settings
from advocacy.db import Database
from advocacy.insights import participation, periods
from advocacy.insights.fold import Fold
from advocacy.insights.groups import Group, protect
from advocacy.insights.participation import Board, BoardRow
from advocacy.insights.periods import Period
from advocacy.people.models import Department, Membership, Person
from advocacy.sharing.models import ShareEvent

NOVEMBER = periods.month(date(2026, 11, 1))
AT = datetime(2026, 11, 10, 12, tzinfo=UTC)


async def staff(db: Database, sizes: dict[str, int]) -> dict[str, list[int]]:
    """A company with so many people in each department, all there since January; an empty path is no department."""
    ids: dict[str, int] = {}
    people: dict[str, list[int]] = {}
    person = 0
    async with db.write() as s:
        for path, size in sizes.items():
            if path:
                parent = ids.get(path.rpartition("/")[0])
                department = Department(name=path.rpartition("/")[2], path=path, parent_id=parent)
                s.add(department)
                await s.flush()
                ids[path] = department.id
            people[path] = list(range(person + 1, person + size + 1))
            person += size
            for one in people[path]:
                s.add(Person(id=one, email=f"p{one}@example.com", name=f"P {one}", joined_on=date(2026, 1, 1)))
            await s.flush()
            if path:
                rows = [
                    {"person_id": p, "department_id": ids[path], "starts_on": date(2026, 1, 1)} for p in people[path]
                ]
                if rows:
                    await s.execute(insert(Membership), rows)
    return people


async def share(db: Database, settings: Settings, *people: int, kind: str = "measured", at: datetime = AT) -> None:
    async with db.write() as s:
        for person in people:
            s.add(ShareEvent(share_id=1, person_id=person, story_id=1, network="x", kind=kind, change=1, at=at))
    await Fold(db, settings).run()


async def board(db: Database, settings: Settings, period: Period = NOVEMBER, parent_id: int | None = None) -> Board:
    async with db.read() as s:
        return await participation.board(s, settings, period, parent_id=parent_id)


def figures(row: BoardRow) -> tuple[int, int, int, int, int]:
    return row.people, row.people_measured, row.headcount, row.measured, row.reported


async def test_participation_is_people_who_shared_of_people_employed(db: Database, settings: Settings) -> None:
    """A person counts once however often they share; measured and self-reported shares stay apart."""
    people = await staff(db, {"Sales": 10, "Sales/DACH": 10, "Finance": 8})
    sales, dach, finance = people["Sales"], people["Sales/DACH"], people["Finance"]
    await share(db, settings, sales[0], sales[0], dach[0], finance[0])
    await share(db, settings, dach[1], dach[0], kind="reported")
    seen = await board(db, settings)
    assert [row.name for row in seen.rows] == ["Sales", "Finance"]
    assert figures(seen.rows[0]) == (3, 2, 20, 3, 2)
    assert seen.rows[0].rate == pytest.approx(3 / 20)
    assert figures(seen.rows[1]) == (1, 1, 8, 1, 0)
    assert figures(seen.company) == (4, 3, 28, 4, 2)
    assert seen.company.rate == pytest.approx(4 / 28)


async def test_small_groups_are_merged(db: Database, settings: Settings) -> None:
    """Nobody can be picked out of a group below the minimum; its people still count."""
    people = await staff(db, {"Sales": 10, "Legal": 2, "HR": 4})
    await share(db, settings, people["Legal"][0], people["HR"][0], people["Sales"][0])
    seen = await board(db, settings)
    assert [row.name for row in seen.rows] == ["Sales", ""]
    rest = seen.rows[-1]
    assert rest.is_rest
    assert rest.merged == 2
    assert figures(rest) == (2, 2, 6, 2, 0)


async def test_one_small_group_takes_the_next_smallest_along(db: Database, settings: Settings) -> None:
    """Else its figures would be the company's minus all the others."""
    people = await staff(db, {"Sales": 10, "Finance": 6, "Legal": 2})
    await share(db, settings, people["Legal"][0], people["Finance"][0])
    seen = await board(db, settings)
    assert [(row.name, row.headcount, row.people) for row in seen.rows] == [("", 8, 2), ("Sales", 10, 0)][::-1]


async def test_a_merged_department_has_no_board_of_its_own(db: Database, settings: Settings) -> None:
    """Finance was merged to hide Legal; its own board would give Legal away."""
    await staff(db, {"Sales": 10, "Finance": 6, "Finance/Tax": 6, "Legal": 2, "Sales/DACH": 7})
    # Legal is small, so the next smallest was merged with it.
    assert [row.headcount for row in (await board(db, settings)).rows] == [17, 14]
    ids = {"Sales": 1, "Finance": 2, "Tax": 3}
    assert (await board(db, settings, parent_id=ids["Sales"])).rows
    for name in ("Finance", "Tax"):
        seen = await board(db, settings, parent_id=ids[name])
        assert (seen.reason, seen.rows, seen.company.headcount) == ("too_small", [], 0), name
    assert (await board(db, settings, parent_id=999)).reason == "nobody"


async def test_people_without_a_department_never_show_by_subtraction(db: Database, settings: Settings) -> None:
    """Those who belong to no department, or right to the upper one, are a group like the others."""
    people = await staff(db, {"Sales": 3, "Sales/DACH": 8, "Sales/Nordics": 7, "Finance": 20, "": 2})
    await share(db, settings, people["Sales"][0], people["Sales/DACH"][0], people[""][0])
    top = await board(db, settings)
    assert [(row.name, row.headcount, row.people) for row in top.rows] == [("Finance", 20, 0), ("", 20, 3)]
    async with db.write() as s:
        for person in range(41, 44):  # three more without a department: now they stand for themselves
            s.add(Person(id=person, email=f"p{person}@example.com", name="P", joined_on=date(2026, 1, 1)))
    top = await board(db, settings)
    assert [(row.name, row.headcount, row.people) for row in top.rows] == [
        ("Sales", 18, 2),
        ("Finance", 20, 0),
        ("", 5, 1),
    ]
    sales = await board(db, settings, parent_id=1)
    assert [(row.name, row.headcount, row.people) for row in sales.rows] == [("DACH", 8, 1), ("", 10, 1)]
    assert (sales.company.name, sales.company.headcount, sales.company.people) == ("Sales", 18, 2)


async def test_a_company_below_the_minimum_shows_nothing_but_the_reason(db: Database, settings: Settings) -> None:
    """Not even a total."""
    people = await staff(db, {"Sales": 3, "HR": 1})
    await share(db, settings, people["Sales"][0])
    seen = await board(db, settings)
    assert (seen.reason, seen.rows, figures(seen.company)) == ("too_small", [], (0, 0, 0, 0, 0))
    async with db.read() as s:
        assert await participation.trend(s, settings, NOVEMBER) == []


async def test_a_company_without_people_shows_nothing(db: Database, settings: Settings) -> None:
    """An empty database is no error."""
    assert (await board(db, settings)).reason == "nobody"


async def test_headcount_follows_new_people_at_once(db: Database, settings: Settings) -> None:
    """It is kept in memory, yet never older than the roster."""
    await staff(db, {"Sales": 6})
    assert (await board(db, settings)).company.headcount == 6
    async with db.write() as s:
        s.add(Person(id=7, email="p7@example.com", name="P 7", joined_on=date(2026, 11, 1)))
        await s.flush()
        s.add(Membership(person_id=7, department_id=1, starts_on=date(2026, 11, 1)))
    assert (await board(db, settings)).company.headcount == 7


async def test_the_last_thirty_days_end_today(db: Database, settings: Settings) -> None:
    """A share of 31 days ago no longer counts; measured and self-reported people are told apart by their own days."""
    people = (await staff(db, {"Sales": 6}))["Sales"]
    period = periods.rolling(date(2026, 11, 23))
    noon = datetime(2026, 11, 23, 11, tzinfo=UTC)
    await share(db, settings, people[0], at=noon - timedelta(days=30))
    await share(db, settings, people[1], people[2], at=noon - timedelta(days=29))
    await share(db, settings, people[0], kind="reported", at=noon)
    seen = await board(db, settings, period)
    assert figures(seen.rows[0]) == (3, 2, 6, 2, 1)


@pytest.mark.parametrize("seed", [1, 2])
async def test_boards_equal_a_recount(db: Database, settings: Settings, seed: int) -> None:
    """With moves, leavers and taken back shares, each row is what one counts by hand from the facts."""
    world = await settle(db, people=80, seed=seed)
    await happen(db, world, 250, 250)
    await Fold(db, settings).run()
    for period in (NOVEMBER, periods.month(date(2026, 9, 1)), periods.quarter(LAST), periods.rolling(LAST)):
        seen = await board(db, settings, period)
        assert seen.rows
        assert all(row.headcount >= settings.minimum_group for row in seen.rows)
        for row in [*seen.rows, seen.company]:
            if not row.is_rest:
                assert (*figures(row), row.clicks) == by_hand(world, period, row.department_id), (period.key, row.name)
        assert sum(row.clicks for row in seen.rows) <= seen.company.clicks
        rates = [row.rate for row in seen.rows if not row.is_rest]
        assert rates == sorted(rates, reverse=True)


def by_hand(world: World, period: Period, department: int) -> tuple[int, ...]:
    """People, people measured, headcount, measured, reported, clicks: by definition."""

    def belongs(person: int, day: date) -> bool:
        return department == 0 or department in world.chain(world.department(person, day))

    def counts(at: datetime) -> bool:
        return period.first <= at.astimezone(ZONE).date() <= period.last

    standing: dict[tuple[int, str], int] = {}
    for person, _story, kind, change, at in world.events:
        if counts(at) and belongs(person, at.astimezone(ZONE).date()):
            standing[person, kind] = standing.get((person, kind), 0) + change
    days = [period.first + timedelta(days=n) for n in range(period.days)]
    head = sum(1 for person in world.spans if any(_is_there(world, person, day, belongs) for day in days))
    clicks = sum(
        1
        for person, _story, at, dropped in world.clicks
        if not dropped and counts(at) and (department == 0 or (person and belongs(person, at.astimezone(ZONE).date())))
    )
    kinds = [sum(n for (_person, kind), n in standing.items() if kind == one) for one in ("measured", "reported")]
    people = {person for (person, _kind), n in standing.items() if n}
    measured = {person for (person, kind), n in standing.items() if n and kind == "measured"}
    return len(people), len(measured), head, *kinds, clicks


def _is_there(world: World, person: int, day: date, belongs: Callable[[int, date], bool]) -> bool:
    spans = world.spans[person]
    if not spans:  # no department: employed since the first day of this world
        return belongs(person, day)
    return bool(world.department(person, day)) and belongs(person, day)


@given(st.lists(st.integers(1, 30), max_size=12), st.integers(2, 10), st.integers(0, 12))
def test_what_is_merged_is_never_small(sizes: list[int], least: int, direct: int) -> None:
    """Shown groups reach the minimum; so does the rest, unless everybody together does not."""
    groups = [Group(number, size) for number, size in enumerate(sizes, 1)]
    if direct:
        groups.append(Group(0, direct, direct=True))
    shown, merged = protect(groups, least)
    assert sorted(one.department_id for one in [*shown, *merged]) == sorted(one.department_id for one in groups)
    assert all(one.headcount >= least and not one.direct for one in shown)
    if shown and merged:
        assert sum(one.headcount for one in merged) >= least
    assert all(a.headcount <= b.headcount for a, b in pairwise(shown))
