"""Presses about the moment a share leaves: at a chosen time, at the best one, and what is planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call
from advocacy.bot.brands import labels
from advocacy.bot.moment_cards import MOST, later_form, not_a_time, not_then, planned_facts, planned_list
from advocacy.bot.share_actions import around_share, show
from advocacy.chat import Answer, Button, Fact, OpenForm, Private
from advocacy.content import stories, times
from advocacy.content.versions import spoken
from advocacy.delivery import placements
from advocacy.sharing import planning
from advocacy.sharing.models import Share
from advocacy.sharing.planning import NotThen


async def later(call: Call) -> Answer:
    """Open the form for date and time; the undo window stands still meanwhile."""
    async with call.parts.db.write() as s:
        mine = await call.parts.sharing.hold(s, call.number("i"), call.person.id)
        if not planning.can_wait(mine):
            return await show(s, call, mine, replace=True)
        return await _form(s, call, mine)


async def later_save(call: Call) -> Answer:
    """Plan it for what was typed; with a mistake the form stays, with what was typed."""
    typed = call.press.inputs
    async with call.parts.db.write() as s:
        mine = await call.parts.sharing.own(s, call.number("i"), call.person.id)
        try:
            clock = times.typed(typed.get("day", ""), typed.get("hour", ""))
            wanted = times.moment(clock, call.zone)
            mine = await planning.plan(s, call.parts.sharing, mine.id, call.person.id, wanted, at=call.at)
        except times.NotATime as odd:
            field = "hour" if odd.part == "time" else "day"
            return await _form(s, call, mine, {field: not_a_time(call.t, odd.part)})
        except NotThen as no:
            field = "hour" if no.code == "past" else "day"
            return await _form(s, call, mine, {field: not_then(call.t, no, call.zone)})
        await placements.outdate(s, mine.story_id, call.press.who.address)
        return await show(s, call, mine, replace=True)


async def best_time(call: Call) -> Answer:
    """Let the best moment be found. Where there is none, the share stays as it is, and the answer says why."""
    async with call.parts.db.write() as s:
        try:
            mine = await planning.plan_best(s, call.parts.sharing, call.number("i"), call.person.id, at=call.at)
        except NotThen as no:
            mine = await call.parts.sharing.own(s, call.number("i"), call.person.id)
            answer = await show(s, call, mine, replace=True)
            said = not_then(call.t, no, call.zone)
            return Private(
                replace(answer.message, summary=said, paragraphs=(said, *answer.message.paragraphs)), replace=True
            )
        await placements.outdate(s, mine.story_id, call.press.who.address)
        return await show(s, call, mine, replace=True)


async def planned(call: Call) -> Answer:
    """All that this person has planned."""
    async with call.parts.db.read() as s:
        shares = await planning.planned(s, call.person.id, call.at)
        titles = await _titles(s, call, shares)
    names = labels(call.t, call.parts.networks)
    return Private(planned_list(call.t, shares, titles, names, zone=call.zone, at=call.at), replace=True)


async def share_open(call: Call) -> Answer:
    """One share of one's own as it stands."""
    async with call.parts.db.write() as s:
        return await show(s, call, await call.parts.sharing.own(s, call.number("i"), call.person.id), replace=True)


async def planned_rows(s: AsyncSession, call: Call) -> tuple[tuple[Fact, ...], tuple[Button, ...]]:
    """For “my shares”: a row for each planned share, and the way to all of them."""
    shares = (await planning.planned(s, call.person.id, call.at))[:MOST]
    names = labels(call.t, call.parts.networks)
    rows = planned_facts(call.t, shares, await _titles(s, call, shares), names, zone=call.zone, at=call.at)
    return rows, (Button(call.t("Planned posts"), action="planned"),) if shares else ()


async def _titles(s: AsyncSession, call: Call, shares: list[Share]) -> dict[int, str]:
    ids = {one.story_id for one in shares[:MOST]}
    return {id_: spoken(await stories.get(s, id_), call.t.language).title for id_ in ids}


async def _form(s: AsyncSession, call: Call, mine: Share, errors: Mapping[str, str] | None = None) -> Answer:
    ends = stories.ends(await stories.get(s, mine.story_id))
    typed = call.press.inputs if errors else {}
    return OpenForm(later_form(call.t, await around_share(s, call, mine), ends, typed, errors or {}))


ACTIONS = {
    "later": later, "later_save": later_save, "best_time": best_time, "planned": planned, "share_open": share_open,
}  # fmt: skip
WORDS = {"planned": planned, "geplant": planned}
REPEATABLE = ("later", "later_save", "best_time", "planned", "share_open")
