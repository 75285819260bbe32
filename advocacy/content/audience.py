"""Who a story is for: what may be shared by whom at which moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import emergency, stories
from advocacy.content.models import Story, StoryState
from advocacy.people import departments
from advocacy.people.models import Person


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
    ends = [one for one in (story.expires_at, story.rights_until) if one is not None]
    if story.state == StoryState.EXPIRED or any(one <= at for one in ends):
        raise NotSharable("expired")
    if story.state != StoryState.LIVE or (story.embargo_until is not None and story.embargo_until > at):
        raise NotSharable("not_live")
    if not await _is_for(s, story, person_id, at):
        raise NotSharable("not_for_you")
    return story


async def _is_for(s: AsyncSession, story: Story, person_id: int, at: datetime) -> bool:
    person = await s.get(Person, person_id)
    if person is None or (person.left_on is not None and person.left_on <= at.date()):
        return False
    if not story.department_ids:
        return True
    own = (await departments.of(s, [person_id], at.date())).get(person_id)
    if own is None:
        return False
    return not set((await departments.tree(s)).chain(own)).isdisjoint(story.department_ids)


__all__ = ["NotSharable", "fit_to_share", "readable", "sharable"]
