"""A platform that holds each message against the truth at the moment it arrives, and at the end all that stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from advocacy.bot.cards import Offer, ended_card, revised_card, story_card
from advocacy.bot.language import translator
from advocacy.chat import ChannelRef, Message, MessageRef, UserRef
from advocacy.content.models import Story, StoryState
from advocacy.db import now

ENGLISH = translator("en")


@dataclass
class Truth:
    """What the desk has decided about one story, kept apart from the product's own tables."""

    content: tuple[str, str]
    """Title and summary as they stand."""
    approved: Story | None = None
    """The story as it was approved, as long as that holds."""
    titles: set[str] = field(default_factory=set)
    """Of everything that was ever approved."""
    recalled: bool = False
    times: dict[str, datetime | None] = field(default_factory=dict)
    leaders: frozenset[str] = frozenset()
    """Users who get it first."""
    ahead: timedelta = timedelta(0)
    """By so much."""

    def lies_ahead(self, *names: str) -> bool:
        """Is one of these times still to come?"""
        return any(at is not None and at > now() for at in map(self.times.get, names))

    @property
    def has_ended(self) -> bool:
        """Is it over, or are the rights in it?"""
        ends = (self.times.get(name) for name in ("expires_at", "rights_until"))
        return any(at is not None and at <= now() for at in ends)


@dataclass
class Standing:
    """A message that stands in a channel or in direct messages."""

    story_id: int
    placement_id: int
    is_direct: bool
    message: Message
    """What it shows now."""


class Judge:
    """The platform."""

    name = "slack"

    def __init__(self) -> None:
        self.truths: dict[int, Truth] = {}
        self.there: dict[str, MessageRef] = {}
        self.standing: dict[MessageRef, Standing] = {}
        self.is_stopped = False
        self.arrived = 0
        self.to_leaders = 0
        """How many of those that arrived went to somebody who gets it first."""
        self.fault: Exception | None = None
        self.fault_after = False
        self.wrong: list[str] = []
        """What should not have arrived, and why."""

    def forget(self) -> None:
        """Begin anew; what has arrived still counts."""
        for kept in (self.truths, self.there, self.standing):
            kept.clear()
        self.wrong, self.fault, self.is_stopped = [], None, False

    async def send(self, to: ChannelRef | UserRef, message: Message, marker: str) -> MessageRef:
        if self.fault is not None and not self.fault_after:
            raise self._trouble()
        if marker in self.there:
            self.wrong.append("the same card sent twice")
        self.wrong += [f"sent {one}" for one in self._against(to, message)]
        self.arrived += 1
        is_direct = isinstance(to, UserRef)
        self.to_leaders += is_direct
        where = to.channel if isinstance(to, ChannelRef) else f"D-{to.user}"
        ref = self.there[marker] = MessageRef(to.platform, to.tenant, where, str(self.arrived))
        if message.refresh is not None:
            value = message.refresh.value
            self.standing[ref] = Standing(value["s"], value["p"], is_direct, message)
        if self.fault is not None:
            raise self._trouble()
        return ref

    async def update(self, ref: MessageRef, message: Message) -> None:
        if self.fault is not None and not self.fault_after:
            raise self._trouble()
        self.wrong += [f"rewritten {one}" for one in self._against(ref, message)]
        self.standing[ref].message = message
        if self.fault is not None:
            raise self._trouble()

    async def find(self, to: object, marker: str, since: float) -> MessageRef | None:
        del to, since
        return self.there.get(marker)

    def _trouble(self) -> Exception:
        fault, self.fault, self.fault_after = self.fault, None, False
        assert fault is not None
        return fault

    def _against(self, to: ChannelRef | UserRef | MessageRef, message: Message) -> Iterator[str]:
        """What is wrong: it must be the card of a content that is approved now, of a story that is out for them."""
        is_rewrite = isinstance(to, MessageRef)
        if self.is_stopped and not is_rewrite:
            yield "in an emergency stop"
        if message.refresh is None:
            titles = {title for truth in self.truths.values() for title in truth.titles}
            if not is_rewrite or message.heading not in {"Story withdrawn", "Being revised", *titles}:
                yield f"as an ending: {message.heading!r}"
            return
        value = message.refresh.value
        truth = self.truths[value["s"]]
        is_direct = isinstance(to, UserRef) or (is_rewrite and self.standing[to].is_direct)
        if truth.approved is None or not _is_card(message, truth.approved, value["p"], early=is_direct):
            yield f"but not the approved content: {message.heading!r}"
        yield from _too_early_or_late(truth, to)

    def untrue(self, stories: dict[int, Story]) -> Iterator[str]:
        """Once nothing is left to send: what the cards show that stand, where it is not so."""
        for one in self.standing.values():
            truth, shows, story = self.truths[one.story_id], one.message, stories[one.story_id]
            held = truth.lies_ahead("embargo_until") or (
                not one.is_direct and story.state in (StoryState.APPROVED, StoryState.SCHEDULED)
            )
            if truth.recalled:
                is_true = shows.heading == "Story withdrawn"
            elif truth.approved is None:
                is_true = shows == revised_card(ENGLISH)
            elif truth.has_ended:
                is_true = shows == ended_card(ENGLISH, truth.approved)
            elif held:
                is_true = shows == revised_card(ENGLISH)
            else:
                early = one.is_direct and story.state != StoryState.LIVE
                is_true = _is_card(shows, truth.approved, one.placement_id, early=early)
            if not is_true:
                yield f"left standing untrue: {shows.heading!r}, {story.state}, in {'a chat' if one.is_direct else 'a channel'}"


def _is_card(message: Message, approved: Story, placement_id: int, *, early: bool) -> bool:
    """Is this the card of what was approved? ``early``: to somebody who gets it first, which it may say."""
    expected = story_card(ENGLISH, Offer(approved, placement_id, {}, picture=""))
    shown = replace(message, refresh_for=())
    return (_without_early(shown) if early else shown) == _without_early(expected)


def _without_early(message: Message) -> Message:
    """Without the line that says until when somebody is first: times may change after the approval."""
    left = tuple(one for one in message.paragraphs if not one.startswith("You get this before everybody else."))
    return replace(message, paragraphs=left)


def _too_early_or_late(truth: Truth, to: ChannelRef | UserRef | MessageRef) -> Iterator[str]:
    """A story is out from its time on, for leaders some minutes earlier, and never after its end."""
    if truth.recalled:
        yield "after recall"
    if truth.has_ended:
        yield "after its end"
    if truth.lies_ahead("embargo_until"):
        yield "before its embargo ended"
    if isinstance(to, UserRef) and to.user not in truth.leaders:
        yield "to somebody who is no leader"
    begins = truth.times.get("publish_at")
    ahead = truth.ahead if isinstance(to, UserRef) else timedelta(0)
    if not isinstance(to, MessageRef) and begins is not None and begins - ahead > now():
        yield "before its time"
