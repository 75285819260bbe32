"""Lists of stories that editors choose from."""

from __future__ import annotations

from advocacy.content.models import Story, StoryState
from tests.bot.conftest import Chat, message_of

DAVID = "david.vierauge"
ANSWERS = ("wordings", "history", "reasons", "story_link")


async def test_lists_say_how_many_there_are_however_many_that_is(chat: Chat) -> None:
    """Twelve have a button, the newest first; the others are counted."""
    async with chat.db.write() as s:
        for number in range(250):
            state = (StoryState.DRAFT, StoryState.RETURNED, StoryState.IN_REVIEW)[min(number // 110, 2)]
            url = f"https://www.nordlicht.example/{number}"
            s.add(Story(title=f"Story {number}", summary="", url=url, language="en", state=state))
    drafts, waiting = [message_of(await chat.types(DAVID, word)) for word in ("ideas", "review")]
    assert [len(one.buttons) for one in (drafts, waiting)] == [12, 12]
    assert drafts.buttons[0].label == "Story 219"
    assert drafts.facts == (), "what its button says is not said once more"
    assert ("208" in drafts.footnote, "18" in waiting.footnote) == (True, True)


async def test_each_answer_of_a_desk_leads_back_to_it_and_on_to_the_decision(chat: Chat) -> None:
    """In Teams an answer takes the desk's place: without a way back, withdrawing and approving were out of reach."""
    story = await chat.story()
    shown = {action: message_of(await chat.press(DAVID, action, s=story.id)) for action in ANSWERS}
    for action, message in shown.items():
        assert [one.value for one in message.buttons if one.action == "desk"] == [{"s": story.id}], action
    desk = message_of(await chat.press(DAVID, "desk", s=story.id))
    assert (desk.buttons[0].action, desk.buttons[0].style) == ("review_open", "primary")
    review = message_of(await chat.press(DAVID, "review_open", **desk.buttons[0].value))
    assert "approve" in [one.action for one in review.buttons]
    preview = message_of(await chat.press(DAVID, "network_preview", s=story.id))
    assert "wordings" in [one.action for one in preview.buttons]
