"""Shortcuts from a message's menu and from anywhere, over HTTP; and what people wrote, as plain text."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from advocacy.chat import ChannelRef, Form, Input, Message, OpenForm, Private, Quoted, UserRef
from advocacy.slack import said
from advocacy.slack.manifest import SHORTCUTS
from advocacy.slack.presses import SHORTCUTS as HEARD
from tests.slack.slack_help import CLARA, JANA, TEAM, House, open_house, payload

FORM = Form("Suggest", Message("Suggest", inputs=(Input("title", "Title"),)), "suggest_save", {}, "Send", "Cancel")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


def test_what_is_announced_is_what_is_heard() -> None:
    """Name and kind of each shortcut, in the manifest and in the door; names fit Slack's menu."""
    kinds = {"global": "shortcut", "message": "message_action"}
    assert {kinds[one["type"]]: one["callback_id"] for one in SHORTCUTS} == HEARD
    assert all(len(one["name"]) <= 24 and len(one["description"]) <= 150 for one in SHORTCUTS)


async def test_a_message_shortcut_quotes_the_message(house: House) -> None:
    """Text as it is seen, links as addresses, and who wrote it; the message itself is not ours to rewrite."""
    sent = payload("message_action")
    assert await house.interact(sent) == (200, "")
    (press,) = house.bot.heard
    assert (press.action, press.who) == ("suggest", UserRef("slack", TEAM, JANA))
    assert press.quoted == Quoted(
        "Our crane lifted 400 t & nobody blinked: https://nordlicht.example/crane?a=1&b=2. Thanks @…, #news and @here!"
        "\n\nMore: https://nordlicht.example/more",
        UserRef("slack", TEAM, "U00000042"),
    )
    assert press.channel == ChannelRef("slack", TEAM, "C0GENERAL1")
    assert press.message is None
    assert json.loads(press.reply_to)["url"] == sent["response_url"]
    assert press.event == sent["trigger_id"]


@pytest.mark.parametrize(
    "changed", [{"bot_id": "B0OTHER"}, {"subtype": "channel_join"}, {"user": None}, {"subtype": "bot_message"}]
)
async def test_nobody_is_credited_for_what_an_app_wrote(house: House, changed: dict[str, str | None]) -> None:
    """An app's or Slack's own message has no author."""
    sent = payload("message_action")
    sent["message"] |= changed
    await house.interact(sent)
    assert house.bot.heard[0].quoted is not None
    assert house.bot.heard[0].quoted.author is None


async def test_an_author_of_another_workspace_is_theirs(house: House) -> None:
    """In a shared channel the message names its team."""
    sent = payload("message_action")
    sent["message"]["team"] = "T0PARTNER"
    await house.interact(sent)
    assert house.bot.heard[0].quoted is not None
    assert house.bot.heard[0].quoted.author == UserRef("slack", "T0PARTNER", "U00000042")


async def test_a_global_shortcut(house: House) -> None:
    """From anywhere: no channel, no message."""
    assert await house.interact(payload("shortcut")) == (200, "")
    (press,) = house.bot.heard
    assert (press.action, press.quoted, press.channel, press.message) == ("compose", None, None, None)


async def test_only_our_shortcuts_are_heard(house: House) -> None:
    """Another callback, or ours from the wrong menu, causes nothing."""
    for name, callback in (("shortcut", "suggest"), ("message_action", "recall"), ("shortcut", "")):
        assert (await house.interact({**payload(name), "callback_id": callback}))[0] < 500
    assert house.bot.heard == []


async def test_shortcuts_and_commands_open_forms(house: House) -> None:
    """In Slack's client: a message's menu, the menu of everything, and a typed command each lead to a modal."""
    house.bot.says = dict.fromkeys(("suggest", "compose", "command"), OpenForm(FORM))
    await house.world.hands.say(CLARA, house.channel("general"), "Look: https://nordlicht.example/crane")
    (message,) = house.world.messages(house.channel("general"))
    await house.world.hands.message_action(JANA, message.channel, message.ts, "suggest")
    await house.world.until(lambda: house.world.view(JANA))
    assert house.bot.heard[0].quoted == Quoted("Look: https://nordlicht.example/crane", UserRef("slack", TEAM, CLARA))
    await house.world.hands.shortcut(CLARA, "compose")
    first = await house.world.until(lambda: house.world.view(CLARA))
    await house.world.hands.command(CLARA, message.channel, "/advocacy", "compose https://nordlicht.example/crane")
    await house.world.until(lambda: house.world.view(CLARA) not in (None, first))
    assert house.bot.heard[-1].text == "compose https://nordlicht.example/crane"


async def test_a_sentence_about_a_message_is_seen_beside_it(house: House) -> None:
    """An answer that is no form is private, in the channel where the shortcut was used."""
    house.bot.says = {"suggest": Private(Message("Only members can do this."))}
    await house.world.hands.say(CLARA, house.channel("general"), "Look")
    (message,) = house.world.messages(house.channel("general"))
    await house.world.hands.message_action(JANA, message.channel, message.ts, "suggest")
    assert await house.world.until(lambda: house.world.ephemerals(JANA))
    assert len(house.world.messages(house.channel("general"))) == 1


async def test_addresses_in_commands_and_messages_are_whole(house: House) -> None:
    """Slack wraps links in what people write; the bot gets the address."""
    form = {**payload("command"), "text": "compose <https://nordlicht.example/a?b=1&amp;c=2|nordlicht.example/a>"}
    await house.command(form)
    event = payload("event_message_im")
    event["event"]["text"] = "compose <https://nordlicht.example/a>"
    await house.event(event)
    texts = [press.text for press in house.bot.heard]
    assert texts == ["compose https://nordlicht.example/a?b=1&c=2", "compose https://nordlicht.example/a"]


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("", ""),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("1 < 2 > 0", "1 < 2 > 0"),
        ("<@U1|jana> <@U1>", "@jana @…"),
        ("<#C1> <#C1|news>", "#… #news"),
        ("<!channel> <!subteam^S1|@team> <!subteam^S1>", "@channel @team @…"),
        ("<!date^1392734382^{date}|18 February>", "18 February"),
        ("<mailto:a@b.example|a@b.example> <mailto:a@b.example> <tel:+49|+49 1>", "a@b.example a@b.example +49 1"),
        ("<HTTPS://a.example|x>", "HTTPS://a.example"),
        ("<ftp://a|x>", "<ftp://a|x>"),
        ("<|x> <> <<https://a.example>>", "<|x> <> <https://a.example>"),
    ],
)
def test_plain_text_of_markup(written: str, seen: str) -> None:
    """What a reader sees; what is no markup stays."""
    assert said.read(written) == seen
