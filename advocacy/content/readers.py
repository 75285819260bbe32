"""People as the audiences of stories see them: what each may see, and what is to be put before them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import topics
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Story, StoryState
from advocacy.content.versions import base
from advocacy.people import departments
from advocacy.people.directory import is_employed
from advocacy.people.models import Person

EARLY = (StoryState.APPROVED, StoryState.SCHEDULED)
"""Leaders may have a story that stands so."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A person as audiences are concerned."""

    person_id: int
    departments: frozenset[int]
    """Theirs and all above it; left out where no story asks for it."""
    location: str
    language: str
    sight: topics.Sight

    def is_shown(self, story: Story) -> bool:
        """Is it to be shown to this person by itself?"""
        is_out = story.state == StoryState.LIVE or is_early(story, self.person_id)
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


async def of(s: AsyncSession, person_ids: Collection[int], at: datetime, there: Sequence[Story]) -> dict[int, Reader]:
    """These people, while employed, as far as these stories ask for it: most are for all, and every press waits here.

    Whoever is not employed is missing.
    """
    day = at.date()
    people = [
        one for one in await s.scalars(select(Person).where(Person.id.in_(person_ids)))
        if is_employed(one, day)
    ]  # fmt: skip
    ids = [one.id for one in people]
    chains: dict[int, frozenset[int]] = {}
    if ids and any(story.department_ids for story in there):
        own, tree = await departments.of(s, ids, day), await departments.tree(s)
        chains = {person_id: frozenset(tree.chain(department)) for person_id, department in own.items()}
    sights = await topics.sights(s, ids) if ids and any(story.topics for story in there) else {}
    nothing, plain = frozenset[int](), topics.Sight()
    return {
        one.id: Reader(one.id, chains.get(one.id, nothing), one.location, one.language, sights.get(one.id, plain))
        for one in people
    }


def is_early(story: Story, person_id: int) -> bool:
    """Was this person told before the others, of exactly what is approved?"""
    told = story.state in EARLY and story.leaders_told_at is not None and person_id in story.leader_ids
    return told and story.approved_hash == fingerprint(story)


__all__ = ["EARLY", "Reader", "is_early", "of"]
