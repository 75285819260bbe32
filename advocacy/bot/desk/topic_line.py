"""The line of a form that names topics, as it is drawn and read."""

from __future__ import annotations

from advocacy.bot.language import Translator
from advocacy.chat import Input
from advocacy.content.fields import MAX_TOPIC

LONGEST = 400
"""Characters."""


def topics_input(t: Translator, value: str) -> Input:
    """The line with these names in it."""
    hint = t("Separated by commas.")
    return Input("topics", t("Topics"), value=value, hint=hint, optional=True, max_length=LONGEST)


def topics_of(text: str) -> list[str]:
    """Topics out of a line of them, each once."""
    return list(dict.fromkeys(one for part in text.split(",") if (one := " ".join(part.split())[:MAX_TOPIC])))


__all__ = ["topics_input", "topics_of"]
