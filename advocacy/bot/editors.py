"""What only the communications team may do, decided at each press anew."""

from __future__ import annotations

from functools import wraps

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Action, Call
from advocacy.bot.language import Translator, translator
from advocacy.bot.refusals import refusal
from advocacy.chat import Answer, Private
from advocacy.delivery import placements
from advocacy.people import directory


def editors_only(action: Action) -> Action:
    """Refuse everybody else."""

    @wraps(action)
    async def guarded(call: Call) -> Answer:
        if not directory.may(call.person, "editor"):
            return Private(refusal(call.t, "not_editor"))
        return await action(call)

    return guarded


async def spoken(s: AsyncSession, call: Call) -> Translator:
    """The words of the editors' channel whose card was pressed, whoever pressed it; elsewhere the person's own."""
    if call.press.channel is None:
        return call.t
    language = {place.to: place.language for place in await placements.channels(s, "editors")}
    return translator(language.get(call.press.channel, call.parts.settings.language))
