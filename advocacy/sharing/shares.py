"""What a person does with shares: start, undo, edit, report. Nothing here talks to a network."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import audience
from advocacy.db import for_update, now
from advocacy.people.models import Person
from advocacy.sharing import links, mandates, own_words
from advocacy.sharing.connections import account_of, usable
from advocacy.sharing.counting import count
from advocacy.sharing.models import Share, ShareState
from advocacy.sharing.once import new_key
from advocacy.sharing.shelf import NotOffered, NotYours
from advocacy.sharing.starting import OPEN, Started, Starting
from advocacy.sharing.text import TextProblem

PROBLEMS = (
    "marker", "reconnect", "refused", "too_long", "network_down", "cannot_tell", "story_ended", "gone",
    "standing_over", "changed",
)  # fmt: skip
"""Codes in ``Share.problem``: a blank waits for the person's own words; connect again; the network said no; over its
limit; it could not be reached for long; nobody can say whether it was posted; the story was recalled or expired; the
person or the post is no longer there; what made it post by itself has ended; the story was changed since it was
planned."""
WRITING_TIME = timedelta(minutes=10)
"""How long a share stands still while its text is being edited."""


class Sharing(Starting):
    """The rules of sharing. All methods run in the caller's unit of work.

    Methods that take ``person_id`` raise ``NotYours`` when the share is not this person's. A press that comes too
    late for what it wants changes nothing: the share that is answered says where it stands.
    """

    # -- while it waits ----------------------------------------------------------------------------------------------

    async def undo(self, s: AsyncSession, share_id: int, person_id: int) -> Share:
        """Not this time. Nothing leaves."""
        share = await self.own(s, share_id, person_id)
        if share.state in {*OPEN, ShareState.FAILED}:
            share.state, share.due_at, share.planned_at = ShareState.UNDONE, None, None
        return share

    async def post_now(self, s: AsyncSession, share_id: int, person_id: int, *, at: datetime | None = None) -> Share:
        """The undo window ends here."""
        share = await self.own(s, share_id, person_id)
        if share.state == ShareState.PENDING and share.attempts == 0:
            share.due_at, share.planned_at = at or now(), None
            mandates.by_hand(share)
        return share

    async def hold(self, s: AsyncSession, share_id: int, person_id: int, *, at: datetime | None = None) -> Share:
        """Stand still while the person writes, at most ten minutes."""
        share = await self.own(s, share_id, person_id)
        if share.state == ShareState.PENDING:
            until = (at or now()) + WRITING_TIME
            share.due_at = max(share.due_at or until, until)
        return share

    async def edit(
        self, s: AsyncSession, share_id: int, person_id: int, text_: str, *, wording: int | None = None,
        at: datetime | None = None,
    ) -> Share:  # fmt: skip
        """The person's own words; disclosure and link are added where missing. The undo window begins anew.

        ``wording``: the id of the suggested wording that they took as it is. Raises ``TextProblem``.
        """
        share = await self.own(s, share_id, person_id)
        if share.state not in {*OPEN, ShareState.FAILED} or share.problem == "cannot_tell":
            return share
        self.port(share.network)
        if wording is None:
            await self.writing.write(s, share, text_)
        else:
            await self.writing.choose(s, share, wording, text_)
        if share.state in {ShareState.PENDING, ShareState.FAILED} or share.problem in {"marker", "changed"}:
            await self.put(s, share, await s.get_one(Person, person_id), at or now())
        return share

    async def skip_marker(self, s: AsyncSession, share_id: int, person_id: int, *, at: datetime | None = None) -> Share:
        """Leave out the sentences with a blank and go on. Raises ``NotSharable``."""
        at = at or now()
        share = await self.own(s, share_id, person_id)
        if share.state == ShareState.WAITING and share.problem == "marker":
            story = await audience.sharable(s, share.story_id, person_id, at)
            person = await s.get_one(Person, person_id)
            await self.writing.without_gap(s, share, story, person.language)
            await self.put(s, share, person, at)
        return share

    # -- by hand -----------------------------------------------------------------------------------------------------

    async def use_dialog(self, s: AsyncSession, share_id: int, person_id: int, *, at: datetime | None = None) -> Share:
        """Share through the network's own page instead. Raises ``NotSharable``, ``NotOffered``."""
        share = await self.own(s, share_id, person_id)
        if share.state in {ShareState.WAITING, ShareState.FAILED} and share.problem != "marker":
            await audience.sharable(s, share.story_id, person_id, at or now())
            if not self.port(share.network).abilities().dialog:
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

    async def retry(
        self, s: AsyncSession, share_id: int, person_id: int, *, looked: bool = False, at: datetime | None = None
    ) -> Share:
        """Try a failed share again, at once. Raises ``NotSharable``.

        ``looked``: the person says that it is not there. One of which nobody can tell is not tried again without
        that: the button of an earlier failure may still be around.
        """
        at = at or now()
        share = await self.own(s, share_id, person_id)
        if share.state == ShareState.FAILED and (looked or share.problem != "cannot_tell"):
            await audience.sharable(s, share.story_id, person_id, at)
            mandates.by_hand(share)
            await self.put(s, share, await s.get_one(Person, person_id), at, wait=False)
        return share

    def dialog_url(self, share: Share) -> str:
        """The prefilled share page; empty where there is none."""
        port, link = self.port(share.network), links.find(self.settings, share.text)
        return port.dialog(own_words.for_address(share.text, share.disclosure, link), link)

    # -- many at once ------------------------------------------------------------------------------------------------

    async def connected(self, s: AsyncSession, person_id: int, network: str, at: datetime | None = None) -> list[int]:
        """The person connected: what waited for it goes on, with a new undo window. Answers the shares' ids."""
        query = select(Share).where(
            Share.person_id == person_id, Share.network == network, Share.state == ShareState.WAITING,
            Share.problem != "changed",
        )  # fmt: skip
        waiting = list(await s.scalars(for_update(query.order_by(Share.id))))
        person = await s.get_one(Person, person_id)
        for share in waiting:
            if not share.own_words:  # made before it was known what the person's server takes
                await self.writing.refit(s, share)
            await self.put(s, share, person, at or now())
        return [share.id for share in waiting if share.state == ShareState.PENDING]

    async def cancel_story(self, s: AsyncSession, story_id: int) -> list[int]:
        """The story has ended: whatever has not left yet never does. Answers the shares' ids."""
        changed = await s.scalars(
            update(Share)
            .where(Share.story_id == story_id, Share.state.in_(OPEN))
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


__all__ = [
    "PROBLEMS", "NotOffered", "NotYours", "Sharing", "Started", "TextProblem", "account_of", "count",
    "new_key", "usable",
]  # fmt: skip
