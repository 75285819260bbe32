"""Identities in step with a platform's directory: compared at once, written in short steps, only where they differ."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    not_,
    null,
    or_,
    select,
    update,
)  # fmt: skip
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateTable, DropTable
from sqlalchemy.sql import ColumnElement

from advocacy.db import Database, UtcDateTime, now
from advocacy.people.listing import Member
from advocacy.people.models import NEEDS_APP
from advocacy.people.roster import MOST_LEAVERS, Progress, TooManyLeave
from advocacy.people.staging import IDENTITY, P, analyze, load

_META = MetaData()
LISTED = Table(
    "listed_member", _META, Column("user_id", String, primary_key=True), Column("email", String),
    Column("other", String), Column("is_guest", Integer), Column("is_gone", Integer), prefixes=["TEMPORARY"],
)  # fmt: skip
DIFF = Table(
    "listed_diff", _META, Column("n", Integer, primary_key=True), Column("identity_id", Integer),
    Column("user_id", String), Column("email", String), Column("person_id", Integer), Column("is_guest", Integer),
    Column("is_let_loose", Integer), prefixes=["TEMPORARY"],
)  # fmt: skip
STEP = 500
"""Identities written in one go: keeps the writer lock far below 250 ms."""
_I = IDENTITY
_OTHER = P.alias("by_other")


@dataclass(frozen=True, slots=True)
class Found:
    """What a directory brings; counts of identities."""

    new: int
    """Of people we have, who were not known on this platform."""
    changed: int
    """Joined to another person, with another address, or become a guest or no longer one."""
    let_loose: int
    """No longer anybody's: the entry is deactivated, a guest's, or gone."""
    joined: int
    """That belong to a person now, before the round."""

    @property
    def is_truncated(self) -> bool:
        """Would so many be let loose that the list is rather taken for a truncated one?"""
        return self.let_loose > MOST_LEAVERS * self.joined


async def plan(c: AsyncConnection, platform: str, tenant: str, members: Sequence[Member], *, is_full: bool) -> Found:
    """Compare without writing anything that stays."""
    await _create(c)
    found = await _compare(c, platform, tenant, members, is_full=is_full)
    await _drop(c)
    return found


async def apply(
    db: Database,
    platform: str,
    tenant: str,
    members: Sequence[Member],
    *,
    is_full: bool,
    needs_app: bool = False,
    allow_leavers: bool = False,
    progress: Progress | None = None,
) -> Found:
    """Make identities what the directory says, of people we have; doing it again writes nothing.

    With ``is_full`` an identity that is not listed any more is let loose. Raises ``TooManyLeave`` unless allowed.
    """
    async with db.engine.connect() as c:
        try:
            async with c.begin():
                await _create(c)
                found = await _compare(c, platform, tenant, members, is_full=is_full)
            if is_full and found.is_truncated and not allow_leavers:
                raise TooManyLeave(found.let_loose, found.joined)
            rows = found.new + found.changed + found.let_loose
            for first in range(1, rows + 1, STEP):
                async with db.write_on(c):
                    await _write(c, platform, tenant, first, reach={NEEDS_APP: True} if needs_app else {})
                if progress:
                    progress("identities", min(first + STEP - 1, rows), rows)
                await asyncio.sleep(0)  # whoever waits for the writer goes first
        finally:
            async with c.begin():
                await _drop(c)
    return found


async def _create(c: AsyncConnection) -> None:
    for table in (LISTED, DIFF):
        await c.execute(CreateTable(table))


async def _drop(c: AsyncConnection) -> None:
    for table in (DIFF, LISTED):
        await c.execute(DropTable(table, if_exists=True))


async def _compare(
    c: AsyncConnection, platform: str, tenant: str, members: Sequence[Member], *, is_full: bool
) -> Found:
    # An entry may come twice in a round; the later one holds.
    latest = {one.user: one for one in members}.values()
    records = ((one.user, one.email, one.other_email, int(one.is_guest), int(one.is_gone)) for one in latest)
    async for _ in load(c, LISTED, iter(records)):
        pass
    await analyze(c, LISTED)
    here = and_(_I.c.platform == platform, _I.c.tenant == tenant)
    await c.execute(insert(DIFF).from_select(_FIELDS, _differing(here)))
    if is_full:
        missing = select(
            _I.c.id, _I.c.user_id, _I.c.email, null(), case((_I.c.is_guest, 1), else_=0), literal(1)
        ).where(here, _I.c.person_id.is_not(None), not_(exists().where(LISTED.c.user_id == _I.c.user_id)))
        await c.execute(insert(DIFF).from_select(_FIELDS, missing))
    await analyze(c, DIFF)
    joined = select(func.count()).select_from(_I).where(here, _I.c.person_id.is_not(None))
    new, loose, rows = (await c.execute(_SUMS)).one()
    return Found(int(new), int(rows) - int(new) - int(loose), int(loose), await c.scalar(joined) or 0)


_FIELDS = ["identity_id", "user_id", "email", "person_id", "is_guest", "is_let_loose"]
_SUMS = select(
    func.count().filter(DIFF.c.identity_id.is_(None)),
    func.count().filter(DIFF.c.is_let_loose == 1),
    func.count(),
).select_from(DIFF)


def _differing(here: ColumnElement[bool]) -> Any:
    """Entries of people we have who are not known here, and entries of which we know something else."""
    out = or_(LISTED.c.is_guest == 1, LISTED.c.is_gone == 1)
    # As on a press: once joined, an identity stays with its person when its e-mail matches nobody else.
    wanted = case((out, null()), else_=func.coalesce(P.c.id, _OTHER.c.id, _I.c.person_id))
    email = case((LISTED.c.email == "", func.coalesce(_I.c.email, "")), else_=LISTED.c.email)
    was_guest = case((_I.c.is_guest, 1), else_=0)
    loose = and_(_I.c.person_id.is_not(None), wanted.is_(None))
    differs = or_(_I.c.person_id.is_distinct_from(wanted), was_guest != LISTED.c.is_guest, _I.c.email != email)
    return (
        select(_I.c.id, LISTED.c.user_id, email, wanted, LISTED.c.is_guest, case((loose, 1), else_=0))
        .select_from(
            LISTED.outerjoin(_I, and_(here, _I.c.user_id == LISTED.c.user_id))
            .outerjoin(P, and_(P.c.email == LISTED.c.email, LISTED.c.email != "", _works(P)))
            .outerjoin(_OTHER, and_(_OTHER.c.email == LISTED.c.other, LISTED.c.other != "", _works(_OTHER)))
        )
        .where(or_(and_(_I.c.id.is_(None), wanted.is_not(None)), and_(_I.c.id.is_not(None), differs)))
        .order_by(LISTED.c.user_id)
    )


def _works(table: Any) -> ColumnElement[bool]:
    today = now().date()
    return or_(table.c.left_on.is_(None), table.c.left_on > today)


async def _write(c: AsyncConnection, platform: str, tenant: str, first: int, *, reach: dict[str, Any]) -> None:
    span = DIFF.c.n.between(first, first + STEP - 1)
    moment, is_guest = literal(now(), UtcDateTime), (DIFF.c.is_guest == 1)
    known = exists().where(_I.c.platform == platform, _I.c.tenant == tenant, _I.c.user_id == DIFF.c.user_id)
    fresh = select(
        DIFF.c.person_id, literal(platform), literal(tenant), DIFF.c.user_id, literal(""), DIFF.c.email, is_guest,
        literal(reach, _I.c.reach.type), literal(value=False, type_=Boolean), moment,
    ).where(span, DIFF.c.identity_id.is_(None), not_(known)).order_by(DIFF.c.n)  # fmt: skip
    names = ["person_id", "platform", "tenant", "user_id", "address", "email", "is_guest", "reach", "met", "checked_at"]
    await c.execute(insert(_I).from_select(names, fresh))
    await c.execute(
        update(_I)
        .where(span, _I.c.id == DIFF.c.identity_id)
        .values(person_id=DIFF.c.person_id, email=DIFF.c.email, is_guest=is_guest, checked_at=moment)
    )


__all__ = ["Found", "apply", "plan"]
