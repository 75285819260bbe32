"""Channels as editors see them: where stories go, and which channels get a weekly post."""

from __future__ import annotations

from advocacy.bot.actions import Call
from advocacy.bot.cheer import weekly
from advocacy.bot.editors import editors_only
from advocacy.chat import MOST_LABEL, Answer, Button, Fact, Message, Private
from advocacy.content.plain import shorten
from advocacy.delivery import places

LISTED = 20


@editors_only
async def channels(call: Call) -> Answer:
    """All story channels, with a button each."""
    return await _channels(call)


async def _channels(call: Call, said: str = "") -> Answer:
    t = call.t
    async with call.parts.db.read() as s:
        found = await places.story_channels(s)
    heading = t("Channels")
    if not found:
        said = t("No channel gets stories yet. Whoever runs the product adds one with “advocacy channel add”.")
        return Private(Message(summary=said, heading=heading, paragraphs=(said,)), replace=True)
    facts, buttons = [], []
    for one in found[:LISTED]:
        facts.append(Fact(one.name, t("stories, and a weekly post") if one.cheers else t("stories")))
        label = t("End the weekly post: {name}", name=one.name)
        if not one.cheers:
            label = t("Begin a weekly post: {name}", name=one.name)
        value = {"c": one.id, "on": 0 if one.cheers else 1}
        buttons.append(Button(shorten(label, MOST_LABEL), action="channel_cheers", value=value))
    buttons.append(Button(t("Show this week's post"), action="week_show"))
    footnote = t("The weekly post thanks departments. It names nobody, and there is none in a week without a share.")
    return Private(
        Message(
            summary=said or heading, heading=heading, paragraphs=(said,) if said else (), facts=tuple(facts),
            buttons=tuple(buttons), footnote=footnote,
        ),
        replace=True,
    )  # fmt: skip


@editors_only
async def channel_cheers(call: Call) -> Answer:
    """Begin or end the weekly post in a channel."""
    async with call.parts.db.write() as s:
        name = await places.set_cheers(s, call.number("c"), on=bool(call.number("on")))
    if not name:
        return await _channels(call)
    if call.number("on"):
        return await _channels(call, call.t("{name} gets a weekly post.", name=name))
    return await _channels(call, call.t("{name} gets no weekly post any more.", name=name))


@editors_only
async def week_show(call: Call) -> Answer:
    """The weekly post as it would be now, for one's own eyes."""
    async with call.parts.db.read() as s:
        message = await weekly.preview(s, call.t, call.parts, call.at)
    if message is None:
        said = call.t(
            "There would be no post: nothing was shared in the last seven days, or you are fewer than {n} people.",
            n=call.t.number(call.parts.settings.minimum_group),
        )
        return Private(Message(summary=said, paragraphs=(said,)))
    return Private(message)


WORDS = {"channels": channels, "kanäle": channels}
ACTIONS = {"channels": channels, "channel_cheers": channel_cheers, "week_show": week_show}
