"""The app for chosen people, installed through Microsoft Graph, so that they can be written to."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import quote

from advocacy.chat import Gone, Refused
from advocacy.config import Settings
from advocacy.teams.graph import Graph, GraphRefused


class Installed(StrEnum):
    """What came of it for one person."""

    NOW = "now"
    BEFORE = "before"
    """They had it already."""
    UNKNOWN_USER = "unknown_user"
    """There is no such user in the tenant, or they may not use Teams."""


class Installing:
    """Needs ``TeamsAppInstallation.ReadWriteSelfForUser.All``, and ``AppCatalog.Read.All`` to find the app.

    https://learn.microsoft.com/microsoftteams/platform/graph-api/proactive-bots-and-messages/graph-proactive-bots-and-messages
    """

    def __init__(self, graph: Graph, settings: Settings) -> None:
        self._graph = graph
        self._app_id = settings.teams_app_id or ""
        self._entry = ""

    async def install(self, user: str) -> Installed:
        """For one user, by Entra object id. Raises ``Refused`` when it works for nobody, ``Retry``, ``Unknown``."""
        if not self._entry:
            self._entry = await self._find()
        app = f"{self._graph.origin}/v1.0/appCatalogs/teamsApps/{self._entry}"
        path = f"/v1.0/users/{quote(user, safe='')}/teamwork/installedApps"
        try:
            await self._graph.post(path, {"teamsApp@odata.bind": app})
        except GraphRefused as refusal:
            if refusal.status == 409:
                return Installed.BEFORE
            raise
        except Gone:
            return Installed.UNKNOWN_USER
        return Installed.NOW

    async def _find(self) -> str:
        """Our app's id in the organization's catalogue; the package carries the bot's id as its own."""
        wanted = quote(f"externalId eq '{self._app_id}'", safe="'")
        found = (await self._graph.get(f"/v1.0/appCatalogs/teamsApps?$filter={wanted}")).get("value") or []
        if not found:
            raise Refused("The app is not in the Teams catalogue of this organization yet: upload its package first")
        return str(found[0]["id"])


__all__ = ["Installed", "Installing"]
