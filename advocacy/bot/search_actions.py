"""Searching stories: as a list to read, or to put into what somebody is writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call
from advocacy.bot.cards import story_card
from advocacy.bot.offers import offers
from advocacy.chat import MOST_LABEL, Answer, Button, Fact, Found, Message, Private
from advocacy.content import audience
from advocacy.content.models import Story
from advocacy.content.plain import shorten
from advocacy.content.versions import spoken

AT_ONCE, LISTED = 25, 8
"""Teams asks for so many results at a time; a list in chat has fewer."""
SEARCHED = 200
"""Stories that are looked at."""
_LINE = 120


async def search(call: Call) -> Answer:
    """A list of what has these words, with a button each; typed as ``search wind``."""
    t, wanted = call.t, " ".join(call.press.text.split()[1:])
    async with call.parts.db.read() as s:
        found = await _matching(s, call, wanted)
    heading = t("Stories with “{words}”", words=wanted) if wanted else t("Stories")
    if not found:
        said = t("Nothing found. Try one word, or part of it.") if wanted else t("There is no story for you right now.")
        more = (Button(t("All stories"), action="feed"),) if wanted else ()
        return Private(Message(summary=said, heading=heading, paragraphs=(said,), buttons=more), replace=True)
    shown = [(one.id, spoken(one, t.language)) for one in found[:LISTED]]
    count = t.n("{n} story", "{n} stories", len(found))
    return Private(
        Message(
            summary=f"{heading}: {count}", heading=heading, paragraphs=(count,),
            facts=tuple(Fact(one.title, shorten(one.summary, _LINE) or "–") for _, one in shown),
            buttons=tuple(
                Button(shorten(one.title, MOST_LABEL), action="story_show", value={"s": story_id})
                for story_id, one in shown
            ),
        ),
        replace=True,
    )  # fmt: skip


async def pick(call: Call) -> Answer:
    """Cards of what has these words, to be put into a message; so many from where the last list ended.

    Whoever reads it may be anybody: only what is out, and for everybody, can be put there.
    """
    begins = call.number("at")
    async with call.parts.db.read() as s:
        matching = await _matching(s, call, call.press.text)
        allowed = await audience.open_to_all(s, [one.id for one in matching], call.at)
        found = [one for one in matching if one.id in allowed][begins : begins + AT_ONCE]
        offered = await offers(s, call.parts, found)
    if not found and not begins:
        said = call.t("Nothing found. Try one word, or part of it.")
        return Private(Message(summary=said, paragraphs=(said,)))
    # Whoever reads the message gets no view of their own: it is somebody's message, not ours.
    return Found(tuple(_plain(story_card(call.t, offered[one.id])) for one in found))


def _plain(card: Message) -> Message:
    kept = tuple(one for one in card.buttons if one.action != "pass")
    return replace(card, buttons=kept, refresh=None, refresh_for=())


async def _matching(s: AsyncSession, call: Call, wanted: str) -> list[Story]:
    words = wanted.casefold().split()
    there = await audience.feed_for(s, call.person.id, call.at, SEARCHED)
    return [one for one in there if _has(one, call.t.language, words)]


def _has(story: Story, language: str, words: Sequence[str]) -> bool:
    said = spoken(story, language)
    text = " ".join((said.title, said.summary, story.title, *story.topics)).casefold()
    return all(word in text for word in words)


WORDS = {"search": search, "suche": search}
ACTIONS = {"search": search, "search_pick": pick}
