"""What whoever wrote or suggested a story hears of it: put up, returned, approved, live, withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import String, cast, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Parts
from advocacy.bot.cards import open_story
from advocacy.bot.language import Translator, translator
from advocacy.chat import Message, sentence
from advocacy.config import Settings
from advocacy.content import times
from advocacy.content.models import Review, Story, StoryState
from advocacy.db import after_commit, now
from advocacy.delivery import outbox, places
from advocacy.delivery.models import Outbox
from advocacy.people import directory
from advocacy.people.models import Person

STILL_NEWS = timedelta(days=1)
"""What is older is told nobody; shorter than the outbox remembers what it sent."""
_STEPS = ("submitted", "returned", "cleared", "recalled")
_BATCH = 50


async def tell_all(parts: Parts) -> int:
    """Tell authors what has happened to their stories since; answers how many messages."""
    async with parts.db.write() as s:
        told = await tell(s, parts.settings) + await _tell_live(s)
        if told:
            after_commit(s, parts.worker.wake_urgent.set)
    return told


async def tell(s: AsyncSession, settings: Settings, story_id: int | None = None) -> int:
    """Tell authors of decisions by others, each once; of one story, if named."""
    marker = literal("author:") + cast(Review.id, String)
    query = (
        select(Review, Story, Person)
        .join(Story, Story.id == Review.story_id)
        .outerjoin(Person, Person.id == Review.by_id)
        .where(Review.decision.in_(_STEPS), Review.at > now() - STILL_NEWS, Story.author_id.is_not(None))
        .where(or_(Review.by_id.is_(None), Review.by_id != Story.author_id))
        .where(~select(Outbox.id).where(Outbox.marker == marker).exists())
        .order_by(Review.id)
    )
    if story_id is not None:
        query = query.where(Story.id == story_id)
    told = 0
    for review, story, by in (await s.execute(query.limit(_BATCH))).all():
        for place in await places.direct(s, [story.author_id or 0]):
            zone = times.zone(place.time_zone, settings.zone)
            t = translator(place.language)
            message = step(t, story, review, by.name if by else "", zone)
            if directory.may(await directory.get(s, story.author_id or 0), "editor"):
                look = open_story(t, story.id)
                message = replace(message, buttons=(look,))
            told += await outbox.send(s, place.to, message, f"author:{review.id}")
    return told


async def _tell_live(s: AsyncSession) -> int:
    """Thank those who suggested a story that is out now."""
    marker = literal("author:live:") + cast(Story.id, String)
    query = select(Story).where(
        Story.state == StoryState.LIVE, Story.is_suggestion, Story.author_id.is_not(None),
        Story.live_at > now() - STILL_NEWS, ~select(Outbox.id).where(Outbox.marker == marker).exists(),
    )  # fmt: skip
    told = 0
    for story in list(await s.scalars(query.order_by(Story.id).limit(_BATCH))):
        for place in await places.direct(s, [story.author_id or 0]):
            t = translator(place.language)
            said = t("“{title}”, which you suggested, is out now. Thank you!", title=story.title)
            message = sentence(said)
            told += await outbox.send(s, place.to, message, f"author:live:{story.id}")
    return told


def step(t: Translator, story: Story, review: Review, by: str, zone: ZoneInfo) -> Message:
    """What a decision means for the author. ``zone`` is theirs, ``by`` who decided (empty: nobody known)."""
    name = by or t("the communications team")
    if review.decision == "returned":
        said = t("“{title}” was returned by {name}.", title=story.title, name=name)
        return Message(summary=said, heading=t("Returned with a note"), paragraphs=(said,), quote=review.note)
    if review.decision == "submitted":
        said = t("“{title}” was put up for review by {name}.", title=story.title, name=name)
    elif review.decision == "recalled":
        said = t("“{title}” was withdrawn by {name}. It is no longer shared.", title=story.title, name=name)
    else:
        said = t("“{title}” was approved by {name}.", title=story.title, name=name)
        begins = max((at for at in (story.publish_at, story.embargo_until) if at is not None), default=None)
        if begins is not None and begins > now():
            said += " " + t("It goes out on {time}.", time=t.moment(begins, zone))
    return sentence(said)
