"""Review cards keep up with what changes without a new round."""

from __future__ import annotations

import json
from datetime import timedelta

from advocacy.bot import announce
from advocacy.content import approval, stories
from advocacy.content.fingerprint import fingerprint
from advocacy.db import now
from tests.bot.conftest import Chat

DAVID = "david.vierauge"


async def test_a_review_card_follows_times_that_change_without_a_new_round(chat: Chat) -> None:
    """Who decides reads when the story goes out as it stands now; a card that is right already is left alone."""
    editors = await chat.channel("comms-editors", "editors")
    story = await chat.story()
    await announce.ask_editors(chat.parts)
    await chat.deliver()
    [card] = chat.worlds.slack.messages(editors.channel)
    assert "as soon as it is approved" in json.dumps(card.blocks)
    async with chat.db.write() as s:
        kept = await stories.get(s, story.id)
        await stories.edit(s, story.id, seen=kept.version, publish_at=now() + timedelta(days=2))
    assert await announce.ask_editors(chat.parts) == 0
    await chat.deliver()
    [card] = chat.worlds.slack.messages(editors.channel)
    assert "as soon as it is approved" not in json.dumps(card.blocks)
    edited = card.edited
    assert await announce.ask_editors(chat.parts) == 0
    await chat.deliver()
    assert chat.worlds.slack.messages(editors.channel)[0].edited == edited


async def test_the_editors_card_of_a_withdrawn_story_says_why(chat: Chat) -> None:
    """The form promises that the other editors read the reason."""
    editors = await chat.channel("comms-editors", "editors")
    story = await chat.story()
    await announce.ask_editors(chat.parts)
    await chat.deliver()
    async with chat.db.write() as s:
        fresh = await stories.get(s, story.id)
        await approval.approve(s, story.id, await chat.person(DAVID), fingerprint(fresh), four_eyes=True)
    await chat.press(DAVID, "recall", {"reason": "A wrong number"}, s=story.id)
    await chat.deliver()
    [card] = chat.worlds.slack.messages(editors.channel)
    assert "Withdrawn by David Vierauge: A wrong number. Cards are" in json.dumps(card.blocks)


async def test_a_consent_is_seen_on_the_review_card(chat: Chat) -> None:
    """Nobody who decides goes on waiting for an answer that is there."""
    editors = await chat.channel("comms-editors", "editors")
    jana = await chat.person("jana.feld")
    story = await chat.story(credit_id=jana.id, consent="asked")
    await announce.ask_editors(chat.parts)
    await chat.deliver()
    assert "still awaited" in json.dumps(chat.worlds.slack.messages(editors.channel)[0].blocks)
    await chat.press("jana.feld", "consent_given", s=story.id)
    await announce.ask_editors(chat.parts)
    await chat.deliver()
    assert "still awaited" not in json.dumps(chat.worlds.slack.messages(editors.channel)[0].blocks)
