"""Presses in the same moment: one counts, the other is told how it stands."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select

from advocacy.chat import OpenForm
from advocacy.content import approval, stories
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Passed, Review, Story, StoryState, Topic
from tests.bot.conftest import Chat, said


async def decisions(chat: Chat, story_id: int, name: str) -> int:
    async with chat.db.read() as s:
        return sum(one.decision == name for one in await approval.history(s, story_id))


async def fresh(chat: Chat, story_id: int) -> Story:
    async with chat.db.read() as s:
        return await stories.get(s, story_id)


async def test_an_approval_pressed_twice_at_once_counts_once(chat: Chat) -> None:
    """Two presses, two editors: the story is cleared once."""
    story = await chat.story()
    value = {"s": story.id, "f": fingerprint(await fresh(chat, story.id))}
    await asyncio.gather(*(chat.press("david.vierauge", "approve", **value) for _ in range(3)))
    assert await decisions(chat, story.id, "cleared") == 1
    assert (await fresh(chat, story.id)).state == StoryState.APPROVED


async def test_a_recall_while_somebody_approves_holds(chat: Chat) -> None:
    """Whichever is first: in the end it is withdrawn."""
    story = await chat.story()
    value = {"s": story.id, "f": fingerprint(await fresh(chat, story.id))}
    await asyncio.gather(
        chat.press("david.vierauge", "approve", **value), chat.press("clara.editorius", "recall", **value)
    )
    assert (await fresh(chat, story.id)).state == StoryState.RECALLED


async def test_of_two_editors_who_save_at_once_one_is_shown_the_other(chat: Chat) -> None:
    """Nobody overwrites what they have not seen."""
    story = await chat.story()
    inputs = {"url": story.url, "summary": "", "language": "en", "topics": ""}
    answers = await asyncio.gather(*(
        chat.press(key, "story_edit_save", {**inputs, "title": key}, s=story.id, v=story.version)
        for key in ("clara.editorius", "david.vierauge")
    ))  # fmt: skip
    assert sum(isinstance(one, OpenForm) for one in answers) == 1
    assert (await fresh(chat, story.id)).version == story.version + 1


async def test_only_the_one_who_was_asked_consents(chat: Chat) -> None:
    """Neither a colleague nor an editor answers for somebody."""
    asked = await chat.person("emre.sonntag")
    story = await chat.story(credit_id=asked.id, consent="asked")
    for key in ("jana.feld", "clara.editorius", "david.vierauge"):
        for action in ("consent_given", "consent_nameless", "consent_refused"):
            await chat.press(key, action, s=story.id)
    assert (await fresh(chat, story.id)).consent == "asked"


async def test_a_story_is_passed_once(chat: Chat) -> None:
    """Pressed twice at once."""
    story = await chat.live_story()
    await asyncio.gather(*(chat.press("emre.sonntag", "pass_reason", s=story.id, r="topic") for _ in range(3)))
    async with chat.db.read() as s:
        assert await s.scalar(select(func.count()).select_from(Passed)) == 1


async def test_what_is_no_ones_yet_is_not_told_to_those_who_guess(chat: Chat) -> None:
    """Drafts, restricted, internal and other departments' stories by their number: not even the title."""
    waiting = await chat.story(title="Secret plans")
    for action in (
        "share", "more", "view", "pass", "desk", "history", "network_preview", "wordings", "wording_draft", "reasons",
        "review_open", "return", "when", "audience", "resend", "story_edit", "version", "recall", "resubmit",
    ):  # fmt: skip
        answer = await chat.press("emre.sonntag", action, s=waiting.id, n="linkedin", sure=0)
        assert "Secret plans" not in said(answer), action
    async with chat.db.read() as s:
        assert await s.scalar(select(func.count()).select_from(Review)) == 1


async def test_a_suggestion_brings_no_picture_from_elsewhere(chat: Chat) -> None:
    """The form carries the picture that was stored here; an address put in its place is left out."""
    inputs = {"url": "https://www.nordlicht.example/r", "title": "T", "language": "en"}
    await chat.press("emre.sonntag", "compose_save", inputs, picture="https://tracker.example/pixel.png")
    async with chat.db.read() as s:
        assert list(await s.scalars(select(Story.image_url))) == [""]


async def test_stories_for_others_are_not_told_to_those_who_guess(chat: Chat) -> None:
    """Out, but for other places, of a restricted topic, or inside only."""
    async with chat.db.write() as s:
        s.add(Topic(name="Board", kind="restricted"))
    await chat.live_story(title="Secret place", locations=["Elsewhere"])
    await chat.live_story(title="Secret topic", topics=["Board"])
    inside = await chat.live_story(title="For reading inside", internal=True)
    for number in range(1, inside.id):
        for action in (
            "share",
            "more",
            "view",
            "pass",
            "pass_reason",
            "desk",
            "history",
            "network_preview",
            "wordings",
        ):
            answer = await chat.press("emre.sonntag", action, s=number, n="linkedin", r="topic")
            assert "Secret" not in said(answer), (action, number)
    assert "Secret" not in said(await chat.types("emre.sonntag", "feed"))
    for action in ("share", "more"):
        assert "For reading inside" not in said(await chat.press("emre.sonntag", action, s=inside.id, n="linkedin"))
