"""Texts that help, as editors settle them: change those that come with the product, add own ones, take some away."""

from __future__ import annotations

from advocacy.bot.actions import Call
from advocacy.bot.desk.compose import field_problem
from advocacy.bot.editors import editors_only
from advocacy.bot.language import LANGUAGES, Translator
from advocacy.chat import MOST_LABEL, OPENS_FORM, Answer, Button, Fact, Form, Input, Message, OpenForm, Private
from advocacy.content.plain import shorten
from advocacy.content.stories import Invalid
from advocacy.sharing import backup_texts
from advocacy.sharing.backup_texts import KINDS, MOST_TEXT, MOST_TITLE, Kind, Text


@editors_only
async def texts(call: Call) -> Answer:
    """All texts of a kind in a language, with a button each."""
    return await _listing(call)


async def _listing(call: Call, note: str = "") -> Answer:
    kind, language, t = _kind(call), _language(call), call.t
    async with call.parts.db.read() as s:
        found = await backup_texts.all_of(s, kind, language)
    heading = t("Texts that help: {kind} ({language})", kind=_word(t, kind), language=t.language_name(language))
    at = {"k": kind, "l": language}
    other = next(one for one in KINDS if one != kind)
    buttons = [
        Button(shorten(t("Change: {title}", title=one.title), MOST_LABEL), action="backup_text",
               value={**at, "x": one.key, OPENS_FORM: 1})
        for one in found
    ]  # fmt: skip
    buttons.append(Button(t("Add one"), action="backup_text", value={**at, OPENS_FORM: 1}, style="primary"))
    buttons.append(Button(_word(t, other), action="backup_texts", value={"k": other, "l": language}))
    buttons += [
        Button(t.language_name(one), action="backup_texts", value={"k": kind, "l": one})
        for one in LANGUAGES
        if one != language
    ]
    facts = tuple(Fact(one.title, t("not shown") if one.hidden else one.text) for one in found)
    paragraphs = (note,) if note else ()
    message = Message(summary=note or heading, heading=heading, paragraphs=paragraphs, facts=facts,
                      buttons=tuple(buttons))  # fmt: skip
    return Private(message, replace=True)


@editors_only
async def text(call: Call) -> Answer:
    """Open the form with a text, or an empty one."""
    async with call.parts.db.read() as s:
        found = await backup_texts.find(s, _kind(call), call.word("x"), _language(call))
    return OpenForm(_form(call, found.title if found else "", found.text if found else "", {}, found))


@editors_only
async def text_save(call: Call) -> Answer:
    """Keep it."""
    title, said = call.press.inputs.get("title", ""), call.press.inputs.get("text", "")
    kind, language, key = _kind(call), _language(call), call.word("x")
    try:
        async with call.parts.db.write() as s:
            await backup_texts.save(s, kind, key, language, title=title, text=said, by_id=call.person.id)
    except Invalid as wrong:
        async with call.parts.db.read() as s:
            found = await backup_texts.find(s, kind, key, language)
        return OpenForm(_form(call, title, said, {wrong.field: field_problem(call.t, wrong.code)}, found))
    return await _listing(call, call.t("Saved.") if said.strip() else call.t("Taken away."))


def _form(call: Call, title: str, text: str, errors: dict[str, str], found: Text | None) -> Form:
    t = call.t
    kind, language = _kind(call), _language(call)
    hint = t("Leave it empty to take the text away.") if found is not None else ""
    inputs = (
        Input("title", t("Title"), value=title, max_length=MOST_TITLE),
        Input("text", t("Text"), "text", text, max_length=MOST_TEXT, hint=hint, optional=found is not None),
    )
    said = f"{_word(t, kind)} · {t.language_name(language)}"
    value = {"k": kind, "l": language, "x": found.key if found is not None else ""}
    body = Message(summary=said, paragraphs=(said,), inputs=inputs)
    return Form(t("A text that helps"), body, "backup_text_save", value, t("Save"), t("Cancel"), errors)


def _word(t: Translator, kind: Kind) -> str:
    return t("What helps now") if kind == "guidance" else t("Ideas for an answer")


def _kind(call: Call) -> Kind:
    return "answer" if call.word("k") == "answer" else "guidance"


def _language(call: Call) -> str:
    return call.word("l") if call.word("l") in LANGUAGES else call.t.language


ACTIONS = {"backup_texts": texts, "backup_text": text, "backup_text_save": text_save}
