"""A wording with a gap for one's own words, as a dialog."""

from __future__ import annotations

from sqlalchemy import select

from advocacy.bot import followups
from advocacy.chat import OpenForm
from advocacy.content.stories import Version, Wording
from advocacy.sharing.models import Share, ShareState
from tests.bot.conftest import Chat, connect, message_of, said

JANA = "jana.feld"
GAP = [Wording(text="Leise und klug. Ich mag [was mir gefällt].", language="de", hashtags=("Wind",))]


async def only_share(chat: Chat) -> Share:
    async with chat.db.read() as s:
        return (await s.execute(select(Share))).scalar_one()


async def test_a_gap_is_shown_and_filled_in(chat: Chat) -> None:
    """Press → the text with its gap; Fill in → the form; then the usual undo window."""
    story = await chat.live_story(captions=GAP)
    await connect(chat, JANA)
    answer = await chat.press(JANA, "share", s=story.id, n="linkedin")
    assert "eigene Worte" in message_of(answer).heading
    assert "[was mir gefällt]" in message_of(answer).quote
    buttons = [(one.label, one.action) for one in message_of(answer).buttons]
    assert buttons == [
        ("Ausfüllen", "edit"), ("Diesen Satz weglassen", "skip_marker"), ("Diesmal nicht", "undo")
    ]  # fmt: skip
    share = await only_share(chat)
    form = await chat.press(JANA, "edit", i=share.id)
    assert isinstance(form, OpenForm)
    text = form.form.body.inputs[0].value
    again = await chat.press(JANA, "edit_save", {"text": text}, i=share.id)
    assert isinstance(again, OpenForm), "the gap is still there"
    saved = await chat.press(JANA, "edit_save", {"text": text.replace("[was mir gefällt]", "die Ruhe")}, i=share.id)
    assert "30 s" in message_of(saved).heading
    assert "Ich mag die Ruhe." in message_of(saved).quote
    await chat.press(JANA, "post_now", i=share.id)
    await chat.parts.poster.run_due()
    assert chat.worlds.linkedin.posts()[0].text == message_of(saved).quote


async def test_the_sentence_is_left_out_with_one_press(chat: Chat) -> None:
    """Then it goes out after the window as any other; not connected, it asks to connect."""
    story = await chat.live_story(captions=GAP)
    await chat.press(JANA, "share", s=story.id, n="linkedin")
    share = await only_share(chat)
    answer = await chat.press(JANA, "skip_marker", i=share.id)
    assert "Verbinde LinkedIn" in message_of(answer).heading
    assert "Leise und klug.\n\n#Wind" in message_of(answer).quote
    assert "[" not in message_of(answer).quote


async def test_whoever_connects_is_not_told_that_it_goes_out(chat: Chat) -> None:
    """It waits for words, and “my shares” says so; nobody is asked to connect once more."""
    story = await chat.live_story(captions=GAP)
    await chat.press(JANA, "share", s=story.id, n="linkedin")
    await connect(chat, JANA)
    share = await only_share(chat)
    assert (share.state, share.problem) == (ShareState.WAITING, "marker")
    assert await followups.tell(chat.parts) == 0
    assert "wartet auf deine eigenen Worte" in said(await chat.types(JANA, "me"))
    async with chat.db.write() as s:
        (await s.get_one(Share, share.id)).told = ""
    await followups.tell(chat.parts)
    await chat.deliver()
    user = chat.who(JANA).user
    told = [*chat.worlds.slack.messages(chat.worlds.slack.im(user).id, user), *chat.worlds.slack.ephemerals(user)]
    assert any("eigene Worte" in one.text for one in told)
    assert not any("verbinde" in one.text.lower() for one in told)


async def test_nobody_fills_in_for_somebody_else(chat: Chat) -> None:
    """Ids in buttons are hints."""
    story = await chat.live_story(captions=GAP)
    await chat.press(JANA, "share", s=story.id, n="x")
    share = await only_share(chat)
    assert "jemand anderem" in said(await chat.press("clara.editorius", "skip_marker", i=share.id))
    assert (await only_share(chat)).problem == "marker"


async def test_cards_and_answers_speak_the_readers_language(chat: Chat) -> None:
    """The version's title on the card in a feed, and in what is said after the press."""
    story = await chat.live_story(
        captions=[], versions=[Version("de", "Der Rotor, der zuhört", url="https://www.nordlicht.example/de")]
    )
    feed = await chat.types(JANA, "feed")
    assert "Der Rotor, der zuhört" in str(feed)
    answer = await chat.press(JANA, "share", s=story.id, n="x")
    assert "Der Rotor, der zuhört" in message_of(answer).quote
