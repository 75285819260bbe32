"""When cards reach their channels: by each channel's clock, after embargo and quiet hours, and never too late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from advocacy.bot import announce
from advocacy.bot.language import translator
from advocacy.bot.review.courses import verdict
from advocacy.content import approval, schedule, stories
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Story, StoryState
from advocacy.delivery.models import Channel, Outbox, Placement
from tests.bot.conftest import Chat

MORNING = datetime(2026, 12, 1, 6, 30, tzinfo=UTC)


async def approved(chat: Chat, **changes: Any) -> Story:
    """A story that waits for its time."""
    story = await chat.story(**changes)
    await approve(chat, story.id)
    return story


async def approve(chat: Chat, story_id: int) -> None:
    approver = await chat.person("david.vierauge")
    async with chat.db.write() as s:
        fresh = await stories.get(s, story_id)
        await approval.approve(s, story_id, approver, fingerprint(fresh), four_eyes=True)


async def edit(chat: Chat, story_id: int, **changes: Any) -> None:
    editor = await chat.person("clara.editorius")
    async with chat.db.write() as s:
        seen = (await stories.get(s, story_id)).version
        await stories.edit(s, story_id, by_id=editor.id, seen=seen, **changes)


async def dues(chat: Chat) -> list[datetime]:
    async with chat.db.read() as s:
        return list(await s.scalars(select(Outbox.due_at).order_by(Outbox.id)))


async def state(chat: Chat, story_id: int) -> str:
    async with chat.db.read() as s:
        return (await s.get_one(Story, story_id)).state


async def test_each_channel_gets_a_card_when_its_own_clock_shows_the_time(chat: Chat) -> None:
    """With a wall clock the story is live from the first moment; the other channels follow at their nine o'clock."""
    for name, zone in (("news", "Asia/Tokyo"), ("general", "")):
        ref = await chat.channel(name)
        async with chat.db.write() as s:
            await s.execute(update(Channel).where(Channel.channel_id == ref.channel).values(time_zone=zone))
    with time_machine.travel(datetime(2026, 11, 30, 23, 0, tzinfo=UTC), tick=True):
        await approved(
            chat, wall_clock="2026-12-01T09:00", publish_at=datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
        )  # fmt: skip
        assert await announce.publish(chat.parts) == 0
    with time_machine.travel(datetime(2026, 12, 1, 0, 0, 5, tzinfo=UTC), tick=True):
        assert await announce.publish(chat.parts) == 2
    tokyo, berlin = await dues(chat)
    assert tokyo.replace(microsecond=0) == datetime(2026, 12, 1, 0, 0, 5, tzinfo=UTC)
    assert berlin == datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


async def test_an_embargo_holds_to_the_minute_whatever_else_is_set(chat: Chat) -> None:
    """Publishing earlier than the embargo changes nothing; an embargo set later takes a live story back."""
    news = await chat.channel("news")
    with time_machine.travel(MORNING, tick=True) as clock:
        story = await approved(chat, publish_at=MORNING, embargo_until=MORNING + timedelta(minutes=10))
        assert await state(chat, story.id) == StoryState.SCHEDULED
        clock.move_to(MORNING + timedelta(minutes=9, seconds=58))
        assert await announce.publish(chat.parts) == 0
        clock.move_to(MORNING + timedelta(minutes=10))
        assert await announce.publish(chat.parts) == 1
        await edit(chat, story.id, embargo_until=MORNING + timedelta(minutes=20))
        assert await state(chat, story.id) == StoryState.SCHEDULED
        await chat.deliver()
        assert chat.worlds.slack.messages(news.channel) == []
        clock.move_to(MORNING + timedelta(minutes=20))
        assert await announce.publish(chat.parts) == 1
        await chat.deliver()
    assert len(chat.worlds.slack.messages(news.channel)) == 1


@pytest.mark.parametrize(("urgent", "hour"), [(False, 7), (True, 4)])
async def test_cards_wait_for_the_end_of_quiet_hours_unless_they_are_urgent(
    chat: Chat, urgent: bool, hour: int
) -> None:
    """Nobody's phone lights up at night for a story."""
    chat.parts.settings = chat.parts.settings.model_copy(update={"quiet_hours": ("20:00-08:00",)})
    await chat.channel("news")
    with time_machine.travel(datetime(2026, 12, 1, 4, 0, tzinfo=UTC), tick=False):
        await approved(chat, urgent=urgent)
        await announce.publish(chat.parts)
    assert await dues(chat) == [datetime(2026, 12, 1, hour, 0, tzinfo=UTC)]


@pytest.mark.parametrize("field", ["expires_at", "rights_until"])
async def test_a_story_ends_with_its_rights_as_with_its_own_time(chat: Chat, field: str) -> None:
    """Whichever comes first; a card that still waited is not sent any more."""
    news = await chat.channel("news")
    with time_machine.travel(MORNING, tick=True) as clock:
        story = await approved(chat, **{field: MORNING + timedelta(minutes=5)})
        assert await announce.publish(chat.parts) == 1
        clock.move_to(MORNING + timedelta(minutes=5))
        await chat.deliver()
        assert chat.worlds.slack.messages(news.channel) == []
        await announce.refresh(chat.parts)
    assert await state(chat, story.id) == StoryState.EXPIRED


async def test_a_card_that_waits_is_not_sent_once_its_story_was_edited_or_recalled(chat: Chat) -> None:
    """The last look is at the moment of sending; approved anew, the channel gets the new words."""
    news = await chat.channel("news")
    story = await approved(chat)
    assert await announce.publish(chat.parts) == 1
    await edit(chat, story.id, title="Other words")
    await chat.deliver()
    assert chat.worlds.slack.messages(news.channel) == []
    async with chat.db.read() as s:
        assert list(await s.scalars(select(Placement.id))) == []
    await approve(chat, story.id)
    assert await announce.publish(chat.parts) == 1
    await edit(chat, story.id, title="Words once more")
    await approve(chat, story.id)
    assert await announce.publish(chat.parts) == 0, "the old card still waits there"
    await chat.deliver()
    assert chat.worlds.slack.messages(news.channel) == []
    assert await announce.publish(chat.parts) == 1
    await chat.deliver()
    [message] = chat.worlds.slack.messages(news.channel)
    assert "Words once more" in str(message.blocks)


async def test_a_card_is_not_rewritten_to_what_no_longer_holds(chat: Chat) -> None:
    """A counter that was drawn before the recall does not bring the story back."""
    news = await chat.channel("news")
    story = await chat.live_story()
    await announce.publish(chat.parts)
    await chat.deliver()
    async with chat.db.write() as s:
        await s.execute(update(Placement).values(shown="", refreshed_at=None))
    assert await announce.refresh(chat.parts) == 1
    david = await chat.person("david.vierauge")
    async with chat.db.write() as s:
        await approval.recall(s, story.id, david)
    await chat.deliver()
    assert await announce.refresh(chat.parts) == 1
    await chat.deliver()
    [message] = chat.worlds.slack.messages(news.channel)
    assert "Story withdrawn" in str(message.blocks)


async def test_nothing_goes_live_that_is_not_what_was_approved(chat: Chat) -> None:
    """Also when a change got past the editor's door, at the last step before the outbox."""
    await chat.channel("news")
    story = await chat.live_story()
    async with chat.db.write() as s:
        await s.execute(update(Story).where(Story.id == story.id).values(title="Slipped in"))
    assert await announce.publish(chat.parts) == 0
    assert await state(chat, story.id) == StoryState.IN_REVIEW
    async with chat.db.write() as s:
        assert await schedule.go_live(s, datetime.now(UTC)) == []


async def test_leaders_get_the_card_first_and_the_channel_after_their_minutes(chat: Chat) -> None:
    """Told once, privately; the channel waits."""
    news = await chat.channel("news")
    leader = await chat.person("jana.feld")
    with time_machine.travel(MORNING, tick=True) as clock:
        story = await approved(chat, leader_ids=[leader.id], leaders_minutes=10)
        async with chat.db.read() as s:
            decided = verdict(translator("de"), await stories.get(s, story.id), "David", chat.parts.settings.zone)
        assert decided == "Freigegeben von David. Einige bekommen den Beitrag zuerst, die Kanäle 10 Minuten später."
        assert await announce.publish(chat.parts) == 1
        assert await announce.publish(chat.parts) == 0
        await chat.deliver()
        assert chat.worlds.slack.messages(news.channel) == []
        async with chat.db.read() as s:
            [placement] = await s.scalars(select(Placement))
            [said] = await s.scalars(select(Outbox.message))
        assert (placement.state, placement.identity_id is not None) == ("sent", True)
        assert said["paragraphs"][0] == "Du bekommst das vor allen anderen. In die Kanäle geht es am 01.12.2026, 07:40."
        clock.move_to(MORNING + timedelta(minutes=11))
        assert await announce.publish(chat.parts) == 1
        await chat.deliver()
    assert await state(chat, story.id) == StoryState.LIVE
    [card] = chat.worlds.slack.messages(news.channel)
    assert "before everybody else" not in str(card), "in the channel nobody is early"


async def test_an_internal_story_has_no_share_button(chat: Chat) -> None:
    """It can be read, and says that it stays inside."""
    await chat.channel("news")
    await chat.live_story(internal=True)
    await announce.publish(chat.parts)
    async with chat.db.read() as s:
        message = (await s.scalars(select(Outbox.message))).one()
    assert {one["action"] for one in message["buttons"]} == {"", "pass"}
    assert "inside the company" in message["footnote"]
