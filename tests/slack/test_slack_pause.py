"""A workspace removes the app: what is for it waits, and goes out once it is back; people stay known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from advocacy.bot.workspaces import Workspaces
from advocacy.chat import Message, UserRef
from advocacy.db import now
from advocacy.delivery import lanes, outbox, placements
from advocacy.delivery.limits import Limits
from advocacy.delivery.models import Outbox
from advocacy.delivery.worker import Worker
from advocacy.people import directory
from tests.bot.conftest import Chat
from tests.bot.conftest import chat as chat  # noqa: PLC0414 - a fixture of that room, with what it needs
from tests.bot.conftest import hired as hired  # noqa: PLC0414
from tests.bot.conftest import hired_file as hired_file  # noqa: PLC0414
from tests.clock import Clock
from tests.slack.install_help import SOUTH, channel, several, texts
from tests.slack.slack_help import JANA, TEAM


async def test_what_is_for_a_workspace_that_left_waits(chat: Chat, database_url: str, tmp_path: Path) -> None:
    """Nothing fails and nothing is lost; the other workspace notices nothing but a word to its editors, once."""
    clock, db = Clock(), chat.db
    worker = Worker(db, {}, Limits(clock, clock.sleep))
    workspaces = Workspaces(replace(chat.parts, worker=worker))
    async with several(database_url, db, tmp_path, workspaces) as scene:
        worker.platforms["slack"] = scene.door.platform
        space, south = scene.world.workspace, scene.south
        await scene.install()
        await scene.install(team=SOUTH)
        async with db.write() as s:
            await placements.add_channel(s, channel(space), "#news", "editors", "de")
            await outbox.send(s, channel(south), Message(summary="before"), "m1")

        async def deliver() -> None:
            for urgent in (True, False):
                while await worker.run_due(urgent=urgent):
                    pass

        await deliver()
        await scene.world.uninstall(SOUTH)
        async with db.write() as s:
            await outbox.send(s, channel(south), Message(summary="waits"), "m2")
            await outbox.send(s, channel(space, "general"), Message(summary="goes"), "m3")
        await deliver()
        assert (texts(south), texts(space, "general")) == (["before"], ["goes"])
        assert len(texts(space)) == 1
        assert "Südwind" in texts(space)[0]
        assert "wartet" in texts(space)[0]
        async with db.read() as s:
            [row] = await s.scalars(select(Outbox).where(Outbox.state == "pending"))
            assert (row.marker, row.attempts, await lanes.paused(s)) == ("m2", 0, {f"slack:{SOUTH}"})

        await scene.world.uninstall()
        async with db.read() as s:
            person = await directory.identify(s, UserRef("slack", TEAM, JANA))
            assert person is not None
        await scene.install()
        await scene.install(team=SOUTH)
        async with db.read() as s:
            assert await lanes.paused(s) == set()
        await deliver()
        assert texts(south) == ["before", "waits"]


async def test_editors_hear_of_a_connection_that_ends(chat: Chat, database_url: str, tmp_path: Path) -> None:
    """With its name, the time, and what to do."""
    from advocacy.chat import Workspace

    editors = await chat.channel("comms-editors", "editors")
    await Workspaces(chat.parts).endangered(Workspace("slack", SOUTH, "Südwind"), now())
    await Workspaces(chat.parts).endangered(Workspace("slack", "T0OTHER"), None)
    await chat.deliver()
    said = [one.text for one in chat.worlds.slack.messages(editors.channel)]
    assert ["Südwind" in said[0], "ends on" in said[0], "T0OTHER" in said[1]] == [True, True, True]
