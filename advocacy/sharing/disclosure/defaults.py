"""The rules that are built in, strict where the law is open. An administrator may override each of them."""

from __future__ import annotations

from collections.abc import Iterator

from advocacy.sharing.disclosure.rules import EU, PRIVATE, Level, Rule
from advocacy.sharing.text import Place

_R, _A, _N = Level.REQUIRED, Level.RECOMMENDED, Level.NONE
_TABLE = (
    # country, news, product, job, view
    ("DE", (_R, "ad"), (_R, "ad"), (_A, "employer"), (_A, "employer")),
    ("AT", (_R, "advertising"), (_R, "advertising"), (_A, "employer"), (_A, "employer")),
    ("CH", (_A, "employer"), (_R, "advertising"), (_A, "employer"), (_A, "employer")),
    ("GB", (_R, "ad"), (_R, "ad"), (_A, "employer"), (_R, "employer")),
    ("US", (_A, "employer"), (_R, "employer"), (_N, "employer"), (_R, "employer")),
    (EU, (_R, "ad"), (_R, "ad"), (_A, "employer"), (_A, "employer")),
    ("", (_A, "employer"), (_R, "ad"), (_N, "employer"), (_A, "employer")),
)
"""Posts are read by strangers, and networks fold long texts away: the disclosure opens them. In a message to people
who know the sender it stands before the link, and may be left out."""


def _rules() -> Iterator[Rule]:
    for country, *levels in _TABLE:
        name, source = country or "any", country or "ICC"
        for kind, (level, wording) in zip(("news", "product", "job", "view"), levels, strict=True):
            yield Rule(f"{name}-{kind}", level, Place.OPENING, wording, source, country=country, kind=kind)
        message = (f"{name}-message", _A, Place.BEFORE_LINK, "employer", source, country, PRIVATE)
        yield Rule(*message)
    yield Rule("any", _R, Place.OPENING, "ad", "ICC")


RULES = tuple(_rules())

__all__ = ["RULES"]
