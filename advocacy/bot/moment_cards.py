"""What a person reads about a share that waits for its moment, and the form in which they choose one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from advocacy.bot.around import Around
from advocacy.bot.brands import called
from advocacy.bot.language import Translator
from advocacy.bot.own_share import edit_button, not_now_button, own_share
from advocacy.chat import MOST_LABEL, OPENS_FORM, Button, Fact, Form, Input, Message, sentence
from advocacy.content import times
from advocacy.content.plain import shorten
from advocacy.sharing.models import Share, ShareState
from advocacy.sharing.planning import BEST, NotThen
from advocacy.sharing.standing import STANDING

USUAL = "09:00"
MOST = 10
"""Planned shares that are listed, and that have a button of their own."""
_SATURDAY = 5


def is_planned(around: Around) -> bool:
    """Does it wait for a moment that its person chose, or had chosen for them?"""
    share = around.share
    if share.planned_at is None or share.state != ShareState.PENDING:
        return False
    return share.due_at is not None and share.due_at == share.planned_at and share.due_at > around.at


def planned_card(t: Translator, around: Around) -> Message:
    """When it leaves, why then, and what can still be done."""
    share = around.share
    assert share.planned_at is not None
    said = t("It goes to {network} then, with exactly this text.", network=called(t, around.network))
    is_best = share.planned_why.startswith(BEST)
    other = () if is_best else (Button(t("Best time"), action="best_time", value=around.value),)
    if share.planned_why.startswith(STANDING):
        other = (Button(t("Stop posting by itself"), action="standing_off", value={"c": consent_of(share)}),)
    return own_share(
        t, around, t("Planned for {when}", when=t.soon(share.planned_at, around.zone, around.at)),
        said, *reasons(t, share.planned_why),
        buttons=(
            Button(t("Other time …"), action="later", value={**around.value, OPENS_FORM: 1}),
            Button(t("Post now"), action="post_now", value=around.value, style="primary"),
            Button(t("Undo"), action="undo", value=around.value, style="danger"),
            edit_button(t, around),
            *other,
        ),
        footnote=t("Only you see this message. If the story ends before, nothing is posted and you hear of it."),
    )  # fmt: skip


def changed_card(t: Translator, around: Around) -> Message:
    """The story says something else than when the share was planned: its person looks once more."""
    share = around.share
    as_it_is = {"s": share.story_id, "n": share.network}
    return own_share(
        t, around, t("The story was changed since you planned this"),
        t("Nothing has left. Please read your text once more: is it still right?"),
        buttons=(
            edit_button(t, around, style="primary"),
            Button(t("Post it as it is"), action="share", value=as_it_is),
            not_now_button(t, around),
        ),
    )  # fmt: skip


def reasons(t: Translator, why: str) -> tuple[str, ...]:
    """Why the best time is that one, in one paragraph; nothing for a moment that the person chose."""
    kind, *codes = why.split(":")
    if kind == STANDING:
        return (t("It posts by itself, as you agreed for one of its topics. “Undo” stops this post only."),)
    if kind != BEST:
        return ()
    words = {
        "hours": t("It is the next working hour on your clock, outside quiet hours and weekends."),
        "own": t("There are at least 30 minutes between your own posts there."),
        "colleagues": t("It keeps away from colleagues who post this story there."),
        "crowd": t("Many colleagues post this story there; it is as far from theirs as there is room."),
    }
    said = [words[code] for code in codes if code in words] or [t("It is a working hour on your clock, and soon.")]
    return (" ".join([t("Why then?"), *said]),)


def consent_of(share: Share) -> int:
    """The id of the standing consent that a share rests on; 0 when there is none."""
    kind, _, number = share.planned_why.partition(":")
    return int(number) if kind == STANDING and number.isdecimal() else 0


def kept_for(t: Translator, around: Around) -> tuple[str, ...]:
    """For a share that waits for its connection: the moment it is planned for stays."""
    planned_at = around.share.planned_at
    if planned_at is None or planned_at <= around.at:
        return ()
    return (t("It stays planned for {when}.", when=t.soon(planned_at, around.zone, around.at)),)


def later_buttons(t: Translator, around: Around) -> tuple[Button, Button]:
    """The ways to put a share off."""
    return (
        Button(t("Later …"), action="later", value={**around.value, OPENS_FORM: 1}),
        Button(t("Best time"), action="best_time", value=around.value),
    )


def later_form(
    t: Translator, around: Around, ends: datetime | None, typed: Mapping[str, str], errors: Mapping[str, str]
) -> Form:
    """Date and time on the person's own clock; ``typed`` wins over what is planned."""
    day, _, hour = _proposed(around).partition("T")
    said = [t("On your clock: {zone}.", zone=around.zone.key)]
    if ends is not None:
        said.append(t("The story ends on {when}; it has to leave before.", when=t.moment(ends, around.zone)))
    inputs = (
        Input("day", t("Post it on"), "date", typed.get("day", day)),
        Input("hour", t("At"), "time", typed.get("hour", hour)),
    )
    summary = t("When to post on {network}", network=called(t, around.network))
    body = Message(summary=summary, paragraphs=(summary, " ".join(said)), inputs=inputs)
    return Form(t("Later"), body, "later_save", around.value, t("Plan it"), t("Cancel"), errors)


def not_then(t: Translator, no: NotThen, zone: ZoneInfo) -> str:
    """Why it cannot leave at that moment, and what to do."""
    ends = t.moment(no.ends, zone) if no.ends is not None else ""
    words = {
        "ended": t("The story ends on {when}. Choose a moment at least 15 minutes before.", when=ends),
        "far": t("Choose a moment within a year."),
        "none": t("There is no working hour left before the story ends. Post it now, or choose a moment yourself."),
    }
    return words.get(no.code) or t("This moment has passed. Choose a later one.")


def not_a_time(t: Translator, part: str) -> str:
    """What could not be read."""
    return t("Write a time such as 09:30.") if part == "time" else t("Write a date such as 2026-12-01.")


def planned_list(
    t: Translator, shares: Sequence[Share], titles: Mapping[int, str], labels: Mapping[str, str],
    *, zone: ZoneInfo, at: datetime,
) -> Message:  # fmt: skip
    """All that a person has planned, each with a way to change it."""
    heading = t("Planned posts")
    back = Button(t("My shares"), action="me")
    if not shares:
        said = t("Nothing is planned. “Later …” below a share plans it.")
        return sentence(said, back, heading=heading)
    opens = [
        Button(shorten(titles.get(one.story_id, ""), MOST_LABEL), action="share_open", value={"i": one.id})
        for one in shares[:MOST]
    ]
    said = t("Press one to see its text, change its time, or undo it.")
    return Message(
        summary=heading, heading=heading, paragraphs=(said,),
        facts=planned_facts(t, shares[:MOST], titles, labels, zone=zone, at=at), buttons=(*opens, back),
    )  # fmt: skip


def planned_facts(
    t: Translator, shares: Sequence[Share], titles: Mapping[int, str], labels: Mapping[str, str],
    *, zone: ZoneInfo, at: datetime,
) -> tuple[Fact, ...]:  # fmt: skip
    """A row for each."""
    return tuple(
        Fact(
            f"{labels.get(one.network, one.network)} · {t.soon(one.planned_at, zone, at)}",
            titles.get(one.story_id, ""),
        )
        for one in shares
        if one.planned_at is not None
    )


def _proposed(around: Around) -> str:
    """What stands in the form at first: the moment it is planned for, else nine o'clock on the next working day."""
    share = around.share
    if share.planned_at is not None and share.planned_at > around.at:
        return times.wall_clock(share.planned_at, around.zone)
    day = around.at.astimezone(around.zone).date() + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return f"{day.isoformat()}T{USUAL}"


__all__ = [
    "MOST", "changed_card", "consent_of", "is_planned", "kept_for", "later_buttons", "later_form", "not_a_time",
    "not_then", "planned_card", "planned_facts", "planned_list", "reasons",
]  # fmt: skip
