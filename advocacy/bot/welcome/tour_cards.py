"""Cards of the tour, one thing on each."""

from __future__ import annotations

from collections.abc import Sequence

from advocacy.bot.language import Translator
from advocacy.chat import OPENS_FORM, Button, Fact, Form, Input, Message

LAST = 4
MOST_TEXT = 500
"""Characters of a text for practice: it travels in the buttons, and is stored nowhere."""


def first(t: Translator, name: str, undo: int) -> Message:
    """What this is."""
    return Message(
        summary=t("Welcome, {name}!", name=name), heading=t("Welcome, {name}!", name=name),
        paragraphs=(
            t("Your communications team puts stories here. You share those you like with one click, as yourself."),
            t.n("You see the exact text first. You can change it, and you have {n} second to undo.",
                "You see the exact text first. You can change it, and you have {n} seconds to undo.", undo),
            t("Nobody has to take part, and nobody sees who does not."),
        ),
        buttons=_on(t, 1), footnote=_where(t, 1),
    )  # fmt: skip


def stored(t: Translator, minimum: int) -> Message:
    """What is stored, and what is not."""
    heading = t("What is stored about you")
    return Message(
        summary=heading, heading=heading,
        facts=(
            Fact(t("From your company's list"), t("name, e-mail, department, language")),
            Fact(t("When you share"), t("which story, where, your text, and how many clicks it got")),
            Fact(t("When you connect a network"), t("the permission to post for you, encrypted; never a password")),
            Fact(t("So that nothing comes twice"), t("which stories your digests had, and which you passed")),
            Fact(t("Not stored"), t("why you pass, and who clicked")),
        ),
        paragraphs=(
            t("Only you see your own figures. Others see departments, of {n} people or more.", n=t.number(minimum)),
        ),
        buttons=_on(t, 2), footnote=_where(t, 2),
    )  # fmt: skip


def connecting(t: Translator, links: Sequence[Button]) -> Message:
    """Connect, or not. ``links`` lead to the networks that can be connected and are not yet."""
    heading = t("Connect a network, or not")
    said = (
        t("Connected, a share takes one click. You agree at the network itself, and can disconnect at any time."),
        t("Without connecting, a share opens the network's own page with the text filled in."),
    )
    return Message(
        summary=heading, heading=heading, paragraphs=said, buttons=(*links, *_on(t, 3)), footnote=_where(t, 3)
    )


def practice(t: Translator) -> Message:
    """A story that nobody wrote, to share nowhere."""
    heading = t("Try it: this one goes nowhere")
    said = t("Below is a story for practice. Press the button as you would in a channel.")
    share = Button(
        t("Share (practice)"), action="practice", value={"x": t("I work here, and I like what we do.")}, style="primary"
    )
    return Message(
        summary=heading, heading=heading, paragraphs=(said, t("Our company is on the move")),
        buttons=(share, *_before(t, LAST), _skip(t)), footnote=_where(t, LAST),
    )  # fmt: skip


def practised(t: Translator, text: str, undo: int) -> Message:
    """What a share looks like while it can be undone; here it stays so."""
    value = {"x": text}
    said = t("This is the exact text. Nothing leaves before then.")
    return Message(
        summary=t("Practice: posting in {seconds} s", seconds=undo),
        heading=t("Practice: posting in {seconds} s", seconds=undo),
        paragraphs=(said, t("Take your time: in practice no clock is running.")), quote=text,
        buttons=(
            Button(t("Undo"), action="practice_end", value={"d": "undo"}, style="danger"),
            Button(t("Edit"), action="practice_edit", value={**value, OPENS_FORM: 1}),
            Button(t("Post now"), action="practice_end", value={"d": "post"}, style="primary"),
        ),
        footnote=t("Practice: nothing is posted, and nothing is stored."),
    )  # fmt: skip


def practice_form(t: Translator, text: str) -> Form:
    """Write another text, for practice."""
    field = Input("text", t("Your text"), "text", text, max_length=MOST_TEXT)
    body = Message(summary=t("Your text"), inputs=(field,))
    return Form(t("Your text"), body, "practice_save", {"x": text}, t("Save"), t("Cancel"))


def done(t: Translator, how: str) -> Message:
    """That is all there is to it."""
    heading = t("That was it ✓")
    said = (
        t("Now it would be on your profile, with a way to delete it. In practice nothing has left.")
        if how == "post"
        else t("Undone: nothing would have left.")
        if how == "undo"
        else t("You can do the tour at any time: write “tour”.")
    )
    return Message(
        summary=heading if how else said, heading=heading if how else "", paragraphs=(said,),
        buttons=(
            Button(t("Show stories"), action="home", value={"tab": "feed"}, style="primary"),
            Button(t("Settings"), action="home", value={"tab": "settings"}),
            Button(t("Once more"), action="tour"),
        ),
    )  # fmt: skip


def invitation(t: Translator) -> Button:
    """Stands in the home until the tour was done or skipped."""
    return Button(t("New here? One minute"), action="tour")


def _on(t: Translator, step: int) -> tuple[Button, ...]:
    following = Button(t("Next ›"), action="tour", value={"n": step + 1}, style="primary")
    return (following, *_before(t, step), _skip(t))


def _before(t: Translator, step: int) -> tuple[Button, ...]:
    return (Button(t("‹ Back"), action="tour", value={"n": step - 1}),) if step > 1 else ()


def _skip(t: Translator) -> Button:
    return Button(t("Skip"), action="practice_end")


def _where(t: Translator, step: int) -> str:
    return t("{n} of {all}, in under a minute", n=step, all=LAST)
