"""The private message about one's own share: its text exactly as it leaves, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterable

from advocacy.bot.around import Around
from advocacy.bot.language import Translator
from advocacy.chat import OPENS_FORM, Button, Message, Style


def own_share(
    t: Translator, around: Around, heading: str, *said: str, buttons: Iterable[Button], footnote: str = ""
) -> Message:
    """What a person reads about their share. Unless there is another ``footnote``, that nobody else sees it."""
    return Message(
        summary=heading,
        heading=heading,
        paragraphs=said,
        quote=around.share.text,
        buttons=tuple(buttons),
        footnote=footnote or t("Only you see this message."),
    )


def edit_button(t: Translator, around: Around, *, style: Style = "default") -> Button:
    """Opens the form with the text."""
    return Button(t("Edit"), action="edit", value={**around.value, OPENS_FORM: 1}, style=style)


def not_now_button(t: Translator, around: Around) -> Button:
    """Leaves it at that: nothing is posted."""
    return Button(t("Not this time"), action="undo", value=around.value)


__all__ = ["edit_button", "not_now_button", "own_share"]
