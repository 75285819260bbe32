"""When the answer takes a while: a modal opens at once and says so, and nothing typed is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from advocacy.bot.desk import compose_actions
from advocacy.bot.doors import FORM_WORDS
from advocacy.chat import Answer, Button, ChannelRef, Form, Input, Message, OpenForm, Option, Press, Private, Rewrite
from advocacy.playground.slack.state import View
from advocacy.slack import receive
from tests.slack.slack_help import JANA, TEAM, House, RecordingBot, open_house

INPUTS = (
    Input("title", "Title"), Input("day", "Day", "date", "2026-12-01"),
    Input("topics", "Topics", "choices", options=(Option("a", "Wind"), Option("b", "Sun")), optional=True),
)  # fmt: skip
FORM = Form("Compose", Message("Compose", inputs=INPUTS), "save", {"d": 4}, "Save", "Cancel")
CARD = Message("A story", heading="A story", buttons=(Button("Edit", action="edit", value={"s": 1, "_form": 1}),
                                                      Button("Share", action="share", value={"s": 1})))  # fmt: skip


class Slow:
    """A bot's answer that comes when the test lets it."""

    def __init__(self, bot: RecordingBot, action: str, answer: Answer | Exception) -> None:
        self.ready = asyncio.Event()
        self.answer = answer
        bot.says[action] = self.say

    async def say(self, press: Press) -> Answer:
        await self.ready.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """The door, with little patience."""
    monkeypatch.setattr(receive, "OPEN_SECONDS", 0.05)
    monkeypatch.setattr(receive, "FORM_SECONDS", 0.05)
    async with open_house(tmp_path) as opened:
        yield opened


async def modal(house: House) -> View:
    found = await house.world.until(lambda: house.world.view(JANA))
    assert found is not None
    return found


async def says(house: House, text: str) -> View:
    """The modal, once it says this."""
    view = await modal(house)
    await house.world.until(lambda: text in str(view.content["blocks"]))
    return view


async def sent(house: House, answer: Answer | Exception, action: str = "save") -> tuple[Slow, View]:
    """The form, filled in and sent; the modal waits."""
    house.bot.says["compose"] = OpenForm(FORM)
    await house.world.hands.shortcut(JANA, "compose")
    view = await modal(house)
    slow = Slow(house.bot, action, answer)
    typed = {"title": "Wind", "day": "2026-12-24", "topics": ["b"]}
    delivered = await house.world.hands.submit(JANA, view.id, typed)
    assert delivered.body["response_action"] == "update"
    return slow, await says(house, "One moment")


async def test_a_form_takes_the_place_of_the_waiting_one(house: House) -> None:
    """A shortcut: acknowledged at once, the modal opens waiting, and becomes the form."""
    slow = Slow(house.bot, "compose", OpenForm(FORM))
    assert (await house.world.hands.shortcut(JANA, "compose")).status == 200
    waiting = await says(house, "One moment …")
    slow.ready.set()
    await house.world.until(lambda: waiting.content["title"]["text"] == "Compose")
    assert house.world.view(JANA) is waiting


async def test_it_waits_in_the_persons_language(house: House) -> None:
    """The words are ours, so they are translated."""
    house.bot.language = "de"
    slow = Slow(house.bot, "command", None)
    await house.world.hands.command(JANA, house.channel("news"), "/advocacy", "Compose https://nordlicht.example")
    await says(house, "Einen Moment …")
    slow.ready.set()
    await says(house, "Erledigt.")


async def test_a_sentence_is_said_in_the_waiting_modal(house: House) -> None:
    """An answer that is no form is read where the person looks, and only there."""
    slow = Slow(house.bot, "compose", Private(Message("Only editors can do this.")))
    await house.world.hands.shortcut(JANA, "compose")
    await says(house, "One moment")
    slow.ready.set()
    view = await says(house, "Only editors can do this.")
    assert "submit" not in view.content
    await house.door.receiver.drain(5)
    assert house.world.messages(house.world.im(JANA).id) == []


async def test_an_answer_with_buttons_comes_where_it_can_be_pressed(house: House) -> None:
    """The modal says in one sentence that it is there."""
    slow = Slow(house.bot, "compose", Private(replace(CARD, summary="Here is your story")))
    await house.world.hands.shortcut(JANA, "compose")
    await says(house, "One moment")
    slow.ready.set()
    await says(house, "Here is your story")
    await house.world.until(lambda: house.world.messages(house.world.im(JANA).id))


async def test_trouble_is_said_in_the_waiting_modal(house: House) -> None:
    """With its reference."""
    slow = Slow(house.bot, "compose", RuntimeError("boom"))
    await house.world.hands.shortcut(JANA, "compose")
    await says(house, "One moment")
    slow.ready.set()
    await house.world.until(lambda: "One moment" not in str(house.world.view(JANA).content))  # type: ignore[union-attr]
    assert "again" in str(house.world.view(JANA).content)  # type: ignore[union-attr]


async def test_closed_while_it_waited(house: House) -> None:
    """Whoever closes it wants nothing more: no form opens later, nothing is said."""
    slow = Slow(house.bot, "compose", OpenForm(FORM))
    await house.world.hands.shortcut(JANA, "compose")
    await house.world.hands.close_view(JANA, (await modal(house)).id)
    slow.ready.set()
    await house.door.receiver.drain(5)
    assert house.world.view(JANA) is None
    assert house.world.messages(house.world.im(JANA).id) == []


def test_the_words_that_open_forms_are_the_bots() -> None:
    """What the door takes for such a command is what the bot answers with a form after fetching a page."""
    assert {*compose_actions.WORDS, "backup", "beistand"} == FORM_WORDS


async def test_only_what_opens_forms_waits_in_one(house: House) -> None:
    """A button that says it opens a form does; others, and other commands, never flash a modal."""
    ref = await house.door.platform.send(ChannelRef("slack", TEAM, house.channel("news")), CARD, "m")
    plain = [Slow(house.bot, "share", Private(Message("Shared"))), Slow(house.bot, "command", None)]
    pressing = asyncio.create_task(house.world.hands.press(JANA, house.channel("news"), ref.message, "share#1"))
    typing = asyncio.create_task(house.world.hands.command(JANA, house.channel("news"), "/advocacy", "me"))
    await house.bot.until_heard(2)
    slow = Slow(house.bot, "edit", OpenForm(FORM))
    await house.world.hands.press(JANA, house.channel("news"), ref.message, "edit#0")
    await says(house, "One moment")
    assert len(house.world.workspace.views[JANA]) == 1
    for one in (*plain, slow):
        one.ready.set()
    await asyncio.gather(pressing, typing)
    await house.world.until(lambda: house.world.view(JANA).content["title"]["text"] == "Compose")  # type: ignore[union-attr]


async def test_a_sent_form_waits_and_becomes_the_next(house: House) -> None:
    """Acknowledged with a view that waits; then the next form stands there, with its start values."""
    following = Form("Look", Message("Look", inputs=(Input("note", "Note", value="As it is"),)), "go", {}, "Go", "Back")
    slow, view = await sent(house, OpenForm(following))
    slow.ready.set()
    await house.world.until(lambda: view.content["title"]["text"] == "Look")
    await house.world.hands.submit(JANA, view.id)
    heard = await house.bot.until_heard(3)
    assert (heard[-1].action, heard[-1].inputs) == ("go", {"note": "As it is"})


async def test_mistakes_found_late_stand_above_the_form(house: House) -> None:
    """Named by their field, as a view has no place beside it."""
    typed = replace(INPUTS[0], value="Wind")
    wrong = replace(FORM, body=Message("", inputs=(typed, *INPUTS[1:])), errors={"title": "It is taken.", "x": "Look!"})
    slow, view = await sent(house, OpenForm(wrong))
    slow.ready.set()
    await says(house, "Title: It is taken.")
    assert "Look!" in str(view.content["blocks"])
    await house.world.hands.submit(JANA, view.id)
    assert house.bot.heard[-1].inputs["title"] == "Wind"


async def test_a_form_that_failed_late_comes_back_as_it_was_typed(house: House) -> None:
    """Text, date and choices; above it what went wrong, once; and it can be sent again."""
    slow, view = await sent(house, RuntimeError("boom"))
    slow.ready.set()
    await says(house, "again")
    again = Slow(house.bot, "save", RuntimeError("boom"))
    await house.world.hands.submit(JANA, view.id)
    again.ready.set()
    await house.world.until(lambda: view.content.get("submit"))
    assert str(view.content["blocks"]).count("again") == 1
    house.bot.says["save"] = None
    await house.world.hands.submit(JANA, view.id)
    press = house.bot.heard[-1]
    assert press.inputs == {"title": "Wind", "day": "2026-12-24", "topics": "b"}
    assert (press.action, press.value) == ("save", {"d": 4})
    assert house.world.view(JANA) is None


@pytest.mark.parametrize("answer", [Private(CARD, replace=True), Rewrite(CARD)])
async def test_what_a_sent_form_leads_to_comes_in_its_place(house: House, answer: Answer) -> None:
    """The modal says it in one sentence; the answer itself goes where it always goes."""
    slow, _ = await sent(house, answer)
    slow.ready.set()
    await says(house, "A story")
    await house.door.receiver.drain(5)
    assert house.world.messages(house.world.im(JANA).id)


async def pressed_inside(house: House, answer: Answer | Exception) -> tuple[Slow, View]:
    """A form with a button that leads to another; pressed, with words typed before, and the answer takes a while."""
    counts = Button("Count", action="count", value={"_form": 1})
    house.bot.says["compose"] = OpenForm(replace(FORM, body=replace(FORM.body, buttons=(counts,))))
    await house.world.hands.shortcut(JANA, "compose")
    view = await modal(house)
    slow = Slow(house.bot, "count", answer)
    house.world.hands.type(JANA, view.id, {"title": "Wind"})
    delivered = await house.world.hands.press_in_view(JANA, view.id, "count#0")
    assert delivered.status == 200
    return slow, await says(house, "One moment")


async def test_a_button_in_a_form_waits_in_that_form(house: House) -> None:
    """Acknowledged in time, it says so where it was pressed, and becomes the next form there."""
    slow, view = await pressed_inside(house, OpenForm(replace(FORM, title="Counted")))
    slow.ready.set()
    await house.world.until(lambda: view.content["title"]["text"] == "Counted")
    assert house.world.view(JANA) is view
    assert house.bot.heard[-1].inputs["title"] == "Wind"


async def test_a_button_in_a_form_that_failed_gives_the_form_back(house: House) -> None:
    """With what was typed, and what went wrong above it."""
    slow, view = await pressed_inside(house, RuntimeError("boom"))
    slow.ready.set()
    await says(house, "again")
    assert view.content["submit"]
    assert "Wind" in str(view.content["blocks"])
