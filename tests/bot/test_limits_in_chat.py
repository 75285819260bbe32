"""The limits of the person's own server, where people read them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from advocacy.chat import Form, OpenForm
from advocacy.playground.world import Fault
from advocacy.sharing.models import HostApp, Share
from tests.bot.conftest import Chat, connect, message_of

JANA, CLARA = "jana.feld", "clara.editorius"


async def share(chat: Chat) -> Share:
    async with chat.db.read() as s:
        return (await s.scalars(select(Share))).one()


async def yesterday(chat: Chat) -> None:
    async with chat.db.write() as s:
        [known] = await s.scalars(select(HostApp))
        assert known.limits_at is not None
        known.limits_at -= timedelta(days=1)


async def writing(chat: Chat, action: str = "edit", text: str = "") -> Form:
    inputs = {"text": text} if text else None
    answer = await chat.press(JANA, action, inputs, i=(await share(chat)).id)
    assert isinstance(answer, OpenForm), answer
    return answer.form


async def test_the_form_counts_as_the_own_server_does(chat: Chat) -> None:
    """Its limit stands beside the field, its count says what is too much, and 900 characters are no problem there."""
    story = await chat.live_story()
    await connect(chat, JANA, "mastodon")
    await chat.press(JANA, "share", s=story.id, n="mastodon")
    [text] = (await writing(chat)).body.inputs
    used = chat.worlds.mastodon.length("mastodon", (await share(chat)).text)[0]
    assert f"{used} von 1.000 Zeichen" in text.hint
    refused = await writing(chat, "edit_save", "a" * 1100)
    assert "Zeichen" in refused.errors["text"]
    await chat.press(JANA, "edit_save", {"text": "Wind. " * 150}, i=(await share(chat)).id)
    assert (await share(chat)).own_words


async def test_sharing_and_editing_ask_the_server_once_a_day(chat: Chat) -> None:
    """Both see what changed since; a server that fails holds up nobody."""
    story = await chat.live_story()
    await connect(chat, JANA, "mastodon")
    chat.worlds.mastodon.longest = 800
    await yesterday(chat)
    await chat.press(JANA, "share", s=story.id, n="mastodon")
    chat.worlds.mastodon.longest = 600
    assert "von 800 Zeichen" in (await writing(chat)).body.inputs[0].hint
    await yesterday(chat)
    assert "von 600 Zeichen" in (await writing(chat)).body.inputs[0].hint
    await yesterday(chat)
    chat.worlds.mastodon.faults.inject(Fault.ERROR, path="/instance")
    assert "von 600 Zeichen" in (await writing(chat)).body.inputs[0].hint


async def test_editors_read_that_their_count_is_the_usual_one(chat: Chat) -> None:
    """They write for everybody: the common limit counts, and the hint says so, only where servers differ."""
    story = await chat.story(captions=[])
    await connect(chat, CLARA, "mastodon")
    for network, is_said in (("mastodon", True), ("linkedin", False), ("*", True)):
        typed = {"text": "Wind", "network": network, "language": "de"}
        answer = await chat.press(CLARA, "wording_count", typed, s=story.id)
        assert isinstance(answer, OpenForm)
        hint = answer.form.body.inputs[0].hint
        assert ("Mastodon: Hier zählt die übliche Grenze" in hint) == is_said
    shown = message_of(await chat.press(CLARA, "network_preview", s=story.id, n="mastodon", l="de"))
    assert "von 500 Zeichen" in shown.heading
    assert any("übliche Grenze" in one for one in shown.paragraphs)
