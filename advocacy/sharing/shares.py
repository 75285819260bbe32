"""What a person does with shares: start, undo, edit, report. Nothing here talks to a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.config import Settings
from advocacy.content import audience
from advocacy.content.models import Story
from advocacy.db import facts_lock, for_update, now
from advocacy.people.models import Person
from advocacy.sharing import links, own_words, text
from advocacy.sharing.connections import account_of, usable
from advocacy.sharing.models import Share, ShareEvent, ShareState
from advocacy.sharing.network import Network
from advocacy.sharing.once import insert_new, new_key
from advocacy.sharing.text import TextProblem
from advocacy.sharing.writing import Reader, Writing

PROBLEMS = ("marker", "reconnect", "refused", "too_long", "network_down", "cannot_tell", "story_ended", "gone")
"""Codes in ``Share.problem``: a blank waits for the person's own words; connect again; the network said no; over its
limit; it could not be reached for long; nobody can say whether it was posted; the story was recalled or expired; the
person or the post is no longer there."""
WRITING_TIME = timedelta(minutes=10)
"""How long a share stands still while its text is being edited."""
_OPEN = (ShareState.WAITING, ShareState.PENDING, ShareState.OPENED)


class NotYours(Exception):
    """There is no such share of this person."""


class NotOffered(Exception):
    """This network is not among those offered, or can do nothing here."""


@dataclass(frozen=True, slots=True)
class Started:
    """The share after a press. ``fresh``: this press made it; otherwise it was there before."""

    share: Share
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


async def count(s: AsyncSession, share: Share, kind: str, change: int) -> None:
    """Append the fact that a share counts (+1) or ceased to (-1), both at the time it was made (``settled_at``)."""
    assert share.settled_at is not None
    await facts_lock(s)
    s.add(
        ShareEvent(
            share_id=share.id, person_id=share.person_id, story_id=share.story_id, network=share.network,
            kind=kind, change=change, at=share.settled_at,
        )
    )  # fmt: skip


class Sharing:
    """The rules of sharing. All methods run in the caller's unit of work.

    Methods that take ``person_id`` raise ``NotYours`` when the share is not this person's. A press that comes too
    late for what it wants changes nothing: the share that is answered says where it stands.
    """

    def __init__(self, settings: Settings, networks: Mapping[str, Network]) -> None:
        self.settings = settings
        self.networks = networks
        self.writing = Writing(settings, networks)

    # -- starting ----------------------------------------------------------------------------------------------------

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
        port = self._port(network)
        story = await audience.sharable(s, story_id, person.id, at)
        there = await self._latest(s, person.id, story_id, network)
        if there is None or not there.text:  # forgotten when the person left: who comes back starts anew
            round_ = 1 if there is None else there.round + 1
            return await self._begin(s, _Wish(person, story, port, reply, language, at), round_)
        if there.state == ShareState.WAITING:
            await self._put(s, there, person, at)
        return Started(there, fresh=False)

    async def again(self, s: AsyncSession, share_id: int, person_id: int, *, at: datetime | None = None) -> Share:
        """A new round after one that has ended. Raises ``NotSharable``. Pressed twice, it is still one round.

        Own words that were undone come back; after a post the next one gets another wording.
        """
        at = at or now()
        share = await self.own(s, share_id, person_id)
        if share.state in {*_OPEN, ShareState.SENDING, ShareState.UNKNOWN}:
            return share
        person = await s.get_one(Person, person_id)
        story = await audience.sharable(s, share.story_id, person_id, at)
        wish = _Wish(person, story, self._port(share.network), dict(share.reply), person.language, at)
        begun = await self._begin(s, wish, share.round + 1)
        if begun.fresh and share.own_words and share.state == ShareState.UNDONE:
            await self.writing.take_over(s, share, begun.share)
            await self._put(s, begun.share, person, at)
        return begun.share

    async def _begin(self, s: AsyncSession, wish: _Wish, round_: int) -> Started:
        person, story, port = wish.person, wish.story, wish.port
        values = {
            "person_id": person.id, "story_id": story.id, "network": port.name, "round": round_, "key": new_key(),
            "state": ShareState.WAITING, "text": "", "reply": wish.reply, "created_at": wish.at, "attempts": 0,
        }  # fmt: skip
        share_id = await insert_new(s, Share, values)
        if share_id is None:
            there = await self._latest(s, person.id, story.id, port.name)
            assert there is not None
            return Started(there, fresh=False)
        share = await s.get_one(Share, share_id)
        await self.writing.first(s, share, story, Reader.of(person, wish.language, wish.at))
        await self._put(s, share, person, wish.at)
        return Started(share, fresh=True)

    async def _put(self, s: AsyncSession, share: Share, person: Person, at: datetime, *, wait: bool = True) -> None:
        """Into the state it has to be in before anything leaves: own words, dialog, connecting, or the undo window."""
        abilities = self._port(share.network).abilities()
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
            share.due_at = at + self.window(person) if wait else at
        else:
            share.state = ShareState.WAITING
            share.problem = "reconnect" if account is not None else ""

    def window(self, person: Person) -> timedelta:
        """How long this person can undo."""
        own = person.undo_seconds
        return self.settings.undo_window if own is None else timedelta(seconds=own)

    # -- while it waits ----------------------------------------------------------------------------------------------

    async def undo(self, s: AsyncSession, share_id: int, person_id: int) -> Share:
        """Not this time. Nothing leaves."""
        share = await self.own(s, share_id, person_id)
        if share.state in {*_OPEN, ShareState.FAILED}:
            share.state, share.due_at = ShareState.UNDONE, None
        return share

    async def post_now(self, s: AsyncSession, share_id: int, person_id: int, *, at: datetime | None = None) -> Share:
        """The undo window ends here."""
        share = await self.own(s, share_id, person_id)
        if share.state == ShareState.PENDING and share.attempts == 0:
            share.due_at = at or now()
        return share

    async def hold(self, s: AsyncSession, share_id: int, person_id: int, *, at: datetime | None = None) -> Share:
        """Stand still while the person writes, at most ten minutes."""
        share = await self.own(s, share_id, person_id)
        if share.state == ShareState.PENDING:
            share.due_at = (at or now()) + WRITING_TIME
        return share

    async def edit(
        self, s: AsyncSession, share_id: int, person_id: int, text_: str, *, at: datetime | None = None
    ) -> Share:
        """The person's own words; disclosure and link are added where missing. The undo window begins anew.

        Raises ``TextProblem``.
        """
        share = await self.own(s, share_id, person_id)
        if share.state not in {*_OPEN, ShareState.FAILED} or share.problem == "cannot_tell":
            return share
        self._port(share.network)
        await self.writing.write(s, share, text_)
        if share.state in {ShareState.PENDING, ShareState.FAILED} or share.problem == "marker":
            await self._put(s, share, await s.get_one(Person, person_id), at or now())
        return share

    async def skip_marker(self, s: AsyncSession, share_id: int, person_id: int, *, at: datetime | None = None) -> Share:
        """Leave out the sentences with a blank and go on. Raises ``NotSharable``."""
        at = at or now()
        share = await self.own(s, share_id, person_id)
        if share.state == ShareState.WAITING and share.problem == "marker":
            story = await audience.sharable(s, share.story_id, person_id, at)
            person = await s.get_one(Person, person_id)
            await self.writing.without_gap(s, share, story, person.language)
            await self._put(s, share, person, at)
        return share

    # -- by hand -----------------------------------------------------------------------------------------------------

    async def use_dialog(self, s: AsyncSession, share_id: int, person_id: int, *, at: datetime | None = None) -> Share:
        """Share through the network's own page instead. Raises ``NotSharable``, ``NotOffered``."""
        share = await self.own(s, share_id, person_id)
        if share.state in {ShareState.WAITING, ShareState.FAILED} and share.problem != "marker":
            await audience.sharable(s, share.story_id, person_id, at or now())
            if not self._port(share.network).abilities().dialog:
                raise NotOffered(share.network)
            await self.writing.say_it(s, share)
            await self.writing.carry_link(s, share)
            share.state, share.due_at, share.problem = ShareState.OPENED, None, ""
        return share

    async def report_done(self, s: AsyncSession, share_id: int, person_id: int, *, at: datetime | None = None) -> Share:
        """The person says that it is posted: a self-reported share."""
        share = await self.own(s, share_id, person_id)
        if share.state in {ShareState.OPENED, ShareState.FAILED}:
            share.state, share.settled_at, share.problem = ShareState.REPORTED, at or now(), ""
            await count(s, share, "reported", +1)
        return share

    async def report_not_done(self, s: AsyncSession, share_id: int, person_id: int) -> Share:
        """It was not posted after all; a report is taken back."""
        share = await self.own(s, share_id, person_id)
        if share.state == ShareState.REPORTED:
            await count(s, share, "reported", -1)
        if share.state in {ShareState.OPENED, ShareState.REPORTED}:
            share.state = ShareState.UNDONE
        return share

    async def retry(self, s: AsyncSession, share_id: int, person_id: int, *, at: datetime | None = None) -> Share:
        """Try a failed share again, at once. Raises ``NotSharable``."""
        at = at or now()
        share = await self.own(s, share_id, person_id)
        if share.state == ShareState.FAILED:
            await audience.sharable(s, share.story_id, person_id, at)
            await self._put(s, share, await s.get_one(Person, person_id), at, wait=False)
        return share

    def dialog_url(self, share: Share) -> str:
        """The prefilled share page; empty where there is none."""
        port, link = self._port(share.network), links.find(self.settings, share.text)
        return port.dialog(own_words.for_address(share.text, share.disclosure, link), link)

    # -- many at once ------------------------------------------------------------------------------------------------

    async def connected(self, s: AsyncSession, person_id: int, network: str, at: datetime | None = None) -> list[int]:
        """The person connected: what waited for it goes on, with a new undo window. Answers the shares' ids."""
        query = select(Share).where(
            Share.person_id == person_id, Share.network == network, Share.state == ShareState.WAITING
        )
        waiting = list(await s.scalars(for_update(query.order_by(Share.id))))
        person = await s.get_one(Person, person_id)
        for share in waiting:
            if not share.own_words:  # made before it was known what the person's server takes
                await self.writing.refit(s, share)
            await self._put(s, share, person, at or now())
        return [share.id for share in waiting if share.state == ShareState.PENDING]

    async def cancel_story(self, s: AsyncSession, story_id: int) -> list[int]:
        """The story has ended: whatever has not left yet never does. Answers the shares' ids."""
        changed = await s.scalars(
            update(Share)
            .where(Share.story_id == story_id, Share.state.in_(_OPEN))
            .values(state=ShareState.CANCELLED, problem="story_ended", due_at=None)
            .returning(Share.id)
            .execution_options(synchronize_session=False)
        )
        return sorted(changed)

    async def out_there(self, s: AsyncSession, story_id: int) -> list[Share]:
        """Shares of a story whose posts people can see, measured and self-reported."""
        states = (ShareState.POSTED, ShareState.REPORTED)
        query = select(Share).where(Share.story_id == story_id, Share.state.in_(states)).order_by(Share.id)
        return list(await s.scalars(query))

    # -- reading -----------------------------------------------------------------------------------------------------

    async def own(self, s: AsyncSession, share_id: int, person_id: int) -> Share:
        """A share, if it is this person's; locked until the unit of work ends. Raises ``NotYours``."""
        query = for_update(select(Share).where(Share.id == share_id, Share.person_id == person_id, Share.text != ""))
        share = await s.scalar(query.execution_options(populate_existing=True))
        if share is None:
            raise NotYours(share_id)
        return share

    async def newest(self, s: AsyncSession, person_id: int, story_id: int) -> Share | None:
        """The person's newest share of a story that was not undone, on whichever network."""
        query = select(Share).where(
            Share.person_id == person_id, Share.story_id == story_id, Share.state != ShareState.UNDONE, Share.text != ""
        )
        found: Share | None = await s.scalar(query.order_by(Share.id.desc()).limit(1))
        return found

    async def mine(self, s: AsyncSession, person_id: int, limit: int = 10) -> list[Share]:
        """The person's newest shares, none of those that were forgotten."""
        query = select(Share).where(Share.person_id == person_id, Share.text != "")
        query = query.order_by(Share.id.desc()).limit(limit)
        return list(await s.scalars(query))

    def _port(self, network: str) -> Network:
        try:
            return self.networks[network]
        except KeyError:
            raise NotOffered(network) from None

    async def _latest(self, s: AsyncSession, person_id: int, story_id: int, network: str) -> Share | None:
        query = select(Share).where(Share.person_id == person_id, Share.story_id == story_id, Share.network == network)
        query = for_update(query.order_by(Share.round.desc()).limit(1))
        found: Share | None = await s.scalar(query.execution_options(populate_existing=True))
        return found


__all__ = [
    "PROBLEMS", "NotOffered", "NotYours", "Sharing", "Started", "TextProblem", "account_of", "count",
    "new_key", "usable",
]  # fmt: skip
