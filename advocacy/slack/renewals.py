"""Renews tokens before they end, each by one process alone: what renews a token is good for one time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.chat import Gone, Refused, Retry, Unknown, Workspace
from advocacy.db import Database, now
from advocacy.slack.installations import token_values
from advocacy.slack.models import Installation
from advocacy.slack.oauth import Fresh, OAuth
from advocacy.slack.presses import PLATFORM
from advocacy.slack.workspaces import Workspaces

LEASE = timedelta(minutes=2)
"""Who begins to renew has it to itself for so long."""
AGAIN = timedelta(minutes=1)
LONGEST_TRY = 20.0
"""Seconds; much less than the lease."""
_STORE_TRIES = 5
_STORE_PAUSE = 0.5
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Claim:
    id: int
    turn: int
    tenant: str
    name: str
    refresh_token: str
    expires_at: datetime | None


class Renewals:
    """A job of every process; any number of them may run at once."""

    def __init__(self, db: Database, oauth: OAuth, workspaces: Workspaces) -> None:
        self._db = db
        self._oauth = oauth
        self._workspaces = workspaces

    async def run_due(self, at: datetime | None = None) -> int:
        """Renew what ends soon; answers how many were. What fails is tried again, until it ends and after."""
        at = at or now()
        async with self._db.read() as s:
            due = list(await s.scalars(select(Installation.id).where(Installation.renew_at <= at)))
        return sum([await self._renew(one, at) for one in due])

    async def _renew(self, installation_id: int, at: datetime) -> bool:
        claim = await self._claim(installation_id, at)
        if claim is None:
            return False
        try:
            async with asyncio.timeout(LONGEST_TRY):
                fresh = await self._oauth.renew(claim.refresh_token)
        except (Retry, Unknown, TimeoutError) as trouble:
            await self._set(claim, renew_at=at + AGAIN, problem=str(trouble) or "no answer in time")
            log.warning("slack.renewal_failed", tenant=claim.tenant, why=str(trouble))
            return False
        except (Refused, Gone) as refusal:
            await self._lose(claim, str(refusal))
            return False
        return await self._keep(claim, fresh)

    async def _claim(self, installation_id: int, at: datetime) -> _Claim | None:
        """Take it for the length of a lease; ``None`` when somebody else has it, or has just renewed it."""
        mine = (Installation.id == installation_id, Installation.renew_at <= at)
        async with self._db.write() as s:
            if not await _changed(s, *mine, renew_at=at + LEASE):
                return None
            one = await s.get_one(Installation, installation_id)
        if one.refresh_token is None:
            return None
        return _Claim(one.id, one.turn, one.tenant, one.name, one.refresh_token, one.expires_at)

    async def _keep(self, claim: _Claim, fresh: Fresh) -> bool:
        """Store the new pair whatever it takes: the old one is worth nothing any more."""
        for left in reversed(range(_STORE_TRIES)):
            try:
                return await self._set(claim, turn=claim.turn + 1, **token_values(fresh))
            except (SQLAlchemyError, OSError):
                if not left:
                    raise
                await asyncio.sleep(_STORE_PAUSE)
        return False

    async def _lose(self, claim: _Claim, why: str) -> None:
        """Slack renews it no more. What it was renewed to may have been lost on the way, or the app was removed."""
        log.error("slack.renewal_lost", tenant=claim.tenant, why=why)
        if await self._set(claim, renew_at=None, problem=why, lost_at=now()):
            await self._workspaces.endangered(Workspace(PLATFORM, claim.tenant, claim.name), claim.expires_at)

    async def _set(self, claim: _Claim, **values: Any) -> bool:
        """Unless the app was installed anew, or somebody else renewed it, meanwhile."""
        async with self._db.write() as s:
            return await _changed(s, Installation.id == claim.id, Installation.turn == claim.turn, **values)


async def _changed(s: AsyncSession, *which: Any, **values: Any) -> bool:
    statement = update(Installation).where(*which).values(**values).execution_options(synchronize_session=False)
    return cast("CursorResult[Any]", await s.execute(statement)).rowcount == 1


__all__ = ["AGAIN", "LEASE", "Renewals"]
