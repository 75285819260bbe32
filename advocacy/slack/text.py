"""Plain text made fit for Slack: escaped, and cut at a word where it is too long."""

from __future__ import annotations

import unicodedata

_WORD_WITHIN = 40
"""A cut goes back to the last space at most so far; one endless word is cut anywhere."""


def cut(text: str, most: int) -> str:
    """The text in at most ``most`` characters; a cut is shown by ``…``."""
    text = text.strip()
    if len(text) <= most:
        return text
    kept = text[: max(0, most - 1)]
    space = kept.rfind(" ")
    if space >= len(kept) - _WORD_WITHIN and space > 0:
        kept = kept[:space]
    return kept.rstrip() + "…" if most > 0 else ""


def escaped(text: str, most: int) -> str:
    """Text that Slack shows literally where it reads mrkdwn, in at most ``most`` characters once escaped.

    Only ``& < >`` carry meaning beyond looks: ``<!channel>`` would call everybody
    (https://docs.slack.dev/messaging/formatting-message-text#escaping).
    """
    room = most
    while True:
        shown = cut(text, room).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if len(shown) <= most:
            return shown
        room = min(room - 1, room - (len(shown) - most) // 5)


def plain(text: str, most: int) -> dict[str, object]:
    """A ``plain_text`` object, never an empty one. ``:shortcodes:`` stay as they were written."""
    return {"type": "plain_text", "text": cut(text, most) or "–", "emoji": False}


def width(text: str) -> int:
    """Columns in a monospaced font: wide characters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text
    )


def column(text: str, wide: int) -> str:
    """The text in exactly ``wide`` columns, padded or cut with ``…``."""
    text = " ".join(text.split())
    if width(text) > wide:
        taken = 0
        for place, one in enumerate(text):
            taken += width(one)
            if taken > wide - 1:
                text = text[:place] + "…"
                break
    return text + " " * (wide - width(text))
