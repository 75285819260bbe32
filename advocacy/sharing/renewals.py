"""Renewing tokens before they end, where a network does that without the person."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from advocacy.chat import Refused
from advocacy.db import Database, now
from advocacy.sharing import outcomes
from advocacy.sharing.claims import Renewed, connection_of
from advocacy.sharing.clients import TROUBLE
from advocacy.sharing.models import Account
from advocacy.sharing.network import Connection, Network, Reconnect
from advocacy.sharing.shares import account_of

AHEAD = timedelta(days=28)
"""So long before its end a token is renewed: twice the time of the first warning."""
LONGEST_TRY = 20.0
"""Seconds."""
_BATCH = 100


def renewing(networks: Mapping[str, Network]) -> frozenset[str]:
    """Names of the networks whose tokens can be renewed without the person."""
    return frozenset(name for name, network in networks.items() if network.abilities().renews)


class Renewals:
    """Renews what nears its end, also of people who have not shared for long."""

    def __init__(self, db: Database, networks: Mapping[str, Network]) -> None:
        self.db = db
        self._networks = networks

    async def run_due(self, at: datetime | None = None) -> int:
        """Renew them, one after the other; answers how many were. What fails is tried again by the next run."""
        at = at or now()
        near = (
            Account.state == "active", Account.network.in_(renewing(self._networks)),
            Account.refresh_token.is_(None), Account.expires_at > at, Account.expires_at <= at + AHEAD,
        )  # fmt: skip
        done = after = 0
        while True:
            async with self.db.read() as s:
                query = select(Account.id, Account.person_id, Account.network).where(*near, Account.id > after)
                found = (await s.execute(query.order_by(Account.id).limit(_BATCH))).all()
            for account_id, person_id, network in found:
                done += await self._renew(person_id, network)
                after = account_id
            if len(found) < _BATCH:
                return done

    async def _renew(self, person_id: int, network: str) -> bool:
        async with self.db.write() as s:
            account = await account_of(s, person_id, network)
            if account is None or account.state != "active":
                return False
            connection = connection_of(account, Renewed(account.id))
        try:
            async with asyncio.timeout(LONGEST_TRY):
                fresh = await self._networks[network].renew(connection)
        except Reconnect:
            async with self.db.write() as s:
                await outcomes.mark_broken(s, account.id, connection.token)
            return False
        except (Refused, TimeoutError, *TROUBLE):
            return False
        return fresh is not None and await self._store(connection, fresh, person_id, network)

    async def _store(self, before: Connection, fresh: Connection, person_id: int, network: str) -> bool:
        """Unless the account was connected anew meanwhile."""
        async with self.db.write() as s:
            account = await account_of(s, person_id, network, lock=True)
            if account is None or account.state != "active" or account.token != before.token:
                return False
            account.token, account.refresh_token = fresh.token, fresh.refresh_token
            account.expires_at, account.warned = fresh.expires_at, ""
        return True


__all__ = ["Renewals", "renewing"]
