"""Seconds until the last card of a withdrawn story is rewritten, against the least the vendors' limits allow.

    python -m benchmarks.recall [--cards 300] [--warp 6]

Half of the cards stand in Slack channels, half in Teams channels. Both are played on loopback with their own limits:
Slack takes 50 ``chat.update`` a minute for a workspace (Tier 3), Teams 50 requests a second for a tenant. At those
limits the last of 150 Slack cards cannot be rewritten before two minutes have passed, so the clocks of the gates and
of both vendors run ``--warp`` times as fast; all figures are in the vendors' seconds. What our own work costs counts
``warp`` times as much as it does in truth: the ratio is, if anything, too bad.

Ends with an error above 1.5 times the least, when a card is left, or when a vendor had to say 429.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

from advocacy.app import load_tables
from advocacy.bot.review.withdrawal import recall
from advocacy.chat import ChannelRef, ChatPlatform, Message, MessageRef, Retry
from advocacy.config import Settings
from advocacy.content import stories
from advocacy.content.models import Story, StoryState
from advocacy.db import Base, Database, now
from advocacy.delivery import placements
from advocacy.delivery.limits import Limits
from advocacy.delivery.models import PlacementState
from advocacy.delivery.worker import Worker
from advocacy.people.models import Person
from advocacy.playground.company import SLACK_TEAM, TEAMS_TENANT
from advocacy.playground.outside import Worlds
from advocacy.playground.teams.state import Conversation
from advocacy.sharing.shares import Sharing
from advocacy.slack.door import SlackDoor
from advocacy.teams.door import TeamsDoor
from benchmarks._nobody import Nobody

ENOUGH = 1.5
KEY = bytes(32)
CARD = Message(summary="A story", heading="A story", paragraphs=("Forty turbines.",))
IDLE = 2.0
"""Seconds, true ones times the warp, between two looks of the product at its outbox."""


@dataclass(slots=True)
class Stage:
    """The product's sending half, and the vendors."""

    db: Database
    settings: Settings
    worlds: Worlds
    platforms: dict[str, ChatPlatform]
    clock: Callable[[], float]
    warp: float


async def main(cards: int, warp: float) -> int:
    """Run it, print it; 0 when it is good enough."""
    load_tables()
    with tempfile.TemporaryDirectory() as folder:
        worlds = Worlds(
            bot_token="xoxb-playground", signing_secret="playground-signing-secret", app_token="xapp-1",
            app_id="00000000-0000-4000-8000-00000000b07a", app_password="playground-teams-password",
        )  # fmt: skip
        await worlds.outside.start()
        settings = Settings(  # type: ignore[call-arg]
            _env_file=None, database_url=f"sqlite:///{folder}/recall.sqlite", keys=base64.b64encode(KEY).decode(),
            spool=Path(folder) / "spool", playground=True, slack_bot_token="xoxb-playground",
            slack_signing_secret="playground-signing-secret", outside=worlds.outside.origins(),
            teams_app_id="00000000-0000-4000-8000-00000000b07a", teams_app_password="playground-teams-password",
            teams_tenant=TEAMS_TENANT,
        )  # fmt: skip
        db = Database(settings.database_url, settings.key_bytes)
        async with db.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        doors = (SlackDoor(settings, Nobody()), TeamsDoor(settings, Nobody()))
        for door in doors:
            await door.start()
        start = time.monotonic()
        stage = Stage(
            db, settings, worlds, {one.platform.name: one.platform for one in doors},
            lambda: (time.monotonic() - start) * warp, warp,
        )  # fmt: skip
        try:
            return await _measure(stage, cards)
        finally:
            for door in doors:
                await door.stop()
            await worlds.outside.stop()
            await db.close()


async def _measure(stage: Stage, cards: int) -> int:
    refs, story_id = await _place(stage, cards)
    slack, teams = stage.worlds.slack, stage.worlds.teams
    slack.limits.clock, slack.limits.tiers, slack.limits.posts = stage.clock, True, True
    slack.limits.reset()
    teams.connector.limits.clock, teams.connector.enforce_limits = stage.clock, True
    teams.connector.limits.clear()
    limits = Limits(stage.clock, lambda seconds: asyncio.sleep(seconds / stage.warp))
    counted = cast("dict[str, ChatPlatform]", {name: Counted(one) for name, one in stage.platforms.items()})
    worker = Worker(stage.db, counted, limits)
    begun = stage.clock()
    async with stage.db.write() as s:
        await recall(s, Sharing(stage.settings, {}), story_id, "benchmark")
    queued = stage.clock() - begun
    done: dict[str, float] = {}
    while len(done) < len(stage.platforms) and stage.clock() - begun < 900:
        while await worker.run_due(urgent=False):
            _note_done(stage, refs, done, begun)
        _note_done(stage, refs, done, begun)
        await asyncio.sleep(IDLE / stage.warp)
    half = cards // 2
    least = {"slack": max(0.0, (half - 50) / (50 / 60)), "teams": max(0.0, (cards - half) / 50 - 1)}
    left = sum(not _is_rewritten(stage, ref) for ref in refs)
    total, minimum = max(done.values(), default=float("inf")), max(least.values())
    print(f"clocks run {stage.warp:g} times as fast; figures in the vendors' seconds")
    print(f"all rewrites queued, in one unit of work, after {queued:.1f} s")
    for name, seconds in done.items():
        print(f"{name}: last card after {seconds:.1f} s, least {least[name]:.1f} s")
    print(f"429: {Counted.throttled}, not rewritten: {left}")
    ratio = total / max(minimum, 1.0)
    print(f"last of {cards} cards after {total:.1f} s, least {minimum:.1f} s: ratio {ratio:.2f} (goal {ENOUGH})")
    return 0 if ratio <= ENOUGH and not left and not Counted.throttled else 1


async def _place(stage: Stage, cards: int) -> tuple[list[MessageRef], int]:
    """A live story whose cards stand already; the vendors' limits do not hold for putting them there."""
    slack, teams = stage.worlds.slack, stage.worlds.teams
    slack.limits.posts, teams.connector.enforce_limits = False, False
    members = [one.slack_id or "" for one in stage.worlds.residents if one.slack_id]
    people = [one.teams_id for one in stage.worlds.residents if one.teams_id]
    where: list[ChannelRef] = []
    for number in range(cards):
        if number < cards // 2:
            channel_id = f"C0BENCH{number:04d}"
            slack.workspace.add_channel(channel_id, f"bench-{number}", members)
            where.append(ChannelRef("slack", SLACK_TEAM, channel_id))
        else:
            channel_id = f"19:{number:032x}@thread.tacv2"
            teams.state.conversations[channel_id] = Conversation(channel_id, f"B{number}", "channel", list(people))
            where.append(ChannelRef("teams", TEAMS_TENANT, channel_id))
    teams.state.team_installed = True
    async with stage.db.write() as s:
        s.add(
            Person(email="b@nordlicht.example", name="B", language="en", roles=["editor"], joined_on=date(2026, 1, 1))
        )
        story = await stories.create(s, title="A story", summary="", url="https://www.nordlicht.example/x")
        row = await s.get_one(Story, story.id)
        row.state, row.live_at, row.announced_at = StoryState.LIVE, now(), now()
        there = [await placements.add_channel(s, ref, f"#{number}") for number, ref in enumerate(where)]
        fresh = await placements.place(s, story.id, there, "story")
    refs = []
    for start in range(0, len(fresh), 20):
        part = fresh[start : start + 20]
        sent = [stage.platforms[place.to.platform].send(place.to, CARD, f"p{one.id}") for one, place in part]
        refs += await asyncio.gather(*sent)
    async with stage.db.write() as s:
        for (placement, _), ref in zip(fresh, refs, strict=True):
            row_ = await s.merge(placement)
            row_.state, row_.message_id, row_.message_channel = PlacementState.SENT, ref.message, ref.channel
    return refs, story.id


def _is_rewritten(stage: Stage, ref: MessageRef) -> bool:
    if ref.platform == "slack":
        return "withdrawn" in str([one.blocks for one in stage.worlds.slack.messages(ref.channel)])
    return "withdrawn" in str(stage.worlds.teams.card(ref.channel, ref.message))


def _note_done(stage: Stage, refs: list[MessageRef], done: dict[str, float], begun: float) -> None:
    for name in stage.platforms:
        if name not in done and all(_is_rewritten(stage, one) for one in refs if one.platform == name):
            done[name] = stage.clock() - begun


class Counted:
    """A platform, with a count of how often it asked us to wait."""

    throttled = 0

    def __init__(self, platform: ChatPlatform) -> None:
        self._platform = platform

    async def update(self, ref: MessageRef, message: Message) -> None:
        """Rewrite, and notice a no for now."""
        try:
            await self._platform.update(ref, message)
        except Retry:
            Counted.throttled += 1
            raise


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cards", type=int, default=300)
    options.add_argument("--warp", type=float, default=6.0)
    chosen = options.parse_args()
    sys.exit(asyncio.run(main(chosen.cards, chosen.warp)))
