"""The stories in people's digests: which were there already, and which a digest must no longer show."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.chat import MessageRef
from advocacy.content import stories
from advocacy.content.models import Story, StoryState
from advocacy.db import insert_into
from advocacy.delivery import prompts
from advocacy.delivery.models import DigestLine, Outbox
from advocacy.people.models import Person, Rhythm

PREFIX = "digest:"
"""Of the markers of digests."""
MOST_TIMES = 2
"""A story is put before somebody by itself, and once more as a reminder."""
LATELY = timedelta(days=2)
"""Stories that changed in so much time are looked at."""


async def shown(s: AsyncSession, person_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """In how many digests each story was, by person and story."""
    counted = (
        select(DigestLine.person_id, DigestLine.story_id, func.count())
        .where(DigestLine.person_id.in_(person_ids))
        .group_by(DigestLine.person_id, DigestLine.story_id)
    )
    return {(person_id, story_id): times for person_id, story_id, times in await s.execute(counted)}


async def add(s: AsyncSession, digests: Sequence[tuple[str, int, Sequence[Story]]]) -> None:
    """These digests are on their way: each with its marker, the person, and the stories in it."""
    rows = [
        {"marker": marker, "story_id": one.id, "person_id": person_id, "fingerprint": one.approved_hash, "drawn": True}
        for marker, person_id, told in digests
        for one in told
    ]
    if rows:
        await s.execute(insert_into(s, DigestLine), rows)


async def hold(s: AsyncSession, marker: str, at: datetime) -> bool:
    """May this digest leave as it is? Not when a story in it ended, was withdrawn, or has other words by now."""
    lines = select(DigestLine.story_id).where(DigestLine.marker == marker, DigestLine.drawn)
    wrong = lines.join(Story, Story.id == DigestLine.story_id).where(_wrong(at)).limit(1)
    return (await s.execute(wrong)).first() is None


async def take_back(s: AsyncSession, marker: str, at: datetime) -> None:
    """A digest never left: it is written anew, of what may be said now."""
    whose = await s.scalar(select(DigestLine.person_id).where(DigestLine.marker == marker).limit(1))
    await s.execute(delete(DigestLine).where(DigestLine.marker == marker))
    await prompts.take_back(s, marker)
    if whose is not None:
        await s.execute(update(Rhythm).where(Rhythm.person_id == whose).values(due_at=at))


async def behind(s: AsyncSession, at: datetime, limit: int) -> dict[str, MessageRef]:
    """Digests in chat that show what they must no longer show, by marker, with the message each became."""
    found = await s.execute(
        select(Outbox.marker, Outbox.became)
        .join(DigestLine, DigestLine.marker == Outbox.marker)
        .join(Story, Story.id == DigestLine.story_id)
        .where(Story.updated_at > at - LATELY, DigestLine.drawn, _wrong(at), Outbox.became.is_not(None))
        .limit(limit)
    )
    return {marker: MessageRef(**became) for marker, became in found if became}


async def redraw(s: AsyncSession, marker: str, at: datetime) -> tuple[int, list[Story]] | None:
    """Take out what a digest must no longer show; answers whose it is, and what is left in it.

    ``None`` when nothing was left in it before.
    """
    rows = (
        await s.execute(
            select(DigestLine, Story)
            .join(Story, Story.id == DigestLine.story_id)
            .where(DigestLine.marker == marker, DigestLine.drawn)
            .order_by(Story.live_at.desc(), Story.id.desc())
            .options(*stories.whole())
        )
    ).all()
    if not rows:
        return None
    wrong = set(await s.scalars(select(Story.id).where(Story.id.in_([story.id for _, story in rows]), _is_over(at))))
    left = []
    for line, story in rows:
        line.drawn = story.id not in wrong and story.approved_hash == line.fingerprint
        if line.drawn:
            left.append(story)
    return rows[0][0].person_id, left


async def forget(s: AsyncSession, at: datetime) -> None:
    """Nothing is kept of people who left, nor of stories that are long over.

    What the outbox has forgotten (``outbox.forget_sent``) cannot be rewritten, and is not looked for any longer.
    """
    left = select(Person.id).where(Person.left_on <= at.date())
    over = select(Story.id).where(_is_over(at), Story.updated_at < at - prompts.KEPT)
    await s.execute(delete(DigestLine).where(or_(DigestLine.person_id.in_(left), DigestLine.story_id.in_(over))))
    await s.execute(delete(Rhythm).where(Rhythm.person_id.in_(left)))
    known = exists().where(Outbox.marker == DigestLine.marker)
    await s.execute(update(DigestLine).where(DigestLine.drawn, ~known).values(drawn=False))


def _is_over(at: datetime) -> ColumnElement[bool]:
    return or_(
        Story.state != StoryState.LIVE, Story.expires_at <= at, Story.rights_until <= at, Story.embargo_until > at
    )


def _wrong(at: datetime) -> ColumnElement[bool]:
    return or_(_is_over(at), Story.approved_hash != DigestLine.fingerprint)


__all__ = ["MOST_TIMES", "PREFIX", "add", "behind", "forget", "hold", "redraw", "shown", "take_back"]
