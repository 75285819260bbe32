"""A press whose process ended: done once, however far it had come."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from advocacy.bot.actions import Bot, Interrupted, event_key
from advocacy.bot.catalogue import ACTIONS, REPEATABLE
from advocacy.bot.models import SeenEvent
from advocacy.chat import Press
from advocacy.db import now
from advocacy.sharing.models import Link, Share, ShareState
from tests.bot.conftest import Chat, connect, message_of, said

JANA = "jana.feld"
pytestmark = pytest.mark.usefixtures("english")


async def shares(chat: Chat) -> list[Share]:
    async with chat.db.read() as s:
        found = list(await s.scalars(select(Share).order_by(Share.id)))
        assert await s.scalar(select(func.count()).select_from(Link)) == len(found)
    return found


async def noted(chat: Chat, press: Press) -> None:
    """The event was noted, and then the process ended."""
    async with chat.db.write() as s:
        s.add(SeenEvent(key=event_key(press), at=now()))


@pytest.mark.parametrize("connected", [True, False], ids=["short way", "long way"])
async def test_a_share_is_there_once(chat: Chat, connected: bool) -> None:
    """Nothing was committed, only its event was, or all was: repeated, it is there once, and answered."""
    if connected:
        await connect(chat, JANA)
    numbers = []
    for before in ("nothing", "event", "all"):
        story = await chat.live_story(title=f"Before: {before}")
        press = Press(chat.who(JANA), "share", {"s": story.id, "n": "linkedin"}, event=f"e-{before}")
        if before == "event":
            await noted(chat, press)
            assert await chat.bot.handle(press) is None, "a repeat by the platform still has no effect"
        elif before == "all":
            await chat.bot.handle(press)
        assert "linkedin" in said(await chat.bot.repeat(press)).lower()
        await chat.bot.repeat(press)
        numbers.append(len(await shares(chat)))
    assert numbers == [1, 2, 3]


async def test_what_was_undone_meanwhile_stays_undone(chat: Chat) -> None:
    """Share was done and its mark lost; then it was taken back: nothing leaves. A new press on Share is a new wish."""
    await connect(chat, JANA)
    story = await chat.live_story()
    press = Press(chat.who(JANA), "share", {"s": story.id, "n": "linkedin"}, event="e1")
    await chat.bot.handle(press)
    (share,) = await shares(chat)
    undo = Press(chat.who(JANA), "undo", {"i": share.id}, event="e2")
    await noted(chat, undo)
    for one in (undo, undo, press):
        assert isinstance(message_of(await chat.bot.repeat(one)).summary, str)
        assert [one.state for one in await shares(chat)] == [ShareState.UNDONE]
    anew = Press(chat.who(JANA), "share", press.value, event="e3")
    for do in (chat.bot.handle, chat.bot.repeat):
        await do(anew)
        assert [one.state for one in await shares(chat)] == [ShareState.UNDONE, ShareState.PENDING]


async def test_what_would_happen_twice_is_looked_at(chat: Chat) -> None:
    """Where its event was noted, or there is none, the person is asked to look; else it is done as if it had come now."""
    done: list[str] = []

    async def act(call: object) -> None:
        done.append("done")

    bot = Bot(chat.parts, {"compose_save": act}, {}, REPEATABLE)
    press = Press(chat.who(JANA), "compose_save", event="e1")
    assert await bot.repeat(press) is None
    assert done == ["done"]
    for one in (press, Press(chat.who(JANA), "compose_save")):
        answer = await bot.repeat(one)
        assert isinstance(answer, Interrupted)
        assert "look before you press again" in message_of(answer).summary
    assert done == ["done"]


def test_only_what_may_is_repeated() -> None:
    """All are actions that there are, and none that sends, writes anew or says that one has looked."""
    assert ACTIONS.keys() >= REPEATABLE
    never = {"retry", "retry_looked", "again", "compose_save", "backup_send", "placement_again", "command", "stop_now"}
    assert not never & REPEATABLE
