"""Putting a post's text together and measuring it: wording, disclosure, link."""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Any
from urllib.parse import quote as percent

from advocacy.sharing.network import Network

MORE = "…"
GAP = "\n\n"
LONGEST_ADDRESS = 2000
"""Characters of a share page's address that every browser and every network takes."""


class Place(StrEnum):
    """Where the disclosure stands. ``label``: outside the text, as the network's own mark."""

    OPENING = "opening"
    BEFORE_LINK = "before_link"
    END = "end"
    LABEL = "label"


class Pattern:
    """A pattern for the ``regex`` library, which is loaded when the first text is looked at, not at start."""

    def __init__(self, source: str) -> None:
        self._source = source

    @cached_property
    def compiled(self) -> Any:
        """The pattern, ready."""
        import regex

        return regex.compile(self._source, flags=regex.VERSION1)

    def sub(self, put: str | Callable[[Any], str], text: str) -> str:
        """The text with every match replaced."""
        return str(self.compiled.sub(put, text))

    def findall(self, text: str) -> list[str]:
        """Every match."""
        found: list[str] = self.compiled.findall(text)
        return found

    def ends(self, text: str) -> list[int]:
        """Where every match ends."""
        return [match.end() for match in self.compiled.finditer(text)]


URL = re.compile(
    r"https?://(?:[^\s<>\"()]|\([^\s<>\"()]*\))*(?:[^\s<>\"'.,;:!?…()\]}»”]|\([^\s<>\"()]*\))", re.IGNORECASE
)
"""A link in running text, without the punctuation that follows it; brackets that were opened in it are part of it."""
_MARKER = Pattern(r"\[(?:[^\[\]\n]*\p{L}[^\[\]\n]*|[\s._…]*)\]")
_SENTENCE = re.compile(r"(?:[^\s.!?\[][^\n.!?\[]*+)?(?:\[[^\]\n]*\][^\n.!?\[]*+)+[.!?]*[ \t]*")
_NO_TAG, _NO_NAME = re.compile(r"\W"), re.compile(r"[\s\[\]]")
_UNSEEN = Pattern(r"[\p{Cc}\p{Cs}\p{Co}--[\n\t]]")
_GRAPHEME = Pattern(r"\X")


class TextProblem(Exception):
    """A text that cannot leave. Codes: ``too_long`` (by ``over``), ``empty``, ``marker`` (a blank not filled in)."""

    def __init__(self, code: str, *, over: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.over = over


def graphemes(text: str) -> int:
    """How many characters a reader sees."""
    return len(_GRAPHEME.findall(text))


def utf16(text: str) -> int:
    """How many units JavaScript counts."""
    return len(text.encode("utf-16-le")) // 2


def without_link(text: str, link: str) -> str:
    """What a text says beside its link, for pages that take the two apart."""
    return clean(text.replace(link, "")) if link else clean(text)


def quote(value: str) -> str:
    """Percent-encode for a query, everything but letters, digits and ``-._~``."""
    return percent(value, safe="")


def clean(text: str) -> str:
    """Composed characters, plain line breaks, no control characters, no more than one empty line in a row."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _UNSEEN.sub("", text)
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", GAP, lines).strip()


def has_marker(text: str) -> bool:
    """Is there a blank such as ``[your reason]`` that nobody filled in?"""
    return bool(_MARKER.findall(text))


def without_markers(text: str) -> str:
    """The text without the sentences that hold a blank: one click must never post a blank."""
    while has_marker(text):
        shorter = _SENTENCE.sub(lambda match: "" if has_marker(match.group()) else match.group(), text)
        text = shorter if shorter != text else _MARKER.sub("", text)
    return clean(text)


def unbracketed(text: str) -> str:
    """The text with round brackets where square ones would look like a blank: “[Video] …” is no request."""
    while has_marker(text):
        text = _MARKER.sub(lambda match: f"({match.group()[1:-1]})", text)
    return text


def join(words: str, disclosure: str, link: str, place: Place = Place.OPENING) -> str:
    """The whole text, with the disclosure at its place."""
    ordered = {
        Place.OPENING: (disclosure, words, link),
        Place.BEFORE_LINK: (words, disclosure, link),
        Place.END: (words, link, disclosure),
        Place.LABEL: (words, link),
    }[place]
    return GAP.join(part for part in ordered if part)


def compose(
    network: Network,
    words: str,
    disclosure: str,
    link: str,
    *,
    place: Place = Place.OPENING,
    hashtags: Sequence[str] = (),
    mentions: Sequence[str] = (),
) -> str:
    """The whole text, within the network's limit: words that are too long end at a word, with an ellipsis.

    Mentions and hashtags stand below the words as far as there is room, the last ones are dropped first. A private
    message has none.
    """
    said = clean(words)
    extras = () if network.abilities().private else _extras(said, hashtags, mentions)

    def whole(part: str, count: int = 0) -> str:
        below = " ".join(extras[:count])
        return join(GAP.join(one for one in (part, below) if one), disclosure, link, place)

    def fits(part: str, count: int = 0) -> bool:
        return network.length(whole(part, count)) <= network.limit

    most = next((count for count in range(len(extras), -1, -1) if fits(said, count)), 0)
    return whole(shortened(said, lambda part: fits(part, most)), most)


def _extras(words: str, hashtags: Sequence[str], mentions: Sequence[str]) -> list[str]:
    """Mentions, then hashtags, each once and none that the words have already."""
    names = [f"@{_NO_NAME.sub('', one).lstrip('@')}" for one in mentions]
    tags = [f"#{_NO_TAG.sub('', one)}" for one in hashtags]
    there = {one.rstrip(".,;:!?").casefold() for one in words.split()}
    found = {one.casefold(): one for one in (*names, *tags) if len(one) > 1}
    return [one for key, one in found.items() if key not in there]


def shortened(text: str, fits: Callable[[str], bool]) -> str:
    """As much of a text as fits, cut at a word where possible; empty when nothing does."""
    if fits(text):
        return text
    ends = [match.start() for match in re.finditer(r"\s+", text)]
    cut = _longest(text, ends, fits) or _longest(text, _GRAPHEME.ends(text), fits)
    return cut + MORE if cut else ""


def _longest(text: str, ends: Sequence[int], fits: Callable[[str], bool]) -> str:
    count = bisect.bisect_left(ends, True, key=lambda end: not fits(_trimmed(text[:end]) + MORE))
    return _trimmed(text[: ends[count - 1]]) if count else ""


def _trimmed(text: str) -> str:
    return text.rstrip(" \n\t,;:–—-.…!?")


def check(network: Network, text: str) -> None:
    """Raises ``TextProblem`` when a text is over the network's limit."""
    over = network.length(text) - network.limit
    if over > 0:
        raise TextProblem("too_long", over=over)


def address(make: Callable[[str], str], text: str, link: str = "") -> str:
    """The address of a share page, its text shortened until the whole stays within 2,000 characters.

    ``make`` gets the text; ``link`` is kept out of the shortening and comes last in it.
    """
    said = text.replace(link, "").strip() if link else text

    def whole(part: str) -> str:
        return make(GAP.join(one for one in (part, link) if one))

    full = make(text)
    if len(full) <= LONGEST_ADDRESS:
        return full
    return whole(shortened(said, lambda part: len(whole(part)) <= LONGEST_ADDRESS))


__all__ = [
    "Place", "TextProblem", "address", "check", "clean", "compose", "graphemes", "has_marker", "join", "quote",
    "shortened", "unbracketed", "utf16", "without_link", "without_markers",
]  # fmt: skip
