"""Help in drafting: what is sent, what is understood, and what each failure is called."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import ValidationError

from advocacy.config import Settings
from advocacy.content.drafting import NotDrafted, draft
from advocacy.content.versions import Spoken
from tests.conftest import playground_settings

SAID = Spoken("Der Rotor, der zuhört", "Vierzig Anlagen.", "https://www.nordlicht.example/r", "", "de")


class Assistant:
    """A server on loopback that answers what it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.content, self.status, self.seconds, self.url = "", 200, 0.0, ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.headers.get("Authorization", ""), await request.json()))
        await asyncio.sleep(self.seconds)
        body = {"choices": [{"message": {"role": "assistant", "content": self.content}}]}
        return web.json_response(body, status=self.status)


@pytest.fixture
async def assistant() -> AsyncIterator[Assistant]:
    """It listens; ``url`` is where."""
    played = Assistant()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", played.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    played.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield played
    await runner.cleanup()


@pytest.fixture
def here(assistant: Assistant, tmp_path: Path) -> Settings:
    """Settings with the assistant."""
    url = assistant.url
    return playground_settings("sqlite:///unused", tmp_path, ai_url=url, ai_key="sk-secret", ai_model="small")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ('["Eins.", "Zwei."]', ["Eins.", "Zwei."]),
        ('Gern!\n```json\n["Eins.", "Zwei."]\n```\nViel Erfolg!', ["Eins.", "Zwei."]),
        ('{"wordings": [{"text": "Eins."}, {"text": "Zwei."}]}', ["Eins.", "Zwei."]),
        ('[1] Hier: ["Eins."]', ["Eins."]),
        ('["Eins.", "Eins.", 7, null, "", "  "]', ["Eins."]),
        (json.dumps(["Ein\u0000s\ud800\n\nMehr", "x" * 501]), ["Eins\n\nMehr"]),
        (json.dumps([str(number) for number in range(9)]), ["0", "1", "2"]),
        ("Das kann ich nicht.", []),
        ("[" * 5000, []),
        ("", []),
    ],
)
async def test_the_answer_is_understood_or_said_to_be_unreadable(
    assistant: Assistant, here: Settings, content: str, found: list[str]
) -> None:
    """An array of strings, whatever a model puts around it."""
    assistant.content = content
    if found:
        assert await draft(here, SAID) == found
    else:
        with pytest.raises(NotDrafted, match="unreadable"):
            await draft(here, SAID)


async def test_title_summary_and_language_are_sent_and_nothing_else(assistant: Assistant, here: Settings) -> None:
    """With the company's own key."""
    assistant.content = '["Eins."]'
    await draft(here, SAID)
    [(key, body)] = assistant.asked
    assert key == "Bearer sk-secret"
    assert body["model"] == "small"
    assert body["messages"][1]["content"] == "Der Rotor, der zuhört\n\nVierzig Anlagen."
    assert "language de" in body["messages"][0]["content"]
    assert "nordlicht.example" not in json.dumps(body)


@pytest.mark.parametrize(("status", "code"), [(401, "refused"), (404, "refused"), (429, "busy"), (503, "busy")])
async def test_refusals_have_codes(assistant: Assistant, here: Settings, status: int, code: str) -> None:
    """The person is told what to do about each."""
    assistant.status = status
    with pytest.raises(NotDrafted, match=code):
        await draft(here, SAID)


async def test_nobody_waits_forever(assistant: Assistant, here: Settings) -> None:
    """A server that does not answer, one that is not there, and none at all."""
    assistant.seconds = 2.0
    with pytest.raises(NotDrafted, match="slow"):
        await draft(here, SAID, seconds=0.2)
    with pytest.raises(NotDrafted, match="unreachable"):
        await draft(here.model_copy(update={"ai_url": "http://127.0.0.1:9/v1"}), SAID)
    with pytest.raises(NotDrafted, match="off"):
        await draft(here.model_copy(update={"ai_url": None}), SAID)
    assert len(assistant.asked) == 1


@pytest.mark.parametrize(
    ("url", "model", "fine"),
    [
        ("https://api.openai.com/v1", "m", True), ("http://localhost:11434/v1", "m", True),
        ("http://ollama:11434/v1", "m", True), ("http://192.168.1.7/v1", "m", True),
        ("http://172.17.0.1:8000/v1", "m", True), ("http://172.32.0.1/v1", "m", False),
        ("http://api.openai.com/v1", "m", False), ("ftp://a.example", "m", False), ("https://a.example", "", False),
    ],
)  # fmt: skip
def test_a_key_never_crosses_the_internet_in_the_clear(tmp_path: Path, url: str, model: str, fine: bool) -> None:
    """Without https only to a machine of one's own; and a model has to be named."""
    if fine:
        assert playground_settings("sqlite:///unused", tmp_path, ai_url=url, ai_model=model).has_assistant
    else:
        with pytest.raises(ValidationError, match="ADVOCACY_AI_URL"):
            playground_settings("sqlite:///unused", tmp_path, ai_url=url, ai_model=model)
