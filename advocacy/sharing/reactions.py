"""What came of posts: public likes, reposts and replies, asked for where a network tells them.

Young posts are asked about more often, none after 30 days. A network that asks us to wait is left alone, and nothing
that goes wrong here touches an account: nobody has to connect again because of a number.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.chat import Gone, Refused, Retry, Unknown
from advocacy.db import Database, now
from advocacy.sharing.claims import Renewed, connection_of
from advocacy.sharing.models import Account, Share, ShareReaction, ShareState
from advocacy.sharing.network import Connection, Network, Reactions, Reconnect
from advocacy.sharing.once import insert_new
from advocacy.sharing.shares import account_of, usable

DAY = timedelta(days=1)
ENDS = timedelta(days=30)
WEEK = timedelta(days=7)
Pace = tuple[tuple[timedelta, timedelta], ...]
PACE: Pace = ((DAY, timedelta(hours=1)), (WEEK, timedelta(hours=6)), (ENDS, DAY))
"""Up to this age of a post, this long until its next turn."""
PAID_PACE: Pace = ((WEEK, DAY), (ENDS, WEEK))
"""Where each question is paid for: about ten in all."""
LEASE = timedelta(minutes=10)
"""How long posts are left to whoever asks about them; also the least pause of a network that wants one."""
ACCOUNTS_AT_ONCE = 100
"""In one round; the next one comes a minute later."""
SERVERS_AT_ONCE = 8
LONGEST = 30.0
"""Seconds for one account."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One account whose posts are due."""

    network: Network
    connection: Connection
    renewed: Renewed
    posts: Mapping[str, int]
    """Shares by the ids of their posts."""


async def expect(s: AsyncSession, share: Share, network: Network, at: datetime) -> None:
    """A share was posted: from now on ask what comes of it, where the network tells."""
    if network.abilities().metrics:
        # What is paid for is asked later and less often.
        first = at + PAID_PACE[0][1] if network.abilities().metrics_paid else at
        values = {"share_id": share.id, "due_at": first, "likes": 0, "reposts": 0, "replies": 0}
        await insert_new(s, ShareReaction, values)


async def latest(s: AsyncSession, share_ids: Collection[int]) -> dict[int, ShareReaction]:
    """What is known of these shares; nothing of those that nobody told of yet."""
    told = (ShareReaction.share_id.in_(share_ids), ShareReaction.told_at.is_not(None))
    return {one.share_id: one for one in await s.scalars(select(ShareReaction).where(*told))}


async def fetch(db: Database, networks: Mapping[str, Network]) -> int:
    """Ask about posts whose turn it is; answers how many accounts were asked about.

    Servers are asked at the same time, a few of them, and each one question after the other.
    """
    lanes: dict[tuple[str, str], list[int]] = {}
    for person_id, name, host in await _due(db, networks):
        server = name, host if networks[name].abilities().asks_host else ""
        lanes.setdefault(server, []).append(person_id)
    free = asyncio.Semaphore(SERVERS_AT_ONCE)

    async def ask(name: str, people: list[int]) -> int:
        async with free:
            return await _ask_server(db, networks[name], people)

    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(ask(name, people)) for (name, _), people in lanes.items()]
    return sum(one.result() for one in asked)


async def _ask_server(db: Database, network: Network, people: list[int]) -> int:
    """Ask one server about the posts of these people, one person after the other; answers about how many."""
    asked, wait = 0, None
    for person_id in people:
        turn = await _claim(db, network, person_id)
        if turn is None:
            continue
        if wait is None:
            asked += 1
            wait = await _ask(db, turn)
        if wait is not None:  # whatever else we wanted to know of a server that asks us to wait, waits too
            async with db.write() as s:
                await _set_due(s, turn.posts.values(), now() + wait)
    return asked


async def _due(db: Database, networks: Mapping[str, Network]) -> list[tuple[int, str, str]]:
    """People, networks and their servers, those first that have waited longest."""
    telling = [name for name, network in networks.items() if network.abilities().metrics]
    account = and_(Account.person_id == Share.person_id, Account.network == Share.network)
    async with db.read() as s:
        query = (
            select(Share.person_id, Share.network, func.coalesce(Account.host, ""))
            .join(ShareReaction, ShareReaction.share_id == Share.id)
            .outerjoin(Account, account)
            .where(ShareReaction.due_at <= now(), Share.network.in_(telling))
            .order_by(ShareReaction.due_at)
            .limit(ACCOUNTS_AT_ONCE)
        )
        return list(dict.fromkeys((person_id, name, host) for person_id, name, host in await s.execute(query)))


async def _claim(db: Database, network: Network, person_id: int) -> _Turn | None:
    """Take this account's posts that are due, so that no one else asks; nobody asks about those that are over."""
    at = now()
    async with db.write() as s:
        own = select(Share.id).where(Share.person_id == person_id, Share.network == network.name)
        take = update(ShareReaction).where(ShareReaction.due_at <= at, ShareReaction.share_id.in_(own))
        taken = take.values(due_at=at + LEASE).returning(ShareReaction.share_id)
        mine = list(await s.scalars(taken.execution_options(synchronize_session=False)))
        shares = list(await s.scalars(select(Share).where(Share.id.in_(mine))))
        account = await account_of(s, person_id, network.name)
        live = {one.remote_id: one.id for one in shares if account is not None and _is_live(one, at)}
        await _set_due(s, set(mine) - set(live.values()), None)
        if account is None or not live:
            return None
        if not usable(account, at):  # it is for the person to connect again
            await _set_due(s, live.values(), at + DAY)
            return None
        if network.abilities().metrics_paid and await _is_posting(s, person_id, network.name, at):
            return None  # both might renew the account's token, which can be done once; later, then
        renewed = Renewed(account.id)
        return _Turn(network, connection_of(account, renewed), renewed, live)


async def _is_posting(s: AsyncSession, person_id: int, network: str, at: datetime) -> bool:
    """Is something going out over this account, or about to?"""
    soon = at + timedelta(seconds=2 * LONGEST)
    leaves = or_(
        Share.state.in_((ShareState.SENDING, ShareState.UNKNOWN)),
        and_(Share.state == ShareState.PENDING, Share.due_at <= soon),
    )
    query = select(Share.id).where(Share.person_id == person_id, Share.network == network, leaves)
    return await s.scalar(query.limit(1)) is not None


async def _ask(db: Database, turn: _Turn) -> timedelta | None:
    """Ask, and keep what is told; how long to wait when the network wants that."""
    told: Mapping[str, Reactions] = {}
    wait: timedelta | None = None
    try:
        async with asyncio.timeout(LONGEST):
            told = await turn.network.reactions(turn.connection, list(turn.posts))
    except Retry as later:
        wait = max(later.after, LEASE)
    except (Gone, Reconnect, Refused, Unknown, TimeoutError) as error:
        log.info("reactions.untold", network=turn.network.name, host=turn.connection.host, why=str(error)[:200])
    at = now()
    pace = _pace(turn.network)
    async with db.write() as s:
        await turn.renewed.store(s)  # whatever was answered then: a token is renewed once
        if wait is not None:
            return wait
        query = select(ShareReaction, Share).join(Share, Share.id == ShareReaction.share_id)
        for row, share in await s.execute(query.where(Share.id.in_(turn.posts.values()))):
            _keep(row, told.get(share.remote_id), at - (share.settled_at or at))
            row.due_at = _next(share, at, pace)
    return None


def _keep(row: ShareReaction, told: Reactions | None, age: timedelta) -> None:
    if told is None:
        return  # the post is gone, or the network did not say: what was known stays
    row.likes, row.reposts, row.replies, row.told_at = told.likes, told.reposts, told.replies, told.at
    if row.followers is None and age < DAY:
        row.followers = told.followers


def _is_live(share: Share, at: datetime) -> bool:
    return share.state == ShareState.POSTED and share.settled_at is not None and at - share.settled_at < ENDS


def _pace(network: Network) -> Pace:
    return PAID_PACE if network.abilities().metrics_paid else PACE


def _next(share: Share, at: datetime, pace: Pace) -> datetime | None:
    if not _is_live(share, at) or share.settled_at is None:
        return None
    age = at - share.settled_at
    return next((at + pause for until, pause in pace if age < until), None)


async def _set_due(s: AsyncSession, share_ids: Collection[int], at: datetime | None) -> None:
    those = update(ShareReaction).where(ShareReaction.share_id.in_(share_ids))
    await s.execute(those.values(due_at=at).execution_options(synchronize_session=False))


__all__ = ["ENDS", "PACE", "PAID_PACE", "expect", "fetch", "latest"]
