"""Who takes part: distinct people who shared in a period, out of the people employed on any day of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.config import Settings
from advocacy.insights.groups import KEPT, Parted, part, roster
from advocacy.insights.models import DepartmentDay, DepartmentPeriod, DepartmentPerson, PersonLast, Watermark
from advocacy.insights.periods import Period
from advocacy.people.departments import COMPANY

REST = -1
"""Stands for the row into which small groups are merged."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One group of people. It is at least ``Board.minimum_group`` large."""

    department_id: int
    """``COMPANY`` for everybody, ``REST`` for the small groups together."""
    name: str
    """The department's own name; empty for the company and the rest, which doors have words for."""
    people: int
    """Distinct people with at least one share, measured or self-reported."""
    people_measured: int
    """Of those, with at least one share whose post we hold the id of."""
    headcount: int
    rate: float
    """0 … 1."""
    measured: int
    """Shares posted through a network's API."""
    reported: int
    """Shares that people said they posted."""
    clicks: int
    is_rest: bool = False
    merged: int = 0
    """How many groups the rest stands for."""


@dataclass(frozen=True, slots=True)
class Board:
    """Participation of all groups of one level. ``rows`` are sorted by rate, the rest stands last."""

    period: Period
    rows: list[BoardRow]
    company: BoardRow
    minimum_group: int
    reason: str = ""
    """``too_small``: fewer people than the minimum, nothing is shown. ``nobody``: nobody was employed."""


@dataclass(frozen=True, slots=True)
class TrendDay:
    """What the whole company did on one day."""

    day: date
    measured: int
    reported: int
    clicks: int


async def board(s: AsyncSession, settings: Settings, period: Period, *, parent_id: int | None = None) -> Board:
    """The departments below ``parent_id`` (the first level when empty) in a period.

    Groups below ``settings.minimum_group`` are merged, see ``groups.protect``. Where everybody together is below it,
    nothing is shown but the reason; the same below a department that has no row of its own on the level above.
    Kept in memory until the next fold with something new: do not change it.
    """
    top, least = parent_id or COMPANY, settings.minimum_group
    folded = (await s.execute(select(Watermark.source, Watermark.last_id).order_by(Watermark.source))).all()
    mark = (*await roster(s), *map(tuple, folded))
    return await KEPT.get(s, mark, ("board", period, top, least), lambda: _board(s, period, top, least))


async def _board(s: AsyncSession, period: Period, top: int, least: int) -> Board:
    parted = await part(s, period, top, least)
    if parted.everybody < least or not await _may_show(s, period, parted, least):
        return Board(period, [], _row(COMPANY, "", 0, _NONE), least, "too_small" if parted.everybody else "nobody")
    facts = await _facts(s, period, {top, *parted.below})
    rows = [
        _row(one.department_id, one.name, one.headcount, facts.get(one.department_id, _NONE)) for one in parted.shown
    ]
    rows.sort(key=lambda row: (-row.rate, -row.people, row.name.casefold()))
    if parted.merged:
        rows.append(await _rest(s, period, parted, facts))
    return Board(period, rows, _row(top, parted.name, parted.everybody, facts.get(top, _NONE)), least)


async def _may_show(s: AsyncSession, period: Period, parted: Parted, least: int) -> bool:
    """Has this department a row of its own, all the way up? Its own board would tell what the merging hides."""
    while parted.top != COMPANY:
        above = await part(s, period, parted.above, least)
        if parted.top not in {one.department_id for one in above.shown}:
            return False
        parted = above
    return True


async def trend(s: AsyncSession, settings: Settings, period: Period) -> list[TrendDay]:
    """The company's shares and clicks on each day; empty while the company is smaller than the minimum group."""
    parted = await part(s, period, COMPANY, settings.minimum_group)
    if parted.everybody < settings.minimum_group:
        return []
    days = await s.execute(
        select(DepartmentDay.day, DepartmentDay.measured, DepartmentDay.reported, DepartmentDay.clicks)
        .where(DepartmentDay.department_id == COMPANY, DepartmentDay.day.between(period.first, period.last))
        .order_by(DepartmentDay.day)
    )
    return [TrendDay(*day) for day in days]


@dataclass(frozen=True, slots=True)
class _Facts:
    people: int = 0
    people_measured: int = 0
    measured: int = 0
    reported: int = 0
    clicks: int = 0


_NONE = _Facts()


def _row(department_id: int, name: str, headcount: int, facts: _Facts, *, merged: int = 0) -> BoardRow:
    # Someone whose share left after they did counts, but is not employed: no rate above the whole.
    rate = min(facts.people / headcount, 1.0) if headcount else 0.0
    return BoardRow(
        department_id=department_id,
        name=name,
        people=facts.people,
        people_measured=facts.people_measured,
        headcount=headcount,
        rate=rate,
        measured=facts.measured,
        reported=facts.reported,
        clicks=facts.clicks,
        is_rest=department_id == REST,
        merged=merged,
    )


async def _facts(s: AsyncSession, period: Period, ids: set[int]) -> dict[int, _Facts]:
    if period.kind != "rolling":
        table = DepartmentPeriod
        columns = (table.active, table.active_measured, table.measured, table.reported, table.clicks)
        found = await s.execute(
            select(table.department_id, *columns).where(table.period == period.key, table.department_id.in_(ids))
        )
        return {row[0]: _Facts(*row[1:]) for row in found}
    day = DepartmentDay
    sums = await s.execute(
        select(day.department_id, func.sum(day.measured), func.sum(day.reported), func.sum(day.clicks))
        .where(day.department_id.in_(ids), day.day.between(period.first, period.last))
        .group_by(day.department_id)
    )
    shared, measured = _shared(period)
    last = PersonLast
    people = await s.execute(
        select(last.department_id, func.count(), func.count().filter(measured))
        .where(last.department_id.in_(ids), shared)
        .group_by(last.department_id)
    )
    distinct = {row[0]: (row[1], row[2]) for row in people}
    return {row[0]: _Facts(*distinct.get(row[0], (0, 0)), *map(int, row[1:])) for row in sums}


def _shared(period: Period) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The conditions that a row of the table of people shows a share, and a measured one, in this period."""
    if period.kind == "rolling":
        return PersonLast.last_day >= period.first, PersonLast.last_measured >= period.first
    table = DepartmentPerson
    return (table.period == period.key) & (table.measured + table.reported > 0), table.measured > 0


async def _rest(s: AsyncSession, period: Period, parted: Parted, facts: dict[int, _Facts]) -> BoardRow:
    """The merged groups as one row: each person counts once, even who moved between two of them."""
    table = PersonLast if period.kind == "rolling" else DepartmentPerson
    shared, measured = _shared(period)
    named = [one.department_id for one in parted.merged if not one.direct]
    totals = [facts.get(one, _NONE) for one in named]
    among: ColumnElement[bool] = table.department_id.in_(named)
    if len(named) < len(parted.merged):
        lower = select(table.person_id).where(shared, table.department_id.in_(parted.below))
        among = or_(among, (table.department_id == parted.top) & table.person_id.not_in(lower))
        totals.append(_minus(facts.get(parted.top, _NONE), [facts.get(one, _NONE) for one in parted.below]))
    people = func.count(table.person_id.distinct())
    distinct = (await s.execute(select(people, people.filter(measured)).where(shared, among))).one()
    counts = [sum(getattr(one, kind) for one in totals) for kind in ("measured", "reported", "clicks")]
    return _row(REST, "", parted.rest, _Facts(*distinct, *counts), merged=len(parted.merged))


def _minus(whole: _Facts, parts: list[_Facts]) -> _Facts:
    """What is left of shares and clicks; they add up, people do not."""
    kinds = ("measured", "reported", "clicks")
    return _Facts(0, 0, *(getattr(whole, kind) - sum(getattr(one, kind) for one in parts) for kind in kinds))
