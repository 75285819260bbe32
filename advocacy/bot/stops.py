"""Stopping everything and letting it go on, with all who have to hear of it; for chat and the command line."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.language import Translator, translator
from advocacy.chat import Button, Message
from advocacy.config import Settings
from advocacy.content import emergency
from advocacy.content.models import Halt
from advocacy.db import now
from advocacy.delivery import copies, outbox, placements
from advocacy.delivery.places import Place
from advocacy.people.models import Person
from advocacy.sharing import pauses
from advocacy.sharing.shares import Sharing


async def stop(s: AsyncSession, settings: Settings, by: Person | str, reason: str = "") -> Halt:
    """Stop everything, and tell editors and those whose share waits. Raises ``Rejected``."""
    halt, is_new = await emergency.halt(s, by, reason)
    if is_new:
        await pauses.pause(s)
        await _tell_editors(s, settings, halt)
    return halt


async def resume(s: AsyncSession, sharing: Sharing, by: Person | str) -> Halt | None:
    """Let everything go on; answers the stop that held, ``None`` when there was none. Raises ``Rejected``.

    Shares that wait get a new undo window, and their people are told.
    """
    halt = await emergency.lift(s, by)
    if halt is not None:
        await pauses.go_on(s, sharing, now())
        await _lift_cards(s, sharing.settings, halt)
        await _tell_editors(s, sharing.settings, halt)
    return halt


async def _tell_editors(s: AsyncSession, settings: Settings, halt: Halt) -> None:
    kind = "lifted" if halt.lifted_at else "halted"
    for place in await placements.channels(s, "editors"):
        message = notice(translator(place.language), halt, settings.zone)
        # Urgent: this is the one message that goes to a channel in a stop.
        await outbox.send(s, place.to, message, _marker(kind, halt, place), urgent=True)


async def _lift_cards(s: AsyncSession, settings: Settings, halt: Halt) -> None:
    """The cards that told of the stop lose the button that lifts it."""
    cards = {_marker("halted", halt, place): place for place in await placements.channels(s, "editors")}
    await copies.settle(s, cards, lambda place: notice(translator(place.language), halt, settings.zone))


def _marker(kind: str, halt: Halt, place: Place) -> str:
    return f"{kind}:{halt.id}:{place.channel_id}"


def notice(t: Translator, halt: Halt, zone: ZoneInfo) -> Message:
    """Who stopped everything and when, and who let it go on."""
    stopped = t("{name} stopped everything on {at}.", name=halt.set_by, at=t.moment(halt.set_at, zone))
    if halt.lifted_at is not None:
        lifted = t("{name} let it go on at {at}.", name=halt.lifted_by, at=t.moment(halt.lifted_at, zone))
        return Message(summary=lifted, heading=t("Everything goes on"), paragraphs=(lifted, stopped), quote=halt.reason)
    effect = t("No story is sent and nothing is shared until somebody lifts the stop. Shares that wait are kept.")
    return Message(
        summary=stopped,
        heading=t("Everything is stopped"),
        paragraphs=(stopped, effect),
        quote=halt.reason,
        buttons=(go_on_button(t),),
    )


def go_on_button(t: Translator) -> Button:
    """Lifts the stop."""
    return Button(
        t("Let everything go on"),
        action="resume_now",
        confirm=t("Cards go out again, and people have time to undo before anything is posted. Let everything go on?"),
    )
