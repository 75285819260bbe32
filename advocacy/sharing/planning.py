"""Shares that leave at a moment their person chose, or at the best one.

All functions run in the caller's unit of work.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import audience, quiet, stories, times
from advocacy.content.models import Story
from advocacy.db import now
from advocacy.people.models import Person
from advocacy.sharing import best_time
from advocacy.sharing.best_time import BEFORE_END, OWN_GAP, Best, Clock
from advocacy.sharing.models import Share, ShareState
from advocacy.sharing.shares import Sharing

FARTHEST = timedelta(days=365)
LEAD = timedelta(minutes=5)
"""The best moment is so far ahead, at least."""
CHOSEN, BEST = "chosen", "best"
_MADE = (ShareState.PENDING, ShareState.SENDING, ShareState.UNKNOWN, ShareState.POSTED, ShareState.REPORTED)


class NotThen(Exception):
    """It cannot leave at that moment.

    Codes: ``past``, ``ended`` (the story ends before, at ``ends``), ``far`` (over a year ahead), ``none`` (there is no
    good moment before the story ends).
    """

    def __init__(self, code: str, ends: datetime | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.ends = ends


def can_wait(share: Share) -> bool:
    """Can it be put off? Not what has left, was tried already, or waits for its person's words."""
    if share.state == ShareState.PENDING:
        return share.attempts == 0
    return share.state == ShareState.WAITING and share.problem not in ("marker", "changed")


async def plan(
    s: AsyncSession, sharing: Sharing, share_id: int, person_id: int, wanted: datetime, *, at: datetime | None = None
) -> Share:
    """Let a share leave at this moment. Raises ``NotYours``, ``NotSharable``, ``NotThen``."""
    at = at or now()
    share = await sharing.own(s, share_id, person_id)
    if not can_wait(share):
        return share
    story = await audience.fit_to_share(s, share.story_id, person_id, at)
    ends = stories.ends(story)
    if wanted <= at:
        raise NotThen("past")
    if ends is not None and wanted > ends - BEFORE_END:
        raise NotThen("ended", ends)
    if wanted > at + FARTHEST:
        raise NotThen("far")
    put_off(share, story, wanted, CHOSEN)
    return share


async def plan_best(
    s: AsyncSession, sharing: Sharing, share_id: int, person_id: int, *, at: datetime | None = None
) -> Share:
    """Let a share leave at the best moment there is. Raises ``NotYours``, ``NotSharable``, ``NotThen``."""
    at = at or now()
    await _take_turns(s, share_id, person_id)
    share = await sharing.own(s, share_id, person_id)
    if not can_wait(share):
        return share
    story = await audience.fit_to_share(s, share.story_id, person_id, at)
    lead = max(LEAD, sharing.window(await s.get_one(Person, person_id)))
    found = await best_moment(s, sharing, share, story, first=at + lead, at=at)
    if found is None:
        raise NotThen("none", stories.ends(story))
    put_off(share, story, found.at, ":".join((BEST, *found.why)))
    return share


async def best_moment(
    s: AsyncSession, sharing: Sharing, share: Share, story: Story, *, first: datetime, at: datetime
) -> Best | None:
    """The best moment for a share from ``first`` on; ``None`` when there is none before its story ends."""
    return best_time.find(
        first,
        clock(sharing, await s.get_one(Person, share.person_id)),
        until=stories.ends(story),
        own=await _moments(s, share, at, of_person=True),
        theirs=await _moments(s, share, at, of_person=False),
    )


async def planned(s: AsyncSession, person_id: int, at: datetime | None = None) -> list[Share]:
    """The person's shares that wait for their moment, the next one first."""
    query = select(Share).where(
        Share.person_id == person_id, Share.planned_at > (at or now()), Share.text != "",
        Share.state.in_((ShareState.PENDING, ShareState.WAITING)),
    )  # fmt: skip
    return list(await s.scalars(query.order_by(Share.planned_at, Share.id)))


def clock(sharing: Sharing, person: Person) -> Clock:
    """The person's clock, with the company's hours and its quiet ones."""
    settings = sharing.settings
    where = times.zone(person.time_zone, settings.zone)
    return Clock(where, best_time.hours_of(settings.share_hours), quiet.read(settings.quiet_hours))


def put_off(share: Share, story: Story, until: datetime, why: str) -> None:
    """It leaves then, if the story still says what it says now."""
    share.planned_hash = story.approved_hash
    share.planned_at, share.planned_why = until, why
    if share.state == ShareState.PENDING:
        share.due_at = until


async def _take_turns(s: AsyncSession, share_id: int, person_id: int) -> None:
    """One after the other for each story, so that two colleagues at once get two moments."""
    story_id = select(Share.story_id).where(Share.id == share_id, Share.person_id == person_id).scalar_subquery()
    # Not so tight that a share's reference to its story would have to wait.
    await s.execute(select(Story.id).where(Story.id == story_id).with_for_update(key_share=True))


async def _moments(s: AsyncSession, share: Share, at: datetime, *, of_person: bool) -> list[datetime]:
    """When others leave or have left on this network: the person's own, or colleagues' shares of the story."""
    moment = func.coalesce(Share.settled_at, Share.due_at, Share.claimed_at)
    whose = (
        (Share.person_id == share.person_id,)
        if of_person
        else (Share.person_id != share.person_id, Share.story_id == share.story_id)
    )
    query = select(Share.settled_at, Share.due_at, Share.claimed_at).where(
        Share.network == share.network, Share.id != share.id, Share.state.in_(_MADE), moment > at - OWN_GAP, *whose
    )
    found = (next((one for one in row if one is not None), None) for row in await s.execute(query))
    return [one for one in found if one is not None]


__all__ = [
    "BEST", "CHOSEN", "FARTHEST", "NotThen", "best_moment", "can_wait", "clock", "plan", "plan_best",
    "planned", "put_off",
]  # fmt: skip
