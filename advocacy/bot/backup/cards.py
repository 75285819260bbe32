"""What is said around a case: without a name in the editors' channel, with all of it between the two who talk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from advocacy.bot.backup_offer import backup_button
from advocacy.bot.language import Translator
from advocacy.chat import MOST_LABEL, OPENS_FORM, Button, Fact, Message
from advocacy.content.plain import shorten
from advocacy.sharing.backup_models import BackupCase, BackupEvent, BackupMessage, CaseState
from advocacy.sharing.backup_texts import Text

_SHOWN = 12
"""The newest messages of a case in its view."""
_PARAGRAPH = 900


@dataclass(frozen=True, slots=True)
class Seen:
    """A case with what has to be known to show it to one person."""

    case: BackupCase
    viewer_id: int
    zone: ZoneInfo
    names: Mapping[int, str]
    messages: Sequence[BackupMessage] = ()
    events: Sequence[BackupEvent] = ()
    share: str = ""
    """Which share it is about, in words."""
    share_url: str = ""
    is_helper: bool = False
    note: str = ""

    def name(self, t: Translator, person_id: int | None) -> str:
        """What somebody is called."""
        return self.names.get(person_id or 0, t("the communications team"))


def asked_card(t: Translator, case: BackupCase, *, again: bool = False) -> Message:
    """To all editors: somebody needs backup. Who and why is seen only by whoever takes care."""
    heading = t("Nobody has taken care yet: somebody needs backup") if again else t("Somebody needs backup")
    return Message(
        summary=heading,
        heading=heading,
        paragraphs=(
            t("A colleague got a nasty comment under a post. Who it is, and what was written, sees only whoever "
              "takes care."),
        ),
        buttons=(Button(t("I take care of it"), action="backup_take", value={"c": case.id}, style="primary"),),
        footnote=t("Case {n}", n=case.id),
    )  # fmt: skip


def taken_card(t: Translator, case: BackupCase, name: str) -> Message:
    """What becomes of it once somebody takes care."""
    said = t("It is over. Thank you!") if case.state == CaseState.CLOSED else t("{name} takes care of it.", name=name)
    heading = t("Somebody needed backup")
    return Message(summary=said, heading=heading, paragraphs=(said,), footnote=t("Case {n}", n=case.id))


def guidance(t: Translator, texts: Sequence[Text], *, before: Sequence[str] = (), heading: str = "") -> Message:
    """What helps now. ``before`` is said above it."""
    heading = heading or t("What helps now")
    return Message(
        summary=heading,
        heading=heading,
        paragraphs=tuple(before),
        facts=tuple(Fact(one.title, one.text) for one in texts),
        footnote=t("Only you see this message."),
    )


def relayed(t: Translator, seen: Seen, text: str, to_helper: bool) -> Message:  # noqa: FBT001
    """The other one wrote something."""
    case = seen.case
    writer = case.person_id if to_helper else case.helper_id
    heading = t("{name} writes to you", name=seen.name(t, writer))
    return Message(
        summary=t("There is a confidential message for you."),
        heading=shorten(heading, 140),
        quote=text,
        buttons=case_buttons(t, case, is_helper=to_helper, is_person=not to_helper),
        footnote=t("In confidence · case {n}", n=case.id),
    )


def show_button(t: Translator, case_id: int) -> Button:
    """Leads to all of a case; in Teams also back from what stands in its place."""
    return Button(t("Show all of it"), action="backup_read", value={"c": case_id})


def reopen_button(t: Translator, case_id: int) -> Button:
    """Lets a case go on that was over."""
    return Button(t("Open it again"), action="backup_reopen", value={"c": case_id})


def case_buttons(t: Translator, case: BackupCase, *, is_helper: bool, is_person: bool) -> tuple[Button, ...]:
    """What can be done about a case by whoever sees it."""
    value = {"c": case.id}
    form = {**value, OPENS_FORM: 1}
    show = show_button(t, case.id)
    if case.state == CaseState.CLOSED:
        return (reopen_button(t, case.id), show) if is_helper or is_person else ()
    label = t("Write more") if is_person and case.state == CaseState.OPEN else t("Write back")
    write = Button(label, action="backup_write", value=form, style="primary")
    ideas = Button(t("Ideas for an answer"), action="backup_answers", value=value)
    over = Button(t("It is over"), action="backup_close", value=value)
    if is_helper:
        return write, ideas, show, Button(t("Hand over"), action="backup_hand", value=form), over
    if is_person:
        quiet = Button(t("No prompts, please"), action="backup_quiet", value=value)
        return write, ideas, show, Button(t("What helps now"), action="backup_guide", value=value), quiet, over
    if case.state == CaseState.OPEN:
        return (Button(t("I take care of it"), action="backup_take", value=value, style="primary"),)
    ask = t("From then on you talk with the person, and both are told. Take it over?")
    return (Button(t("Take it over"), action="backup_over", value=value, confirm=ask),)


def case_message(t: Translator, seen: Seen) -> Message:
    """All of a case, for one who may read it."""
    case = seen.case
    is_person = case.person_id == seen.viewer_id
    lines = [f"{seen.name(t, one.by_id)}, {t.moment(one.at, seen.zone)}:\n{shorten(one.text, _PARAGRAPH)}"
             for one in seen.messages[-_SHOWN:]]  # fmt: skip
    facts = [
        *(() if is_person else (Fact(t("Who"), seen.name(t, case.person_id)),)),
        Fact(t("State"), state_word(t, seen)),
        *((Fact(t("About"), seen.share),) if seen.share else ()),
        *((Fact(t("The comment"), case.link),) if case.link else ()),
        *((Fact(t("Screenshot"), case.screenshot),) if case.screenshot else ()),
        Fact(t("Log"), " · ".join(_happened(t, seen, one) for one in seen.events[-_SHOWN:])),
    ]
    heading = t("Backup, case {n}", n=case.id)
    buttons = [one for one in case_buttons(t, case, is_helper=seen.is_helper, is_person=is_person)
               if one.action != "backup_read"]  # fmt: skip
    if seen.share_url:
        buttons.append(Button(t("View the post"), url=seen.share_url))
    return Message(
        summary=seen.note or heading,
        heading=heading,
        paragraphs=(*((seen.note,) if seen.note else ()), *lines),
        facts=tuple(facts),
        buttons=tuple(buttons),
        footnote=t("In confidence: seen by the two who talk here. Whoever else opens it is named in the log."),
    )


def state_word(t: Translator, seen: Seen) -> str:
    """Whose turn it is."""
    case = seen.case
    if case.state == CaseState.OPEN:
        return t("open, nobody has taken it yet")
    if case.state == CaseState.CLOSED:
        return t("over")
    turn = case.person_id if case.state == CaseState.WAITING else case.helper_id
    cared = t("{name} takes care of it.", name=seen.name(t, case.helper_id)).rstrip(".")
    waits = t("waiting for you") if turn == seen.viewer_id else t("waiting for {name}", name=seen.name(t, turn))
    return f"{cared} · {waits}"


def _happened(t: Translator, seen: Seen, event: BackupEvent) -> str:
    words = {
        "opened": t("opened"), "taken": t("taken by {name}"), "handed": t("handed over by {name}"),
        "released": t("open again"), "looked": t("read by {name}"), "closed": t("ended by {name}"),
        "reopened": t("opened again by {name}"),
    }  # fmt: skip
    said = words[event.what].format(name=seen.name(t, event.by_id))
    return f"{t.moment(event.at, seen.zone)}: {said}"


@dataclass(frozen=True, slots=True)
class Listed:
    """Cases in a list, with who takes care of each."""

    cases: Sequence[BackupCase]
    names: Mapping[int, str] = field(default_factory=dict)


def cases_message(t: Translator, listed: Listed, viewer_id: int, *, is_editor: bool) -> Message:
    """Cases somebody may know of: their own, and for editors which wait and who takes care, without whose they are."""
    heading = t("Backup after nasty comments")
    said = t("There is no case of yours.") if not listed.cases else t("Only you see this message.")
    facts, buttons = [], []
    for case in listed.cases:
        is_mine = viewer_id in (case.person_id, case.helper_id)
        who = listed.names.get(case.helper_id or 0, "–")
        state = {
            CaseState.OPEN: t("open, nobody has taken it yet"), CaseState.CLOSED: t("over"),
        }.get(CaseState(case.state), t("{name} takes care of it.", name=who))  # fmt: skip
        facts.append(Fact(t("Case {n}", n=case.id), state))
        if case.state == CaseState.OPEN and not is_mine:
            label = t("I take care of case {n}", n=case.id)
            buttons.append(Button(label, action="backup_take", value={"c": case.id}, style="primary"))
        elif is_mine:
            buttons.append(Button(t("Show case {n}", n=case.id), action="backup_read", value={"c": case.id}))
        else:
            ask = t("That you open it is written into its log, which both can see. Open it?")
            label = shorten(t("Look into case {n}", n=case.id), MOST_LABEL)
            buttons.append(Button(label, action="backup_look", value={"c": case.id}, confirm=ask))
    buttons.append(backup_button(t))
    if is_editor:
        buttons.append(Button(t("Texts that help"), action="backup_texts"))
    return Message(summary=heading, heading=heading, paragraphs=(said,), facts=tuple(facts), buttons=tuple(buttons))
