"""The week in channels, the editors' week, and what came of a story below its card."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from advocacy.bot import announce
from advocacy.bot.cheer import story_results, weekly
from advocacy.bot.cheer.week_card import week_card
from advocacy.bot.language import translator
from advocacy.content.models import Story
from advocacy.delivery.models import Channel, Outbox
from advocacy.insights.models import DepartmentDay, PersonLast
from advocacy.insights.participation import Board, BoardRow
from advocacy.insights.periods import month
from advocacy.insights.week import Week
from advocacy.people.departments import COMPANY
from advocacy.people.models import Person
from tests.bot.conftest import Chat, said

FRIDAY = datetime(2026, 11, 27, 9, 5, tzinfo=UTC)
"""Five past ten in Berlin."""


async def shared(chat: Chat, day: date, shares: int, people: int = 5) -> None:
    """So many shares of the whole company on a day, by so many people."""
    async with chat.db.write() as s:
        s.add(DepartmentDay(department_id=COMPANY, day=day, measured=shares, reported=0, clicks=3 * shares))
        ids = list(await s.scalars(select(Person.id).order_by(Person.id).limit(people)))
        for one in ids:
            await s.merge(PersonLast(department_id=COMPANY, person_id=one, last_day=day, last_measured=day))


async def sent(chat: Chat, marker: str) -> list[dict[str, object]]:
    async with chat.db.read() as s:
        return list(await s.scalars(select(Outbox.message).where(Outbox.marker.startswith(marker))))


async def test_a_channel_gets_a_weekly_post_only_where_editors_want_it(chat: Chat) -> None:
    """One press switches it on; it comes once, thanks departments, and not in a week without a share."""
    with time_machine.travel(FRIDAY, tick=True) as clock:
        await chat.channel("news")
        await chat.channel("general")
        await chat.channel("comms-editors", "editors")
        shown = said(await chat.press("clara.editorius", "channels"))
        assert "[Wochenpost beginnen: #news]" in shown
        async with chat.db.read() as s:
            news = await s.scalar(select(Channel.id).where(Channel.name == "#news"))
        assert "#news bekommt einen Wochenpost." in said(
            await chat.press("clara.editorius", "channel_cheers", c=news, on=1)
        )
        assert "Redaktion" in said(await chat.press("jana.feld", "channel_cheers", c=news, on=0)), "not theirs"
        assert await weekly.post(chat.parts) == 1, "the editors' summary alone: nobody shared"
        assert "gäbe es keinen Post" in said(await chat.press("clara.editorius", "week_show"))
        clock.move_to(FRIDAY + timedelta(days=7))
        await shared(chat, FRIDAY.date(), 40)
        await shared(chat, date(2026, 12, 3), 12)
        assert "Diese Woche: 12-mal geteilt, 36 Klicks." in said(await chat.press("clara.editorius", "week_show"))
        assert await weekly.post(chat.parts) == 2
        assert await weekly.post(chat.parts) == 0, "once"
        [message] = await sent(chat, "week:")
        assert message["heading"] == "Our week"
        assert message["paragraphs"][0] == "This week: 12 shares, 36 clicks."  # type: ignore[index]
        assert "A milestone: 50 shares since we began!" in message["paragraphs"]  # type: ignore[operator]
        clock.move_to(FRIDAY + timedelta(days=8))
        assert await weekly.post(chat.parts) == 0, "it is Saturday"


async def test_clicks_of_a_few_people_are_not_told(chat: Chat) -> None:
    """Four shared: their clicks could be told apart, so neither the channel nor editors read them."""
    with time_machine.travel(FRIDAY, tick=True):
        await chat.channel("comms-editors", "editors")
        await shared(chat, FRIDAY.date(), 7, people=4)
        told = said(await chat.press("clara.editorius", "week_show"))
        assert "Diese Woche: 7-mal geteilt." in told
        assert "Klick" not in told.partition("Diese Woche")[2].partition("Danke")[0]
        await weekly.post(chat.parts)
        [message] = await sent(chat, "summary:")
        assert "Clicks" not in str(message["facts"])


async def test_a_late_hour_is_made_up_for_after_midnight(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two minutes to midnight: the next look may be on the day after; it is still Friday's post, once."""
    late = chat.parts.settings.model_copy(update={"week_hour": "23:58"})
    monkeypatch.setattr(chat.parts, "settings", late)
    with time_machine.travel(datetime(2026, 11, 27, 23, 2, tzinfo=UTC), tick=True):
        await chat.channel("comms-editors", "editors")
        assert await weekly.post(chat.parts) == 1
        assert await weekly.post(chat.parts) == 0
        async with chat.db.read() as s:
            [marker] = await s.scalars(select(Outbox.marker))
        assert marker.endswith(":2026-11-27")


async def test_editors_get_a_summary_of_their_week(chat: Chat) -> None:
    """What went out, who shared it in sums, and what waits, with ways there."""
    with time_machine.travel(FRIDAY - timedelta(hours=3), tick=True) as clock:
        await chat.channel("comms-editors", "editors")
        await chat.live_story(title="Out")
        await chat.story(title="Waits")
        clock.move_to(FRIDAY)
        await weekly.post(chat.parts)
        [message] = await sent(chat, "summary:")
        assert message["paragraphs"] == ["1 story went out."]
        assert {"label": "To review", "value": "1"} in message["facts"]  # type: ignore[operator]
        assert [one["label"] for one in message["bars"]] == ["Out"]  # type: ignore[attr-defined]


async def test_what_came_of_a_story_is_told_below_its_card_twice(chat: Chat) -> None:
    """After a day and after its end, in the thread of the review card; not again."""
    with time_machine.travel(FRIDAY, tick=True) as clock:
        editors = await chat.channel("comms-editors", "editors")
        story = await chat.story()
        await announce.ask_editors(chat.parts)
        await chat.deliver()
        [card] = chat.worlds.slack.messages(editors.channel)
        async with chat.db.write() as s:
            await s.execute(update(Story).values(state="live", live_at=FRIDAY))
        assert await story_results.tell(chat.parts) == 0
        clock.move_to(FRIDAY + timedelta(days=1, minutes=1))
        assert await story_results.tell(chat.parts) == 1
        assert await story_results.tell(chat.parts) == 0
        async with chat.db.write() as s:
            await s.execute(update(Story).where(Story.id == story.id).values(state="expired"))
        assert await story_results.tell(chat.parts) == 1
        assert await story_results.tell(chat.parts) == 0
        await chat.deliver()
        below = chat.worlds.slack.messages(editors.channel)[1:]
        assert [one.thread_ts for one in below] == [card.ts, card.ts]
        assert "What came of it: The rotor that listens" in str(below[0].blocks)


def test_departments_are_thanked_and_those_without_a_share_are_not_named() -> None:
    """The three with the largest part, by rate; whoever did nothing, and the small ones together, are no example."""

    def row(name: str, people: int, *, is_rest: bool = False) -> BoardRow:
        return BoardRow(1, name, people, people, 10, people / 10, people, 0, 0, is_rest=is_rest)

    rows = [row("Sales", 6), row("Grid", 4), row("Operations", 3), row("People", 2), row("Idle", 0)]
    board = Board(month(date(2026, 11, 27)), [*rows, row("", 5, is_rest=True)], row("", 20), 5)
    drawn = week_card(translator("de"), Week(date(2026, 11, 27), 9, 1, 4, 0), board, "https://a.example/board.png")
    assert drawn.paragraphs[1].startswith("Danke an Sales, Grid, Operations und an alle")
    assert [one.label for one in drawn.bars] == ["Sales", "Grid", "Operations", "People"]
    assert "Idle" not in str(drawn)
    assert drawn.image is not None
    assert drawn.image.alt == "Balkendiagramm: Beteiligung je Abteilung, November 2026"
