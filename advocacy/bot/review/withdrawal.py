"""Withdrawing a story, all of it in one unit of work; for chat and the command line."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot import replies
from advocacy.bot.answers import withdrawn
from advocacy.bot.around import Around
from advocacy.bot.cards import ended_card, face
from advocacy.bot.language import translator
from advocacy.bot.review import courses
from advocacy.content import approval
from advocacy.content.models import Story
from advocacy.db import now
from advocacy.delivery import outbox, placements
from advocacy.people.models import Person
from advocacy.sharing import links
from advocacy.sharing.shares import Sharing


async def recall(
    s: AsyncSession, sharing: Sharing, story_id: int, by: Person | str, note: str = ""
) -> tuple[Story, bool]:
    """Nothing more leaves, every card is rewritten before all else, links stop, sharers are told. Raises ``Rejected``.

    Answers the story, and whether it is withdrawn only now: a second time nothing is done, and nobody told again.
    A card that is under way at this moment is rewritten as soon as it is known to be there (``announce.refresh``).
    """
    story, is_new = await approval.recall(s, story_id, by, note)
    if not is_new:
        return story, False
    await sharing.cancel_story(s, story.id)
    await outbox.cancel_sends(s, story.id)
    await links.stop_story(s, story.id)
    await _rewrite_cards(s, story)
    await courses.close(s, await courses.of(s, story, sharing.settings.zone))
    await _tell_sharers(s, sharing, story, note)
    return story, True


async def _rewrite_cards(s: AsyncSession, story: Story) -> None:
    """Cards in channels and in direct messages."""
    for placement, place in await placements.of_story(s, story.id):
        message = ended_card(translator(place.language), story)
        if placement.shown == face(message):
            continue
        # From here on a counter that was drawn before the recall no longer fits and is not written.
        placement.shown, placement.refreshed_at = face(message), now()
        await outbox.rewrite(s, placement, placements.message_ref(placement, place), message, first=True)


async def _tell_sharers(s: AsyncSession, sharing: Sharing, story: Story, note: str) -> None:
    """Offer everyone who has shared the story to delete their post, once; and say why, if that was said."""
    for share in await sharing.out_there(s, story.id):
        network = sharing.networks.get(share.network)
        if network is None or not share.reply:
            continue
        who, reply_to, language = replies.unpacked(share.reply)
        around = Around(share=share, title=story.title, network=network, at=now())
        message = withdrawn(translator(language), around, note)
        await outbox.tell(s, who, reply_to, message, f"withdrawn:{share.id}")
