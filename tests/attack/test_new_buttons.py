"""The home, its settings, the tour, the search and links that were posted, with what nobody of ours would send."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from advocacy.bot.language import translator
from advocacy.chat import Answer, Found, OpenForm, Previews, Private
from advocacy.delivery.models import Channel
from advocacy.people.models import Person, Rhythm
from advocacy.slack import forms
from advocacy.slack import render as slack_render
from advocacy.slack.reply import ReplyTo
from advocacy.teams import render as teams_render
from tests.bot.conftest import Chat, said
from tests.slack.test_slack_unfurl import link_of

ODD = (
    "\x01" * 500, '\x1f"' * 250, '"\\' * 250, "\n" * 250 + "x", "👩‍👩‍👧‍👦" * 71, "\u202e" * 500, "x" * 100_000, "\0" * 500,
    "<!channel> <@U1> *b* `c` [a](http://x)" * 13, "\ud800" * 500, "a" + "\u0301" * 499, "(((a+)+)+$", "word " * 20_000,
    "%_\\ {0} %s {words}",
)  # fmt: skip
ENGLISH = translator("en")
REPLY = ReplyTo("T1", "U1", channel="C1", url="https://hooks.slack.com/actions/" + "x" * 150, ts="123.456")


def drawn(answer: Answer) -> None:
    """In both doors; raises what they raise."""
    if isinstance(answer, OpenForm):
        forms.modal(answer.form, REPLY, ENGLISH)
        teams_render.form(answer.form)
    elif isinstance(answer, Found):
        for card in answer.messages:
            teams_render.card(card)
    else:
        assert isinstance(answer, Private)
        forms.home(answer.message, ENGLISH)
        slack_render.body(answer.message, ENGLISH)
        teams_render.card(answer.message)


@pytest.mark.usefixtures("english")
async def test_any_text_can_be_drawn_in_both_doors(chat: Chat) -> None:
    """As words of the practice, in the home and beside it, and as what is searched."""
    await chat.live_story()
    for text in ODD:
        for home in ({}, {"_h": "feed"}):
            for action in ("practice", "practice_edit"):
                drawn(await chat.press("jana.feld", action, x=text, **home))
            drawn(await chat.press("jana.feld", "practice_save", {"text": text[:3000]}, **home))
        drawn(await chat.types("jana.feld", "search " + text))
        drawn(await chat.press_text("jana.feld", "search_pick", text))
    for begins in (2**63 - 1, -5, 10**40, "x"):
        await chat.press_text("jana.feld", "search_pick", "", at=begins)


@pytest.mark.usefixtures("english")
async def test_cards_stand_below_our_own_addresses_only(chat: Chat) -> None:
    """Other hosts with our path, names before the host, other schemes; fifty links are twenty cards at most."""
    url = await link_of(chat, await chat.live_story())
    host, code = url.split("/")[2], url.rpartition("/")[2]
    for odd in (
        f"https://evil.example/r/{code}", f"https://{host}@evil.example/r/{code}", f"https://a@{host}/r/{code}",
        f"https://{host}.evil.example/r/{code}", f"ftp://{host}/r/{code}", f"https://{host}/r/{code}/../x", "https://[",
        f"https://{host}/r//{code}", f"javascript://{host}/r/{code}", "\0", "\ud800", "http://" + "x" * 100_000,
    ):  # fmt: skip
        assert await chat.press("jana.feld", "unfurl", urls=[odd]) is None, odd[:60]
    for strange in (None, 5, "x", [None, 5, {}], [[url]], {"a": 1}):
        assert await chat.press("jana.feld", "unfurl", urls=strange) is None
    many = await chat.press("jana.feld", "unfurl", urls=[f"{url}?{number}" for number in range(50)])
    assert isinstance(many, Previews)
    assert len(many.cards) == 20


@pytest.mark.usefixtures("english")
async def test_an_employee_posts_no_week_and_opens_no_desk(chat: Chat) -> None:
    """Not by an editors' button, nor by its tab; an editor's own button turns no other kind of channel on."""
    await chat.channel("news")
    await chat.channel("comms-editors", "editors")
    for number in (1, 2, 3):
        for action in ("channels", "channel_cheers", "week_show"):
            assert "news" not in said(await chat.press("emre.sonntag", action, c=number, on=1))
    for tab in ("reviews", "plan", "ideas"):
        shown = await chat.press("emre.sonntag", "home", tab=tab, _h=tab)
        assert isinstance(shown, Private)
        assert tab not in {one.value["tab"] for one in shown.message.tabs}
    await chat.press("clara.editorius", "channel_cheers", c=2, on=1)
    async with chat.db.read() as s:
        assert not any(await s.scalars(select(Channel.cheers)))


async def test_new_buttons_pressed_twice_at_once_leave_one_row(chat: Chat) -> None:
    """Of somebody who never chose anything: the first press and its double both want to write the first row."""
    typed: dict[str, Any] = {"days": "mon", "hour": "08:30", "most": "3", "undo": "3"}
    jana = (await chat.person("jana.feld")).id
    for action, value in (("pace_save", {}), ("less_set", {"d": "one"}), ("practice_end", {"d": "post"})):
        await asyncio.gather(*(chat.press("jana.feld", action, typed, **value) for _ in range(3)))
    async with chat.db.read() as s:
        assert [row.days for row in await s.scalars(select(Rhythm).where(Rhythm.person_id == jana))] == ["mon"]
        assert (await s.get_one(Person, jana)).toured_at is not None
