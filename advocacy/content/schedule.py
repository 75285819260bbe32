"""Time: approved stories go live, live ones expire."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Story, StoryState
from advocacy.content.stories import whole
from advocacy.db import for_update

_WAITING = (StoryState.APPROVED, StoryState.SCHEDULED)
_AT_A_TIME = 200


async def go_live(s: AsyncSession, at: datetime) -> list[int]:
    """Make every approved story live whose time has come; answers which. Call again while it answers some.

    A story whose content is not what was approved goes back to review instead: nothing unapproved leaves.
    """
    due = (
        select(Story)
        .where(
            Story.state.in_(_WAITING),
            or_(Story.publish_at.is_(None), Story.publish_at <= at),
            or_(Story.expires_at.is_(None), Story.expires_at > at),
        )
        .order_by(Story.publish_at, Story.id)
        .limit(_AT_A_TIME)
        .options(*whole())
    )
    started = []
    for story in await s.scalars(for_update(due, skip_locked=True)):
        if story.approved_hash != fingerprint(story):
            story.state = StoryState.IN_REVIEW
            continue
        story.state = StoryState.LIVE
        story.live_at = story.live_at or at
        started.append(story.id)
    await s.flush()
    return started


async def expire(s: AsyncSession, at: datetime) -> list[int]:
    """End every story whose expiry has come, also one that never went live; answers which."""
    over = (
        select(Story)
        .where(Story.state.in_((*_WAITING, StoryState.LIVE)), Story.expires_at <= at)
        .order_by(Story.id)
        .limit(_AT_A_TIME)
    )
    ended = []
    for story in await s.scalars(for_update(over, skip_locked=True)):
        story.state, story.updated_at = StoryState.EXPIRED, at
        ended.append(story.id)
    await s.flush()
    return ended
