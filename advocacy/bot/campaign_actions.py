"""Campaigns that editors run: how far each has come, and beginning one."""

from __future__ import annotations

from dataclasses import replace

from advocacy.bot.actions import Call
from advocacy.bot.desk.compose import field_problem
from advocacy.bot.desk.editing import filled
from advocacy.bot.editors import editors_only
from advocacy.bot.language import Translator
from advocacy.chat import (
    OPENS_FORM,
    Answer,
    Bar,
    Button,
    Fact,
    Form,
    Input,
    Message,
    OpenForm,
    Option,
    Private,
    sentence,
)
from advocacy.content import campaigns, times
from advocacy.content.models import Campaign
from advocacy.content.stories import Invalid
from advocacy.insights.campaign import Progress, progress

FIELDS = {"goal_kind": "goal_kind", "goal": "goal", "ends_on": "ends", "name": "name"}
"""Where a sentence about a column of the campaign stands."""


@editors_only
async def listing(call: Call) -> Answer:
    """All campaigns, each with how far it has come."""
    return await _listed(call)


async def _listed(call: Call, said: str = "") -> Answer:
    t = call.t
    async with call.parts.db.read() as s:
        found = list(await campaigns.listing(s))[:20]
        come = await progress(s, [one.id for one in found])
    heading = t("Campaigns")
    new = Button(t("New campaign"), action="campaign_new", value={OPENS_FORM: 1}, style="primary")
    if not found:
        said = t("There are no campaigns yet.")
        return Private(sentence(said, new, heading=heading), replace=True)
    bars = tuple(_bar(t, one, come[one.id]) for one in found if one.goal_kind)
    rest = tuple(Fact(one.name, _sums(t, come[one.id])) for one in found if not one.goal_kind)
    message = Message(
        summary=said or heading, heading=heading, paragraphs=(said,) if said else (), facts=rest, bars=bars,
        buttons=(new,),
    )  # fmt: skip
    return Private(message, replace=True)


def _bar(t: Translator, one: Campaign, come: Progress) -> Bar:
    there = come.of(one.goal_kind)
    units = {"people": t("people"), "shares": t("shares"), "clicks": t("clicks")}
    value = t("{there} of {goal} {unit}", there=t.number(there), goal=t.number(one.goal), unit=units[one.goal_kind])
    return Bar(one.name, min(1.0, there / max(1, one.goal)), value)


def _sums(t: Translator, come: Progress) -> str:
    return t(
        "{people} people, {shares} shares, {clicks} clicks", people=t.number(come.people),
        shares=t.number(come.shares), clicks=t.number(come.clicks),
    )  # fmt: skip


@editors_only
async def campaign_new(call: Call) -> Answer:
    """Open the form for a campaign."""
    return OpenForm(_form(call.t))


def _form(t: Translator) -> Form:
    goals = (
        Option("none", t("no goal")), Option("people", t("people")), Option("shares", t("shares")),
        Option("clicks", t("clicks")),
    )  # fmt: skip
    inputs = (
        Input("name", t("Name"), max_length=campaigns.MAX_NAME),
        Input("goal_kind", t("Goal"), "choice", "none", options=goals),
        Input("goal", t("How many"), optional=True),
        Input("starts", t("From"), "date", optional=True),
        Input("ends", t("Until"), "date", optional=True),
    )
    body = Message(summary=t("New campaign"), inputs=inputs)
    return Form(t("New campaign"), body, "campaign_save", {}, t("Save"), t("Cancel"))


@editors_only
async def campaign_save(call: Call) -> Answer:
    """Begin the campaign; with a mistake the form stays open."""
    t, inputs, errors = call.t, call.press.inputs, {}
    days = {}
    for name in ("starts", "ends"):
        try:
            typed = times.typed(inputs.get(name, ""), "", "00:00")
            days[name] = times.day_of(typed) if typed else None
        except times.NotATime:
            errors[name] = t("Write a date such as 2026-12-01.")
    goal = inputs.get("goal", "").strip()
    kind = "" if inputs.get("goal_kind", "none") == "none" else inputs["goal_kind"]
    if kind and not (goal.isascii() and goal.isdecimal() and len(goal) <= 12 and 0 < int(goal) <= campaigns.MAX_GOAL):
        errors["goal"] = t("Write a number, such as 200.")
    if not errors:
        try:
            async with call.parts.db.write() as s:
                await campaigns.create(
                    s,
                    inputs.get("name", ""),
                    goal_kind=kind,
                    goal=int(goal) if kind else 0,
                    starts_on=days["starts"],
                    ends_on=days["ends"],
                )
            return await _listed(call, t("Saved: {title}", title=" ".join(inputs.get("name", "").split())))
        except Invalid as wrong:
            said = t("There is one with this name already.") if wrong.code == "taken" else field_problem(t, wrong.code)
            errors[FIELDS[wrong.field]] = said
    return OpenForm(replace(filled(_form(t), call), errors=errors))


ACTIONS = {"campaigns": listing, "campaign_new": campaign_new, "campaign_save": campaign_save}
WORDS = {"campaigns": listing, "kampagnen": listing}
