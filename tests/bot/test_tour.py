"""The tour: a minute from hello to a share for practice, of which nothing is left."""

from __future__ import annotations

from sqlalchemy import func, select

from advocacy.bot.actions import Press
from advocacy.chat import OpenForm
from advocacy.people.models import Person
from advocacy.sharing.models import Share
from tests.bot.conftest import Chat, message_of, said


async def test_five_presses_lead_through_it_and_nothing_is_stored_of_the_practice(chat: Chat) -> None:
    """What this is, what is stored, connect or not, practice; then only that it was done is known."""
    step, seen, steps = await chat.types("jana.feld", "tour"), [], []
    for _ in range(5):
        message = message_of(step)
        seen.append(message.heading)
        steps.append(message)
        onward = next(one for one in message.buttons if one.style == "primary")
        step = await chat.press("jana.feld", onward.action, **onward.value)
    assert seen == [
        "Willkommen, Jana Feld!", "Was über dich gespeichert wird", "Ein Netzwerk verbinden, oder nicht",
        "Probier es aus: Das hier geht nirgendwohin", "Übung: Wird in 30 s gepostet",
    ]  # fmt: skip
    assert [one.label for one in steps[3].buttons] == ["Teilen (Übung)", "‹ Zurück", "Überspringen"]
    assert "In der Übung ist nichts hinausgegangen." in said(step)
    async with chat.db.read() as s:
        assert await s.scalar(select(func.count()).select_from(Share)) == 0
        assert await s.scalar(select(Person.toured_at).where(Person.email == chat.people["jana.feld"].email))
    assert "Eine Minute" not in said(await chat.press("jana.feld", "home"))
    assert "[Neu hier? Eine Minute]" in said(await chat.press("pia.lorenzen", "home"))


async def test_in_practice_a_text_can_be_changed_and_undone(chat: Chat) -> None:
    """As with a real share; an empty text stays open, one that is too long too."""
    form = await chat.press("jana.feld", "practice_edit", x="Ich mag das.")
    assert isinstance(form, OpenForm)
    assert form.form.body.inputs[0].value == "Ich mag das."
    for wrong in ("  ", "x" * 501):
        again = await chat.press("jana.feld", "practice_save", {"text": wrong}, **form.form.value)
        assert isinstance(again, OpenForm)
        assert again.form.errors == {"text": "Schreib etwas, höchstens 500 Zeichen."}
    mine = message_of(await chat.press("jana.feld", "practice_save", {"text": "Meins."}, **form.form.value))
    assert mine.quote == "Meins."
    undo = next(one for one in mine.buttons if one.style == "danger")
    assert "Nichts wäre hinausgegangen." in said(await chat.press("jana.feld", undo.action, **undo.value))


async def test_who_gets_the_app_is_greeted_once_and_in_their_own_chat_only(chat: Chat) -> None:
    """A team's installation says nothing to anybody, nor does one by somebody who knows the tour."""

    async def comes(scope: str, event: str) -> object:
        reach = {"scope": scope, "conversation": "c", "service_url": "https://smba.example"}
        return await chat.bot.handle(Press(chat.who("jana.feld"), "installed", {"reach": reach}, event=event))

    assert await comes("team", "1") is None
    assert "Willkommen, Jana Feld!" in said(await comes("personal", "2"))  # type: ignore[arg-type]
    assert await comes("personal", "2") is None, "Teams says it twice"
    await chat.press("jana.feld", "practice_end")
    assert await comes("personal", "3") is None
