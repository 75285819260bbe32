"""What editors see of feeds: questions about new entries, what was decided, and how each source is doing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from advocacy.bot.language import Translator
from advocacy.chat import MOST_LABEL, OPENS_FORM, Button, Fact, Message, sentence
from advocacy.content.feeds.questions import Decision, Question
from advocacy.content.feeds.sources import Health
from advocacy.content.plain import shorten

ON_PAGE = 5
"""Feeds shown at once."""
_HEADING = 150


def question_card(t: Translator, question: Question, *, extra: Sequence[Button] = (), card: bool = True) -> Message:
    """An entry to decide on. ``card``: it stands in a channel, for everybody.

    Without its picture: that still lies elsewhere, and whoever looks at the card would fetch it from there.
    """
    entry, said = question.entry, question.entry.entry
    value = {"e": entry.id, "c": int(card)}
    heading = t("New in {feed}: {title}", feed=question.source, title=entry.title)
    return Message(
        summary=shorten(heading, _HEADING),
        heading=shorten(heading, _HEADING),
        paragraphs=(said["summary"],) if said.get("summary") else (),
        facts=(
            Fact(t("Link"), said.get("url", "")),
            Fact(t("Topics"), ", ".join(said.get("topics", ())) or t("none")),
        ),
        buttons=(
            Button(t("Make a draft"), action="entry_take", value=value, style="primary"),
            Button(t("Not this one"), action="entry_decline", value=value),
            *extra,
        ),
    )


def more_card(t: Translator, source: str, count: int) -> Message:
    """One card for all further entries of a pull."""
    said = t.n("{n} more new entry in {feed}", "{n} more new entries in {feed}", count, feed=source)
    return Message(
        summary=said,
        heading=shorten(said, _HEADING),
        paragraphs=(t("To keep this channel readable they are not all shown here."),),
        buttons=(Button(t("Look through them"), action="entries"),),
    )


def decided_card(t: Translator, decision: Decision, who: str, *, card: bool, extra: Sequence[Button] = ()) -> Message:
    """What became of an entry; ``who`` decided, if it was now."""
    said = _decided(t, decision, who)
    review = Button(
        t("Put up for review"), action="entry_review", value={"e": decision.question.entry.id, "c": int(card)}
    )
    has_draft = decision.story is not None and decision.story.state == "draft"
    return Message(
        summary=said,
        heading=decision.question.entry.title,
        paragraphs=(said,),
        buttons=(*((review,) if has_draft else ()), *extra),
    )


def _decided(t: Translator, decision: Decision, who: str) -> str:
    if not decision.is_new:
        is_draft = decision.question.entry.story_id is not None
        return (
            t("This was decided before: a draft was made of it.")
            if is_draft
            else t("This was decided before: nothing is made of it.")
        )
    if decision.story is None:
        return t("{name} left this one out.", name=who)
    return t("{name} made a draft of it.", name=who)


def health_card(t: Translator, feeds: Sequence[Health], at: int, zone: ZoneInfo, note: str = "") -> Message:
    """A page of the subscriptions, from number ``at`` on: what they brought, what is wrong, when they are asked."""
    heading = t("Feeds")
    add = Button(t("Add a feed"), action="feed_new", value={OPENS_FORM: 1}, style="default" if feeds else "primary")
    shown = feeds[at : at + ON_PAGE]
    if not shown:
        said = t("No feed is subscribed yet. Add one with its address, and its articles become drafts by themselves.")
        return sentence(said, add, heading=heading)
    names = _names(feeds)
    pulls = [
        Button(
            shorten(t("Ask now: {feed}", feed=names[one.feed.id]), MOST_LABEL),
            action="feed_pull",
            value={"f": one.feed.id, "at": at},
        )
        for one in shown
        if one.feed.active
    ]
    waiting = sum(one.waiting for one in feeds)
    buttons = [Button(t("Entries to decide on"), action="entries")] if waiting else []
    if len(feeds) > ON_PAGE:
        following = at + ON_PAGE if at + ON_PAGE < len(feeds) else 0
        buttons.append(Button(t("More feeds ›"), action="feeds", value={"at": following}))
    return Message(
        summary=note or heading,
        heading=heading,
        paragraphs=(note,) if note else (),
        facts=tuple(Fact(names[one.feed.id], _health(t, one, zone)) for one in shown),
        buttons=(*pulls, *buttons, add),
    )


def _names(feeds: Sequence[Health]) -> dict[int, str]:
    """What each is called, by its id: its title, with the end of its address where two have the same."""
    titles = Counter(one.feed.title for one in feeds)
    names = {}
    for feed in (one.feed for one in feeds):
        end = feed.url.removeprefix("https://").rstrip("/").rpartition("/")[2]
        named = f"{shorten(end, 30)} · {feed.title}" if titles[feed.title] > 1 else feed.title
        names[feed.id] = shorten(named if feed.title else feed.url, 80)
    return names


def _health(t: Translator, health: Health, zone: ZoneInfo) -> str:
    feed = health.feed

    def when(at: datetime | None, otherwise: str) -> str:
        return t.moment(at, zone) if at is not None else otherwise

    parts = [problem(t, feed.problem)] if feed.problem else []
    parts.append(mode(t, feed.mode))
    never, soon = t("none yet"), t("within a minute")
    parts += [
        t("last new entry: {at}", at=when(feed.new_at, never)),
        t("last answer: {at}", at=when(feed.ok_at, never)),
    ]
    if feed.active:
        parts.append(t("next look: {at}", at=when(feed.next_at, soon)))
    if health.waiting:
        parts.append(t.n("{n} entry waits for you", "{n} entries wait for you", health.waiting))
    return " · ".join(parts)


def mode(t: Translator, code: str) -> str:
    """What happens with a new entry, in words."""
    words = {
        "draft": t("new entries become drafts"),
        "review": t("new entries go to review"),
        "ask": t("editors are asked about new entries"),
    }
    return words.get(code, code)


def problem(t: Translator, code: str) -> str:
    """What is wrong with a source, in words."""
    sentences = {
        "not_a_feed": t("What stands there is no feed any more."),
        "empty": t("There is no entry in it."),
        "too_large": t("It is larger than 5 MB and is not read."),
        "blocked": t("Its address leads where we do not go: only public addresses are visited."),
        "forbidden": t("It asks for a password or lets nobody in."),
        "missing": t("There is nothing at its address; it is asked less and less often."),
        "gone": t("It was taken away for good, so it is no longer asked."),
        "busy": t("It asks us to come back later."),
        "broken_but_used": t("It is damaged; what could be read was used."),
    }
    return sentences.get(code, t("It cannot be reached; it is asked less and less often."))
