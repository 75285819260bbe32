"""Dates, times, and forms that answer while somebody types, in Slack's world over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from advocacy.bot.language import translator
from advocacy.chat import Button, Form, Input, Message, OpenForm, Press, Private
from advocacy.playground.slack.blocks import problems
from advocacy.playground.slack.state import View
from advocacy.slack import render
from tests.slack.slack_help import JANA, House, open_house

WHEN = (Input("day", "Day", "date", "2026-12-01"), Input("hour", "Hour", "time", "09:30", optional=True))
BODY = Message("Compose", paragraphs=("0 used",), inputs=(Input("text", "Text", "text", live="count"), *WHEN),
               buttons=(Button("Preview", action="preview", value={"d": 4}),))  # fmt: skip
FORM = Form("Compose", BODY, "save", {"d": 4}, "Save", "Cancel")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def counted(press: Press) -> OpenForm:
    """The form with a count, and what was typed as its start value, as a bot would do it for Teams."""
    text = press.inputs["text"]
    inputs = (replace(BODY.inputs[0], value=text), *BODY.inputs[1:])
    return OpenForm(replace(FORM, body=replace(BODY, paragraphs=(f"{len(text)} used",), inputs=inputs)))


async def opened(house: House) -> View:
    """The form in Jana's Slack."""
    house.bot.says |= {"compose": OpenForm(FORM), "count": counted}
    await house.world.hands.shortcut(JANA, "compose")
    found = await house.world.until(lambda: house.world.view(JANA))
    assert found is not None
    return found


def said(view: View) -> str:
    return str(next(one for one in view.content["blocks"] if one["type"] == "section")["text"]["text"])


def field(view: View) -> str:
    return str(next(one for one in view.content["blocks"] if one.get("block_id") == "text")["element"]["action_id"])


def test_dates_and_times_are_pickers() -> None:
    """A start value that is no date or time is left out; Slack takes what is drawn."""
    drawn = render.blocks(BODY, translator("en"))
    elements = {one["block_id"]: one["element"] for one in drawn if one["type"] == "input"}
    assert (elements["day"]["type"], elements["day"]["initial_date"]) == ("datepicker", "2026-12-01")
    assert (elements["hour"]["type"], elements["hour"]["initial_time"]) == ("timepicker", "09:30")
    for wrong in ("", "tomorrow", "2026-13-01", "25:00", "٠٩:٣٠", "09:30\n"):
        inputs = (Input("day", "Day", "date", wrong), Input("hour", "Hour", "time", wrong))
        drawn = render.blocks(Message("x", inputs=inputs), translator("en"))
        assert "initial" not in str(drawn)
        assert problems(drawn, "modal") == []


async def test_dates_and_times_come_as_they_are_written(house: House) -> None:
    """``2026-12-24`` and ``18:05``; nothing chosen is an empty text."""
    view = await opened(house)
    await house.world.hands.submit(JANA, view.id, {"text": "x", "day": "2026-12-24", "hour": None})
    assert house.bot.heard[-1].inputs == {"text": "x", "day": "2026-12-24", "hour": ""}


async def test_letters_are_no_events_to_remember(house: House) -> None:
    """A repeat of one does no harm, and a form of a thousand letters writes no thousand rows."""
    view = await opened(house)
    await house.world.hands.press_in_view(JANA, view.id, field(view), value="W")
    typed = next(one for one in house.bot.heard if one.action == "count")
    assert typed.event == ""


async def test_typing_asks_with_all_that_was_typed(house: House) -> None:
    """The live action, the form's value, every input; the form is drawn around what is being typed."""
    view = await opened(house)
    before = field(view)
    for text in ("W", "Wi", "Wind"):
        await house.world.hands.press_in_view(JANA, view.id, before, value=text)
        await house.world.until(lambda text=text: said(view) == f"{len(text)} used")
    press = house.bot.heard[-1]
    assert (press.action, press.value) == ("count", {"d": 4})
    assert press.inputs == {"text": "Wind", "day": "2026-12-01", "hour": "09:30"}
    assert field(view) == before
    assert view.state["text"][before]["value"] == "Wind"
    assert house.world.workspace.warnings == {}


async def test_the_latest_letter_counts(house: House) -> None:
    """An answer that comes after a later one is dropped, and never stands in its way."""
    view = await opened(house)
    slow, go_on = asyncio.Event(), asyncio.Event()

    async def count(press: Press) -> OpenForm:
        if press.inputs["text"] == "W":
            slow.set()
            await go_on.wait()
        return await counted(press)

    house.bot.says["count"] = count
    first = asyncio.create_task(house.world.hands.press_in_view(JANA, view.id, field(view), value="W"))
    await slow.wait()
    await house.world.hands.press_in_view(JANA, view.id, field(view), value="Wind")
    await house.world.until(lambda: said(view) == "4 used")
    go_on.set()
    await first
    await house.door.receiver.drain(5)
    assert said(view) == "4 used"


async def test_a_form_that_came_meanwhile_stays(house: House) -> None:
    """A count for a form that was replaced is not drawn over the next one."""
    view = await opened(house)
    slow, go_on = asyncio.Event(), asyncio.Event()

    async def count(press: Press) -> OpenForm:
        slow.set()
        await go_on.wait()
        return await counted(press)

    following = Form("Next", Message("Next", inputs=(Input("note", "Note"),)), "note", {}, "Save", "Cancel")
    house.bot.says |= {"count": count, "save": OpenForm(following)}
    first = asyncio.create_task(house.world.hands.press_in_view(JANA, view.id, field(view), value="W"))
    await slow.wait()
    await house.world.hands.submit(JANA, view.id)
    go_on.set()
    await first
    await house.door.receiver.drain(5)
    assert view.content["title"]["text"] == "Next"


async def test_trouble_while_typing_is_not_said_for_each_letter(house: House) -> None:
    """Neither a failure nor a sentence piles up in the channel or in direct messages."""
    view = await opened(house)
    for trouble in (RuntimeError("boom"), Private(Message("No.")), None):
        house.bot.says["count"] = trouble
        await house.world.hands.press_in_view(JANA, view.id, field(view), value="W")
    await house.door.receiver.drain(5)
    assert house.world.ephemerals(JANA) == []
    assert house.world.messages(house.world.im(JANA).id) == []


async def test_a_button_in_a_form_carries_what_was_typed(house: House) -> None:
    """Its own value and the form's inputs; the next form takes the place of the first."""
    view = await opened(house)
    house.bot.says["preview"] = OpenForm(replace(FORM, body=replace(BODY, paragraphs=("As it will look",))))
    house.world.hands.type(JANA, view.id, {"text": "Wind"})
    await house.world.hands.press_in_view(JANA, view.id, "preview#0")
    await house.world.until(lambda: said(view) == "As it will look")
    press = house.bot.heard[-1]
    assert (press.action, press.value, press.inputs["text"]) == ("preview", {"d": 4}, "Wind")
