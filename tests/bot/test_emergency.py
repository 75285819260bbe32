"""The emergency stop as a dialog: an editor stops everything, everybody hears of it, and it goes on."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from advocacy.bot import announce, followups
from advocacy.chat import OpenForm, Private
from advocacy.content import emergency
from advocacy.content.models import Halt
from advocacy.db import now
from advocacy.sharing.models import Share, ShareState
from tests.bot.conftest import Chat, connect, said

CLARA, DAVID, JANA, EMRE = "clara.editorius", "david.vierauge", "jana.feld", "emre.sonntag"
pytestmark = pytest.mark.usefixtures("english")


def dms(chat: Chat, key: str) -> str:
    """All that the app has written to somebody directly."""
    user = chat.who(key).user
    return str([one.blocks for one in chat.worlds.slack.messages(chat.worlds.slack.im(user).id)])


async def test_one_press_stops_everything_and_the_editors_hear_who_did(chat: Chat) -> None:
    """Asked first; recorded; told in every editors' channel at once, and again when it goes on."""
    editors = await chat.channel("comms-editors", "editors")
    question = await chat.types(CLARA, "stop")
    assert isinstance(question, Private)
    button = question.message.buttons[0]
    assert (button.action, bool(button.confirm)) == ("stop_now", True)
    assert "Clara Editorius stopped everything" in said(await chat.press(CLARA, "stop_now"))
    await chat.press(DAVID, "stop_now")
    await chat.deliver()
    [notice] = chat.worlds.slack.messages(editors.channel)
    assert "Clara Editorius stopped everything" in str(notice.blocks)
    assert "Clara Editorius" in said(await chat.types(DAVID, "stopp"))
    assert "[Let everything go on]" in said(await chat.types(DAVID, "weiter"))
    await chat.press(DAVID, "resume_now")
    await chat.deliver()
    old, new = (str(one.blocks) for one in chat.worlds.slack.messages(editors.channel))
    assert "David Vierauge let it go on" in new
    assert ("David Vierauge let it go on" in old, "resume_now" in old) == (True, False), "no button is left of the stop"
    assert "Nothing is stopped" in said(await chat.press(DAVID, "resume_now"))
    async with chat.db.read() as s:
        [halt] = await emergency.history(s)
    assert (halt.set_by, halt.lifted_by) == ("Clara Editorius", "David Vierauge")


async def test_a_reason_is_optional_and_shown_to_the_editors(chat: Chat) -> None:
    """The form stops as the button does."""
    form = await chat.press(CLARA, "stop_form")
    assert isinstance(form, OpenForm)
    assert form.form.body.inputs[0].optional
    answer = await chat.press(CLARA, form.form.action, {"reason": "The figures are wrong."})
    assert "The figures are wrong." in said(answer)


async def test_only_editors_stop_and_let_go_on(chat: Chat) -> None:
    """On each press anew, also where a button was kept from other days."""
    for action in ("stop", "stop_form", "stop_now", "resume", "resume_now"):
        assert "Only editors" in said(await chat.press(JANA, action))
    async with chat.db.read() as s:
        assert (await s.scalars(select(Halt))).first() is None


async def test_people_who_share_meanwhile_get_a_sentence_and_those_who_wait_are_told(chat: Chat) -> None:
    """Share is refused in words; what was in its undo window waits, is told so, and again when it goes on."""
    await connect(chat, JANA)
    story = await chat.live_story()
    await chat.press(JANA, "share", s=story.id, n="linkedin")
    await chat.press(CLARA, "stop_now")
    assert "Everything is stopped at the moment" in said(await chat.press(EMRE, "share", s=story.id, n="x"))
    assert "Everything is stopped at the moment" in said(await chat.types(JANA, "feed"))
    assert await followups.tell(chat.parts) == 1
    await chat.deliver()
    assert "your post waits" in dms(chat, JANA)
    async with chat.db.read() as s:
        share = (await s.scalars(select(Share))).one()
    assert "your post waits" in said(await chat.press(JANA, "post_now", i=share.id))
    assert await chat.parts.poster.run_due() == 0
    await chat.press(DAVID, "resume_now")
    assert await followups.tell(chat.parts) == 1
    await chat.deliver()
    assert "Posting to LinkedIn in" in dms(chat, JANA)
    async with chat.db.read() as s:
        share = (await s.scalars(select(Share))).one()
    assert share.state == ShareState.PENDING
    assert share.due_at is not None
    assert share.due_at > now()


async def test_a_story_due_in_a_stop_goes_out_when_it_is_lifted(chat: Chat) -> None:
    """Its cards wait in the outbox."""
    news = await chat.channel("news")
    await chat.press(CLARA, "stop_now")
    await chat.live_story()
    assert await announce.publish(chat.parts) == 1
    await chat.deliver()
    assert chat.worlds.slack.messages(news.channel) == []
    await chat.press(CLARA, "resume_now")
    await chat.deliver()
    assert len(chat.worlds.slack.messages(news.channel)) == 1
