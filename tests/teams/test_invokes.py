"""Every invoke is posted to /api/messages over HTTP, and the HTTP answer is what counts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from door_help import CARD, EDIT, NOTE, PENDING, STORY, Setup, opened

from advocacy.bot.doors import broken
from advocacy.bot.language import translator
from advocacy.chat import Button, ChannelRef, Form, Input, Message, MessageRef, OpenForm, Private, Rewrite, UserRef
from advocacy.playground.teams.cards import texts_of
from advocacy.playground.world import Fault


@pytest.fixture
async def teams(tmp_path: Path) -> AsyncIterator[Setup]:
    """Teams and the door, the app installed everywhere."""
    async with opened(tmp_path) as setup:
        yield setup


async def posted(teams: Setup, message: Message = STORY) -> MessageRef:
    return await teams.door.platform.send(
        ChannelRef("teams", teams.settings.teams_tenant or "", teams.stories), message, "m1"
    )


async def told(teams: Setup, message: Message = STORY) -> MessageRef:
    who = UserRef("teams", teams.settings.teams_tenant or "", teams.person.teams_id or "")
    return await teams.door.platform.send(who, message, "m1")


async def test_a_press_in_a_channel_is_answered_with_a_view_for_this_person_only(teams: Setup) -> None:
    """Action.Execute → Press with who, verb, value, message and event; Private → a card in the HTTP answer."""
    ref = await posted(teams)
    teams.bot.answers = [Private(PENDING)]
    answer = await teams.world.hands.press(teams.person.key, teams.stories, ref.message, "Share on LinkedIn")
    assert answer.status == 200
    assert answer.body["statusCode"] == 200
    assert answer.body["type"] == CARD
    press = teams.bot.last
    tenant = teams.settings.teams_tenant
    assert press.who == UserRef("teams", str(tenant), str(teams.person.teams_id), f"29:{teams.person.teams_id}")
    assert (press.action, press.value, press.inputs) == ("share", {"s": 7, "p": 3, "n": "linkedin"}, {})
    assert press.message == ref
    assert press.channel == ChannelRef("teams", str(tenant), teams.stories)
    assert press.event
    mine = teams.world.card(teams.stories, ref.message, teams.person.key)
    assert "Posting to LinkedIn in 30 s" in texts_of(mine)
    assert "Posting" not in texts_of(teams.world.card(teams.stories, ref.message))
    assert teams.world.errors == []


async def test_inputs_of_a_card_come_beside_its_value(teams: Setup) -> None:
    """What was typed into a card reaches the bot as inputs, not mixed with what the button carries."""
    message = replace(STORY, inputs=EDIT.body.inputs)
    ref = await posted(teams, message)
    await teams.world.hands.press(teams.person.key, teams.stories, ref.message, "share", {"text": "Hear, hear"})
    assert teams.bot.last.inputs == {"text": "Hear, hear"}
    assert teams.bot.last.value == {"s": 7, "p": 3, "n": "linkedin"}


async def test_an_answer_in_the_place_of_a_card_finds_back_to_it(teams: Setup) -> None:
    """The card's refresh goes along: through two answers the client still knows how to ask for the present state."""
    ref = await posted(teams, replace(STORY, refresh=Button("Refresh", action="view", value={"s": 7})))
    teams.bot.answers = [Private(PENDING), Private(replace(PENDING, heading="Undone"))]
    for press in ("Share on LinkedIn", "Undo"):
        answer = await teams.world.hands.press(teams.person.key, teams.stories, ref.message, press)
        assert answer.body["value"]["refresh"] == {
            "action": {"type": "Action.Execute", "verb": "view", "data": {"value": {"s": 7}}},
            "userIds": [f"29:{teams.person.teams_id}"],
        }
    assert teams.bot.last.inputs == {}


async def test_one_sentence_is_said_beside_the_card(teams: Setup) -> None:
    """A private answer that is only a sentence leaves the card where it is."""
    ref = await posted(teams)
    teams.bot.answers = [
        Private(Message(summary="Only editors can do this.", paragraphs=("Only editors can do this.",)))
    ]
    answer = await teams.world.hands.press(teams.person.key, teams.stories, ref.message, "share")
    assert answer.body == {"statusCode": 200, "type": NOTE, "value": "Only editors can do this."}
    assert teams.world.views == {}


async def test_a_rewrite_changes_the_card_for_everybody(teams: Setup) -> None:
    """Rewrite → the activity is updated, and the same card is the answer."""
    ref = await posted(teams)
    decided = Message(summary="Approved by Clara", heading="Approved")
    teams.bot.answers = [Rewrite(decided)]
    answer = await teams.world.hands.press(teams.person.key, teams.stories, ref.message, "share")
    common = teams.world.card(teams.stories, ref.message)
    assert answer.body["value"] == common
    assert "Approved" in texts_of(common)


async def test_a_rewrite_that_teams_puts_off_is_made_later(teams: Setup) -> None:
    """429 for the update: the answer comes at once, everybody's card follows after Retry-After."""
    ref = await posted(teams)
    teams.world.faults.inject(Fault.THROTTLE, path="/activities/", retry_after=0)
    teams.bot.answers = [Rewrite(Message(summary="Approved", heading="Approved"))]
    answer = await teams.world.hands.press(teams.person.key, teams.stories, ref.message, "share")
    assert answer.body["type"] == CARD
    await teams.world.until(lambda: "Approved" in texts_of(teams.world.card(teams.stories, ref.message)))


async def test_nothing_to_show_is_still_an_answer(teams: Setup) -> None:
    """None → a short note, as a client that gets nothing shows an error."""
    ref = await posted(teams)
    answer = await teams.world.hands.press(teams.person.key, teams.stories, ref.message, "share")
    assert (answer.status, answer.body["type"]) == (200, NOTE)
    assert teams.world.errors == []


async def test_a_form_nobody_announced_is_drawn_as_a_card(teams: Setup) -> None:
    """Action.Execute cannot open a dialog: the form comes in the card's place, and its button sends it."""
    ref = await posted(teams)
    teams.bot.answers = [OpenForm(EDIT)]
    await teams.world.hands.press(teams.person.key, teams.stories, ref.message, "share")
    await teams.world.hands.press(teams.person.key, teams.stories, ref.message, "Save", {"text": "New"})
    assert (teams.bot.last.action, teams.bot.last.value, teams.bot.last.inputs) == (
        "edit_save",
        {"i": 9},
        {"text": "New"},
    )


async def test_a_confirmed_button_asks_first(teams: Setup) -> None:
    """``confirm`` → a card behind the button with the question and the button that counts."""
    ref = await posted(teams)
    card = teams.world.card(teams.stories, ref.message)
    outer = teams.world.find_action(card, "Delete")
    assert outer["type"] == "Action.ShowCard"
    assert "Delete it?" in texts_of(outer["card"])
    await teams.world.hands.press(
        teams.person.key, teams.stories, ref.message, teams.world.find_action(outer["card"], "delete")
    )
    assert teams.bot.last.action == "delete"


async def test_a_dialog_opens_complains_and_closes(teams: Setup) -> None:
    """task/fetch → OpenForm → dialog; task/submit → mistakes beside the input; then Private → closed, told in the chat."""
    ref = await posted(teams)
    hands, me = teams.world.hands, str(teams.person.teams_id)
    wrong = replace(EDIT, errors={"text": "17 characters too long"})
    teams.bot.answers = [OpenForm(EDIT), OpenForm(wrong), Private(PENDING)]
    await hands.press(teams.person.key, teams.stories, ref.message, "Edit")
    assert (teams.bot.last.action, teams.bot.last.value) == ("edit", {"i": 9, "_form": 1})
    assert teams.world.state.dialogs[me].title == "Edit"
    await hands.submit_dialog(teams.person.key, {"text": "long " * 5})
    assert teams.bot.last.inputs == {"text": "long " * 5}
    assert "17 characters too long" in texts_of(teams.world.state.dialogs[me].card or {})
    await hands.submit_dialog(teams.person.key, {"text": "short"})
    press = teams.bot.last
    assert (press.action, press.value, press.inputs) == ("edit_save", {"i": 9}, {"text": "short"})
    assert press.message == ref, "the dialog remembers from which message it was opened"
    assert me not in teams.world.state.dialogs
    assert teams.world.state.toasts[me] == PENDING.summary
    [in_chat] = teams.world.activities(teams.chat)
    assert in_chat["summary"] == PENDING.summary
    assert teams.world.errors == []


async def test_a_dialog_from_the_own_chat_rewrites_that_card(teams: Setup) -> None:
    """In the own chat the card that led to the dialog becomes the answer; no second message."""
    ref = await told(teams)
    teams.bot.answers = [OpenForm(EDIT), Private(PENDING)]
    await teams.world.hands.press(teams.person.key, teams.chat, ref.message, "Edit")
    await teams.world.hands.submit_dialog(teams.person.key, {"text": "short"})
    [only] = teams.world.activities(teams.chat)
    assert (only["edited"], only["summary"]) == (True, PENDING.summary)


async def test_a_dialog_of_somebody_without_the_app_shows_the_answer_itself(teams: Setup) -> None:
    """No chat with this person: the private answer stays in the dialog, where its buttons work."""
    ref = await posted(teams)
    teams.world.state.installed.discard(str(teams.person.teams_id))
    teams.bot.answers = [OpenForm(EDIT), Private(PENDING), None]
    await teams.world.hands.press(teams.person.key, teams.stories, ref.message, "Edit")
    await teams.world.hands.submit_dialog(teams.person.key)
    dialog = teams.world.state.dialogs[str(teams.person.teams_id)]
    assert "Our turbines sing." in texts_of(dialog.card or {})
    await teams.world.hands.submit_dialog(teams.person.key, action="Undo")
    assert teams.bot.last.action == "undo"
    assert str(teams.person.teams_id) not in teams.world.state.dialogs


async def test_cancel_closes_without_asking_the_bot(teams: Setup) -> None:
    """The form's second button ends it; nothing is done."""
    ref = await posted(teams)
    teams.bot.answers = [OpenForm(EDIT)]
    await teams.world.hands.press(teams.person.key, teams.stories, ref.message, "Edit")
    answer = await teams.world.hands.submit_dialog(teams.person.key, action="Cancel")
    assert (answer.status, answer.body) == (200, "")
    assert len(teams.bot.presses) == 1


async def test_a_dialog_can_rewrite_the_card(teams: Setup) -> None:
    """task/submit → Rewrite: "returned with a note" shows to everybody in the channel."""
    ref = await posted(teams)
    teams.bot.answers = [OpenForm(EDIT), Rewrite(Message(summary="Returned by Clara", heading="Returned"))]
    await teams.world.hands.press(teams.person.key, teams.stories, ref.message, "Edit")
    await teams.world.hands.submit_dialog(teams.person.key, {"text": "please shorten"})
    assert "Returned" in texts_of(teams.world.card(teams.stories, ref.message))


@pytest.mark.parametrize("origin", ["1234567890", "0" * 32 + ".1234567890", 5, None])
async def test_the_message_of_a_dialog_cannot_be_forged(teams: Setup, origin: Any) -> None:
    """A client that names another message as the dialog's origin is not believed."""
    value = {"data": {"action": "edit_save", "value": {}, "origin": origin}}
    status, _ = await teams.post(teams.activity("invoke", name="task/submit", value=value))
    assert status == 200
    assert teams.bot.last.message is None


async def test_a_refused_fetch_says_why_in_the_dialog(teams: Setup) -> None:
    """task/fetch → Private: what is said stands in the dialog, seen by this person only."""
    ref = await posted(teams)
    teams.bot.answers = [Private(Message(summary="This story has expired.", paragraphs=("This story has expired.",)))]
    await teams.world.hands.press(teams.person.key, teams.stories, ref.message, "Edit")
    assert "This story has expired." in texts_of(teams.world.state.dialogs[str(teams.person.teams_id)].card or {})


async def test_listed_people_get_their_own_view_when_the_card_changes(teams: Setup) -> None:
    """``refresh`` and ``refresh_for`` → the clients named ask by themselves, and show what the bot answers."""
    ref = await posted(teams)
    card = replace(STORY, refresh=STORY.buttons[0], refresh_for=(f"29:{teams.person.teams_id}",))
    teams.bot.answers = [Private(PENDING)]
    await teams.door.platform.update(ref, card)
    await teams.world.until(lambda: (ref.message, teams.person.teams_id) in teams.world.views)
    assert teams.bot.last.action == "share"
    assert len(teams.bot.presses) == 1


@pytest.mark.parametrize(
    "value",
    [None, 5, "x", [], {}, {"action": None}, {"action": {"verb": 5}}, {"action": {"verb": ""}}]
    + [{"action": {"verb": name, "data": {"value": {"reach": {"service_url": "https://evil.example"}}}}}
       for name in ("installed", "command", "profile_changed")],
)  # fmt: skip
async def test_a_press_that_no_card_of_ours_makes_is_refused(teams: Setup, value: Any) -> None:
    """Malformed values, and actions reserved for Teams' own events: 400, and the bot hears nothing."""
    status, body = await teams.post(teams.activity("invoke", name="adaptiveCard/action", value=value))
    assert status == 400
    assert body["type"] == "application/vnd.microsoft.error"
    assert teams.bot.presses == []


async def test_a_client_cannot_say_how_to_reach_somebody(teams: Setup) -> None:
    """``reach`` comes from verified events only; in a button's value it is dropped."""
    data = {"value": {"s": 1, "reach": {"service_url": "https://evil.example"}}}
    value = {"action": {"verb": "share", "data": data}, "trigger": "manual"}
    status, _ = await teams.post(teams.activity("invoke", name="adaptiveCard/action", value=value))
    assert status == 200
    assert teams.bot.last.value == {"s": 1}


@pytest.mark.parametrize("name", ["composeExtension/selectItem", "signin/verifyState", "fileConsent/invoke", "", None])
async def test_invokes_we_do_not_know_are_not_implemented(teams: Setup, name: str | None) -> None:
    """501, as the protocol asks; never an error of ours."""
    status, body = await teams.post(teams.activity("invoke", name=name, value={}))
    assert (status, body) == (501, None)


@pytest.mark.parametrize("name", ["adaptiveCard/action", "task/fetch", "task/submit"])
async def test_an_error_of_ours_becomes_a_sentence_with_a_reference(teams: Setup, name: str) -> None:
    """What breaks inside is logged; the person gets a reference in their language, not "something went wrong"."""
    teams.bot.answers = [RuntimeError("broken")]
    data = {"action": "share", "value": {}}
    value = {"action": {"verb": "share", "data": data}, "data": data}
    status, body = await teams.post(teams.activity("invoke", name=name, value=value))
    assert status == 200
    said = body["value"] if name == "adaptiveCard/action" else body["task"]["value"]
    assert said.startswith(broken(translator("de"), ""))


async def test_expected_replies_are_answered(teams: Setup) -> None:
    """deliveryMode expectReplies answers 200 with a list, where 4.17.1 alone answers 500."""
    activity = teams.activity("message", text="help", deliveryMode="expectReplies")
    assert await teams.post(activity) == (200, {"activities": []})


async def test_presses_at_once_are_all_answered(teams: Setup) -> None:
    """Forty people press in the same moment: forty answers, each to its own person."""
    ref = await posted(teams)
    people = list(teams.world.state.people.values())[:40]
    answers = await asyncio.gather(
        *(teams.world.hands.press(one.key, teams.stories, ref.message, "share") for one in people)
    )
    assert {one.status for one in answers} == {200}
    assert {one.who.user for one in teams.bot.presses} == {one.teams_id for one in people}


def test_forms_are_forms() -> None:
    """The form used here is one that the bot could make."""
    assert isinstance(EDIT, Form)


async def test_what_may_stay_empty_is_marked(teams: Setup) -> None:
    """In the person's language, in a dialog and in a card; what must be filled in is not."""
    fields = (Input("title", "Titel"), Input("note", "Notiz", optional=True))
    form = replace(EDIT, body=replace(EDIT.body, inputs=fields))
    data = {"action": "edit", "value": {}}
    for invoke in (
        teams.activity("invoke", name="task/fetch", value={"data": data}),
        teams.activity("invoke", name="adaptiveCard/action", value={"action": {"verb": "edit", "data": {"value": {}}}}),
    ):
        teams.bot.answers = [OpenForm(form)]
        _, body = await teams.post(invoke)
        drawn = json.dumps(body, ensure_ascii=False)
        assert '"label": "Titel"' in drawn
        assert '"label": "Notiz (optional)"' in drawn
