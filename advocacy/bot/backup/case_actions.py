"""Presses of somebody who got a nasty comment, and of both who talk about it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call
from advocacy.bot.backup import telling
from advocacy.bot.backup.cards import (
    Listed,
    case_buttons,
    case_message,
    cases_message,
    guidance,
    reopen_button,
    show_button,
)  # fmt: skip
from advocacy.bot.backup.forms import NONE, Asking, backup_form, write_form
from advocacy.bot.backup.quiet_actions import BREAKS, set_break
from advocacy.bot.backup_offer import backup_button
from advocacy.bot.language import Translator, supported
from advocacy.chat import MOST_LABEL, OPENS_FORM, Answer, Button, Fact, Message, OpenForm, Private, sentence
from advocacy.content.plain import shorten
from advocacy.content.stories import Invalid
from advocacy.people import directory
from advocacy.people.models import Person
from advocacy.sharing import backup_cases, backup_texts
from advocacy.sharing.backup_models import BackupCase
from advocacy.sharing.backup_texts import Text
from advocacy.sharing.models import ShareState

OUT = (ShareState.POSTED, ShareState.REPORTED)
RECENT = 20


async def backup(call: Call) -> Answer:
    """Open the form; about the share whose answer was pressed, if it was one."""
    share_id = call.number("i")
    return OpenForm(backup_form(call.t, await _asking(call, share_id), share_id))


async def _asking(call: Call, share_id: int, *, errors: dict[str, str] | None = None) -> Asking:
    """What the form shows. Raises ``NotYours`` for the share of somebody else."""
    async with call.parts.db.write() as s:
        mine = [one for one in await call.parts.sharing.mine(s, call.person.id, limit=RECENT) if one.state in OUT]
        if share_id and all(one.id != share_id for one in mine):
            mine.insert(0, await call.parts.sharing.own(s, share_id, call.person.id))
        shares = [(one.id, await telling.share_label(s, call.parts, one, call.t)) for one in mine]
    return Asking(shares, call.parts.settings.backup_keep_days, call.press.inputs if errors else {}, errors or {})


async def backup_save(call: Call) -> Answer:
    """Open the case, ask the team, and say at once what helps."""
    inputs = call.press.inputs
    chosen = inputs.get("share", NONE)
    share_id = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 19 else 0
    try:
        async with call.parts.db.write() as s:
            case, is_new = await backup_cases.open_case(
                s, call.person, share_id=share_id, text=inputs.get("text", ""), link=inputs.get("link", ""),
                screenshot=inputs.get("screenshot", ""), at=call.press.who,
            )  # fmt: skip
            if is_new:
                await telling.ask(s, call.parts, case)
            elif case.helper_id is not None:
                await telling.show(s, call.parts, case, to_helper=True, why=f"more:{call.at.timestamp():.0f}")
            if inputs.get("quiet", "") in BREAKS:
                await set_break(s, call.person, inputs["quiet"], call.at)
            texts = await backup_texts.shown(s, "guidance", call.t.language)
    except Invalid as wrong:
        asking = await _asking(call, call.number("i"), errors={wrong.field: wrong.code})
        return OpenForm(backup_form(call.t, asking, call.number("i")))
    return Private(_opened(call.t, case, texts, is_new=is_new))


def _opened(t: Translator, case: BackupCase, texts: list[Text], *, is_new: bool) -> Message:
    said = (
        t("The team has been asked. Whoever takes care of it writes to you here.")
        if is_new
        else t("That was added to your open case.")
    )
    message = guidance(
        t,
        texts,
        before=(said, t("With “cases” you find it again."), t("Until then, this helps:")),
        heading=t("You are not alone with this"),
    )
    buttons = case_buttons(t, case, is_helper=False, is_person=True)
    return Message(
        summary=said, heading=message.heading, paragraphs=message.paragraphs, facts=message.facts,
        buttons=tuple(one for one in buttons if one.action != "backup_guide"), footnote=message.footnote,
    )  # fmt: skip


async def read(call: Call) -> Answer:
    """All of a case, to one of the two."""
    async with call.parts.db.write() as s:
        case = await backup_cases.of(s, call.number("c"), call.person)
        seen = await telling.gather(s, call.parts, case, call.person)
    return Private(case_message(call.t, seen))


async def write(call: Call) -> Answer:
    """Open the form for a message to the other one; with an idea for an answer in it, if one was chosen."""
    async with call.parts.db.write() as s:
        case = await backup_cases.of(s, call.number("c"), call.person)
        to = await _other(s, call, case)
        person = await directory.get(s, case.person_id)
        idea = await backup_texts.find(s, "answer", call.word("x"), _language(person)) if call.word("x") else None
    return OpenForm(write_form(call.t, case.id, to, idea.text if idea else ""))


async def send(call: Call) -> Answer:
    """Bring it to the other one."""
    text = call.press.inputs.get("text", "")
    try:
        async with call.parts.db.write() as s:
            case = await backup_cases.of(s, call.number("c"), call.person)
            to = await _other(s, call, case)
            message = await backup_cases.say(s, case, call.person, text, call.press.who)
            await telling.relay(s, call.parts, case, message)
    except Invalid as wrong:
        return OpenForm(write_form(call.t, call.number("c"), to, text, wrong.code))
    except backup_cases.NotNow:
        return Private(_over(call.t, call.number("c")))
    said = (
        call.t("Noted. Whoever takes care of it reads it first.")
        if case.helper_id is None
        else call.t("Sent to {name}.", name=to)
    )
    return Private(sentence(said))


async def _other(s: AsyncSession, call: Call, case: BackupCase) -> str:
    other = case.helper_id if case.person_id == call.person.id else case.person_id
    return (await directory.names(s, {other} if other else set())).get(other or 0, call.t("the communications team"))


def _language(person: Person) -> str:
    return supported(person.language)


def _over(t: Translator, case_id: int) -> Message:
    said = t("This case is over. Open it again to go on.")
    return Message(summary=said, heading=said, buttons=(reopen_button(t, case_id),))


async def ideas(call: Call) -> Answer:
    """Ideas for an answer under the post, each of which the helper can send with a press."""
    async with call.parts.db.write() as s:
        case = await backup_cases.of(s, call.number("c"), call.person)
        person = await directory.get(s, case.person_id)
        texts = await backup_texts.shown(s, "answer", _language(person))
    t = call.t
    heading = t("Ideas for an answer")
    is_helper = case.person_id != call.person.id
    said = (
        t("Choose one to change it and send it to {name}.", name=person.name)
        if is_helper
        else t("Take one, make it your own, or leave it: no answer is an answer too.")
    )
    value = {"c": case.id, OPENS_FORM: 1}
    buttons = tuple(
        Button(shorten(t("Take: {title}", title=one.title), MOST_LABEL), action="backup_write",
               value={**value, "x": one.key})
        for one in texts
    )  # fmt: skip
    message = Message(
        summary=heading, heading=heading, paragraphs=(said,), facts=tuple(Fact(one.title, one.text) for one in texts),
        buttons=(*(buttons if is_helper else ()), show_button(t, case.id)),
    )  # fmt: skip
    return Private(message)


async def guide(call: Call) -> Answer:
    """What helps now."""
    async with call.parts.db.read() as s:
        texts = await backup_texts.shown(s, "guidance", call.t.language)
    message = guidance(call.t, texts)
    return Private(replace(message, buttons=(show_button(call.t, call.number("c")),)) if call.number("c") else message)


async def close(call: Call) -> Answer:
    """It is over; the other one is told, the person with a thank you."""
    async with call.parts.db.write() as s:
        case = await backup_cases.of(s, call.number("c"), call.person)
        if await backup_cases.close(s, case, call.person):
            by_person = case.person_id == call.person.id
            t = await telling.language_of(s, case, helper=by_person)
            message = _closed(t, case, call.person.name, call.parts.settings.backup_keep_days, to_helper=by_person)
            why = f"over:{call.at.timestamp():.0f}"
            await telling.tell(s, call.parts, case, message, to_helper=by_person, why=why)
            if case.helper_id is None:
                await telling.settle(s, call.parts, case, "")
    days = call.parts.settings.backup_keep_days
    said = call.t("It is over. Thank you!")
    rest = call.t("What was written is deleted here in {n} days.", n=days)
    again = reopen_button(call.t, case.id)
    return Private(Message(summary=said, heading=said, paragraphs=(rest,), buttons=(again,)))


def _closed(t: Translator, case: BackupCase, name: str, days: int, *, to_helper: bool) -> Message:
    again = reopen_button(t, case.id)
    rest = t("What was written is deleted here in {n} days.", n=days)
    if to_helper:
        said = t("{name} says that it is over. Thank you for taking care!", name=name)
        return Message(summary=t("There is a confidential message for you."), heading=said, paragraphs=(rest,),
                       buttons=(again,))  # fmt: skip
    said = t("{name} thinks that it is over. Is it not? Open it again, at any time.", name=name)
    return Message(
        summary=t("There is a confidential message for you."),
        heading=t("Thank you for coming to us with it"),
        paragraphs=(said, rest),
        buttons=(again, backup_button(t)),
    )


async def reopen(call: Call) -> Answer:
    """It goes on: with the same helper, or somebody is looked for anew."""
    async with call.parts.db.write() as s:
        case = await backup_cases.of(s, call.number("c"), call.person)
        if await backup_cases.reopen(s, case, call.person):
            if case.helper_id is None:
                await telling.ask(s, call.parts, case)
            else:
                to_helper = case.person_id == call.person.id
                await telling.show(s, call.parts, case, to_helper=to_helper, why=f"on:{call.at.timestamp():.0f}")
        seen = await telling.gather(s, call.parts, case, call.person, call.t("It goes on."))
    return Private(case_message(call.t, seen))


async def cases(call: Call) -> Answer:
    """Cases that one may know of."""
    async with call.parts.db.read() as s:
        found = await backup_cases.concerning(s, call.person)
        names = await directory.names(s, {one.helper_id for one in found if one.helper_id is not None})
    is_editor = directory.may(call.person, "editor")
    return Private(cases_message(call.t, Listed(found, names), call.person.id, is_editor=is_editor), replace=True)


WORDS = {"backup": backup, "beistand": backup, "cases": cases, "fälle": cases}

ACTIONS = {
    "backup": backup, "backup_save": backup_save, "backup_read": read, "backup_write": write, "backup_send": send,
    "backup_answers": ideas, "backup_guide": guide, "backup_close": close, "backup_reopen": reopen,
    "backup_cases": cases,
}  # fmt: skip
