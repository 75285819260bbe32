"""A link to a story shows the story below it; what may not be shown everywhere stays away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from advocacy.content import emergency, topics
from advocacy.content.models import Story
from advocacy.db import now
from advocacy.playground.slack.world import SlackWorld
from advocacy.playground.world import Fault
from advocacy.sharing import links, story_links
from advocacy.sharing.models import Link
from advocacy.slack.door import SlackDoor
from tests.bot.conftest import Chat
from tests.bot.conftest import chat as chat  # noqa: PLC0414 - a fixture of that room, with what it needs
from tests.bot.conftest import hired as hired  # noqa: PLC0414
from tests.bot.conftest import hired_file as hired_file  # noqa: PLC0414
from tests.slack.slack_help import listening

_DOORS: dict[SlackWorld, SlackDoor] = {}


@pytest.fixture
async def slack(chat: Chat) -> AsyncIterator[SlackWorld]:
    """The door, listening; links to our address are told to it."""
    async with listening(chat) as door:
        chat.worlds.slack.hands.unfurl_domains = {"127.0.0.1"}
        _DOORS[chat.worlds.slack] = door
        yield chat.worlds.slack
        del _DOORS[chat.worlds.slack]
        await door.receiver.drain(1.0)


async def link_of(chat: Chat, story: Story, name: str = "") -> str:
    """The story's own link."""
    async with chat.db.write() as s:
        link = await story_links.get(s, chat.parts.settings, await s.get_one(Story, story.id))
        if name:
            await story_links.rename(s, link, name)
    return links.address(chat.parts.settings, name or link.code)


async def posted(slack: SlackWorld, user: str, text: str, channel: str = "general") -> list[dict[str, Any]]:
    """Somebody writes this; the cards below it once all is said."""
    calls = slack.api.calls["chat.unfurl"]
    assert (await slack.hands.say(user, slack.channel(channel).id, text)).status == 200
    await _DOORS[slack].receiver.drain(2.0)
    message = slack.messages(slack.channel(channel).id)[-1]
    assert bool(message.attachments) == (slack.api.calls["chat.unfurl"] > calls)
    return message.attachments


async def test_a_link_shows_its_story(chat: Chat, slack: SlackWorld) -> None:
    """By code, by name, as a share's own link, in one message; nothing of who shares it; another page gets nothing."""
    story = await chat.live_story(image_url="https://nordlicht.example/rotor.png", image_alt="A rotor")
    code, jana = await link_of(chat, story), chat.who("jana.feld").user
    named = await link_of(chat, story, "rotor")
    async with chat.db.write() as s:
        own = await links.make(
            s, url=story.url, story_id=story.id, person_id=(await chat.person("emre.sonntag")).id, network="linkedin"
        )
    shared = links.address(chat.parts.settings, own.code)
    elsewhere = f"{chat.parts.settings.public_url}/sign-in"
    cards = await posted(slack, jana, f"See {code} and {named} or {shared} but not {elsewhere}")
    assert {one["from_url"] for one in cards} == {code, named, shared}
    text = str([one["blocks"] for one in cards])
    assert ("The rotor that listens" in text, "Forty turbines." in text, "A rotor" in text) == (True, True, True)
    assert "Emre" not in text
    assert slack.ephemerals(jana) == []

    slack.faults.inject(Fault.ERROR, path="chat.unfurl")  # tried once more
    assert len(await posted(slack, jana, named)) <= 1
    event = {"type": "link_shared", "user": jana, "channel": "COMPOSER", "message_ts": "x", "unfurl_id": "no-no",
             "source": "composer", "links": [{"domain": "127.0.0.1", "url": code}]}  # fmt: skip
    assert (await slack.hands.event(event)).status == 200  # what is gone by then is nobody's trouble
    await _DOORS[slack].receiver.drain(2.0)
    calls = slack.api.calls["chat.unfurl"]
    assert (await slack.hands.event(event, retry=1)).status == 200  # Slack tells once more
    await _DOORS[slack].receiver.drain(2.0)
    assert slack.api.calls["chat.unfurl"] == calls


@pytest.mark.parametrize("hidden", [
    {"internal": True}, {"state": "recalled"}, {"state": "expired"}, {"state": "in_review"},
    {"embargo_until": timedelta(hours=1)}, {"expires_at": timedelta(seconds=-1)},
    {"locations": ["Kiel"]}, {"department_ids": [1]}, {"topics": ["Closed"]},
], ids=str)  # fmt: skip
async def test_what_is_not_for_everybody_is_not_shown(chat: Chat, slack: SlackWorld, hidden: dict[str, Any]) -> None:
    """Internal, withdrawn, ended, not approved, not yet out, for a chosen few."""
    story = await chat.live_story()
    link, at = await link_of(chat, story), now()
    values = {name: at + one if isinstance(one, timedelta) else one for name, one in hidden.items()}
    async with chat.db.write() as s:
        await topics.ensure(s, ["Closed"])
        await s.execute(update(topics.Topic).values(kind="restricted"))
        await s.execute(update(Story).where(Story.id == story.id).values(**values))
    assert await posted(slack, chat.who("jana.feld").user, link) == []


async def test_nobody_is_shown_anything_in_a_stop_or_by_a_stranger(chat: Chat, slack: SlackWorld) -> None:
    """A stopped link, an emergency stop, somebody of whom we know nothing: silence, to them as well."""
    story = await chat.live_story()
    link, jana = await link_of(chat, story), chat.who("jana.feld").user
    slack.workspace.users[jana].email = ""
    slack.workspace.add_user(type(slack.workspace.users[jana])("U0STRANGER", "who", "Who", "who@else.example"))
    assert await posted(slack, "U0STRANGER", link) == []
    assert slack.ephemerals("U0STRANGER") == []
    async with chat.db.write() as s:
        await emergency.halt(s, "test")
    assert await posted(slack, jana, link) == []
    async with chat.db.write() as s:
        await emergency.lift(s, "test")
        await s.execute(update(Link).values(stopped=True))
        assert (await s.scalars(select(Link))).all()
    assert await posted(slack, jana, link) == []
