"""Decisions that are late: those who can take them are reminded once, then others hear of it. Nothing is decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Parts
from advocacy.bot.language import Translator, translator
from advocacy.bot.review.cards import needed
from advocacy.bot.review.differences import Names
from advocacy.chat import Button, Message
from advocacy.config import Settings
from advocacy.content import approval, stories, times
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import ReviewTask, Story, StoryState
from advocacy.content.quiet import is_quiet, read
from advocacy.content.review import tasks
from advocacy.db import after_commit, for_update, now
from advocacy.delivery import outbox, placements, places
from advocacy.delivery.places import Place
from advocacy.people import directory

_BATCH = 200
Kind = Literal["remind", "escalate"]


async def remind(parts: Parts) -> int:
    """Remind at half time, tell the administrators at the due time; answers how many messages."""
    at = now()
    told = 0
    async with parts.db.write() as s:
        for story, late in await _late(s):
            due = [one for one in late if one.reminded_at is None and at >= half_time(one)]
            told += await _say(s, parts.settings, story, due, "remind")
            over = [one for one in late if one.escalated_at is None and at >= one.due_at]
            told += await _say(s, parts.settings, story, over, "escalate")
        if told:
            after_commit(s, parts.worker.wake.set)
            after_commit(s, parts.worker.wake_urgent.set)
    return told


def half_time(task: ReviewTask) -> datetime:
    """When half of the time for a decision is over."""
    return task.created_at + (task.due_at - task.created_at) / 2


async def _late(s: AsyncSession) -> list[tuple[Story, list[ReviewTask]]]:
    """Stories in review with what is open about their present content and may be late."""
    query = (
        select(ReviewTask)
        .join(Story, Story.id == ReviewTask.story_id)
        .where(
            ReviewTask.decision == "", Story.state == StoryState.IN_REVIEW,
            or_(ReviewTask.reminded_at.is_(None), ReviewTask.escalated_at.is_(None)),
        )
        .order_by(ReviewTask.story_id, ReviewTask.id)
    )  # fmt: skip
    rows = list(await s.scalars(for_update(query.limit(_BATCH), skip_locked=True)))
    found = []
    for story_id, group in groupby(rows, lambda one: one.story_id):
        story = await stories.get(s, story_id)
        present = fingerprint(story)
        if mine := [one for one in group if one.fingerprint == present]:
            found.append((story, mine))
    return found


async def _say(s: AsyncSession, settings: Settings, story: Story, late: Sequence[ReviewTask], kind: Kind) -> int:
    """One message to each who is concerned, unless it is quiet where they are: then a later round says it."""
    if not late:
        return 0
    at = now()
    where = await (_reviewers(s, settings, story, late) if kind == "remind" else _administrators(s, story))
    if any(_is_quiet(settings, place, at) for place in where):
        return 0
    names = Names(people=await directory.names(s, {one for task in late for one in task.reviewer_ids}))
    told = 0
    for place in where:
        zone = times.zone(place.time_zone, settings.zone)
        until = min(one.due_at for one in late)
        t = translator(place.language)
        who = ", ".join(dict.fromkeys(needed(t, one, names) for one in late))
        message = reminder(t, story, kind, t.moment(until, zone), who)
        target = f"c{place.channel_id}" if place.channel_id is not None else f"i{place.identity_id}"
        marker = f"{kind}:{late[0].id}:{int(late[0].created_at.timestamp())}:{target}"
        told += await outbox.send(s, place.to, message, marker)
    for task in late:
        if kind == "remind":
            task.reminded_at = at
        else:
            task.reminded_at, task.escalated_at = task.reminded_at or at, at
    return told


async def _reviewers(s: AsyncSession, settings: Settings, story: Story, late: Sequence[ReviewTask]) -> list[Place]:
    """Direct messages of those who are named; the editors' channels for what any editor can decide.

    They are reminded as well when nobody who is named can be written to now, for want of a chat or for a break.
    """
    barred = frozenset(await approval.hands(s, story) if settings.four_eyes else ())
    named = [await tasks.deciders(s, one, barred) for one in late]
    people = list(dict.fromkeys(one for group in named for one in group))
    where = await places.direct(s, people)
    return where if all(named) and where else [*where, *await placements.channels(s, "editors")]


async def _administrators(s: AsyncSession, story: Story) -> list[Place]:
    """Administrators, or where there are none all editors; not the author."""
    people = await directory.with_role(s, "admin") or await directory.with_role(s, "editor")
    return await places.direct(s, [one.id for one in people if one.id != story.author_id])


def _is_quiet(settings: Settings, place: Place, at: datetime) -> bool:
    return is_quiet(at, times.zone(place.time_zone, settings.zone), read(settings.quiet_hours))


def reminder(t: Translator, story: Story, kind: Kind, until: str, who: str) -> Message:
    """What is waited for, until when, with a way to the whole card."""
    lines = tuple(_lines(t, story, kind, until, who))
    return Message(
        summary=lines[0],
        heading=t("A decision is waited for") if kind == "remind" else t("A decision is overdue"),
        paragraphs=lines,
        buttons=(Button(t("Look at it"), action="review_open", value={"s": story.id}, style="primary"),),
    )


def _lines(t: Translator, story: Story, kind: Kind, until: str, who: str) -> Iterator[str]:
    if kind == "remind":
        yield t("“{title}” waits for a decision until {time}.", title=story.title, time=until)
    else:
        yield t("“{title}” should have been decided by {time}.", title=story.title, time=until)
    yield t("Needed: {who}. Without a decision nothing goes out.", who=who)
