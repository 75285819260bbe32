"""Presses of the tour. What is practised is in the buttons alone: no row is written for it."""

from __future__ import annotations

import re
from dataclasses import replace

from advocacy.bot.actions import Call
from advocacy.bot.brands import called
from advocacy.bot.desk.editing import filled
from advocacy.bot.welcome import tour_cards
from advocacy.chat import Answer, Button, Message, OpenForm, Private
from advocacy.people import directory
from advocacy.sharing import lapses
from advocacy.sharing.renewals import renewing

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
"""Each would take six characters of the two thousand that a button of Slack's can carry."""


async def tour(call: Call) -> Answer:
    """One step of it; the first where none is named."""
    step = call.number("n")
    if step == 2:
        return _shown(tour_cards.stored(call.t, call.parts.settings.minimum_group))
    if step == 3:
        return _shown(tour_cards.connecting(call.t, await _links(call)))
    if step == tour_cards.LAST:
        return _shown(tour_cards.practice(call.t))
    return _shown(_first(call))


async def installed(call: Call) -> Answer:
    """The app came to somebody's personal chat: greet them, unless they know it."""
    reach = call.press.value.get("reach")
    if not isinstance(reach, dict) or reach.get("scope") != "personal" or call.person.toured_at is not None:
        return None
    return Private(_first(call))


async def practice(call: Call) -> Answer:
    """A share that goes nowhere."""
    return _shown(tour_cards.practised(call.t, _carried(call), _undo(call)))


async def practice_edit(call: Call) -> Answer:
    """Write another text for it."""
    return OpenForm(tour_cards.practice_form(call.t, _carried(call)))


async def practice_save(call: Call) -> Answer:
    """The text as it was typed; an empty one stays open."""
    text = _CONTROL.sub(" ", call.press.inputs.get("text", "")).strip()
    if not text or len(text) > tour_cards.MOST_TEXT:
        form = filled(tour_cards.practice_form(call.t, ""), call)
        said = call.t("Write something, of {n} characters at most.", n=call.t.number(tour_cards.MOST_TEXT))
        return OpenForm(replace(form, errors={"text": said}))
    return _shown(tour_cards.practised(call.t, text, _undo(call)))


async def practice_end(call: Call) -> Answer:
    """It was posted, undone or skipped, and the tour is over."""
    async with call.parts.db.write() as s:
        await directory.toured(s, call.person.id, call.at)
    return _shown(tour_cards.done(call.t, call.word("d")))


def _carried(call: Call) -> str:
    return _CONTROL.sub(" ", call.word("x"))[: tour_cards.MOST_TEXT]


def _first(call: Call) -> Message:
    return tour_cards.first(call.t, call.person.name, _undo(call))


def _undo(call: Call) -> int:
    own = call.person.undo_seconds
    return call.parts.settings.undo_seconds if own is None else own


def _shown(message: Message) -> Answer:
    return Private(message, replace=True)


async def _links(call: Call) -> list[Button]:
    """Ways to connect what is not connected yet."""
    networks = call.parts.networks
    async with call.parts.db.read() as s:
        have = {one.network for one in await lapses.mine(s, call.person.id, call.at, renewing(networks))}
    return [
        Button(
            call.t("Connect {network}", network=called(call.t, network)),
            url=call.parts.accounts.connect_url(call.person.id, name),
        )
        for name, network in networks.items()
        if network.abilities().post and name not in have
    ]


WORDS = {"tour": tour}
ACTIONS = {
    "tour": tour, "installed": installed, "practice": practice, "practice_edit": practice_edit,
    "practice_save": practice_save, "practice_end": practice_end,
}  # fmt: skip
