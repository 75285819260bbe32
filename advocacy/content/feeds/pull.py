"""Feeds: entries of RSS and Atom sources become drafts, each once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.chat import Unknown
from advocacy.content import stories
from advocacy.content.feeds import feed_file
from advocacy.content.feeds.feed_file import MAX_BYTES, Entry, FeedFile
from advocacy.content.fields import Invalid
from advocacy.content.models import Feed, FeedEntry, Story
from advocacy.db import Database, insert_into, now
from advocacy.http import Blocked, Http, Reply, TooLarge, Unreachable

ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"
_NOT_MODIFIED = 304
_MAX_URL, _MAX_ETAG, _MAX_DATE = 2000, 500, 100
_AT_A_TIME = 25


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull brought.

    ``problem``: ``not_a_feed``, ``empty``, ``too_large``, ``unreachable``, ``blocked``, ``broken_but_used`` (some of
    it could be read), or nothing.
    """

    title: str = ""
    entries: int = 0
    """Entries in the feed."""
    drafts: list[int] = field(default_factory=list)
    """Ids of the stories it became, the newest entry first."""
    known: int = 0
    """Entries that were drafts before."""
    skipped: int = 0
    """Entries that cannot become a story: no link, no words, a private link, told twice."""
    problem: str = ""
    unchanged: bool = False
    """The source says that nothing is new."""


@dataclass(frozen=True, slots=True)
class _Got:
    data: bytes = b""
    url: str = ""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    problem: str = ""
    unchanged: bool = False


async def pull(db: Database, http: Http, source: str | Path, *, language: str = "") -> Pulled:
    """Read a feed by its address, or from a file when it is a ``Path``; every new entry becomes a draft.

    ``language`` is the drafts' language; the feed's own when empty, else English. Nothing is raised for what a source
    does or sends.
    """
    name, got = await (_open(source) if isinstance(source, Path) else _fetch(db, http, source))
    if got.unchanged:
        await _note(db, name, got, "", "")
        return Pulled(unchanged=True)
    found = FeedFile(problem=got.problem)
    if not got.problem:
        # Large feeds take seconds to take apart: not in the loop that answers people.
        found = await asyncio.to_thread(feed_file.read, got.data, url=got.url, content_type=got.content_type, now=now())
    feed_id = await _note(db, name, None, found.title, found.problem, is_new=bool(found.entries))
    drafts, refused = await _store(db, feed_id, found.entries, language or found.language or "en")
    if found.entries:
        # Only now: had it been cut short before, the source must send everything again.
        await _note(db, name, got, found.title, found.problem)
    return Pulled(
        found.title,
        found.found,
        drafts[::-1],
        known=len(found.entries) - len(drafts) - refused,
        skipped=found.skipped + refused,
        problem=found.problem,
    )


async def _open(path: Path) -> tuple[str, _Got]:
    return await asyncio.to_thread(lambda: (path.resolve().as_uri(), _read(path)))


def _read(path: Path) -> _Got:
    try:
        if path.stat().st_size > MAX_BYTES:
            return _Got(problem="too_large")
        return _Got(path.read_bytes())
    except OSError:
        return _Got(problem="unreachable")


async def _fetch(db: Database, http: Http, source: str) -> tuple[str, _Got]:
    url = source.strip()
    if len(url) > _MAX_URL:
        return url, _Got(problem="blocked")
    async with db.read() as s:
        feed = await s.scalar(select(Feed).where(Feed.url == url))
    headers = {"If-None-Match": feed.etag, "If-Modified-Since": feed.last_modified} if feed else {}
    sent = {name: value for name, value in headers.items() if value}
    try:
        return url, _got(await http.fetch(url, max_bytes=MAX_BYTES, accept=ACCEPT, headers=sent))
    except Blocked:
        return url, _Got(problem="blocked")
    except TooLarge:
        return url, _Got(problem="too_large")
    except (Unreachable, Unknown):
        return url, _Got(problem="unreachable")


def _got(reply: Reply) -> _Got:
    # Validators go back as they came, weak marks and odd dates included (RFC 9110, section 13.1).
    etag, last_modified = reply.headers.get("ETag", ""), reply.headers.get("Last-Modified", "")
    if reply.status == _NOT_MODIFIED:
        return _Got(etag=etag, last_modified=last_modified, unchanged=True)
    if not reply.ok:
        return _Got(problem="unreachable")
    return _Got(reply.body, reply.url, reply.headers.get("Content-Type", ""), etag, last_modified)


async def _note(db: Database, url: str, got: _Got | None, title: str, problem: str, *, is_new: bool = False) -> int:
    """Keep what is known of a source, and its validators when it was stored; answers its id, 0 when it is unknown."""
    async with db.write() as s:
        feed = await s.scalar(select(Feed).where(Feed.url == url))
        if feed is None and is_new:
            await s.execute(insert_into(s, Feed).values(url=url).on_conflict_do_nothing())
            feed = await s.scalar(select(Feed).where(Feed.url == url))
        if feed is None:
            return 0
        feed.pulled_at, feed.problem = now(), problem
        feed.title = title or feed.title
        if got is not None and not got.unchanged:
            # One that does not fit could only be sent back wrong.
            feed.etag = got.etag if len(got.etag) <= _MAX_ETAG else ""
            feed.last_modified = got.last_modified if len(got.last_modified) <= _MAX_DATE else ""
        return feed.id


async def _store(db: Database, feed_id: int, entries: Sequence[Entry], language: str) -> tuple[list[int], int]:
    """Make drafts of the entries not seen before, a few per unit of work; answers their ids and how many cannot be."""
    drafts: list[int] = []
    refused = 0
    for start in range(0, len(entries), _AT_A_TIME):
        async with db.write() as s:
            for entry in entries[start : start + _AT_A_TIME]:
                try:
                    drafts.extend(await _draft(s, feed_id, entry, language))
                except Invalid:
                    refused += 1
    return drafts, refused


async def _draft(s: AsyncSession, feed_id: int, entry: Entry, language: str) -> list[int]:
    mark = insert_into(s, FeedEntry).values(feed_id=feed_id, key=entry.key).on_conflict_do_nothing()
    seen = await s.scalar(mark.returning(FeedEntry.id))
    # What is a story already, written by hand or out of another feed, is not drafted a second time.
    if seen is None or await s.scalar(select(Story.id).where(Story.url == entry.url).limit(1)):
        return []
    story = await stories.create(
        s,
        title=entry.title,
        summary=entry.summary,
        url=entry.url,
        image_url=entry.image_url,
        image_alt=entry.image_alt,
        language=language,
        topics=entry.topics,
    )
    row = await s.get(FeedEntry, seen)
    assert row is not None
    row.story_id = story.id
    return [story.id]
