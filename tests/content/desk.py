"""An editorial desk whose every step is known, and a platform that judges each message at the moment it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import delete

from advocacy.bot import announce
from advocacy.bot.actions import Parts
from advocacy.bot.cards import Offer, story_card
from advocacy.bot.language import translator
from advocacy.chat import ChannelRef, Message, MessageRef, Retry, Unknown, UserRef
from advocacy.content import approval, schedule, stories
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Review, ReviewTask, Story, StoryState
from advocacy.content.stories import Invalid
from advocacy.db import Database, now
from advocacy.delivery import placements
from advocacy.delivery.limits import Gate, Kind, Limits, Pace
from advocacy.delivery.models import Outbox, Placement
from advocacy.delivery.worker import Worker
from advocacy.sharing.shares import Sharing
from tests.conftest import playground_settings
from tests.content.content_help import person


@dataclass
class Truth:
    """What the desk has decided about one story, kept apart from the product's own tables."""

    content: tuple[str, str]
    """Title and summary as they stand."""
    approved: Story | None = None
    """The story as it was approved, as long as that holds."""
    titles: set[str] = field(default_factory=set)
    """Of everything that was ever approved."""
    recalled: bool = False
    times: dict[str, datetime | None] = field(default_factory=dict)


class NoLimits(Limits):
    """Lets everything through; while a message waits at the gate, something else may happen."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        self._turn = asyncio.Lock()

    async def wait(self, platform: str, lane: str, channel: str, kind: Kind = "send") -> None:
        del platform, lane, channel, kind
        async with self._turn:  # a message that has passed its last look is under way: nothing stops that one
            step, self.meanwhile = self.meanwhile, None
            if step is not None:
                await step()

    def lane(self, platform: str, lane: str, kind: Kind = "send") -> Gate:
        """Open for everything: each search begins again at the same hour, gates would stay closed from the last."""
        del platform, lane, kind
        return Gate(Pace(1000.0, 1000))


class Judge:
    """A platform that holds each message against the truth when it arrives."""

    name = "slack"

    def __init__(self, truths: dict[int, Truth]) -> None:
        self.truths = truths
        self.there: dict[str, MessageRef] = {}
        self.arrived = 0
        self.fault: Exception | None = None
        self.fault_after = False
        self.wrong: list[str] = []
        """What should not have arrived, and why."""

    async def send(self, to: ChannelRef | UserRef, message: Message, marker: str) -> MessageRef:
        if self.fault is not None and not self.fault_after:
            raise self._trouble()
        if marker in self.there:
            self.wrong.append("the same card twice")
        self.wrong += self.judge(message, rewrite=False)
        self.arrived += 1
        where = to.channel if isinstance(to, ChannelRef) else f"D-{to.user}"
        self.there[marker] = MessageRef(to.platform, to.tenant, where, str(self.arrived))
        if self.fault is not None:
            raise self._trouble()
        return self.there[marker]

    async def update(self, ref: MessageRef, message: Message) -> None:
        del ref
        self.wrong += self.judge(message, rewrite=True)

    async def find(self, to: object, marker: str, since: float) -> MessageRef | None:
        del to, since
        return self.there.get(marker)

    def _trouble(self) -> Exception:
        fault, self.fault, self.fault_after = self.fault, None, False
        assert fault is not None
        return fault

    def judge(self, message: Message, *, rewrite: bool) -> list[str]:
        """Is this the card of a content that is approved now, of a story that is out now? Answers what is wrong."""
        if message.refresh is None:
            titles = {title for truth in self.truths.values() for title in truth.titles}
            is_ending = rewrite and message.heading in {"Story withdrawn", "Being revised", *titles}
            return [] if is_ending else [f"sent as an ending: {message.heading!r}"]
        story_id, placement_id = message.refresh.value["s"], message.refresh.value["p"]
        truth = self.truths[story_id]
        if truth.recalled:
            return ["sent after recall"]
        if truth.approved is None:
            return [f"sent while nothing was approved: {message.heading!r}"]
        expected = story_card(translator("en"), Offer(truth.approved, placement_id, {}, picture=""))
        wrong = [] if replace(message, refresh_for=()) == expected else ["sent, but not the approved content"]
        begins = [truth.times.get(name) for name in ("embargo_until", *(() if rewrite else ("publish_at",)))]
        ends = [truth.times.get(name) for name in ("expires_at", "rights_until")]
        wrong += ["sent before its time" for one in begins if one is not None and one > now()]
        wrong += ["sent after its end" for one in ends if one is not None and one <= now()]
        return wrong


class Desk:
    """The product with two channels, an author and an editor, and the truth beside it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.db = Database(url, [bytes(range(32))])
        self.truths: dict[int, Truth] = {}
        self.judge = Judge(self.truths)
        self.limits = NoLimits()
        settings = playground_settings(url, folder, card_refresh_seconds=0)
        self.worker = Worker(self.db, {"slack": cast("Any", self.judge)}, self.limits)
        nobody = cast("Any", None)
        self.parts = Parts(
            settings=settings, db=self.db, networks={}, sharing=Sharing(settings, {}), accounts=nobody, poster=nobody,
            worker=self.worker, addresses=nobody, platforms=self.worker.platforms, http=nobody,
        )  # fmt: skip

    async def open(self) -> None:
        async with self.db.write() as s:
            self.author = await person(s, "anna", "editor")
            self.editor = await person(s, "david", "editor")
            for name in ("news", "sales"):
                await placements.add_channel(s, ChannelRef("slack", "T1", f"C-{name}"), name)

    async def clear(self) -> None:
        """No story is left, nothing waits."""
        async with self.db.write() as s:
            for table in (Outbox, Placement, ReviewTask, Review, Story):
                await s.execute(delete(table))
        self.truths.clear()
        self.judge.there.clear()
        self.judge.wrong, self.judge.fault, self.limits.meanwhile = [], None, None

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
                await approval.approve(s, story_id, self.editor, seen, four_eyes=True)
            async with self.db.read() as s:
                story = await stories.get(s, story_id)
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

    async def recall(self, story_id: int) -> None:
        async with self.db.write() as s:
            await approval.recall(s, story_id, self.editor)
        self.truths[story_id].recalled = True

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

    async def publish(self) -> None:
        await announce.publish(self.parts)

    async def refresh(self) -> None:
        await announce.refresh(self.parts)

    async def send(self) -> None:
        for urgent in (True, False):
            await self.worker.run_due(urgent=urgent)

    async def look(self) -> None:
        await self.worker.settle_unknown()

    def trouble(self, kind: str) -> None:
        """The next message meets this."""
        self.judge.fault = Retry(timedelta(seconds=0)) if kind == "retry" else Unknown("no answer")
        self.judge.fault_after = kind == "unknown_after"

    async def close(self) -> None:
        await self.db.close()
