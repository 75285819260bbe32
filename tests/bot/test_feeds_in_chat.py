"""Editors are asked about new entries, decide with one press, and see how each source is doing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from advocacy.bot import feed_actions
from advocacy.bot.language import translator
from advocacy.bot.refusals import refusal
from advocacy.chat import Message, Private, Rewrite
from advocacy.content import stories
from advocacy.content.feeds import entries, sources
from advocacy.content.feeds.feed_file import Entry
from advocacy.content.models import Feed, FeedEntry, Story, StoryState
from advocacy.db import now
from advocacy.delivery.models import Outbox
from tests.bot.conftest import Chat, message_of, ref_of, said

WORDS = ["Amber", "Birch", "Cobalt", "Dune", "Ember", "Fjord", "Grove", "Harbour"]
SITE = "https://www.nordlicht.example"


async def subscribed(chat: Chat, count: int, mode: str = "ask") -> int:
    """A feed with new entries that nobody was asked about yet."""
    async with chat.db.write() as s:
        feed, _ = await sources.subscribe(s, f"{SITE}/feed.xml", mode=mode)
        feed.title = "Wind news"
    found = [
        Entry(f"{n}", f"{WORDS[n]} is what we begin with", "", f"{SITE}/{n}", f"{SITE}/{n}.png", "", ("Wind",), None)
        for n in range(count)
    ]
    await entries.store(chat.db, feed.id, found, "en", now())
    return feed.id


def button(message: Message, action: str) -> dict[str, Any]:
    return next(one.value for one in message.buttons if one.action == action)


async def all_stories(chat: Chat) -> list[Story]:
    async with chat.db.read() as s:
        return await stories.listing(s)


async def states(chat: Chat) -> list[str]:
    async with chat.db.read() as s:
        return list(await s.scalars(select(FeedEntry.state).order_by(FeedEntry.id)))


async def test_five_questions_and_one_card_for_the_rest(chat: Chat) -> None:
    """Asked once, and again only about what is new; nobody who looks loads a picture from elsewhere."""
    editors = await chat.channel("comms-editors", "editors")
    await subscribed(chat, 8)
    assert await feed_actions.ask(chat.parts) == 6
    await chat.deliver()
    assert ".png" not in str([one.blocks for one in chat.worlds.slack.messages(editors.channel)])
    texts = [one.text for one in chat.worlds.slack.messages(editors.channel)]
    assert len([text for text in texts if "New in Wind news" in text]) == 5
    assert any("3 more new entries in Wind news" in text for text in texts)
    assert await feed_actions.ask(chat.parts) == 0


async def test_questions_wait_for_a_channel(chat: Chat) -> None:
    """Without an editors' channel nothing is lost."""
    await subscribed(chat, 1)
    assert await feed_actions.ask(chat.parts) == 0
    await chat.channel("comms-editors", "editors")
    assert await feed_actions.ask(chat.parts) == 1


async def test_an_entry_becomes_a_draft_once_and_then_goes_to_review(chat: Chat) -> None:
    """The card says what was decided and by whom; a second press is told so."""
    editors = await chat.channel("comms-editors", "editors")
    await subscribed(chat, 1)
    await feed_actions.ask(chat.parts)
    await chat.deliver()
    card = ref_of(chat, editors)
    first = await chat.press("clara.editorius", "entry_take", e=1, c=1, message=card)
    assert isinstance(first, Rewrite)
    assert "Clara Editorius made a draft of it." in said(first)
    again = await chat.press("david.vierauge", "entry_decline", e=1, c=1, message=card)
    assert isinstance(again, Rewrite)
    assert "decided before: a draft" in said(again)
    assert [(one.state, one.url, one.author_id) for one in await all_stories(chat)] == [("draft", f"{SITE}/0", None)]
    await chat.press("clara.editorius", "entry_review", message=card, **button(message_of(first), "entry_review"))
    assert [one.state for one in await all_stories(chat)] == [StoryState.IN_REVIEW]


async def test_what_is_decided_in_one_channel_is_decided_in_all(chat: Chat) -> None:
    """Every editors' channel has the question; the copies elsewhere lose their buttons and say who decided."""
    here, there = [await chat.channel(name, "editors") for name in ("comms-editors", "general")]
    await subscribed(chat, 2)
    await feed_actions.ask(chat.parts)
    await chat.deliver()
    await chat.press("clara.editorius", "entry_take", e=2, c=1, message=ref_of(chat, here))
    await chat.press("clara.editorius", "entry_decline", e=1, c=0)
    await chat.deliver()
    texts = {ref.channel: [str(one.blocks) for one in chat.worlds.slack.messages(ref.channel)] for ref in (here, there)}
    left_out, drafted = sorted(texts[there.channel], key=lambda one: "made a draft of it" in one)
    assert "Clara Editorius left this one out" in left_out
    assert "entry_take" not in left_out + drafted
    assert "entry_review" in drafted
    pressed = next(one for one in texts[here.channel] if "Birch" in one)
    assert "entry_take" in pressed, "the answer to the press rewrites that one"
    for decided in ("entry_review", "entry_review"):
        await chat.press("clara.editorius", decided, e=2, c=1, message=ref_of(chat, here))
    async with chat.db.read() as s:
        assert len(list(await s.scalars(select(Outbox.id).where(Outbox.state == "pending")))) == 1, "the newest counts"
    await chat.deliver()
    assert "is up for review" in str([one.blocks for one in chat.worlds.slack.messages(there.channel)])


async def test_entries_are_looked_through_one_by_one(chat: Chat) -> None:
    """Privately, with a way to the next; in the end all are decided."""
    await subscribed(chat, 2)
    shown = await chat.press("clara.editorius", "entries")
    assert isinstance(shown, Private)
    assert "Birch is what we begin with" in said(shown)
    following = button(message_of(shown), "entries")
    assert "Amber" in said(await chat.press("clara.editorius", "entries", **following))
    for entry in (1, 2):
        left = await chat.press("clara.editorius", "entry_decline", e=entry, c=0)
        assert isinstance(left, Private)
    assert await states(chat) == ["declined", "declined"]
    assert await all_stories(chat) == []
    assert "Alle Einträge sind entschieden" in said(await chat.press("clara.editorius", "entries"))


async def test_only_editors_decide_and_look(chat: Chat) -> None:
    """Whatever a button says."""
    await subscribed(chat, 1)
    for action in ("entry_take", "entry_decline", "entry_review", "entries", "feeds", "feed_pull"):
        answer = await chat.press("jana.feld", action, e=1, f=1)
        assert isinstance(answer, Private)
        assert said(answer).strip() == refusal(translator("de"), "not_editor").paragraphs[0], action
    assert await states(chat) == ["asked"]
    for strange in ({"e": 99}, {"e": "1; drop"}, {}):
        assert isinstance(await chat.press("clara.editorius", "entry_take", **strange), Private)


async def test_health_is_told_in_words_and_a_source_is_asked_now(chat: Chat) -> None:
    """What it brought, what is wrong, when it is asked next; not more often than every five minutes."""
    assert "Noch ist keine Quelle abonniert" in said(await chat.types("clara.editorius", "feeds"))
    feed_id = await subscribed(chat, 1)
    async with chat.db.write() as s:
        feed = await s.get_one(Feed, feed_id)
        feed.problem, feed.ok_at, feed.pulled_at = "missing", now(), now()
    told = said(await chat.types("clara.editorius", "quellen"))
    assert "Unter der Adresse ist nichts" in told
    assert "zuletzt Neues: noch nie" in told
    assert "1 Eintrag wartet auf dich" in told
    assert "bei Neuem wird die Redaktion gefragt" in told
    async with chat.db.write() as s:
        for end in ("feed.xml", "feed.atom"):
            source, _ = await sources.subscribe(s, f"https://www.nordlicht.example/{end}", mode="draft")
            source.title = "Nordlicht"
    told = said(await chat.types("clara.editorius", "feeds"))
    assert "feed.xml · Nordlicht" in told, "two of the same title are told apart"
    assert "feed.atom · Nordlicht" in told
    woken: list[bool] = []
    chat.parts.feeds_due = lambda: woken.append(True)
    press = button(message_of(await chat.types("clara.editorius", "feeds")), "feed_pull")
    assert "weniger als fünf Minuten" in said(await chat.press("clara.editorius", "feed_pull", **press))
    async with chat.db.write() as s:
        (await s.get_one(Feed, feed_id)).pulled_at = now() - timedelta(minutes=6)
    assert "jetzt abgerufen" in said(await chat.press("clara.editorius", "feed_pull", **press))
    assert woken == [True]


async def test_from_a_site_over_http_to_a_draft(chat: Chat) -> None:
    """A feed is pulled, its newest entries are asked about, a press makes a draft; the next pull adds nothing."""
    editors = await chat.channel("comms-editors", "editors")
    async with chat.db.write() as s:
        await sources.subscribe(s, f"{chat.worlds.site.origin}/feed.xml", mode="ask")
    await feed_actions.pull(chat.parts)
    await chat.deliver()
    cards = chat.worlds.slack.messages(editors.channel)
    assert len(cards) in {5, 6}
    found = await states(chat)
    assert set(found) == {"asked"}
    await chat.press("clara.editorius", "entry_take", e=len(found), c=1, message=ref_of(chat, editors, 0))
    assert [one.state for one in await all_stories(chat)] == [StoryState.DRAFT]
    await feed_actions.pull(chat.parts)
    await chat.deliver()
    assert len(chat.worlds.slack.messages(editors.channel)) == len(cards)
    assert len(await states(chat)) == len(found)
