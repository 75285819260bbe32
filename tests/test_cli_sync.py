"""``advocacy people sync``: what it says, and what to do when it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from advocacy.db import Database, now
from advocacy.people import rounds
from advocacy.playground.company import SLACK_TEAM, TEAMS_TENANT, roster_csv
from advocacy.playground.outside import Worlds
from advocacy.playground.teams.graph import PERMISSIONS
from tests.test_cli import TEST_KEY, Run, bare, cli

__all__ = ["bare", "cli"]
APP_ID, PASSWORD = "00000000-0000-4000-8000-00000000b07a", "playground-teams-password"


@pytest.fixture
def worlds() -> Iterator[tuple[Worlds, Callable[..., str]]]:
    """The outside, in a thread of its own: commands have a loop of their own."""
    loop, made = asyncio.new_event_loop(), None
    thread = Thread(target=loop.run_forever)
    thread.start()
    made = Worlds(bot_token="xoxb-1", signing_secret="s", app_token="xapp-1", app_id=APP_ID, app_password=PASSWORD)
    asyncio.run_coroutine_threadsafe(made.outside.start(), loop).result()
    yield made, lambda: __import__("json").dumps(made.outside.origins())
    asyncio.run_coroutine_threadsafe(made.outside.stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_slack_is_listed_and_every_trouble_is_a_sentence(
    cli: Run, worlds: tuple[Worlds, Callable[..., str]], database_url: str, tmp_path: Path
) -> None:
    """A dry run, the run, the same again, somebody else at it, a refusal; who cannot be written to is named."""
    world, origins = worlds
    slack = {
        "ADVOCACY_SLACK_BOT_TOKEN": "xoxb-1", "ADVOCACY_SLACK_SIGNING_SECRET": "s", "ADVOCACY_OUTSIDE": origins(),
    }  # fmt: skip
    assert "Slack is not set up" in cli("people", "sync", "slack").err
    assert cli("people", "sync", "xing").code == 2
    (tmp_path / "roster.csv").write_text(roster_csv(), "utf-8")
    assert cli("people", "import", "roster.csv", "--apply").code == 0
    there = sum(one.slack_id is not None for one in world.residents)
    would = cli("people", "sync", "slack", "--dry-run", **slack)
    assert f"Listed {there + 2} entries, {there} of them colleagues." in would.out, would.err
    assert f"Would be: {there} newly found in Slack, 0 changed there, 0 no longer there." in would.out
    done = cli("people", "sync", "slack", **slack)
    assert f"{there} newly found in Slack" in done.out, done.err
    missing = len(world.residents) - there
    assert f"Cannot be written to in Slack: {missing} people of the roster have no account there" in done.out
    assert ": 0 newly found" in cli("people", "sync", "slack", **slack).out

    asyncio.run(hold(database_url))
    busy = cli("people", "sync", "slack", **slack)
    assert (busy.code, "Somebody else is listing this Slack" in busy.err) == (1, True)
    asyncio.run(hold(database_url, free=True))
    world.slack.tokens.scopes = frozenset()
    refused = cli("people", "sync", "slack", **slack)
    assert (refused.code, "users:read" in refused.err, "Traceback" in refused.err) == (1, True, False)


def test_teams_says_who_needs_the_app_and_installs_it(
    cli: Run, worlds: tuple[Worlds, Callable[..., str]], tmp_path: Path
) -> None:
    """Listed, then only changes; without permission a sentence; the app for leaders, for nobody in particular, for all."""
    world, origins = worlds
    teams = {
        "ADVOCACY_TEAMS_APP_ID": APP_ID, "ADVOCACY_TEAMS_APP_PASSWORD": PASSWORD, "ADVOCACY_TEAMS_TENANT": TEAMS_TENANT,
        "ADVOCACY_OUTSIDE": origins(),
    }  # fmt: skip
    assert "Teams is not set up" in cli("people", "sync", "teams").err
    (tmp_path / "roster.csv").write_text(roster_csv(), "utf-8")
    assert cli("people", "import", "roster.csv", "--apply").code == 0
    world.teams.graph.permissions = frozenset()
    refused = cli("people", "sync", "teams", **teams)
    assert (refused.code, "Insufficient privileges" in refused.err, "connect-teams.md" in refused.err) == (
        1,
        True,
        True,
    )
    world.teams.graph.permissions = PERMISSIONS
    there = sum(one.teams_id is not None for one in world.residents)
    done = cli("people", "sync", "teams", **teams)
    assert f"{there} newly found in Teams" in done.out, done.err
    assert f"Can be written to only once they have the app: {there} people" in done.out
    assert "Changed since the last time: 0 entries" in cli("people", "sync", "teams", **teams).out

    leaders = [one for one in world.residents if "leader" in one.roles]
    assert cli("teams", "install", **teams).code == 2
    assert "Nobody here has the address" in cli("teams", "install", "x@y.example", **teams).err
    first = cli("teams", "install", "--role", "leader", **teams)
    assert first.out.count("has the app now and can be written to.") == len(leaders), first.err
    assert "had the app already" in cli("teams", "install", leaders[0].email, **teams).out
    only_slack = next(one for one in world.residents if one.teams_id is None)
    assert "advocacy people sync teams" in cli("teams", "install", only_slack.email, **teams).out


async def hold(url: str, *, free: bool = False) -> None:
    from sqlalchemy import update

    from advocacy.people.models import RosterSync

    db = Database(url, [TEST_KEY])
    if free:
        async with db.write() as s:
            await s.execute(update(RosterSync).values(holder="", held_until=now()))
    else:
        await rounds.claim(db, "slack", SLACK_TEAM, "other")
    await db.close()
