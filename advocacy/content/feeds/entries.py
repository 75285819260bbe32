"""Entries of a feed are stored: each becomes a draft or a question once, and its edits follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import stories
from advocacy.content.feeds import likeness
from advocacy.content.feeds.feed_file import Entry
from advocacy.content.feeds.likeness import Firsts
from advocacy.content.fields import MAX_TOPICS, Invalid
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Feed, FeedEntry, Story, StoryState
from advocacy.db import Database, for_update, insert_into

_AT_A_TIME = 25
_FIELDS = ("title", "summary", "url", "image_url", "image_alt", "topics", "language")


@dataclass(slots=True)
class Stored:
    """What became of a feed's entries. All ids, in the order in which they were published."""

    drafts: list[int] = field(default_factory=list)
    """Stories that were made."""
    asked: list[int] = field(default_factory=list)
    """Entries that editors are to decide on."""
    updated: list[int] = field(default_factory=list)
    """Drafts that nobody had worked on: they say what the source says now."""
    touched: list[int] = field(default_factory=list)
    """Stories that were left as they are, and marked, although their source has changed."""
    duplicates: int = 0
    """Entries that are there already: from another feed, under another id, or written by hand."""
    known: int = 0
    refused: int = 0
    """No story can be made of them."""


@dataclass(frozen=True, slots=True)
class _Into:
    """Where new entries go, and what they may repeat."""

    feed: Feed
    language: str
    before: Firsts


async def store(db: Database, feed_id: int, entries: Sequence[Entry], language: str, at: datetime) -> Stored:
    """Store a few entries per unit of work. ``language`` is that of new stories."""
    stored, before = Stored(), None
    for start in range(0, len(entries), _AT_A_TIME):
        part = entries[start : start + _AT_A_TIME]
        async with db.write() as s:
            feed = await s.get_one(Feed, feed_id)
            rows = await _rows(s, feed_id, part)
            fresh = [one for one in part if one.key not in rows]
            if fresh and before is None:
                before = await likeness.firsts(s, feed_id, at)
            into = _Into(feed, language, before or Firsts({}, []))
            for entry in part:
                if entry.key in rows:
                    stored.known += 1
                    await _follow(s, rows[entry.key], entry, at, stored)
                else:
                    await _add(s, into, entry, stored)
    return stored


async def take(s: AsyncSession, row: FeedEntry) -> Story:
    """Make a draft of an entry that editors were asked about. Raises ``Invalid``."""
    values = {name: row.entry[name] for name in _FIELDS}
    return await _draft(s, row, values)


async def _rows(s: AsyncSession, feed_id: int, entries: Sequence[Entry]) -> dict[str, FeedEntry]:
    query = select(FeedEntry).where(FeedEntry.feed_id == feed_id, FeedEntry.key.in_([one.key for one in entries]))
    return {row.key: row for row in await s.scalars(for_update(query))}


async def _add(s: AsyncSession, into: _Into, entry: Entry, stored: Stored) -> None:
    key = likeness.link_key(entry.url)
    feed, language = into.feed, into.language
    first = await into.before.find(s, key, entry.title)
    mark = insert_into(s, FeedEntry).values(feed_id=feed.id, key=entry.key).on_conflict_do_nothing()
    row_id = await s.scalar(mark.returning(FeedEntry.id))
    if row_id is None:  # another process was faster
        stored.known += 1
        return
    row = await s.get_one(FeedEntry, row_id)
    row.link_key, row.title, row.content_hash = key, entry.title, entry.content_hash
    if first is not None:
        row.state, row.story_id = "duplicate", first.story_id
        stored.duplicates += 1
    elif feed.mode == "ask":
        row.state, row.entry = "asked", _said(entry, feed, language)
        stored.asked.append(row.id)
    else:
        try:
            stored.drafts.append((await _draft(s, row, _said(entry, feed, language))).id)
        except Invalid:
            row.state = "refused"
            stored.refused += 1
    await s.flush()  # the next one is compared with it


async def _draft(s: AsyncSession, row: FeedEntry, values: dict[str, Any]) -> Story:
    story = await stories.create(s, **values)
    row.state, row.story_id, row.drafted_hash, row.entry = "drafted", story.id, fingerprint(story), {}
    return story


def _said(entry: Entry, feed: Feed, language: str) -> dict[str, Any]:
    """What a draft of it is made of."""
    topics = list(dict.fromkeys((*feed.topics, *entry.topics)))[:MAX_TOPICS]
    return {**_content(entry), "topics": topics, "language": language}


def _content(entry: Entry) -> dict[str, Any]:
    return {
        "title": entry.title, "summary": entry.summary, "url": entry.url, "image_url": entry.image_url,
        "image_alt": entry.image_alt,
    }  # fmt: skip


async def _follow(s: AsyncSession, row: FeedEntry, entry: Entry, at: datetime, stored: Stored) -> None:
    """What an entry says now goes into its draft, as long as that is a draft and nobody worked on it."""
    is_first_look = not row.content_hash  # stored before hashes were
    if row.content_hash == entry.content_hash:
        return
    row.content_hash, row.title, row.link_key = entry.content_hash, entry.title, likeness.link_key(entry.url)
    if is_first_look:
        return
    if row.state == "asked":
        row.entry = {**row.entry, **_content(entry)}
    if row.state != "drafted" or row.story_id is None:
        return
    story = await stories.get(s, row.story_id, lock=True)
    if story.state == StoryState.DRAFT and fingerprint(story) == row.drafted_hash:
        try:
            async with s.begin_nested():
                await stories.edit(s, story.id, **_content(entry))
        except Invalid:
            return
        row.drafted_hash = fingerprint(await stories.get(s, story.id))
        stored.updated.append(story.id)
    else:
        story.source_changed_at = at
        stored.touched.append(story.id)


__all__ = ["Stored", "store", "take"]
