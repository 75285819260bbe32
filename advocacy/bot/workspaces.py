"""Workspaces that come and go: what is for them waits while they are away, and editors hear of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Parts
from advocacy.bot.language import Translator, translator
from advocacy.chat import Message, Workspace, sentence
from advocacy.db import after_commit, now
from advocacy.delivery import lanes, outbox, placements


class Workspaces:
    """What the doors tell of them. People's identities are kept: back again, everybody is known at once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def joined(self, workspaces: Sequence[Workspace]) -> None:
        """The app is there, for the first time or again: what waits for them goes out."""
        async with self._parts.db.write() as s:
            for one in workspaces:
                await lanes.resume(s, lanes.lane_of(one.platform, one.tenant))
            self._wake(s)

    async def left(self, workspaces: Sequence[Workspace]) -> None:
        """The app was removed there, or its token is dead: nothing is sent there until it is back. Told once."""
        async with self._parts.db.write() as s:
            gone = [one for one in workspaces if await lanes.pause(s, lanes.lane_of(one.platform, one.tenant))]
            if gone:  # those of an organization leave together
                first = gone[0]
                await self._tell(s, f"left:{first.platform}:{first.tenant}", lambda t: removed(t, first))

    async def endangered(self, workspace: Workspace, until: datetime | None) -> None:
        """Its token cannot be renewed; at that moment it ends, and only installing the app again helps."""
        zone = self._parts.settings.zone

        def words(t: Translator) -> Message:
            return ending(t, workspace, t.moment(until, zone) if until else "")

        async with self._parts.db.write() as s:
            await self._tell(s, f"ending:{workspace.platform}:{workspace.tenant}", words)

    async def _tell(self, s: AsyncSession, what: str, words: Callable[[Translator], Message]) -> None:
        """Every editors' channel; one in a workspace that is away reads it once it is back."""
        at = f"{now().timestamp():.0f}"
        for place in await placements.channels(s, "editors"):
            marker = f"{what}:{at}:{place.channel_id}"[-64:]
            await outbox.send(s, place.to, words(translator(place.language)), marker, urgent=True)
        self._wake(s)

    def _wake(self, s: AsyncSession) -> None:
        for wake in (self._parts.worker.wake, self._parts.worker.wake_urgent):
            after_commit(s, wake.set)


def removed(t: Translator, one: Workspace) -> Message:
    """Told to editors."""
    name = one.name or one.tenant
    said = t("Advocacy was removed from {name}. What is for it waits; it goes out once the app is installed again.",
             name=name)  # fmt: skip
    return sentence(said, heading=t("{name} left", name=name))


def ending(t: Translator, one: Workspace, until: str) -> Message:
    """Told to editors while there is time."""
    name = one.name or one.tenant
    if until:
        said = t("The connection with {name} cannot be renewed and ends on {until}. Please have the app installed"
                 " again.", name=name, until=until)  # fmt: skip
    else:
        said = t("The connection with {name} cannot be renewed. Please have the app installed again.", name=name)
    return sentence(said, heading=t("{name} must be connected again", name=name))


__all__ = ["Workspaces", "ending", "removed"]
