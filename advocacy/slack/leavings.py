"""Events about the app itself: it was removed, its token revoked, an organization changed where it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from advocacy.db import now
from advocacy.slack.installations import Installations


class Leavings:
    """Told twice or late it changes nothing more: what was installed after the event stays."""

    def __init__(self, installations: Installations) -> None:
        self._installations = installations

    async def heard(self, body: Mapping[str, Any]) -> None:
        """Look at an ``event_callback``; most are none of these.

        https://docs.slack.dev/reference/events/tokens_revoked
        """
        event: Mapping[str, Any] = body.get("event") or {}
        kind, tenant, enterprise = event.get("type"), *_where(body)
        if kind == "app_uninstalled":
            await self._installations.remove(tenant, _when(body))
        elif kind == "tokens_revoked":
            bots = (event.get("tokens") or {}).get("bot") or ()
            if await self._installations.bot_of(tenant) in bots:  # people's own tokens are none of ours
                await self._installations.remove(tenant, _when(body))
        elif kind in {"team_access_granted", "team_access_revoked"} and enterprise:
            teams = [str(one) for one in event.get("team_ids") or ()]
            if kind == "team_access_granted":
                await self._installations.grant_teams(enterprise, teams)
            else:
                await self._installations.revoke_teams(enterprise, teams)


def _where(body: Mapping[str, Any]) -> tuple[str, str]:
    """Which installation is meant, and the organization: of one for all of it, Slack names no team, or says so."""
    given = body.get("authorizations")
    told: Mapping[str, Any] = given[0] if given else {}
    enterprise = str(told.get("enterprise_id") or body.get("enterprise_id") or "")
    team = str(told.get("team_id") or body.get("team_id") or "")
    is_org = told.get("is_enterprise_install") or not team
    return (enterprise if is_org and enterprise else team), enterprise


def _when(body: Mapping[str, Any]) -> datetime:
    """When it happened; seconds are whole, so that an installation in the same second counts as earlier."""
    at = body.get("event_time")
    return datetime.fromtimestamp(at + 1, UTC) if isinstance(at, int) else now()


__all__ = ["Leavings"]
