"""An editor asks for help with wordings, as a dialog."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from advocacy.chat import OpenForm
from advocacy.content import stories
from tests.bot.conftest import Chat, message_of, said

CLARA, JANA = "clara.editorius", "jana.feld"


class Assistant:
    """Answers with two drafts."""

    def __init__(self) -> None:
        self.asked, self.status, self.seconds = 0, 200, 0.0

    async def answer(self, request: web.Request) -> web.Response:
        await request.read()
        self.asked += 1
        await asyncio.sleep(self.seconds)
        content = '["Vierzig Anlagen hören zu.", "Ich mag [meinen Grund]."]'
        return web.json_response({"choices": [{"message": {"content": content}}]}, status=self.status)


@pytest.fixture
async def assistant(chat: Chat) -> AsyncIterator[Assistant]:
    """It listens on loopback, and the settings name it."""
    played = Assistant()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", played.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    chat.parts.settings = chat.parts.settings.model_copy(update={"ai_url": url, "ai_model": "small"})
    yield played
    await runner.cleanup()


async def test_drafts_are_kept_only_when_an_editor_saves_them(chat: Chat, assistant: Assistant) -> None:
    """Button → drafts → the form with one of them in it → saved as any other."""
    story = await chat.story(captions=[])
    shown = message_of(await chat.press(CLARA, "wordings", s=story.id))
    assert "Mit Hilfe entwerfen" in [one.label for one in shown.buttons]
    assert assistant.asked == 0, "nothing is sent before the press"
    drafts = message_of(await chat.press(CLARA, "wording_draft", s=story.id))
    assert [one.value for one in drafts.facts] == ["Vierzig Anlagen hören zu.", "Ich mag [meinen Grund]."]
    form = await chat.press(CLARA, "wording_edit", **drafts.buttons[0].value)
    assert isinstance(form, OpenForm)
    inputs = {one.name: one.value for one in form.form.body.inputs}
    assert inputs["text"] == "Vierzig Anlagen hören zu."
    async with chat.db.read() as s:
        assert (await stories.get(s, story.id)).captions == []
    await chat.press(CLARA, "wording_save", inputs, **form.form.value)
    async with chat.db.read() as s:
        assert [one.text for one in (await stories.get(s, story.id)).captions] == ["Vierzig Anlagen hören zu."]


async def test_drafts_that_take_their_time_are_told_later(chat: Chat, assistant: Assistant) -> None:
    """The press is answered at once; the drafts follow."""
    chat.parts.background.patience = 0.05
    assistant.seconds = 0.3
    story = await chat.story(captions=[])
    assert "Es wird entworfen" in said(await chat.press(CLARA, "wording_draft", s=story.id))
    await chat.parts.background.settle(5)
    await chat.deliver()
    user = chat.who(CLARA).user
    told = [*chat.worlds.slack.messages(chat.worlds.slack.im(user).id, user), *chat.worlds.slack.ephemerals(user)]
    assert any("Entwürfe für" in one.text for one in told)


async def test_failures_are_said_in_words(chat: Chat, assistant: Assistant) -> None:
    """With the way back to the list."""
    story = await chat.story(captions=[])
    assistant.status = 401
    answer = await chat.press(CLARA, "wording_draft", s=story.id)
    assert "Schlüssel und Modell" in said(answer)
    assert message_of(answer).buttons[0].action == "wordings"


async def test_help_is_off_by_default_and_for_editors_only(chat: Chat) -> None:
    """No button, and a press by hand says so."""
    story = await chat.story()
    shown = message_of(await chat.press(CLARA, "wordings", s=story.id))
    assert "wording_draft" not in [one.action for one in shown.buttons]
    assert "nicht eingerichtet" in said(await chat.press(CLARA, "wording_draft", s=story.id))
    assert "Redaktion" in said(await chat.press(JANA, "wording_draft", s=story.id))
