"""Permissions on their way back to their network.

The account is gone at once; its tokens stay here until the network took them back, at most a day, then they are wiped
all the same.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.chat import Refused, Retry
from advocacy.db import Database, for_update, now
from advocacy.sharing.clients import TROUBLE, Clients
from advocacy.sharing.models import Account, Revocation
from advocacy.sharing.network import Connection
from advocacy.sharing.tickets import ConnectProblem

MOST_TRIES = 7
FIRST_PAUSE = timedelta(minutes=1)
"""Before the second try; each pause is four times the one before, at most eight hours: all take less than a day."""
LONGEST_PAUSE = timedelta(hours=8)
LEASE = timedelta(minutes=2)
"""How long one that is being tried is left to whoever tries."""
LONGEST_TRY = 20.0
"""Seconds."""
AT_A_TIME = 50


@dataclass(frozen=True, slots=True)
class _Try:
    """One attempt, free of the database; no connection when the tokens cannot be read any more."""

    id: int
    number: int
    network: str
    connection: Connection | None


class Revocations:
    """Gives permissions back. Any number may run on one PostgreSQL."""

    def __init__(self, db: Database, clients: Clients) -> None:
        self.db = db
        self._clients = clients

    async def keep(self, s: AsyncSession, account: Account, *, quiet: bool = False) -> int:
        """Take over an account's tokens, which must be readable; answers the id to ``attempt``.

        ``quiet``: nobody is told how it ends.
        """
        row = Revocation(
            person_id=account.person_id, network=account.network, host=account.host, remote_id=account.remote_id,
            handle=account.handle, token=account.token, refresh_token=account.refresh_token,
            expires_at=account.expires_at, state="open", quiet=quiet, due_at=now() + LEASE,
        )  # fmt: skip
        s.add(row)
        await s.flush()
        return row.id

    async def spare(self, s: AsyncSession, person_id: int, network: str, token: str) -> int:
        """A connection made anew may have the very token that is on its way back; then it stays. Answers how many.

        Mastodon gives one out again: https://github.com/mastodon/mastodon/blob/main/config/initializers/doorkeeper.rb
        """
        mine = (Revocation.person_id == person_id, Revocation.network == network, Revocation.state == "open")
        try:
            there = list(await s.scalars(for_update(select(Revocation).where(*mine))))
        except LookupError:  # what cannot be read is never sent back
            return 0
        same = [one for one in there if one.token == token]
        for one in same:
            await s.delete(one)
        return len(same)

    async def attempt(self, revocation_id: int) -> str:
        """Try once, at once. Answers ``revoked``, ``later``, or ``failed`` (the network will not take it back)."""
        async with self.db.write() as s:
            one = await self._take(s, Revocation.id == revocation_id, now())
        return "later" if one is None else await self._try(one, is_first=True)

    async def run_due(self, at: datetime | None = None) -> int:
        """Try those that are due; answers how many were tried."""
        at, tried = at or now(), 0
        while tried < AT_A_TIME:
            async with self.db.write() as s:
                one = await self._take(s, Revocation.due_at <= at, at)
            if one is None:
                break
            await self._try(one)
            tried += 1
        return tried

    async def _take(self, s: AsyncSession, which: object, at: datetime) -> _Try | None:
        query = select(Revocation.id).where(which, Revocation.state == "open")  # type: ignore[arg-type]
        found = await s.scalar(for_update(query.order_by(Revocation.due_at).limit(1), skip_locked=True))
        if found is None:
            return None
        mine = Revocation.id == found
        taken = update(Revocation).where(mine).values(due_at=at + LEASE, tries=Revocation.tries + 1)
        await s.execute(taken.execution_options(synchronize_session=False))
        number, network = (await s.execute(select(Revocation.tries, Revocation.network).where(mine))).one()
        try:
            row = await s.get_one(Revocation, found, populate_existing=True)
        except LookupError:  # its key is gone
            return _Try(found, number, network, None)
        connection = Connection(
            row.remote_id, row.handle, row.host, row.token or "", row.refresh_token, row.expires_at
        )  # fmt: skip
        return _Try(found, number, network, connection)

    async def _try(self, one: _Try, *, is_first: bool = False) -> str:
        """Call the network, and write down how it ended."""
        outcome, pause = await self._outcome(one)
        mine = Revocation.id == one.id
        async with self.db.write() as s:
            if outcome == "later" and one.number < MOST_TRIES:
                wait = max(pause, min(FIRST_PAUSE * 4 ** (one.number - 1), LONGEST_PAUSE))
                await s.execute(update(Revocation).where(mine).values(due_at=now() + wait))
                return "later"
            outcome = "failed" if outcome == "later" else outcome
            if is_first:  # whoever asked is told by the answer
                await s.execute(delete(Revocation).where(mine))
                return outcome
            await s.execute(delete(Revocation).where(mine, Revocation.quiet))
            await s.execute(
                update(Revocation).where(mine).values(state=outcome, token=None, refresh_token=None, expires_at=None)
            )
        return outcome

    async def _outcome(self, one: _Try) -> tuple[str, timedelta]:
        port = self._clients.networks.get(one.network)
        if port is None or one.connection is None or port.abilities().keeps_permission:
            return "failed", timedelta()
        try:
            async with asyncio.timeout(LONGEST_TRY):
                await port.revoke(await self._clients.of(port, one.connection.host), one.connection)
        except Retry as later:
            return "later", later.after
        except ConnectProblem as problem:
            return ("later" if problem.code == "try_later" else "failed"), timedelta()
        except Refused:
            return "failed", timedelta()
        except (*TROUBLE, TimeoutError):
            return "later", timedelta()
        return "revoked", timedelta()


async def any_ended(s: AsyncSession) -> bool:
    """Did any end without their person in front?"""
    return await s.scalar(select(Revocation.id).where(Revocation.state != "open").limit(1)) is not None


async def ended(s: AsyncSession, limit: int) -> list[Revocation]:
    """Those that ended without their person in front; they are told and forgotten. Rows are locked."""
    query = select(Revocation).where(Revocation.state != "open").order_by(Revocation.id).limit(limit)
    return list(await s.scalars(for_update(query, skip_locked=True)))


__all__ = ["Revocations", "any_ended", "ended"]
