"""How somebody wants to hear from us: settings, their form, and “less of this”."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call
from advocacy.bot.home.pace_form import Typed, pace_form, read
from advocacy.bot.home.pace_words import digest_days
from advocacy.chat import OPENS_FORM, Answer, Button, Fact, Message, OpenForm, Private
from advocacy.people import breaks, directory, rhythm
from advocacy.people.rhythm import Pace


async def settings(call: Call) -> Answer:
    """What holds for this person now."""
    return await _settings(call)


async def _settings(call: Call, said: str = "") -> Answer:
    t = call.t
    async with call.parts.db.read() as s:
        pace = await _pace(s, call)
    undo = call.person.undo_seconds
    seconds = call.parts.settings.undo_seconds if undo is None else undo
    facts = [
        Fact(t("Digest"), digest_days(t, pace)),
        Fact(t("Unasked at most"), t.n("{n} message a week", "{n} messages a week", pace.most)),
        Fact(t("Quiet hours"), pace.quiet.replace("-", "–") or t("none")),
        Fact(t("Time to undo"), t.n("{n} second", "{n} seconds", seconds)),
    ]  # fmt: skip
    if breaks.is_on_break(call.person, call.at):
        facts.append(Fact(t("A break from prompts"), t("now")))
    if pace.platform:
        facts.append(Fact(t("Write to me in"), _PLATFORMS[pace.platform]))
    buttons = (
        Button(t("Change"), action="pace_form", value={OPENS_FORM: 1}, style="primary"),
        Button(t("My topics"), action="topics"),
        Button(t("My digest now"), action="digest"),
        Button(t("A break from prompts"), action="backup_quiet"),
    )
    heading = t("How I want to hear from you")
    footnote = t("Answers to what you press always come. Your manager does not see any of this.")
    return Private(
        Message(
            summary=said or heading, heading=heading, paragraphs=(said,) if said else (), facts=tuple(facts),
            buttons=buttons, footnote=footnote,
        ),
        replace=True,
    )  # fmt: skip


async def form(call: Call) -> Answer:
    """Open the form."""
    async with call.parts.db.read() as s:
        return OpenForm(pace_form(call.t, await _typed(s, call)))


async def save(call: Call) -> Answer:
    """Settle what was typed; with a mistake the form stays open."""
    chosen, errors = read(call.t, call.press.inputs)
    async with call.parts.db.write() as s:
        if errors:
            shown = replace(await _typed(s, call), inputs=call.press.inputs)
            return OpenForm(replace(pace_form(call.t, shown), errors=errors))
        undo = chosen.pop("undo")
        await rhythm.choose(s, call.person.id, _usual(call), call.zone, call.at, **chosen)
        call.person.undo_seconds = undo
        await directory.set_undo(s, call.person.id, undo)
    return await _settings(call, call.t("Saved."))


async def less(call: Call) -> Answer:
    """Ways to hear less, each one press."""
    t = call.t
    async with call.parts.db.read() as s:
        pace = await _pace(s, call)
    said = t("What would be better? You can change it back at any time.")
    buttons = [Button(t("Fewer topics"), action="topics")]
    if len(pace.days) > 1:
        buttons.append(Button(t("One digest a week"), action="less_set", value={"d": "one"}))
    if pace.most > 1:
        buttons.append(Button(t("One message a week at most"), action="less_set", value={"d": "most"}))
    if pace.days:
        buttons.append(Button(t("No digest"), action="less_set", value={"d": "none"}))
    buttons += [
        Button(t("A break for a week"), action="quiet_set", value={"d": "week"}),
        Button(t("All settings"), action="settings"),
    ]
    heading = t("Less of this")
    return Private(Message(summary=heading, heading=heading, paragraphs=(said,), buttons=tuple(buttons)))


async def less_set(call: Call) -> Answer:
    """Hear less from now on."""
    async with call.parts.db.write() as s:
        pace = await _pace(s, call)
        changes: Mapping[str, dict[str, object]] = {
            "one": {"days": pace.days[:1]}, "most": {"most": 1}, "none": {"days": ()},
        }  # fmt: skip
        if call.word("d") in changes:
            await rhythm.choose(s, call.person.id, _usual(call), call.zone, call.at, **changes[call.word("d")])
    return await _settings(call, call.t("Saved."))


def _usual(call: Call) -> Pace:
    return rhythm.company(call.parts.settings)


async def _pace(s: AsyncSession, call: Call) -> Pace:
    return await rhythm.of(s, call.person.id, _usual(call))


async def _typed(s: AsyncSession, call: Call) -> Typed:
    known = await directory.identities(s, call.person.id)
    there = {one.platform: _PLATFORMS[one.platform] for one in known if not one.is_guest}
    undo = call.person.undo_seconds
    return Typed(await _pace(s, call), call.parts.settings.undo_seconds if undo is None else undo, there)


_PLATFORMS = {"slack": "Slack", "teams": "Microsoft Teams"}
WORDS = {"settings": settings, "einstellungen": settings, "less": less, "weniger": less}
ACTIONS = {
    "settings": settings, "pace_form": form, "pace_save": save, "less": less, "less_set": less_set,
}  # fmt: skip
REPEATABLE = ("settings", "pace_form", "pace_save", "less", "less_set")
