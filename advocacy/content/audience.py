"""Who a story is for: what may be shared by whom at which moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import emergency, reasons, stories, topics
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Story, StoryState
from advocacy.content.versions import base
from advocacy.people import departments
from advocacy.people.directory import is_employed
from advocacy.people.models import Person

_EARLY = (StoryState.APPROVED, StoryState.SCHEDULED)
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
    if story.state != StoryState.LIVE and not _is_early(story, person_id):
        raise NotSharable("not_live")
    reader = await _reader(s, person_id, at, [story])
    if reader is None or not reader.may_see(story):
        raise NotSharable("not_for_you")
    return story


async def feed_for(s: AsyncSession, person_id: int, at: datetime, limit: int = 50) -> list[Story]:
    """Stories to show this person by themselves, whole: featured ones first, then the newest.

    Without those they passed on and those of topics they muted; with those they get before the others.
    """
    passed = await reasons.hidden_from(s, person_id)
    early = and_(Story.state.in_(_EARLY), Story.leaders_told_at.is_not(None))
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
        reader = await _reader(s, person_id, at, there)
        if reader is None:
            return []
        found |= {story.id: story for story in there if reader.is_shown(story)}
        if len(found) >= limit or len(there) < _PAGE:
            break
    return list(found.values())[:limit]


@dataclass(frozen=True, slots=True)
class _Reader:
    """A person as audiences are concerned."""

    person_id: int
    departments: frozenset[int]
    """Theirs and all above it; left out where no story asks for it."""
    location: str
    language: str
    sight: topics.Sight

    def is_shown(self, story: Story) -> bool:
        """Is it to be shown to this person by itself?"""
        is_out = story.state == StoryState.LIVE or _is_early(story, self.person_id)
        return is_out and self.may_see(story) and self.sight.wants(story.topics)

    def may_see(self, story: Story) -> bool:
        """Is the story for this person? Those who are to get it first always belong to it."""
        if self.person_id in story.leader_ids:
            return True
        return (
            (not story.department_ids or not self.departments.isdisjoint(story.department_ids))
            and (not story.locations or self.location.casefold() in map(str.casefold, story.locations))
            and (not story.audience_languages or base(self.language) in map(base, story.audience_languages))
            and self.sight.may_see(story.topics)
        )


async def _reader(s: AsyncSession, person_id: int, at: datetime, there: Sequence[Story]) -> _Reader | None:
    """The person, while employed, as far as these stories ask for it: most are for all, and every press waits here."""
    person = await s.get(Person, person_id)
    if person is None or not is_employed(person, at.date()):
        return None
    chain: Iterable[int] = ()
    if any(story.department_ids for story in there):
        own = (await departments.of(s, [person_id], at.date())).get(person_id)
        chain = (await departments.tree(s)).chain(own) if own is not None else ()
    sight = await topics.sight(s, person_id) if any(story.topics for story in there) else topics.Sight()
    return _Reader(person_id, frozenset(chain), person.location, person.language, sight)


def _is_early(story: Story, person_id: int) -> bool:
    """Was this person told before the others, of exactly what is approved?"""
    told = story.state in _EARLY and story.leaders_told_at is not None and person_id in story.leader_ids
    return told and story.approved_hash == fingerprint(story)


__all__ = ["NotSharable", "feed_for", "fit_to_share", "readable", "sharable"]
