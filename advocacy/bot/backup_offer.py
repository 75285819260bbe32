"""The way to backup, from wherever somebody may need it."""

from __future__ import annotations

from advocacy.bot.language import Translator
from advocacy.chat import OPENS_FORM, Button


def backup_button(t: Translator, share_id: int = 0) -> Button:
    """Leads to the form of somebody who got a nasty comment, about this share if any."""
    value = {"i": share_id, OPENS_FORM: 1} if share_id else {OPENS_FORM: 1}
    return Button(t("I got a nasty comment"), action="backup", value=value)
