"""Presses whose data a client changed."""

from __future__ import annotations

import pytest

from advocacy.chat import MessageRef, Press
from advocacy.playground.company import SLACK_TEAM
from tests.bot.conftest import Chat, said


@pytest.mark.parametrize("placement", [10**30, 2**63, -1, 0, True, "1", 1.5, [1], None])
async def test_a_placement_that_cannot_be_does_no_harm(chat: Chat, placement: object) -> None:
    """Databases hold 63 bits; cards of Teams come back as the client says."""
    message = MessageRef("slack", SLACK_TEAM, "C1", "1.0")
    story = await chat.live_story()
    assert "LinkedIn" in said(
        await chat.press("emre.sonntag", "share", s=story.id, n="linkedin", p=placement, message=message)
    )


async def test_an_event_of_odd_letters_is_answered_once(chat: Chat) -> None:
    """JSON can write lone surrogates and zero bytes, databases cannot."""
    press = Press(chat.who("emre.sonntag"), "command", text="help", event="odd\ud800\x00")
    assert await chat.bot.handle(press) is not None
    assert await chat.bot.handle(press) is None
