"""Who a story is for: what may be shared by whom at which moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import emergency, readers, reasons, stories, topics
from advocacy.content.models import Story, StoryState

_PAGE, _PAGES = 100, 20
"""A feed is chosen from so many stories at a time; further ones are looked at until enough are found, to a limit."""


class NotSharable(Exception):
    """Nobody, or not this person, may share the story now.

    Codes: ``gone`` (no such story), ``recalled``, ``expired``, ``not_live``, ``not_for_you``, ``internal`` (for
    reading inside only), ``halted`` (emergency stop).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def sharable(s: AsyncSession, story_id: int, person_id: int, at: datetime) -> Story:
    """The story, if this person may share it at this moment. Raises ``NotSharable``; reading goes on in a stop."""
    story = await fit_to_share(s, story_id, person_id, at)
    if await emergency.current(s) is not None:
        raise NotSharable("halted")
    return story


async def fit_to_share(s: AsyncSession, story_id: int, person_id: int, at: datetime) -> Story:
    """As ``sharable``, whether or not everything is stopped: a share that was begun before outlives a stop."""
    story = await readable(s, story_id, person_id, at)
    if story.internal:
        raise NotSharable("internal")
    return story


async def readable(s: AsyncSession, story_id: int, person_id: int, at: datetime) -> Story:
    """The story, if it is there for this person at this moment, be it to share or only to read.

    Raises ``NotSharable``.
    """
    try:
        story = await stories.get(s, story_id)
    except stories.NoStory:
        raise NotSharable("gone") from None
    if story.state == StoryState.RECALLED:
        raise NotSharable("recalled")
    ends = stories.ends(story)
    if story.state == StoryState.EXPIRED or (ends is not None and ends <= at):
        raise NotSharable("expired")
    if story.embargo_until is not None and story.embargo_until > at:
        raise NotSharable("not_live")
    if story.state != StoryState.LIVE and not readers.is_early(story, person_id):
        raise NotSharable("not_live")
    reader = (await readers.of(s, [person_id], at, [story])).get(person_id)
    if reader is None or not reader.may_see(story):
        raise NotSharable("not_for_you")
    return story


async def feed_for(s: AsyncSession, person_id: int, at: datetime, limit: int = 50) -> list[Story]:
    """Stories to show this person by themselves, whole: featured ones first, then the newest.

    Without those they passed on and those of topics they muted; with those they get before the others.
    """
    passed = await reasons.hidden_from(s, person_id)
    early = and_(Story.state.in_(readers.EARLY), Story.leaders_told_at.is_not(None))
    query = (
        select(Story)
        .where(or_(Story.state == StoryState.LIVE, early), *stories.not_over(at), Story.id.not_in(passed))
        .where(or_(Story.embargo_until.is_(None), Story.embargo_until <= at))
        # Those not out yet come before what is: said, because databases differ on where what is missing stands.
        .order_by(Story.featured.desc(), Story.live_at.desc().nulls_first(), Story.id.desc())
        .limit(_PAGE)
        .options(*stories.whole())
    )
    found: dict[int, Story] = {}  # what goes live meanwhile moves others to the next page
    for page in range(_PAGES):
        there = list(await s.scalars(query.offset(page * _PAGE)))
        reader = (await readers.of(s, [person_id], at, there)).get(person_id)
        if reader is None:
            return []
        found |= {story.id: story for story in there if reader.is_shown(story)}
        if len(found) >= limit or len(there) < _PAGE:
            break
    return list(found.values())[:limit]


async def feeds(s: AsyncSession, person_ids: Collection[int], at: datetime, limit: int = 50) -> dict[int, list[Story]]:
    """The same for many people, out of the newest stories that are live; early ones are not among them."""
    query = (
        select(Story)
        .where(Story.state == StoryState.LIVE, *stories.not_over(at), Story.internal.is_(False))
        .where(or_(Story.embargo_until.is_(None), Story.embargo_until <= at))
        .order_by(Story.featured.desc(), Story.live_at.desc(), Story.id.desc())
        .limit(_PAGE)
        .options(*stories.whole())
    )
    there = list(await s.scalars(query))
    passed = await reasons.passed_by(s, person_ids)
    return {
        one.person_id: [
            story for story in there if (one.person_id, story.id) not in passed and one.is_shown(story)
        ][:limit]
        for one in (await readers.of(s, person_ids, at, there)).values()
    }  # fmt: skip


async def open_to_all(s: AsyncSession, story_ids: Collection[int], at: datetime) -> dict[int, Story]:
    """Those of these stories that may be shown wherever people talk: live, for outside, for no chosen few; by id.

    None while everything is stopped.
    """
    if await emergency.current(s) is not None:
        return {}
    query = select(Story).where(
        Story.id.in_(story_ids), Story.state == StoryState.LIVE, Story.internal.is_(False), *stories.not_over(at),
        or_(Story.embargo_until.is_(None), Story.embargo_until <= at),
    )  # fmt: skip
    there = list(await s.scalars(query.options(*stories.whole())))
    closed = (await topics.sight_of_all(s)) if there else topics.Sight()
    return {
        one.id: one for one in there
        if not (one.department_ids or one.locations or one.audience_languages) and closed.may_see(one.topics)
    }  # fmt: skip


__all__ = ["NotSharable", "feed_for", "feeds", "fit_to_share", "open_to_all", "readable", "sharable"]
