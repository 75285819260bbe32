"""Subscriptions: which sources are pulled by themselves, how, and how they are doing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import addresses
from advocacy.content.feeds import backoff, likeness
from advocacy.content.fields import MAX_TOPIC, Invalid, is_language
from advocacy.content.models import Feed, FeedEntry
from advocacy.db import for_update, now

MODES = ("draft", "review", "ask")
LEASE = timedelta(minutes=15)
"""A feed that is being pulled is due again after this long, should the process that does it die."""
_MAX_TOPICS = 10
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Health:
    """How a subscription is doing. Its ``problem`` is a code; see ``pull.Pulled``."""

    feed: Feed
    waiting: int
    """Entries that editors have not decided on."""


async def subscribe(
    s: AsyncSession,
    url: str,
    *,
    mode: str = "draft",
    language: str = "",
    topics: Sequence[str] = (),
    every_minutes: int = 30,
    among: Mapping[str, Feed] | None = None,
) -> tuple[Feed, bool]:
    """Have a feed pulled from now on; answers whether it is new. A known one takes over these settings.

    ``among`` is what ``by_link`` answers, read once by those who subscribe to many.
    Raises ``Invalid`` for ``url`` (codes as for a story's link), ``mode``, ``language``, ``topics`` or
    ``every_minutes`` (5 minutes to a day).
    """
    url = url.strip()
    _check(url, mode, language, topics, every_minutes)
    feed = await find(s, url) if among is None else among.get(likeness.link_key(url))
    is_new = feed is None or not feed.active
    if feed is None:
        feed = Feed(url=url)
        s.add(feed)
    if is_new:
        feed.active, feed.failures, feed.next_at = True, 0, None
    feed.mode, feed.language, feed.topics, feed.every_minutes = mode, language, list(topics), every_minutes
    await s.flush()
    return feed, is_new


async def find(s: AsyncSession, url: str) -> Feed | None:
    """The feed with this address, or with another spelling of it."""
    exact = await s.scalar(select(Feed).where(Feed.url == url))
    if exact is not None:
        return exact
    return (await by_link(s)).get(likeness.link_key(url))


async def by_link(s: AsyncSession) -> dict[str, Feed]:
    """All feeds, pulled or not, by ``likeness.link_key``; of two spellings of one address the first."""
    newest_first = await s.scalars(select(Feed).order_by(Feed.id.desc()))
    return {likeness.link_key(one.url): one for one in newest_first}


async def unsubscribe(s: AsyncSession, url: str) -> bool:
    """Pull it no longer; its stories stay, and what was seen is remembered. Answers whether it was subscribed."""
    feed = await find(s, url.strip())
    if feed is None or not feed.active:
        return False
    feed.active = False
    return True


async def listing(s: AsyncSession) -> list[Health]:
    """All subscriptions, by title, and those that ended by themselves because they are gone for good."""
    counts = select(FeedEntry.feed_id, func.count()).where(FeedEntry.state == "asked").group_by(FeedEntry.feed_id)
    waiting = dict((await s.execute(counts)).all())
    feeds = await s.scalars(select(Feed).where(or_(Feed.active, Feed.problem == "gone")))
    ordered = sorted(feeds, key=lambda one: (one.title.casefold() or one.url, one.id))
    return [Health(feed, waiting.get(feed.id, 0)) for feed in ordered]


async def claim(s: AsyncSession, at: datetime, limit: int = 20) -> list[str]:
    """Addresses of feeds that are due; they are nobody else's for a quarter of an hour."""
    query = (
        select(Feed)
        .where(Feed.active, Feed.url.like("http%"), or_(Feed.next_at.is_(None), Feed.next_at <= at))
        .order_by(Feed.next_at.is_not(None), Feed.next_at, Feed.id)
        .limit(limit)
    )
    due = list(await s.scalars(for_update(query, skip_locked=True)))
    for feed in due:
        feed.next_at = at + LEASE
    return [feed.url for feed in due]


async def hasten(s: AsyncSession, feed_id: int, at: datetime | None = None) -> bool:
    """Make a subscription due at once, unless it was asked within the last five minutes."""
    at = at or now()
    feed = await s.scalar(for_update(select(Feed).where(Feed.id == feed_id, Feed.active)))
    if feed is None or (feed.pulled_at is not None and at - feed.pulled_at < backoff.FASTEST):
        return False
    feed.next_at = at
    return True


def _check(url: str, mode: str, language: str, topics: Sequence[str], every_minutes: int) -> None:
    if code := addresses.problem(url) if url else "missing":
        raise Invalid("url", code)
    if mode not in MODES:
        raise Invalid("mode", "unknown")
    if language and not is_language(language):
        raise Invalid("language", "bad_language")
    if len(topics) > _MAX_TOPICS or any(not one.strip() or len(one) > MAX_TOPIC for one in topics):
        raise Invalid("topics", "too_many")
    if not backoff.FASTEST <= timedelta(minutes=every_minutes) <= timedelta(minutes=_DAY):
        raise Invalid("every_minutes", "order")


__all__ = ["MODES", "Health", "by_link", "claim", "find", "hasten", "listing", "subscribe", "unsubscribe"]
