"""Leaders first: what holds for their cards between queueing and sending, and after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from advocacy.bot import announce
from advocacy.content import approval, stories
from advocacy.content.models import Story
from tests.bot.conftest import Chat

MORNING = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
JANA, CLARA, DAVID = "jana.feld", "clara.editorius", "david.vierauge"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(MORNING, tick=True) as traveller:
        yield traveller


async def approve(chat: Chat, story_id: int) -> None:
    david = await chat.person(DAVID)
    async with chat.db.write() as s:
        seen = approval.fingerprint(await stories.get(s, story_id))
        await approval.approve(s, story_id, david, seen, four_eyes=True)


async def queued(chat: Chat) -> Story:
    """Goes out in ten minutes; its leader's card, for half an hour before, is in the outbox."""
    jana = await chat.person(JANA)
    at = MORNING + timedelta(minutes=10)
    story = await chat.story(leader_ids=[jana.id], leaders_minutes=30, publish_at=at)
    await approve(chat, story.id)
    assert await announce.publish(chat.parts) == 1
    return story


async def change(chat: Chat, story_id: int, **changes: Any) -> None:
    clara = await chat.person(CLARA)
    async with chat.db.write() as s:
        seen = (await stories.get(s, story_id)).version
        await stories.edit(s, story_id, by_id=clara.id, seen=seen, **changes)


def arrived(chat: Chat) -> list[str]:
    """What stands in the leader's direct messages."""
    return [str(one.blocks) for one in chat.worlds.slack.messages(chat.worlds.slack.im(chat.who(JANA).user).id)]


async def test_a_later_time_holds_the_card_back_until_its_minutes(chat: Chat, clock: Any) -> None:
    """It was on its way already: it comes half an hour before the new time, once."""
    story = await queued(chat)
    await change(chat, story.id, publish_at=MORNING + timedelta(hours=5))
    await chat.deliver()
    assert await announce.publish(chat.parts) == 0
    assert arrived(chat) == []
    clock.move_to(MORNING + timedelta(hours=4, minutes=31))
    assert await announce.publish(chat.parts) == 1
    assert await announce.publish(chat.parts) == 0
    await chat.deliver()
    assert len(arrived(chat)) == 1


async def test_who_is_no_longer_named_does_not_get_it(chat: Chat, clock: Any) -> None:
    """Not even when their card waits to leave."""
    story = await queued(chat)
    await change(chat, story.id, leader_ids=[])
    await chat.deliver()
    assert arrived(chat) == []


async def test_a_change_before_it_left_brings_the_new_card_once_approved(chat: Chat, clock: Any) -> None:
    """The old one never leaves; its leader is told anew."""
    story = await queued(chat)
    await change(chat, story.id, title="Another rotor")
    await chat.deliver()
    assert arrived(chat) == []
    await approve(chat, story.id)
    assert await announce.publish(chat.parts) == 1
    await chat.deliver()
    [card] = arrived(chat)
    assert "Another rotor" in card
