"""What only the communications team may do, decided at each press anew."""

from __future__ import annotations

from functools import wraps

from advocacy.bot.actions import Action, Call
from advocacy.bot.refusals import refusal
from advocacy.chat import Answer, Private
from advocacy.people import directory


def editors_only(action: Action) -> Action:
    """Refuse everybody else."""

    @wraps(action)
    async def guarded(call: Call) -> Answer:
        if not directory.may(call.person, "editor"):
            return Private(refusal(call.t, "not_editor"))
        return await action(call)

    return guarded
