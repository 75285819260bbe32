"""Leaders first: named people get a story in their direct messages before its channels do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Parts
from advocacy.bot.cards import face, story_card
from advocacy.bot.language import translator
from advocacy.bot.offers import offer
from advocacy.content import schedule
from advocacy.delivery import outbox, placements, places


async def tell(s: AsyncSession, parts: Parts, at: datetime) -> int:
    """Send the card of each story whose leaders are due; answers how many cards."""
    cards = 0
    for story in await schedule.leaders_due(s, at):
        where = await places.direct(s, story.leader_ids)
        offered = await offer(s, parts, story, 0)
        for placement, place in await placements.place(s, story.id, where, "story", story.sendings):
            message = story_card(translator(place.language), replace(offered, placement_id=placement.id))
            placement.shown, placement.refreshed_at = face(message), at
            marker = f"placement:{placement.id}"
            await outbox.send(s, place.to, message, marker, placement.id, holds_for=story.approved_hash)
            cards += 1
    return cards
