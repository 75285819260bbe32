"""Presses of editors on a story of theirs: look at it, change it, add a language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call
from advocacy.bot.desk.compose import LONGEST_LINK, PICTURE, language_input, of_story, picture_inputs
from advocacy.bot.desk.editing import change_form, kept_open
from advocacy.bot.desk.new_topics import doubt
from advocacy.bot.desk.overview import MOST_LISTED, desk_message, list_message, saved
from advocacy.bot.desk.topic_line import topics_input, topics_of
from advocacy.bot.editors import editors_only
from advocacy.bot.kinds import kind_input
from advocacy.bot.language import LANGUAGES
from advocacy.bot.review.decision_actions import review_open
from advocacy.chat import Answer, Form, Input, Message, OpenForm, Private
from advocacy.content import pictures, stories
from advocacy.content.fields import KINDS, MAX_ALT, MAX_TITLE, RIGHTS
from advocacy.content.models import Story, StoryState
from advocacy.content.stories import Invalid, Overtaken, Version
from advocacy.db import after_commit
from advocacy.people import directory

OPEN_IDEAS = (StoryState.DRAFT, StoryState.RETURNED)
FIELDS = {"image_url": "image", "versions": "title", "captions": "summary", "state": "title"}
"""Where a sentence about a column of the story stands."""


async def desk(call: Call) -> Answer:
    """One story with all its buttons; somebody named to review it, and no editor, gets what they decide on."""
    if not directory.may(call.person, "editor"):
        return await review_open(call)
    async with call.parts.db.read() as s:
        story = await stories.get(s, call.number("s"))
        author = await _author(s, story)
    return Private(_desk(call, story, author), replace=True)


async def _author(s: AsyncSession, story: Story) -> str:
    """Who wrote it; empty when a feed did."""
    known = await directory.names(s, [story.author_id] if story.author_id is not None else [])
    return known.get(story.author_id or 0, "")


def _desk(call: Call, story: Story, author: str, said: str = "") -> Message:
    settings = call.parts.settings
    picture = pictures.address(settings, pictures.of(story))
    return desk_message(call.t, story, author, picture, settings.zone, said=said)


@editors_only
async def ideas(call: Call) -> Answer:
    """Drafts and returned stories."""
    async with call.parts.db.read() as s:
        shown, count = await stories.newest(s, OPEN_IDEAS, MOST_LISTED)
    return Private(list_message(call.t, call.t("Drafts"), shown, count, call.t("There are no drafts.")), replace=True)


@editors_only
async def reviews(call: Call) -> Answer:
    """Stories that wait for a decision."""
    async with call.parts.db.read() as s:
        shown, count = await stories.newest(s, [StoryState.IN_REVIEW], MOST_LISTED)
    empty = call.t("Nothing waits for review.")
    return Private(list_message(call.t, call.t("To review"), shown, count, empty), replace=True)


@editors_only
async def story_edit(call: Call) -> Answer:
    """Open the form with the story as it stands."""
    async with call.parts.db.read() as s:
        story = await stories.get(s, call.number("s"))
    return OpenForm(_edit_form(call, story))


def _edit_form(call: Call, story: Story) -> Form:
    t, sketch = call.t, of_story(story)
    fields = [
        Input("url", t("Link"), value=sketch.url, max_length=LONGEST_LINK),
        Input("title", t("Title"), value=sketch.title, max_length=MAX_TITLE),
        Input("summary", t("What it is about"), kind="text", value=sketch.summary, optional=True),
        language_input(t, sketch.language),
        *(picture_inputs(t, sketch) if sketch.image else ()),
        topics_input(t, sketch.topics),
        kind_input(t, sketch.kind),
    ]
    note = t("It is out now. What you change goes back to review first.") if story.state == StoryState.LIVE else ""
    return change_form(t, story, fields, title=t("Edit the story"), action="story_edit_save", note=note)


@editors_only
async def story_edit_save(call: Call) -> Answer:
    """Take over what was changed; never over a change of somebody else that was not seen."""
    inputs = call.press.inputs
    async with call.parts.db.read() as s:
        story = await stories.get(s, call.number("s"))
        asked = await doubt(s, call, _edit_form(call, story), story.topics, only_alike=True)
    if asked is not None:
        return OpenForm(asked)
    changes: dict[str, Any] = {
        "url": inputs.get("url", ""), "title": inputs.get("title", ""), "summary": inputs.get("summary", ""),
        "language": inputs.get("language", "en"), "topics": topics_of(inputs.get("topics", "")),
    }  # fmt: skip
    if inputs.get("kind") in KINDS:
        changes |= {"kind": inputs["kind"]}
    if "image" in inputs:
        changes |= {"image_alt": inputs.get("image_alt", "")}
        rights = inputs.get("image_rights", "")
        changes |= {"image_rights": rights if rights in RIGHTS else ""}
        if "look" in inputs:
            changes |= {"as_picture": inputs["look"] == PICTURE}
        if inputs["image"] == "no":
            changes |= {"image_url": "", "image_alt": "", "image_rights": "", "as_picture": False}
    return await _save(call, changes, _edit_form)


async def _save(call: Call, changes: dict[str, Any], form: Callable[[Call, Story], Form]) -> Answer:
    try:
        async with call.parts.db.write() as s:
            story = await stories.edit(s, call.number("s"), by_id=call.person.id, seen=call.number("v"), **changes)
            author = await _author(s, story)
            after_commit(s, call.parts.editors_due)
    except (Invalid, Overtaken) as wrong:
        async with call.parts.db.read() as s:
            story = await stories.get(s, call.number("s"))
        return kept_open(call, form(call, story), wrong, FIELDS)
    said = saved(call.t, story)
    return Private(_desk(call, story, author, said), replace=True)


@editors_only
async def version(call: Call) -> Answer:
    """Open the form for one more language."""
    async with call.parts.db.read() as s:
        story = await stories.get(s, call.number("s"))
    return OpenForm(_version_form(call, story))


def _version_form(call: Call, story: Story) -> Form:
    t = call.t
    there = {one.language for one in story.versions} | {story.language}
    language = next((one for one in LANGUAGES if one not in there), next(iter(LANGUAGES)))
    fields = (
        replace(language_input(t, language), value=language),
        Input("title", t("Title"), max_length=MAX_TITLE),
        Input("summary", t("What it is about"), kind="text", optional=True),
        Input("url", t("Link in this language"), max_length=LONGEST_LINK, optional=True,
              hint=t("Empty: the same link.")),
        Input("image_alt", t("What the picture shows"), optional=True, max_length=MAX_ALT),
    )  # fmt: skip
    return change_form(t, story, fields, title=t("Add a language"), action="version_save", note=story.title)


@editors_only
async def version_save(call: Call) -> Answer:
    """Add the language, or write it anew."""
    inputs = call.press.inputs
    async with call.parts.db.read() as s:
        story = await stories.get(s, call.number("s"))
    fresh = Version(
        inputs.get("language", ""), inputs.get("title", ""), inputs.get("summary", ""), inputs.get("url", ""),
        inputs.get("image_alt", ""),
    )  # fmt: skip
    kept = [
        Version(one.language, one.title, one.summary, one.url, one.image_alt)
        for one in story.versions
        if one.language != fresh.language
    ]
    return await _save(call, {"versions": [*kept, fresh]}, _version_form)


ACTIONS = {
    "desk": desk, "ideas": ideas, "reviews": reviews, "story_edit": story_edit, "story_edit_save": story_edit_save,
    "version": version, "version_save": version_save,
}  # fmt: skip
WORDS = {
    "ideas": ideas, "ideen": ideas, "drafts": ideas, "entwürfe": ideas, "review": reviews, "prüfen": reviews,
}  # fmt: skip
