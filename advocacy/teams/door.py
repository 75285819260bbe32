"""The Teams door: everything of this room, put together. Importing it imports botbuilder."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from advocacy.config import Settings
from advocacy.teams.answers import Answers
from advocacy.teams.auth import Authentication
from advocacy.teams.cloud import cloud_of
from advocacy.teams.directory import TeamsDirectory
from advocacy.teams.keys import Keys
from advocacy.teams.receive import Handles, Receiver, Turns
from advocacy.teams.seal import Seal
from advocacy.teams.send import TeamsPlatform

PATH = "/api/messages"


class TeamsDoor:
    """Receives, asks the bot, answers. Raises ValueError without Teams' credentials.

    ``platform`` may be made before (``TeamsPlatform(settings)``), where the bot needs it first.
    """

    rounds: Mapping[str, Callable[[], Awaitable[object]]] = {}
    """What is to be done every minute, by name."""

    def __init__(self, settings: Settings, bot: Handles, *, platform: TeamsPlatform | None = None) -> None:
        if not settings.has_teams:
            raise ValueError("Teams needs its app id, password and tenant")
        self.platform = platform or TeamsPlatform(settings)
        self.directories = TeamsDirectory(settings)
        self._keys = Keys(self.platform.rest.read, cloud_of(settings).keys)
        seal = Seal(settings.key_bytes)
        self._answers = Answers(self.platform, seal, bot.language_of)
        turns = Turns(settings.teams_tenant or "", bot, self.platform, self._answers, seal)
        self._receiver = Receiver(Authentication(settings, self._keys), turns)

    def routes(self, app: web.Application) -> None:
        """Mount ``POST /api/messages``."""
        app.router.add_post(PATH, self._receiver.messages)

    async def start(self) -> None:
        """Begin to fetch the signing keys; nobody waits for them here."""
        self._keys.warm()

    async def resume(self) -> None:
        """Nothing: here a press is answered when it is done, not before."""

    async def stop(self) -> None:
        """Let go of connections and of what runs in the background."""
        await self._keys.close()
        await self._answers.stop()
        await self.platform.close()
        await self.directories.graph.close()
