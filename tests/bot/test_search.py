"""Searching stories, to read them or to put one into a message."""

from __future__ import annotations

from advocacy.chat import Found
from tests.bot.conftest import Chat, said


async def test_words_are_found_in_title_summary_and_topics(chat: Chat) -> None:
    """All words, in any case, in stories for this person alone; each has a button that shows it."""
    await chat.live_story(title="Der Rotor, der zuhört", summary="Vierzig Anlagen.", topics=["Windkraft"])
    await chat.live_story(title="Ein neues Netz", summary="Elf Wochen früher.")
    listed = said(await chat.types("jana.feld", "suche WIND rotor"))
    assert "Beiträge mit „WIND rotor“" in listed
    assert "[Der Rotor, der zuhört]" in listed
    assert "Netz" not in listed
    assert "[Ein neues Netz]" in said(await chat.types("jana.feld", "search"))
    nothing = said(await chat.types("jana.feld", "search xylophon"))
    assert "Nichts gefunden." in nothing
    assert "[Alle Beiträge]" in nothing, "no dead end"


async def test_cards_for_a_message_have_no_view_of_ones_own(chat: Chat) -> None:
    """From where the last list ended; nothing more is an empty list, nothing at all a sentence. None for a chosen few."""
    story = await chat.live_story(title="Der Rotor")
    await chat.live_story(title="Rotor, nur für uns", internal=True)
    found = await chat.press_text("jana.feld", "search_pick", "rotor")
    assert isinstance(found, Found)
    [card] = found.messages
    assert (card.heading, card.refresh, card.refresh_for) == ("Der Rotor", None, ())
    assert [one.action for one in card.buttons if one.action] == ["share", "share", "share", "more"]
    assert card.buttons[0].value["s"] == story.id
    assert await chat.press_text("jana.feld", "search_pick", "rotor", at=25) == Found(())
    assert "Nichts gefunden." in said(await chat.press_text("jana.feld", "search_pick", "xylophon"))
