"""The home: tabs that stay around whatever is opened in it."""

from __future__ import annotations

from advocacy.bot.frame import IN_HOME
from advocacy.chat import Message, OpenForm, Private
from tests.bot.conftest import Chat, message_of, said


def tabs(message: Message) -> list[str]:
    """Labels, the present one in brackets."""
    return [f"[{one.label}]" if one.style == "primary" else one.label for one in message.tabs]


async def test_the_home_has_an_area_for_all_that_is_ones_own(chat: Chat) -> None:
    """Five tabs for everybody; editors have three more, and nobody else gets into those."""
    await chat.live_story()
    first = message_of(await chat.press("jana.feld", "home"))
    assert tabs(first) == ["[Für mich]", "Geteilt", "Mein Verlauf", "Konten", "Einstellungen"]
    assert first.heading == "The rotor that listens"
    for tab, says in {
        "shares": "Was ich geteilt habe", "progress": "Noch gibt es nichts zu vergleichen", "accounts": "Meine Konten",
        "settings": "Wie ich von euch hören möchte", "plan": "The rotor that listens", "nonsense": "The rotor",
    }.items():  # fmt: skip
        shown = await chat.press("jana.feld", "home", tab=tab)
        assert says in said(shown), tab
    editors = message_of(await chat.press("clara.editorius", "home", tab="reviews"))
    assert tabs(editors)[5:] == ["[Zur Freigabe]", "Geplant", "Ideen"]


async def test_what_is_pressed_in_the_home_stays_in_it(chat: Chat) -> None:
    """A button and a form inside it lead to an answer with the tabs; elsewhere there are none."""
    settings = message_of(await chat.press("jana.feld", "home", tab="settings"))
    topics = next(one for one in settings.buttons if one.action == "topics")
    assert tabs(message_of(await chat.press("jana.feld", "topics", **topics.value)))[4] == "[Einstellungen]"
    change = next(one for one in settings.buttons if one.action == "pace_form")
    form = await chat.press("jana.feld", "pace_form", **change.value)
    assert isinstance(form, OpenForm)
    typed = {"days": "tue", "hour": "09:00", "most": "3", "undo": "30"}
    saved = message_of(await chat.press("jana.feld", "pace_save", typed, **form.form.value))
    assert saved.paragraphs == ("Gespeichert.",)
    assert tabs(saved)[4] == "[Einstellungen]"
    assert message_of(await chat.press("jana.feld", "topics")).tabs == ()
    assert message_of(await chat.press("jana.feld", "topics", **{IN_HOME: ["odd"]})).tabs == ()


async def test_what_an_editor_presses_in_the_home_is_answered_there(chat: Chat) -> None:
    """Slack shows no message beside the home: deciding, looking and a refusal take its place, with the way back."""
    story = await chat.story(author="emilia.textor")
    value = {"s": story.id, IN_HOME: "reviews"}
    for action in ("review_open", "wordings", "network_preview", "story_link", "history"):
        answer = await chat.press("clara.editorius", action, **value)
        assert isinstance(answer, Private)
        assert answer.replace, action
        assert tabs(answer.message)[5] == "[Zur Freigabe]", action
    gone = await chat.press("clara.editorius", "review_open", **{**value, "s": 999_999})
    assert tabs(message_of(gone))[5] == "[Zur Freigabe]"
    again = await chat.press("clara.editorius", "resubmit", **{**value, IN_HOME: "ideas"})
    assert tabs(message_of(again))[7] == "[Ideen]"
    beside = await chat.press("clara.editorius", "review_open", s=story.id)
    assert isinstance(beside, Private)
    assert not beside.replace, "in a channel it is a message of its own"


async def test_progress_compares_with_ones_own_months_only(chat: Chat) -> None:
    """Bars of six months, from the figures that only the person sees."""
    from advocacy.insights import periods
    from advocacy.insights.models import PersonPeriod

    jana, zone = await chat.person("jana.feld"), chat.parts.settings.zone
    last, this = periods.last_months(zone, 2)
    async with chat.db.write() as s:
        s.add_all([
            PersonPeriod(period=last.key, person_id=jana.id, measured=2, reported=0, clicks=4),
            PersonPeriod(period=this.key, person_id=jana.id, measured=2, reported=1, clicks=9),
        ])  # fmt: skip
    shown = message_of(await chat.press("jana.feld", "home", tab="progress"))
    assert [one.value for one in shown.bars][-2:] == ["2-mal geteilt · 4 Klicks", "3-mal geteilt · 9 Klicks"]
    assert shown.paragraphs == ("Mehr als im letzten Monat: 3 nach 2.",)
    assert shown.facts[0].value == "2"
