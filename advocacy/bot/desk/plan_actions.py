"""Presses of editors on a story's time and audience, and the plan of the coming two weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call
from advocacy.bot.cards import open_story
from advocacy.bot.desk import audience_form, when_form
from advocacy.bot.desk.editing import filled, kept_open
from advocacy.bot.desk.new_topics import doubt
from advocacy.bot.desk.overview import state_name
from advocacy.bot.desk.when_form import Read
from advocacy.bot.editors import editors_only
from advocacy.bot.language import LANGUAGES, Translator
from advocacy.chat import MOST_LABEL, Answer, Button, Fact, Form, Message, OpenForm, Private, sentence
from advocacy.content import calendar, schedule, stories, times
from advocacy.content.calendar import Entry
from advocacy.content.models import Story
from advocacy.content.plain import shorten
from advocacy.content.stories import Invalid, Overtaken
from advocacy.db import after_commit
from advocacy.delivery import outbox, placements, places

DAYS = 14
MOST_SHOWN = 40


@editors_only
async def when(call: Call) -> Answer:
    """Open the form with a story's times."""
    async with call.parts.db.read() as s:
        story = await stories.get(s, call.number("s"))
    return OpenForm(when_form.drawn(call.t, story, call.parts.settings.zone))


@editors_only
async def when_save(call: Call) -> Answer:
    """Take over the times; those of a story that is out hold for cards that still wait."""
    zone = call.parts.settings.zone
    async with call.parts.db.read() as s:
        story = await stories.get(s, call.number("s"))
        form = when_form.drawn(call.t, story, zone)
        read = when_form.read(call.t, call.press.inputs, story, zone, await _zones(s, call, story))
    return await _save(call, form, read, when_form.FIELDS)


async def _zones(s: AsyncSession, call: Call, story: Story) -> list[ZoneInfo]:
    """Time zones of the channels a story goes to."""
    zone = call.parts.settings.zone
    return [times.zone(one.time_zone, zone) for one in await placements.channels(s, "stories", story.channel_ids)]


@editors_only
async def audience(call: Call) -> Answer:
    """Open the form with whom a story is for."""
    async with call.parts.db.read() as s:
        story = await stories.get(s, call.number("s"))
        return OpenForm(await audience_form.drawn(s, call.t, story))


@editors_only
async def audience_save(call: Call) -> Answer:
    """Take over whom a story is for; a narrower or wider circle goes back to review like any other change.

    A topic decides on who sees a story: one that nobody knows is always asked about.
    """
    async with call.parts.db.read() as s:
        story = await stories.get(s, call.number("s"))
        form = await audience_form.drawn(s, call.t, story)
        read = await audience_form.read(s, call.t, call.press.inputs)
        asked = None if read.errors else await doubt(s, call, form, story.topics, only_alike=False)
    if asked is not None:
        return OpenForm(asked)
    return await _save(call, form, read, audience_form.FIELDS)


async def _save(call: Call, form: Form, read: Read, fields: dict[str, str]) -> Answer:
    """Write what was read; with a mistake the form stays open, everything typed in it."""
    if read.errors:
        return OpenForm(replace(filled(form, call), errors=read.errors))
    try:
        async with call.parts.db.write() as s:
            seen = call.number("v")
            story, moved = await schedule.replan(s, call.number("s"), by_id=call.person.id, seen=seen, **read.changes)
            if moved:
                await outbox.cancel_sends(s, story.id)
            unmet = await places.out_of_reach(s, story.leader_ids)
            after_commit(s, call.parts.editors_due)
    except (Invalid, Overtaken) as wrong:
        return kept_open(call, form, wrong, fields)
    return Private(_saved(call, story, unmet), replace=True)


def _saved(call: Call, story: Story, unmet: Sequence[str]) -> Message:
    t, zone = call.t, call.parts.settings.zone
    begins, ends = calendar.begins(story), stories.ends(story)
    facts = [Fact(t("Where it stands"), state_name(t, story))]
    if begins is not None:
        facts.append(Fact(t("Goes out"), t.moment(begins, zone)))
    if story.wall_clock:
        facts.append(Fact(t("Whose clock"), t("Each channel's own clock")))
    if ends is not None:
        facts.append(Fact(t("Ends"), t.moment(ends, zone)))
    if unmet:
        first = t("{names}. They have to press or write something to this app once.", names=", ".join(unmet))
        facts.append(Fact(t("Cannot get it first yet"), first))
    back = open_story(t, story.id)
    said = t("Saved: {title}", title=story.title)
    return Message(summary=said, heading=said, facts=tuple(facts), buttons=(back,))


@editors_only
async def resend(call: Call) -> Answer:
    """Put a live story into its channels once more; asks first."""
    t = call.t
    back = open_story(t, call.number("s"))
    if not call.number("sure"):
        async with call.parts.db.read() as s:
            story = await stories.get(s, call.number("s"))
        said = t("Put “{title}” into its channels once more, as a new message?", title=story.title)
        yes = Button(t("Send again"), action="resend", value={"s": story.id, "sure": 1}, style="primary")
        return Private(sentence(said, yes, back), replace=True)
    try:
        async with call.parts.db.write() as s:
            story = await schedule.resend(s, call.number("s"))
        said = t("“{title}” goes into its channels once more.", title=story.title)
    except Invalid:
        said = t("Only a story that is out can be sent again.")
    return Private(sentence(said, back), replace=True)


@editors_only
async def feature(call: Call) -> Answer:
    """Let a story stand first in feeds, or no longer, as the button said: pressed twice it is not undone."""
    async with call.parts.db.write() as s:
        story = await schedule.feature(s, call.number("s"), first=bool(call.number("on")))
    t = call.t
    said = (
        t("“{title}” now stands first.", title=story.title)
        if story.featured
        else t("“{title}” stands in line again.", title=story.title)
    )
    back = open_story(t, story.id)
    return Private(sentence(said, back), replace=True)


@editors_only
async def plan(call: Call) -> Answer:
    """What goes out and ends in the coming two weeks, by day, with what is missing."""
    t, zone = call.t, call.parts.settings.zone
    today = call.at.astimezone(zone).date()
    start = times.start_of_day(today, zone)
    async with call.parts.db.read() as s:
        end = times.start_of_day(today + timedelta(days=DAYS), zone)
        entries = await calendar.between(s, start, end, LANGUAGES)
    heading = t("The plan for two weeks")
    if not entries:
        said = t("Nothing is planned for the coming two weeks.")
        return Private(sentence(said, heading=heading), replace=True)
    shown = entries[:MOST_SHOWN]
    open_ids = list(dict.fromkeys(one.story_id for one in shown if one.missing))[:5]
    titles = {one.story_id: one.title for one in shown}
    buttons = tuple(Button(shorten(titles[one], MOST_LABEL), action="desk", value={"s": one}) for one in open_ids)
    more = len(entries) - len(shown)
    footnote = t.n("and {n} more", "and {n} more", more) if more else ""
    return Private(
        Message(summary=heading, heading=heading, facts=tuple(_days(t, shown, zone)), buttons=buttons,
                footnote=footnote), replace=True
    )  # fmt: skip


def _days(t: Translator, entries: list[Entry], zone: ZoneInfo) -> list[Fact]:
    """One fact a day."""
    lines: dict[str, list[str]] = {}
    for one in entries:
        lines.setdefault(t.date(one.at.astimezone(zone).date()), []).append(_line(t, one, zone))
    return [Fact(day, "\n".join(said)) for day, said in lines.items()]


def _line(t: Translator, one: Entry, zone: ZoneInfo) -> str:
    hour = t.time(one.at, zone)
    if one.kind == "ends":
        return t("{time} ends: {title}", time=hour, title=one.title)
    said = t("{time} {title}", time=hour, title=one.title)
    return f"{said} – {_missing(t, one)}" if one.missing else said


def _missing(t: Translator, one: Entry) -> str:
    names = {
        "approval": t("approval"), "caption": t("a wording"), "image_alt": t("what the picture shows"),
        "image_rights": t("rights in the picture"),
    }  # fmt: skip
    lacks = [
        t.language_name(code.partition(":")[2]) if code.startswith("version:") else names[code] for code in one.missing
    ]
    return t("missing: {parts}", parts=", ".join(lacks))


ACTIONS = {
    "when": when, "when_save": when_save, "audience": audience, "audience_save": audience_save, "resend": resend,
    "feature": feature, "plan": plan,
}  # fmt: skip
WORDS = {"plan": plan, "kalender": plan, "calendar": plan}
