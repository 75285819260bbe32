"""Tokens are renewed before they end, each once, whoever renews; the app comes and goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from advocacy.chat import Message, Retry
from advocacy.config import Settings
from advocacy.db import Database, now
from advocacy.playground.slack.state import BOT_USER
from advocacy.playground.world import Fault
from advocacy.slack.door import SlackDoor
from advocacy.slack.renewals import AGAIN, LEASE
from tests.conftest import TEST_KEY
from tests.slack.install_help import SOUTH, Scene, Told, channel, several, texts
from tests.slack.slack_help import TEAM, RecordingBot

HELLO = Message(summary="Hello")
SOON = timedelta(hours=10, minutes=30)
"""From when a token was made until somebody should have renewed it."""


@asynccontextmanager
async def another(settings: Settings, database_url: str, told: Told) -> AsyncIterator[SlackDoor]:
    """The door of another process, with a database of its own."""
    db = Database(database_url, [TEST_KEY])
    door = SlackDoor(settings, RecordingBot(), db, told)
    await door.start()
    try:
        yield door
    finally:
        await door.stop()
        await db.close()


async def renew(door: SlackDoor, at: timedelta) -> int:
    assert door.several is not None
    return await door.several.renewals.run_due(now() + at)


def refreshed(scene: Scene) -> int:
    """How often Slack was asked for a token."""
    return scene.world.api.calls["oauth.v2.access"]


async def test_two_processes_renew_at_once_and_no_token_is_lost(
    database_url: str, db: Database, tmp_path: Path
) -> None:
    """What renews a token works once: one of them uses it, the other leaves it, and both send with the new token."""
    told = Told()
    async with several(database_url, db, tmp_path, told) as scene, another(scene.settings, database_url, told) as other:
        scene.world.spaces.rotation = True
        await scene.install(team=SOUTH)
        assert await renew(scene.door, timedelta(hours=9)) == 0  # not yet
        before, asked = (await scene.rows())[0], refreshed(scene)
        await other.platform.send(channel(scene.south), HELLO, "m0")  # it has the old token in memory

        # The very moment from which it is due: the new token is not due then, however long all of this takes.
        both = [door.several.renewals.run_due(before.renew_at) for door in (scene.door, other) if door.several]
        assert sorted(await asyncio.gather(*both)) == [0, 1]
        assert refreshed(scene) == asked + 1
        [row] = await scene.rows()
        assert (row.token != before.token, row.turn, row.problem, row.lost_at) == (True, before.turn + 1, "", None)

        scene.world.spaces.installs[before.token].ends = 1.0  # the old one ends
        for number, door in enumerate((scene.door, other), 1):
            await door.platform.send(channel(scene.south), HELLO, f"m{number}")
        assert len(texts(scene.south)) == 3
        assert told.in_danger == []


async def test_a_renewal_that_fails_is_tried_again_and_a_lost_one_is_told(
    database_url: str, db: Database, tmp_path: Path
) -> None:
    """Slack was away: a minute later again. Its answer got lost: nothing renews it any more, and editors hear so."""
    told = Told()
    async with several(database_url, db, tmp_path, told) as scene:
        scene.world.spaces.rotation = True
        await scene.install()
        [made] = await scene.rows()
        scene.world.faults.inject(Fault.ERROR, path="oauth.v2.access")
        assert await renew(scene.door, SOON) == 0
        [row] = await scene.rows()
        assert ("500" in row.problem, row.lost_at, row.turn) == (True, None, 0)
        assert await renew(scene.door, SOON) == 0  # a minute has not gone by
        assert await renew(scene.door, SOON + AGAIN + timedelta(seconds=1)) == 1
        [row] = await scene.rows()
        assert (row.problem, row.turn, row.token != made.token) == ("", 1, True)

        scene.world.faults.inject(Fault.LOST_ANSWER, path="oauth.v2.access")
        late = SOON + timedelta(hours=1)
        assert await renew(scene.door, late) == 0
        assert (await scene.rows())[0].lost_at is None
        assert await renew(scene.door, late + LEASE) == 0
        [row] = await scene.rows()
        assert ("invalid_refresh_token" in row.problem, row.lost_at is not None) == (True, True)
        assert told.in_danger == [(TEAM, row.expires_at)]
        assert await renew(scene.door, late + timedelta(hours=3)) == 0
        assert len(told.in_danger) == 1

        await scene.door.platform.send(channel(scene.world.workspace), HELLO, "m1")  # good until it ends
        scene.world.spaces.installs[row.token].ends = 1.0
        with pytest.raises(Retry, match="does not take the token"):
            await scene.door.platform.send(channel(scene.world.workspace), HELLO, "m2")
        assert told.away == [TEAM]

        await scene.install()
        await scene.door.platform.send(channel(scene.world.workspace), HELLO, "m3")
        assert told.here[-1] == TEAM


async def test_a_token_that_ended_while_nothing_ran_is_renewed_before_the_message_leaves(
    database_url: str, db: Database, tmp_path: Path
) -> None:
    """The server was off for a day: the send waits, the next round renews."""
    async with several(database_url, db, tmp_path, Told()) as scene:
        scene.world.spaces.rotation = True
        await scene.install(team=SOUTH)
        [row] = await scene.rows()
        scene.world.spaces.installs[row.token].ends = 1.0
        with pytest.raises(Retry, match="being renewed"):
            await scene.door.platform.send(channel(scene.south), HELLO, "m1")
        assert await renew(scene.door, timedelta(0)) == 1
        await scene.door.platform.send(channel(scene.south), HELLO, "m1")
        assert texts(scene.south) == ["Hello"]


async def test_what_is_uninstalled_is_forgotten_and_what_came_after_stays(
    database_url: str, db: Database, tmp_path: Path
) -> None:
    """Slack tells twice, and again later: the row is gone once, and a new installation is left alone."""
    told = Told()
    async with several(database_url, db, tmp_path, told) as scene:
        await scene.install()
        await scene.install(team=SOUTH)
        hands = scene.world.hands_of(SOUTH)
        await hands.event({"type": "tokens_revoked", "tokens": {"oauth": ["U2MIRA"], "bot": []}})  # people's own
        assert len(await scene.rows()) == 2
        assert (await scene.world.uninstall(SOUTH)).status == 200
        assert ([one.tenant for one in await scene.rows()], told.away) == ([TEAM], [SOUTH])
        with pytest.raises(Retry, match="not installed"):
            await scene.door.platform.send(channel(scene.south), HELLO, "m1")
        await scene.door.platform.send(channel(scene.world.workspace), HELLO, "m2")

        scene.bot.heard.clear()
        delivered = await hands.command("U2MIRA", channel(scene.south).channel, "/advocacy", "help")
        assert (delivered.status, scene.bot.heard) == (200, [])
        news = scene.south.messages(channel(scene.south).channel, "U2MIRA")
        assert "no longer installed" in [one.text for one in news if one.ephemeral_for][-1]

        old = {"type": "app_uninstalled", "event_ts": f"{(now() - timedelta(minutes=5)).timestamp():.6f}"}
        await scene.install(team=SOUTH)
        assert (await hands.event(old)).status == 200
        assert len(await scene.rows()) == 2
        await hands.event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}})
        assert [one.tenant for one in await scene.rows()] == [TEAM]


async def test_a_token_that_died_without_a_word_pauses_its_workspace(
    database_url: str, db: Database, tmp_path: Path
) -> None:
    """Slack told while nobody listened: the first call that is refused tells the rest."""
    told = Told()
    async with several(database_url, db, tmp_path, told) as scene:
        await scene.install(team=SOUTH)
        scene.world.spaces.remove(space=scene.south)
        with pytest.raises(Retry):
            await scene.door.platform.send(channel(scene.south), HELLO, "m1")
        [row] = await scene.rows()
        assert (told.away, row.problem) == ([SOUTH], "token_revoked")
        await scene.install(team=SOUTH)
        assert [(one.problem, one.lost_at) for one in await scene.rows()] == [("", None)]


async def test_a_token_that_is_taken_again_goes_on_by_itself(database_url: str, db: Database, tmp_path: Path) -> None:
    """Our address was not allowed for an hour: nobody has to install anything. What was revoked stays away."""
    told = Told()
    async with several(database_url, db, tmp_path, told) as scene:
        assert scene.door.several is not None
        await scene.install(team=SOUTH)
        [row] = await scene.rows()
        hidden = scene.world.spaces.installs.pop(row.token)
        with pytest.raises(Retry):
            await scene.door.platform.send(channel(scene.south), HELLO, "m1")
        assert ((await scene.rows())[0].problem, told.away) == ("invalid_auth", [SOUTH])
        assert await scene.door.several.revivals.run_due() == 0
        scene.world.spaces.installs[row.token] = hidden
        told.here.clear()
        assert await scene.door.several.revivals.run_due() == 1
        assert ((await scene.rows())[0].lost_at, told.here) == (None, [SOUTH])
        await scene.door.platform.send(channel(scene.south), HELLO, "m1")

        scene.world.spaces.remove(space=scene.south)
        with pytest.raises(Retry):
            await scene.door.platform.send(channel(scene.south), HELLO, "m2")
        asked = scene.world.api.calls["auth.test"]
        assert (await scene.door.several.revivals.run_due(), scene.world.api.calls["auth.test"]) == (0, asked)
