"""What commands answer: help, the feed, my shares, the department board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from advocacy.bot.backup_offer import backup_button
from advocacy.bot.language import Translator
from advocacy.chat import Bar, Button, Fact, Image, Message, sentence
from advocacy.insights.me import Mine
from advocacy.insights.participation import Board, BoardRow
from advocacy.insights.periods import Period
from advocacy.sharing.models import Share, ShareReaction, ShareState

MONTHS = 12
BARS = 12
"""So many departments are drawn in chat; the page has all."""


def help_message(t: Translator, name: str, odd: str = "", *, is_editor: bool = False) -> Message:
    """What the bot can do, in one screen. ``odd`` is a word that was typed and means nothing to us."""
    return Message(
        summary=t("What I can do"),
        heading=t("Hello {name}!", name=name),
        paragraphs=(
            *((t("I do not know “{word}”. This is what I understand:", word=odd),) if odd else ()),
            t("Your communications team puts stories here. You share those you like with one click."),
            t("You see the exact text first, you can change it, and you can undo it."),
            t("Nobody sees who does not share. Boards show departments, not people."),
        ),
        facts=(
            Fact(t("home"), t("everything of mine in one place")),
            Fact(t("feed"), t("stories you can share now")),
            Fact(t("search"), t("stories with a word in them")),
            Fact(t("me"), t("my shares and clicks, only for me")),
            Fact(t("planned"), t("my posts that wait for their moment")),
            Fact(t("leaderboard"), t("which departments take part")),
            Fact(t("accounts"), t("networks I have connected")),
            Fact(t("topics"), t("what I want to hear of")),
            Fact(t("backup"), t("I got a nasty comment, and want help in confidence")),
            Fact(t("settings"), t("when and how often I hear from you")),
            Fact(t("quiet"), t("a break from prompts")),
            Fact(t("compose"), t("write a story from a link"))
            if is_editor
            else Fact(t("suggest"), t("suggest a story, with its link")),
            *(_for_editors(t) if is_editor else ()),
            Fact(t("tour"), t("how it works, in a minute")),
            Fact(t("help"), t("this overview")),
        ),
        buttons=(
            Button(t("Show stories"), action="feed", style="primary"),
            Button(t("My shares"), action="me"),
            Button(t("Departments"), action="leaderboard"),
            backup_button(t),
        ),
    )  # fmt: skip


def _for_editors(t: Translator) -> tuple[Fact, ...]:
    """What only the communications team can do."""
    return (
        Fact(t("ideas"), t("drafts and returned stories")),
        Fact(t("review"), t("what waits for approval")),
        Fact(t("plan"), t("the coming two weeks")),
        Fact(t("feeds"), t("sources and how they are")),
        Fact(t("channels"), t("where stories go, and the weekly posts")),
        Fact(t("campaigns"), t("groups of stories, and their goals")),
        Fact(t("rules"), t("what calls for which reviewer")),
        Fact(t("cases"), t("colleagues who need backup, and texts that help")),
        Fact(t("recall"), t("withdraw a story everywhere")),
        Fact(t("stop"), t("stop everything at once")),
        Fact(t("resume"), t("let everything go on after a stop")),
    )


def empty_feed(t: Translator) -> Message:
    """No story left."""
    said = t("You have seen everything. New stories arrive in your channels.")
    return sentence(said, heading=t("All done ✓"))


def period_name(t: Translator, period: Period) -> str:
    """A period as people say it."""
    if period.key.endswith("d"):
        return t("the last 30 days")
    year, part = period.key.split("-")
    if part.startswith("Q"):
        return t("quarter {n} of {year}", n=part[1:], year=year)
    return f"{month_name(t, int(part))} {year}"


def month_name(t: Translator, month: int) -> str:
    """January … December."""
    names = (
        t("January"), t("February"), t("March"), t("April"), t("May"), t("June"), t("July"),
        t("August"), t("September"), t("October"), t("November"), t("December"),
    )  # fmt: skip
    return names[(month - 1) % MONTHS]


def row_name(t: Translator, row: BoardRow) -> str:
    """A department's name; small ones appear together."""
    return t("Smaller departments together") if row.is_rest else row.name


def definition(t: Translator, board: Board) -> str:
    """How the number is made; printed next to every number."""
    how = t("Participation: people with at least one share, out of all employed there on any day of the period.")
    return how + " " + t("Groups under {n} people are shown together.", n=board.minimum_group)


def board_message(t: Translator, board: Board, picture: str, page: str) -> Message:
    """The department board, for chat."""
    name = period_name(t, board.period)
    heading = t("Who takes part: {period}", period=name)
    if not board.rows:
        said = t("Nothing to show yet for {period}.", period=name)
        return Message(summary=said, heading=heading, paragraphs=(said, definition(t, board)))
    total = board.company
    said = t(
        "{active} of {people} colleagues took part ({rate}).",
        active=t.number(total.people), people=t.number(total.headcount), rate=t.percent(total.rate),
    )  # fmt: skip
    top = max((row.rate for row in board.rows), default=0.0) or 1.0
    bars = tuple(Bar(row_name(t, row), row.rate / top, _row_value(t, row)) for row in board.rows[:BARS])
    buttons = [Button(t("Open the page"), url=page)] if page else []
    return Message(
        summary=f"{heading}: {said}",
        heading=heading,
        image=Image(picture, t("Bar chart: participation per department, {period}", period=name)) if picture else None,
        paragraphs=(said,),
        bars=bars,
        facts=(
            Fact(t("Measured shares"), t.number(total.measured)),
            Fact(t("Self-reported shares"), t.number(total.reported)),
            Fact(t("Clicks"), t.number(total.clicks)),
        ),
        buttons=tuple(buttons),
        footnote=definition(t, board),
    )


def _row_value(t: Translator, row: BoardRow) -> str:
    rate, active, people = t.percent(row.rate), t.number(row.people), t.number(row.headcount)
    return t("{rate} · {active} of {people}", rate=rate, active=active, people=people)


def me_message(
    t: Translator,
    mine: Mine,
    recent: Sequence[tuple[Share, str]],
    labels: Mapping[str, str],
    came: Mapping[int, ShareReaction],
) -> Message:
    """My shares and my clicks. ``recent`` are shares with their stories' titles, ``came`` what came of them."""

    def line(share: Share, title: str) -> Fact:
        label = f"{labels.get(share.network, share.network)} · {state_word(t, share)}"
        one = came.get(share.id)
        return Fact(
            label, title if one is None else f"{title} ({reactions_said(t, one.likes, one.reposts, one.replies)})"
        )

    lines = tuple(line(share, title) for share, title in recent)
    said = (
        t.n("You shared {n} time this month.", "You shared {n} times this month.", mine.shares)
        if mine.shares
        else t("You have not shared anything this month. That is fine; “feed” shows what is there.")
    )
    return Message(
        summary=said,
        heading=t("My shares"),
        paragraphs=(said,),
        facts=(
            Fact(t("Measured shares"), t.number(mine.measured)),
            Fact(t("Self-reported shares"), t.number(mine.reported)),
            Fact(t("Clicks on my links"), t.number(mine.clicks)),
            *lines,
        ),
        buttons=(Button(t("Show stories"), action="feed"), Button(t("My accounts"), action="accounts")),
        footnote=t("Only you see this. Your manager does not."),
    )


def reactions_said(t: Translator, likes: int, reposts: int, replies: int) -> str:
    """Likes, reposts and replies, in figures and words."""
    return ", ".join((
        t.n("{n} like", "{n} likes", likes),
        t.n("{n} repost", "{n} reposts", reposts),
        t.n("{n} reply", "{n} replies", replies),
    ))  # fmt: skip


def state_word(t: Translator, share: Share) -> str:
    """One word for where a share stands."""
    words = {
        ShareState.WAITING: t("waits for you to connect"),
        ShareState.OPENED: t("share page opened"),
        ShareState.PENDING: t("about to be posted"),
        ShareState.SENDING: t("being posted"),
        ShareState.POSTED: t("posted"),
        ShareState.REPORTED: t("self-reported"),
        ShareState.FAILED: t("not posted"),
        ShareState.UNKNOWN: t("being checked"),
        ShareState.UNDONE: t("undone"),
        ShareState.DELETED: t("deleted"),
        ShareState.CANCELLED: t("story ended"),
    }
    if share.problem == "changed":
        return t("waits for your look")
    if share.problem == "marker":
        return t("waits for your own words")
    return words[ShareState(share.state)]
