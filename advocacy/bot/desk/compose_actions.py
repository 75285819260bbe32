"""Presses of people who write or suggest a story: from a link, or from a chat message, to the editors' review."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call
from advocacy.bot.desk.compose import (
    LONGEST_SUMMARY,
    STOPS,
    Asked,
    Sketch,
    field_problem,
    link_form,
    page_note,
    story_form,
    typed,
)
from advocacy.bot.desk.consent_actions import ask_for_consent
from advocacy.bot.desk.editing import with_error
from advocacy.bot.desk.new_topics import doubt
from advocacy.bot.desk.overview import submitted_message
from advocacy.bot.desk.topic_line import topics_of
from advocacy.bot.language import supported
from advocacy.bot.newcomers import meet
from advocacy.bot.refusals import refusal
from advocacy.chat import Answer, Form, OpenForm, Private, Quoted, Retry, Unknown, UserRef
from advocacy.content import addresses, approval, pictures, stories
from advocacy.content.models import Story
from advocacy.content.preview.fetch import preview, with_picture
from advocacy.content.stories import Invalid, Wording
from advocacy.db import after_commit
from advocacy.people import directory
from advocacy.people.models import Person

_LINK = re.compile(r"https?://[^\s<>\"|]+")
_FIELDS = {"captions": "caption", "image_url": "image", "image_rights": "image_rights"}
"""Fields of a story whose input has another name."""
LEAST_WORDS = 40
"""Characters of a chat message beside its link that make it worth more than the page's own summary."""


async def compose(call: Call) -> Answer:
    """Open the form: with the link that came along, else the one that asks for it."""
    url = _link_in(call.press.text) or call.word("url")
    if not url:
        words = call.press.text.split()[1:] if call.press.action == "command" else []
        typed_words = " ".join(word for word in words if word not in WORDS)
        return OpenForm(link_form(call.t, typed_words, field_problem(call.t, "bad_link") if typed_words else ""))
    return await _from_link(call, url)


async def compose_link(call: Call) -> Answer:
    """The link was given: look at its page."""
    url = call.press.inputs.get("url", "").strip()
    return await _from_link(call, url)


async def suggest(call: Call) -> Answer:
    """Somebody chose a chat message, or typed the command."""
    quoted = call.press.quoted
    if quoted is None:
        return await compose(call)
    url = _link_in(quoted.text)
    sketch, picture, note = await _read(call, url) if url else (Sketch(), "", "")
    words = _LINK.sub("", quoted.text).strip()
    if len(words) >= LEAST_WORDS or not sketch.summary:
        sketch = replace(sketch, summary=words[:LONGEST_SUMMARY])
    if not url:
        note = call.t("The message has no link. To which page should the story lead?")
    try:
        author, kept = await _author(call, quoted)
    except (Retry, Unknown):  # without knowing whose words these are, nobody could be asked
        return Private(refusal(call.t, "again"))
    if author is not None:
        note = " ".join(filter(None, (
            note, call.t("{name} wrote this message. We ask for their consent before anything goes out.",
                         name=author.name),
        )))  # fmt: skip
    return OpenForm(story_form(call.t, sketch, _asked(call, picture=picture, note=note, kept=kept)))


async def compose_save(call: Call) -> Answer:
    """Make the story and put it in front of the editors. With a mistake the form stays, with what was typed."""
    sketch = typed(call.press.inputs, call.press.value)
    asked = _asked(call, kept=call.press.kept)
    if asked.kept is None:
        return _with_error(call, sketch, asked, "title", field_problem(call.t, "not_kept"))
    async with call.parts.db.read() as s:
        doubtful = await doubt(s, call, _again(call, sketch, asked), (), only_alike=True)
    if doubtful is not None:
        return OpenForm(doubtful)
    try:
        async with call.parts.db.write() as s:
            story = await _make(s, call, sketch)
            story = await approval.submit(s, story.id, call.person.id)
            if story.consent == "asked":
                await ask_for_consent(s, call.parts, story, call.person.name)
            after_commit(s, call.parts.editors_due)
    except Invalid as wrong:
        at = _FIELDS.get(wrong.field, wrong.field)
        return _with_error(call, sketch, asked, at, field_problem(call.t, wrong.code))
    return Private(submitted_message(call.t, story, is_editor=asked.is_editor))


def _with_error(call: Call, sketch: Sketch, asked: Asked, at: str, said: str) -> Answer:
    return OpenForm(with_error(_again(call, sketch, asked), at, said))


def _again(call: Call, sketch: Sketch, asked: Asked) -> Form:
    """The form once more, with what was typed."""
    return story_form(call.t, sketch, replace(asked, picture=pictures.address(call.parts.settings, sketch.image)))


async def _from_link(call: Call, url: str) -> Answer:
    if not url:
        return OpenForm(link_form(call.t, url, field_problem(call.t, "missing")))
    if code := addresses.problem(url):
        return OpenForm(link_form(call.t, url, field_problem(call.t, code)))
    sketch, picture, note = await _read(call, url)
    if note in STOPS:
        return OpenForm(link_form(call.t, url, field_problem(call.t, note)))
    return OpenForm(story_form(call.t, sketch, _asked(call, picture=picture, note=note)))


async def _read(call: Call, url: str) -> tuple[Sketch, str, str]:
    """What the page says, where its picture can be seen, and a note when it said nothing.

    The note is one of ``STOPS`` when no story can be made of the link.
    """
    found = await preview(call.parts.http, url)
    if found.problem in STOPS:
        return Sketch(url=url), "", found.problem
    if found.problem:
        return Sketch(url=url), "", page_note(call.t, found.problem)
    found = await with_picture(call.parts.db, call.parts.http, found)
    sketch = Sketch(
        url=found.url, title=found.title, summary=found.summary[:LONGEST_SUMMARY], site=found.site,
        image=found.image_url,
        image_alt=found.image_alt, language=supported(found.language) if found.language else call.t.language,
    )  # fmt: skip
    return sketch, pictures.address(call.parts.settings, found.image_url), ""


def _asked(call: Call, **more: Any) -> Asked:
    return Asked(is_editor=directory.may(call.person, "editor"), **more)


async def _author(call: Call, quoted: Quoted) -> tuple[Person | None, dict[str, Any]]:
    """The colleague who wrote the message, if it is another one whom we know; and what the form carries of them."""
    if quoted.author is None:
        return None, {}
    author = await meet(call.parts, quoted.author)
    if author is None or author.id == call.person.id:
        return None, {}
    return author, {"by": quoted.author.user}


async def _make(s: AsyncSession, call: Call, sketch: Sketch) -> Story:
    is_editor = directory.may(call.person, "editor")
    credit = await _credited(s, call)
    captions = [Wording(sketch.caption, language=sketch.language)] if sketch.caption else []
    return await stories.create(
        s, title=sketch.title, summary=sketch.summary, url=sketch.url, author_id=call.person.id, site=sketch.site,
        language=sketch.language or call.t.language, image_url=sketch.image, image_alt=sketch.image_alt,
        image_rights=sketch.image_rights, topics=topics_of(sketch.topics), captions=captions, kind=sketch.kind,
        as_picture=sketch.as_picture,
        is_suggestion=not is_editor, names_suggester=not is_editor and sketch.named, credit_id=credit,
        consent="asked" if credit is not None else "",
    )  # fmt: skip


async def _credited(s: AsyncSession, call: Call) -> int | None:
    """Whose message it was, as the form kept it."""
    by = (call.press.kept or {}).get("by")
    if not isinstance(by, str) or not by:
        return None
    who = call.press.who
    author = await directory.identify(s, UserRef(who.platform, who.tenant, by))
    return None if author is None or author.id == call.person.id else author.id


def _link_in(text: str) -> str:
    """The first link in a text, without the punctuation that follows it."""
    found = _LINK.search(text)
    return found.group().rstrip(".,;:!?)]}»”'") if found else ""


ACTIONS = {"compose": compose, "compose_link": compose_link, "compose_save": compose_save, "suggest": suggest}
WORDS = {
    "compose": compose, "new": compose, "suggest": compose,
    "verfassen": compose, "schreiben": compose, "neu": compose, "vorschlagen": compose,
}  # fmt: skip
