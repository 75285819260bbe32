"""A person's own text: what has to be in it is put in, whole, once and at its place; what may be is left to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from advocacy.sharing import text
from advocacy.sharing.disclosure.rules import Note
from advocacy.sharing.text import GAP, Place, TextProblem

_BEFORE, _AFTER = r"(?:^[^\S\n]*|(?<=[.!?…:;]\s))", r"(?!\w)(?:[.!](?!\S))?[^\S\n]*"
"""A wording stands alone at the start of a line or a sentence: “why I work at Nordlicht.” is not the disclosure."""


@dataclass(frozen=True, slots=True)
class Completed:
    """A whole text, and the disclosure in it; empty when the person left out a recommended one."""

    text: str
    disclosure: str


def complete(typed: str, note: Note, link: str) -> Completed:
    """The person's own text, with disclosure and link where they have to be. Raises ``TextProblem``.

    Any allowed wording that they wrote is taken; of several the longest. It moves to its place.
    """
    said, found = taken_out(text.clean(typed), note.allowed)
    if not text.clean(said.replace(link, "") if link else said):
        raise TextProblem("empty")
    if text.has_marker(said):
        raise TextProblem("marker")
    disclosure = found or (note.text if note.required else "")
    return Completed(_placed(said, disclosure, link, note.place), disclosure)


def taken_out(said: str, wordings: Sequence[str]) -> tuple[str, str]:
    """A text without these wordings where they stand alone, and the longest that was in it."""
    found = ""
    for wording in sorted(filter(None, wordings), key=len, reverse=True):
        pattern = re.compile(_BEFORE + re.escape(wording) + _AFTER, re.MULTILINE)
        while pattern.search(said):  # taking one out may join the halves of another
            said, found = text.clean(pattern.sub("", said)), found or wording
    return said, found


def words(whole: str, wordings: Sequence[str], link: str) -> str:
    """What a person says in a text: without disclosure and link."""
    said, _ = taken_out(text.clean(whole), wordings)
    return text.clean(said.replace(link, "") if link else said)


def for_address(whole: str, disclosure: str, link: str) -> str:
    """A text for a share page. One that an address may cut short (``text.address``) says the disclosure first."""
    if not disclosure or len(text.quote(whole)) < text.LONGEST_ADDRESS // 2:
        return whole
    return _placed(words(whole, (disclosure,), ""), disclosure, link, Place.OPENING)


def _placed(said: str, disclosure: str, link: str, place: Place) -> str:
    """Put together. A link that stands within the words stays there."""
    if not link or link not in said:
        return text.join(said, disclosure, link, place)
    if place == Place.BEFORE_LINK and said.endswith(link) and (rest := said.removesuffix(link).rstrip()):
        return text.join(rest, disclosure, link, place)
    ordered = (said, disclosure) if place == Place.END else (disclosure, said)
    return GAP.join(part for part in ordered if part)


__all__ = ["Completed", "complete", "for_address", "taken_out", "words"]
