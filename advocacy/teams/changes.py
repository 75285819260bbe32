"""Changes as rich text: what was taken out is struck, what came in is bold and highlighted.

Text runs are drawn literally: "Markdown is not supported". https://adaptivecards.io/explorer/TextRun.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from advocacy.chat import Change, Part

Json = dict[str, Any]
_STYLES: dict[str, Json] = {
    "same": {},
    "added": {"highlight": True, "weight": "Bolder"},
    "removed": {"strikethrough": True, "isSubtle": True},
}
_FALLBACK = 200
"""Characters of the old and of the new text, each, for a client that draws no rich text."""


def drawn(changes: Sequence[Change], escape: Callable[[str], str]) -> Iterator[Json]:
    """All changes, each as blocks. ``escape`` is for the Markdown of their fallback."""
    for change in changes:
        yield from _blocks(change, escape)


def _blocks(change: Change, escape: Callable[[str], str]) -> Iterator[Json]:
    """Blocks of one change, one a line: clients disagree about line breaks inside a block."""
    lines: list[list[Json]] = [[{"type": "TextRun", "text": f"{change.label}: ", "italic": True}]]
    for part in change.parts:
        for number, text in enumerate(part.text.split("\n")):
            if number:
                lines.append([])
            if text:
                lines[-1].append({"type": "TextRun", "text": text, **_STYLES[part.kind]})
    first: Json = {"fallback": {"type": "TextBlock", "text": escape(_in_words(change)), "wrap": True}}
    for inlines in filter(None, lines):
        yield {"type": "RichTextBlock", "inlines": inlines, **first}
        first = {"spacing": "None", "fallback": "drop"}


def shorter(change: Change, limit: int) -> Change:
    """The change in at most about so many characters."""
    kept: list[Part] = []
    left = limit
    for part in change.parts:
        if left <= 0:
            break
        kept.append(part if len(part.text) <= left else replace(part, text=part.text[:left].rstrip() + "…"))
        left -= len(part.text)
    return replace(change, label=change.label[:limit], parts=tuple(kept))


def _in_words(change: Change) -> str:
    """Old text and new text, with an arrow between them."""
    old = "".join(one.text for one in change.parts if one.kind != "added")
    new = "".join(one.text for one in change.parts if one.kind != "removed")
    return f"{change.label}: {_cut(old)} → {_cut(new)}"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return (line if len(line) <= _FALLBACK else line[: _FALLBACK - 1].rstrip() + "…") or "–"
