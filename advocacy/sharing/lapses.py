"""Connections that end: how each stands, and whose person has to hear of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import for_update
from advocacy.people.directory import employed
from advocacy.people.models import Person
from advocacy.sharing.models import Account, Revocation, Share, ShareState

EARLY, LATE = timedelta(days=14), timedelta(days=3)
"""Before the end of a connection that does not renew itself, its person is warned; what they were warned of last is
``soon``, ``last``, then ``broken``."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a connection stands; no tokens in it."""

    account_id: int
    person_id: int
    network: str
    handle: str
    connected_at: datetime
    ends_at: datetime | None
    """Empty when it renews itself, or has no end."""
    trouble: str
    """``refused`` or ``unreadable`` as in ``Account.problem``, ``ended`` (its time is over); empty when it works."""
    stage: str
    """What to warn of now: ``soon``, ``last``, ``broken``; empty for nothing."""


_COLUMNS = (
    Account.id, Account.person_id, Account.network, Account.handle, Account.remote_id, Account.connected_at,
    Account.expires_at, Account.refresh_token.is_not(None).label("renews"), Account.state, Account.problem,
)  # fmt: skip


async def mine(
    s: AsyncSession, person_id: int, at: datetime, renewing: Collection[str] = frozenset()
) -> list[Standing]:
    """The person's connections, the oldest first. ``renewing``: networks whose tokens a job renews."""
    rows = await s.execute(select(*_COLUMNS).where(Account.person_id == person_id).order_by(Account.id))
    return [_standing(row, at, renewing) for row in rows]


async def going_back(s: AsyncSession, person_id: int) -> set[str]:
    """Networks that have not yet taken back the person's permission."""
    query = select(Revocation.network).where(Revocation.person_id == person_id, Revocation.state == "open")
    return set(await s.scalars(query))


async def unwarned(
    s: AsyncSession,
    networks: Collection[str],
    at: datetime,
    *,
    renewing: Collection[str] = frozenset(),
    after: int = 0,
    limit: int = 100,
) -> list[Standing]:
    """Connections whose person, still employed, was not yet warned of the stage they are in.

    ``renewing``: networks whose tokens a job renews; of those only what is late is named. ``after`` is the account id
    to go on from.
    """
    query = (
        select(*_COLUMNS)
        .join(Person, Person.id == Account.person_id)
        .where(Account.id > after, Account.network.in_(networks), employed(), _is_unwarned(at, renewing))
    )
    rows = await s.execute(query.order_by(Account.id).limit(limit))
    return [_standing(row, at, renewing) for row in rows]


async def take(s: AsyncSession, one: Standing, at: datetime, renewing: Collection[str] = frozenset()) -> bool:
    """Lock it, if its person still has to be warned of it; another process may have been faster."""
    query = select(Account.id).where(
        Account.id == one.account_id, Account.connected_at == one.connected_at, _is_unwarned(at, renewing)
    )
    return await s.scalar(for_update(query)) is not None


def _is_unwarned(at: datetime, renewing: Collection[str]) -> ColumnElement[bool]:
    ends, warned = Account.expires_at, Account.warned
    stays = Account.refresh_token.is_(None)
    return and_(
        warned != "broken",
        or_(
            Account.state == "broken",
            and_(stays, ends <= at),
            and_(stays, ends <= at + LATE, warned != "last"),
            and_(stays, ends <= at + EARLY, warned == "", Account.network.not_in(renewing)),
        ),
    )


async def note(s: AsyncSession, account_id: int, stage: str) -> None:
    """The person was warned of this stage."""
    noted = update(Account).where(Account.id == account_id).values(warned=stage)
    await s.execute(noted.execution_options(synchronize_session=False))


async def is_told_by_share(s: AsyncSession, person_id: int, network: str) -> bool:
    """Does a share wait for this connection, with a message that asks to connect again?"""
    query = select(Share).where(
        Share.person_id == person_id, Share.network == network, Share.state == ShareState.WAITING,
        Share.problem == "reconnect",
    )  # fmt: skip
    return any(share.reply for share in await s.scalars(for_update(query)))


def _standing(row: Row[*tuple[Any, ...]], at: datetime, renewing: Collection[str]) -> Standing:
    account_id, person_id, network, handle, remote_id, connected_at, expires_at, renews, state, problem = row
    is_renewed = renews or (network in renewing and expires_at is not None and expires_at > at + LATE)
    ends_at = None if is_renewed else expires_at
    trouble = ""
    if state == "broken":
        trouble = "ended" if ends_at is not None and ends_at <= at else problem or "refused"
    elif ends_at is not None and ends_at <= at:
        trouble = "ended"
    stage = "broken" if trouble else ""
    if not stage and ends_at is not None and ends_at <= at + EARLY:
        stage = "last" if ends_at <= at + LATE else "soon"
    return Standing(account_id, person_id, network, handle or remote_id, connected_at, ends_at, trouble, stage)


__all__ = ["EARLY", "LATE", "Standing", "going_back", "is_told_by_share", "mine", "note", "take", "unwarned"]
