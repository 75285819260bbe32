"""Typed words, coming and going, old clients."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from door_help import EDIT, PAYLOADS, PENDING, STORY, Setup, opened

from advocacy.bot.doors import broken, only_in_private
from advocacy.bot.language import translator
from advocacy.chat import ChannelRef, Message, OpenForm, Private, Rewrite, UserRef
from advocacy.playground.teams.cards import texts_of
from advocacy.playground.world import Fault
from advocacy.teams import activity as read
from advocacy.teams.activity import Malformed
from advocacy.teams.seal import Seal


@pytest.fixture
async def teams(tmp_path: Path) -> AsyncIterator[Setup]:
    """Teams and the door, the app installed everywhere."""
    async with opened(tmp_path) as setup:
        yield setup


BOARD = Message(summary="Leaderboard November", heading="Leaderboard")


async def test_words_in_the_own_chat_are_answered_there(teams: Setup) -> None:
    """Message → command with the words; Private → a message in the same chat."""
    teams.bot.answers = [Private(BOARD)]
    assert (await teams.world.hands.say(teams.person.key, teams.chat, "leaderboard 2026-11")).ok
    press = teams.bot.last
    assert (press.action, press.text, press.channel, press.message) == ("command", "leaderboard 2026-11", None, None)
    said, answered = teams.world.activities(teams.chat)
    assert said["text"] == "leaderboard 2026-11"
    assert answered["summary"] == BOARD.summary


async def test_words_in_a_channel_are_answered_in_the_own_chat(teams: Setup) -> None:
    """The mention is taken off; the answer is private, so it goes to the person's chat and not into the channel."""
    teams.bot.answers = [Private(BOARD)]
    await teams.world.hands.say(teams.person.key, teams.stories, "me &  my shares")
    assert teams.bot.last.text == "me & my shares"
    assert teams.bot.last.channel == ChannelRef("teams", str(teams.settings.teams_tenant), teams.stories)
    assert len(teams.world.activities(teams.stories)) == 1
    assert [one["summary"] for one in teams.world.activities(teams.chat)] == [BOARD.summary]


async def test_who_has_no_chat_with_the_app_is_told_how_to_get_one(teams: Setup) -> None:
    """No chat: a sentence in the thread that says nothing personal, in the language of the client."""
    teams.world.state.installed.discard(str(teams.person.teams_id))
    teams.bot.answers = [Private(BOARD)]
    await teams.world.hands.say(teams.person.key, teams.stories, "me")
    asked, hint = teams.world.activities(teams.stories)
    assert hint["reply_to"] == asked["id"]
    assert hint["text"] == only_in_private(translator("de")) != only_in_private(translator("en"))
    assert "Leaderboard" not in json.dumps(hint)


async def test_a_form_for_typed_words_comes_as_a_card(teams: Setup) -> None:
    """Words cannot open a dialog: the form is a card in the chat whose button sends it."""
    teams.bot.answers = [OpenForm(EDIT)]
    await teams.world.hands.say(teams.person.key, teams.chat, "edit")
    card = teams.world.activities(teams.chat)[-1]
    await teams.world.hands.press(teams.person.key, teams.chat, card["id"], "Save", {"text": "New"})
    assert (teams.bot.last.action, teams.bot.last.inputs) == ("edit_save", {"text": "New"})


async def test_an_answer_that_teams_puts_off_comes_later(teams: Setup) -> None:
    """429 → after Retry-After the answer is there, once."""
    await teams.world.hands.say(teams.person.key, teams.chat, "warm")
    teams.world.faults.inject(Fault.THROTTLE, path="/activities", retry_after=0)
    teams.bot.answers = [Private(BOARD)]
    await teams.world.hands.say(teams.person.key, teams.chat, "leaderboard")
    await teams.world.until(lambda: len(teams.world.activities(teams.chat)) == 3)
    assert teams.world.activities(teams.chat)[-1]["summary"] == BOARD.summary


async def test_half_a_character_breaks_nothing(teams: Setup) -> None:
    """JSON can carry half of an emoji; it is words like any other."""
    conversation = {"id": "a:\ud83d", "conversationType": "personal"}
    assert (await teams.post(teams.activity(text="\ud83d", conversation=conversation)))[0] < 300
    assert teams.bot.last.event


async def test_an_error_of_ours_is_said_with_a_reference(teams: Setup) -> None:
    """The person learns that it failed and under which code; Teams is not asked to deliver again."""
    teams.bot.answers = [RuntimeError("broken")]
    assert (await teams.world.hands.say(teams.person.key, teams.chat, "me")).ok
    assert teams.world.activities(teams.chat)[-1]["text"].startswith(broken(translator("de"), ""))


async def test_a_repeat_carries_the_same_event(teams: Setup) -> None:
    """Teams may deliver twice: both presses name one event, another press names another."""
    teams.world.faults.inject(Fault.DUPLICATE)
    await teams.world.hands.say(teams.person.key, teams.chat, "one")
    await teams.world.hands.say(teams.person.key, teams.chat, "two")
    first, repeat, other = (one.event for one in teams.bot.presses)
    assert first == repeat != other


async def test_other_bots_are_not_answered(teams: Setup) -> None:
    """Two bots that answer each other never end."""
    activity = teams.activity(text="help") | {"from": {"id": "28:another", "name": "Bot"}}
    assert (await teams.post(activity))[0] < 300
    assert teams.bot.presses == []


async def test_somebody_without_an_object_id_is_taken_by_address(teams: Setup) -> None:
    """No aadObjectId: nobody we know, but no error either."""
    activity = teams.activity(text="help") | {"from": {"id": "29:guest"}}
    assert (await teams.post(activity))[0] < 300
    assert teams.bot.last.who == UserRef("teams", str(teams.settings.teams_tenant), "29:guest", "29:guest")


async def test_a_client_without_universal_actions_can_press_too(teams: Setup) -> None:
    """The fallback of each button is an Action.Submit: it arrives as a message, and the answer is a message."""
    await teams.door.platform.send(
        UserRef("teams", str(teams.settings.teams_tenant), str(teams.person.teams_id)), STORY, ""
    )
    [card] = teams.world.activities(teams.chat)
    button = teams.world.find_action(card["attachments"][0]["content"], "Share on LinkedIn")["fallback"]
    teams.bot.answers = [Private(PENDING)]
    await teams.world.hands.press(teams.person.key, teams.chat, card["id"], button)
    assert (teams.bot.last.action, teams.bot.last.value) == ("share", {"s": 7, "p": 3, "n": "linkedin"})
    [only] = teams.world.activities(teams.chat)
    assert only["summary"] == PENDING.summary


async def test_an_old_client_rewrites_the_card_of_a_channel(teams: Setup) -> None:
    """Rewrite works there as well."""
    ref = await teams.door.platform.send(
        ChannelRef("teams", str(teams.settings.teams_tenant), teams.stories), STORY, ""
    )
    button = teams.world.find_action(teams.world.card(teams.stories, ref.message), "Share on LinkedIn")["fallback"]
    teams.bot.answers = [Rewrite(Message(summary="Done", heading="Done"))]
    await teams.world.hands.press(teams.person.key, teams.stories, ref.message, button)
    assert "Done" in texts_of(teams.world.card(teams.stories, ref.message))


async def test_an_installation_is_told_once_and_remembered(teams: Setup) -> None:
    """Teams tells of it twice; the bot hears it once, with how to reach the person."""
    teams.world.state.installed.clear()
    await teams.world.hands.install(teams.person.key)
    [press] = teams.bot.presses
    assert press.action == "installed"
    reach = {"conversation": teams.chat, "service_url": teams.world.service_url, "scope": "personal"}
    assert press.value == {"reach": reach}


async def test_a_welcome_goes_to_the_new_chat(teams: Setup) -> None:
    """What the bot answers to an installation is the first message there."""
    teams.world.state.installed.clear()
    teams.bot.answers = [Private(Message(summary="Welcome", heading="Welcome"))]
    await teams.world.hands.install(teams.person.key)
    assert [one["summary"] for one in teams.world.activities(teams.chat)] == ["Welcome"]


async def test_an_installation_in_a_team_names_the_team(teams: Setup) -> None:
    """The same for a team, with the channel; nobody in the team is written to."""
    teams.world.state.team_installed = False
    await teams.world.hands.install_team(teams.person.key)
    [press] = teams.bot.presses
    team = teams.world.state.team
    assert press.value["reach"] | {"service_url": ""} == {
        "conversation": team["id"], "service_url": "", "scope": "team", "team": team["id"], "name": "",
    }  # fmt: skip
    assert press.channel == ChannelRef("teams", str(teams.settings.teams_tenant), team["id"])


async def test_who_removed_the_app_is_not_written_to_from_memory(teams: Setup) -> None:
    """After a removal and a new installation the chat is looked up anew."""
    await teams.world.hands.say(teams.person.key, teams.chat, "help")
    assert teams.door.platform._chats == {teams.person.teams_id: teams.chat}
    await teams.world.hands.uninstall(teams.person.key)
    assert teams.door.platform._chats == {}
    assert [one.action for one in teams.bot.presses] == ["command"]


@pytest.mark.parametrize("field", ["membersAdded", "membersRemoved", "entities"])
async def test_nothing_in_a_list_is_nobody(teams: Setup, field: str) -> None:
    """A null where a member or mention should be is passed over."""
    for kind in ("conversationUpdate", "message"):
        assert (await teams.post(teams.activity(kind) | {field: [None]}))[0] < 300


@pytest.mark.parametrize(
    "kind", ["typing", "messageReaction", "messageUpdate", "messageDelete", "event", "endOfConversation"]
)
async def test_other_activities_are_taken_and_left(teams: Setup, kind: str) -> None:
    """Nothing to do, and nothing to complain about."""
    assert (await teams.post(teams.activity(kind)))[0] < 300
    assert teams.bot.presses == []


class _Sent:
    """A payload as Microsoft documents it, with fictional people in it."""

    def __init__(self, name: str) -> None:
        self.body: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())


@pytest.mark.parametrize("name", sorted(one.stem for one in PAYLOADS.glob("*.json")))
async def test_documented_payloads_are_understood(teams: Setup, name: str) -> None:
    """Each payload beside the tests is let in and read as written in its ``expected`` part."""
    sent = _Sent(name).body
    activity = sent["activity"]
    activity["serviceUrl"] = teams.world.service_url
    status, _ = await teams.post(activity)
    assert status in (200, 201)
    press = teams.bot.last
    seen = {
        "action": press.action, "value": dict(press.value), "inputs": dict(press.inputs), "text": press.text,
        "user": press.who.user, "channel": press.channel.channel if press.channel else None,
        "message": [press.message.channel, press.message.message] if press.message else None,
    }  # fmt: skip
    if "reach" in seen["value"]:
        seen["value"]["reach"].pop("service_url")
    assert seen == sent["expected"]


def test_a_seal_holds_for_one_person_and_place() -> None:
    """What a dialog carries opens with any of our keys, and only for who and where it was made."""
    who, other, where = UserRef("teams", "t", "u"), UserRef("teams", "t", "v"), "19:a;messageid=1"
    sealed = Seal([b"new", b"old"]).put("77", who, where)
    assert Seal([b"newer", b"new"]).read(sealed, who, where) == "77"
    assert Seal([b"new"]).read(sealed, other, where) == ""
    assert Seal([b"new"]).read(sealed, who, "19:b;messageid=1") == ""
    assert Seal([b"other"]).read(sealed, who, where) == ""
    assert Seal([b"new"]).read("ünreadable.77", who, where) == ""
    assert Seal([b"new"]).put("", who, where) == ""


def test_inputs_are_words() -> None:
    """Toggles and numbers come as text; lists and objects are nobody's input."""
    news = read.Heard(UserRef("teams", "t", "u"), "a:1", "personal", "", "", "", "")
    data = {"action": "save", "a": True, "b": 5, "c": ["x"], "d": {"e": 1}, "f": None, "g": "words"}
    assert read.submitted(news, data, Seal([b"k"])).inputs == {"a": "true", "b": "5", "g": "words"}
    with pytest.raises(Malformed):
        read.submitted(news, {"value": {}}, Seal([b"k"]))
