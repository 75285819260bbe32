"""“Not for me, because …” as a dialog."""

from __future__ import annotations

import pytest

from tests.bot.conftest import Chat, message_of, said

CLARA, JANA = "clara.editorius", "jana.feld"
pytestmark = pytest.mark.usefixtures("english")


async def test_one_reason_in_private_and_the_story_is_gone_from_the_feed(chat: Chat) -> None:
    """Asked with a promise that nobody learns who said it; afterwards it can be shown again."""
    story = await chat.live_story()
    card = message_of(await chat.types(JANA, "feed"))
    assert card.buttons[-1].action == "pass"
    question = await chat.press(JANA, "pass", **card.buttons[-1].value)
    assert "Nobody learns who said what" in said(question)
    assert len(message_of(question).buttons) == 7
    thanks = await chat.press(JANA, "pass_reason", **message_of(question).buttons[4].value)
    assert "Thank you" in said(thanks)
    assert "doubts" not in str(thanks), "the answer itself holds no reason"
    assert "You have seen everything" in said(await chat.types(JANA, "feed"))
    back = await chat.press(JANA, "pass_back", **message_of(thanks).buttons[0].value)
    assert "carries no name" in said(back)
    assert story.title in said(await chat.types(JANA, "feed"))


async def test_editors_see_sums_from_the_minimum_on(chat: Chat) -> None:
    """Before: from how many answers on. Nobody else sees either."""
    story = await chat.live_story()
    people = [key for key in chat.people if key not in {CLARA, "david.vierauge"}][:5]
    for key in people[:4]:
        await chat.press(key, "pass_reason", s=story.id, r="topic")
    assert "Reasons are shown from 5 answers on" in said(await chat.press(CLARA, "reasons", s=story.id))
    await chat.press(people[4], "pass_reason", s=story.id, r="doubts")
    answer = await chat.press(CLARA, "reasons", s=story.id)
    assert [(bar.label, bar.value) for bar in message_of(answer).bars] == [
        ("Not my topic", "4"), ("I have doubts about it", "1"),
    ]  # fmt: skip
    assert "Only editors" in said(await chat.press(JANA, "reasons", s=story.id))


async def test_what_a_client_makes_up_is_refused(chat: Chat) -> None:
    """A reason we do not know, a story that is not there."""
    story = await chat.live_story()
    assert "did not work" in said(await chat.press(JANA, "pass_reason", s=story.id, r="salary"))
    assert "no longer exists" in said(await chat.press(JANA, "pass", s=999))


async def test_the_question_has_a_way_back(chat: Chat) -> None:
    """Whoever pressed it by mistake gets the card again, in the place of the question, and nothing was counted."""
    story = await chat.live_story()
    question = message_of(await chat.press(JANA, "pass", s=story.id, p=3))
    back = question.buttons[-1]
    assert (back.label, back.action, back.value) == ("‹ Back", "view", {"s": story.id, "p": 3})
    answer = await chat.press(JANA, back.action, **back.value)
    assert story.title in said(answer)
    assert story.title in said(await chat.types(JANA, "feed"))
