"""The tree of departments, who belongs where on a day, and how many people that is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import ColumnElement

from advocacy.people.models import Department, Membership, Person

COMPANY = 0
"""Stands for the whole company wherever departments are counted."""
_CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class Node:
    """One department of the tree."""

    id: int
    parent_id: int | None
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Tree:
    """All departments at one moment."""

    nodes: Mapping[int, Node]
    _below: Mapping[int | None, Sequence[int]] = field(default_factory=dict)
    _chains: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def chain(self, department_id: int) -> tuple[int, ...]:
        """The department, the one above it, and so on up to the top. Empty when there is no such department."""
        known = self._chains.get(department_id)
        if known is not None:
            return known
        found: list[int] = []
        at: int | None = department_id
        while at is not None and at in self.nodes and at not in found:
            found.append(at)
            at = self.nodes[at].parent_id
        self._chains[department_id] = tuple(found)
        return self._chains[department_id]

    def top(self, department_id: int) -> int:
        """The department of the first level that it belongs to; raises ``LookupError`` when there is none."""
        chain = self.chain(department_id)
        if not chain:
            msg = f"there is no department {department_id}"
            raise LookupError(msg)
        return chain[-1]

    def children(self, department_id: int | None) -> tuple[int, ...]:
        """The departments right below it, by name; those of the first level below ``None`` (or ``COMPANY``)."""
        return tuple(self._below.get(department_id or None, ()))

    def name(self, department_id: int) -> str:
        """Its own name, without those above."""
        return self.nodes[department_id].name

    def path(self, department_id: int) -> str:
        """Its full name: ``Sales/DACH``."""
        return self.nodes[department_id].path

    def find(self, path: str) -> int | None:
        """The department with this full name."""
        return next((one.id for one in self.nodes.values() if one.path == path), None)


async def tree(s: AsyncSession) -> Tree:
    """Read all departments."""
    rows = await s.execute(
        select(Department.id, Department.parent_id, Department.name, Department.path).order_by(Department.path)
    )
    return plant(Node(*row) for row in rows)


def plant(nodes: Iterable[Node]) -> Tree:
    """A tree of these departments."""
    by_id = {node.id: node for node in nodes}
    below: dict[int | None, list[int]] = defaultdict(list)
    for node in sorted(by_id.values(), key=lambda one: (one.name.casefold(), one.id)):
        below[node.parent_id].append(node.id)
    return Tree(by_id, dict(below))


async def of(s: AsyncSession, person_ids: Collection[int], day: date) -> dict[int, int]:
    """The department of each of these people on a day; who had none is missing."""
    found: dict[int, int] = {}
    ids = sorted(set(person_ids))
    for start in range(0, len(ids), _CHUNK):
        rows = await s.execute(
            select(Membership.person_id, Membership.department_id)
            .where(Membership.person_id.in_(ids[start : start + _CHUNK]), *_touches(day, day))
            .order_by(Membership.id)
        )
        found.update((person_id, department_id) for person_id, department_id in rows)
    return found


async def headcount(s: AsyncSession, first_day: date, last_day: date, tree: Tree) -> dict[int, int]:
    """Distinct people employed on any day from the first to the last, both included, per department.

    A department counts everybody below it too. Someone who moved counts once in each department they were in, and
    once in a department above both. Key ``COMPANY`` is everybody, also those without a department.
    """
    spans = (
        select(
            Membership.person_id,
            func.min(Membership.department_id).label("low"),
            func.max(Membership.department_id).label("high"),
        )
        .where(*_touches(first_day, last_day))
        .group_by(Membership.person_id)
        .subquery()
    )
    totals: dict[int, int] = defaultdict(int)
    # Nearly everybody was in one department: those are counted by the database, only movers are looked at here.
    stayed = await s.execute(select(spans.c.low, func.count()).where(spans.c.low == spans.c.high).group_by(spans.c.low))
    for department_id, people in stayed:
        for one in tree.chain(department_id):
            totals[one] += people
    movers = select(spans.c.person_id).where(spans.c.low != spans.c.high)
    for departments in (await _departments_of(s, movers, first_day, last_day)).values():
        for one in {up for department_id in departments for up in tree.chain(department_id)}:
            totals[one] += 1
    totals[COMPANY] = await _everybody(s, first_day, last_day)
    return dict(totals)


async def _departments_of(
    s: AsyncSession, people: Select[tuple[int]], first_day: date, last_day: date
) -> dict[int, set[int]]:
    rows = await s.execute(
        select(Membership.person_id, Membership.department_id).where(
            Membership.person_id.in_(people), *_touches(first_day, last_day)
        )
    )
    found: dict[int, set[int]] = defaultdict(set)
    for person_id, department_id in rows:
        found[person_id].add(department_id)
    return found


async def _everybody(s: AsyncSession, first_day: date, last_day: date) -> int:
    # Someone who left and came back has only the later span on their row; the earlier one is in the memberships.
    members = select(Membership.person_id).where(*_touches(first_day, last_day))
    employed = (Person.joined_on <= last_day) & or_(Person.left_on.is_(None), Person.left_on > first_day)
    return await s.scalar(select(func.count()).select_from(Person).where(employed | Person.id.in_(members))) or 0


def _touches(first_day: date, last_day: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Membership.starts_on <= last_day,
        or_(Membership.ends_on.is_(None), Membership.ends_on > first_day),
        # Begun and ended on one day: nobody was there on any day.
        or_(Membership.ends_on.is_(None), Membership.ends_on > Membership.starts_on),
    )
