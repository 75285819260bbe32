"""The one-click flow as people meet it: Slack's client, the door over HTTP, the real bot, LinkedIn."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from advocacy.bot import announce, followups
from advocacy.playground.slack.state import Message as Seen
from advocacy.playground.slack.state import View
from advocacy.playground.slack.world import SlackWorld
from tests.bot.conftest import Chat, connect
from tests.bot.conftest import chat as chat  # noqa: PLC0414 - a fixture of that room, with what it needs
from tests.bot.conftest import hired as hired  # noqa: PLC0414
from tests.bot.conftest import hired_file as hired_file  # noqa: PLC0414
from tests.slack.slack_help import listening


class Screen:
    """Somebody's Slack."""

    def __init__(self, world: SlackWorld, user: str) -> None:
        self.world, self.user = world, user

    async def press(self, message: Seen, action: str) -> None:
        button = self.world.find_button(message, f"{action}#")
        assert button is not None, action
        delivered = await self.world.hands.press(self.user, message.channel, message.ts, button["action_id"])
        assert (delivered.status, delivered.body) == (200, "")

    async def sees(self, part: str) -> Seen:
        """A private message that says this."""
        return await self.world.until(
            lambda: next((one for one in self.world.ephemerals(self.user) if part in f"{one.text} {one.blocks}"), None)
        )

    async def form(self) -> View:
        return await self.world.until(lambda: self.world.view(self.user))


@pytest.fixture
async def slack(chat: Chat) -> AsyncIterator[SlackWorld]:
    """The door, listening."""
    async with listening(chat):
        yield chat.worlds.slack


async def test_share_edit_and_post(chat: Chat, slack: SlackWorld) -> None:
    """The exact text first, changed in a form, posted at once; every step in the same private message."""
    channel = await chat.channel("news")
    await chat.live_story()
    await connect(chat, "jana.feld")
    await announce.publish(chat.parts)
    await chat.deliver()
    (card,) = slack.messages(channel.channel)
    jana = Screen(slack, chat.who("jana.feld").user)

    await jana.press(card, "share")
    await jana.press(await jana.sees("Leise und klug."), "edit")
    view = await jana.form()
    text = next(one for one in view.content["blocks"] if one["type"] == "input")
    changed_text = text["element"]["initial_value"].replace("Leise und klug.", "Einfach gut.")
    await slack.hands.submit(jana.user, view.id, {text["block_id"]: changed_text})
    assert slack.view(jana.user) is None
    changed = await jana.sees("Einfach gut.")

    await jana.press(changed, "post_now")
    assert await chat.parts.poster.run_due() == 1
    assert await followups.tell(chat.parts) == 1
    await chat.deliver()
    posted = await jana.sees("✓")
    assert [one.ts for one in slack.ephemerals(jana.user)] == [posted.ts]
    assert slack.workspace.warnings == {}
    assert len(slack.messages(channel.channel)) == 1


async def test_commands_and_home(chat: Chat, slack: SlackWorld) -> None:
    """Help, feed, me and the board come in the person's language, as blocks that Slack takes."""
    await chat.live_story()
    jana = Screen(slack, chat.who("jana.feld").user)
    for words in ("help", "feed", "me", "leaderboard", "accounts", "<nonsense>"):
        before = len(slack.ephemerals(jana.user))
        await slack.hands.command(jana.user, slack.channel("general").id, "/advocacy", words)
        assert len(slack.ephemerals(jana.user)) == before + 1, words
    await slack.hands.open_home(jana.user)
    await slack.until(lambda: slack.home(jana.user))
    assert slack.workspace.warnings == {}
