"""Withdrawing a story: at once, everywhere, and on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from advocacy.bot import announce
from advocacy.bot.language import translator
from advocacy.bot.review.withdrawal import recall
from advocacy.chat import OpenForm, Private
from advocacy.content import approval
from advocacy.content.models import StoryState
from advocacy.db import now
from advocacy.delivery import outbox, placements, places
from advocacy.delivery.models import Outbox, OutboxState, Placement, PlacementState
from tests.bot.conftest import Chat, message_of, said

CLARA, DAVID, JANA = "clara.editorius", "david.vierauge", "jana.feld"
pytestmark = pytest.mark.usefixtures("english")


async def out(chat: Chat, *channels: str) -> int:
    """A story whose cards are queued for these channels."""
    for name in channels:
        await chat.channel(name)
    story = await chat.live_story()
    await announce.publish(chat.parts)
    return story.id


async def test_all_rewrites_are_queued_with_the_recall_and_go_first(chat: Chat) -> None:
    """In the same unit of work, before other cards of the lane; cards in direct messages too."""
    story_id = await out(chat, "news", "general")
    jana = await chat.person(JANA)
    async with chat.db.write() as s:
        [(placement, place)] = await placements.place(s, story_id, await places.direct(s, [jana.id]), "story")
        await outbox.send(s, place.to, message_of(await chat.types(JANA, "help")), "dm", placement.id)
    await chat.deliver()
    async with chat.db.write() as s:
        await outbox.send(s, place.to, message_of(await chat.types(JANA, "help")), "other")
    await chat.press(DAVID, "recall", s=story_id)
    async with chat.db.read() as s:
        waiting = list(
            await s.scalars(select(Outbox).where(Outbox.state == OutboxState.PENDING).order_by(Outbox.due_at))
        )
    assert [row.verb for row in waiting] == ["update"] * 3 + ["send"]
    assert all("withdrawn" in row.message["summary"] for row in waiting[:3])
    assert await announce.refresh(chat.parts) == 0, "nothing is left to rewrite"
    await chat.deliver()
    for name in ("news", "general"):
        [card] = chat.worlds.slack.messages(chat.worlds.slack.channel(name).id)
        assert "withdrawn" in str(card.blocks)


async def test_cards_that_wait_never_leave(chat: Chat) -> None:
    """Recalled between queueing and sending: nothing appears."""
    story_id = await out(chat, "news")
    await chat.press(DAVID, "recall", s=story_id)
    await chat.deliver()
    assert chat.worlds.slack.messages(chat.worlds.slack.channel("news").id) == []


@pytest.mark.parametrize("state", [PlacementState.SENDING, PlacementState.UNKNOWN])
async def test_a_card_that_is_under_way_is_rewritten_once_it_is_known_to_be_there(chat: Chat, state: str) -> None:
    """The recall cannot reach it yet; the next look does."""
    story_id = await out(chat, "news")
    await chat.deliver()
    async with chat.db.write() as s:
        placement = (await s.scalars(select(Placement))).one()
        there = (placement.message_id, placement.message_channel)
        placement.state, placement.message_id, placement.message_channel = state, "", ""
    await chat.press(DAVID, "recall", s=story_id)
    await announce.refresh(chat.parts)
    await chat.deliver()
    news = chat.worlds.slack.channel("news").id
    assert "withdrawn" not in str(chat.worlds.slack.messages(news)[0].blocks)
    async with chat.db.write() as s:
        placement = (await s.scalars(select(Placement))).one()
        placement.state, (placement.message_id, placement.message_channel) = PlacementState.SENT, there
    assert await announce.refresh(chat.parts) == 1
    await chat.deliver()
    assert "withdrawn" in str(chat.worlds.slack.messages(news)[0].blocks)


async def test_editors_choose_from_what_is_out_and_are_asked_first(chat: Chat) -> None:
    """`recall` lists live and scheduled stories; nobody else may see or press it; who comes second hears who was first."""
    story = await chat.live_story()
    listed = await chat.types(DAVID, "recall")
    [button] = message_of(listed).buttons
    assert (button.action, button.value["s"]) == ("recall_ask", story.id)
    asked = await chat.press(DAVID, button.action, **button.value)
    assert isinstance(asked, OpenForm)
    assert story.title in said(asked)
    assert [one.optional for one in asked.form.body.inputs] == [True]
    answer = await chat.press(DAVID, asked.form.action, {"reason": ""}, **asked.form.value)
    assert isinstance(answer, Private)
    assert "Withdrawn by David Vierauge" in said(answer)
    assert "No story is out" in said(await chat.types(DAVID, "zurückziehen"))
    async with chat.db.read() as s:
        at = (await approval.history(s, story.id))[-1].at
    late = said(await chat.press("clara.editorius", asked.form.action, {"reason": "Me too"}, **asked.form.value))
    moment = translator("en").moment(at, chat.parts.settings.zone)
    assert f"David Vierauge withdrew it already, on {moment}." in late
    assert "Withdrawn by" not in late
    for action in ("recall", "recall_ask", "recall_list", "history"):
        assert "Only editors" in said(await chat.press(JANA, action, s=story.id))


async def test_who_decided_what_is_shown_with_the_time(chat: Chat) -> None:
    """Submitted, approved, withdrawn; from the command line with the account's name."""
    story = await chat.live_story()
    async with chat.db.write() as s:
        done, _ = await recall(s, chat.parts.sharing, story.id, "root (command line)", "Wrong figures")
        assert done.state == StoryState.RECALLED
        await recall(s, chat.parts.sharing, story.id, "root (command line)", "again")
        rows = await approval.history(s, story.id)
    assert rows[-1].decision == "recalled"
    assert now() - rows[-1].at < timedelta(minutes=1)
    shown = said(await chat.press(DAVID, "history", s=story.id))
    for words in ("put up for review · Clara Editorius", "approved · David Vierauge", "withdrawn", "root (command line): Wrong figures"):  # fmt: skip
        assert words in shown
    assert "again" not in shown


@pytest.mark.parametrize("reason", ["Wrong figures.", ""])
async def test_sharers_hear_why_if_it_was_said(chat: Chat, reason: str) -> None:
    """The reason is on record, and in the message to whoever has shared the story; without one nothing is made up.

    A second withdrawal tells nobody, also when the first message was forgotten long since.
    """
    story = await chat.live_story()
    await chat.press("yara.blume", "share", s=story.id, n="xing")
    await chat.press("yara.blume", "done", i=1)
    await chat.press(DAVID, "recall", {"reason": f" {reason}\n"}, s=story.id)
    await chat.deliver()
    told = str([one.blocks for one in chat.worlds.slack.messages(chat.worlds.slack.im(chat.who("yara.blume").user).id)])
    assert "was withdrawn" in told
    assert ("The reason: Wrong figures." in told) == bool(reason)
    assert "The reason:" in told or not reason
    async with chat.db.write() as s:
        assert (await approval.history(s, story.id))[-1].note == reason
        await outbox.forget_sent(s, timedelta(), now() + timedelta(days=9))
    await chat.press(DAVID, "recall", {"reason": "Again"}, s=story.id)
    async with chat.db.read() as s:
        assert (await s.scalars(select(Outbox.marker).where(Outbox.verb == "tell"))).all() == []
