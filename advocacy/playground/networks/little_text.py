"""LinkedIn's "little text": what of a post's commentary survives.

https://learn.microsoft.com/linkedin/marketing/community-management/shares/little-text-format
"""

from __future__ import annotations

import re

RESERVED = frozenset("\\|{}@[]()<>#*_~")
"""Must be escaped with a backslash wherever they do not build an element."""
_ELEMENTS = re.compile(
    r"(?P<tag>[##][^\W_]+)"
    r"|@\[(?P<mention>(?:\\.|[^\]\\])*)\]\(urn:li:(?:person|organization):[\w-]+\)"
    r"|\{hashtag\|\\?(?P<sign>[##])\|(?P<value>[^}|\\]+)\}"
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def shown(commentary: str) -> str:
    """What readers see. The text ends, without an error, at the first reserved character that was not escaped."""
    seen: list[str] = []
    at = 0
    while at < len(commentary):
        letter = commentary[at]
        if letter not in RESERVED:
            seen.append(letter)
            at += 1
        elif letter == "\\" and commentary[at + 1 : at + 2] in RESERVED:
            seen.append(commentary[at + 1])
            at += 2
        elif element := _ELEMENTS.match(commentary, at):
            seen.append(_as_read(element))
            at = element.end()
        else:
            break
    return "".join(seen)


def length(commentary: str) -> int:
    """Characters that count against the limit: an escape counts once."""
    return len(_ESCAPED.sub(r"\1", commentary))


def _as_read(element: re.Match[str]) -> str:
    if element["tag"]:
        return element["tag"]
    if element["mention"] is not None:
        return _ESCAPED.sub(r"\1", element["mention"])
    return f"{element['sign']}{element['value']}"
