"""Changes as rich text: what was taken out is struck, what came in is bold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from advocacy.chat import Change

_MOST = 4_000
"""Characters of all changes together: the text itself must still fit below them."""
_MOST_LABEL = 150
_MOST_RUNS = 300
_STYLES = {"added": {"bold": True}, "removed": {"strike": True}}


def drawn(changes: Sequence[Change], take: Callable[[str, int], str]) -> list[dict[str, Any]]:
    """Runs of a ``rich_text_section``, one line or more a change.

    ``take(text, most)`` gives as much of the text as the message has room for. Where room ends, ``…`` stands.
    """
    runs: list[dict[str, Any]] = []
    left = _MOST
    for change in changes:
        label = take(change.label, min(_MOST_LABEL, left))
        if not label or len(runs) >= _MOST_RUNS:
            return _cut_short(runs)
        runs.append({"type": "text", "text": ("\n" if runs else "") + label + ": ", "style": {"italic": True}})
        left -= len(label)
        for part in change.parts:
            text = _taken(part.text, left, take)
            left -= len(text)
            if text:
                style = _STYLES.get(part.kind)
                runs.append({"type": "text", "text": text} | ({"style": dict(style)} if style else {}))
            if len(text) < len(part.text):
                return _cut_short(runs)
    return runs


def _taken(text: str, left: int, take: Callable[[str, int], str]) -> str:
    """As much of a piece as there is room for; with the spaces at its ends, which part it from its neighbours."""
    inner = text.strip()
    if not inner:
        return text if left >= len(text) else ""
    taken = take(inner, left)
    if taken != inner:
        return taken
    begin = len(text) - len(text.lstrip())
    return text[:begin] + inner + text[begin + len(inner) :]


def _cut_short(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if runs and not runs[-1]["text"].endswith("…"):
        runs.append({"type": "text", "text": " …"})
    return runs
