"""A share begins: one click, and again after it has ended; and what has to be there before it may leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.config import Settings
from advocacy.content import audience
from advocacy.content.models import Story
from advocacy.db import now
from advocacy.people.models import Person
from advocacy.sharing import text
from advocacy.sharing.connections import account_of, usable
from advocacy.sharing.models import Share, ShareState
from advocacy.sharing.network import Network
from advocacy.sharing.once import insert_new, new_key
from advocacy.sharing.shelf import Shelf
from advocacy.sharing.writing import Reader, Writing

OPEN = (ShareState.WAITING, ShareState.PENDING, ShareState.OPENED)
"""States in which nothing has left yet."""


@dataclass(frozen=True, slots=True)
class Started:
    """The share after a press. ``fresh``: this press made it; otherwise it was there before."""

    share: Share
    story: Story
    """It can be shared at this moment."""
    fresh: bool


@dataclass(frozen=True, slots=True)
class _Wish:
    """Who wants to share what, where, and how to answer."""

    person: Person
    story: Story
    port: Network
    reply: dict[str, Any]
    language: str
    at: datetime


class Starting(Shelf):
    """The first half of ``Sharing``."""

    def __init__(self, settings: Settings, networks: Mapping[str, Network]) -> None:
        super().__init__(settings, networks)
        self.writing = Writing(settings, networks)

    async def start(
        self,
        s: AsyncSession,
        *,
        person: Person,
        story_id: int,
        network: str,
        reply: dict[str, Any],
        language: str,
        at: datetime | None = None,
    ) -> Started:
        """One click. A second one finds the share of the first. Raises ``NotSharable``, ``NotOffered``."""
        at = at or now()
        port = self.port(network)
        story = await audience.sharable(s, story_id, person.id, at)
        there = await self.latest(s, person.id, story_id, network)
        if there is None or not there.text:  # forgotten when the person left: who comes back starts anew
            round_ = 1 if there is None else there.round + 1
            return await self._begin(s, _Wish(person, story, port, reply, language, at), round_)
        if there.state == ShareState.WAITING:
            await self.put(s, there, person, at)
        return Started(there, story, fresh=False)

    async def again(self, s: AsyncSession, share_id: int, person_id: int, *, at: datetime | None = None) -> Share:
        """A new round after one that has ended. Raises ``NotSharable``. Pressed twice, it is still one round.

        Own words that were undone come back; after a post the next one gets another wording.
        """
        at = at or now()
        share = await self.own(s, share_id, person_id)
        if share.state in {*OPEN, ShareState.SENDING, ShareState.UNKNOWN}:
            return share
        person = await s.get_one(Person, person_id)
        story = await audience.sharable(s, share.story_id, person_id, at)
        wish = _Wish(person, story, self.port(share.network), dict(share.reply), person.language, at)
        begun = await self._begin(s, wish, share.round + 1)
        if begun.fresh and share.own_words and share.state == ShareState.UNDONE:
            await self.writing.take_over(s, share, begun.share)
            await self.put(s, begun.share, person, at)
        return begun.share

    async def _begin(self, s: AsyncSession, wish: _Wish, round_: int) -> Started:
        person, story, port = wish.person, wish.story, wish.port
        values = {
            "person_id": person.id, "story_id": story.id, "network": port.name, "round": round_, "key": new_key(),
            "state": ShareState.WAITING, "text": "", "reply": wish.reply, "created_at": wish.at, "attempts": 0,
        }  # fmt: skip
        share = await insert_new(s, Share, values)
        if share is None:
            there = await self.latest(s, person.id, story.id, port.name)
            assert there is not None
            return Started(there, story, fresh=False)
        await self.writing.first(s, share, story, Reader.of(person, wish.language, wish.at))
        await self.put(s, share, person, wish.at)
        return Started(share, story, fresh=True)

    async def put(self, s: AsyncSession, share: Share, person: Person, at: datetime, *, wait: bool = True) -> None:
        """Into the state it has to be in before anything leaves: own words, dialog, connecting, or the undo window.

        One that is planned keeps its time.
        """
        abilities = self.port(share.network).abilities()
        share.due_at, share.problem, share.attempts = None, "", 0
        if text.has_marker(share.text):
            share.state, share.problem = ShareState.WAITING, "marker"
            return
        if not abilities.post:
            await self.writing.say_it(s, share)
            share.state = ShareState.OPENED
            return
        account = await account_of(s, person.id, share.network)
        if usable(account, at):
            share.state = ShareState.PENDING
            share.due_at = max(at + self.window(person), share.planned_at or at) if wait else at
        else:
            share.state = ShareState.WAITING
            share.problem = "reconnect" if account is not None else ""

    def window(self, person: Person) -> timedelta:
        """How long this person can undo."""
        own = person.undo_seconds
        return self.settings.undo_window if own is None else timedelta(seconds=own)


__all__ = ["OPEN", "Started", "Starting"]
