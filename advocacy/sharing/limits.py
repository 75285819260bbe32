"""What each server takes: asked when somebody connects there, again once a day when somebody shares, and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.chat import Gone, Refused, Retry, Unknown
from advocacy.db import Database, now
from advocacy.sharing.models import Account, HostApp
from advocacy.sharing.network import Limits, Network, Reconnect

FRESH = timedelta(days=1)
AGAIN = timedelta(hours=1)
"""After a server gave no answer; meanwhile what it said last counts."""
_TROUBLE = (Gone, Reconnect, Refused, Retry, Unknown)
_THEIRS = and_(Account.network == HostApp.network, Account.host == HostApp.host)


async def fitted(s: AsyncSession, port: Network, person_id: int) -> Network:
    """The network as this person's own account has it; as most have it while that is not known."""
    if not port.abilities().limits_differ:
        return port
    query = select(HostApp.limits).join(Account, _THEIRS)
    known = await s.scalar(query.where(Account.person_id == person_id, Account.network == port.name))
    return port.within(Limits(known["characters"], known["per_url"])) if known else port


class HostLimits:
    """Asks servers for their limits, each at most once a day. Not to be called in a unit of work."""

    def __init__(self, db: Database, networks: Mapping[str, Network]) -> None:
        self.db = db
        self.networks = networks

    async def refresh(self, person_id: int) -> None:
        """Ask the servers on which this person has an account, if it is time to."""
        query = select(HostApp.network, HostApp.host).join(Account, _THEIRS).where(Account.person_id == person_id)
        async with self.db.read() as s:
            due = (await s.execute(query.where(_is_due(now())))).all()
        for network, host in due:
            await self.learn(network, host)

    async def learn(self, network: str, host: str) -> None:
        """Ask one server, if it is time to and nobody else is asking; without an answer all stays as it is."""
        port = self.networks.get(network)
        if port is None or not port.abilities().limits_differ:
            return
        at = now()
        mine = (HostApp.network == network, HostApp.host == host)
        if not await self._write(*mine, _is_due(at), limits_at=at):
            return
        try:
            told = await port.limits(host)
        except _TROUBLE:
            await self._write(*mine, HostApp.limits_at == at, limits_at=at - FRESH + AGAIN)
        else:
            await self._write(*mine, HostApp.limits_at == at, limits=asdict(told) if told else None)

    async def _write(self, *where: ColumnElement[bool], **values: Any) -> bool:
        async with self.db.write() as s:
            change = update(HostApp).where(*where).values(**values)
            done = await s.execute(change.execution_options(synchronize_session=False))
        return bool(getattr(done, "rowcount", 0))


def _is_due(at: datetime) -> ColumnElement[bool]:
    return or_(HostApp.limits_at.is_(None), HostApp.limits_at <= at - FRESH)


__all__ = ["HostLimits", "fitted"]
