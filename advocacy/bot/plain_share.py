"""The short way of a press on Share: all of it in one brief unit of work."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from advocacy.bot import replies
from advocacy.bot.actions import Parts, event_key, is_private, number, word
from advocacy.bot.answers import answer
from advocacy.bot.around import Around
from advocacy.bot.language import translator
from advocacy.bot.models import SeenEvent
from advocacy.chat import Answer, Press, Private
from advocacy.content import times
from advocacy.db import Prepared, now
from advocacy.delivery import pressed_cards
from advocacy.sharing.plain import Pressed, Unusual

_SEEN = Prepared(insert(SeenEvent))


async def share(parts: Parts, press: Press) -> Answer:
    """As ``share_actions.share``, for a share that is plain. Raises ``Unusual`` for any other."""
    at, placement_id = now(), number(press, "p")

    def besides(connection: Connection) -> None:
        if placement_id and not pressed_cards.note(connection, placement_id, press.who.address, press.message):
            raise Unusual  # it is not known yet that the card is there
        if press.event:
            _SEEN.insert(connection, key=event_key(press), at=at)

    pressed = Pressed(
        press.who, number(press, "s"), word(press, "n"), at,
        lambda language: replies.packed(press.who, translator(language).language, press.reply_to), besides,
    )  # fmt: skip
    begun = await parts.plain.begin(pressed)
    mine = begun.share
    if mine.due_at is not None and mine.due_at <= at:
        parts.share_due()
    zone = times.zone(begun.time_zone, parts.settings.zone)
    around = Around(share=mine, title=begun.title, network=parts.networks[mine.network], at=at, zone=zone)
    return Private(answer(translator(begun.language), around), replace=is_private(press))


SHORT_WAYS = {"share": share}
