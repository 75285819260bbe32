"""The form in which a person makes the text of their share their own."""

from __future__ import annotations

from advocacy.bot.around import Around
from advocacy.bot.brands import called
from advocacy.bot.language import Translator
from advocacy.chat import Form, Input, Message
from advocacy.sharing.models import Share


def edit_form(t: Translator, around: Around, text: str | None = None, error: str = "") -> Form:
    """The dialog in which a person makes the text their own."""
    label = called(t, around.network)
    shown = around.share.text if text is None else text
    used = around.network.length(around.share.text)
    hint = t("{used} of {limit} characters used so far.", used=t.number(used), limit=t.number(around.network.limit))
    return Form(
        title=t("Your text"),
        body=Message(
            summary=t("Your text for {network}", network=label),
            paragraphs=(_stays(t, around.share),),
            inputs=(
                Input("text", t("Text for {network}", network=label), kind="text", value=shown, hint=hint),
            ),
        ),
        action="edit_save",
        value=around.value,
        submit=t("Save"),
        cancel=t("Cancel"),
        errors={"text": error} if error else {},
    )  # fmt: skip


def _stays(t: Translator, share: Share) -> str:
    """What stays part of the text, whatever is written."""
    level = (share.proof or {}).get("level")
    if level == "recommended":
        return t("Write as you speak. The link stays part of it; you may leave out the note about your employer.")
    if level == "none":
        return t("Write as you speak. The link stays part of it.")
    return t("Write as you speak. The link and the note about your employer stay part of it.")


def text_problem(t: Translator, code: str, over: int) -> str:
    """Why a text cannot be taken, said beside its field."""
    words = {
        "too_long": t.n("Please cut {n} character.", "Please cut {n} characters.", over),
        "empty": t("Please write a text."),
        "marker": t("Replace the part in [square brackets] with your own words."),
    }
    return words.get(code, t("Please check the text."))
