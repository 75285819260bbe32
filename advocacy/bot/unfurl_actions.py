"""Somebody posted links to stories: a card stands below each, for everybody who reads there."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call
from advocacy.bot.language import Translator, translator
from advocacy.chat import Answer, Image, Message, Previews
from advocacy.content import audience, pictures
from advocacy.content.models import Story
from advocacy.content.versions import spoken
from advocacy.delivery import placements
from advocacy.sharing import link_stories


async def unfurl(call: Call) -> Answer:
    """Cards of those that may be shown to everybody; of a withdrawn, internal or ended story there is none.

    What is shown is the story's alone, never who shares it or how often.
    """
    given = call.press.value.get("urls")
    urls = [one for one in given if isinstance(one, str)] if isinstance(given, (list, tuple)) else []
    async with call.parts.db.read() as s:
        there = await link_stories.behind(s, call.parts.settings, urls)
        if not there:
            return None
        found = await audience.open_to_all(s, set(there.values()), call.at)
        t = await _words(s, call)
    cards = {url: _card(call, t, found[story_id]) for url, story_id in there.items() if story_id in found}
    return Previews(cards) if cards else None


async def _words(s: AsyncSession, call: Call) -> Translator:
    """The language of the channel, where it is one of ours; elsewhere that of channels without one."""
    spoken_there = {
        place.to: place.language
        for purpose in ("stories", "editors")
        for place in await placements.channels(s, purpose)
        if place.to == call.press.channel
    }
    return translator(next(iter(spoken_there.values()), call.parts.settings.language))


def _card(call: Call, t: Translator, story: Story) -> Message:
    said, picture = spoken(story, t.language), pictures.address(call.parts.settings, pictures.of(story))
    return Message(
        summary=said.title,
        heading=said.title,
        image=Image(picture, said.image_alt or said.title) if picture else None,
        paragraphs=(said.summary,) if said.summary else (),
    )


ACTIONS = {"unfurl": unfurl}

__all__ = ["ACTIONS", "unfurl"]
