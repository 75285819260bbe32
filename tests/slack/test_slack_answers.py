"""What people see in Slack after they did something: the door and Slack's world, over HTTP and over Socket Mode."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from advocacy.chat import (
    Button,
    ChannelRef,
    Form,
    Input,
    Message,
    OpenForm,
    Press,
    Private,
    Rewrite,
    UserRef,
)
from advocacy.playground.slack.state import Message as Seen
from advocacy.playground.world import Fault
from tests.slack.slack_help import CLARA, JANA, TEAM, House, open_house

CARD = Message(
    summary="A story to share",
    heading="Wind over the harbour",
    buttons=(
        Button("Share", action="share", value={"s": 1, "p": 1}),
        Button("Read", url="https://nordlicht.example/1"),
    ),
)
PENDING = Message(
    summary="Posting in 30 s", heading="Posting in 30 s", quote="The exact text",
    buttons=(Button("Undo", action="undo", value={"i": 1}), Button("Edit", action="edit", value={"i": 1})),
)  # fmt: skip
UNDONE = Message(summary="Undone", heading="Undone")
EDIT = Form(
    "Edit",
    Message(summary="", inputs=(Input("text", "Your text", "text", "Before"),)),
    "save",
    {"i": 1},
    "Save",
    "Cancel",
)


@pytest.fixture(params=["http", "socket mode"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    """Each rule holds over HTTP and over Socket Mode."""
    changes: dict[str, object] = {"slack_app_token": "xapp-playground"} if request.param == "socket mode" else {}
    async with open_house(tmp_path, **changes) as opened:
        if changes:
            async with asyncio.timeout(5):
                await opened.world.sockets.reach(1)
        yield opened


@pytest.fixture
async def over_http(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def card(house: House) -> Seen:
    """The card in #news."""
    ref = await house.door.platform.send(ChannelRef("slack", TEAM, house.channel("news")), CARD, "marker")
    return shown(house, ref.message)


def shown(house: House, ts: str) -> Seen:
    return next(one for one in house.world.messages(house.channel("news"), JANA) if one.ts == ts)


async def press(house: House, message: Seen, action: str, who: str = JANA) -> Any:
    button = house.world.find_button(message, f"{action}#")
    assert button is not None, f"no {action} on {message.text}"
    return await house.world.hands.press(who, message.channel, message.ts, button["action_id"])


async def private(house: House, text: str, who: str = JANA) -> Seen:
    """The private message that says this."""
    return await house.world.until(lambda: next((one for one in house.world.ephemerals(who) if one.text == text), None))


async def test_a_share_is_answered_privately(house: House) -> None:
    """Only the one who pressed sees the answer, in the channel where they pressed; the card stays as it is."""
    message = await card(house)
    house.bot.says["share"] = Private(PENDING, replace=True)
    delivered = await press(house, message, "share")
    assert (delivered.status, delivered.body) == (200, "")
    answer = await private(house, "Posting in 30 s")
    assert answer.channel == house.channel("news")
    assert house.world.ephemerals(CLARA) == []
    assert shown(house, message.ts).text == "A story to share"
    assert house.world.workspace.warnings == {}


async def test_an_answer_takes_the_place_of_the_private_one(house: House) -> None:
    """Undo pressed in the private answer: it is replaced, nothing piles up."""
    house.bot.says |= {"share": Private(PENDING), "undo": Private(UNDONE, replace=True)}
    await press(house, await card(house), "share")
    await press(house, await private(house, "Posting in 30 s"), "undo")
    await private(house, "Undone")
    assert [one.text for one in house.world.ephemerals(JANA)] == ["Undone"]


async def test_an_answer_beside_the_private_one(house: House) -> None:
    """Without ``replace`` both stand."""
    house.bot.says |= {"share": Private(PENDING), "undo": Private(UNDONE)}
    await press(house, await card(house), "share")
    await press(house, await private(house, "Posting in 30 s"), "undo")
    await private(house, "Undone")
    assert [one.text for one in house.world.ephemerals(JANA)] == ["Posting in 30 s", "Undone"]


async def test_edit_opens_a_form_and_its_answer_takes_the_place(house: House) -> None:
    """Edit, change the text, save: the form closes, the private answer shows the new text."""
    house.bot.says |= {
        "share": Private(PENDING), "edit": OpenForm(EDIT), "save": Private(Message(summary="Changed"), replace=True),
    }  # fmt: skip
    await press(house, await card(house), "share")
    await press(house, await private(house, "Posting in 30 s"), "edit")
    view = await house.world.until(lambda: house.world.view(JANA))
    assert view.content["title"]["text"] == "Edit"
    await house.world.hands.submit(JANA, view.id, {"text": "After"})
    await private(house, "Changed")
    assert house.bot.heard[-1].inputs == {"text": "After"}
    assert house.world.view(JANA) is None
    assert [one.text for one in house.world.ephemerals(JANA)] == ["Changed"]


async def test_mistakes_keep_the_form_open(house: House) -> None:
    """The error stands below the input; corrected, the form closes."""

    async def save(press: Press) -> OpenForm | Private:
        if press.inputs["text"] == "After":
            return Private(Message(summary="Changed"))
        return OpenForm(Form("Edit", EDIT.body, "save", {"i": 1}, "Save", "Cancel", errors={"text": "12 too many"}))

    house.bot.says |= {"share": OpenForm(EDIT), "save": save}
    await press(house, await card(house), "share")
    view = await house.world.until(lambda: house.world.view(JANA))
    await house.world.hands.submit(JANA, view.id, {"text": "Far too long"})
    assert view.errors == {"text": "12 too many"}
    await house.world.hands.submit(JANA, view.id, {"text": "After"})
    await private(house, "Changed")
    assert house.world.view(JANA) is None


async def test_a_form_can_lead_to_the_next(house: House) -> None:
    """The next form takes the place of the first, with its own start values."""
    second = Form(
        "Next",
        Message(summary="", inputs=(Input("text", "Your text", "text", "Second"),)),
        "more",
        {},
        "Save",
        "Cancel",
    )
    house.bot.says |= {"share": OpenForm(EDIT), "save": OpenForm(second)}
    await press(house, await card(house), "share")
    view = await house.world.until(lambda: house.world.view(JANA))
    await house.world.hands.submit(JANA, view.id, {"text": "First"})
    now = house.world.view(JANA)
    assert now is not None
    assert now.content["title"]["text"] == "Next"
    await house.world.hands.submit(JANA, now.id)
    heard = await house.bot.until_heard(3)
    assert (heard[-1].action, heard[-1].inputs) == ("more", {"text": "Second"})


async def test_a_decision_rewrites_the_card_for_everybody(house: House) -> None:
    """Approve pressed on a card: all see the decision; from a form as well."""
    message = await card(house)
    house.bot.says |= {"share": Rewrite(Message(summary="Approved", heading="Approved"))}
    await press(house, message, "share")
    await house.world.until(lambda: shown(house, message.ts).text == "Approved")

    other = await card(house)
    house.bot.says |= {"share": OpenForm(EDIT), "save": Rewrite(Message(summary="Returned", heading="Returned"))}
    await press(house, other, "share")
    view = await house.world.until(lambda: house.world.view(JANA))
    await house.world.hands.submit(JANA, view.id, {"text": "Why"})
    await house.world.until(lambda: shown(house, other.ts).text == "Returned")
    assert house.bot.heard[-1].message is not None
    assert house.bot.heard[-1].message.message == other.ts


async def test_commands_are_answered_privately(house: House) -> None:
    """Wherever it is typed, only that person sees the answer; a form can open too."""
    house.bot.says["command"] = Private(Message(summary="Your month", heading="Your month"))
    await house.world.hands.command(JANA, house.channel("news"), "/advocacy", "me")
    assert (await private(house, "Your month")).channel == house.channel("news")
    house.bot.says["command"] = OpenForm(EDIT)
    await house.world.hands.command(JANA, house.channel("news"), "/advocacy", "suggest")
    await house.world.until(lambda: house.world.view(JANA))


async def test_direct_messages_are_answered_there(house: House) -> None:
    """A word to the app is answered in the same conversation, and stays there."""
    house.bot.says["command"] = Private(Message(summary="Your month", heading="Your month"))
    direct = house.world.im(JANA).id
    await house.world.hands.say(JANA, direct, "me")
    await house.world.until(lambda: [one for one in house.world.messages(direct) if one.text == "Your month"])
    assert house.bot.heard[-1].text == "me"


async def test_what_is_said_of_one_share_does_not_pile_up_in_direct_messages(house: House) -> None:
    """The next word about the same takes the place of the last one; after they deleted it, it is said anew."""
    direct, who = house.world.im(JANA).id, UserRef("slack", TEAM, JANA)

    async def told(text: str, about: str) -> list[str]:
        await house.door.platform.tell(who, "", Message(summary=text, heading=text, about=about))
        return [one.text for one in house.world.messages(direct)]

    assert await told("Posting in 15 s", "share:1") == ["Posting in 15 s"]
    assert await told("Posted", "share:1") == ["Posted"]
    assert await told("Another", "share:2") == ["Posted", "Another"]
    house.world.workspace.log[direct].clear()
    assert await told("Deleted", "share:1") == ["Deleted"]
    assert await told("Hello", "") == ["Deleted", "Hello"]


async def test_home(house: House) -> None:
    """Opening Home draws it; a press there redraws it or answers in direct messages."""
    start = Message(
        summary="Hello", heading="Hello", buttons=(Button("Feed", action="feed"), Button("Me", action="me"))
    )
    house.bot.says |= {
        "home": Private(start),
        "feed": Private(Message(summary="Feed", heading="Feed", buttons=(Button("Me", action="me"),)), replace=True),
        "me": Private(Message(summary="Your month")),
    }
    await house.world.hands.open_home(JANA)
    home = await house.world.until(lambda: house.world.home(JANA))
    await house.world.hands.press_in_view(JANA, home.id, "feed#0")
    await house.world.until(lambda: house.world.home(JANA).content["blocks"][0]["text"]["text"] == "Feed")  # type: ignore[union-attr]
    await house.world.hands.press_in_view(JANA, home.id, "me#0")
    direct = house.world.im(JANA).id
    await house.world.until(lambda: [one for one in house.world.messages(direct) if one.text == "Your month"])


async def test_a_link_button_does_nothing_else(house: House) -> None:
    """Slack tells the app of it; it is acknowledged and nobody is told anything."""
    message = await card(house)
    delivered = await press(house, message, "link")
    assert (delivered.status, delivered.body) == (200, "")
    assert house.bot.heard == []
    assert house.world.workspace.warnings == {}


async def test_delivered_twice_is_one_event(house: House) -> None:
    """The vendor's repeat carries the same event id, so the bot can drop it."""
    message = await card(house)
    house.world.faults.inject(Fault.DUPLICATE)
    await press(house, message, "share")
    first, second = await house.bot.until_heard(2)
    assert first.event == second.event


async def test_a_later_answer_takes_the_place_where_it_may(house: House) -> None:
    """``tell`` after Undo or Edit replaces that private answer; after a press on the card it stands beside."""
    house.bot.says |= {"share": Private(PENDING), "undo": Private(UNDONE, replace=True)}
    await press(house, await card(house), "share")
    answer = await private(house, "Posting in 30 s")
    who = UserRef("slack", TEAM, JANA)
    await house.door.platform.tell(who, house.bot.heard[-1].reply_to, Message(summary="Posted"))
    assert [one.text for one in house.world.ephemerals(JANA)] == ["Posting in 30 s", "Posted"]
    await press(house, answer, "undo")
    await private(house, "Undone")
    await house.door.platform.tell(who, house.bot.heard[-1].reply_to, Message(summary="Deleted"))
    assert [one.text for one in house.world.ephemerals(JANA)] == ["Deleted", "Posted"]


async def test_an_answer_survives_throttling(house: House) -> None:
    """429 on the way out: the door waits as told and answers then."""
    message = await card(house)
    house.bot.says["share"] = Private(PENDING)
    house.world.faults.inject(Fault.THROTTLE, path="/actions/", retry_after=1)
    await press(house, message, "share")
    await private(house, "Posting in 30 s")


async def test_what_was_said_last_stands_there(house: House) -> None:
    """An answer that Slack held up does not overwrite the later one."""
    house.bot.says |= {"share": Private(PENDING), "undo": Private(UNDONE, replace=True)}
    await press(house, await card(house), "share")
    answer = await private(house, "Posting in 30 s")
    house.world.faults.inject(Fault.THROTTLE, path="/actions/", retry_after=1)
    await press(house, answer, "undo")
    reply_to = house.bot.heard[-1].reply_to
    await house.door.platform.tell(UserRef("slack", TEAM, JANA), reply_to, Message(summary="Posted"))
    await house.door.receiver.drain(5)
    assert [one.text for one in house.world.ephemerals(JANA)] == ["Posted"]


async def test_when_a_response_url_is_used_up(over_http: House) -> None:
    """Five answers later the person is still told: beside the card, or directly when not in that channel."""
    house = over_http
    house.bot.says["share"] = Private(PENDING)
    await press(house, await card(house), "share")
    await private(house, "Posting in 30 s")
    who, reply_to = UserRef("slack", TEAM, JANA), house.bot.heard[-1].reply_to
    for number in range(2, 8):
        await house.door.platform.tell(who, reply_to, Message(summary=f"Answer {number}"))
    assert [one.text for one in house.world.ephemerals(JANA)] == [
        "Posting in 30 s", *(f"Answer {number}" for number in range(2, 8)),
    ]  # fmt: skip
    house.world.channel("news").members.remove(JANA)
    await house.door.platform.tell(who, reply_to, Message(summary="Directly"))
    assert [one.text for one in house.world.messages(house.world.im(JANA).id)] == ["Directly"]


async def test_a_way_back_that_is_not_slacks(over_http: House) -> None:
    """Nothing is ever posted to an address that is not Slack's, nor to another person's."""
    who = UserRef("slack", TEAM, JANA)
    direct = house_direct(over_http)
    for reply_to in (
        f'{{"tenant":"{TEAM}","user":"{JANA}","url":"http://127.0.0.1:9/steal"}}',
        f'{{"tenant":"{TEAM}","user":"{CLARA}","channel":"{over_http.channel("news")}"}}',
        "not ours",
        "",
    ):
        before = len(direct())
        await over_http.door.platform.tell(who, reply_to, Message(summary="Posted"))
        assert len(direct()) == before + 1, reply_to
    assert over_http.world.ephemerals(CLARA) == []


def house_direct(house: House) -> Any:
    return lambda: house.world.messages(house.world.im(JANA).id)


async def test_a_trigger_that_ran_out(over_http: House) -> None:
    """A form that comes too late cannot open: the person is asked to press again."""
    house = over_http
    message = await card(house)

    async def late(press: Press) -> OpenForm:
        for trigger in house.world.workspace.triggers.values():
            trigger.made -= 4
        return OpenForm(EDIT)

    house.bot.says["share"] = late
    await press(house, message, "share")
    answer = await house.world.until(lambda: house.world.ephemerals(JANA))
    assert "again" in answer[0].text
    assert house.world.view(JANA) is None


async def test_closing_lets_answers_out_first(tmp_path: Path) -> None:
    """Who was acknowledged before a stop is answered before the door closes."""
    started, go_on = asyncio.Event(), asyncio.Event()
    async with open_house(tmp_path) as house:
        message = await card(house)

        async def slowly(press: Press) -> Private:
            started.set()
            await go_on.wait()
            return Private(PENDING)

        house.bot.says["share"] = slowly
        pressed = asyncio.create_task(press(house, message, "share"))
        await started.wait()
        go_on.set()
        await pressed
        await house.door.stop()
        assert [one.text for one in house.world.ephemerals(JANA)] == ["Posting in 30 s"]
