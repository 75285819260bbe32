"""A break from everything the bot says by itself. What somebody presses for still comes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call
from advocacy.bot.backup.cards import show_button
from advocacy.bot.desk.consent_actions import ASKED
from advocacy.chat import Answer, Button, Message, Private, UserRef
from advocacy.db import after_commit
from advocacy.delivery import outbox
from advocacy.people import breaks, directory
from advocacy.people.models import Person

BREAKS = ("week", "open")
"""For a week; until they say so."""


async def set_break(s: AsyncSession, person: Person, chosen: str, at: datetime) -> None:
    """Begin the break that was chosen, or end one: what was kept for them meanwhile comes then."""
    if chosen not in BREAKS:
        await breaks.end(s, person.id)
        known = await directory.identities(s, person.id)
        await outbox.hasten(s, [UserRef(one.platform, one.tenant, one.user_id) for one in known], ASKED)
        return
    await breaks.begin(s, person.id, at + breaks.WEEK if chosen == "week" else breaks.UNTIL_THEY_SAY)


async def quiet(call: Call) -> Answer:
    """Ask for how long; and whether it is quiet now."""
    t = call.t
    is_quiet = breaks.is_on_break(call.person, call.at)
    heading = t("No prompts at the moment") if is_quiet else t("A break from prompts")
    said = t("Nothing then comes to you by itself: no story, no reminder. Answers to what you press still come.")
    buttons = [
        Button(t("For a week"), action="quiet_set", value={"d": "week"}),
        Button(t("Until I say so"), action="quiet_set", value={"d": "open"}),
    ]
    if is_quiet:
        buttons.insert(0, Button(t("Begin again"), action="quiet_set", value={"d": "end"}, style="primary"))
    if call.number("c"):
        buttons.append(show_button(t, call.number("c")))
    return Private(Message(summary=heading, heading=heading, paragraphs=(said,), buttons=tuple(buttons)))


async def quiet_set(call: Call) -> Answer:
    """Begin or end the break."""
    chosen, t = call.word("d"), call.t
    async with call.parts.db.write() as s:
        await set_break(s, call.person, chosen, call.at)
        after_commit(s, call.parts.worker.wake_urgent.set)
    words = {
        "week": t("Understood: nothing comes to you by itself for a week."),
        "open": t("Understood: nothing comes to you by itself until you say so."),
    }
    said = words.get(chosen, t("Good to have you back. Stories come to you again."))
    end = Button(t("Begin again"), action="quiet_set", value={"d": "end"})
    message = Message(summary=said, heading=said, buttons=(end,) if chosen in BREAKS else ())
    return Private(message, replace=True)


WORDS = {"quiet": quiet, "ruhe": quiet}
ACTIONS = {"backup_quiet": quiet, "quiet_set": quiet_set}
