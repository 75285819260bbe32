"""The Slack door keeps the rules of every chat platform."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from advocacy.chat import ChannelRef, Gone, MessageRef, Press, Unknown, UserRef
from advocacy.playground.world import Fault
from tests.contract.chat_suite import CARD, Chat, ChatSuite
from tests.slack.slack_help import JANA, PEOPLE, TEAM, House, open_house


class SlackChat(Chat):
    """#news and Jana Feld, who works in Sales."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.platform = house.door.platform
        self.channel = ChannelRef("slack", TEAM, house.channel("news"))
        self.person = UserRef("slack", TEAM, JANA)
        self.email = next(one.email for one in PEOPLE if one.slack_id == JANA)

    def seen(self, where: ChannelRef | UserRef) -> list[str]:
        world = self.house.world
        channel = where.channel if isinstance(where, ChannelRef) else world.im(where.user).id
        return [json.dumps([one.text, one.blocks], ensure_ascii=False) for one in world.messages(channel)]

    async def suggest(self, text: str) -> Press:
        world, channel = self.house.world, self.channel.channel
        await world.hands.say(JANA, channel, text)
        await world.hands.message_action(JANA, channel, world.messages(channel)[-1].ts, "suggest")
        return self.house.bot.heard[-1]

    def break_next(self, fault: Fault) -> None:
        self.house.world.faults.inject(fault, path="/api/", retry_after=2)

    async def gone_channel(self) -> ChannelRef:
        self.house.world.channel("sales-stories").is_archived = True
        return ChannelRef("slack", TEAM, self.house.channel("sales-stories"))

    async def gone_message(self) -> MessageRef:
        ref = await self.platform.send(self.channel, CARD, "marker-gone")
        space = self.house.world.workspace
        space.remove_message(next(one for one in self.house.world.messages(ref.channel) if one.ts == ref.message))
        return ref

    async def unplug(self) -> None:
        assert self.house.world.outside is not None
        await self.house.world.outside.stop()

    def make_guest(self) -> None:
        self.house.world.workspace.user(JANA).is_restricted = True


class TestSlack(ChatSuite):
    """All of the suite, and what is Slack's alone."""

    @pytest.fixture
    async def chat(self, tmp_path: Path) -> AsyncIterator[SlackChat]:
        async with open_house(tmp_path) as house:
            yield SlackChat(house)

    async def test_looking_needs_scopes(self, chat: SlackChat) -> None:
        """The history scopes are optional; without them nobody can tell."""
        await chat.platform.send(chat.channel, CARD, "marker-1")
        chat.house.world.tokens.scopes -= {"channels:history"}
        with pytest.raises(Unknown, match="missing_scope"):
            await chat.platform.find(chat.channel, "marker-1", 0.0)

    async def test_looking_through_many_messages(self, chat: SlackChat) -> None:
        """The marker is found on the last page; what was sent before ``since`` is not looked at."""
        world = chat.house.world
        ref = await chat.platform.send(chat.channel, CARD, "marker-1")
        for number in range(130):
            await world.hands.say(JANA, chat.channel.channel, f"Chatter {number}")
        assert await chat.platform.find(chat.channel, "marker-1", float(ref.message) - 1) == ref
        assert await chat.platform.find(chat.channel, "marker-1", float(ref.message) + 3600) is None

    async def test_what_stands_below_a_message_is_found_there(self, chat: SlackChat) -> None:
        """Slack tells of it in the thread only: looked for in the channel it would seem lost, and be sent twice."""
        card = await chat.platform.send(chat.channel, CARD, "marker-card")
        below = replace(chat.channel, thread=card.message)
        assert await chat.platform.find(below, "marker-1", 0.0) is None
        ref = await chat.platform.send(below, CARD, "marker-1")
        assert await chat.platform.find(below, "marker-1", float(ref.message) - 1) == ref
        assert await chat.platform.find(chat.channel, "marker-1", 0.0) is None

    async def test_a_private_channel_without_us(self, chat: SlackChat) -> None:
        """Slack does not even say that it exists."""
        world = chat.house.world
        world.channel("comms-editors").members.remove("U0ADVOCACY")
        with pytest.raises(Gone):
            await chat.platform.send(ChannelRef("slack", TEAM, chat.house.channel("comms-editors")), CARD, "marker-1")

    async def test_people_of_other_workspaces_are_guests(self, chat: SlackChat) -> None:
        """Their e-mail address is another company's word: it must not make them one of ours."""
        assert (await chat.platform.profile(UserRef("slack", "T0ELSEWHERE", JANA))).is_guest
        chat.house.world.workspace.user(JANA).deleted = True
        assert (await chat.platform.profile(chat.person)).is_gone
