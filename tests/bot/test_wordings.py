"""Editors and the wordings of a story, as a dialog."""

from __future__ import annotations

from typing import Any

from advocacy.chat import Answer, Form, OpenForm
from advocacy.content import stories
from advocacy.content.models import Story, StoryState
from advocacy.content.stories import Wording
from tests.bot.conftest import Chat, message_of, said

CLARA, DAVID, JANA = "clara.editorius", "david.vierauge", "jana.feld"


def form_of(answer: Answer) -> Form:
    assert isinstance(answer, OpenForm), answer
    return answer.form


def typed(form: Form, **changes: str) -> dict[str, str]:
    """What stands in the form, some of it changed by hand."""
    return {**{one.name: one.value for one in form.body.inputs}, **changes}


async def now(chat: Chat, story: Story) -> Story:
    async with chat.db.read() as s:
        return await stories.get(s, story.id)


async def opens(chat: Chat, who: str, story: Story, **value: Any) -> Form:
    return form_of(await chat.press(who, "wording_edit", s=story.id, **value))


async def test_an_editor_sees_each_wording_with_its_counts(chat: Chat) -> None:
    """Network, language, how often it was dealt, what is left, and what is missing."""
    story = await chat.story(
        captions=[Wording("Quiet and clever.", quota=3), Wording("風" * 200, "x", "en", hashtags=("Wind",))]
    )
    shown = said(await chat.press(DAVID, "wordings", s=story.id))
    assert "1 · alle Netzwerke · Englisch: Quiet and clever." in shown
    assert "0 von 3 Mal ausgegeben" in shown
    assert "#Wind" in shown
    assert "zu viel" in shown
    assert "Den Beitrag selbst gibt es noch nicht in: Deutsch." in shown
    assert "[2 ändern]" in shown
    empty = await chat.story(captions=[])
    assert "Es gibt noch keine" in said(await chat.press(DAVID, "wordings", s=empty.id))


async def test_a_wording_is_written_and_stored(chat: Chat) -> None:
    """Form → saved with hashtags, mentions and quota, each in its own field."""
    story = await chat.story(captions=[])
    form = await opens(chat, CLARA, story)
    inputs = typed(form, text="Listen!", network="linkedin", hashtags="#Wind, Nordlicht", mentions="nordlicht",
                   quota="5")  # fmt: skip
    answer = await chat.press(CLARA, "wording_save", inputs, **form.value)
    assert "Gespeichert" in said(answer)
    [caption] = (await now(chat, story)).captions
    assert (caption.text, caption.network, caption.language, caption.quota) == ("Listen!", "linkedin", "en", 5)
    assert (caption.hashtags, caption.mentions) == (["Wind", "Nordlicht"], ["@nordlicht"])
    again = await opens(chat, CLARA, await now(chat, story), w=caption.id)
    assert typed(again)["hashtags"] == "#Wind #Nordlicht"
    assert typed(again)["mentions"] == "@nordlicht"


async def test_the_hint_counts_while_somebody_types(chat: Chat) -> None:
    """Disclosure and link are counted too; whatever was typed stays, also where it is wrong."""
    story = await chat.story(captions=[])
    form = await opens(chat, CLARA, story)
    assert form.body.inputs[0].live == form.body.buttons[0].action == "wording_count"
    before = form.body.inputs[0].hint
    assert "X: 239 frei" in before  # 280 less "Ad | my employer" (16), an empty line (2) and the link (23)
    inputs = typed(form, text="風力", quota="viele", hashtags="#a")
    counted = form_of(await chat.press(CLARA, "wording_count", inputs, **form.value))
    assert "X: 233 frei" in counted.body.inputs[0].hint
    assert typed(counted) == inputs
    assert counted.value == form.value


async def test_what_cannot_be_is_said_at_its_field(chat: Chat) -> None:
    """Too long for its network, no text, twice the same, mentions everywhere, a quota that is no number."""
    story = await chat.story(captions=[Wording("There already.")])
    form = await opens(chat, CLARA, story)
    for field, changes in (
        ("text", {"text": "x" * 300, "network": "x"}),
        ("text", {"text": " "}),
        ("text", {"text": "There already."}),
        ("network", {"text": "a", "network": "myspace"}),
        ("mentions", {"text": "a", "mentions": "@nordlicht"}),
        ("quota", {"text": "a", "quota": "-1"}),
        ("quota", {"text": "a", "quota": "²"}),
    ):
        inputs = typed(form, **changes)
        wrong = form_of(await chat.press(CLARA, "wording_save", inputs, **form.value))
        assert list(wrong.errors) == [field], changes
        if changes.get("network") != "myspace":
            assert typed(wrong) == inputs, "what was typed is kept"
    assert len((await now(chat, story)).captions) == 1


async def test_two_editors_at_once_overwrite_nothing(chat: Chat) -> None:
    """The second sees the first one's text beside their own, and decides with both before their eyes."""
    story = await chat.story(captions=[Wording("As it was.")])
    [caption] = story.captions
    first, second = await opens(chat, CLARA, story, w=caption.id), await opens(chat, DAVID, story, w=caption.id)
    await chat.press(CLARA, "wording_save", typed(first, text="Clara's words."), **first.value)
    form = form_of(await chat.press(DAVID, "wording_save", typed(second, text="David's words."), **second.value))
    assert form.body.quote == "Clara's words."
    assert typed(form)["text"] == "David's words."
    assert [one.text for one in (await now(chat, story)).captions] == ["Clara's words."]
    await chat.press(DAVID, "wording_save", typed(form), **form.value)
    assert "David's words." in [one.text for one in (await now(chat, story)).captions]


async def test_a_wording_is_removed_only_as_it_was_seen(chat: Chat) -> None:
    """From an old list nothing is removed."""
    story = await chat.story(captions=[Wording("One."), Wording("Two.")])
    one, two = story.captions
    old = {"s": story.id, "v": story.version}
    assert "Gespeichert" in said(await chat.press(CLARA, "wording_remove", **old, w=one.id))
    assert "Inzwischen" in said(await chat.press(DAVID, "wording_remove", **old, w=two.id))
    assert "nicht mehr" in said(await chat.press(DAVID, "wording_remove", **old, w=one.id))
    assert [kept.text for kept in (await now(chat, story)).captions] == ["Two."]


async def test_changing_a_live_story_takes_it_back_to_review(chat: Chat) -> None:
    """Approval was of the exact wordings."""
    story = await chat.live_story()
    form = await opens(chat, CLARA, story)
    answer = await chat.press(CLARA, "wording_save", typed(form, text="Something new."), **form.value)
    assert "zur Freigabe" in said(answer)
    assert (await now(chat, story)).state == StoryState.IN_REVIEW


async def test_a_wording_is_shown_as_each_network_would(chat: Chat) -> None:
    """The whole text with disclosure and example link; where it is cut, that is said."""
    story = await chat.story(captions=[Wording("Wind " * 100), Wording("Nur hier.", "linkedin", "de")])
    long, german = story.captions
    on_x = await chat.press(CLARA, "network_preview", s=story.id, n="x", w=long.id)
    assert message_of(on_x).quote.startswith("Ad | my employer\n\nWind Wind")
    assert "/r/aaaaaaaaa" in message_of(on_x).quote
    assert "hier gekürzt" in said(on_x)
    first = await chat.press(CLARA, "network_preview", s=story.id)
    assert "Auf LinkedIn" in message_of(first).heading
    on_linkedin = await chat.press(CLARA, "network_preview", s=story.id, n="linkedin", l="de")
    assert "Nur hier." in message_of(on_linkedin).quote
    assert german.dealt == 0
    assert "übernimmt nur den Link" in said(await chat.press(CLARA, "network_preview", s=story.id, n="xing"))


async def test_only_editors_come_near(chat: Chat) -> None:
    """Whatever a client sends."""
    story = await chat.story()
    for action in ("wordings", "wording_edit", "wording_count", "wording_save", "wording_remove", "network_preview"):
        answer = await chat.press(JANA, action, {"text": "Meins"}, s=story.id, v=story.version)
        assert "Redaktion" in said(answer), action
    assert {one.text for one in (await now(chat, story)).captions} == {"Quiet and clever.", "Leise und klug."}
    assert "nicht mehr" in said(await chat.press(CLARA, "wordings", s=4711))


async def test_a_withdrawn_storys_wording_cannot_be_removed(chat: Chat) -> None:
    """An old list still has its buttons: they say that the story was withdrawn, and change nothing."""
    story = await chat.live_story()
    await chat.press(DAVID, "recall", s=story.id)
    fresh = await now(chat, story)
    value = {"s": story.id, "w": fresh.captions[0].id, "v": fresh.version}
    assert "zurückgezogen" in said(await chat.press(DAVID, "wording_remove", **value))
    assert len((await now(chat, story)).captions) == len(fresh.captions)


async def test_a_form_without_its_version_overwrites_nothing(chat: Chat) -> None:
    """Whoever sends a form that does not say what was looked at is shown how the story stands first."""
    story = await chat.story()
    for action in ("story_edit_save", "version_save", "when_save", "audience_save"):
        form = form_of(await chat.press(CLARA, action, {"title": "Mine", "language": "fr"}, s=story.id))
        assert form.value["v"] == story.version
    assert (await now(chat, story)).version == story.version
