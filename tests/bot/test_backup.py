"""“I got a nasty comment” as a dialog between somebody who needs backup and whoever takes care."""

from __future__ import annotations

from asyncio import gather

import pytest
from sqlalchemy import select, text, update

from advocacy.chat import Answer, ChannelRef, Message, OpenForm, Press
from advocacy.delivery.models import Outbox
from advocacy.people.models import Person
from tests.bot.conftest import Chat, message_of, ref_of, said

JANA, CLARA, DAVID, EMRE = "jana.feld", "clara.editorius", "david.vierauge", "emre.sonntag"
WORDS = "They called me a liar, and I shake."


@pytest.fixture(autouse=True)
async def editors(chat: Chat, english: None) -> ChannelRef:
    """A channel of editors; everybody speaks English."""
    del english
    return await chat.channel("comms-editors", "editors")


async def opened(chat: Chat, key: str = JANA, **inputs: str) -> Answer:
    """Somebody sends the form."""
    return await chat.press(key, "backup_save", {"text": WORDS, "share": "0", "quiet": "no", **inputs})


async def pressed(chat: Chat, key: str, channel: ChannelRef, action: str, **value: int) -> Answer:
    """A button of a card in a channel."""
    press = Press(chat.who(key), action, value, channel=channel, message=ref_of(chat, channel))
    return await chat.bot.handle(press)


def direct(chat: Chat, key: str) -> str:
    """All that stands in somebody's direct messages with the bot."""
    return "\n".join(f"{one.text} {one.blocks}" for one in chat.worlds.slack.messages(direct_of(chat, key)))


def direct_of(chat: Chat, key: str) -> str:
    return chat.worlds.slack.im(chat.who(key).user).id


async def test_from_the_form_to_the_thank_you(chat: Chat, editors: ChannelRef) -> None:
    """The channel learns no name and no word; the helper gets all; both write through the bot; it ends with thanks."""
    form = await chat.types(JANA, "backup")
    assert isinstance(form, OpenForm)
    assert "deleted here 90 days" in said(form)
    wrong = await opened(chat, link="http://mean.example/1")
    assert isinstance(wrong, OpenForm)
    assert "https://" in wrong.form.errors["link"]
    assert wrong.form.body.inputs[0].value == WORDS, "what was typed is kept"

    answer = await opened(chat, link="https://linkedin.example/c/1")
    assert "Do not answer at once" in said(answer)
    await chat.deliver()
    (card,) = chat.worlds.slack.messages(editors.channel)
    shown = f"{card.text} {card.blocks}"
    assert "Somebody needs backup" in shown
    assert all(secret not in shown for secret in ("Jana", WORDS, "linkedin.example", "Netze"))

    taken = await pressed(chat, CLARA, editors, "backup_take", c=1)
    assert "Clara Editorius takes care of it." in said(taken)
    second = await pressed(chat, DAVID, editors, "backup_take", c=1)
    assert "Clara Editorius takes care of it." in said(second), "whoever comes second is told who did"
    await chat.deliver()
    assert WORDS in direct(chat, CLARA)
    assert "Clara Editorius takes care of you" in direct(chat, JANA)

    assert "Sent to Jana Feld" in said(await chat.press(CLARA, "backup_send", {"text": "We stand by you."}, c=1))
    await chat.deliver()
    assert "We stand by you." in direct(chat, JANA)
    assert "waiting for you" in said(await chat.press(JANA, "backup_read", c=1))
    await chat.press(JANA, "backup_send", {"text": "That helps a lot."}, c=1)
    await chat.deliver()
    assert "That helps a lot." in direct(chat, CLARA)

    await chat.press(CLARA, "backup_close", c=1)
    await chat.deliver()
    assert "Thank you for coming to us" in direct(chat, JANA)
    assert "This case is over" in said(await chat.press(CLARA, "backup_send", {"text": "One more"}, c=1))
    assert "It goes on" in said(await chat.press(JANA, "backup_reopen", c=1))
    log = said(await chat.press(JANA, "backup_read", c=1))
    assert "ended by Clara Editorius" in log
    assert "opened again by Jana Feld" in log


async def test_nobody_else_reads_it(chat: Chat, editors: ChannelRef) -> None:
    """Made-up ids are refused; other editors only by a press that both see; nothing lies about unencrypted."""
    await opened(chat)
    await chat.deliver()
    assert "Only editors" in said(await chat.press(EMRE, "backup_take", c=1))
    await pressed(chat, CLARA, editors, "backup_take", c=1)
    await chat.press(CLARA, "backup_send", {"text": "Take heart, " + WORDS}, c=1)
    for key in (EMRE, DAVID):
        for action in ("backup_read", "backup_write", "backup_send", "backup_close", "backup_reopen", "backup_answers"):
            assert "somebody else" in said(await chat.press(key, action, {"text": "x"}, c=1)), action
    assert "somebody else" in said(await chat.press(DAVID, "backup_hand_save", {"to": "1"}, c=1))
    assert "Only editors" in said(await chat.press(EMRE, "backup_look", c=1))
    assert "somebody else" in said(await chat.press(JANA, "backup_read", c=99))
    assert "Jana" not in said(await chat.types(DAVID, "cases"))
    assert WORDS in said(await chat.press(DAVID, "backup_look", c=1))
    assert "read by David Vierauge" in said(await chat.press(JANA, "backup_read", c=1))
    async with chat.db.read() as s:
        for table in ("backup_case", "backup_message", "backup_event", "outbox"):
            assert WORDS not in str((await s.execute(text(f"SELECT * FROM {table}"))).all()), table
        assert any(WORDS in (one or "") for one in await s.scalars(select(Outbox.sealed)))
    await chat.deliver()
    async with chat.db.read() as s:
        assert not any(await s.scalars(select(Outbox.sealed))), "forgotten once it has left"


async def test_an_editor_in_need_is_helped_by_another(chat: Chat, editors: ChannelRef) -> None:
    """Nobody takes care of their own case; handing over tells everybody concerned; a second form joins the first."""
    await opened(chat, CLARA)
    await opened(chat, CLARA)
    empty = await chat.press(CLARA, "backup_send", {"text": " "}, c=1)
    assert isinstance(empty, OpenForm)
    assert empty.form.errors
    assert "added to your open case" in said(await opened(chat, CLARA, text="And again."))
    await chat.deliver()
    assert len(chat.worlds.slack.messages(editors.channel)) == 1
    assert "your own case" in said(await pressed(chat, CLARA, editors, "backup_take", c=1))
    await pressed(chat, DAVID, editors, "backup_take", c=1)
    form = await chat.press(DAVID, "backup_hand", c=1)
    assert isinstance(form, OpenForm)
    assert [one.label for one in form.form.body.inputs[0].options] == ["Emilia Textor"]
    async with chat.db.write() as s:
        await s.execute(update(Person).where(Person.email == chat.people[EMRE].email).values(roles=["editor"]))
    emre = await chat.person(EMRE)
    await chat.press(DAVID, "backup_hand_save", {"to": str(emre.id)}, c=1)
    await chat.deliver()
    assert "And again." in direct(chat, EMRE)
    assert "Emre Sonntag takes care of you" in direct(chat, CLARA)
    assert "somebody else" in said(await chat.press(DAVID, "backup_read", c=1))


async def test_texts_are_the_editors_own(chat: Chat, editors: ChannelRef) -> None:
    """Supplied ones can be changed and taken away, own ones added; an idea is sent with its words in the form."""
    assert "Only editors" in said(await chat.press(JANA, "backup_texts"))
    missing = await chat.press(CLARA, "backup_text_save", {"title": "", "text": "x"}, k="answer", l="en")
    assert isinstance(missing, OpenForm)
    await chat.press(CLARA, "backup_text_save", {"title": "Ours", "text": "Ask us."}, k="answer", l="en", x="")
    await chat.press(CLARA, "backup_text_save", {"title": "Do not", "text": ""}, k="guidance", l="en", x="calm")
    listed = await chat.press(CLARA, "backup_texts", k="guidance", l="en")
    assert "not shown" in said(listed)
    assert "Do not answer at once" not in said(await opened(chat))
    await chat.deliver()
    await pressed(chat, CLARA, editors, "backup_take", c=1)
    ideas: Message = message_of(await chat.press(CLARA, "backup_answers", c=1))
    form = await chat.press(CLARA, "backup_write", **ideas.buttons[-2].value)
    assert isinstance(form, OpenForm)
    assert form.form.body.inputs[0].value == "Ask us."


async def test_it_begins_where_somebody_has_posted(chat: Chat, editors: ChannelRef) -> None:
    """The answer after sharing leads to the form, about that share; the share of somebody else is refused."""
    story = await chat.live_story()
    opened_page = message_of(await chat.press(JANA, "share", s=story.id, n="xing"))
    posted = message_of(await chat.press(JANA, "done", **opened_page.buttons[1].value))
    button = next(one for one in posted.buttons if one.action == "backup")
    form = await chat.press(JANA, "backup", **button.value)
    assert isinstance(form, OpenForm)
    choice = next(one for one in form.form.body.inputs if one.name == "share")
    assert [one.label for one in choice.options] == ["none of these", "XING · The rotor that listens"]
    assert choice.value == str(button.value["i"])
    assert "somebody else" in said(await chat.press(EMRE, "backup", **button.value))
    assert "somebody else" in said(await opened(chat, EMRE, share=choice.value))
    await opened(chat, share=choice.value)
    assert "About: XING · The rotor that listens" in said(await chat.press(JANA, "backup_read", c=1))


async def test_two_editors_press_at_the_same_moment(chat: Chat, editors: ChannelRef) -> None:
    """One takes care; both cards say who, and so does the one in another channel that nobody pressed."""
    other = await chat.channel("general", "editors")
    await opened(chat)
    await chat.deliver()
    cards = [
        said(one) for one in await gather(*(pressed(chat, key, editors, "backup_take", c=1) for key in (CLARA, DAVID)))
    ]
    assert cards[0] == cards[1]
    assert "takes care of it." in cards[0]
    texts = [said(await chat.press(key, "backup_read", c=1)) for key in (CLARA, DAVID)]
    assert sum(WORDS in one for one in texts) == 1
    await chat.deliver()
    [copy] = chat.worlds.slack.messages(other.channel)
    assert ("takes care of it." in str(copy.blocks), "backup_take" in str(copy.blocks)) == (True, False)
