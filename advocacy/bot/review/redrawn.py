"""Review cards that fell behind: what changes without a new round, such as times, is drawn anew."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.cards import face
from advocacy.bot.language import translator
from advocacy.bot.review.review_cards import Reviewing, review_card
from advocacy.bot.review.reviewing import gather
from advocacy.config import Settings
from advocacy.content import stories
from advocacy.content.models import Review, Story, StoryState
from advocacy.db import now
from advocacy.delivery import outbox, placements, places
from advocacy.delivery.models import Placement

REWRITES = 50
"""Looked at in one unit of work."""


async def redraw(s: AsyncSession, settings: Settings) -> int:
    """Rewrite cards of stories in review that were changed since they were drawn; answers how many."""
    rounds = (
        select(func.count()).where(Review.story_id == Story.id, Review.decision == "submitted").scalar_subquery()
    )  # fmt: skip
    query = (
        places.placed()
        .join(Story, Story.id == Placement.story_id)
        .where(Placement.purpose == "review", *placements.sent(), Story.state == StoryState.IN_REVIEW)
        .where(Placement.round == rounds, Story.updated_at > Placement.refreshed_at)
        .order_by(Placement.id)
        .limit(REWRITES)
    )
    known: dict[int, Reviewing] = {}
    changed = 0
    for placement, place in await placements.placed(s, query):
        if placement.story_id not in known:
            known[placement.story_id] = await gather(s, settings, await stories.get(s, placement.story_id))
        message = review_card(translator(place.language), known[placement.story_id], placement.id)
        placement.refreshed_at = now()
        if placement.shown != face(message):
            placement.shown = face(message)
            await outbox.rewrite(s, placement, placements.message_ref(placement, place), message)
            changed += 1
    return changed


__all__ = ["redraw"]
