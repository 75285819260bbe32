"""Lists of stories that editors choose from."""

from __future__ import annotations

from advocacy.content.models import Story, StoryState
from tests.bot.conftest import Chat, message_of

DAVID = "david.vierauge"


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
    assert ("208" in drafts.footnote, "18" in waiting.footnote) == (True, True)
