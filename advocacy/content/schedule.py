"""Time: approved stories go live, live ones expire."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Story, StoryState
from advocacy.content.quiet import Quiet, after_quiet
from advocacy.content.stories import Invalid, back_to_review, edit, get, not_over, whole
from advocacy.content.times import moment
from advocacy.db import for_update

_WAITING = (StoryState.APPROVED, StoryState.SCHEDULED)
_AT_A_TIME, _SENT_AT_A_TIME = 200, 20


async def go_live(s: AsyncSession, at: datetime) -> list[int]:
    """Make every approved story live whose time has come; answers which. Call again while it answers some.

    A story whose content is not what was approved goes back to review instead: nothing unapproved leaves. One that
    goes live again is announced again, where its card is not yet.
    """
    due = (
        select(Story)
        .where(
            Story.state.in_(_WAITING),
            or_(Story.publish_at.is_(None), Story.publish_at <= at),
            or_(Story.embargo_until.is_(None), Story.embargo_until <= at),
            *not_over(at),
        )
        .order_by(Story.publish_at, Story.id)
        .limit(_AT_A_TIME)
        .options(*whole())
    )
    started = []
    for story in await s.scalars(for_update(due, skip_locked=True)):
        if story.approved_hash != fingerprint(story):
            back_to_review(s, story, None)
            continue
        story.state = StoryState.LIVE
        story.live_at = story.live_at or at
        story.announced_at = None
        started.append(story.id)
    await s.flush()
    return started


async def begin_sending(s: AsyncSession, at: datetime) -> list[Story]:
    """Live stories whose cards are to be put into channels now, whole; they count as announced.

    What came here was approved once: whoever sends it looks whether it still is.
    """
    query = (
        select(Story)
        .where(Story.state == StoryState.LIVE, Story.announced_at.is_(None), *not_over(at))
        .order_by(Story.id).limit(_SENT_AT_A_TIME).options(*whole()).execution_options(populate_existing=True)
    )  # fmt: skip
    found = list(await s.scalars(for_update(query, skip_locked=True)))
    for story in found:
        story.announced_at = at
    await s.flush()
    return found


async def replan(
    s: AsyncSession, story_id: int, *, by_id: int | None = None, seen: int | None = None, **changes: Any
) -> tuple[Story, bool]:
    """Change a story as ``stories.edit`` does; raises what that raises.

    Answers as well whether it is out and got other times: then it is announced anew, and cards that still wait are
    to be withheld.
    """
    before = await get(s, story_id, lock=True)
    old = (before.publish_at, before.wall_clock, before.urgent)
    story = await edit(s, story_id, by_id=by_id, seen=seen, **changes)
    moved = story.state == StoryState.LIVE and old != (story.publish_at, story.wall_clock, story.urgent)
    if moved:
        story.announced_at = None
        await s.flush()
    return story, moved


async def expire(s: AsyncSession, at: datetime) -> list[int]:
    """End every story whose end has come, or that of the rights in it, also one never live; answers which."""
    over = (
        select(Story)
        .where(
            Story.state.in_((*_WAITING, StoryState.LIVE)), or_(Story.expires_at <= at, Story.rights_until <= at)
        )
        .order_by(Story.id)
        .limit(_AT_A_TIME)
    )  # fmt: skip
    ended = []
    for story in await s.scalars(for_update(over, skip_locked=True)):
        story.state, story.updated_at = StoryState.EXPIRED, at
        ended.append(story.id)
    await s.flush()
    return ended


async def leaders_due(s: AsyncSession, at: datetime) -> list[Story]:
    """Approved stories whose leaders are to be told now, whole; they count as told.

    A story that would go out as soon as it can waits for their minutes first. Nobody is told before an embargo ends.
    """
    query = (
        select(Story)
        .where(Story.state.in_(_WAITING), Story.leaders_minutes > 0, Story.leaders_told_at.is_(None), *not_over(at))
        .where(or_(Story.embargo_until.is_(None), Story.embargo_until <= at))
        # The next ones first: many that are planned far ahead must not keep them from being looked at.
        .order_by(Story.publish_at.nulls_first(), Story.id)
        .limit(_AT_A_TIME)
        .options(*whole())
    )
    due = []
    for story in await s.scalars(for_update(query, skip_locked=True)):
        ahead, begins = timedelta(minutes=story.leaders_minutes), story.publish_at
        if not story.leader_ids or story.approved_hash != fingerprint(story):
            continue
        if begins is None or (story.embargo_until is not None and begins <= story.embargo_until):
            story.publish_at, story.state = at + ahead, StoryState.SCHEDULED
        elif begins - ahead > at:
            continue
        story.leaders_told_at = at
        due.append(story)
    await s.flush()
    return due


async def results_due(s: AsyncSession, at: datetime, after: timedelta, limit: int) -> list[tuple[Story, int]]:
    """Stories of which it is time to tell what came of them: 1 so long after they went out, 2 after their end."""
    is_over = Story.state.in_((StoryState.EXPIRED, StoryState.RECALLED))
    query = (
        select(Story)
        .where(Story.live_at <= at - after, Story.results_told < 2, or_(is_over, Story.results_told == 0))
        .order_by(Story.live_at, Story.id)
        .limit(limit)
    )
    found = await s.scalars(for_update(query, skip_locked=True))
    return [(one, 2 if one.state in (StoryState.EXPIRED, StoryState.RECALLED) else 1) for one in found]


async def resend(s: AsyncSession, story_id: int) -> Story:
    """Put a live story into its channels once more, below what was said since. Raises ``NoStory``, ``Invalid``."""
    story = await get(s, story_id, lock=True)
    if story.state != StoryState.LIVE:
        raise Invalid("state", "not_live")
    if story.announced_at is not None:  # otherwise the last sending has not begun yet
        story.sendings, story.announced_at = story.sendings + 1, None
    story.version += 1
    await s.flush()
    return story


async def feature(s: AsyncSession, story_id: int, *, first: bool) -> Story:
    """Let a live story stand first in feeds, or in line again; twice is as once. Raises ``NoStory``, ``Invalid``."""
    story = await get(s, story_id, lock=True)
    if story.state != StoryState.LIVE:
        raise Invalid("state", "not_live")
    if story.featured != first:
        story.featured, story.version = first, story.version + 1
    await s.flush()
    return story


def card_due(story: Story, where: ZoneInfo, quiet: Quiet, at: datetime) -> datetime:
    """When its card is to be put where clocks are those of ``where``; never before ``at`` or its embargo.

    With a wall clock that is when the clocks there show it. Quiet hours there push it back, unless it is urgent.
    """
    begins = moment(story.wall_clock, where) if story.wall_clock else (story.publish_at or at)
    due = max(begins, at, story.embargo_until or at)
    return due if story.urgent else after_quiet(due, where, quiet)


__all__ = ["begin_sending", "card_due", "expire", "feature", "go_live", "leaders_due", "replan", "resend"]
