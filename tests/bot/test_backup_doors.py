"""Somebody in Slack and somebody in Teams talk about a nasty comment: both doors over HTTP, the real bot between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import delete

from advocacy.chat import ChannelRef
from advocacy.delivery import placements
from advocacy.people.models import Identity
from advocacy.playground.company import TEAMS_TENANT
from advocacy.playground.slack.state import Message as Seen
from advocacy.slack.door import SlackDoor
from advocacy.teams.door import TeamsDoor
from tests.bot.conftest import Chat

JANA, CLARA = "jana.feld", "clara.editorius"


@pytest.fixture
async def both(chat: Chat) -> AsyncIterator[Chat]:
    """Both doors, listening; Clara is only in Teams."""
    slack, teams = SlackDoor(chat.parts.settings, chat.bot), TeamsDoor(chat.parts.settings, chat.bot)
    app = web.Application()
    slack.routes(app)
    teams.routes(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    chat.worlds.outside.product_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    await slack.start()
    await teams.start()
    chat.parts.worker.platforms["teams"] = teams.platform
    chat.worlds.teams.preinstall(team=True)
    async with chat.db.write() as s:
        clara = await chat.person(CLARA)
        await s.execute(delete(Identity).where(Identity.person_id == clara.id))
        ref = ChannelRef("teams", TEAMS_TENANT, chat.worlds.teams.channel("Comms Editors").id)
        await placements.add_channel(s, ref, "Comms Editors", "editors", "de")
    yield chat
    await runner.cleanup()
    await slack.stop()
    await teams.stop()


def jana_sees(chat: Chat) -> list[Seen]:
    """What stands in Jana's direct messages."""
    return chat.worlds.slack.messages(chat.worlds.slack.im(chat.who(JANA).user).id)


async def jana_presses(chat: Chat, message: Seen, action: str, **typed: str) -> None:
    """Press a button that opens a form in Slack, fill it in and send it."""
    world, user = chat.worlds.slack, chat.who(JANA).user
    button = world.find_button(message, f"{action}#")
    assert button is not None, action
    await world.hands.press(user, message.channel, message.ts, button["action_id"])
    await fill(chat, **typed)


async def fill(chat: Chat, **typed: str) -> None:
    """Fill in the open modal by the names of its fields, and send it."""
    world, user = chat.worlds.slack, chat.who(JANA).user
    view = await world.until(lambda: world.view(user))
    assert set(typed) <= {one["block_id"] for one in view.content["blocks"] if one["type"] == "input"}
    sent = await world.hands.submit(user, view.id, dict(typed))
    assert sent.ok
    assert world.view(user) is None


async def test_slack_and_teams_talk_in_confidence(both: Chat) -> None:
    """The form in Slack, the card in a Teams channel without a name, and words both ways; German in both."""
    slack, teams = both.worlds.slack, both.worlds.teams
    jana = both.who(JANA).user
    await slack.hands.command(jana, slack.channel("general").id, "/advocacy", "beistand")
    await fill(both, text="Jemand hat mich eine Lügnerin genannt.")
    await both.deliver()
    channel = teams.channel("Comms Editors").id
    (card,) = teams.activities(channel)
    assert "Jemand braucht Beistand" in str(card)
    assert not any(secret in str(card) for secret in ("Jana", "Lügnerin"))

    assert (await teams.hands.press(CLARA, channel, card["id"], "Ich kümmere mich")).ok
    await both.deliver()
    assert "Clara Editorius kümmert sich darum." in str(teams.activities(channel)[0])
    (case,) = clara_sees(both)
    assert "Lügnerin" in str(case)
    assert "Clara Editorius ist für dich da" in str(jana_sees(both)[-1].blocks)

    await teams.hands.press(CLARA, teams.chat(CLARA), case["id"], "Antworten")
    assert (await teams.hands.submit_dialog(CLARA, {"text": "Wir stehen hinter dir."})).ok
    await both.deliver()
    answer = jana_sees(both)[-1]
    assert "Wir stehen hinter dir." in str(answer.blocks)
    assert answer.text == "Du hast eine vertrauliche Nachricht."

    await jana_presses(both, answer, "backup_write", text="Das tut gut.")
    await both.deliver()
    assert "Das tut gut." in str(clara_sees(both)[-1])
    assert slack.workspace.warnings == {}
    assert teams.errors == []


def clara_sees(chat: Chat) -> list[dict[str, Any]]:
    """What the bot wrote to Clara in Teams, without what closed a dialog."""
    return [one for one in chat.worlds.teams.activities(chat.worlds.teams.chat(CLARA)) if "Fall 1" in str(one)]
