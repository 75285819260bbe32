"""What came of a story, told below its review card: after a day, and once it has ended."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Parts
from advocacy.bot.desk.result_actions import came_of, results_card
from advocacy.bot.language import translator
from advocacy.chat import ChannelRef
from advocacy.content import schedule, stories
from advocacy.content.models import Story
from advocacy.db import after_commit, now
from advocacy.delivery import outbox, placements

AFTER = timedelta(days=1)
AT_ONCE = 20


async def tell(parts: Parts) -> int:
    """Tell editors of stories for which it is time; answers how many stories."""
    at = now()
    async with parts.db.write() as s:
        due = await schedule.results_due(s, at, AFTER, AT_ONCE)
        for story, times in due:
            await _tell(s, parts, await stories.get(s, story.id), times)
            story.results_told = times
        if due:
            after_commit(s, parts.worker.wake.set)
    return len(due)


async def _tell(s: AsyncSession, parts: Parts, story: Story, times: int) -> None:
    """Below the newest review card in each channel of editors; nothing where none has it any more."""
    came = await came_of(s, parts, story)
    newest = {}
    for placement, place in await placements.of_story(s, story.id, "review"):
        if isinstance(place.to, ChannelRef) and placement.message_id:
            newest[place.channel_id] = (placement, place)
    for placement, place in newest.values():
        card = placements.message_ref(placement, place)
        below = ChannelRef(card.platform, card.tenant, card.channel, card.message)
        message = results_card(translator(place.language), parts, came)
        await outbox.send(s, below, message, f"results:{story.id}:{times}:{place.channel_id}")


__all__ = ["tell"]
