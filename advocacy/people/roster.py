"""Keeping people in step with the roster: compare everything at once, write only what differs, in short steps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from advocacy.db import Database
from advocacy.people import staging
from advocacy.people.directory import employed
from advocacy.people.models import Department, Person, RosterRun
from advocacy.people.roster_file import BadRoster, Problem, Roster, Row, read_csv
from advocacy.people.staging import DIFF, Totals

MOST_LEAVERS = 0.2
"""A file that would remove more than this part of the company is taken for a truncated one."""
STEP = 2_000
"""People written in one go: keeps the writer lock far below 250 ms."""
_SAMPLES = 12

Progress = Callable[[str, int, int], None]
"""Called with the phase (``stage``, ``write``), how much is done, and out of how much."""


class TooManyLeave(ValueError):
    """The file looks truncated: it would remove more than ``MOST_LEAVERS`` of everybody."""

    def __init__(self, left: int, employed: int) -> None:
        super().__init__(f"{left} of {employed} people would leave")
        self.left = left
        self.employed = employed


@dataclass(frozen=True, slots=True)
class Sample:
    """One person who would change, for showing."""

    kind: str
    """``joined``, ``back``, ``changed``, ``moved`` or ``left``."""
    email: str
    name: str
    department: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. Somebody can be changed and moved at once; ``joined`` includes those who come back."""

    joined: int
    changed: int
    moved: int
    left: int
    unchanged: int
    employed: int
    """People employed now, before the import."""
    new_departments: tuple[str, ...]
    samples: tuple[Sample, ...]

    @property
    def is_truncated(self) -> bool:
        """Would so many leave that the file is rather taken for a truncated one?"""
        return self.left > MOST_LEAVERS * self.employed


async def plan(
    s: AsyncSession, rows: Sequence[Row], today: date, progress: Progress | None = None, *, partial: bool = False
) -> Plan:
    """Compare without writing anything that stays. ``partial`` as in ``apply``."""
    c = await s.connection()
    await staging.create(c)
    known = await _paths(c)
    spelling = _spelling(rows, known)
    await _stage(c, rows, spelling, progress)
    totals = await staging.compare(c, today, partial=partial)
    made = Plan(
        totals.is_new + totals.is_back,
        totals.is_changed,
        totals.is_moved,
        totals.is_leaving,
        _unchanged(rows, totals),
        await _employed(c, today),
        tuple(_new(spelling, known)),
        await _samples(c),
    )
    await staging.drop(c)
    return made


async def apply(
    db: Database,
    rows: Sequence[Row],
    today: date,
    progress: Progress | None = None,
    *,
    source: str = "",
    refused: int = 0,
    partial: bool = False,
    allow_leavers: bool = False,
    language: str = "en",
    time_zone: str = "Europe/Berlin",
) -> RosterRun:
    """Make people what the rows say; doing it again writes nothing. Raises ``TooManyLeave`` unless allowed.

    ``partial``: the rows are some of the people only, and those leave of whom a row says so. ``language`` and
    ``time_zone`` are for newcomers of whom the file says nothing. If it is cut short, the next run does the rest.
    """
    async with db.engine.connect() as c:
        try:
            async with c.begin():
                await staging.create(c)
                known = await _paths(c)
                spelling = _spelling(rows, known)
                await _stage(c, rows, spelling, progress)
                totals = await staging.compare(c, today, partial=partial)
                there = await _employed(c, today)
            if not allow_leavers and totals.is_leaving > MOST_LEAVERS * there:
                raise TooManyLeave(totals.is_leaving, there)
            if totals.rows:
                async with db.write() as s:
                    await _plant(s, _new(spelling, known))
                await _write(db, c, totals, today, defaults=(language, time_zone), progress=progress)
        finally:
            async with c.begin():
                await staging.drop(c)
    run = RosterRun(
        source=source[:400], joined=totals.is_new + totals.is_back, changed=totals.is_changed,
        moved=totals.is_moved, left=totals.is_leaving, refused=refused,
    )  # fmt: skip
    if totals.rows:
        async with db.write() as s:
            s.add(run)
    return run


async def _write(
    db: Database,
    c: AsyncConnection,
    totals: Totals,
    today: date,
    *,
    defaults: tuple[str, str],
    progress: Progress | None,
) -> None:
    for first in range(1, totals.rows + 1, STEP):
        async with db.write_on(c):
            await staging.apply(c, first, first + STEP - 1, today, defaults)
        if progress:
            progress("write", min(first + STEP - 1, totals.rows), totals.rows)
        await asyncio.sleep(0)  # whoever waits for the writer goes first
    if totals.is_new or totals.is_back:
        async with db.write_on(c):
            await staging.join_identities(c)


async def _stage(c: AsyncConnection, rows: Sequence[Row], spelling: dict[str, str], progress: Progress | None) -> None:
    async for done in staging.fill(c, rows, spelling):
        if progress:
            progress("stage", done, len(rows))


async def _paths(c: AsyncConnection) -> dict[str, str]:
    """The paths of all departments by their lower case: ``sales/dach`` in a file is the ``Sales/DACH`` there is."""
    return {path.casefold(): path for path in (await c.execute(select(Department.path))).scalars()}


def _spelling(rows: Sequence[Row], known: dict[str, str]) -> dict[str, str]:
    """Known departments and those of the file, with all above them; the first spelling of each part holds."""
    spelling = dict(known)
    for path in {row.department: None for row in rows if row.department and not row.only_present}:
        above = ""
        for part in path.split("/"):
            below = f"{above}/{part}" if above else part
            above = spelling.setdefault(below.casefold(), below)
    return spelling


def _new(spelling: dict[str, str], known: dict[str, str]) -> list[str]:
    """Departments to be made; sorted, so that those above come before those below."""
    return sorted(path for key, path in spelling.items() if key not in known)


async def _plant(s: AsyncSession, paths: Sequence[str]) -> None:
    ids = {path.casefold(): key for key, path in await s.execute(select(Department.id, Department.path))}
    for path in paths:
        above, _, name = path.rpartition("/")
        node = Department(name=name, path=path, parent_id=ids.get(above.casefold()))
        s.add(node)
        await s.flush()
        ids[path.casefold()] = node.id


def _unchanged(rows: Sequence[Row], totals: Totals) -> int:
    return sum(not row.only_present and not row.leaves for row in rows) - (totals.rows - totals.is_leaving)


async def _employed(c: AsyncConnection, today: date) -> int:
    return await c.scalar(select(func.count()).select_from(Person).where(employed(today))) or 0


async def _samples(c: AsyncConnection) -> tuple[Sample, ...]:
    kinds = {"joined": "is_new", "back": "is_back", "changed": "is_changed", "moved": "is_moved", "left": "is_leaving"}
    found: list[Sample] = []
    for kind, flag in kinds.items():
        columns = (DIFF.c.email, DIFF.c.name, DIFF.c.department)
        rows = await c.execute(select(*columns).where(DIFF.c[flag] == 1).order_by(DIFF.c.n).limit(_SAMPLES))
        found.extend(Sample(kind, email, name or "", department or "") for email, name, department in rows)
    return tuple(found)


__all__ = [
    "BadRoster", "Plan", "Problem", "Progress", "Roster", "Row", "Sample", "TooManyLeave", "apply", "plan", "read_csv",
]  # fmt: skip
