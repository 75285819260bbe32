"""The same article in two feeds, or in one feed twice: told by its link, or by its headline."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import addresses
from advocacy.content.models import FeedEntry, Story

ALIKE = 92
"""Of a hundred: headlines as near to each other as this are one article's."""
WITHIN = timedelta(days=14)
_FEWEST_WORDS = 3
"""“Good morning” is said every day, about something else."""
_MOST = 5000
"""So many of the newest stories and entries are compared."""
_NUMBER = re.compile(r"\d+")


def link_key(url: str) -> str:
    """Hash of a link without what only tracks, whether or not it says https and www."""
    parts = urlsplit(addresses.without_tracking(url))
    host = parts.netloc.removeprefix("www.").removesuffix(":443").removesuffix(":80")
    return hashlib.sha256(urlunsplit(("", host, parts.path, parts.query, "")).encode("utf-8", "replace")).hexdigest()


def normal(title: str) -> str:
    """A headline's words alone, in small letters."""
    from rapidfuzz.utils import default_process

    return " ".join(default_process(title).split())


@dataclass(frozen=True, slots=True)
class First:
    """What was there before. ``story_id`` is empty when it became no story."""

    story_id: int | None


class Firsts:
    """What entries of one feed may repeat; read once for several of them."""

    def __init__(self, links: dict[str, First], titles: Iterable[tuple[str, First]]) -> None:
        self._links = links
        # Quarterly figures, releases, numbered episodes: another number is another article.
        self._titles: dict[tuple[str, ...], list[tuple[str, First]]] = {}
        for title, first in titles:
            self._titles.setdefault(_numbers(title), []).append((title, first))

    async def find(self, s: AsyncSession, key: str, title: str) -> First | None:
        """The article with this ``link_key``, or else with nearly this headline; ``None`` when there is none."""
        query = select(FeedEntry.story_id).where(FeedEntry.link_key == key).order_by(FeedEntry.id).limit(1)
        row = (await s.execute(query)).one_or_none()
        if row is not None:
            return First(row.story_id)
        return self._links.get(key) or self._titled(normal(title))

    def _titled(self, title: str) -> First | None:
        from rapidfuzz import fuzz, process

        if len(title.split()) < _FEWEST_WORDS:
            return None
        same = self._titles.get(_numbers(title), [])
        best = process.extractOne(title, [one[0] for one in same], scorer=fuzz.ratio, score_cutoff=ALIKE)
        return same[best[2]][1] if best else None


def _numbers(title: str) -> tuple[str, ...]:
    return tuple(_NUMBER.findall(title))


async def firsts(s: AsyncSession, feed_id: int, at: datetime) -> Firsts:
    """Everything that entries of this feed are compared with at this moment.

    Headlines of its own are not: a source that repeats one means something new by it.
    """
    here = select(FeedEntry.story_id).where(FeedEntry.feed_id == feed_id, FeedEntry.story_id.is_not(None))
    stories = (await s.execute(
        select(Story.id, Story.url, Story.title, Story.created_at, Story.id.in_(here).label("own"))
        .order_by(Story.id.desc()).limit(_MOST)
    )).all()  # fmt: skip
    entries = await s.execute(
        select(FeedEntry.story_id, FeedEntry.title)
        .where(FeedEntry.feed_id != feed_id, FeedEntry.seen_at > at - WITHIN, FeedEntry.title != "")
        .order_by(FeedEntry.id.desc()).limit(_MOST)
    )  # fmt: skip
    titles = [(one.title, First(one.story_id)) for one in entries]
    titles += [(one.title, First(one.id)) for one in stories if not one.own and one.created_at > at - WITHIN]
    return Firsts(_by_link(stories), [(normal(title), first) for title, first in titles])


def _by_link(stories: Iterable[Any]) -> dict[str, First]:
    """The oldest with each link."""
    return {link_key(one.url): First(one.id) for one in stories}


__all__ = ["ALIKE", "WITHIN", "First", "Firsts", "firsts", "link_key", "normal"]
