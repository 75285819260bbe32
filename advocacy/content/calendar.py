"""The plan: what goes out and ends when, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.models import Story, StoryState
from advocacy.content.stories import ends, whole
from advocacy.content.versions import missing as missing_versions

_OVER = (StoryState.RECALLED, StoryState.EXPIRED)
_UNDECIDED = (StoryState.DRAFT, StoryState.RETURNED, StoryState.IN_REVIEW)
MOST = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happens with a story."""

    story_id: int
    title: str
    state: str
    kind: str
    """``begins`` or ``ends``."""
    at: datetime
    missing: tuple[str, ...] = ()
    """``approval``, ``caption``, ``image_alt``, ``image_rights``, and ``version:<language>`` for each language."""


async def between(s: AsyncSession, start: datetime, end: datetime, languages: Iterable[str] = ()) -> list[Entry]:
    """What begins or ends from ``start`` to before ``end``, by time; of the 500 newest stories with a time in it.

    ``languages`` are those a story should speak.
    """
    moments = (Story.publish_at, Story.embargo_until, Story.live_at, Story.expires_at, Story.rights_until)
    query = (
        select(Story)
        .where(or_(*(and_(one >= start, one < end) for one in moments)))
        .order_by(Story.id.desc())
        .limit(MOST)
        .options(*whole())
    )
    wanted = list(languages)
    entries: list[Entry] = []
    for story in await s.scalars(query):
        lacks = tuple(missing(story, wanted))
        for kind, at in (("begins", begins(story)), ("ends", ends(story))):
            if at is not None and start <= at < end:
                entries.append(Entry(story.id, story.title, story.state, kind, at, lacks if kind == "begins" else ()))
    return sorted(entries, key=lambda one: (one.at, one.story_id, one.kind))


def begins(story: Story) -> datetime | None:
    """When it went out or is to go out; ``None`` when no time is set yet."""
    if story.live_at is not None:
        return story.live_at
    times = [at for at in (story.publish_at, story.embargo_until) if at is not None]
    return max(times, default=None)


def missing(story: Story, languages: Iterable[str]) -> list[str]:
    """What it needs before it should go out; see ``Entry``. Captions and versions must be loaded."""
    if story.state in _OVER:
        return []
    lacks = ["approval"] if story.state in _UNDECIDED else []
    if not story.captions and not story.internal:
        lacks.append("caption")
    if story.image_url:
        lacks += [name for name in ("image_alt", "image_rights") if not getattr(story, name)]
    return [*lacks, *(f"version:{one}" for one in missing_versions(story, languages))]


__all__ = ["Entry", "begins", "between", "missing"]
