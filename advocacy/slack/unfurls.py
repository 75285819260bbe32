"""Cards below links to us that somebody posted."""

from __future__ import annotations

import structlog

from advocacy.bot.language import Translator
from advocacy.chat import Previews
from advocacy.slack.calls import Calls, SlackRefused
from advocacy.slack.presses import Came
from advocacy.slack.render import blocks

log = structlog.get_logger()


async def unfurl(calls: Calls, answer: Previews, came: Came, t: Translator) -> None:
    """Show them. Raises the four errors, but not when the message or its link is gone: nobody waits for a card.

    https://docs.slack.dev/reference/methods/chat.unfurl
    """
    event = came.shared or {}
    by_id = {"unfurl_id": event.get("unfurl_id"), "source": event.get("source")}
    where = by_id if all(by_id.values()) else {"channel": event.get("channel"), "ts": event.get("message_ts")}
    for images in (True, False):
        cards = {url: {"blocks": blocks(card, t, images=images)} for url, card in answer.cards.items()}
        try:
            await calls.write(came.reply.tenant, "chat.unfurl", repeatable=True, **where, unfurls=cards)
        except SlackRefused as refusal:
            if images and refusal.error == "invalid_blocks":
                continue  # it could not fetch a picture
            log.info("slack.not_unfurled", why=str(refusal))
        return


__all__ = ["unfurl"]
