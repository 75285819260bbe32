"""Where the app is installed: read on each call out of memory, kept encrypted in the database."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.chat import Retry, Workspace
from advocacy.db import Database, insert_into, now
from advocacy.slack.models import Installation, OrgTeam
from advocacy.slack.oauth import Fresh, Installed
from advocacy.slack.presses import PLATFORM
from advocacy.slack.tokens import Grant
from advocacy.slack.workspaces import Workspaces

REMEMBERED = 30.0
"""Seconds for which a look-up holds. A token that was renewed elsewhere meanwhile is still good, or asked for anew."""
AHEAD = timedelta(hours=2)
"""So long before its end a token is renewed; it lives for twelve."""
_SOON = timedelta(seconds=30)
_MUCH_LATER = timedelta(minutes=10)
_MOST = 10_000
_NOBODY = 5.0
"""Seconds for which a workspace without the app is remembered: it may just be installed."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Known:
    grant: Grant | None
    until: float


class Installations:
    """``Tokens`` for any number of workspaces and organizations. One per process."""

    def __init__(self, db: Database, workspaces: Workspaces) -> None:
        self._db = db
        self._workspaces = workspaces
        self._known: dict[str, _Known] = {}

    async def of(self, tenant: str, enterprise: str = "") -> Grant | None:
        """The token for a workspace: its own, or that of its organization. Nothing is asked of Slack."""
        known = self._known.get(tenant)
        if known is not None and known.until > time.monotonic() and not (known.grant is None and enterprise):
            return known.grant
        async with self._db.read() as s:
            found = await _find(s, tenant, enterprise)
            is_new = found is not None and found.is_org and not await _is_member(s, tenant, found.tenant)
        if found is not None and is_new:
            await self._learn([tenant], found.tenant)
        grant = Grant(found.token, found.is_org) if found is not None else None
        while len(self._known) >= _MOST:
            del self._known[next(iter(self._known))]
        self._known[tenant] = _Known(grant, time.monotonic() + (REMEMBERED if grant else _NOBODY))
        return grant

    async def instead(self, tenant: str, refused: Grant, error: str) -> Grant:
        """The token that took its place meanwhile. Raises ``Retry`` when none did: it is renewed, or we are gone."""
        self.forget()
        async with self._db.read() as s:
            found = await _find(s, tenant, "")
        if found is not None and found.token != refused.token:
            return Grant(found.token, found.is_org)
        if found is None:
            raise Retry(_MUCH_LATER, f"the Slack app is not installed in {tenant}")
        if error == "token_expired" and found.refresh_token is not None and found.lost_at is None:
            async with self._db.write() as s:
                late = (
                    Installation.id == found.id,
                    Installation.turn == found.turn,
                    Installation.renew_at > now() + _SOON,
                )
                await _set(s, *late, renew_at=now())
            raise Retry(_SOON, f"the Slack token of {tenant} has ended and is being renewed")
        async with self._db.write() as s:
            await _set(
                s, Installation.id == found.id, Installation.turn == found.turn,
                lost_at=found.lost_at or now(), problem=error, renew_at=None,
            )  # fmt: skip
            places = await reached(s, found)
        log.error("slack.token_dead", workspace=found.name, tenant=found.tenant, why=error)
        await self._workspaces.left(places)
        raise Retry(_MUCH_LATER, f"Slack does not take the token of {tenant} any more: {error}")

    async def save(self, installed: Installed, teams: Sequence[str] = ()) -> list[Workspace]:
        """The app was installed, for the first time or again: the latest token counts. Answers where it is now.

        ``teams``: the workspaces of an organization that it was installed for.
        """
        fresh = installed.fresh
        values: dict[str, Any] = {
            "name": installed.name[:200], "is_org": installed.is_org, "enterprise_id": installed.enterprise_id,
            "app_id": installed.app_id, "bot_user_id": installed.bot_user_id, "scopes": list(installed.scopes),
            "installed_by": installed.installed_by, "installed_at": now(), **token_values(fresh),
        }  # fmt: skip
        async with self._db.write() as s:
            made = insert_into(s, Installation).values(tenant=installed.tenant, turn=0, **values)
            turn = {"turn": Installation.turn + 1}
            await s.execute(made.on_conflict_do_update(index_elements=["tenant"], set_={**values, **turn}))
            await _add_teams(s, teams, installed.tenant)
            found = (await s.scalars(select(Installation).where(Installation.tenant == installed.tenant))).one()
            places = await reached(s, found)
        self.forget()
        await self._workspaces.joined(places)
        return places

    async def remove(self, tenant: str, at: datetime) -> bool:
        """The app was removed there at that moment. Not if it was installed again since; answers whether it is gone."""
        async with self._db.write() as s:
            found = await s.scalar(select(Installation).where(Installation.tenant == tenant))
            if found is None or found.installed_at > at:
                return False
            places = await reached(s, found)
            await s.delete(found)
            await s.flush()
            if found.is_org:
                await s.execute(delete(OrgTeam).where(OrgTeam.enterprise_id == tenant))
            elif await _find(s, tenant, "") is not None:
                places = []  # its organization has the app
        self.forget()
        log.warning("slack.uninstalled", workspace=found.name, tenant=tenant)
        await self._workspaces.left(places)
        return True

    async def bot_of(self, tenant: str) -> str:
        """Id of our bot's user there; empty when it is not known."""
        async with self._db.read() as s:
            found = await s.scalar(select(Installation.bot_user_id).where(Installation.tenant == tenant))
        return found or ""

    async def teams(self) -> list[str]:
        """All workspaces the app is in, those of organizations as far as they were heard of."""
        alive = Installation.lost_at.is_(None)
        async with self._db.read() as s:
            own = await s.scalars(select(Installation.tenant).where(Installation.is_org.is_(False), alive))
            of_orgs = await s.scalars(
                select(OrgTeam.team_id).join(Installation, Installation.tenant == OrgTeam.enterprise_id).where(alive)
            )
            return sorted({*own, *of_orgs})

    async def grant_teams(self, enterprise: str, teams: Sequence[str]) -> None:
        """An organization gave the app more of its workspaces."""
        await self._learn(teams, enterprise)
        self.forget()
        await self._workspaces.joined([Workspace(PLATFORM, one) for one in teams])

    async def revoke_teams(self, enterprise: str, teams: Sequence[str]) -> None:
        """An organization took the app out of some of its workspaces."""
        async with self._db.write() as s:
            await s.execute(delete(OrgTeam).where(OrgTeam.enterprise_id == enterprise, OrgTeam.team_id.in_(teams)))
            own = set(await s.scalars(select(Installation.tenant).where(Installation.tenant.in_(teams))))
        self.forget()
        await self._workspaces.left([Workspace(PLATFORM, one) for one in teams if one not in own])

    def forget(self) -> None:
        """Look everything up anew."""
        self._known.clear()

    async def _learn(self, teams: Sequence[str], enterprise: str) -> None:
        async with self._db.write() as s:
            await _add_teams(s, teams, enterprise)


def token_values(fresh: Fresh) -> dict[str, Any]:
    """The columns of a token that is good."""
    renew_at = fresh.expires_at - AHEAD if fresh.expires_at and fresh.refresh_token else None
    return {
        "token": fresh.token, "refresh_token": fresh.refresh_token, "expires_at": fresh.expires_at,
        "renew_at": renew_at, "problem": "", "lost_at": None,
    }  # fmt: skip


async def reached(s: AsyncSession, one: Installation) -> list[Workspace]:
    """All workspaces that have nothing but this installation; an organization's come with the organization itself."""
    if not one.is_org:
        return [Workspace(PLATFORM, one.tenant, one.name)]
    own = select(Installation.tenant)
    teams = await s.scalars(
        select(OrgTeam.team_id).where(OrgTeam.enterprise_id == one.tenant, OrgTeam.team_id.not_in(own))
    )
    return [Workspace(PLATFORM, one.tenant, one.name), *(Workspace(PLATFORM, team, one.name) for team in teams)]


async def _find(s: AsyncSession, tenant: str, enterprise: str) -> Installation | None:
    """A workspace's own installation, else that of its organization."""
    org = select(OrgTeam.enterprise_id).where(OrgTeam.team_id == tenant).scalar_subquery()
    of_org = Installation.is_org & ((Installation.tenant == org) | (Installation.tenant == (enterprise or None)))
    query = select(Installation).where((Installation.tenant == tenant) | of_org).order_by(Installation.is_org).limit(1)
    found: Installation | None = await s.scalar(query)
    return found


async def _is_member(s: AsyncSession, tenant: str, enterprise: str) -> bool:
    if tenant == enterprise:
        return True
    query = select(OrgTeam.team_id).where(OrgTeam.team_id == tenant, OrgTeam.enterprise_id == enterprise)
    return await s.scalar(query) is not None


async def _add_teams(s: AsyncSession, teams: Sequence[str], enterprise: str) -> None:
    for team in teams:
        made = insert_into(s, OrgTeam).values(team_id=team, enterprise_id=enterprise)
        await s.execute(
            made.on_conflict_do_update(index_elements=["team_id"], set_={"enterprise_id": enterprise})
        )  # fmt: skip


async def _set(s: AsyncSession, *which: ColumnElement[bool], **values: Any) -> None:
    await s.execute(update(Installation).where(*which).values(**values))
