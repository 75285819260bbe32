"""The short way of a share does what the long way does, or nothing."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, select, update

from advocacy.bot.actions import Bot
from advocacy.bot.catalogue import ACTIONS, SHORT_WAYS
from advocacy.chat import ChannelRef, MessageRef, Press
from advocacy.content import emergency, stories
from advocacy.content.models import Caption, Halt, Story, StoryState, Topic
from advocacy.content.stories import Wording
from advocacy.db import now
from advocacy.delivery.models import Placement
from advocacy.people.models import Identity, Person
from advocacy.sharing.disclosure import overrides
from advocacy.sharing.disclosure.overrides import Wanted
from advocacy.sharing.models import Account, Link, Share
from advocacy.sharing.plain import Unusual
from tests.bot.conftest import Chat, connect, message_of

JANA = "jana.feld"
OWN = frozenset({"id", "key", "code", "share_id", "story_id", "created_at", "due_at", "caption_id"})
"""What differs between any two shares."""


def columns(row: Any) -> dict[str, Any]:
    return {one.key: getattr(row, one.key) for one in inspect(type(row)).columns if one.key not in OWN}


async def everything(chat: Chat, story_id: int) -> dict[str, Any]:
    """All that a press on a story's card leaves behind, as far as it is the same for two stories."""
    async with chat.db.read() as s:
        share = (await s.scalars(select(Share).where(Share.story_id == story_id))).one()
        link = (await s.scalars(select(Link).where(Link.story_id == story_id, Link.share_id == share.id))).one()
        dealt = await s.execute(select(Caption.language, Caption.dealt).where(Caption.story_id == story_id))
        viewers = await s.scalars(select(Placement.viewers).where(Placement.story_id == story_id))
        left = columns(share) | {"text": share.text.replace(link.code, "CODE"), "proof": {**share.proof, "at": ""}}
        assert share.due_at is not None
        return {
            "share": left, "window": share.due_at - share.created_at, "link": columns(link), "viewers": list(viewers),
            "dealt": sorted((language, count) for language, count in dealt), "worded": share.caption_id is not None,
        }  # fmt: skip


async def test_both_ways_leave_the_same_behind(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """The share with its text and proof, its link, the count of wordings, who sees a view of their own; what is said."""
    await connect(chat, JANA)
    channel = await chat.channel("news")
    long_way = Bot(chat.parts, ACTIONS)
    async with chat.db.write() as s:
        await s.execute(update(Identity).values(address="29:" + "jana"))
        await s.execute(update(Person).values(undo_seconds=40))
    wordings = [Wording(text="Quiet #[and] clever.", language="en"), Wording(text="Leise.", language="de", quota=1)]
    for captions in (wordings, [], [Wording(text="Nur eines.", network="linkedin", language="de", hashtags=("Wind",))]):
        left = []
        for bot in (chat.bot, long_way):
            story = await chat.live_story(captions=captions)
            placement = await card(chat, story.id, channel)
            who = chat.who(JANA).__class__(**{**_fields(chat.who(JANA)), "address": "29:jana"})
            ref = MessageRef("slack", channel.tenant, channel.channel, f"{placement}.1")
            press = Press(who, "share", {"s": story.id, "n": "linkedin", "p": placement}, message=ref, reply_to="{}",
                          event=f"e{placement}")  # fmt: skip
            if bot is chat.bot:
                monkeypatch.setattr(chat.bot, "_actions", {})  # the long way is closed
            answer = await bot.handle(press)
            monkeypatch.undo()
            assert await bot.handle(press) is None, "the platform repeats an event"
            said = message_of(answer)
            buttons = [(one.label, one.action) for one in said.buttons]
            left.append((await everything(chat, story.id), said.heading, said.paragraphs, buttons))
        assert left[0] == left[1]
        assert left[0][0]["viewers"] == [["29:jana"]]


def _fields(who: Any) -> dict[str, Any]:
    return {name: getattr(who, name) for name in ("platform", "tenant", "user", "address")}


async def card(chat: Chat, story_id: int, channel: ChannelRef) -> int:
    """The id of the placement whose message is ``<id>.1``."""
    async with chat.db.write() as s:
        placement = (await s.scalars(select(Placement).where(Placement.story_id == story_id))).first()
        if placement is None:
            placement = Placement(story_id=story_id, viewers=[])
            s.add(placement)
            await s.flush()
        placement.state, placement.message_id, placement.viewers = "sent", f"{placement.id}.1", []
        return placement.id


async def test_whatever_is_not_plain_writes_nothing(chat: Chat) -> None:
    """Whoever left, what was recalled, changed or stopped, who is not meant: decided when it is written, not before."""
    await connect(chat, JANA)
    story = await chat.live_story()
    person = await chat.person(JANA)
    soon, gone = now() + timedelta(days=1), now() - timedelta(seconds=1)
    mine, live = Person.id == person.id, Story.id == story.id
    changes: list[tuple[Any, dict[str, Any], dict[str, Any]]] = [
        (update(Person).where(mine), {"left_on": date(2026, 1, 2)}, {"left_on": None}),
        (update(Identity), {"is_guest": True}, {"is_guest": False}),
        (update(Identity), {"address": "elsewhere"}, {"address": ""}),
        *((update(Story).where(live), {"state": state}, {"state": StoryState.LIVE}) for state in StoryState
          if state != StoryState.LIVE),
        (update(Story).where(live), {"internal": True}, {"internal": False}),
        (update(Story).where(live), {"expires_at": gone}, {"expires_at": None}),
        (update(Story).where(live), {"rights_until": gone}, {"rights_until": None}),
        (update(Story).where(live), {"embargo_until": soon}, {"embargo_until": None}),
        (update(Story).where(live), {"department_ids": [1]}, {"department_ids": []}),
        (update(Story).where(live), {"locations": ["Kiel"]}, {"locations": []}),
        (update(Story).where(live), {"audience_languages": ["fr"]}, {"audience_languages": []}),
        (update(Story).where(live), {"topics": ["Secret"]}, {"topics": []}),
        (update(Account), {"state": "broken"}, {"state": "active"}),
        (update(Account), {"expires_at": gone, "refresh_token": None}, {"expires_at": soon}),
        (update(Account), {"person_id": 1 + (person.id == 1)}, {"person_id": person.id}),
        (update(Halt), {"lifted_at": None}, {"lifted_at": now()}),
    ]  # fmt: skip
    press = Press(chat.who(JANA), "share", {"s": story.id, "n": "linkedin"})
    async with chat.db.write() as s:
        s.add(Topic(name="Secret", kind="restricted"))
        await emergency.halt(s, "root")
        await emergency.lift(s, "root")
    await chat.parts.plain._memory.story(story.id)
    for change, there, back in changes:
        async with chat.db.write() as s:
            await s.execute(change.values(**there))
        with pytest.raises(Unusual):
            await SHORT_WAYS["share"](chat.parts, press)
        async with chat.db.write() as s:
            await s.execute(change.values(**back))
    async with chat.db.read() as s:
        assert (await s.scalars(select(Share))).all() == []
        assert set(await s.scalars(select(Caption.dealt))) == {0}
    assert await SHORT_WAYS["share"](chat.parts, press) is not None
    with pytest.raises(Unusual):
        await SHORT_WAYS["share"](chat.parts, press)  # it is there


async def test_presses_at_the_same_moment_are_one_share(chat: Chat) -> None:
    """Whoever comes second finds the first one's share, and no wording is dealt twice for it."""
    await connect(chat, JANA)
    story = await chat.live_story()
    await chat.parts.plain._memory.story(story.id)
    answers = await asyncio.gather(*(chat.press(JANA, "share", s=story.id, n="linkedin") for _ in range(6)))
    assert len({message_of(one).quote for one in answers}) == 1
    async with chat.db.read() as s:
        assert len((await s.scalars(select(Share))).all()) == 1
        assert len((await s.scalars(select(Link).where(Link.share_id.is_not(None)))).all()) == 1
        assert sorted(await s.scalars(select(Caption.dealt).where(Caption.story_id == story.id))) == [0, 1]


async def test_what_was_edited_or_ruled_meanwhile_is_what_is_shared(chat: Chat) -> None:
    """What is kept in memory is only used while it is what the database says."""
    await connect(chat, JANA)
    story = await chat.live_story()
    await chat.parts.plain._memory.story(story.id)
    async with chat.db.write() as s:
        await stories.edit(s, story.id, title="The rotor that sings", by_id=None, captions=[])
        await s.execute(update(Story).values(state=StoryState.LIVE))
        rule = Wanted(level="required", reason="house", texts={"en": ["Paid by us"]})
        await overrides.add(s, rule, ["linkedin"], "root")
    said = message_of(await chat.press(JANA, "share", s=story.id, n="linkedin")).quote
    assert "The rotor that sings" in said
    assert "Paid by us" in said
