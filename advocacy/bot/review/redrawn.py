"""Review cards that fell behind: what changes without a new round, such as times, is drawn anew."""

from __future__ import annotations

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.cards import face
from advocacy.bot.language import translator
from advocacy.bot.review.cards import Reviewing, review_card
from advocacy.bot.review.reviewing import gather
from advocacy.config import Settings
from advocacy.content import stories
from advocacy.content.models import Story, StoryState
from advocacy.content.review import rounds
from advocacy.db import now
from advocacy.delivery import outbox, placements, places
from advocacy.delivery.models import Channel, Placement
from advocacy.people.models import Identity, Person

REWRITES = 50
"""Looked at in one unit of work."""


async def is_outdated(s: AsyncSession) -> bool:
    """Was a story in review changed since a card of it was drawn?"""
    return (await s.execute(_outdated().limit(1))).first() is not None


async def redraw(s: AsyncSession, settings: Settings) -> int:
    """Rewrite cards of stories in review that were changed since they were drawn; answers how many."""
    known: dict[int, Reviewing] = {}
    changed = 0
    for placement, place in await placements.placed(s, _outdated().order_by(Placement.id).limit(REWRITES)):
        if placement.story_id not in known:
            known[placement.story_id] = await gather(s, settings, await stories.get(s, placement.story_id))
        message = review_card(translator(place.language), known[placement.story_id], placement.id)
        placement.refreshed_at = now()
        if placement.shown != face(message):
            placement.shown = face(message)
            await outbox.rewrite(s, placement, placements.message_ref(placement, place), message)
            changed += 1
    return changed


def _outdated() -> Select[Placement, Channel, Identity, Person]:
    return (
        places.placed()
        .join(Story, Story.id == Placement.story_id)
        .where(Placement.purpose == "review", *placements.sent(), Story.state == StoryState.IN_REVIEW)
        .where(Placement.round == rounds.begun(Story.id), Story.updated_at > Placement.refreshed_at)
        .where(Person.id.is_not(None) | Channel.id.is_not(None))
    )


__all__ = ["is_outdated", "redraw"]
