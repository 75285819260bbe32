"""The post about a week: thanks to departments, and no word about anybody who did not take part."""

from __future__ import annotations

from advocacy.bot.boards import definition, period_name
from advocacy.bot.language import Translator
from advocacy.chat import Bar, Button, Fact, Image, Message
from advocacy.insights.participation import Board
from advocacy.insights.week import Week

THANKED, BARS = 3, 8


def week_card(t: Translator, found: Week, board: Board, picture: str) -> Message:
    """The week's shares, clicks where they are many people's, and the month's departments, the largest part first."""
    shares = t.n("{n} share", "{n} shares", found.shares)
    said = [t("This week: {shares}.", shares=shares)]
    if found.clicks is not None:
        clicks = t.n("{n} click", "{n} clicks", found.clicks)
        said = [t("This week: {shares}, {clicks}.", shares=shares, clicks=clicks)]
    took_part = [row for row in board.rows if row.people and not row.is_rest]
    if took_part:
        names = ", ".join(row.name for row in took_part[:THANKED])
        said.append(t("Thank you to {names}, and to everybody who told others what we do.", names=names))
    if found.stone:
        said.append(t("A milestone: {n} shares since we began!", n=t.number(found.stone)))
    most = max((row.rate for row in took_part), default=0.0) or 1.0
    month = period_name(t, board.period)
    alt = t("Bar chart: participation per department, {period}", period=month)
    heading = t("Our week")
    return Message(
        summary=f"{heading}: {said[0]}", heading=heading, image=Image(picture, alt) if picture else None,
        paragraphs=tuple(said),
        bars=tuple(Bar(row.name, row.rate / most, t.percent(row.rate)) for row in took_part[:BARS]),
        facts=(Fact(t("The bars show"), month),) if took_part else (),
        buttons=(
            Button(t("Show stories"), action="feed", style="primary"), Button(t("Departments"), action="leaderboard"),
        ),
        footnote=definition(t, board),
    )  # fmt: skip


__all__ = ["week_card"]
