"""Which groups may be shown on their own, and how many people they are."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import ColumnElement

from advocacy.insights.periods import Period
from advocacy.people import departments
from advocacy.people.departments import COMPANY, Tree
from advocacy.people.models import Membership, Person, RosterRun

_KEEP_SECONDS = 60.0
_KEEP = 64


@dataclass(frozen=True, slots=True)
class Group:
    """A department with all below it; or, when ``direct``, those of the upper one who belong to none below it."""

    department_id: int
    headcount: int
    direct: bool = False


@dataclass(frozen=True, slots=True)
class Parted:
    """One level of the tree. ``everybody`` and ``rest`` count distinct people, ``rest`` those in ``merged``."""

    top: int
    below: Sequence[int]
    """All departments right below ``top``, also those nobody was in."""
    everybody: int
    shown: Sequence[Group]
    merged: Sequence[Group]
    rest: int


def protect(groups: Iterable[Group], least: int) -> tuple[list[Group], list[Group]]:
    """Which groups are shown, the smallest first, and which are merged.

    All below ``least`` are merged. If those are together still below it, the next smallest joins them: else their
    figures would be the whole's minus what is shown. ``direct`` groups have no name, so they never stand alone.
    """
    by_size = sorted(groups, key=lambda one: (one.headcount, one.department_id))
    shown = [one for one in by_size if one.headcount >= least and not one.direct]
    merged = [one for one in by_size if one.headcount < least or one.direct]
    while merged and shown and sum(one.headcount for one in merged) < least:
        merged.append(shown.pop(0))
    return shown, merged


async def part(s: AsyncSession, tree: Tree, period: Period, top: int, least: int) -> Parted:
    """The groups right below ``top``. Kept in memory until the roster changes, at most a minute."""
    kept = _KEPT.setdefault(s.get_bind(), {})
    key = (period.first, period.last, top, least, *await _roster(s))
    known = kept.get(key)
    if known and known[0] > time.monotonic():
        return known[1]
    found = await _part(s, tree, period, top, least)
    while len(kept) >= _KEEP:
        del kept[next(iter(kept))]
    kept[key] = time.monotonic() + _KEEP_SECONDS, found
    return found


_KEPT: WeakKeyDictionary[Any, dict[tuple[object, ...], tuple[float, Parted]]] = WeakKeyDictionary()


async def _roster(s: AsyncSession) -> tuple[int, ...]:
    columns = (RosterRun.id, Person.id, Membership.id)
    row = await s.execute(select(*(select(func.max(one)).scalar_subquery() for one in columns)))
    return tuple(row.one())


async def _part(s: AsyncSession, tree: Tree, period: Period, top: int, least: int) -> Parted:
    counted = await departments.headcount(s, period.first, period.last, tree)
    everybody = counted.get(top, 0)
    groups = [Group(one, counted.get(one, 0)) for one in tree.children(top) if counted.get(one, 0)]
    if direct := await _direct(s, period, top, everybody):
        groups.append(Group(top, direct, direct=True))
    shown, merged = protect(groups, least)
    rest = await _distinct(s, tree, period, merged)
    while shown and merged and rest < least:  # people who moved between merged groups count once
        merged.append(shown.pop(0))
        rest = await _distinct(s, tree, period, merged)
    return Parted(top, tree.children(top), everybody, shown, merged, rest)


async def _direct(s: AsyncSession, period: Period, top: int, everybody: int) -> int:
    """How many belong to ``top`` itself; below the company: how many belong to no department at all."""
    people = func.count(Membership.person_id.distinct())
    if top != COMPANY:
        return await s.scalar(select(people).where(Membership.department_id == top, *_touches(period))) or 0
    return everybody - (await s.scalar(select(people).where(*_touches(period))) or 0)


async def _distinct(s: AsyncSession, tree: Tree, period: Period, groups: Sequence[Group]) -> int:
    ids: set[int] = set()
    unplaced = 0
    for one in groups:
        if one.direct and one.department_id == COMPANY:
            unplaced = one.headcount
        else:
            ids |= {one.department_id} if one.direct else _below(tree, one.department_id)
    people = func.count(Membership.person_id.distinct())
    return unplaced + (await s.scalar(select(people).where(Membership.department_id.in_(ids), *_touches(period))) or 0)


def _below(tree: Tree, department_id: int) -> set[int]:
    found = {department_id}
    for one in tree.children(department_id):
        found |= _below(tree, one)
    return found


def _touches(period: Period) -> tuple[ColumnElement[bool], ...]:
    ends = Membership.ends_on
    return (
        Membership.starts_on <= period.last,
        or_(ends.is_(None), ends > period.first),
        or_(ends.is_(None), ends > Membership.starts_on),
    )
