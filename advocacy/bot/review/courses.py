"""Review cards after the fact: what was decided, and that a newer version has taken the place of an older one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case, or_
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.language import Translator, translator
from advocacy.bot.review.cards import reviewed_card
from advocacy.chat import Message
from advocacy.content import approval, stories
from advocacy.content.models import Review, Story, StoryState
from advocacy.content.review import rounds
from advocacy.db import now
from advocacy.delivery import outbox, placements, places
from advocacy.delivery.models import Channel, Placement
from advocacy.delivery.places import Place
from advocacy.people import directory
from advocacy.people.models import Identity, Person

REWRITES = 50
"""Rewritten in one unit of work."""
LATELY = timedelta(days=2)
"""A card that arrives later than this after its story was decided on says so when it is pressed."""
NEWER, PAST, DECIDED = "a newer one is in review", "a newer one was decided on", "decided"
"""What ``Placement.shown`` says of a card whose round is over."""


class Course:
    """The rounds of review of one story, with the names of those who took part; ``zone`` is the company's."""

    def __init__(self, story: Story, rows: Sequence[Review], names: dict[int, str], zone: ZoneInfo) -> None:
        self.story = story
        self._zone = zone
        self._rows = rows
        self._rounds = rounds.split(rows)
        self._names = names

    @property
    def count(self) -> int:
        """How many rounds have begun."""
        return len(self._rounds)

    def is_old(self, count: int) -> bool:
        """Has another round begun since?"""
        return count < len(self._rounds)

    def stands(self, count: int) -> str:
        """What a card of a round that is over has to show."""
        if not self.is_old(count):
            return DECIDED
        return NEWER if self.story.state == StoryState.IN_REVIEW else PAST

    def card(self, t: Translator, count: int) -> Message:
        """The card of a round that is over: its verdict, or that there is a newer version."""
        return self._superseded(t, count) if self.is_old(count) else reviewed_card(t, self.story, self._verdict(t))

    def withdrawn(self) -> tuple[str, datetime] | None:
        """Who withdrew the story, and when; ``None`` when nobody has."""
        row = next((one for one in self._rows if one.decision == "recalled"), None)
        return None if row is None else (self._who(row), row.at)

    def _superseded(self, t: Translator, count: int) -> Message:
        first = self._rounds[count - 1][0]
        title = str((first.content or {}).get("title", self.story.title))
        newer = t("A newer version is in review.")
        if self.story.state != StoryState.IN_REVIEW:
            newer = t("There is a newer version. {verdict}", verdict=self._verdict(t))
        paragraphs = (newer, self._became(t, count))
        return Message(summary=f"{title}: {newer}", heading=title, paragraphs=paragraphs)

    def _became(self, t: Translator, count: int) -> str:
        """What became of an earlier round."""
        last = rounds.end(self._rounds[count - 1])
        if last is None:
            by = self._names.get(self._rounds[count][0].by_id or 0, "")
            if by:
                return t("This version was never decided on: {name} changed it before.", name=by)
            return t("This version was never decided on: it was changed before.")
        if last.decision == "returned":
            return t("This version was returned by {name}: {note}", name=self._who(last), note=last.note or "–")
        return t("This version was approved by {name}.", name=self._who(last))

    def _verdict(self, t: Translator) -> str:
        last = rounds.end(self._rounds[-1]) if self._rounds else None
        if last is None:
            return t("It is no longer in review.")
        return verdict(t, self.story, self._who(last), self._zone, last.note)

    def _who(self, row: Review) -> str:
        """The name of an account at the command line stands before its note."""
        return self._names.get(row.by_id or 0) or row.note.partition(":")[0] or "–"


async def of(s: AsyncSession, story: Story, zone: ZoneInfo) -> Course:
    """The rounds of this story; times are said in ``zone``."""
    rows = await approval.history(s, story.id)
    return Course(story, rows, await directory.names(s, {row.by_id for row in rows if row.by_id is not None}), zone)


async def close(s: AsyncSession, found: Course, but: int = 0) -> None:
    """A story was decided on, or withdrawn: no card of any round stays as it is, and none that waits is sent.

    ``but`` is a placement that is rewritten in another way.
    """
    await outbox.cancel_sends(s, found.story.id, "review")
    for placement, place in await placements.of_story(s, found.story.id, "review"):
        await _rewrite(s, found, placement, place if placement.id != but else None)


async def is_behind(s: AsyncSession) -> bool:
    """Is there any card that ``settle`` would rewrite?"""
    return (await s.execute(_behind(now()).limit(1))).first() is not None


async def settle(s: AsyncSession, zone: ZoneInfo) -> int:
    """Rewrite cards that became old, or arrived after the decision; answers how many."""
    rows = (await s.execute(_behind(now()).limit(REWRITES))).all()
    known: dict[int, Course] = {}
    for placement, channel, identity, person in rows:
        if placement.story_id not in known:
            known[placement.story_id] = await of(s, await stories.get(s, placement.story_id), zone)
        await _rewrite(s, known[placement.story_id], placement, places.read(channel, identity, person))
    return len(rows)


def _behind(at: datetime) -> Select[Placement, Channel, Identity, Person]:
    """It looks only at stories in review and at those decided on lately, however many there ever were."""
    is_old, waits = Placement.round < rounds.begun(Placement.story_id), Story.state == StoryState.IN_REVIEW
    return (
        places.placed()
        .join(Story, Story.id == Placement.story_id)
        .where(or_(waits, Story.updated_at > at - LATELY))
        .where(Placement.purpose == "review", *placements.sent())
        .where(or_(is_old, ~waits), Placement.shown != case((is_old & waits, NEWER), (is_old, PAST), else_=DECIDED))
        .order_by(Placement.id)
    )


async def _rewrite(s: AsyncSession, found: Course, placement: Placement, place: Place | None) -> None:
    """``place`` is empty where nobody is known any more, or the card is rewritten in another way."""
    placement.shown = found.stands(placement.round)
    if place is not None:
        card = found.card(translator(place.language), placement.round)
        await outbox.rewrite(s, placement, placements.message_ref(placement, place), card)


def verdict(t: Translator, story: Story, who: str, zone: ZoneInfo, note: str = "") -> str:
    """What was decided, by whom; times are said in ``zone``."""
    if story.state == StoryState.RETURNED:
        return t("Returned by {name}: {note}", name=who, note=note or "–")
    if story.state != StoryState.RECALLED:
        return _approved(t, story, who, zone)
    if not note:
        return t("Withdrawn by {name}. Cards are being rewritten, links have stopped.", name=who)
    ended = note if note.endswith((".", "!", "?", "…")) else f"{note}."
    return t("Withdrawn by {name}: {note} Cards are being rewritten, links have stopped.", name=who, note=ended)


def _approved(t: Translator, story: Story, who: str, zone: ZoneInfo) -> str:
    if story.state in {StoryState.LIVE, StoryState.EXPIRED}:
        return t("Approved by {name}.", name=who)
    if story.state == StoryState.SCHEDULED and story.publish_at is not None:
        return t("Approved by {name}. It goes out on {at}.", name=who, at=t.moment(story.publish_at, zone))
    if story.state == StoryState.SCHEDULED:
        return t("Approved by {name}. It goes out at its time.", name=who)
    if story.leader_ids and story.leaders_minutes:
        minutes = t.n("{n} minute", "{n} minutes", story.leaders_minutes)
        return t("Approved by {name}. Some get it first, its channels {minutes} later.", name=who, minutes=minutes)
    return t("Approved by {name}. It goes out now.", name=who)


__all__ = ["Course", "close", "is_behind", "of", "settle", "verdict"]
