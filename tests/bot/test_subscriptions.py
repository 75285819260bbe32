"""An editor adds a feed from chat: from the button in the list to its first drafts."""

from __future__ import annotations

import pytest

from advocacy.chat import Form, OpenForm, Private
from advocacy.content import stories
from advocacy.content.feeds import sources
from tests.bot.conftest import Chat, message_of, said

CLARA, JANA = "clara.editorius", "jana.feld"
FEED = "https://www.nordlicht.example/feed.xml"
TYPED = {"url": FEED, "mode": "draft", "language": "own", "topics": "Wind, Jobs"}


async def opened(chat: Chat) -> Form:
    """The form, by the button of the list."""
    button = message_of(await chat.types(CLARA, "feeds")).buttons[-1]
    answer = await chat.press(CLARA, button.action, **button.value)
    assert isinstance(answer, OpenForm)
    return answer.form


async def test_the_empty_list_leads_to_the_form_and_the_form_to_drafts(chat: Chat) -> None:
    """Subscribed, looked at once, and shown in the list with what was said about it."""
    assert "Noch ist keine Quelle abonniert" in said(await chat.types(CLARA, "quellen"))
    form = await opened(chat)
    answer = await chat.press(CLARA, form.action, TYPED, **form.value)
    assert isinstance(answer, Private)
    assert answer.message.summary.startswith("Abonniert.")
    assert "[Quelle hinzufügen]" in said(answer)
    async with chat.db.read() as s:
        [one] = await sources.listing(s)
        assert (one.feed.url, one.feed.topics, one.feed.problem) == (FEED, ["Wind", "Jobs"], "")
        assert await stories.listing(s)
    again = await chat.press(CLARA, form.action, TYPED | {"mode": "ask"}, **form.value)
    assert "war schon abonniert" in said(again)
    async with chat.db.read() as s:
        assert [one.feed.mode for one in await sources.listing(s)] == ["ask"]


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("url", "", "Bitte fülle das aus."),
        ("url", "http://10.0.0.1/feed", "nur in einem Firmennetz"),
        ("url", "https://www.nordlicht.example/news/rotor-that-listens", "kein Feed"),
        ("mode", "publish", "gibt es hier nicht"),
        ("topics", ",".join(f"T{number}" for number in range(11)), "zu viele"),
    ],
)
async def test_a_mistake_stays_beside_its_field(chat: Chat, name: str, typed: str, sentence: str) -> None:
    """What was typed is kept, and nothing is subscribed."""
    sent = TYPED | {name: typed}
    answer = await chat.press(CLARA, "feed_save", sent)
    assert isinstance(answer, OpenForm)
    assert sentence in answer.form.errors[name]
    assert {one.name: one.value for one in answer.form.body.inputs} == sent
    async with chat.db.read() as s:
        assert await sources.listing(s) == []


async def test_only_editors_add_feeds(chat: Chat) -> None:
    """Nobody else sees the form, and nobody else sends it."""
    for action in ("feed_new", "feed_save"):
        assert "Das kann nur die Redaktion" in said(await chat.press(JANA, action, TYPED))
