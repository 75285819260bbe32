"""Entries that editors are asked about before anything is made of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import approval, stories
from advocacy.content.approval import Rejected
from advocacy.content.feeds import entries
from advocacy.content.fields import Invalid
from advocacy.content.models import Feed, FeedEntry, Story
from advocacy.db import for_update
from advocacy.people.directory import may
from advocacy.people.models import Person

_TOLD = "told"
"""Mark in ``FeedEntry.entry``: the question has been put."""


@dataclass(frozen=True, slots=True)
class Question:
    """An entry and the name of its feed."""

    entry: FeedEntry
    feed: Feed

    @property
    def source(self) -> str:
        """What people call it."""
        return self.feed.title or self.feed.url


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided. ``story`` is empty when nothing is made of it."""

    question: Question
    story: Story | None
    is_new: bool
    """It was decided by this very call."""


async def unput(s: AsyncSession) -> list[list[Question]]:
    """Questions nobody was asked so far, the newest first, by feed; from now on they count as asked."""
    query = _asked().order_by(FeedEntry.feed_id, FeedEntry.id.desc())
    by_feed: dict[int, list[Question]] = {}
    for entry, feed in (await s.execute(for_update(query, skip_locked=True))).all():
        if not entry.entry.get(_TOLD):
            entry.entry = {**entry.entry, _TOLD: True}
            by_feed.setdefault(feed.id, []).append(Question(entry, feed))
    return list(by_feed.values())


async def waiting(s: AsyncSession, at: int = 0) -> tuple[Question | None, int]:
    """One of the questions that are open, counted from the newest and round and round; and how many there are."""
    open_ones = select(func.count()).select_from(FeedEntry).where(FeedEntry.state == "asked")
    count = await s.scalar(open_ones) or 0
    if not count:
        return None, 0
    row = (await s.execute(_asked().order_by(FeedEntry.id.desc()).offset(at % count).limit(1))).one_or_none()
    return (Question(*row) if row is not None else None), count


async def decide(s: AsyncSession, entry_id: int, by: Person, *, take: bool) -> Decision:
    """Make a draft of the entry, or leave it; the first decision holds. Raises ``Rejected``.

    Nobody is the draft's author: a feed wrote it, so whoever takes it may still approve it.
    """
    question = await _decidable(s, entry_id, by)
    row = question.entry
    if row.state != "asked":
        story = await stories.get(s, row.story_id) if row.story_id is not None else None
        return Decision(question, story, is_new=False)
    if not take:
        row.state = "declined"
        return Decision(question, None, is_new=True)
    try:
        return Decision(question, await entries.take(s, row), is_new=True)
    except Invalid:
        raise Rejected("gone") from None


async def submit(s: AsyncSession, entry_id: int, by: Person) -> Story:
    """Put the draft made of this entry up for review. Raises ``Rejected``."""
    question = await _decidable(s, entry_id, by)
    if question.entry.story_id is None:
        raise Rejected("gone")
    return await approval.submit(s, question.entry.story_id, None)


def _asked() -> Select[FeedEntry, Feed]:
    query = select(FeedEntry, Feed).join(Feed, Feed.id == FeedEntry.feed_id)
    return query.where(FeedEntry.state == "asked")


async def _decidable(s: AsyncSession, entry_id: int, by: Person) -> Question:
    if not may(by, "editor"):
        raise Rejected("not_editor")
    row = await s.scalar(for_update(select(FeedEntry).where(FeedEntry.id == entry_id)))
    if row is None:
        raise Rejected("gone")
    return Question(row, await s.get_one(Feed, row.feed_id))


__all__ = ["Decision", "Question", "decide", "submit", "unput", "waiting"]
