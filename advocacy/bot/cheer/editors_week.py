"""The editors' week: what went out, what came of it, and what waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Parts
from advocacy.bot.language import Translator
from advocacy.chat import Bar, Button, Fact, Message
from advocacy.content import stories
from advocacy.content.models import StoryState
from advocacy.insights import story as story_insights
from advocacy.insights import week

LISTED = 5


async def editors_week(s: AsyncSession, t: Translator, parts: Parts, at: datetime) -> Message:
    """The summary, with ways to what waits."""
    out = await stories.went_live(s, at - timedelta(days=week.DAYS), at)
    totals = await story_insights.totals(s, [one.id for one in out])
    best = sorted(out, key=lambda one: (-totals[one.id].people, -totals[one.id].clicks, one.id))[:LISTED]
    _, to_review = await stories.newest(s, [StoryState.IN_REVIEW], 1)
    _, planned = await stories.newest(s, [StoryState.SCHEDULED], 1)
    found = await week.ending(s, parts.settings, at.astimezone(parts.settings.zone).date())
    heading = t("Your week")
    went = t.n("{n} story went out.", "{n} stories went out.", len(out)) if out else t("No story went out this week.")
    facts = [Fact(t("To review"), t.number(to_review)), Fact(t("Planned"), t.number(planned))]
    if found is not None:
        told = t("{now}, the week before {before}", now=t.number(found.shares), before=t.number(found.shares_before))
        clicks = [] if found.clicks is None else [Fact(t("Clicks"), t.number(found.clicks))]
        facts = [Fact(t("Shares"), told), *clicks, *facts]
    most = max((totals[one.id].people for one in best), default=0) or 1
    return Message(
        summary=f"{heading}: {went}", heading=heading, paragraphs=(went,), facts=tuple(facts),
        bars=tuple(
            Bar(one.title, totals[one.id].people / most, t.n("{n} colleague", "{n} colleagues", totals[one.id].people))
            for one in best
        ),
        buttons=(
            Button(t("To review"), action="reviews", style="primary"), Button(t("Planned"), action="plan"),
            Button(t("Ideas"), action="ideas"),
        ),
        footnote=t("Comes once a week. Sums only; nobody is listed."),
    )  # fmt: skip


__all__ = ["editors_week"]
