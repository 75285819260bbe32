"""A press that is acknowledged before it is done is on the disk first, and the next process does it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from advocacy.bot.actions import Interrupted
from advocacy.chat import Answer, Button, ChannelRef, Form, Input, Message, OpenForm, Press, Private
from advocacy.slack import answers, receive
from tests.slack.slack_help import JANA, TEAM, House, open_house, payload

CARD = Message("A story", buttons=(Button("Share", action="share", value={"s": 7}),))
FORM = Form("Compose", Message("Compose", inputs=(Input("title", "Title"),)), "save", {"d": 4}, "Save", "Cancel")


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little patience."""
    for name in ("ACK_SECONDS", "OPEN_SECONDS", "FORM_SECONDS"):
        monkeypatch.setattr(receive, name, 0.05)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


def kept(house: House) -> bytes:
    """All that is on the disk."""
    folder = house.settings.spool / "presses"
    return b"".join(path.read_bytes() for path in folder.iterdir()) if folder.exists() else b""


def pressed(house: House, name: str = "block_actions_channel") -> dict[str, Any]:
    """A payload whose answer can be given in Slack's world."""
    where = {"channel": {"id": house.channel("news")}, "container": {"channel_id": house.channel("news")}}
    return {**payload(name), "response_url": "", **where}


class Held:
    """An answer that comes when the test lets it; ``never`` in the life of this process."""

    def __init__(self, house: House, action: str, answer: Answer) -> None:
        self.ready = asyncio.Event()
        self.answer = answer
        house.bot.says[action] = self.say

    async def say(self, press: Press) -> Answer:
        await self.ready.wait()
        return self.answer


async def ended(house: House) -> None:
    """The process ends with work under way; the next one finds the door's folder as it was left."""
    await house.door.receiver.drain(0)
    await house.door.receiver.close()


async def test_on_the_disk_before_it_is_acknowledged(house: House) -> None:
    """And off it once it is done; what is quick never goes there."""
    await house.interact(pressed(house))
    assert kept(house) == b""
    slow = Held(house, "share", Private(Message("Shared")))
    assert await house.interact(pressed(house)) == (200, "")
    assert kept(house).strip()
    slow.ready.set()
    await house.door.receiver.drain(5)
    assert kept(house) == b""


async def test_the_next_process_does_it_and_answers(house: House) -> None:
    """A button, a command, a word in direct messages: exactly as they came, each person's in their order."""
    ref = await house.door.platform.send(ChannelRef("slack", TEAM, house.channel("news")), CARD, "m")
    for action in ("share", "command"):
        Held(house, action, None)
    await house.world.hands.press(JANA, house.channel("news"), ref.message, "share#0")
    await house.world.hands.command(JANA, house.channel("news"), "/advocacy", "me")
    await house.event(payload("event_message_im"))
    assert len(house.bot.heard) == 3
    await ended(house)
    house.bot.says = {"share": Private(Message("Shared")), "command": Private(Message("You"))}
    await house.door.resume()
    assert house.bot.repeated == house.bot.heard[:3]
    assert kept(house) == b""
    assert {"Shared", "You"} <= {one.text for one in house.world.ephemerals(JANA)}
    await house.door.resume()
    assert len(house.bot.repeated) == 3


async def test_a_form_waits_for_the_next_process(house: House) -> None:
    """Its modal still waits: it gets the answer there. One that may be done comes back with what was typed."""
    house.bot.says["compose"] = OpenForm(FORM)
    for answer in (Private(Message("Saved.")), Interrupted(Message("Please look."))):
        await house.world.hands.shortcut(JANA, "compose")
        view = await house.world.until(lambda: house.world.view(JANA))
        Held(house, "save", None)
        await house.world.hands.submit(JANA, view.id, {"title": "Wind"})
        assert "One moment" in str(view.content["blocks"])
        await ended(house)
        house.bot.says["save"] = answer
        await house.door.resume()
        assert answer.message.summary in str(view.content["blocks"])
        assert bool(view.content.get("submit")) == isinstance(answer, Interrupted)
        assert ("Wind" in str(view.content["blocks"])) == isinstance(answer, Interrupted)
        await house.world.hands.close_view(JANA, view.id)


async def test_a_form_that_comes_too_late_for_a_modal_is_written(house: House) -> None:
    """The trigger is good for three seconds."""
    Held(house, "compose", None)
    await house.world.hands.shortcut(JANA, "compose")
    await ended(house)
    house.bot.says["compose"] = OpenForm(FORM)
    await house.door.resume()
    assert [one.text for one in house.world.messages(house.world.im(JANA).id)]
    assert kept(house) == b""


@pytest.mark.parametrize("kind", ["block_actions_channel", "view_submission"])
async def test_what_cannot_be_kept_is_not_acknowledged(house: House, kind: str) -> None:
    """Slack then says itself that it takes too long; when it is done in the end it is answered as usual."""
    house.settings.spool.write_bytes(b"in the way")
    sent = pressed(house, kind)
    action = "share" if kind == "block_actions_channel" else None
    if action is None:
        await house.interact(sent)
        action = house.bot.heard.pop().action
    slow = Held(house, action, None)
    asked = asyncio.create_task(house.interact(sent))
    await house.bot.until_heard(1)
    done, _ = await asyncio.wait({asked}, timeout=0.3)
    assert not done
    slow.ready.set()
    assert (await asked)[0] == 200


async def test_what_fails_late_is_not_tried_for_ever(house: House) -> None:
    """The person was told; they can press again."""

    async def fail(press: Press) -> Answer:
        await asyncio.sleep(0.1)
        raise RuntimeError("boom")

    house.bot.says["share"] = fail
    assert (await house.interact(pressed(house)))[0] == 200
    await house.door.receiver.drain(5)
    assert kept(house) == b""


async def test_nobody_waits_for_the_persons_language(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database that holds up the work holds up the look at their language too: it waits in the company's."""
    monkeypatch.setattr(answers, "LANGUAGE_SECONDS", 0.02)
    house.bot.says["compose"] = OpenForm(FORM)
    await house.world.hands.shortcut(JANA, "compose")
    view = await house.world.until(lambda: house.world.view(JANA))
    slow = Held(house, "save", Private(Message("Saved.")))
    house.bot.language_of = lambda _who: asyncio.sleep(60, "de")  # type: ignore[method-assign]
    delivered = await house.world.hands.submit(JANA, view.id, {"title": "Wind"})
    assert delivered.body["response_action"] == "update"
    assert "One moment" in str(view.content["blocks"])
    del house.bot.language_of
    slow.ready.set()
    await house.world.until(lambda: "Saved." in str(view.content["blocks"]))
