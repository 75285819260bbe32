"""What a story's card is drawn from, gathered in the unit of work that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot import thanks
from advocacy.bot.actions import Parts
from advocacy.bot.cards import Offer
from advocacy.content import pictures
from advocacy.content.models import Story
from advocacy.insights import story as story_insights


async def offer(s: AsyncSession, parts: Parts, story: Story, placement_id: int) -> Offer:
    """The story with its counter, its picture and whom it thanks. ``placement_id`` is 0 for a card on no channel."""
    return replace((await offers(s, parts, [story]))[story.id], placement_id=placement_id)


async def offers(s: AsyncSession, parts: Parts, found: Sequence[Story]) -> dict[int, Offer]:
    """The same for several stories at once, by their ids, each for a card on no channel."""
    totals = await story_insights.totals(s, [one.id for one in found])
    named = await thanks.names(s, found)
    return {
        one.id: Offer(
            one, 0, parts.networks, totals.get(one.id), picture=pictures.address(parts.settings, pictures.of(one)),
            finder=named[one.id][0], writer=named[one.id][1], zone=parts.settings.zone,
        )
        for one in found
    }  # fmt: skip
