"""The kind of a story, and what follows from it for disclosures."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from advocacy.chat import OpenForm
from advocacy.content import stories
from advocacy.content.models import StoryState
from advocacy.content.stories import Invalid
from advocacy.sharing.models import Share
from tests.bot.conftest import Chat, message_of, said

CLARA, JANA = "clara.editorius", "jana.feld"


async def test_editors_choose_the_kind_and_it_is_part_of_what_is_approved(chat: Chat) -> None:
    """News unless somebody says otherwise; a live story whose kind changes goes back to review, which shows it."""
    story = await chat.live_story()
    opened = await chat.press(CLARA, "story_edit", s=story.id)
    assert isinstance(opened, OpenForm)
    typed = {one.name: one.value for one in opened.form.body.inputs}
    assert typed["kind"] == "news"
    await chat.press(CLARA, "story_edit_save", {**typed, "kind": "magic"}, **opened.form.value)
    async with chat.db.read() as s:
        there = await stories.get(s, story.id)
        assert (there.state, there.kind) == (StoryState.LIVE, "news")
    opened = await chat.press(CLARA, "story_edit", s=story.id)
    assert isinstance(opened, OpenForm)
    await chat.press(CLARA, "story_edit_save", {**typed, "kind": "job"}, **opened.form.value)
    async with chat.db.read() as s:
        there = await stories.get(s, story.id)
        assert (there.state, there.kind) == (StoryState.IN_REVIEW, "job")
    card = await chat.press("david.vierauge", "review_open", s=story.id)
    changes = message_of(card).changes
    assert [(one.label, [part.text.strip() for part in one.parts if part.text.strip()]) for one in changes] == [
        ("Art des Beitrags", ["Offene Stelle"])
    ]
    async with chat.db.write() as s:
        with pytest.raises(Invalid, match="kind: unknown"):
            await stories.edit(s, story.id, kind="poem")


async def test_the_forms_say_whether_the_note_may_be_left_out(chat: Chat) -> None:
    """Editors see the rule in the preview, colleagues in the form for their own text."""
    job = await chat.live_story(kind="job")
    shown = said(await chat.press(CLARA, "network_preview", s=job.id, n="linkedin"))
    assert "wird dort empfohlen (DE, Regel DE-job)" in shown
    await chat.press(JANA, "share", s=job.id, n="linkedin")
    async with chat.db.read() as s:
        share = (await s.scalars(select(Share))).one()
    form = await chat.press(JANA, "edit", i=share.id)
    assert isinstance(form, OpenForm)
    assert "darfst du weglassen" in form.form.body.paragraphs[0]
    saved = await chat.press(JANA, "edit_save", {"text": "Kommt zu uns!"}, i=share.id)
    assert message_of(saved).quote.startswith("Kommt zu uns!")
    news = await chat.live_story()
    assert "ist dort Pflicht (DE, Regel DE-news)" in said(await chat.press(CLARA, "network_preview", s=news.id, n="x"))
    await chat.press(JANA, "share", s=news.id, n="linkedin")
    async with chat.db.read() as s:
        share = (await s.scalars(select(Share).where(Share.story_id == news.id))).one()
    form = await chat.press(JANA, "edit", i=share.id)
    assert isinstance(form, OpenForm)
    assert "Hinweis auf deinen Arbeitgeber bleiben dabei" in form.form.body.paragraphs[0]
    saved = await chat.press(JANA, "edit_save", {"text": "Ein Windpark!"}, i=share.id)
    assert message_of(saved).quote.startswith("Anzeige | mein Arbeitgeber Nordlicht Energie\n\nEin Windpark!")
