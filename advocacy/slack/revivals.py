"""Tokens that Slack did not take for a while: an address that was not allowed, a workspace that was suspended."""

from __future__ import annotations

from sqlalchemy import select, update

from advocacy.chat import Gone, Refused, Retry
from advocacy.db import Database, now
from advocacy.slack.calls import Calls
from advocacy.slack.installations import AHEAD, Installations, reached
from advocacy.slack.models import Installation
from advocacy.slack.workspaces import Workspaces

_MAY_COME_BACK = ("account_inactive", "invalid_auth", "not_authed")
"""Of what Slack says to a dead token; one that was revoked stays so."""


class Revivals:
    """A job: where Slack takes the token again, what waits goes out."""

    def __init__(self, db: Database, calls: Calls, installations: Installations, workspaces: Workspaces) -> None:
        self._db = db
        self._calls = calls
        self._installations = installations
        self._workspaces = workspaces

    async def run_due(self) -> int:
        """Ask Slack about each of them; answers how many are back."""
        lost = Installation.lost_at.is_not(None), Installation.problem.in_(_MAY_COME_BACK)
        async with self._db.read() as s:
            tenants = list(await s.scalars(select(Installation.tenant).where(*lost)))
        return sum([await self._is_back(one) for one in tenants])

    async def _is_back(self, tenant: str) -> bool:
        try:
            await self._calls.read(tenant, "auth.test")
        except (Retry, Gone, Refused):
            return False
        async with self._db.write() as s:
            query = select(Installation).where(Installation.tenant == tenant, Installation.lost_at.is_not(None))
            found = await s.scalar(query)
            if found is None:
                return False
            renew_at = max(now(), found.expires_at - AHEAD) if found.expires_at and found.refresh_token else None
            back = {"lost_at": None, "problem": "", "renew_at": renew_at}
            await s.execute(update(Installation).where(Installation.id == found.id).values(**back))
            places = await reached(s, found)
        self._installations.forget()
        await self._workspaces.joined(places)
        return True


__all__ = ["Revivals"]
