"""The Teams door keeps the rules of every chat platform."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from chat_suite import CARD, Chat, ChatSuite

sys.path.append(str(Path(__file__).parents[1] / "teams"))
from door_help import Setup, opened

from advocacy.chat import ChannelRef, MessageRef, Press, UserRef
from advocacy.playground.teams.state import base_of
from advocacy.playground.world import Fault


class TeamsChat(Chat):
    """Channel Stories and somebody whose chat with the bot is known."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.world = setup.world
        self.platform = setup.door.platform
        tenant = str(setup.settings.teams_tenant)
        self.channel = ChannelRef("teams", tenant, setup.stories)
        self.person = UserRef("teams", tenant, str(setup.person.teams_id), f"29:{setup.person.teams_id}")
        self.email = setup.person.email
        setup.door.platform.heard(self.person, setup.chat, "https://smba.trafficmanager.net/teams/", is_personal=True)

    def seen(self, where: ChannelRef | UserRef) -> list[str]:
        conversation = where.channel if isinstance(where, ChannelRef) else self.setup.chat
        return [json.dumps(one, ensure_ascii=False) for one in self.world.activities(conversation)]

    async def suggest(self, text: str) -> Press:
        who, where = self.setup.person.key, self.channel.channel
        await self.world.hands.say(who, where, text, mention=False)
        await self.world.hands.message_action(who, where, str(self.world.activities(where)[-1]["id"]))
        return self.setup.bot.last

    def break_next(self, fault: Fault) -> None:
        # The HTTP client repeats a PUT once on a kept connection; the door replaces a refused token once.
        times = 2 if fault in (Fault.LOST_ANSWER, Fault.REVOKED) else 1
        self.world.faults.inject(fault, path="/v3/conversations", times=times, retry_after=2)

    async def gone_channel(self) -> ChannelRef:
        return ChannelRef("teams", self.channel.tenant, "19:deleted@thread.tacv2")

    async def gone_message(self) -> MessageRef:
        ref = await self.platform.send(self.channel, CARD, "marker-gone")
        del self.world.state.conversations[base_of(ref.channel)[0]].activities[ref.message]
        return ref

    async def unplug(self) -> None:
        await self.setup.outside.stop()

    def make_guest(self) -> None:
        account = self.world.connector._account

        def as_guest(object_id: str) -> dict[str, Any]:
            return {**account(object_id), "userRole": "guest"}

        self.world.connector._account = as_guest  # type: ignore[method-assign]


class TestTeams(ChatSuite):
    """All of the suite."""

    can_find = False

    @pytest.fixture
    async def chat(self, tmp_path: Path) -> AsyncIterator[TeamsChat]:
        async with opened(tmp_path) as setup:
            yield TeamsChat(setup)
