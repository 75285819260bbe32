"""Posting by itself: only with a person's standing consent, for an open topic, with an hour to stop each post.

All functions run in the caller's unit of work.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content import audience, reasons
from advocacy.content.audience import NotSharable
from advocacy.content.models import Story, StoryState, Topic
from advocacy.content.stories import ends, whole
from advocacy.content.topics import OPEN
from advocacy.db import for_update
from advocacy.people.breaks import is_on_break
from advocacy.people.models import Person
from advocacy.sharing import best_time, planning, text
from advocacy.sharing.connections import account_of, usable
from advocacy.sharing.mandates import OVER, STANDING, holds
from advocacy.sharing.models import Account, Share, ShareState
from advocacy.sharing.pauses import UNHEARD
from advocacy.sharing.shares import Sharing
from advocacy.sharing.standing_models import StandingShare

LASTS = timedelta(days=365)
ASKED_BEFORE = timedelta(days=14)
STOPPABLE = timedelta(hours=1)
"""Each post is announced so long before it leaves, at least."""
AT_MOST_EVERY = timedelta(days=1)
"""Between two posts that leave by themselves on a network."""
FRESH = timedelta(days=1)
"""Stories that went live in this time are looked at."""


class NotFree(Exception):
    """Nothing is posted by itself for this topic or network."""


async def give(
    s: AsyncSession, sharing: Sharing, person_id: int, topic_id: int, network: str, *, version: str, said: str,
    at: datetime,
) -> StandingShare:  # fmt: skip
    """The person agrees to this text, for a year. An earlier consent to the same is replaced. Raises ``NotFree``."""
    topic = await s.get(Topic, topic_id)
    if topic is None or topic.kind != OPEN or not sharing.port(network).abilities().post:
        raise NotFree(network)
    same = (StandingShare.person_id == person_id, StandingShare.topic_id == topic_id, StandingShare.network == network)
    before = list(await s.scalars(for_update(select(StandingShare).where(*same, holds(at)))))
    given = StandingShare(
        person_id=person_id, topic_id=topic_id, network=network, version=version, text=said, given_at=at,
        ends_at=at + LASTS,
    )  # fmt: skip
    s.add(given)
    await s.flush()
    for one in before:
        one.ended_at, one.ended_why = at, "renewed"
        for share in await _announced(s, one):  # who agrees once more wants what was announced before
            share.planned_why = f"{STANDING}:{given.id}"
    return given


async def stop(s: AsyncSession, consent_id: int, person_id: int, at: datetime) -> StandingShare | None:
    """No more, from this moment on; what it has announced does not leave. ``None`` when it is not this person's."""
    query = select(StandingShare).where(StandingShare.id == consent_id, StandingShare.person_id == person_id)
    one = await s.scalar(for_update(query))
    if one is not None and one.ended_at is None:
        await _end(s, one, "off", at)
    return one


async def own(s: AsyncSession, person_id: int, at: datetime) -> list[tuple[StandingShare, str]]:
    """This person's consents that hold, with the topics' names."""
    query = (
        select(StandingShare, Topic.name)
        .join(Topic, Topic.id == StandingShare.topic_id)
        .where(StandingShare.person_id == person_id, holds(at))
        .order_by(Topic.name, StandingShare.network)
    )
    return [(one, name) for one, name in await s.execute(query)]


async def to_ask(s: AsyncSession, at: datetime) -> list[tuple[StandingShare, str]]:
    """Consents that end within two weeks and whose person was not asked yet, with the topics' names; locked."""
    query = (
        select(StandingShare, Topic.name)
        .join(Topic, Topic.id == StandingShare.topic_id)
        .where(holds(at), StandingShare.ends_at <= at + ASKED_BEFORE, StandingShare.asked_at.is_(None))
        .order_by(StandingShare.id).limit(100)
    )  # fmt: skip
    return [(one, name) for one, name in await s.execute(for_update(query, skip_locked=True))]


async def is_used(s: AsyncSession) -> bool:
    """Is there any consent that has not ended, or a post announced under one?"""
    query = select(StandingShare.id).where(StandingShare.ended_at.is_(None)).limit(1)
    waiting = select(Share.id).where(Share.state == ShareState.PENDING, Share.planned_why.startswith(STANDING)).limit(1)
    return await s.scalar(query) is not None or await s.scalar(waiting) is not None


async def settle(s: AsyncSession, at: datetime, *, allowed: bool) -> int:
    """End what has lapsed or lost its connection, and take back announced posts that nothing carries any more.

    ``allowed``: the company lets posts leave by themselves. Answers how many of both.
    """
    ended = 0
    late = select(StandingShare).where(StandingShare.ended_at.is_(None), StandingShare.ends_at <= at)
    for one in await s.scalars(for_update(late, skip_locked=True)):
        await _end(s, one, "lapsed", at)
        ended += 1
    account = exists().where(Account.person_id == StandingShare.person_id, Account.network == StandingShare.network)
    apart = select(StandingShare).where(StandingShare.ended_at.is_(None), ~account)
    for one in await s.scalars(for_update(apart, skip_locked=True)):
        await _end(s, one, "gone", at)
        ended += 1
    waiting = select(Share).where(Share.state == ShareState.PENDING, Share.planned_why.startswith(STANDING))
    for share in await s.scalars(for_update(waiting, skip_locked=True)):
        story = await s.get(Story, share.story_id)
        if not allowed or story is None or not await _is_free(s, story.topics):
            _cancel(share)
            ended += 1
    return ended


async def stories_due(s: AsyncSession, at: datetime) -> Sequence[Story]:
    """Stories that went live lately and may be posted by themselves, whole.

    Not those for reading inside, with a topic that is required or restricted, or with a blank for own words.
    """
    query = (
        select(Story).where(Story.state == StoryState.LIVE, Story.live_at > at - FRESH, Story.internal.is_(False))
        .order_by(Story.id).options(*whole())
    )  # fmt: skip
    found = list(await s.scalars(query))
    return [
        one for one in found
        if not any(text.has_marker(wording.text) for wording in one.captions) and await _is_free(s, one.topics)
    ]  # fmt: skip


async def consents(s: AsyncSession, story: Story, at: datetime) -> list[StandingShare]:
    """Consents to one of the story's topics, given before it went live, that have not been used for it."""
    topic_ids = select(Topic.id).where(_named(story.topics))
    used = select(Share.id).where(
        Share.person_id == StandingShare.person_id, Share.story_id == story.id, Share.network == StandingShare.network
    )
    query = select(StandingShare).where(
        holds(at), StandingShare.topic_id.in_(topic_ids), StandingShare.given_at <= story.live_at, ~used.exists()
    )
    return list(await s.scalars(query.order_by(StandingShare.id).limit(200)))


async def announce(
    s: AsyncSession, sharing: Sharing, one: StandingShare, story: Story, *, reply: dict[str, Any], at: datetime
) -> Share | None:
    """Begin the share, an hour or more ahead; its person hears of it. ``None`` where it is not the time for one."""
    person = await s.get_one(Person, one.person_id)
    if is_on_break(person, at) or not await _may(s, one, story, at):
        return None
    first = at + max(STOPPABLE, sharing.window(person))
    clock = planning.clock(sharing, person)
    if best_time.find(first, clock, until=ends(story), own=(), theirs=()) is None:
        return None
    started = await sharing.start(
        s, person=person, story_id=story.id, network=one.network, reply=reply, language=person.language, at=at
    )
    share = started.share
    if not started.fresh:
        return None
    moment = await planning.best_moment(s, sharing, share, story, first=first, at=at)
    why = f"{STANDING}:{one.id}"
    share.planned_why = why
    if share.state != ShareState.PENDING or moment is None:  # what only waits for its person is none of ours
        share.state, share.due_at, share.told = ShareState.UNDONE, None, ShareState.UNDONE
        return None
    planning.put_off(share, story, moment.at, why)
    share.told = UNHEARD
    return share


async def _may(s: AsyncSession, one: StandingShare, story: Story, at: datetime) -> bool:
    try:
        await audience.sharable(s, story.id, one.person_id, at)
    except NotSharable:
        return False
    if story.id in await reasons.hidden_from(s, one.person_id):
        return False
    if not usable(await account_of(s, one.person_id, one.network), at):
        return False
    lately = select(Share.id).where(
        Share.person_id == one.person_id, Share.network == one.network, Share.planned_why.startswith(STANDING),
        Share.created_at > at - AT_MOST_EVERY,
    )  # fmt: skip
    return await s.scalar(lately.limit(1)) is None


async def _is_free(s: AsyncSession, names: Sequence[str]) -> bool:
    """Is each of these topics open? One that nobody has made known is."""
    closed = select(Topic.id).where(_named(names), Topic.kind != OPEN)
    return await s.scalar(closed.limit(1)) is None


def _named(names: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a topic has one of these names."""
    return Topic.folded.in_([name.casefold() for name in names])


async def _end(s: AsyncSession, one: StandingShare, why: str, at: datetime) -> None:
    one.ended_at, one.ended_why = at, why
    for share in await _announced(s, one):
        _cancel(share)


async def _announced(s: AsyncSession, one: StandingShare) -> list[Share]:
    query = select(Share).where(
        Share.person_id == one.person_id, Share.planned_why == f"{STANDING}:{one.id}",
        Share.state == ShareState.PENDING,
    )  # fmt: skip
    return list(await s.scalars(for_update(query)))


def _cancel(share: Share) -> None:
    share.state, share.problem, share.due_at, share.planned_at = ShareState.CANCELLED, OVER, None, None


__all__ = [
    "ASKED_BEFORE", "LASTS", "OVER", "STANDING", "STOPPABLE", "NotFree", "announce", "consents", "give", "holds",
    "is_used", "own", "settle", "stop", "stories_due", "to_ask",
]  # fmt: skip
