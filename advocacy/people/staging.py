"""The database side of a roster: temporary tables, one comparison, and set-based statements over ranges of it.

Temporary tables belong to one connection and vanish with it, so a crash leaves nothing behind and filling them takes
no writer lock; what changes is then applied in short steps.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    text,
    update,
)  # fmt: skip
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable
from sqlalchemy.sql import ColumnElement

from advocacy.db import Base
from advocacy.people.models import Department, Identity, Membership, Person
from advocacy.people.roster_file import Row

_META = MetaData()
_COLUMNS = ("email", "name", "department", "manager_email", "language", "time_zone", "location", "country", "roles")


def _texts() -> Iterator[Column[Any]]:
    return (Column(name, Text) for name in _COLUMNS[1:])


ROWS = Table(
    "roster_row", _META, Column("email", String), *_texts(), Column("only_present", Integer),
    Column("leaves", Integer), prefixes=["TEMPORARY"],
)  # fmt: skip
BY_EMAIL = Index("roster_row_email", ROWS.c.email)
DIFF = Table(
    "roster_diff", _META, Column("n", Integer, primary_key=True), Column("email", String), *_texts(),
    Column("person_id", Integer), Column("is_new", Integer), Column("is_back", Integer), Column("is_changed", Integer),
    Column("is_moved", Integer), Column("is_leaving", Integer), prefixes=["TEMPORARY"],
)  # fmt: skip
_FLAGS = ("is_new", "is_back", "is_changed", "is_moved", "is_leaving")
_AT_A_TIME = 10_000
P, M, D, IDENTITY = (Base.metadata.tables[one.__tablename__] for one in (Person, Membership, Department, Identity))


@dataclass(frozen=True, slots=True)
class Totals:
    """How many people each kind of difference concerns; ``rows`` is how many people differ at all."""

    rows: int
    is_new: int
    is_back: int
    is_changed: int
    is_moved: int
    is_leaving: int


async def create(c: AsyncConnection) -> None:
    """Make the two temporary tables, empty, on this connection."""
    for table in (ROWS, DIFF):
        await c.execute(CreateTable(table))


async def drop(c: AsyncConnection) -> None:
    """Remove them, if they are there: the connection goes back to its pool."""
    for table in (DIFF, ROWS):
        await c.execute(DropTable(table, if_exists=True))


async def fill(c: AsyncConnection, rows: Sequence[Row], spelling: dict[str, str]) -> AsyncIterator[int]:
    """Put the rows into the staging table; yields how many are in so far.

    ``spelling`` maps a department's path in lower case to the path that is known already.
    """
    done = 0
    async for count in load(c, ROWS, _records(rows, spelling)):
        done += count
        yield done
    # After the rows are in: cheaper than keeping it in order meanwhile.
    await c.execute(CreateIndex(BY_EMAIL))
    await analyze(c, ROWS)


async def load(c: AsyncConnection, table: Table, records: Iterator[tuple[object, ...]]) -> AsyncIterator[int]:
    """Put records, all columns in order, into a temporary table the quick way; yields how many at a time."""
    raw = await c.get_raw_connection()
    driver: Any = raw.driver_connection
    columns = [column.name for column in table.columns]
    statement = f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - our own names
    while batch := list(islice(records, _AT_A_TIME)):
        if c.dialect.name == "postgresql":
            await driver.copy_records_to_table(table.name, records=batch, columns=columns)
        else:
            await c.exec_driver_sql(statement, batch)
        yield len(batch)


def _records(rows: Sequence[Row], spelling: dict[str, str]) -> Iterator[tuple[object, ...]]:
    # A hundred thousand rows name a few hundred departments and a handful of sets of roles: each is worked out once.
    paths = {path: spelling.get(path.casefold(), path) for path in {row.department for row in rows} if path}
    lists = {roles: json.dumps(roles) for roles in {row.roles for row in rows} if roles is not None}
    for row in rows:
        department, roles = row.department, row.roles
        yield (
            row.email, row.name, paths[department] if department else department, row.manager_email,
            row.language, row.time_zone, row.location, row.country,
            None if roles is None else lists[roles], int(row.only_present), int(row.leaves),
        )  # fmt: skip


async def compare(c: AsyncConnection, today: date, *, partial: bool = False) -> Totals:
    """Write everybody who differs from the staged rows into the other table, by one statement each way.

    ``partial``: the rows are some of the people only; who is not among them stays as they are.
    """
    fresh, back = P.c.id.is_(None), _left(today)
    stays = and_(P.c.id.is_not(None), not_(back))
    differs = or_(*(_differs(name) for name in _COLUMNS[1:] if name not in {"department", "roles"}), _other_roles())
    moved = and_(stays, ROWS.c.department.is_not(None), ROWS.c.department != func.coalesce(D.c.path, ""))
    flags = (fresh, back, and_(stays, differs), moved)
    people = (
        select(*(ROWS.c[name] for name in _COLUMNS), P.c.id, *(_flag(one) for one in flags), literal(0))
        .select_from(
            ROWS.outerjoin(P, P.c.email == ROWS.c.email)
            .outerjoin(M, and_(M.c.person_id == P.c.id, M.c.ends_on.is_(None)))
            .outerjoin(D, D.c.id == M.c.department_id)
        )
        .where(ROWS.c.only_present == 0, ROWS.c.leaves == 0, or_(*flags))
        .order_by(ROWS.c.email)
    )
    await c.execute(insert(DIFF).from_select([*_COLUMNS, "person_id", *_FLAGS], people))
    named = ROWS.c.email == P.c.email
    gone = exists().where(named, ROWS.c.leaves == 1) if partial else not_(exists().where(named, ROWS.c.leaves == 0))
    missing = select(P.c.email, P.c.id, *(literal(int(name == "is_leaving")) for name in _FLAGS)).where(
        _employed(today), gone
    )
    await c.execute(insert(DIFF).from_select(["email", "person_id", *_FLAGS], missing))
    await analyze(c, DIFF)
    sums = (func.coalesce(func.sum(DIFF.c[name]), 0) for name in _FLAGS)
    found = (await c.execute(select(func.coalesce(func.max(DIFF.c.n), 0), *sums))).one()
    return Totals(*(int(value) for value in found))


async def apply(c: AsyncConnection, first: int, last: int, today: date, defaults: tuple[str, str]) -> None:
    """Make the people of the differences numbered ``first`` to ``last`` what the file says."""
    span = DIFF.c.n.between(first, last)
    await _insert_people(c, span, today, defaults)
    await _update_people(c, span, today)
    await _end_memberships(c, span, today)
    await _begin_memberships(c, span, today)


async def join_identities(c: AsyncConnection) -> None:
    """Give those who are new to us the identities that platforms told us of before."""
    waiting = (IDENTITY.c.person_id.is_(None), IDENTITY.c.is_guest.is_(False), IDENTITY.c.email != "")
    same = (IDENTITY.c.email == P.c.email, P.c.left_on.is_(None))
    await c.execute(update(IDENTITY).where(*waiting, *same).values(person_id=P.c.id))


async def _insert_people(c: AsyncConnection, span: ColumnElement[bool], today: date, defaults: tuple[str, str]) -> None:
    values = select(
        DIFF.c.email, DIFF.c.name, func.coalesce(DIFF.c.language, defaults[0]),
        func.coalesce(DIFF.c.time_zone, defaults[1]), func.coalesce(DIFF.c.location, ""),
        func.coalesce(DIFF.c.country, ""),
        func.coalesce(DIFF.c.manager_email, ""),
        cast(func.coalesce(DIFF.c.roles, "[]"), P.c.roles.type) if _casts(c) else func.coalesce(DIFF.c.roles, "[]"),
        literal(today, Date),
    )  # fmt: skip
    columns = ["email", "name", "language", "time_zone", "location", "country", "manager_email", "roles", "joined_on"]
    await c.execute(insert(P).from_select(columns, values.where(span, DIFF.c.is_new == 1).order_by(DIFF.c.n)))


async def _update_people(c: AsyncConnection, span: ColumnElement[bool], today: date) -> None:
    mine = (span, P.c.id == DIFF.c.person_id)
    roles = func.coalesce(DIFF.c.roles, cast(P.c.roles, Text))
    await c.execute(
        update(P)
        .where(*mine, or_(DIFF.c.is_changed == 1, DIFF.c.is_back == 1))
        .values(
            name=DIFF.c.name,
            manager_email=func.coalesce(DIFF.c.manager_email, P.c.manager_email),
            language=func.coalesce(DIFF.c.language, P.c.language),
            time_zone=func.coalesce(DIFF.c.time_zone, P.c.time_zone),
            location=func.coalesce(DIFF.c.location, P.c.location),
            country=func.coalesce(DIFF.c.country, P.c.country),
            roles=cast(roles, P.c.roles.type) if _casts(c) else roles,
        )
    )
    # Gone and back within a day is no gap.
    since = case((P.c.left_on == today, P.c.joined_on), else_=literal(today, Date))
    await c.execute(update(P).where(*mine, DIFF.c.is_back == 1).values(left_on=None, joined_on=since))
    await c.execute(update(P).where(*mine, DIFF.c.is_leaving == 1).values(left_on=today))


async def _end_memberships(c: AsyncConnection, span: ColumnElement[bool], today: date) -> None:
    goes = or_(DIFF.c.is_moved == 1, DIFF.c.is_leaving == 1)
    them = select(DIFF.c.person_id).where(span, goes)
    theirs = (M.c.person_id.in_(them), M.c.ends_on.is_(None))
    # A membership that began today was never true on any day: it goes, rather than staying with no length.
    await c.execute(delete(M).where(*theirs, M.c.starts_on >= today))
    await c.execute(update(M).where(*theirs).values(ends_on=today))


async def _begin_memberships(c: AsyncConnection, span: ColumnElement[bool], today: date) -> None:
    begins = or_(DIFF.c.is_new == 1, DIFF.c.is_moved == 1, DIFF.c.is_back == 1)
    there = exists().where(M.c.person_id == P.c.id, M.c.ends_on.is_(None))
    members = (
        select(P.c.id, D.c.id, literal(today, Date))
        .select_from(DIFF.join(P, P.c.email == DIFF.c.email).join(D, D.c.path == DIFF.c.department))
        .where(span, begins, not_(there))
        .order_by(DIFF.c.n)
    )
    await c.execute(insert(M).from_select(["person_id", "department_id", "starts_on"], members))


async def analyze(c: AsyncConnection, table: Table) -> None:
    """Tell PostgreSQL how much is in a temporary table: nobody else does."""
    if c.dialect.name == "postgresql":
        await c.execute(text(f"ANALYZE {table.name}"))


def _employed(today: date) -> ColumnElement[bool]:
    return or_(P.c.left_on.is_(None), P.c.left_on > today)


def _left(today: date) -> ColumnElement[bool]:
    return and_(P.c.left_on.is_not(None), P.c.left_on <= today)


def _differs(name: str) -> ColumnElement[bool]:
    return and_(ROWS.c[name].is_not(None), ROWS.c[name] != P.c[name])


def _other_roles() -> ColumnElement[bool]:
    # Compared as the text both databases keep of a JSON list; roles are always written in one order.
    return and_(ROWS.c.roles.is_not(None), ROWS.c.roles != cast(P.c.roles, Text))


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _casts(c: AsyncConnection) -> bool:
    """PostgreSQL must be told that a text is JSON; SQLite's CAST would make a number of it."""
    return c.dialect.name == "postgresql"
