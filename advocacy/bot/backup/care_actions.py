"""Presses of editors on cases: take care, hand over, look into one that is somebody else's."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call
from advocacy.bot.backup import telling
from advocacy.bot.backup.cards import case_buttons, case_message, taken_card
from advocacy.bot.backup.forms import hand_form
from advocacy.bot.editors import editors_only, spoken
from advocacy.bot.language import Translator, translator
from advocacy.chat import Answer, Message, OpenForm, Private, Rewrite, sentence
from advocacy.people import directory
from advocacy.people.models import Person
from advocacy.sharing import backup_cases
from advocacy.sharing.backup_cases import NotNow
from advocacy.sharing.backup_models import BackupCase
from advocacy.sharing.shares import NotYours


@editors_only
async def take(call: Call) -> Answer:
    """Take care of it. Whoever comes second is told who does."""
    async with call.parts.db.write() as s:
        try:
            before = await backup_cases.take(s, call.number("c"), call.person, call.press.who)
        except NotNow as no:
            return await _too_late(s, call, no)
        case = await backup_cases.get(s, call.number("c"))
        if before != call.person.id:
            await _begin(s, call, case)
            await telling.settle(s, call.parts, case, call.person.name, call.press.message)
        return await _card(s, call, case, call.person.name)


@editors_only
async def over(call: Call) -> Answer:
    """Take it over from somebody who cannot at the moment."""
    async with call.parts.db.write() as s:
        try:
            before = await backup_cases.take(s, call.number("c"), call.person, call.press.who, over=True)
        except NotNow as no:
            return await _too_late(s, call, no)
        case = await backup_cases.get(s, call.number("c"))
        if before != call.person.id:
            await _begin(s, call, case)
            if before is not None:
                await _tell_former(s, call, case, await directory.get(s, before))
        seen = await telling.gather(s, call.parts, case, call.person)
    return Private(case_message(call.t, seen), replace=True)


async def _begin(s: AsyncSession, call: Call, case: BackupCase) -> None:
    """The helper gets everything, the person hears who it is."""
    event = (await backup_cases.events(s, case.id))[-1]
    await telling.show(s, call.parts, case, to_helper=True, why=f"e{event.id}")
    helper = await directory.get(s, case.helper_id or 0)
    t = await telling.language_of(s, case, helper=False)
    message = _introduced(t, case, helper.name)
    await telling.tell(s, call.parts, case, message, to_helper=False, why=f"e{event.id}")


def _introduced(t: Translator, case: BackupCase, name: str) -> Message:
    heading = t("{name} takes care of you", name=name)
    said = t("From now on you two talk here, in confidence. Write whenever you like.")
    return Message(
        summary=t("There is a confidential message for you."),
        heading=heading,
        paragraphs=(said,),
        buttons=case_buttons(t, case, is_helper=False, is_person=True),
        footnote=t("In confidence · case {n}", n=case.id),
    )


async def _tell_former(s: AsyncSession, call: Call, case: BackupCase, former: Person) -> None:
    t = translator(former.language)
    said = t("{name} takes care of case {n} from now on. Thank you for what you did.", name=call.person.name, n=case.id)
    event = (await backup_cases.events(s, case.id))[-1]
    await telling.note(s, call.parts, former, sentence(said), f"backup:{case.id}:x{event.id}")


async def _too_late(s: AsyncSession, call: Call, no: NotNow) -> Answer:
    """Somebody else was first, or there is nothing to take."""
    if no.code == "own":
        said = call.t("This is your own case: somebody else takes care of it.")
        return Private(sentence(said))
    names = await directory.names(s, {no.case.helper_id} if no.case.helper_id else set())
    return await _card(s, call, no.case, names.get(no.case.helper_id or 0, ""))


async def _card(s: AsyncSession, call: Call, case: BackupCase, name: str) -> Answer:
    """What becomes of the card that was pressed, for everybody who sees it."""
    if call.press.message is None:
        if backup_cases.is_helper(case, call.person):
            return Private(case_message(call.t, await telling.gather(s, call.parts, case, call.person)), replace=True)
        return Private(taken_card(call.t, case, name), replace=True)
    return Rewrite(taken_card(await spoken(s, call), case, name))


@editors_only
async def look(call: Call) -> Answer:
    """Read a case that is not one's own; it is logged."""
    async with call.parts.db.write() as s:
        case = await backup_cases.looked(s, call.number("c"), call.person)
        seen = await telling.gather(s, call.parts, case, call.person)
    return Private(case_message(call.t, seen))


@editors_only
async def hand(call: Call) -> Answer:
    """Open the form with the other editors."""
    async with call.parts.db.write() as s:
        case = await backup_cases.of(s, call.number("c"), call.person)
        others = await _others(s, call, case)
    if not others:
        said = call.t("There is no other editor to hand it over to.")
        return Private(sentence(said))
    return OpenForm(hand_form(call.t, case.id, [(one.id, one.name) for one in others]))


@editors_only
async def hand_save(call: Call) -> Answer:
    """Hand it over: the new helper gets everything, the person hears who it is."""
    async with call.parts.db.write() as s:
        case = await backup_cases.of(s, call.number("c"), call.person)
        if case.person_id == call.person.id:
            raise NotYours(case.id)
        others = {str(one.id): one for one in await _others(s, call, case)}
        to = others.get(call.press.inputs.get("to", ""))
        if to is None:
            return OpenForm(hand_form(call.t, case.id, [(one.id, one.name) for one in others.values()]))
        try:
            await backup_cases.hand_over(s, case, call.person, to)
        except NotNow as no:
            return await _too_late(s, call, no)
        await _begin(s, call, case)
    said = call.t("{name} takes care of case {n} from now on. Thank you for what you did.", name=to.name, n=case.id)
    return Private(sentence(said))


async def _others(s: AsyncSession, call: Call, case: BackupCase) -> list[Person]:
    """Who else could take care."""
    people = {one.id: one for role in ("editor", "admin") for one in await directory.with_role(s, role)}
    return [one for one in people.values() if one.id not in (call.person.id, case.person_id)]


ACTIONS = {
    "backup_take": take, "backup_over": over, "backup_look": look, "backup_hand": hand, "backup_hand_save": hand_save,
}  # fmt: skip
