"""Leaders first: named people get a story in their direct messages before its channels do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Parts
from advocacy.bot.cards import face, story_card
from advocacy.bot.language import translator
from advocacy.bot.offers import offer
from advocacy.content import quiet, schedule
from advocacy.delivery import outbox, placements, places, prompts
from advocacy.delivery.places import Place
from advocacy.people import rhythm
from advocacy.people.rhythm import Pace
from advocacy.people.zones import zone


async def tell(s: AsyncSession, parts: Parts, at: datetime) -> int:
    """Send the card of each story whose leaders are due; answers how many cards."""
    cards = 0
    for story in await schedule.leaders_due(s, at):
        where = await places.direct(s, story.leader_ids)
        paces = await rhythm.of_many(s, story.leader_ids, rhythm.company(parts.settings))
        offered = await offer(s, parts, story, 0)
        for placement, place in await placements.place(s, story.id, where, "story", story.sendings):
            message = story_card(translator(place.language), replace(offered, placement_id=placement.id))
            placement.shown, placement.refreshed_at = face(message), at
            marker = f"placement:{placement.id}"
            due = _awake(parts, place, paces, at)
            await outbox.send(s, place.to, message, marker, placement.id, holds_for=story.approved_hash, due_at=due)
            await prompts.note(s, at, [(place.person_id, marker)] if place.person_id is not None else [])
            cards += 1
    return cards


def _awake(parts: Parts, place: Place, paces: Mapping[int, Pace], at: datetime) -> datetime:
    """Now, or when this person's own quiet hours have ended."""
    chosen = paces.get(place.person_id or 0)
    if chosen is None or not chosen.quiet:
        return at
    return quiet.after_quiet(at, zone(place.time_zone, parts.settings.zone), quiet.read((chosen.quiet,)))
