"""Presses of editors on a story's wordings: see, write, count, save, remove, preview."""

from __future__ import annotations

from dataclasses import replace

from advocacy.bot.actions import Call, is_private
from advocacy.bot.desk.overview import saved
from advocacy.bot.desk.wording_form import EVERYWHERE, FIELDS, Editing, Typed, field_problems, form, typed_from
from advocacy.bot.desk.wording_previews import shown_on
from advocacy.bot.desk.wordings import Desk, listing
from advocacy.bot.editors import editors_only
from advocacy.bot.refusals import refusal
from advocacy.chat import OPENS_FORM, Answer, OpenForm, Private
from advocacy.content import fields, stories
from advocacy.content.models import Caption, Story
from advocacy.content.stories import Invalid, Overtaken, Wording
from advocacy.db import after_commit
from advocacy.sharing.disclosure import overrides


@editors_only
async def wordings(call: Call) -> Answer:
    """The list, privately."""
    desk = await _desk(call)
    return Private(listing(desk, call.number("o")), replace=bool(call.number("o")))


@editors_only
async def wording_edit(call: Call) -> Answer:
    """Open the form: for a wording that is there, or for a new one."""
    desk = await _desk(call)
    caption = _chosen(call, desk.story)
    if caption is None and call.number("w"):
        return Private(listing(desk, said=call.t("This wording is no longer there.")))
    drafted = Typed(language=call.word("l") or desk.story.language, text=call.word("x"))
    typed = drafted if caption is None else typed_from(caption)
    return OpenForm(form(desk, Editing(typed, _value(desk.story, caption))))


@editors_only
async def wording_count(call: Call) -> Answer:
    """Count anew while somebody types; all that was typed stays."""
    desk = await _desk(call)
    return OpenForm(form(desk, Editing(_typed(call, desk.story), _carried(call))))


@editors_only
async def wording_save(call: Call) -> Answer:
    """Write the wording down. A live story goes back to review; whoever comes second sees what the first one wrote."""
    desk = await _desk(call)
    typed = _typed(call, desk.story)
    others = [_wording(one) for one in desk.story.captions if one.id != call.number("w")]
    if wrong := field_problems(desk, typed, others):
        return OpenForm(form(desk, Editing(typed, _carried(call), wrong)))
    try:
        desk = await _save(call, desk, [*others, typed.wording()])
    except Overtaken:
        return _second(call, await _desk(call), typed)
    except Invalid as no:
        return OpenForm(form(desk, Editing(typed, _carried(call), {"text": _invalid(call, no)})))
    return Private(listing(desk, said=saved(call.t, desk.story)))


@editors_only
async def wording_remove(call: Call) -> Answer:
    """Take a wording away, unless the story was changed since the list was shown."""
    desk = await _desk(call)
    caption = _chosen(call, desk.story)
    if caption is None:
        return Private(listing(desk, said=call.t("This wording is no longer there.")), replace=True)
    rest = [_wording(one) for one in desk.story.captions if one is not caption]
    try:
        desk = await _save(call, desk, rest)
        said = saved(call.t, desk.story)
    except Overtaken:
        desk = await _desk(call)
        said = call.t("Somebody else changed the story meanwhile. Please look at it again; nothing was removed.")
    except Invalid as no:
        said = _invalid(call, no)
    return Private(listing(desk, said=said), replace=True)


@editors_only
async def network_preview(call: Call) -> Answer:
    """A wording, or the one that is next, as a network would show it."""
    desk = await _desk(call)
    network = call.word("n") if call.word("n") in desk.networks else next(iter(desk.networks), "")
    if not network:
        return Private(refusal(call.t, "no_network"))
    caption = _chosen(call, desk.story)
    language = caption.language if caption is not None else call.word("l")
    language = language if language in desk.languages else desk.story.language
    return Private(shown_on(desk, network, language, caption), replace=bool(call.word("n")) and is_private(call.press))


async def _desk(call: Call) -> Desk:
    """The story as it stands. Raises ``NoStory``."""
    async with call.parts.db.read() as s:
        story = await stories.get(s, call.number("s"))
        rulebook = await overrides.load(s, call.at)
    settings = call.parts.settings
    return Desk(call.t, story, call.parts.networks, settings, rulebook, settings.has_assistant)


async def _save(call: Call, desk: Desk, captions: list[Wording]) -> Desk:
    """The story after the change. Raises ``Invalid``, ``Overtaken``."""
    async with call.parts.db.write() as s:
        await stories.edit(s, desk.story.id, by_id=call.person.id, seen=call.number("v"), captions=captions)
        after_commit(s, call.parts.editors_due)
        return replace(desk, story=await stories.get(s, desk.story.id))


def _second(call: Call, desk: Desk, typed: Typed) -> Answer:
    """Both texts; whoever saves again now has seen the other one."""
    story = desk.story
    caption = _chosen(call, story)
    near = [one for one in story.captions if (one.network, one.language) == (typed.network, typed.language)]
    theirs = caption or (near[-1] if near else None)
    said = call.t("This wording is no longer there.") if theirs is None else theirs.text
    return OpenForm(form(desk, Editing(typed, _value(story, caption), theirs=said)))


def _chosen(call: Call, story: Story) -> Caption | None:
    return next((one for one in story.captions if one.id == call.number("w")), None)


def _value(story: Story, caption: Caption | None) -> dict[str, object]:
    return {"s": story.id, "v": story.version, **({} if caption is None else {"w": caption.id})}


def _carried(call: Call) -> dict[str, object]:
    """What the form carries on."""
    return {name: one for name, one in call.press.value.items() if name != OPENS_FORM}


def _typed(call: Call, story: Story) -> Typed:
    said = {name: call.press.inputs.get(name, "") for name in FIELDS}
    said["network"] = "" if said["network"] == EVERYWHERE else said["network"]
    said["language"] = said["language"] or story.language
    return Typed(**said)


def _wording(one: Caption) -> Wording:
    return Wording(one.text, one.network, one.language, tuple(one.hashtags), tuple(one.mentions), one.quota)


def _invalid(call: Call, wrong: Invalid) -> str:
    t = call.t
    words = {
        "too_long": t("At most {n} characters, please.", n=t.number(fields.MAX_CAPTION)),
        "too_many": t("There are too many wordings or hashtags. Remove some first."),
        "recalled": t("This story was withdrawn, so it can no longer be changed."),
    }
    return words.get(wrong.code, t("Please check the text."))


ACTIONS = {
    "wordings": wordings, "wording_edit": wording_edit, "wording_count": wording_count, "wording_save": wording_save,
    "wording_remove": wording_remove, "network_preview": network_preview,
}  # fmt: skip
