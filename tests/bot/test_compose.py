"""Writing and suggesting stories: somebody pastes a link, the bot answers with a form that is filled in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete, select

from advocacy.bot import announce
from advocacy.chat import Answer, ChannelRef, Form, MessageRef, OpenForm, Press, Private, Quoted, Rewrite
from advocacy.content import stories
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Story, StoryState
from advocacy.people.models import Identity
from advocacy.playground.company import SLACK_TEAM
from tests.bot.conftest import Chat, message_of, said

ARTICLE = "https://www.nordlicht.example/news/rotor-that-listens"


def form_of(answer: Answer) -> Form:
    assert isinstance(answer, OpenForm), answer
    return answer.form


def values(form: Form) -> dict[str, str]:
    """What stands in the fields, as a platform sends it."""
    return {one.name: one.value for one in form.body.inputs}


async def stored(chat: Chat) -> Story:
    async with chat.db.read() as s:
        return (await s.scalars(select(Story).order_by(Story.id.desc()).limit(1).options(*stories.whole()))).one()


async def test_from_a_link_to_review_in_two_presses(chat: Chat) -> None:
    """The command brings the page's words and picture; one more press and the story is in review."""
    form = form_of(await chat.types("clara.editorius", f"compose {ARTICLE}"))
    shown = values(form)
    assert shown["title"] == "The rotor that listens to the wind"
    assert shown["url"] == ARTICLE
    assert shown["summary"]
    assert shown["language"] == "en"
    assert form.body.image is not None
    answer = await chat.press("clara.editorius", form.action, shown | {"caption": "Listen!"}, **form.value)
    assert "In Prüfung: The rotor that listens" in said(answer)
    story = await stored(chat)
    assert (story.state, story.title, story.is_suggestion) == (StoryState.IN_REVIEW, shown["title"], False)
    assert story.image_url.startswith("picture:")
    assert [(one.language, one.text) for one in story.captions] == [("en", "Listen!")]


async def test_without_a_link_the_form_asks_for_one(chat: Chat) -> None:
    """Link, then the form; the mistakes stand at the field and what was typed is kept."""
    form = form_of(await chat.types("clara.editorius", "compose"))
    assert [one.name for one in form.body.inputs] == ["url"]
    for typed in ("", "nonsense", "http://127.0.0.1/x", "https://intranet/x", "https://" + "x" * 3000 + ".example"):
        wrong = form_of(await chat.press("clara.editorius", "compose_link", {"url": typed}))
        assert list(wrong.errors) == ["url"]
        assert values(wrong)["url"] == typed
    right = form_of(await chat.press("clara.editorius", "compose_link", {"url": f" {ARTICLE} "}))
    assert values(right)["title"] == "The rotor that listens to the wind"


async def test_a_page_that_says_nothing_is_no_dead_end(chat: Chat) -> None:
    """The form opens with the link in it and a sentence, and can be filled in by hand."""
    form = form_of(await chat.types("clara.editorius", "compose https://nowhere.nordlicht.example/page"))
    assert values(form)["url"] == "https://nowhere.nordlicht.example/page"
    assert "selbst" in form.body.paragraphs[0]
    typed = values(form) | {"title": "By hand"}
    await chat.press("clara.editorius", form.action, typed, **form.value)
    assert (await stored(chat)).title == "By hand"


@pytest.mark.parametrize(
    ("name", "typed"),
    [("title", ""), ("title", "x" * 301), ("url", "javascript:alert(1)"), ("url", "http://10.0.0.1/"),
     ("caption", "x" * 3001)],
)  # fmt: skip
async def test_a_mistake_keeps_all_that_was_typed(chat: Chat, name: str, typed: str) -> None:
    """The error stands at its field, everything else is as it was, and no story was made."""
    form = form_of(await chat.types("clara.editorius", f"compose {ARTICLE}"))
    sent = values(form) | {"summary": "<b>Mine</b> עברית 👩‍👩‍👧", name: typed}
    again = form_of(await chat.press("clara.editorius", form.action, sent, **form.value))
    assert list(again.errors) == [name]
    assert values(again) == sent
    async with chat.db.read() as s:
        assert (await s.scalars(select(Story))).all() == []


async def test_a_colleague_suggests_and_the_author_is_asked(chat: Chat) -> None:
    """Whose message it is says yes or no; nobody else can; the suggester hears of it."""
    quoted = Quoted(f"So proud of what our team built in the last three years, look at this: {ARTICLE}",
                    chat.who("till.brandt"))  # fmt: skip
    press = Press(chat.who("jana.feld"), "suggest", quoted=quoted)
    form = form_of(await chat.bot.handle(press))
    assert "Till Brandt" in form.body.paragraphs[0]
    assert values(form)["summary"].startswith("So proud of what our team built")
    answer = await chat.press("jana.feld", form.action, values(form), kept=form.kept, **form.value)
    assert "Danke!" in said(answer)
    story = await stored(chat)
    assert (story.is_suggestion, story.names_suggester, story.consent) == (True, True, "asked")
    await chat.deliver()
    slack = chat.worlds.slack
    [asked] = slack.messages(slack.im(chat.who("till.brandt").user).id)
    assert slack.find_button(asked, "consent_given")
    foreign = await chat.press("leon.haack", "consent_given", s=story.id)
    assert "Das gehört jemand anderem." in said(foreign)
    assert (await stored(chat)).consent == "asked"
    asked_in = MessageRef("slack", SLACK_TEAM, "D1", "1.0")
    press = Press(chat.who("till.brandt"), "consent_refused", {"s": story.id}, message=asked_in)
    assert isinstance(await chat.bot.handle(press), Rewrite)
    forged = replace(press, channel=ChannelRef("slack", SLACK_TEAM, "C1"))
    assert isinstance(await chat.bot.handle(forged), Private), "a card that others see stays"
    assert (await stored(chat)).consent == "refused"
    card = message_of(await chat.press("clara.editorius", "review_open", s=story.id))
    assert [one.action for one in card.buttons] == ["return", "desk"], "nobody is led to what would be refused"
    await chat.press("till.brandt", "consent_nameless", s=story.id)
    assert (await stored(chat)).consent == "nameless"
    card = message_of(await chat.press("clara.editorius", "review_open", s=story.id))
    assert card.buttons[0].action == "approve"


async def test_whose_message_it_was_is_not_left_to_the_client(chat: Chat) -> None:
    """A form that comes back without what it kept is refused in words, again and again; a value of it counts nothing."""
    quoted = Quoted(f"Look at this: {ARTICLE}", chat.who("till.brandt"))
    form = form_of(await chat.bot.handle(Press(chat.who("jana.feld"), "suggest", quoted=quoted)))
    assert form.kept == {"by": chat.who("till.brandt").user}
    assert "by" not in form.value
    typed = values(form) | {"title": "Mine alone"}
    for _ in range(2):
        form = form_of(await chat.press("jana.feld", form.action, typed, kept=None, **form.value))
        assert form.errors == {"title": "Dieses Formular lässt sich nicht mehr senden. Kopiere deinen Text und öffne es "
                                        "noch einmal."}  # fmt: skip
        assert (values(form)["title"], form.kept) == ("Mine alone", None)
    async with chat.db.read() as s:
        assert (await s.scalars(select(Story))).all() == []
    await chat.press("jana.feld", form.action, typed, by=chat.who("leon.haack").user)
    assert (await stored(chat)).credit_id is None


async def test_the_finder_is_thanked_when_it_goes_out(chat: Chat) -> None:
    """Only who agreed to be named; the card of a story that is revised says nothing of its words."""
    news = await chat.channel("news")
    form = form_of(await chat.types("jana.feld", f"suggest {ARTICLE}"))
    await chat.press("jana.feld", form.action, values(form), **form.value)
    story = await stored(chat)
    await chat.press("david.vierauge", "approve", s=story.id, f=fingerprint(story))
    await announce.publish(chat.parts)
    await chat.deliver()
    assert "Found by Jana Feld" in str(chat.worlds.slack.messages(news.channel)[0].blocks)
    edit = form_of(await chat.press("clara.editorius", "story_edit", s=story.id))
    await chat.press("clara.editorius", edit.action, values(edit) | {"title": "Not approved yet"}, **edit.value)
    await announce.refresh(chat.parts)
    await chat.deliver()
    shown = str(chat.worlds.slack.messages(news.channel)[0].blocks)
    assert "Being revised" in shown
    assert "Not approved yet" not in shown
    assert "share" not in shown


async def test_two_editors_at_once(chat: Chat) -> None:
    """The second sees what the first wrote, keeps their own text, and overwrites only by saving again."""
    story = await chat.story()
    first = form_of(await chat.press("clara.editorius", "story_edit", s=story.id))
    second = form_of(await chat.press("david.vierauge", "story_edit", s=story.id))
    await chat.press("clara.editorius", first.action, values(first) | {"title": "Clara's title"}, **first.value)
    typed = values(second) | {"title": "David's title"}
    late = form_of(await chat.press("david.vierauge", second.action, typed, **second.value))
    assert "Clara's title" in late.body.quote
    assert values(late)["title"] == "David's title"
    assert (await stored(chat)).title == "Clara's title"
    await chat.press("david.vierauge", late.action, values(late), **late.value)
    assert (await stored(chat)).title == "David's title"


async def test_a_live_story_that_is_edited_goes_back_to_review(chat: Chat) -> None:
    """Also when only a language is added: each of them is approved."""
    story = await chat.live_story()
    form = form_of(await chat.press("clara.editorius", "version", s=story.id))
    typed = values(form) | {"title": "Der Rotor, der zuhört"}
    answer = await chat.press("clara.editorius", form.action, typed, **form.value)
    assert isinstance(answer, Private)
    assert answer.message.summary.startswith("Gespeichert. Der Beitrag liegt jetzt zur Freigabe vor")
    assert answer.message.paragraphs[0] == answer.message.summary
    fresh = await stored(chat)
    assert fresh.state == StoryState.IN_REVIEW
    assert [(one.language, one.title) for one in fresh.versions] == [("de", "Der Rotor, der zuhört")]
    assert replace(form, errors={}) == form


async def test_an_author_who_never_used_the_bot_is_asked_too(chat: Chat) -> None:
    """The platform says who wrote a message; words of somebody new are no more free to use than others."""
    async with chat.db.write() as s:
        await s.execute(delete(Identity).where(Identity.user_id == chat.who("till.brandt").user))
    quoted = Quoted(f"So proud of this: {ARTICLE}", chat.who("till.brandt"))
    form = form_of(await chat.bot.handle(Press(chat.who("jana.feld"), "suggest", quoted=quoted)))
    await chat.press("jana.feld", form.action, values(form), kept=form.kept, **form.value)
    story = await stored(chat)
    assert (story.consent, story.credit_id) == ("asked", (await chat.person("till.brandt")).id)


@pytest.mark.parametrize("action", ["desk", "story_edit", "story_edit_save", "version", "version_save", "ideas"])
async def test_only_editors_work_on_stories(chat: Chat, action: str) -> None:
    """A forged press of a colleague changes and shows nothing."""
    story = await chat.story()
    answer = await chat.press("jana.feld", action, {"title": "Mine"}, s=story.id)
    assert "Redaktion" in said(answer)
    assert (await stored(chat)).title == story.title


async def test_an_author_whose_id_cannot_be_stored_is_nobody(chat: Chat) -> None:
    """What stands in a payload as its author may be anything; the form opens all the same."""
    for user in ("\ud800", "a\0b", "x" * 5000):
        author = replace(chat.who("till.brandt"), user=user)
        press = Press(chat.who("jana.feld"), "suggest", quoted=Quoted(f"Look: {ARTICLE}", author))
        assert form_of(await chat.bot.handle(press)).kept == {}


async def test_a_story_may_be_posted_as_its_picture(chat: Chat) -> None:
    """Chosen in the form, changed in the other, approved with all else, and gone with the picture."""
    form = form_of(await chat.types("clara.editorius", f"compose {ARTICLE}"))
    shown = values(form)
    assert shown["look"] == "card"
    await chat.press("clara.editorius", form.action, shown | {"caption": "Listen!", "look": "picture"}, **form.value)
    story = await stored(chat)
    assert story.as_picture
    for look, image, expected in (("card", "yes", False), ("picture", "yes", True), ("picture", "no", False)):
        form = form_of(await chat.press("clara.editorius", "story_edit", s=story.id))
        before = values(form)["look"]
        typed = values(form) | {"look": look, "image": image}
        await chat.press("clara.editorius", form.action, typed, **form.value)
        assert before == ("picture" if story.as_picture else "card")
        approved, story = fingerprint(story), await stored(chat)
        assert story.as_picture == expected
        assert fingerprint(story) != approved
