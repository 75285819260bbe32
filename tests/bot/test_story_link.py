"""Editors get a story's own link and its QR code in chat, and give it a name."""

from __future__ import annotations

from sqlalchemy import select

from advocacy.chat import OpenForm
from advocacy.sharing import links
from advocacy.sharing.models import Link
from tests.bot.conftest import Chat, message_of, said

EDITOR = "clara.editorius"


async def test_a_link_a_qr_code_and_a_name(chat: Chat) -> None:
    """From the desk: the link, its picture with a text for those who do not see it; a name, and what cannot be one."""
    story = await chat.live_story()
    assert "story_link" in [one.action for one in message_of(await chat.press(EDITOR, "desk", s=story.id)).buttons]
    first = message_of(await chat.press(EDITOR, "story_link", s=story.id))
    async with chat.db.read() as s:
        link = (await s.scalars(select(Link))).one()
    settings = chat.parts.settings
    assert first.quote == links.address(settings, link.code)
    assert first.image.url == f"{settings.public_url}/pictures/links/{link.code}.png"
    assert first.quote in first.image.alt
    form = await chat.press(EDITOR, "link_name", s=story.id)
    assert isinstance(form, OpenForm)
    kept = await chat.press(EDITOR, "link_name_save", {"name": "api"}, s=story.id)
    assert isinstance(kept, OpenForm)
    assert kept.form.body.inputs[0].value == "api"
    assert list(kept.form.errors) == ["name"]
    named = message_of(await chat.press(EDITOR, "link_name_save", {"name": "Rotor 26"}, s=story.id))
    assert named.quote == links.address(settings, "rotor-26")
    again = await chat.press(EDITOR, "link_name_save", {"name": "rotor"}, s=story.id)
    assert "rotor-26" in said(again)
    assert {one.url.rpartition(".")[2] for one in message_of(again).buttons if one.url} == {"png", "svg"}


async def test_nothing_leads_to_what_is_not_approved_and_only_editors_ask(chat: Chat) -> None:
    """A story in review has no link yet; a withdrawn one says so; colleagues are refused."""
    story = await chat.story()
    for action in ("story_link", "link_name_save"):
        assert not message_of(await chat.press(EDITOR, action, {"name": "rotor"}, s=story.id)).image
    assert message_of(await chat.press("jana.feld", "story_link", s=story.id)).image is None
    async with chat.db.read() as s:
        assert (await s.scalars(select(Link))).all() == []
    live = await chat.live_story(title="Another one")
    await chat.press(EDITOR, "story_link", s=live.id)
    await chat.press(EDITOR, "recall", s=live.id)
    gone = message_of(await chat.press(EDITOR, "story_link", s=live.id))
    assert gone.image is None
    assert "withdrawn" in gone.summary or "zurückgezogen" in gone.summary


async def test_it_is_said_in_german_too(chat: Chat) -> None:
    """Whoever reads German gets German."""
    story = await chat.live_story()
    person = await chat.person(EDITOR)
    async with chat.db.write() as s:
        (await s.merge(person)).language = "de"
    shown = message_of(await chat.press(EDITOR, "story_link", s=story.id))
    assert shown.image.alt == f"QR-Code, der zu {shown.quote} führt"
    assert "Folien" in said(await chat.press(EDITOR, "story_link", s=story.id))
