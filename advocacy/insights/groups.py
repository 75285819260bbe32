"""Which groups may be shown on their own, and how many people they are."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import ColumnElement

from advocacy.insights.periods import Period
from advocacy.people import departments
from advocacy.people.departments import COMPANY, Tree
from advocacy.people.models import Department, Membership, Person, RosterRun

_KEEP_SECONDS = 60.0
_KEEP = 128
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Group:
    """A department with all below it; or, when ``direct``, those of the upper one who belong to none below it."""

    department_id: int
    headcount: int
    name: str = ""
    direct: bool = False


@dataclass(frozen=True, slots=True)
class Parted:
    """One level of the tree. ``everybody`` and ``rest`` count distinct people, ``rest`` those in ``merged``."""

    top: int
    name: str
    """Of ``top``; empty for the company."""
    above: int
    """The department above ``top``, ``COMPANY`` for those of the first level."""
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


async def part(s: AsyncSession, period: Period, top: int, least: int) -> Parted:
    """The groups right below ``top``. Kept in memory until the roster changes, at most a minute."""
    return await KEPT.get(s, await roster(s), ("groups", period, top, least), lambda: _part(s, period, top, least))


async def roster(s: AsyncSession) -> tuple[int, ...]:
    """Another value after any change of who belongs where."""
    columns = (RosterRun.id, Person.id, Membership.id, Department.id)
    row = await s.execute(select(*(select(func.max(one)).scalar_subquery() for one in columns)))
    return tuple(row.one())


class Kept:
    """What was worked out for a database, as long as it is true."""

    def __init__(self) -> None:
        self._by_engine: WeakKeyDictionary[Any, dict[Hashable, tuple[Hashable, float, Any]]] = WeakKeyDictionary()

    async def get(self, s: AsyncSession, mark: Hashable, what: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """``what`` as it was made for the same ``mark`` less than a minute ago; else made now."""
        kept = self._by_engine.setdefault(s.get_bind(), {})
        known = kept.get(what)
        if known is not None and known[0] == mark and known[1] > time.monotonic():
            return cast("T", known[2])
        made = await make()
        kept.pop(what, None)
        while len(kept) >= _KEEP:
            del kept[next(iter(kept))]
        kept[what] = mark, time.monotonic() + _KEEP_SECONDS, made
        return made


KEPT = Kept()


async def _part(s: AsyncSession, period: Period, top: int, least: int) -> Parted:
    tree = await departments.tree(s)
    counted = await departments.headcount(s, period.first, period.last, tree)
    everybody = counted.get(top, 0)
    groups = [Group(one, counted[one], tree.name(one)) for one in tree.children(top) if counted.get(one)]
    if direct := await _direct(s, period, top, everybody):
        groups.append(Group(top, direct, direct=True))
    shown, merged = protect(groups, least)
    rest = await _distinct(s, tree, period, merged)
    while shown and merged and rest < least:  # people who moved between merged groups count once
        merged.append(shown.pop(0))
        rest = await _distinct(s, tree, period, merged)
    name, above = (tree.name(top), tree.nodes[top].parent_id or COMPANY) if top in tree.nodes else ("", COMPANY)
    return Parted(top, name, above, tree.children(top), everybody, shown, merged, rest)


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
