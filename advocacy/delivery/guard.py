"""The last look before a card leaves: does what it says still hold?"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import stories
from advocacy.content.models import Story, StoryState
from advocacy.db import now
from advocacy.delivery import digest_lines
from advocacy.delivery.models import Outbox, Placement
from advocacy.people.models import Identity

_EARLY = (StoryState.APPROVED, StoryState.SCHEDULED, StoryState.LIVE)
"""A direct message with a story goes to those who get it before the others."""


async def holds(s: AsyncSession, row: Outbox, at: datetime) -> bool:
    """May this message still leave? One that speaks of no story always may.

    A card holds while its story is out, not over, not under embargo, and approved in exactly the content of the card:
    between queueing and sending it may have been edited, recalled, or have ended. One in direct messages is for those
    who get it before the others: it holds from so many minutes before on.
    """
    if row.holds_for.startswith(digest_lines.PREFIX):
        return await digest_lines.hold(s, row.holds_for, at)
    if not row.holds_for or row.placement_id is None:
        return True
    query = select(Story, Placement.identity_id).join(Placement, Placement.story_id == Story.id)
    found = (await s.execute(query.where(Placement.id == row.placement_id))).one_or_none()
    if found is None:
        return False
    story, identity_id = found
    ends = stories.ends(story)
    return (
        story.approved_hash == row.holds_for
        and (story.embargo_until is None or story.embargo_until <= at)
        and (ends is None or ends > at)
        and story.state in ((StoryState.LIVE,) if identity_id is None else _EARLY)
        # A card that is there stays with whoever has it, also when others are named since, or later times are set.
        and (identity_id is None or row.verb == "update" or await _is_for(s, story, identity_id, at))
    )


async def _is_for(s: AsyncSession, story: Story, identity_id: int, at: datetime) -> bool:
    """Is this one of those who get it before the others, and have their minutes begun?"""
    person_id = await s.scalar(select(Identity.person_id).where(Identity.id == identity_id))
    ahead, begins = timedelta(minutes=story.leaders_minutes), story.publish_at
    is_time = story.state == StoryState.LIVE or begins is None or begins - ahead <= at
    return person_id in story.leader_ids and is_time


async def drop(s: AsyncSession, row: Outbox) -> None:
    """Take a message out that no longer holds, so that whatever holds then is drawn and sent anew."""
    placement = await s.get(Placement, row.placement_id) if row.placement_id is not None else None
    verb, holds_for = row.verb, row.holds_for
    await s.delete(row)
    await s.flush()
    if holds_for.startswith(digest_lines.PREFIX):
        if verb == "send":
            await digest_lines.take_back(s, holds_for, now())
        return
    if placement is None:
        return
    if verb == "update":
        placement.shown = ""
        return
    # The card was never there. If the story is live again by now, its channels are looked at once more; before that,
    # its leaders.
    this, is_live = update(Story).where(Story.id == placement.story_id), Story.state == StoryState.LIVE
    await s.execute(this.where(is_live).values(announced_at=None))
    if placement.identity_id is not None:
        await s.execute(this.where(~is_live).values(leaders_told_at=None))
    await s.delete(placement)
    await s.flush()


__all__ = ["drop", "holds"]
