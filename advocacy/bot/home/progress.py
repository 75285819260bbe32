"""My progress: months of one's own, against nobody but oneself."""

from __future__ import annotations

from advocacy.bot.actions import Call
from advocacy.bot.boards import month_name
from advocacy.bot.language import Translator
from advocacy.chat import Answer, Bar, Button, Fact, Message, Private
from advocacy.insights import me, periods
from advocacy.insights.me import Month

MONTHS = 6


async def progress(call: Call) -> Answer:
    """The last months: shares, and clicks on them."""
    t = call.t
    async with call.parts.db.read() as s:
        months = await me.months(s, call.person.id, periods.last_months(call.parts.settings.zone, MONTHS))
    heading = t("My progress")
    show = Button(t("Show stories"), action="feed")
    if not any(one.shares for one in months):
        said = t("Nothing to compare yet: this page fills with your first share.")
        return Private(Message(summary=said, heading=heading, paragraphs=(said,), buttons=(show,)), replace=True)
    most = max(one.shares for one in months)
    bars = tuple(Bar(_name(t, one), one.shares / most, _value(t, one)) for one in months)
    return Private(
        Message(
            summary=heading, heading=heading, paragraphs=(_trend(t, months[-1], months[-2]),), bars=bars,
            facts=(
                Fact(t("Months with a share"), t.number(sum(bool(one.shares) for one in months))),
                Fact(t("Clicks on my links"), t.number(sum(one.clicks for one in months))),
            ),
            buttons=(show,), footnote=t("Only you see this. Your manager does not."),
        ),
        replace=True,
    )  # fmt: skip


def _name(t: Translator, one: Month) -> str:
    return month_name(t, one.month)


def _value(t: Translator, one: Month) -> str:
    shares = t.n("{n} share", "{n} shares", one.shares)
    return f"{shares} · " + t.n("{n} click", "{n} clicks", one.clicks)


def _trend(t: Translator, this: Month, last: Month) -> str:
    if this.shares > last.shares:
        return t("More than last month: {this} after {last}.", this=this.shares, last=last.shares)
    if this.shares and this.shares == last.shares:
        return t.n("As last month: {n} share.", "As last month: {n} shares.", this.shares)
    if last.shares:
        return t.n("Last month: {n} share. No hurry.", "Last month: {n} shares. No hurry.", last.shares)
    return t("A quiet month so far. No hurry.")


__all__ = ["progress"]
