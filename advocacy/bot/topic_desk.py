"""Topics as editors settle them in chat: making and renaming, who has to see or may see them, and their members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot import addressees
from advocacy.bot.actions import Call
from advocacy.bot.desk.compose import field_problem
from advocacy.bot.desk.editing import filled
from advocacy.bot.editors import editors_only
from advocacy.bot.language import Translator
from advocacy.bot.refusals import refusal
from advocacy.chat import MOST_LABEL, OPENS_FORM, Answer, Button, Fact, Form, Input, Message, OpenForm, Option, Private
from advocacy.content import topic_settings as settings
from advocacy.content.fields import MAX_TOPIC
from advocacy.content.plain import shorten
from advocacy.content.stories import Invalid
from advocacy.content.topic_settings import Settled
from advocacy.content.topics import OPEN, REQUIRED, RESTRICTED

A_PAGE = 10
"""Topics listed at a time, each with a button."""
MOST_NAMED = 20
"""Members and stories that are named; the others are counted."""


def manage(t: Translator) -> Button:
    """What leads editors here."""
    return Button(t("Manage topics"), action="topics_all")


def kind_name(t: Translator, kind: str) -> str:
    """What a kind of topic means for people."""
    return {
        OPEN: t("open: everybody chooses"),
        REQUIRED: t("always there: nobody can leave it"),
        RESTRICTED: t("for its members only"),
    }.get(kind, kind)


@editors_only
async def topics_all(call: Call) -> Answer:
    """All topics with their kinds, a page at a time; each can be changed."""
    t = call.t
    async with call.parts.db.read() as s:
        found: list[tuple[str, str, dict[str, Any]]]
        found = [(one.name, kind_name(t, one.kind), {"q": one.id}) for one in await settings.listing(s)]
        fresh = await settings.unsettled(s)
    found += [(one, t("only on drafts yet; open once one is approved"), {"n": one}) for one in fresh]
    start = call.number("from")
    start = start if start < len(found) else 0
    shown, heading = found[start : start + A_PAGE], t("All topics")
    buttons = [Button(t("New topic"), action="topic_edit", value={OPENS_FORM: 1}, style="primary")]
    buttons += [
        Button(shorten(name, MOST_LABEL), action="topic_edit", value={**to, OPENS_FORM: 1}) for name, _, to in shown
    ]
    if start + A_PAGE < len(found):
        buttons.append(Button(t("Further topics"), action="topics_all", value={"from": start + A_PAGE}))
    said = t("Press a topic to change it.") if found else t("There are no topics yet.")
    facts = tuple(Fact(name, kind) for name, kind, _ in shown)
    message = Message(summary=heading, heading=heading, paragraphs=(said,), facts=facts, buttons=tuple(buttons))
    return Private(message, replace=True)


@editors_only
async def topic_edit(call: Call) -> Answer:
    """Open the form with a topic as it stands, or for a new one."""
    async with call.parts.db.read() as s:
        try:
            form = await _form(s, call)
        except Invalid:
            return Private(refusal(call.t, "again"))
    return OpenForm(form)


async def _form(s: AsyncSession, call: Call) -> Form:
    t, topic_id = call.t, call.number("q")
    topic = await settings.look(s, topic_id) if topic_id else Settled(0, call.word("n")[:MAX_TOPIC], OPEN)
    kinds = tuple(Option(one, kind_name(t, one)) for one in settings.KINDS)
    paragraphs = (t("Members: {names}", names=_named(t, topic.members)),) if topic.members else ()
    hint = t("E-mail addresses, separated by commas. Only for a topic with members.")
    inputs = [
        Input("name", t("Name"), value=topic.name, max_length=MAX_TOPIC),
        Input("kind", t("Who sees it"), "choice", topic.kind, options=kinds),
        Input("admit", t("New members"), "text", optional=True, hint=hint),
    ]
    if topic.members:
        leave = Input("dismiss", t("No longer members"), "text", optional=True, hint=t("E-mail addresses"))
        inputs.append(leave)
    title = t("Change a topic") if topic.name else t("New topic")
    body = Message(summary=title, paragraphs=paragraphs, inputs=tuple(inputs))
    return Form(title, body, "topic_save", {"q": topic_id} if topic_id else {}, t("Save"), t("Cancel"))


@editors_only
async def topic_save(call: Call) -> Answer:
    """Take over what was typed; with a mistake the form stays open. Says whom and which stories it concerns."""
    t, inputs, errors = call.t, call.press.inputs, dict[str, str]()
    kind = inputs.get("kind", OPEN)
    try:
        async with call.parts.db.read() as s:
            form = await _form(s, call)
            come = await _people(s, call, "admit", errors)
            go = await _people(s, call, "dismiss", errors)
    except Invalid:
        return Private(refusal(t, "again"))
    if come and kind != RESTRICTED:
        none = t("Only a topic for its members has members. Choose that above, or leave this empty.")
        errors.setdefault("admit", none)
    if errors:
        return OpenForm(replace(filled(form, call), errors=errors))
    try:
        async with call.parts.db.write() as s:
            topic_id = await settings.save(s, call.number("q"), inputs.get("name", ""), kind)
            await settings.dismiss(s, topic_id, go)
            await settings.admit(s, topic_id, come)
            topic = await settings.look(s, topic_id)
    except Invalid as wrong:
        words = {
            "taken": t("There is one with this name already."),
            "comma": t("Please write it without a comma: commas stand between topics."),
        }
        errors[wrong.field] = words.get(wrong.code, field_problem(t, wrong.code))
        return OpenForm(replace(filled(form, call), errors=errors))
    return Private(_saved(t, topic), replace=True)


async def _people(s: AsyncSession, call: Call, at: str, errors: dict[str, str]) -> list[int]:
    """Ids of the people typed there; notes those nobody has. Who has left can only be taken out."""
    typed = addressees.parted(call.press.inputs.get(at, ""))
    ids, said = await addressees.known(s, call.t, typed, also_gone=at == "dismiss")
    if said:
        errors[at] = said
    return ids


def _saved(t: Translator, topic: Settled) -> Message:
    """How the topic stands now, and which stories others no longer see."""
    said = t("Saved: {title}", title=topic.name)
    facts, notes = [Fact(t("Who sees it"), kind_name(t, topic.kind))], []
    if topic.kind == RESTRICTED:
        nobody = t("nobody yet, so nobody sees its stories")
        facts.append(Fact(t("Members"), _named(t, topic.members) or nobody))
    if topic.kind == RESTRICTED and topic.out:
        facts.append(Fact(t("Out now, for members only"), _named(t, topic.out, "\n")))
        notes.append(t("Cards of these stories that are in channels stay there: everybody there can read them, only "
                       "members can share. Withdraw a story if others should not read it."))  # fmt: skip
    if topic.kind == RESTRICTED and topic.coming:
        facts.append(Fact(t("Approved and on their way, for members only"), _named(t, topic.coming, "\n")))
    buttons = (Button(t("Change"), action="topic_edit", value={"q": topic.topic_id, OPENS_FORM: 1}), manage(t))
    return Message(
        summary=said, heading=said, paragraphs=tuple(notes), facts=tuple(facts), buttons=buttons
    )  # fmt: skip


def _named(t: Translator, names: Sequence[str], between: str = ", ") -> str:
    more = len(names) - MOST_NAMED
    rest = [t.n("and {n} more", "and {n} more", more)] if more > 0 else []
    return between.join([*names[:MOST_NAMED], *rest])


ACTIONS = {"topics_all": topics_all, "topic_edit": topic_edit, "topic_save": topic_save}
