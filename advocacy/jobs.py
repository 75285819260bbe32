"""The one list of everything that runs without a human: name, every, function.

APScheduler only ticks; the database knows what is due. A job runs sooner when somebody sets its ``wake``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from advocacy.bot import account_notes, announce, feed_actions, followups, rosters, standing_rounds
from advocacy.bot.actions import Parts, forget_events
from advocacy.bot.backup import watch
from advocacy.bot.cheer import story_results, weekly
from advocacy.bot.home import digests
from advocacy.bot.review import authors, reminders
from advocacy.content import pictures
from advocacy.content.preview import copies
from advocacy.db import now
from advocacy.delivery import digest_lines, outbox, prompts
from advocacy.delivery.worker import Worker
from advocacy.insights.fold import Fold
from advocacy.people import rounds
from advocacy.sharing import leavers, reactions
from advocacy.sharing.clicks import LinkTable
from advocacy.sharing.visitors import Visitors, forget_salts

log = structlog.get_logger()
KEEP_SENT = timedelta(days=7)
KEEP_UNUSED = timedelta(days=30)
"""Pictures of previews that became no story."""
Work = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class Job:
    """Something that runs again and again. Never twice at the same time in one process."""

    name: str
    every: float
    """Seconds."""
    run: Work
    wake: asyncio.Event = field(default_factory=asyncio.Event)


class Jobs:
    """All jobs of a process, started and stopped together."""

    def __init__(self, jobs: list[Job]) -> None:
        self._jobs = {job.name: job for job in jobs}
        self._tasks: list[asyncio.Task[None]] = []
        self._ticker: Any = AsyncIOScheduler(timezone="UTC")

    def soon(self, name: str) -> None:
        """Run this job as soon as it is free."""
        self._jobs[name].wake.set()

    def start(self) -> None:
        """Begin ticking."""
        for job in self._jobs.values():
            self._tasks.append(asyncio.create_task(self._loop(job), name=job.name))
            self._ticker.add_job(job.wake.set, "interval", seconds=job.every, id=job.name)
            job.wake.set()
        self._ticker.start()

    async def stop(self) -> None:
        """Stop ticking, and let what runs come to its end (at most ten seconds)."""
        if self._ticker.running:
            self._ticker.shutdown(wait=False)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=10)
        self._tasks.clear()

    async def _loop(self, job: Job) -> None:
        while True:
            await job.wake.wait()
            job.wake.clear()
            work = asyncio.ensure_future(_run(job))
            try:
                await asyncio.shield(work)
            except asyncio.CancelledError:
                await asyncio.wait({work}, timeout=8)
                raise


async def _run(job: Job) -> None:
    try:
        await job.run()
    except Exception:
        log.exception("job.failed", job=job.name)


async def _until_empty(step: Callable[[], Awaitable[int]]) -> None:
    while await step():
        pass


def everything(
    parts: Parts, fold: Fold, links: LinkTable, visitors: Visitors, rounds: Mapping[str, Work] | None = None
) -> Jobs:
    """All jobs there are; ``rounds`` is what the doors want to be done every minute, by name."""

    async def salts() -> None:
        await visitors.start()
        async with parts.db.write() as s:
            await forget_salts(s)

    async def fold_and_tell() -> None:
        folded = await fold.run()
        if folded.shares or folded.clicks:
            jobs.soon("refresh cards")

    worker, poster = parts.worker, parts.poster
    jobs = Jobs([
        Job("post shares", 1, lambda: _until_empty(poster.run_due)),
        Job("look up shares", 5, poster.settle_unknown),
        *sending(worker),
        Job("tell outcomes", 2, lambda: _until_empty(lambda: followups.tell(parts))),
        Job("publish stories", 3, lambda: announce.publish(parts)),
        Job("ask editors", 3, lambda: announce.ask_editors(parts)),
        Job("tell authors", 5, lambda: authors.tell_all(parts)),
        Job("remind reviewers", 60, lambda: reminders.remind(parts)),
        Job("find backup", 60, lambda: watch.watch(parts)),
        Job("fold facts", parts.settings.fold_seconds, fold_and_tell),
        Job("refresh cards", max(1.0, min(10.0, parts.settings.card_refresh_seconds)), lambda: announce.refresh(parts)),
        Job("count newcomers in", 60, lambda: _until_empty(lambda: digests.enrol(parts))),
        Job("post weekly", 300, lambda: weekly.post(parts)),
        Job("tell results", 300, lambda: _until_empty(lambda: story_results.tell(parts))),
        Job("write digests", 60, lambda: _until_empty(lambda: digests.write(parts))),
        Job("redraw digests", 10, lambda: _until_empty(lambda: digests.redraw(parts))),
        Job("post by itself", 60, lambda: standing_rounds.run(parts)),
        Job("ask about doubts", 60, lambda: announce.ask_about_doubts(parts)),
        Job("pull feeds", 60, lambda: feed_actions.pull(parts)),
        Job("copy pictures", 60, lambda: copies.keep(parts.db, parts.http)),
        Job("learn links", 5, links.refresh),
        Job("ask for reactions", 60, lambda: reactions.fetch(parts.db, parts.networks)),
        Job("list people", 600, lambda: rosters.nightly(parts.db, parts.settings, parts.directories)),
        Job("change salts", 3600, salts),
        Job("give permissions back", 60, parts.accounts.revocations.run_due),
        Job("tell of permissions", 60, lambda: account_notes.tell_ended(parts)),
        Job("renew permissions", 3600, parts.accounts.renewals.run_due),
        Job("warn of lapses", 600, lambda: account_notes.warn(parts)),
        *(Job(name, 60, run) for name, run in (rounds or {}).items()),
        *_forgetting(parts),
    ])  # fmt: skip
    return jobs


def sending(worker: Worker) -> tuple[Job, ...]:
    """What is in the outbox leaves."""
    return (
        Job("send answers", 2, lambda: worker.run(urgent=True), worker.wake_urgent),
        Job("send cards", 2, lambda: worker.run(urgent=False), worker.wake),
        Job("look up cards", 5, worker.settle_unknown),
    )


def _forgetting(parts: Parts) -> tuple[Job, ...]:
    """What is no longer needed goes."""

    async def forget_sent() -> None:
        async with parts.db.write() as s:
            await outbox.forget_sent(s, KEEP_SENT)

    async def forget_pictures() -> None:
        async with parts.db.write() as s:
            await pictures.forget_unused(s, KEEP_UNUSED)

    async def forget_prompts() -> None:
        async with parts.db.write() as s:
            await prompts.forget(s, now())
            await digest_lines.forget(s, now())

    async def forget_pages() -> None:
        async with parts.db.write() as s:
            await rounds.forget_stale(s)

    return (
        Job("forget pages", 3600, forget_pages),
        Job("forget leavers", 3600, lambda: _until_empty(lambda: leavers.forget_left(parts.db, parts.accounts))),
        Job("forget events", 3600, lambda: forget_events(parts.db)),
        Job("forget sent", 86400, forget_sent),
        Job("forget prompts", 86400, forget_prompts),
        Job("forget backup", 86400, lambda: watch.forget(parts)),
        Job("forget pictures", 86400, forget_pictures),
    )
