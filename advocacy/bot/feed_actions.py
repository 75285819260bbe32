"""Feeds in chat: editors are asked about new entries, decide with one press, and see how each source is doing."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call, Parts
from advocacy.bot.editors import editors_only, spoken
from advocacy.bot.feed_cards import decided_card, health_card, more_card, question_card
from advocacy.bot.language import Translator, translator
from advocacy.chat import Answer, Button, Message, Private, Rewrite, sentence
from advocacy.content.feeds import due, questions, sources
from advocacy.content.models import Story
from advocacy.db import after_commit
from advocacy.delivery import copies, outbox, placements
from advocacy.delivery.places import Place

AT_ONCE = 5
"""Questions put for one pull of a feed; one card stands for all others."""


async def pull(parts: Parts) -> None:
    """Pull the feeds that are due, then ask editors about what needs their word."""
    await due.pull_due(parts.db, parts.http)
    await ask(parts)


async def ask(parts: Parts) -> int:
    """Put new questions to all editors' channels; answers how many cards."""
    cards = 0
    async with parts.db.write() as s:
        places = await placements.channels(s, "editors")
        if not places:
            return 0  # they are asked as soon as there is a channel
        for asked in await questions.unput(s):
            for place in places:
                t = translator(place.language)
                for one in reversed(asked[:AT_ONCE]):
                    cards += await outbox.send(s, place.to, question_card(t, one), _marker(one.entry.id, place))
                if left := asked[AT_ONCE:]:
                    marker = f"entries:{left[0].entry.id}:{place.channel_id}"
                    cards += await outbox.send(s, place.to, more_card(t, left[0].source, len(left)), marker)
        if cards:
            after_commit(s, parts.worker.wake.set)
    return cards


def _marker(entry_id: int, place: Place) -> str:
    return f"entry:{entry_id}:{place.channel_id}"


async def _settle(s: AsyncSession, call: Call, say: Callable[[Translator], Message]) -> None:
    """The question stands in every editors' channel; where it was not pressed, it says what was decided too."""
    cards = {_marker(call.number("e"), place): place for place in await placements.channels(s, "editors")}
    await copies.settle(s, cards, lambda place: say(translator(place.language)), but=call.press.message)
    after_commit(s, call.parts.worker.wake.set)


async def take(call: Call) -> Answer:
    """Make a draft of the entry."""
    return await _decide(call, take=True)


async def decline(call: Call) -> Answer:
    """Leave the entry out."""
    return await _decide(call, take=False)


async def _decide(call: Call, *, take: bool) -> Answer:
    is_card = call.number("c") == 1
    async with call.parts.db.write() as s:
        decision = await questions.decide(s, call.number("e"), call.person, take=take)
        _, left = await questions.waiting(s)
        t = await spoken(s, call) if is_card else call.t
        if decision.is_new:
            await _settle(s, call, lambda t: decided_card(t, decision, call.person.name, card=True))
    if is_card:
        return Rewrite(decided_card(t, decision, call.person.name, card=True))
    following = [Button(call.t("Next entry ›"), action="entries", value={"at": call.number("at")})] if left else []
    message = decided_card(call.t, decision, call.person.name, card=False, extra=following)
    return Private(message, replace=True)


async def review(call: Call) -> Answer:
    """Put the draft made of an entry up for review."""
    async with call.parts.db.write() as s:
        story = await questions.submit(s, call.number("e"), call.person)
        is_card = call.number("c") == 1
        t = await spoken(s, call) if is_card else call.t
        await _settle(s, call, lambda t: _up_for_review(t, story))
    message = _up_for_review(t, story)
    return Rewrite(message) if is_card else Private(message, replace=True)


def _up_for_review(t: Translator, story: Story) -> Message:
    said = t("“{title}” is up for review.", title=story.title)
    return sentence(said, heading=story.title)


@editors_only
async def entries(call: Call) -> Answer:
    """Entries to decide on, one at a time."""
    at = call.number("at")
    async with call.parts.db.read() as s:
        question, count = await questions.waiting(s, at)
    if question is None:
        said = call.t("All entries are decided.")
        return Private(sentence(said), replace=True)
    following = Button(call.t("Next entry ›"), action="entries", value={"at": (at + 1) % count})
    message = question_card(call.t, question, extra=[following] if count > 1 else [], card=False)
    return Private(message, replace=True)


@editors_only
async def feeds(call: Call) -> Answer:
    """How each source is doing."""
    return await health(call)


async def health(call: Call, note: str = "") -> Answer:
    """The same, with a word about what was just done with one of them; for callers that have checked who asks."""
    async with call.parts.db.read() as s:
        listed = await sources.listing(s)
    at = call.number("at") if call.number("at") < len(listed) else 0
    return Private(health_card(call.t, listed, at, call.parts.settings.zone, note), replace=True)


@editors_only
async def feed_pull(call: Call) -> Answer:
    """Ask a source now."""
    async with call.parts.db.write() as s:
        is_due = await sources.hasten(s, call.number("f"), call.at)
        if is_due:
            after_commit(s, call.parts.feeds_due)
    note = (
        call.t("It is asked now. What is new comes to the editors' channel or lies with the drafts.")
        if is_due
        else call.t("It was asked less than five minutes ago, and we do not press a source harder than that.")
    )
    return await health(call, note)


ACTIONS = {
    "entry_take": take, "entry_decline": decline, "entry_review": review, "entries": entries, "feeds": feeds,
    "feed_pull": feed_pull,
}  # fmt: skip

WORDS = {"feeds": feeds, "quellen": feeds}
