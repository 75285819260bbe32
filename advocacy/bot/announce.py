"""What the bot says by itself in channels: stories at their time, drafts to editors, counters, endings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot import leaders
from advocacy.bot.actions import Parts
from advocacy.bot.cards import Offer, ended_card, face, revised_card, story_card
from advocacy.bot.language import translator
from advocacy.bot.offers import offer, offers
from advocacy.bot.review import courses, redrawn
from advocacy.bot.review.cards import review_card
from advocacy.bot.review.decision_actions import doubt_message
from advocacy.bot.review.reviewing import gather, outside_channel
from advocacy.chat import Message, MessageRef
from advocacy.content import schedule, stories, times
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Story, StoryState
from advocacy.content.quiet import read as read_quiet
from advocacy.content.review import rounds, tasks
from advocacy.db import after_commit, for_update, now
from advocacy.delivery import outbox, placements, places
from advocacy.delivery.models import Placement, PlacementState
from advocacy.delivery.places import Place

STILL_REWRITTEN = timedelta(days=2)
"""Cards of a story are rewritten for so long after its end, should a channel have been out of reach."""
REWRITES = 100
"""Rewritten in one unit of work."""
DOUBT_AFTER = timedelta(minutes=10)
"""After this long editors are asked about a card that nobody can find or press."""


async def publish(parts: Parts) -> int:
    """Let stories go live at their time and put their cards into the outbox; answers how many cards."""
    at = now()
    async with parts.db.write() as s:
        cards = await leaders.tell(s, parts, at)
        await schedule.go_live(s, at)
        for story in await schedule.begin_sending(s, at):
            cards += await _announce(s, parts, story, at)
        if cards:
            after_commit(s, parts.worker.wake.set)
            after_commit(s, parts.worker.wake_urgent.set)
    return cards


async def _announce(s: AsyncSession, parts: Parts, story: Story, at: datetime) -> int:
    if story.approved_hash != fingerprint(story):
        stories.back_to_review(s, story, None)  # nothing unapproved leaves
        return 0
    channels = await placements.channels(s, "stories", story.channel_ids)
    fresh = await placements.place(s, story.id, channels, "story", story.sendings)
    offered = await offer(s, parts, story, 0)
    for placement, place in fresh:
        where = times.zone(place.time_zone, parts.settings.zone)
        due = schedule.card_due(story, where, read_quiet(parts.settings.quiet_hours), at)
        message = story_card(translator(place.language), replace(offered, placement_id=placement.id))
        await _send(s, placement, place, message, due_at=due, holds_for=story.approved_hash)
    return len(fresh)


async def _send(
    s: AsyncSession, placement: Placement, place: Place, message: Message, *,
    due_at: datetime | None = None, holds_for: str = "",
) -> None:  # fmt: skip
    placement.shown, placement.refreshed_at = face(message), now()
    marker = f"placement:{placement.id}"
    await outbox.send(s, place.to, message, marker, placement.id, due_at=due_at, holds_for=holds_for)


async def ask_editors(parts: Parts) -> int:
    """Put every story that waits for review in front of the editors, once for each time it was submitted."""
    async with parts.db.read() as s:  # nearly always there is nothing to do: then nobody who writes waits for it
        is_behind = await courses.is_behind(s) or await redrawn.is_outdated(s)
        if not is_behind and (await s.execute(_unasked())).first() is None:
            return 0
    async with parts.db.write() as s:
        cards = 0
        for story_id, count in (await s.execute(_unasked())).all():
            cards += await _ask(s, parts, await stories.get(s, story_id, lock=True), count)
        if cards + await courses.settle(s, parts.settings.zone) + await redrawn.redraw(s, parts.settings):
            after_commit(s, parts.worker.wake.set)
    return cards


def _unasked() -> Select[int, int]:
    """Stories in review with how often they were submitted, where editors have no card of the last time yet.

    It counts for stories that are in review now, however many there ever were.
    """
    submitted = rounds.begun(Story.id)
    shown = (
        select(func.coalesce(func.max(Placement.round), 0))
        .where(Placement.story_id == Story.id, Placement.purpose == "review").scalar_subquery()
    )  # fmt: skip
    waits = Story.state == StoryState.IN_REVIEW
    return select(Story.id, submitted).where(waits, submitted > shown).order_by(Story.id).limit(20)


async def _ask(s: AsyncSession, parts: Parts, story: Story, count: int) -> int:
    await tasks.ensure(s, story, hours=parts.settings.review_hours)
    reviewing = await gather(s, parts.settings, story)
    await outbox.cancel_sends(s, story.id, "review")  # of an earlier round: nobody needs to see it any more
    where = [*await placements.channels(s, "editors"), *await places.direct(s, await outside_channel(s, story))]
    fresh = await placements.place(s, story.id, where, "review", count)
    for placement, place in fresh:
        await _send(s, placement, place, review_card(translator(place.language), reviewing, placement.id))
    return len(fresh)


async def refresh(parts: Parts) -> int:
    """Rewrite cards whose counter or state has changed; answers how many."""
    at = now()
    async with parts.db.write() as s:
        for story_id in await schedule.expire(s, at):
            await parts.sharing.cancel_story(s, story_id)
    outdated = await _outdated(parts, at)
    changed = 0
    for start in range(0, len(outdated), REWRITES):
        async with parts.db.write() as s:
            for card in outdated[start : start + REWRITES]:
                changed += await _rewrite(s, card, at)
            after_commit(s, parts.worker.wake.set)
    return changed


@dataclass(frozen=True, slots=True)
class _Outdated:
    """A card that shows something else than it should."""

    placement_id: int
    shown: str
    """What it showed when that was noticed."""
    ref: MessageRef
    message: Message
    holds_for: str


async def _outdated(parts: Parts, at: datetime) -> list[_Outdated]:
    """All cards are drawn anew to tell, which takes a while: nobody who writes waits for it."""
    async with parts.db.read() as s:
        query = (
            places.placed()
            .join(Story, Story.id == Placement.story_id)
            .where(
                Placement.purpose == "story",
                *placements.sent(),
                or_(Story.state == StoryState.LIVE, Story.updated_at > at - STILL_REWRITTEN),
            )
        )
        rows = await placements.placed(s, query)
        shown = select(Story).where(Story.id.in_({placement.story_id for placement, _ in rows}))
        known = await offers(s, parts, list(await s.scalars(shown.options(*stories.whole()))))
    found = []
    for placement, place in rows:
        story = known[placement.story_id].story
        if story.state == StoryState.LIVE and _is_too_soon(parts, placement, at):
            continue
        message = _card_now(placement, place, known[placement.story_id])
        if face(message) != placement.shown:
            ref = placements.message_ref(placement, place)
            holds_for = story.approved_hash if _is_open(story, place) else ""
            found.append(_Outdated(placement.id, placement.shown, ref, message, holds_for))
    return found


def _is_over(story: Story) -> bool:
    return story.state in (StoryState.EXPIRED, StoryState.RECALLED)


def _is_open(story: Story, place: Place) -> bool:
    """Is it out, or on its way and this is the card of somebody who got it before the others?"""
    waits = story.state in (StoryState.APPROVED, StoryState.SCHEDULED)
    is_held = story.embargo_until is not None and story.embargo_until > now()
    return story.state == StoryState.LIVE or (waits and place.is_direct and not is_held)


def _is_too_soon(parts: Parts, placement: Placement, at: datetime) -> bool:
    """A counter is rewritten not more often than the settings allow."""
    wait = timedelta(seconds=parts.settings.card_refresh_seconds)
    return placement.refreshed_at is not None and at - placement.refreshed_at < wait


def _card_now(placement: Placement, place: Place, offered: Offer) -> Message:
    """What the card should show."""
    t = translator(place.language)
    if _is_over(offered.story):
        return ended_card(t, offered.story)
    if not _is_open(offered.story, place):
        return revised_card(t)
    return story_card(t, replace(offered, placement_id=placement.id), placement.viewers)


async def _rewrite(s: AsyncSession, card: _Outdated, at: datetime) -> int:
    """Rewrite a card, unless another process was faster."""
    query = select(Placement).where(Placement.id == card.placement_id, Placement.shown == card.shown)
    placement = await s.scalar(for_update(query))
    if placement is None:
        return 0
    placement.shown, placement.refreshed_at = face(card.message), at
    await outbox.rewrite(s, placement, card.ref, card.message, holds_for=card.holds_for)
    return 1


async def ask_about_doubts(parts: Parts) -> int:
    """Ask editors about cards whose sending was never confirmed and that nobody has pressed since."""
    async with parts.db.write() as s:
        query = places.placed().where(
            Placement.state == PlacementState.UNKNOWN, Placement.created_at < now() - DOUBT_AFTER
        )
        asked = 0
        for placement, place in await placements.placed(s, query):
            title = (await s.get_one(Story, placement.story_id)).title
            for editors in await placements.channels(s, "editors"):
                message = doubt_message(translator(editors.language), title, place.name, placement.id)
                asked += await outbox.send(s, editors.to, message, f"doubt:{placement.id}:{editors.channel_id}")
    return asked
