"""What a story's card is drawn from, gathered in the unit of work that shows it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot import thanks
from advocacy.bot.actions import Parts
from advocacy.bot.cards import Offer
from advocacy.content import pictures
from advocacy.content.models import Story
from advocacy.insights import story as story_insights


async def offer(s: AsyncSession, parts: Parts, story: Story, placement_id: int) -> Offer:
    """The story with its counter, its picture and whom it thanks. ``placement_id`` is 0 for a card on no channel."""
    totals = await story_insights.totals(s, [story.id])
    finder, writer = await thanks.names(s, story)
    picture = pictures.address(parts.settings, story.image_url)
    return Offer(
        story, placement_id, parts.networks, totals.get(story.id), picture=picture, finder=finder, writer=writer
    )
