"""What kinds of story are called."""

from __future__ import annotations

from advocacy.bot.language import Translator
from advocacy.chat import Input, Option
from advocacy.content.fields import KINDS


def kind_name(t: Translator, code: str) -> str:
    """A kind of story; news where nobody has said another."""
    return {
        "product": t("Product or service"), "job": t("Job opening"), "view": t("Personal view"),
    }.get(code, t("Company news"))  # fmt: skip


def kind_input(t: Translator, code: str) -> Input:
    """The choice of a kind, with what it is for."""
    options = tuple(Option(one, kind_name(t, one)) for one in KINDS)
    hint = t("Decides what posts have to say about the employer.")
    return Input("kind", t("Kind of story"), kind="choice", value=code or KINDS[0], options=options, hint=hint)


__all__ = ["kind_input", "kind_name"]
