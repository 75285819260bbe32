"""Rounds of review as dialogs: who wrote and changed a story, and what becomes of the cards of earlier versions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select, update

from advocacy.bot import announce
from advocacy.bot.review import courses
from advocacy.chat import ChannelRef
from advocacy.content import approval, stories
from advocacy.delivery.models import Placement
from advocacy.people.models import Person
from tests.bot.conftest import Chat, message_of, ref_of, said
from tests.bot.test_announce import buttons

CLARA, DAVID, JANA = "clara.editorius", "david.vierauge", "jana.feld"
pytestmark = pytest.mark.usefixtures("english")


async def change(chat: Chat, story_id: int, by: str, title: str) -> None:
    person = await chat.person(by)
    async with chat.db.write() as s:
        seen = (await stories.get(s, story_id)).version
        await stories.edit(s, story_id, by_id=person.id, seen=seen, title=title)


async def ask(chat: Chat) -> None:
    await announce.ask_editors(chat.parts)
    await chat.deliver()


def shown(chat: Chat, channel: ChannelRef) -> list[Any]:
    return list(chat.worlds.slack.messages(channel.channel))


async def test_a_card_names_who_wrote_and_who_changed_and_neither_approves(chat: Chat) -> None:
    """The author, and since then whom and when; each is told why somebody else has to approve."""
    editors = await chat.channel("comms-editors", "editors")
    story = await chat.story(author=JANA)
    await ask(chat)
    assert "Changed by" not in json.dumps(shown(chat, editors)[0].blocks)
    await change(chat, story.id, DAVID, "The rotor that sings")
    await ask(chat)
    card = shown(chat, editors)[1]
    text = json.dumps(card.blocks)
    assert text.index("Written by") < text.index("Jana Feld") < text.index("Changed by") < text.index("David Vierauge")
    approve = buttons(card)["approve"]
    assert "You changed this story after it was written" in said(await chat.press(DAVID, "approve", **approve))
    async with chat.db.write() as s:
        await s.execute(update(Person).where(Person.name == "Jana Feld").values(roles=["editor"]))
    assert "You wrote this story" in said(await chat.press(JANA, "approve", **approve))


async def test_an_editor_who_changed_a_draft_does_not_approve_it(chat: Chat) -> None:
    """Also before it first came to review; whoever only put it up is told so."""
    story = await chat.story(author=JANA)
    async with chat.db.write() as s:
        await approval.give_back(s, story.id, await s.get_one(Person, (await chat.person(DAVID)).id), "Shorter")
    await change(chat, story.id, DAVID, "The rotor")
    await chat.press(CLARA, "resubmit", s=story.id)
    async with chat.db.read() as s:
        seen = approval.fingerprint(await stories.get(s, story.id))
    assert "You changed" in said(await chat.press(DAVID, "approve", s=story.id, f=seen))
    assert "You put this story up" in said(await chat.press(CLARA, "approve", s=story.id, f=seen))
    lines = message_of(await chat.press(DAVID, "history", s=story.id)).paragraphs
    assert [one.split(" · ")[1] for one in lines] == [
        "put up for review",
        "returned",
        "draft changed",
        "put up for review",
    ]


async def test_cards_of_earlier_rounds_say_that_there_is_a_newer_version(chat: Chat) -> None:
    """In every editors' channel, without buttons, with what became of them; the verdict stands on the newest."""
    first, second = await chat.channel("comms-editors", "editors"), await chat.channel("general", "editors")
    story = await chat.story()
    await ask(chat)
    card = shown(chat, first)[0]
    await chat.press(DAVID, "return_save", {"note": "Shorter"}, **buttons(card)["approve"])
    await chat.deliver()
    for channel in (first, second):
        assert "Returned by David Vierauge: Shorter" in json.dumps(shown(chat, channel)[0].blocks)
    await chat.press(CLARA, "resubmit", s=story.id)
    await ask(chat)
    await change(chat, story.id, CLARA, "The rotor that sings")
    await ask(chat)
    for channel in (first, second):
        returned, changed, newest = shown(chat, channel)
        assert "This version was returned by David Vierauge: Shorter" in json.dumps(returned.blocks)
        assert "never decided on: Clara Editorius changed it before" in json.dumps(changed.blocks)
        for old in (returned, changed):
            assert "A newer version is in review." in json.dumps(old.blocks)
            assert "The rotor that listens" in json.dumps(old.blocks)
            assert buttons(old) == {}
        assert "approve" in buttons(newest)
    await chat.press(DAVID, "approve", message=ref_of(chat, first), **buttons(shown(chat, first)[2])["approve"])
    await chat.deliver()
    assert "approve" in buttons(shown(chat, first)[2]), "its own card is the answer to the press"
    for card in (*shown(chat, first)[:2], *shown(chat, second)[:2]):
        assert "There is a newer version. Approved by David Vierauge" in json.dumps(card.blocks)
    newest = json.dumps(shown(chat, second)[2].blocks)
    assert "Approved by David Vierauge. It goes out now." in newest
    assert "newer version" not in newest
    story_log = said(await chat.press(DAVID, "history", s=story.id))
    assert story_log.count("David Vierauge") == 2, "returned once, approved once"
    assert "approved · David Vierauge" in story_log
    async with chat.db.write() as s:
        assert await courses.settle(s, chat.parts.settings.zone) == 0, "nothing is left to rewrite"


async def test_a_card_that_arrives_after_the_decision_shows_it(chat: Chat) -> None:
    """It was on its way; and a press on an older card answers with what it has become."""
    await chat.channel("comms-editors", "editors")
    story = await chat.story()
    await ask(chat)
    async with chat.db.write() as s:
        placement = (await s.scalars(select(Placement))).one()
        ref, placement.message_id = placement.message_id, ""
        fresh = await stories.get(s, story.id)
        editor = await s.get_one(Person, (await chat.person(DAVID)).id)
        await approval.approve(s, story.id, editor, approval.fingerprint(fresh), four_eyes=True)
    await ask(chat)
    async with chat.db.write() as s:
        (await s.scalars(select(Placement))).one().message_id = ref
    await ask(chat)
    editors = ChannelRef("slack", "", chat.worlds.slack.channel("comms-editors").id)
    [card] = shown(chat, editors)
    assert "Approved by David Vierauge" in json.dumps(card.blocks)
    assert message_of(await chat.press(DAVID, "history", s=story.id)).paragraphs[-1].count("approved") == 1
