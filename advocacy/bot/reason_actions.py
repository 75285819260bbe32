"""“Not for me, because …”: reasons that nobody can trace, and what editors see of them."""

from __future__ import annotations

from advocacy.bot.actions import Call, is_private
from advocacy.bot.cards import back_to_story, way_back
from advocacy.bot.editors import editors_only
from advocacy.bot.language import Translator
from advocacy.bot.refusals import refusal
from advocacy.chat import Answer, Bar, Button, Message, Private
from advocacy.content import audience, reasons, stories
from advocacy.content.versions import spoken


def label(t: Translator, reason: str) -> str:
    """A reason as people say it."""
    words = {
        "topic": t("Not my topic"),
        "private": t("I keep work and profile apart"),
        "wording": t("Not my words"),
        "timing": t("Not the right moment"),
        "doubts": t("I have doubts about it"),
        "other": t("Another reason"),
    }
    return words.get(reason, words["other"])


async def ask(call: Call) -> Answer:
    """“Not for me”: ask why, in private."""
    async with call.parts.db.read() as s:
        story = await audience.readable(s, call.number("s"), call.person.id, call.at)
    t, minimum = call.t, call.parts.settings.minimum_group
    heading = t("Not for you, and that is fine. Why?")
    message = Message(
        summary=heading,
        heading=heading,
        paragraphs=(
            spoken(story, t.language).title,
            t("Nobody learns who said what: reasons are only added up, and never kept with a name."),
        ),
        buttons=(
            *(Button(label(t, one), action="pass_reason", value={"s": story.id, "r": one}) for one in reasons.REASONS),
            way_back(t, story.id, call.number("p")),
        ),
        footnote=t("Editors see the sums from {n} answers on, in steps of {n}.", n=minimum),
    )
    return Private(message, replace=is_private(call.press))


async def reason(call: Call) -> Answer:
    """Count the reason, hide the story."""
    named = call.word("r")
    if named not in reasons.REASONS:
        return Private(refusal(call.t, "again"))
    async with call.parts.db.write() as s:
        story = await audience.readable(s, call.number("s"), call.person.id, call.at)
        await reasons.passed(s, story.id, call.person.id, named, call.parts.settings.minimum_group)
    said = call.t("Thank you. We will not show you this story again.")
    again = Button(call.t("Show it again"), action="pass_back", value={"s": story.id})
    return Private(Message(summary=said, heading=said, buttons=(again,)), replace=True)


async def back(call: Call) -> Answer:
    """Show the story again."""
    async with call.parts.db.write() as s:
        await reasons.back(s, call.number("s"), call.person.id)
    said = call.t("The story is among yours again.")
    rest = call.t("Your answer stays in the sum: it carries no name, so it cannot be found and taken out.")
    feed = Button(call.t("Show stories"), action="feed")
    return Private(Message(summary=said, heading=said, paragraphs=(rest,), buttons=(feed,)), replace=True)


@editors_only
async def show(call: Call) -> Answer:
    """What editors see: sums of whole groups, or from when on there is something to see."""
    t, minimum = call.t, call.parts.settings.minimum_group
    async with call.parts.db.read() as s:
        story = await stories.get(s, call.number("s"))
        shown = await reasons.shown_for(s, story.id, minimum)
    heading = t("Why “{title}” is not for everybody", title=story.title)
    footnote = t("Sums grow in steps of at least {n} answers, so that no step tells of one person.", n=minimum)
    ways = (back_to_story(t, story.id),)
    if shown is None:
        said = t("Reasons are shown from {n} answers on.", n=minimum)
        return Private(Message(summary=said, heading=heading, paragraphs=(said,), buttons=ways, footnote=footnote))
    bars = tuple(Bar(label(t, one), count / shown.total, t.number(count)) for one, count in shown.counts)
    total = t.n("{n} answer", "{n} answers", shown.total)
    return Private(
        Message(summary=heading, heading=heading, paragraphs=(total,), bars=bars, buttons=ways, footnote=footnote)
    )


ACTIONS = {"pass": ask, "pass_reason": reason, "pass_back": back, "reasons": show}
