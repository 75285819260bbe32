"""The directories of all workspaces that the app is in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Protocol

from advocacy.bot.rosters import Directory
from advocacy.config import Settings
from advocacy.slack.calls import Calls
from advocacy.slack.directory import SlackDirectory
from advocacy.slack.presses import PLATFORM


class Teams(Protocol):
    """Where the app is installed."""

    async def teams(self) -> list[str]:
        """Ids of all workspaces it is in."""
        ...


class SlackDirectories:
    """``Directories``. Without ``teams`` there is one workspace, that of the token. ``pace`` goes to each directory."""

    name = PLATFORM
    every: timedelta = SlackDirectory.every

    def __init__(self, calls: Calls, settings: Settings, teams: Teams | None = None, **pace: Any) -> None:
        self._calls, self._settings, self._teams, self._pace = calls, settings, teams, pace
        self._made: dict[str, SlackDirectory] = {}

    async def all(self) -> list[Directory]:
        """One for each workspace."""
        if self._teams is not None:
            return [self.of(one) for one in await self._teams.teams()]
        return [self.of(str((await self._calls.read("", "auth.test"))["team_id"]))]

    def of(self, tenant: str) -> Directory:
        """Always the same one, which keeps the pace."""
        if tenant not in self._made:
            self._made[tenant] = SlackDirectory(self._calls, self._settings, tenant, **self._pace)
        return self._made[tenant]


__all__ = ["SlackDirectories"]
