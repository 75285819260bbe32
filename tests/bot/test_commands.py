"""Typed commands, in both languages."""

from __future__ import annotations

import unicodedata

import pytest
from sqlalchemy import update

from advocacy.bot import catalogue
from advocacy.chat import Private
from advocacy.people.models import Person
from tests.bot.conftest import Chat, message_of, said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("help", "Hallo Jana Feld!"), ("", "Hallo Jana Feld!"), ("hilfe", "Hallo Jana Feld!"), ("???", "Hallo Jana Feld!"),
        ("/advocacy me", "Was ich geteilt habe"), ("ICH", "Was ich geteilt habe"), ("accounts", "Meine Konten"),
        ("leaderboard", "Wer macht mit"), ("rangliste bitte", "Wer macht mit"), ("feed", "Alles gesehen"),
    ],
)  # fmt: skip
async def test_commands_are_understood(chat: Chat, words: str, expected: str) -> None:
    """The first word decides; anything unknown is answered with help."""
    answer = await chat.types("jana.feld", words)
    assert isinstance(answer, Private)
    assert expected in said(answer)


@pytest.mark.parametrize(
    ("key", "language"), [("clara.editorius", "de"), ("clara.editorius", "en"), ("jana.feld", "de")]
)
async def test_help_names_words_that_work_in_the_readers_language(chat: Chat, key: str, language: str) -> None:
    """Each of them leads somewhere else than to help, also in capitals and with ae for ä; two words never to one thing."""
    async with chat.db.write() as s:
        await s.execute(update(Person).values(language=language))
    listed = [one.label for one in message_of(await chat.types(key, "help")).facts]
    assert len(listed) == len({catalogue.WORDS[word] for word in listed}) > 5
    german = {"hilfe", "beiträge", "ich", "rangliste", "konten", "themen"}
    assert german <= set(listed) if language == "de" else "topics" in listed
    for word in listed:
        for typed in (
            word,
            word.upper(),
            word.replace("ä", "ae"),
            unicodedata.normalize("NFD", word),
            f"/advocacy {word}",
        ):
            answer = await chat.types(key, typed)
            is_help = isinstance(answer, Private) and "Klick" in said(answer) and "Hallo" in said(answer)
            assert word in ("help", "hilfe") or not is_help, typed
            assert "kenne ich nicht" not in said(answer), typed


def test_no_word_means_two_things() -> None:
    """Neither between two files of actions, nor once ä is typed as ae."""
    assert len(catalogue.WORDS) == sum(len(getattr(file, "WORDS", {})) for file in catalogue.FILES)
    spelled = {word.translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})) for word in catalogue.WORDS}
    assert len(spelled) == len(catalogue.WORDS)


async def test_everyone_is_spoken_to_in_their_own_language(chat: Chat) -> None:
    """English to those whose language it is."""
    assert "Hello Yara Blume!" in said(await chat.types("yara.blume", "help"))


async def test_a_repeated_event_is_answered_once(chat: Chat) -> None:
    """Platforms repeat an event whose answer they missed."""
    assert await chat.types("jana.feld", "help", event="Ev1") is not None
    assert await chat.types("jana.feld", "help", event="Ev1") is None
    assert await chat.types("jana.feld", "help", event="Ev2") is not None


async def test_only_leaders_and_editors_get_the_way_to_the_page(chat: Chat) -> None:
    """The board is for everyone, the page behind it for leaders."""
    assert not any("sign-in" in one.url for one in message_of(await chat.types("jana.feld", "leaderboard")).buttons)
    assert any("sign-in" in one.url for one in message_of(await chat.types("ada.vorstand", "leaderboard")).buttons)


async def test_the_board_prints_how_its_number_is_made(chat: Chat) -> None:
    """The definition stands next to every number, and small groups are not shown on their own."""
    board = message_of(await chat.types("jana.feld", "leaderboard"))
    assert "mindestens einem Share" in board.footnote
    assert not any(one.label == "Management" for one in board.bars), "three people are never shown on their own"


async def test_the_feed_shows_one_story_after_the_other(chat: Chat) -> None:
    """Live stories not dealt with yet, with a way to the next."""
    await chat.live_story(title="First")
    await chat.live_story(title="Second")
    first = message_of(await chat.types("jana.feld", "feed"))
    following = next(one for one in first.buttons if one.action == "feed")
    second = message_of(await chat.press("jana.feld", "feed", **following.value))
    assert {first.heading, second.heading} == {"First", "Second"}
    for story_id in (1, 2):
        await chat.press("jana.feld", "share", s=story_id, n="xing")
        share = story_id
        await chat.press("jana.feld", "done", i=share)
    assert "Alles gesehen" in said(await chat.types("jana.feld", "feed"))


async def test_a_leaver_is_no_longer_known(chat: Chat) -> None:
    """Whoever left gets a clear answer and nothing is done."""
    from advocacy.db import now

    async with chat.db.write() as s:
        await s.execute(
            update(Person).where(Person.email == chat.people["jana.feld"].email).values(left_on=now().date())
        )
    assert "do not know you" in said(await chat.types("jana.feld", "feed"))


async def test_when_the_platform_cannot_say_who_it_is_nobody_is_called_unknown(chat: Chat) -> None:
    """A failing look-up asks to try again; the next press finds the person."""
    from sqlalchemy import delete

    from advocacy.people.models import Identity
    from advocacy.playground.world import Fault

    async with chat.db.write() as s:
        await s.execute(delete(Identity))
    chat.worlds.slack.faults.inject(Fault.ERROR, path="users.info", times=3)
    assert "Nothing was lost" in said(await chat.types("jana.feld", "help"))
    chat.worlds.slack.faults.clear()
    assert "Hallo Jana Feld!" in said(await chat.types("jana.feld", "help"))
