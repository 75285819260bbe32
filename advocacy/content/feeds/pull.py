"""Feeds: entries of RSS, Atom and JSON sources become drafts, each once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from advocacy.content import approval
from advocacy.content.feeds import backoff, entries, feed_file, visit
from advocacy.content.feeds.entries import Stored
from advocacy.content.feeds.feed_file import FeedFile
from advocacy.content.feeds.visit import Visit
from advocacy.content.models import Feed
from advocacy.content.preview import copies
from advocacy.db import Database, insert_into, now
from advocacy.http import Http

SUBMITTED = 5
"""So many of the newest stories of one pull go to review by themselves; a new subscription brings years of others."""
FINAL = frozenset({"not_a_feed", "too_large", "missing", "gone", "forbidden", "blocked"})
"""Problems that will not be better at the next try: a source that begins with one is not subscribed."""
_MAX_ETAG, _MAX_DATE = 500, 100
_FINE = ("", "broken_but_used", "empty")


@dataclass(frozen=True, slots=True)
class _Round:
    """One visit and what was found."""

    url: str
    got: Visit
    found: FeedFile
    at: datetime


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull brought.

    ``problem``: ``not_a_feed``, ``empty``, ``too_large``, ``unreachable``, ``blocked``, ``forbidden`` (it asks for a
    password), ``missing`` (404), ``gone`` (410, for good), ``busy`` (come back later), ``broken_but_used`` (some of it
    could be read), or nothing.
    """

    title: str = ""
    entries: int = 0
    """Entries in the feed."""
    drafts: list[int] = field(default_factory=list)
    """Ids of the stories it became, the newest entry first."""
    known: int = 0
    """Entries that were seen before, here or elsewhere."""
    skipped: int = 0
    """Entries that cannot become a story: no link, no words, a private link, told twice."""
    problem: str = ""
    unchanged: bool = False
    """The source says that nothing is new, or sends the same again."""
    submitted: int = 0
    """So many of the drafts, the newest, are in review."""
    stored: Stored = field(default_factory=Stored)
    """The whole of it."""


async def pull(
    db: Database, http: Http, source: str | Path, *, language: str = "", at: datetime | None = None
) -> Pulled:
    """Read a feed by its address, or from a file when it is a ``Path``, subscribed or not.

    Every new entry becomes what the subscription says, else a draft. ``language`` is that of new stories; the
    subscription's or the feed's own when empty, else English. Nothing is raised for what a source does or sends.
    """
    at = at or now()
    url, got = await (visit.open_file(source) if isinstance(source, Path) else _fetch(db, http, source))
    found = FeedFile(problem=got.problem)
    if not got.problem and not got.unchanged:
        # Large feeds take seconds to take apart: not in the loop that answers people.
        found = await asyncio.to_thread(feed_file.read, got.data, url=got.url, content_type=got.content_type, now=at)
    this = _Round(url, got, found, at)
    feed = await _know(db, url, is_new=bool(found.entries))
    if feed is None or got.unchanged:
        await _settle(db, this, Stored())
        return Pulled(unchanged=got.unchanged, entries=found.found, skipped=found.skipped, problem=found.problem)
    stored = await entries.store(db, feed.id, found.entries, language or feed.language or found.language or "en", at)
    submitted = await _submit(db, http, stored.drafts[-SUBMITTED:]) if feed.mode == "review" else 0
    # Only now: had it been cut short before, the source must send everything again.
    await _settle(db, this, stored)
    return replace(_told(found, stored), submitted=submitted)


async def _fetch(db: Database, http: Http, source: str) -> tuple[str, Visit]:
    url = source.strip()
    async with db.read() as s:
        known = await s.scalar(select(Feed).where(Feed.url == url))
    return url, await visit.fetch(http, url, known)


def _told(found: FeedFile, stored: Stored) -> Pulled:
    return Pulled(
        found.title,
        found.found,
        stored.drafts[::-1],
        known=stored.known + stored.duplicates,
        skipped=found.skipped + stored.refused,
        problem=found.problem,
        stored=stored,
    )


async def _know(db: Database, url: str, *, is_new: bool) -> Feed | None:
    """What is stored of a source. One that is pulled by hand is remembered, and is no subscription."""
    async with db.write() as s:
        if is_new:
            await s.execute(insert_into(s, Feed).values(url=url, active=False).on_conflict_do_nothing())
        return await s.scalar(select(Feed).where(Feed.url == url))


async def _submit(db: Database, http: Http, story_ids: list[int]) -> int:
    if story_ids:
        await copies.keep(db, http, story_ids)  # before anybody looks at them
    async with db.write() as s:
        for story_id in story_ids:
            await approval.submit(s, story_id, None)
    return len(story_ids)


async def _settle(db: Database, this: _Round, stored: Stored) -> None:
    """Keep what the source said of itself, how it is doing, and when to come again."""
    got, found, at = this.got, this.found, this.at
    async with db.write() as s:
        feed = await s.scalar(select(Feed).where(Feed.url == this.url))
        if feed is None:
            return
        is_still_damaged = got.unchanged and feed.problem == "broken_but_used"
        feed.pulled_at, feed.title = at, found.title or feed.title
        feed.problem = feed.problem if is_still_damaged else found.problem
        if found.problem not in _FINE:
            _failed(feed, got, at)
            return
        feed.ok_at, feed.failures = at, 0
        feed.new_at = at if stored.drafts or stored.asked or feed.new_at is None else feed.new_at
        if not got.unchanged:
            feed.wait_minutes = min(found.wait or timedelta(), backoff.SLOWEST) // timedelta(minutes=1)
        wait = timedelta(minutes=feed.wait_minutes)
        feed.next_at = at + backoff.after_answer(feed.every_minutes, got.wishes.max_age, wait)
        if found.entries:
            _keep_validators(feed, got)
        is_taken = got.moved_to and await s.scalar(select(Feed.id).where(Feed.url == got.moved_to))
        if got.moved_to and len(got.moved_to) <= visit.MAX_URL and not is_taken:
            feed.url = got.moved_to


def _failed(feed: Feed, got: Visit, at: datetime) -> None:
    feed.failures += 1
    feed.active = feed.active and got.problem != "gone"
    wait = backoff.after_failure(
        feed.every_minutes, feed.failures, got.wishes.retry_after, is_missing=got.problem == "missing"
    )
    feed.next_at = at + wait


def _keep_validators(feed: Feed, got: Visit) -> None:
    # One that does not fit could only be sent back wrong.
    feed.etag = got.etag if len(got.etag) <= _MAX_ETAG else ""
    feed.last_modified = got.last_modified if len(got.last_modified) <= _MAX_DATE else ""
    feed.body_hash = got.body_hash


__all__ = ["FINAL", "SUBMITTED", "Pulled", "pull"]
