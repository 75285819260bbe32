"""The digest: what is new for one person, at their hour, never too often, and never what must not be said."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from advocacy.bot.home import digests
from advocacy.content import approval, reasons, stories
from advocacy.db import Database
from advocacy.delivery import digest_lines, outbox
from advocacy.delivery.models import DigestLine, Outbox, Prompt
from advocacy.people import breaks
from advocacy.people.models import Identity, Person, Rhythm
from tests.bot.conftest import Chat, connect, said
from tests.conftest import TEST_KEY, on_postgresql

MONDAY = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
TUESDAY = datetime(2026, 12, 1, 8, 1, tzinfo=UTC)
"""One minute past nine in Berlin."""


async def only(chat: Chat, *keys: str) -> list[int]:
    """Nobody else can be written to; who is who."""
    ids = [(await chat.person(key)).id for key in keys]
    async with chat.db.write() as s:
        await s.execute(update(Identity).where(Identity.person_id.not_in(ids)).values(is_guest=True))
    while await digests.enrol(chat.parts):
        pass
    return ids


async def letters(chat: Chat) -> list[str]:
    """All digests that arrived, in words."""
    await chat.deliver()
    async with chat.db.read() as s:
        rows = await s.scalars(select(Outbox).where(Outbox.marker.like("digest:%")).order_by(Outbox.id))
        return [f"{row.state}|{row.message['heading']}|{[f['label'] for f in row.message['facts']]}" for row in rows]


async def test_a_digest_comes_at_its_hour_once_and_reminds_once(chat: Chat) -> None:
    """New stories on Tuesday at nine; the same once more a week later as a reminder; then never again."""
    with time_machine.travel(MONDAY, tick=True) as clock:
        first = await chat.live_story(title="A rotor that listens")
        await only(chat, "jana.feld")
        assert await digests.write(chat.parts) == 0, "it is Monday"
        clock.move_to(TUESDAY)
        assert await digests.write(chat.parts) == 1
        assert await digests.write(chat.parts) == 0, "it was written"
        assert await letters(chat) == ["sent|1 Beitrag für dich|['A rotor that listens']"]
        shown = await chat.press("jana.feld", "story_show", s=first.id)
        assert "A rotor that listens" in said(shown)
        assert "[Auf LinkedIn teilen]" in said(shown)
        clock.move_to(TUESDAY + timedelta(days=7))
        await digests.write(chat.parts)
        assert (await letters(chat))[-1] == "sent|1 Beitrag für dich|['Noch da: A rotor that listens']"
        clock.move_to(TUESDAY + timedelta(days=14))
        assert await digests.write(chat.parts) == 1
        assert len(await letters(chat)) == 2, "twice is enough"


async def test_what_is_dealt_with_passed_or_not_wanted_is_in_no_digest(chat: Chat) -> None:
    """Shared, passed, a break, somebody who left: none of them gets a digest of it."""
    with time_machine.travel(MONDAY, tick=True) as clock:
        story = await chat.live_story()
        keys = ("jana.feld", "pia.lorenzen", "till.brandt", "leon.haack", "emre.sonntag")
        jana, pia, till, leon, _ = await only(chat, *keys)
        await connect(chat, "jana.feld")
        await chat.press("jana.feld", "share", s=story.id, n="linkedin")
        async with chat.db.write() as s:
            await reasons.passed(s, story.id, pia, "topic", 5)
            await breaks.begin(s, till, MONDAY + timedelta(days=30))
            await s.execute(update(Person).where(Person.id == leon).values(left_on=MONDAY.date()))
        clock.move_to(TUESDAY)
        assert await digests.write(chat.parts) == 5
        async with chat.db.read() as s:
            got = [row.target["user"] for row in await s.scalars(select(Outbox).where(Outbox.marker.like("digest:%")))]
        assert got == [chat.people["emre.sonntag"].slack_id]
        assert jana


async def test_never_more_than_somebody_wants_and_it_is_said(chat: Chat) -> None:
    """The week's messages are used up: the digest waits, and the next one tells so."""
    with time_machine.travel(MONDAY, tick=True) as clock:
        await chat.live_story()
        [jana] = await only(chat, "jana.feld")
        async with chat.db.write() as s:
            s.add_all(Prompt(person_id=jana, at=MONDAY, marker=f"early:{n}") for n in range(3))
        clock.move_to(TUESDAY)
        assert await digests.write(chat.parts) == 1
        assert await letters(chat) == []
        clock.move_to(TUESDAY + timedelta(days=7))
        await digests.write(chat.parts)
        await chat.deliver()
        async with chat.db.read() as s:
            [message] = await s.scalars(select(Outbox.message).where(Outbox.marker.like("digest:%")))
        assert "1 Übersicht haben wir zurückgehalten: Du möchtest höchstens 3 Nachrichten" in message["footnote"]


async def test_a_story_withdrawn_meanwhile_never_leaves_in_a_digest(chat: Chat) -> None:
    """Between writing and sending it was withdrawn: the digest is written anew, without it and not as a reminder."""
    with time_machine.travel(MONDAY, tick=True) as clock:
        gone, stays = await chat.live_story(title="Gone"), await chat.live_story(title="Stays")
        await only(chat, "jana.feld")
        clock.move_to(TUESDAY)
        await digests.write(chat.parts)
        async with chat.db.write() as s:
            await approval.recall(s, gone.id, await chat.person("clara.editorius"), "")
        assert await letters(chat) == [], "it did not leave"
        assert await digests.write(chat.parts) == 1
        assert await letters(chat) == ["sent|1 Beitrag für dich|['Stays']"]
        async with chat.db.read() as s:
            assert list(await s.scalars(select(DigestLine.story_id))) == [stays.id]


@pytest.mark.parametrize("how", ["withdrawn", "edited"])
async def test_a_digest_in_chat_loses_what_must_not_be_shown(chat: Chat, how: str) -> None:
    """A withdrawn story, and one that is under revision, are taken out of digests that arrived."""
    with time_machine.travel(MONDAY, tick=True) as clock:
        gone, _ = await chat.live_story(title="Gone"), await chat.live_story(title="Stays")
        await only(chat, "jana.feld")
        clock.move_to(TUESDAY)
        await digests.write(chat.parts)
        await chat.deliver()
        clara = await chat.person("clara.editorius")
        async with chat.db.write() as s:
            if how == "withdrawn":
                await approval.recall(s, gone.id, clara, "")
            else:
                kept = await stories.get(s, gone.id)
                await stories.edit(s, gone.id, by_id=clara.id, seen=kept.version, title="Changed")
        assert await digests.redraw(chat.parts) == 1
        assert await digests.redraw(chat.parts) == 0
        await chat.deliver()
        slack = chat.worlds.slack
        [message] = slack.messages(slack.im(chat.who("jana.feld").user).id)
        assert "Stays" in str(message.blocks)
        assert "Gone" not in str(message.blocks)
        assert "steht nicht mehr darin" in str(message.blocks)


async def test_a_digest_of_weeks_ago_loses_a_withdrawn_story_too(chat: Chat) -> None:
    """The outbox forgets what it said, and not where it stands, while it shows a story."""
    with time_machine.travel(MONDAY, tick=True) as clock:
        gone = await chat.live_story(title="Gone")
        await only(chat, "jana.feld")
        clock.move_to(TUESDAY)
        await digests.write(chat.parts)
        await chat.deliver()
        later = TUESDAY + timedelta(days=20)
        clock.move_to(later)
        async with chat.db.write() as s:
            assert await outbox.forget_sent(s, timedelta(days=7)) == 0
            assert await s.scalar(select(Outbox.message)) == {}
            await approval.recall(s, gone.id, await chat.person("clara.editorius"), "")
        assert await digests.redraw(chat.parts) == 1
        async with chat.db.write() as s:
            assert await outbox.forget_sent(s, timedelta(days=7)) == 1, "it shows nothing any more"


async def test_days_left_to_a_company_follow_it_when_it_begins_to_have_some(chat: Chat) -> None:
    """Counted in while there was no digest: the first one comes once the company has days; own choices stay."""
    own = chat.parts.settings
    with time_machine.travel(MONDAY, tick=True):
        chat.parts.settings = own.model_copy(update={"digest_days": ()})
        jana, pia = await only(chat, "jana.feld", "pia.lorenzen")
        async with chat.db.write() as s:
            await s.execute(update(Rhythm).where(Rhythm.person_id == pia).values(days=""))
        assert await digests.enrol(chat.parts) == 0
        chat.parts.settings = own
        assert await digests.enrol(chat.parts) == 1
        assert await digests.enrol(chat.parts) == 0
        async with chat.db.read() as s:
            due = {row.person_id: row.due_at for row in await s.scalars(select(Rhythm))}
        assert due == {jana: TUESDAY.replace(minute=0), pia: None}


async def test_a_rhythm_is_chosen_in_chat_and_less_is_one_press(chat: Chat) -> None:
    """Mistakes stand at their fields; what was chosen is said, and the next digest follows it."""
    with time_machine.travel(MONDAY, tick=True):
        [jana] = await only(chat, "jana.feld")
        typed = {"days": "mon,thu", "hour": "8:30", "most": "2", "quiet_from": "20:00", "quiet_to": "", "undo": "9999"}
        wrong = await chat.press("jana.feld", "pace_save", typed)
        assert set(wrong.form.errors) == {"quiet_to", "undo"}  # type: ignore[union-attr]
        assert wrong.form.body.inputs[2].value == "2"  # type: ignore[union-attr]
        same = await chat.press("jana.feld", "pace_save", typed | {"quiet_to": "20:00", "undo": "5"})
        assert set(same.form.errors) == {"quiet_to"}  # type: ignore[union-attr]
        done = said(await chat.press("jana.feld", "pace_save", typed | {"quiet_to": "07:00", "undo": "5"}))
        assert "Übersicht: Montag, Donnerstag um 08:30" in done
        assert "Ungefragt höchstens: 2 Nachrichten pro Woche" in done
        assert "Ruhezeit: 20:00–07:00" in done
        assert "Zeit zum Rückgängigmachen: 5 Sekunden" in done
        async with chat.db.read() as s:
            row = await s.get_one(Rhythm, jana)
        assert row.due_at == datetime(2026, 12, 3, 7, 30, tzinfo=UTC)
        assert "[Eine Übersicht pro Woche]" in said(await chat.press("jana.feld", "less"))
        assert "Übersicht: Montag um" in said(await chat.press("jana.feld", "less_set", d="one"))
        assert "Übersicht: keine" in said(await chat.press("jana.feld", "less_set", d="none"))
        async with chat.db.read() as s:
            assert (await s.get_one(Rhythm, jana)).due_at is None


async def test_nothing_is_kept_of_people_who_left(chat: Chat) -> None:
    """Their rhythm goes, and what their digests had in them; others keep theirs."""
    with time_machine.travel(MONDAY, tick=True) as clock:
        await chat.live_story()
        jana, pia = await only(chat, "jana.feld", "pia.lorenzen")
        clock.move_to(TUESDAY)
        await digests.write(chat.parts)
        async with chat.db.write() as s:
            await s.execute(update(Person).where(Person.id == jana).values(left_on=MONDAY.date()))
            await digest_lines.forget(s, TUESDAY)
        async with chat.db.read() as s:
            assert list(await s.scalars(select(DigestLine.person_id))) == [pia]
            assert list(await s.scalars(select(Rhythm.person_id))) == [pia]


async def test_a_digest_can_be_looked_at_before_it_comes(chat: Chat) -> None:
    """It is counted nowhere: the real one still brings the story as new."""
    with time_machine.travel(MONDAY, tick=True) as clock:
        assert "Beitrag für dich" not in said(await chat.types("jana.feld", "übersicht"))
        await chat.live_story(title="A rotor that listens")
        await only(chat, "jana.feld")
        assert "1 Beitrag für dich" in said(await chat.press("jana.feld", "digest"))
        clock.move_to(TUESDAY)
        await digests.write(chat.parts)
        assert await letters(chat) == ["sent|1 Beitrag für dich|['A rotor that listens']"]


async def test_a_late_digest_waits_for_quiet_hours_to_end(chat: Chat) -> None:
    """Nothing ran until the evening: what was due in the morning does not ring at ten at night."""
    with time_machine.travel(MONDAY, tick=True) as clock:
        await chat.live_story(title="Rotor")
        await only(chat, "jana.feld")
        typed = {"days": "tue", "hour": "09:00", "most": "9", "quiet_from": "20:00", "quiet_to": "07:00", "undo": "5"}
        await chat.press("jana.feld", "pace_save", typed)
        clock.move_to(TUESDAY + timedelta(hours=13))
        assert await digests.write(chat.parts) == 1
        assert await digests.write(chat.parts) == 0
        assert await letters(chat) == []
        clock.move_to(TUESDAY + timedelta(hours=22))
        await digests.write(chat.parts)
        assert await letters(chat) == ["sent|1 Beitrag für dich|['Rotor']"]


async def test_a_clock_that_is_set_back_writes_no_digest_twice(chat: Chat) -> None:
    """By a second, an hour, a day; and one that is due at the very second of an earlier one is written."""
    with time_machine.travel(MONDAY, tick=False) as clock:
        await chat.live_story(title="Rotor")
        [jana] = await only(chat, "jana.feld")
        clock.move_to(TUESDAY)
        await digests.write(chat.parts)
        for back in (1, 3600, 86400):
            for moment in (TUESDAY - timedelta(seconds=back), TUESDAY):
                clock.move_to(moment)
                await digests.write(chat.parts)
        assert len(await letters(chat)) == 1
        async with chat.db.write() as s:
            await s.execute(update(Rhythm).where(Rhythm.person_id == jana).values(due_at=TUESDAY))
        await chat.live_story(title="Second")
        await digests.write(chat.parts)
        assert len(await letters(chat)) == 2


@on_postgresql
async def test_two_processes_write_nobody_two_digests(chat: Chat, database_url: str) -> None:
    """Both find the same people due, and take other ones."""
    with time_machine.travel(MONDAY, tick=True) as clock:
        await chat.live_story()
        while await digests.enrol(chat.parts):
            pass
        clock.move_to(TUESDAY)
        other = Database(database_url, [TEST_KEY])
        both = (chat.parts, replace(chat.parts, db=other)) * 2
        await asyncio.gather(*(digests.write(parts) for parts in both))
        await other.close()
        async with chat.db.read() as s:
            got = list(await s.scalars(select(DigestLine.person_id)))
            assert len(got) == len(set(got)) > 1
            assert not list(await s.scalars(select(Rhythm).where(Rhythm.due_at <= TUESDAY)))
