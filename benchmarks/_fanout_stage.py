"""A company for ``benchmarks.fanout``: people and channels in Slack and Teams, played on loopback within limits."""

from __future__ import annotations

import asyncio
import base64
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from aiohttp import web
from sqlalchemy import event, insert

from advocacy.app import load_tables
from advocacy.bot.actions import Parts
from advocacy.chat import ChannelRef, ChatPlatform
from advocacy.config import Settings
from advocacy.content import stories
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Story, StoryState
from advocacy.db import Base, Database, now
from advocacy.delivery import placements
from advocacy.delivery.limits import Limits
from advocacy.delivery.worker import Worker
from advocacy.jobs import Jobs, sending
from advocacy.people.models import Identity, Person, Rhythm
from advocacy.playground.company import SLACK_TEAM, TEAMS_TENANT, Resident
from advocacy.playground.outside import Worlds
from advocacy.playground.slack.state import User
from advocacy.playground.teams.state import Conversation
from advocacy.slack.door import SlackDoor
from advocacy.teams.door import TeamsDoor
from benchmarks._nobody import Nobody
from benchmarks._skipping import Loop

KEY = bytes(32)
JOINED = date(2026, 1, 1)
STORIES = 5
NEAR, FAR = 0.08, 0.25
"""Seconds a call is on its way to a vendor, at least and at most."""
APP = "00000000-0000-4000-8000-00000000b07a"


@dataclass(slots=True)
class Heard:
    """What the vendors took, and how often they said that it was too much."""

    calls: int = 0
    throttled: int = 0
    posts: Counter[str] = field(default_factory=Counter)
    """Messages by place: a channel or a person."""
    last: dict[str, float] = field(default_factory=dict)
    """When the last message was taken, by platform."""
    awaited: dict[str, list[float]] = field(default_factory=dict)
    """When a message with these words was taken."""


class Statements:
    """How many there were."""

    def __init__(self, db: Database) -> None:
        self.count = 0
        event.listen(db.engine.sync_engine, "before_cursor_execute", self._one)

    def _one(self, *_: object) -> None:
        self.count += 1


@dataclass(slots=True)
class Stage:
    """The product's sending half, and the vendors."""

    db: Database
    worlds: Worlds
    worker: Worker
    jobs: Jobs
    parts: Parts
    heard: Heard
    loop: Loop
    statements: Statements


@asynccontextmanager
async def stage(url: str, folder: Path) -> AsyncIterator[Stage]:
    """All of it, started; limits hold, tiers too, and no bucket is so full that it hides a pace that is too fast."""
    load_tables()
    loop = cast("Loop", asyncio.get_running_loop())
    worlds = Worlds(
        bot_token="xoxb-playground", signing_secret="playground-signing-secret", app_token="xapp-1", app_id=APP,
        app_password="playground-teams-password",
    )  # fmt: skip
    heard = Heard()
    worlds.outside.app.middlewares.append(_road(heard, loop))
    await worlds.outside.start()
    slack, teams = worlds.slack.limits, worlds.teams.connector
    slack.clock, slack.tiers, slack.posts, slack.at_once = loop.time, True, True, 10
    teams.limits.clock, teams.enforce_limits = loop.time, True
    settings = Settings(  # type: ignore[call-arg]
        _env_file=None, database_url=url, keys=base64.b64encode(KEY).decode(), spool=folder / "spool", playground=True,
        slack_bot_token="xoxb-playground", slack_signing_secret="playground-signing-secret",
        outside=worlds.outside.origins(), teams_app_id=APP, teams_app_password="playground-teams-password",
        teams_tenant=TEAMS_TENANT, log_level="ERROR",
    )  # fmt: skip
    db = Database(url, settings.key_bytes)
    loop.watch(db)
    statements = Statements(db)
    async with db.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    doors = (SlackDoor(settings, Nobody()), TeamsDoor(settings, Nobody()))
    for door in doors:
        await door.start()
    platforms: dict[str, ChatPlatform] = {one.platform.name: one.platform for one in doors}
    worker = Worker(db, platforms, Limits(loop.time))
    parts = cast("Parts", SimpleNamespace(settings=settings, db=db, worker=worker))
    it = Stage(db, worlds, worker, Jobs([*sending(worker)]), parts, heard, loop, statements)
    try:
        yield it
    finally:
        worker.rest()
        await it.jobs.stop()
        for door in doors:
            await door.stop()
        await worlds.outside.stop()
        await db.close()


def _road(heard: Heard, loop: Loop) -> Callable[..., Awaitable[web.StreamResponse]]:
    """The way to the vendors: it takes a while, and what they answer is counted."""
    chance = random.Random(4)

    @web.middleware
    async def road(request: web.Request, handler: Callable[..., Awaitable[web.StreamResponse]]) -> web.StreamResponse:
        await asyncio.sleep(chance.uniform(NEAR, FAR))
        heard.calls += 1
        answer = await handler(request)
        if answer.status == 429:
            heard.throttled += 1
        elif answer.status < 300 and request.method == "POST":
            await _note(heard, request, loop.time())
        return answer

    return road


async def _note(heard: Heard, request: web.Request, at: float) -> None:
    path = request.path
    if path.endswith("/chat.postMessage"):
        body = await request.json()
        platform, place, said = "slack", str(body["channel"]), str(body["text"])
    elif path.endswith("/activities"):
        platform, place, said = "teams", request.match_info["cid"], str((await request.json())["summary"])
    elif path.endswith("/conversations"):
        body = await request.json()
        if "activity" not in body:
            return
        platform, place = "teams", body["channelData"]["channel"]["id"]
        said = str(body["activity"]["summary"])
    else:
        return
    heard.posts[place] += 1
    heard.last[platform] = at
    heard.awaited.setdefault(said, []).append(at)


def slack_channel(number: int) -> str:
    """The id of a channel in Slack."""
    return f"C0FAN{number:05}"


def teams_channel(number: int) -> str:
    """The id of a channel in Teams."""
    return f"19:{number:032x}@thread.tacv2"


async def settle(stage: Stage, slack: int, teams: int) -> None:
    """So many channels."""
    space, state = stage.worlds.slack.workspace, stage.worlds.teams.state
    state.team_installed = True
    for number in range(slack):
        space.add_channel(slack_channel(number), f"fan-{number}", [])
    for number in range(teams):
        state.conversations[teams_channel(number)] = Conversation(teams_channel(number), f"F{number}", "channel", [])


async def hire(stage: Stage, slack: int, teams: int) -> None:
    """People whose digest is due: the first so many in Slack, the others in Teams. And stories for it."""
    space, state = stage.worlds.slack.workspace, stage.worlds.teams.state
    numbers = range(1, slack + teams + 1)
    rows = [
        {"email": f"p{one}@nordlicht.example", "name": f"Person {one}", "country": "DE", "roles": [],
         "joined_on": JOINED, "language": "de" if one % 2 else "en"} for one in numbers
    ]  # fmt: skip
    known: list[dict[str, Any]] = []
    for one in numbers:
        email = f"p{one}@nordlicht.example"
        if one <= slack:
            user = f"U{one:08}"
            space.add_user(User(user, f"p{one}", f"Person {one}", email))
            known.append({"person_id": one, "platform": "slack", "tenant": SLACK_TEAM, "user_id": user, "address": ""})
            continue
        user = f"00000000-0000-4000-9000-{one:012}"
        state.people[user] = Resident(f"p{one}", f"Person {one}", email, "Sales", "en", "", "DE", "", (), None, user)
        state.installed.add(user)
        known.append({
            "person_id": one, "platform": "teams", "tenant": TEAMS_TENANT, "user_id": user, "address": f"29:{user}"
        })  # fmt: skip
    async with stage.db.write() as s:
        await s.execute(insert(Person), rows)
        await s.execute(insert(Identity), known)
        due = now()
        await s.execute(
            insert(Rhythm), [{"person_id": one, "platform": "", "held": 0, "due_at": due} for one in numbers]
        )
        for number in range(STORIES):
            await live(s, f"The rotor that listens, part {number}")


async def live(s: Any, title: str) -> Story:
    """A story that is out."""
    story = await stories.create(
        s, title=title, summary="Forty turbines, no noise.", url="https://www.nordlicht.example/rotor"
    )
    row: Story = await s.get_one(Story, story.id)
    row.state, row.live_at, row.announced_at = StoryState.LIVE, now(), now()
    row.approved_hash = fingerprint(row)
    return row


async def places_of(s: Any, slack: range, teams: range) -> list[Any]:
    """Channels as places, to put a story's cards into."""
    refs = [ChannelRef("slack", SLACK_TEAM, slack_channel(one)) for one in slack]
    refs += [ChannelRef("teams", TEAMS_TENANT, teams_channel(one)) for one in teams]
    return [await placements.add_channel(s, ref, f"#{ref.channel}") for ref in refs]
