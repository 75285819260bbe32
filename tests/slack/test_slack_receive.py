"""What Slack sends, over HTTP with signatures: what is refused, and what each payload becomes."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advocacy.chat import Button, ChannelRef, Form, Input, Message, MessageRef, OpenForm, Press, Private, UserRef
from advocacy.slack import receive, requests
from tests.slack.slack_help import JANA, TEAM, House, Say, open_house, payload, sign

FORM = "application/x-www-form-urlencoded"
JANA_REF = UserRef("slack", TEAM, JANA)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def test_forged_stale_and_unsigned_requests_get_401(house: House) -> None:
    """Nothing reaches the bot unless Slack signed these very bytes within five minutes."""
    body = urlencode({"payload": json.dumps(payload("block_actions_channel"))}).encode()
    good = sign(body)
    stamp, signature = good["X-Slack-Request-Timestamp"], good["X-Slack-Signature"]
    for headers in (
        {},
        {"X-Slack-Request-Timestamp": stamp},
        {"X-Slack-Signature": signature},
        sign(body, secret="another secret"),
        sign(body, secret=""),
        sign(body + b"x"),
        sign(body, at=time.time() - 301),
        sign(body, at=time.time() + 330),  # some more, as time passes while this test runs
        {"X-Slack-Request-Timestamp": "yesterday", "X-Slack-Signature": signature},
        {"X-Slack-Request-Timestamp": "-1", "X-Slack-Signature": signature},
        {"X-Slack-Request-Timestamp": "١٧٩٥٦٨٩٠٠٠", "X-Slack-Signature": signature},
        {"X-Slack-Request-Timestamp": "9" * 400, "X-Slack-Signature": signature},
        {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": "v0=ünlesbar"},
        {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature.removeprefix("v0=")},
    ):
        assert (await house.post(body, FORM, headers))[0] == 401, headers
    assert house.bot.heard == []
    assert (await house.post(body, FORM, good))[0] == 200
    assert len(house.bot.heard) == 1


async def test_a_signature_of_299_seconds_ago_is_good(house: House) -> None:
    """Slack's window is five minutes, so a slow network is no forgery."""
    body = json.dumps(payload("event_message_im")).encode()
    assert (await house.post(body, "application/json", sign(body, at=time.time() - 298)))[0] == 200


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b"", "application/json"),
        (b"[1, 2]", "application/json"),
        (b"null", "application/json"),
        (b"\xff\xfe{}", "application/json"),
        (b"payload=%7Bnot", FORM),
        (b"payload=%5B%5D", FORM),
        (b"payload=%FF%FE", FORM),
        (b"a=1&payload=nothing", FORM),
        (b"\xff\xff=\xff", FORM),
    ],
)
async def test_what_cannot_be_read_gets_400(house: House, body: bytes, content_type: str) -> None:
    """Signed but malformed: told so, with no effect."""
    assert (await house.post(body, content_type))[0] == 400
    assert house.bot.heard == []


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=60), max_size=4))
def test_any_payload_is_read_as_it_was_written(sent: dict[str, str]) -> None:
    """Percent signs, plus signs, escapes of escapes: whatever Slack encodes is decoded once, exactly."""
    for extra in ("", "%22", "%2522", "100 %", "a+b", "%25", "\\u0041"):
        whole = {**sent, "extra": extra}
        for text in (json.dumps(whole), json.dumps(whole, ensure_ascii=False)):
            body = urlencode({"payload": text}).encode()
            assert requests.read(FORM, body) == whole
            assert requests.read(FORM, b"a=1&" + body) == whole


async def test_what_is_too_much_gets_413(house: House) -> None:
    """Nobody fills our memory, signed or not."""
    assert (await house.post(b"x" * 1_000_001, FORM, {}))[0] == 413


async def test_unknown_payloads_have_no_effect(house: House) -> None:
    """A kind of payload that we did not ask for is answered, never with a server error."""
    theirs = {"type": "modal", "callback_id": "theirs", "private_metadata": "{}"}
    for strange in ({}, {"type": "something_new"}, {"type": "view_submission", "view": theirs}):
        status, _ = await house.interact({**strange, "user": {"id": JANA}, "team": {"id": TEAM}})
        assert status < 500, strange
    assert house.bot.heard == []


async def test_url_verification_and_certificate_check(house: House) -> None:
    """Slack sees its challenge come back; its unsigned look at our certificate is answered and does nothing."""
    challenge = payload("url_verification")
    status, said = await house.event(challenge)
    assert (status, json.loads(said)["challenge"]) == (200, challenge["challenge"])
    assert await house.post(b"ssl_check=1&token=x", FORM, {}) == (200, "")
    assert house.bot.heard == []
    unsigned = json.dumps({**payload("event_message_im"), "ssl_check": 1}).encode()
    assert (await house.post(unsigned, "application/json", {}))[0] == 401


async def test_a_button_on_a_card(house: House) -> None:
    """Who, what, where, and the card itself: it can be rewritten."""
    sent = payload("block_actions_channel")
    assert await house.interact(sent) == (200, "")
    (press,) = house.bot.heard
    assert press.who == JANA_REF
    assert (press.action, press.value) == ("share", {"s": 7, "p": 3, "n": "linkedin"})
    assert press.channel == ChannelRef("slack", TEAM, "C0NEWS0001")
    assert press.message == MessageRef("slack", TEAM, "C0NEWS0001", "1795688000.000200")
    assert press.event == sent["trigger_id"]
    assert json.loads(press.reply_to) == {
        "tenant": TEAM, "user": JANA, "channel": "C0NEWS0001", "url": sent["response_url"], "ts": "1795688000.000200",
    }  # fmt: skip


async def test_a_button_on_a_private_answer(house: House) -> None:
    """No message that others see, but one whose place an answer may take; what was chosen comes along."""
    await house.interact(payload("block_actions_ephemeral"))
    (press,) = house.bot.heard
    assert (press.action, press.value, press.message) == ("undo", {"i": 12}, None)
    assert press.inputs == {"language": "de"}
    assert json.loads(press.reply_to)["own"] is True


async def test_a_button_that_only_leads_somewhere(house: House) -> None:
    """Slack tells of those too; there is nothing to do."""
    assert await house.interact(payload("block_actions_link")) == (200, "")
    assert house.bot.heard == []


@pytest.mark.parametrize("value", ["", "not json", "[1]", "7", None])
async def test_a_value_that_is_not_ours(house: House, value: str | None) -> None:
    """The value is a hint from outside: whatever it is, the press arrives, with nothing in it."""
    sent = payload("block_actions_channel")
    sent["actions"][0]["value"] = value
    assert (await house.interact(sent))[0] == 200
    assert house.bot.heard[0].value == {}


async def test_a_form(house: House) -> None:
    """The action and value it was opened with, what was typed, and the way back to the answer it came from."""
    assert await house.interact(payload("view_submission")) == (200, "")
    (press,) = house.bot.heard
    assert (press.action, press.value) == ("save", {"i": 12})
    assert press.inputs == {"text": "After, in two\nlines", "topics": "wind,grid"}
    assert json.loads(press.reply_to)["url"] == "https://hooks.slack.com/actions/T0NORDLICHT/5082/abcdef"


async def test_a_form_that_somebody_else_opened(house: House) -> None:
    """A way back that belongs to another person is not used."""
    sent = payload("view_submission")
    sent["user"]["id"] = "U99999999"
    await house.interact(sent)
    assert json.loads(house.bot.heard[0].reply_to) == {"tenant": TEAM, "user": "U99999999"}


async def test_a_command(house: House) -> None:
    """The words as typed."""
    assert await house.command(payload("command")) == (200, "")
    (press,) = house.bot.heard
    assert (press.who, press.action, press.text) == (JANA_REF, "command", "leaderboard 2026-11")
    assert press.channel == ChannelRef("slack", TEAM, "C0NEWS0001")


async def test_a_command_is_answered_at_once(house: House) -> None:
    """The answer is in the HTTP answer itself, and private."""
    house.bot.says["command"] = Private(Message(summary="Board <!channel>", heading="Board"))
    status, said = await house.command(payload("command"))
    answer = json.loads(said)
    assert (status, answer["response_type"], answer["text"]) == (200, "ephemeral", "Board &lt;!channel&gt;")
    assert answer["blocks"][0]["text"]["text"] == "Board"


async def test_events(house: House) -> None:
    """Home, direct messages and profiles become presses, with Slack's own event id; our own words do not."""
    for name in ("app_home_opened", "message_im", "user_change", "message_bot", "tokens_revoked"):
        assert await house.event(payload(f"event_{name}")) == (200, ""), name
    home, said, changed = house.bot.heard
    assert (home.action, home.event, home.who) == ("home", "Ev0000000001", JANA_REF)
    assert (said.action, said.text, said.event) == ("command", "me", "Ev0000000002")
    assert (changed.action, changed.who) == ("profile_changed", JANA_REF)


async def test_a_button_on_the_home_tab(house: House) -> None:
    """There is no message and no response_url; the way back is the tab."""
    await house.interact(payload("block_actions_home"))
    (press,) = house.bot.heard
    assert (press.action, press.message, press.channel) == ("feed", None, None)
    assert json.loads(press.reply_to) == {"tenant": TEAM, "user": JANA, "home": True}


async def test_a_repeat_carries_the_same_event(house: House) -> None:
    """The bot can tell a repeat: the same request twice is twice the same event."""
    for _ in range(2):
        await house.interact(payload("block_actions_channel"))
    first, second = house.bot.heard
    assert first.event
    assert first.event == second.event


async def test_errors_beside_inputs(house: House) -> None:
    """A form with mistakes stays open, each error below its input."""
    body = Message(summary="Edit", inputs=(Input("text", "Your text"), Input("topics", "Topics")))
    form = Form("Edit", body, "save", {"i": 12}, "Save", "Cancel", errors={"text": "Too long"})
    house.bot.says["save"] = OpenForm(form)
    status, said = await house.interact(payload("view_submission"))
    assert (status, json.loads(said)) == (200, {"response_action": "errors", "errors": {"text": "Too long"}})


async def test_errors_that_belong_to_no_input(house: House) -> None:
    """The form is shown anew with the error above it: Slack takes errors for inputs only."""
    body = Message(summary="Edit", inputs=(Input("text", "Your text", value="After"),))
    form = Form("Edit", body, "save", {"i": 12}, "Save", "Cancel", errors={"story": "This story has expired."})
    house.bot.says["save"] = OpenForm(form)
    _, said = await house.interact(payload("view_submission"))
    answer = json.loads(said)
    assert answer["response_action"] == "update"
    assert "This story has expired." in json.dumps(answer["view"]["blocks"])


TOO_MUCH = {"n": "boom" * 1_000}
TOO_LARGE = Message("Look", buttons=(Button("More", action="more", value=TOO_MUCH),))


@pytest.mark.parametrize(
    "trouble",
    [
        (RuntimeError("boom"), RuntimeError("boom")),
        (Private(TOO_LARGE), OpenForm(Form("Edit", Message("Edit"), "save", TOO_MUCH, "Save", "Cancel"))),
    ],
)
async def test_a_broken_press_is_said_and_logged(house: House, trouble: tuple[Say, Say]) -> None:
    """The person hears that it failed, with a reference; Slack gets no error; a form keeps what was typed.

    So it is when the answer is more than Slack takes.
    """
    house.bot.says |= {"command": trouble[0], "save": trouble[1]}
    status, said = await house.command(payload("command"))
    assert status == 200
    assert "boom" not in said
    assert json.loads(said)["blocks"]
    status, said = await house.interact(payload("view_submission"))
    answer = json.loads(said)
    assert (status, answer["response_action"], list(answer["errors"])) == (200, "errors", ["topics"])


async def test_what_cannot_be_drawn_after_a_button_is_said(house: House) -> None:
    """It is answered later than the press, and still with a sentence."""
    pressed = payload("block_actions_channel")
    house.bot.says[pressed["actions"][0]["action_id"].partition("#")[0]] = Private(TOO_LARGE)
    await house.interact({**pressed, "response_url": "", "channel": {"id": house.channel("news")},
                          "container": {"channel_id": house.channel("news")}})  # fmt: skip
    await house.world.until(lambda: [one for one in house.world.ephemerals(JANA) if "did not work" in one.text])


async def test_a_broken_event_is_asked_for_again(house: House) -> None:
    """Slack repeats an event that was answered with an error; presses it never repeats."""
    house.bot.says["home"] = RuntimeError("boom")
    assert (await house.event(payload("event_app_home_opened")))[0] == 500


async def test_a_slow_bot_is_acknowledged_in_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack waits three seconds: what takes longer is acknowledged, said to be late, and still answered."""
    monkeypatch.setattr(receive, "ACK_SECONDS", 0.05)
    ready = asyncio.Event()

    async def slowly(press: Press) -> Private:
        await ready.wait()
        return Private(Message(summary="At last"))

    house.bot.says["command"] = slowly
    delivered = await house.world.hands.command(JANA, house.channel("news"), "/advocacy", "me")
    assert (delivered.status, delivered.body) == (200, "")
    await house.world.until(lambda: [one for one in house.world.ephemerals(JANA) if "not get lost" in one.text])
    ready.set()
    await house.world.until(lambda: [one for one in house.world.ephemerals(JANA) if one.text == "At last"])


async def test_without_a_signing_secret_there_is_no_way_in(tmp_path: Path) -> None:
    """In Socket Mode alone nothing could be checked, so nothing is mounted."""
    async with open_house(tmp_path, slack_signing_secret=None, slack_app_token="xapp-playground") as house:
        body = json.dumps(payload("event_message_im")).encode()
        assert (await house.post(body, "application/json", sign(body, secret="")))[0] == 404
