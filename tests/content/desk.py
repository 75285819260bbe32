"""An editorial desk whose every step is known: the product with two channels, and the truth beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import delete, event, func, select

from advocacy.bot import announce
from advocacy.bot.actions import Parts
from advocacy.bot.review import withdrawal
from advocacy.chat import ChannelRef, Retry, Unknown
from advocacy.content import approval, emergency, schedule, stories
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Halt, Review, ReviewTask, Story, StoryState
from advocacy.content.stories import Invalid
from advocacy.db import Database, now
from advocacy.delivery import placements
from advocacy.delivery.limits import Gate, Kind, Limits, Pace
from advocacy.delivery.models import Outbox, OutboxState, Placement
from advocacy.delivery.worker import Worker
from advocacy.people.models import Identity
from advocacy.sharing.shares import Sharing
from tests.conftest import playground_settings
from tests.content.content_help import person
from tests.content.judge import Judge, Truth

LEADERS = ("lena", "lars")


class NoLimits(Limits):
    """Lets everything through; while a message waits at the gate, something else may happen."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        self._turn = asyncio.Lock()

    async def wait(self, *_: object, **__: object) -> None:
        async with self._turn:  # a message that has passed its last look is under way: nothing stops that one
            step, self.meanwhile = self.meanwhile, None
            if step is not None:
                await step()

    def lane(self, platform: str, lane: str, kind: Kind = "send") -> Gate:
        """Open for everything: each search begins again at the same hour, gates would stay closed from the last."""
        del platform, lane, kind
        return Gate(Pace(1000.0, 1000))


class Desk:
    """The product with two channels, an author, an editor and two leaders, and the truth beside it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.db = Database(url, [bytes(range(32))])
        if self.db.is_sqlite:  # no step needs to survive a loss of power
            event.listen(self.db.engine.sync_engine, "connect", lambda it, _: it.execute("PRAGMA synchronous=OFF"))
        self.judge = Judge()
        self.truths = self.judge.truths
        self.limits = NoLimits()
        settings = playground_settings(url, folder, card_refresh_seconds=0)
        self.worker = Worker(self.db, {"slack": cast("Any", self.judge)}, self.limits)
        nobody = cast("Any", None)
        self.parts = Parts(
            settings=settings, db=self.db, networks={}, sharing=Sharing(settings, {}), plain=nobody,
            accounts=nobody, poster=nobody, worker=self.worker, addresses=nobody,
            platforms=self.worker.platforms, http=nobody,
        )  # fmt: skip

    async def open(self) -> None:
        async with self.db.write() as s:
            self.author = await person(s, "anna", "editor")
            self.editor = await person(s, "david", "editor")
            self.leader_ids = {}
            for name in LEADERS:
                self.leader_ids[name] = (await person(s, name)).id
                s.add(Identity(person_id=self.leader_ids[name], platform="slack", tenant="T1", user_id=name))
            for name in ("news", "sales"):
                await placements.add_channel(s, ChannelRef("slack", "T1", f"C-{name}"), name)

    async def clear(self) -> None:
        """No story is left, nothing waits."""
        async with self.db.write() as s:
            for table in (Outbox, Placement, ReviewTask, Review, Story, Halt):
                await s.execute(delete(table))
        self.judge.forget()
        self.limits.meanwhile = None

    async def write(self, title: str, **more: Any) -> int:
        async with self.db.write() as s:
            story = await stories.create(
                s, title=title, summary="", url="https://nordlicht.example/x", author_id=self.author.id, **more
            )
            await approval.submit(s, story.id, self.author.id)
        self.truths[story.id] = Truth((title, ""))
        return story.id

    async def edit(self, story_id: int, title: str, summary: str) -> None:
        """Another text takes the approval away; the same text does not."""
        truth = self.truths[story_id]
        try:
            async with self.db.write() as s:
                seen = (await stories.get(s, story_id)).version
                await stories.edit(s, story_id, by_id=self.author.id, seen=seen, title=title, summary=summary)
        except Invalid:
            assert truth.recalled
            return
        if truth.content != (title, summary):
            truth.content, truth.approved = (title, summary), None

    async def approve(self, story_id: int) -> None:
        try:
            async with self.db.write() as s:
                seen = fingerprint(await stories.get(s, story_id))
                story = await approval.approve(s, story_id, self.editor, seen, four_eyes=True)
        except approval.Rejected:
            return
        self.truths[story_id].approved = story
        self.truths[story_id].titles.add(story.title)

    async def give_back(self, story_id: int) -> None:
        try:
            async with self.db.write() as s:
                await approval.give_back(s, story_id, self.editor)
        except approval.Rejected:
            return
        self.truths[story_id].approved = None

    async def submit(self, story_id: int) -> None:
        try:
            async with self.db.write() as s:
                await approval.submit(s, story_id, self.author.id)
        except approval.Rejected:
            return

    async def recall(self, story_id: int, *, with_cards: bool) -> None:
        """As editors do, or the story alone: then the last look and the next round must see to its cards."""
        async with self.db.write() as s:
            if with_cards:
                await withdrawal.recall(s, self.parts.sharing, story_id, self.editor)
            else:
                await approval.recall(s, story_id, self.editor)
        self.truths[story_id].recalled = True

    async def lead(self, story_id: int, names: tuple[str, ...], minutes: int) -> None:
        """These leaders get it so many minutes before the others."""
        try:
            async with self.db.write() as s:
                seen = (await stories.get(s, story_id)).version
                first = {"leader_ids": [self.leader_ids[name] for name in names], "leaders_minutes": minutes}
                await stories.edit(s, story_id, by_id=self.author.id, seen=seen, **first)
        except Invalid:
            return
        truth = self.truths[story_id]
        truth.leaders, truth.ahead = frozenset(names), timedelta(minutes=minutes)

    async def stop(self) -> None:
        """From now on nothing arrives."""
        async with self.db.write() as s:
            await emergency.halt(s, self.editor)
        self.judge.is_stopped = True

    async def lift(self) -> None:
        async with self.db.write() as s:
            await emergency.lift(s, self.editor)
        self.judge.is_stopped = False

    async def plan(self, story_id: int, field: str, minutes: int | None) -> None:
        """Set one of a story's times to so many minutes from now."""
        at = None if minutes is None else now() + timedelta(minutes=minutes)
        try:
            async with self.db.write() as s:
                seen = (await stories.get(s, story_id)).version
                story = await stories.edit(s, story_id, by_id=self.author.id, seen=seen, **{field: at})
                was_out = story.state == StoryState.LIVE
        except Invalid:
            return
        if not (field == "publish_at" and was_out):  # what is out already does not wait for a time to go out
            self.truths[story_id].times[field] = at

    async def resend(self, story_id: int) -> None:
        try:
            async with self.db.write() as s:
                await schedule.resend(s, story_id)
        except Invalid:
            return

    async def publish(self) -> int:
        return await announce.publish(self.parts)

    async def refresh(self) -> int:
        return await announce.refresh(self.parts)

    async def send(self) -> None:
        for urgent in (True, False):
            await self.worker.run_due(urgent=urgent)

    async def look(self) -> int:
        return await self.worker.settle_unknown()

    async def come_to_rest(self, wait: Callable[[int], object]) -> None:
        """Do what the product does by itself until nothing is left to do; ``wait`` lets seconds pass."""
        self.judge.fault = self.limits.meanwhile = None
        await self.lift()
        for _ in range(30):
            arrived = self.judge.arrived
            done = await self.publish() + await self.refresh()
            await self.send()
            done += self.judge.arrived - arrived  # what has just been sent may have been drawn long ago
            done += await self.look()  # a card that was found is looked at once more
            if not done and not await self._under_way():
                return
            wait(130)
        msg = "it never came to rest"
        raise AssertionError(msg)

    async def _under_way(self) -> int:
        open_ = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.UNKNOWN)
        async with self.db.read() as s:
            return await s.scalar(select(func.count()).select_from(Outbox).where(Outbox.state.in_(open_))) or 0

    async def check_what_stands(self) -> None:
        """Every card that stands shows the truth."""
        async with self.db.read() as s:
            found = {story.id: story for story in await stories.listing(s)}
        self.judge.wrong += self.judge.untrue(found)

    def trouble(self, kind: str) -> None:
        """The next message meets this."""
        self.judge.fault = Retry(timedelta(seconds=0)) if kind == "retry" else Unknown("no answer")
        self.judge.fault_after = kind == "unknown_after"

    async def close(self) -> None:
        await self.db.close()
