"""Cases that wait, cases that end, and breaks from prompts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from advocacy.bot import announce
from advocacy.bot.backup import watch
from advocacy.bot.desk.consent_actions import ask_for_consent
from advocacy.db import now
from advocacy.delivery import places
from advocacy.people.models import Person
from advocacy.sharing.models import BackupCase, BackupMessage
from tests.bot.conftest import Chat, said

JANA, CLARA, DAVID, EMRE = "jana.feld", "clara.editorius", "david.vierauge", "emre.sonntag"
pytestmark = pytest.mark.usefixtures("english")


async def opened(chat: Chat, quiet: str = "no") -> None:
    await chat.press(JANA, "backup_save", {"text": "Help.", "share": "0", "quiet": quiet})
    await chat.deliver()


async def later(chat: Chat, minutes: int) -> None:
    """So many minutes pass."""
    async with chat.db.write() as s:
        for case in await s.scalars(select(BackupCase)):
            case.open_since -= timedelta(minutes=minutes)
    await watch.watch(chat.parts)
    await watch.watch(chat.parts)
    await chat.deliver()


def said_to(chat: Chat, channel: str) -> list[str]:
    return [one.text for one in chat.worlds.slack.messages(channel)]


def direct(chat: Chat, key: str) -> list[str]:
    return said_to(chat, chat.worlds.slack.im(chat.who(key).user).id)


async def test_who_is_not_taken_care_of_is_asked_for_again(chat: Chat) -> None:
    """After half an hour the channel once, after an hour every editor once; then nobody is bothered any more."""
    channel = (await chat.channel("comms-editors", "editors")).channel
    await opened(chat)
    await later(chat, 29)
    assert said_to(chat, channel) == ["Somebody needs backup"]
    await later(chat, 1)
    again = "Nobody has taken care yet: somebody needs backup"
    assert said_to(chat, channel)[1:] == [again]
    assert direct(chat, DAVID) == []
    await later(chat, 30)
    assert len(said_to(chat, channel)) == 2
    assert direct(chat, DAVID) == direct(chat, CLARA) == [again]
    assert direct(chat, JANA) == []
    await later(chat, 300)
    assert direct(chat, DAVID) == [again]


async def test_without_a_channel_all_editors_are_asked_and_a_helper_who_leaves_is_replaced(chat: Chat) -> None:
    """A case is never with nobody."""
    await opened(chat)
    assert direct(chat, DAVID) == direct(chat, CLARA) == ["Somebody needs backup"]
    await chat.press(CLARA, "backup_take", c=1)
    async with chat.db.write() as s:
        clara = await chat.person(CLARA)
        await s.execute(update(Person).where(Person.id == clara.id).values(roles=[]))
    assert "somebody else" in said(await chat.press(CLARA, "backup_read", c=1)), "no editor any more"
    await later(chat, 0)
    assert direct(chat, DAVID)[1:] == ["Somebody needs backup"]
    assert "David Vierauge" in said(await chat.press(DAVID, "backup_take", c=1))


async def test_what_is_over_is_deleted(chat: Chat) -> None:
    """So many days after the end, not before; with every message and the log."""
    await opened(chat)
    await chat.press(JANA, "backup_close", c=1)
    assert await watch.forget(chat.parts) == 0
    async with chat.db.write() as s:
        await s.execute(update(BackupCase).values(closed_at=now() - timedelta(days=91)))
    assert await watch.forget(chat.parts) == 1
    async with chat.db.read() as s:
        assert await s.scalar(select(func.count()).select_from(BackupMessage)) == 0
        assert (await s.execute(text("SELECT count(*) FROM backup_event"))).scalar() == 0
    await opened(chat)
    async with chat.db.write() as s:
        await s.execute(update(Person).where(Person.email == chat.people[JANA].email).values(left_on=now().date()))
    await watch.watch(chat.parts)
    async with chat.db.read() as s:
        assert list(await s.scalars(select(BackupCase.state))) == ["closed"], "nobody can be written to who has left"


async def test_a_break_holds_prompts_and_not_answers(chat: Chat) -> None:
    """No story, no reminder, no question for consent until it ends; answers to presses come, and so does the helper."""
    jana, emre = await chat.person(JANA), await chat.person(EMRE)
    await opened(chat, quiet="open")
    async with chat.db.read() as s:
        assert await places.direct(s, [jana.id]) == []
    soon = now() + timedelta(minutes=10)
    led = await chat.live_story(leader_ids=[jana.id, emre.id], leaders_minutes=30, publish_at=soon)
    await announce.publish(chat.parts)
    await chat.deliver()
    assert direct(chat, JANA) == []
    assert led.title in direct(chat, EMRE)[0]
    await chat.press(CLARA, "backup_take", c=1)
    await chat.deliver()
    assert direct(chat, JANA) == ["There is a confidential message for you."]
    assert "No prompts at the moment" in said(await chat.types(JANA, "quiet"))
    story = await chat.story(credit_id=jana.id)
    async with chat.db.write() as s:
        await ask_for_consent(s, chat.parts, story, "Emre")
    await chat.deliver()
    assert len(direct(chat, JANA)) == 1
    assert "back" in said(await chat.press(JANA, "quiet_set", d="end"))
    await chat.deliver()
    assert "suggests your message" in direct(chat, JANA)[1], "what nobody else can answer was kept"
    async with chat.db.read() as s:
        assert len(await places.direct(s, [jana.id])) == 1
    assert "a week" in said(await chat.press(JANA, "quiet_set", d="week"))
    async with chat.db.write() as s:
        await s.execute(update(Person).where(Person.id == jana.id).values(break_until=now() - timedelta(seconds=1)))
        assert len(await places.direct(s, [jana.id])) == 1, "a week is over by itself"
