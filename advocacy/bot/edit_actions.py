"""Presses about the texts of a person's shares: all their networks in one form, each text with its own counter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call
from advocacy.bot.brands import called
from advocacy.bot.share_actions import ask_server, show
from advocacy.bot.text_form import NETWORKS, Editing, edit_form, input_of, text_problem
from advocacy.chat import Answer, OpenForm, Private
from advocacy.content import stories
from advocacy.content.versions import spoken
from advocacy.db import after_commit
from advocacy.delivery import placements
from advocacy.sharing import drafts
from advocacy.sharing.drafts import WRITABLE, Draft, Pen
from advocacy.sharing.models import Share, ShareState
from advocacy.sharing.shares import TextProblem


async def edit(call: Call) -> Answer:
    """Open the form; the undo windows stand still while somebody writes."""
    await ask_server(call)
    async with call.parts.db.write() as s:
        mine = await call.parts.sharing.hold(s, call.number("i"), call.person.id)
        if mine.state not in WRITABLE:
            return await show(s, call, mine, replace=True)
        editing = await _editing(s, call, mine)
        for one in editing.drafts[1:]:
            if one.share is not None:
                await call.parts.sharing.hold(s, one.share.id, call.person.id)
    return OpenForm(edit_form(call.t, editing))


async def edit_count(call: Call) -> Answer:
    """Count anew while somebody types; all that was typed stays."""
    return await _drawn(call)


async def edit_other(call: Call) -> Answer:
    """Put the next suggested wording into one field; the others stay."""
    return await _drawn(call, another=call.word("n"))


async def edit_own(call: Call) -> Answer:
    """Begin with nothing but the story's facts."""
    return await _drawn(call, own=True)


async def edit_save(call: Call) -> Answer:
    """Take the texts; the undo windows begin anew. Each network has a share, and a message, of its own."""
    async with call.parts.db.write() as s:
        mine = await call.parts.sharing.own(s, call.number("i"), call.person.id)
        if mine.state not in WRITABLE:
            return await show(s, call, mine, replace=True)
        editing = _typed(call, await _editing(s, call, mine))
        wrong = _problems(call, editing)
        if not wrong:
            texts = {name: editing.texts[name] for name in editing.ticked}
            mine = await drafts.write(s, _pen(call), mine, editing.drafts, texts)
            await placements.outdate(s, mine.story_id, call.press.who.address)
            after_commit(s, call.parts.share_due)
            return _elsewhere(call, editing, await show(s, call, mine, replace=True))
    return OpenForm(edit_form(call.t, replace(editing, errors=wrong)))


def _elsewhere(call: Call, editing: Editing, shown: Private) -> Private:
    """The answer is about one network; the others have messages of their own, and that is said."""
    others = [called(call.t, one.port) for one in editing.drafts[1:] if one.port.name in editing.ticked]
    if not others:
        return shown
    said = call.t("{networks}: a message of its own shows that text, with its own buttons.", networks=", ".join(others))
    return replace(shown, message=replace(shown.message, paragraphs=(*shown.message.paragraphs, said)))


async def _drawn(call: Call, *, another: str = "", own: bool = False) -> Answer:
    async with call.parts.db.write() as s:
        mine = await call.parts.sharing.own(s, call.number("i"), call.person.id)
        if mine.state not in WRITABLE:
            return await show(s, call, mine, replace=True)
        editing = _typed(call, await _editing(s, call, mine))
    if own:
        editing = replace(editing, own=True, texts={})
    for one in editing.drafts:
        if one.port.name == another:
            ticked = list(dict.fromkeys((*editing.ticked, another)))
            texts = {**editing.texts, another: one.another(editing.texts.get(another, ""))}
            editing = replace(editing, texts=texts, ticked=ticked)
    return OpenForm(edit_form(call.t, editing))


async def _editing(s: AsyncSession, call: Call, mine: Share) -> Editing:
    """As it stands before anything was typed."""
    found = await drafts.gather(s, _pen(call), mine)
    story = await stories.get(s, mine.story_id)
    ticked = [one.port.name for one in found if one.share is not None]
    texts = {one.port.name: one.text for one in found}
    return Editing(found, spoken(story, call.t.language), texts, ticked, own=bool(call.number("o")))


def _typed(call: Call, editing: Editing) -> Editing:
    """With what was typed and ticked; a field that did not come along is as it was."""
    inputs = call.press.inputs
    texts = {
        name: inputs.get(input_of(editing.drafts, name), text) for name, text in editing.texts.items()
    }  # fmt: skip
    if NETWORKS not in inputs:
        return replace(editing, texts=texts)
    chosen = inputs[NETWORKS].split(",")
    return replace(editing, texts=texts, ticked=[name for name in editing.texts if name in chosen])


def _problems(call: Call, editing: Editing) -> Mapping[str, str]:
    """Sentences by network, for what cannot be taken so."""
    if not editing.ticked:
        return {
            NETWORKS if len(editing.drafts) > 1 else editing.drafts[0].port.name: call.t("Tick at least one network.")
        }
    found = {one.port.name: _problem(call, one, editing) for one in editing.drafts if one.port.name in editing.ticked}
    return {name: said for name, said in found.items() if said}


def _problem(call: Call, draft: Draft, editing: Editing) -> str:
    share = draft.share
    if share is not None and share.state == ShareState.FAILED and share.problem == "cannot_tell":
        return ""
    try:
        draft.check(editing.texts[draft.port.name])
    except TextProblem as wrong:
        return text_problem(call.t, wrong.code, wrong.over)
    return ""


def _pen(call: Call) -> Pen:
    return Pen(call.parts.sharing, call.person, call.at, call.reply)


ACTIONS = {
    "edit": edit, "edit_count": edit_count, "edit_other": edit_other, "edit_own": edit_own, "edit_save": edit_save,
}  # fmt: skip
