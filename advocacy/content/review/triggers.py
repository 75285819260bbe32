"""What in a story calls for a reviewer: rules looked for in every text that would go out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import regex
import structlog

from advocacy.content.models import ReviewRule, Story
from advocacy.content.versions import base

log = structlog.get_logger()

KINDS = ("numbers", "words", "pattern", "personal", "image_rights", "topic")
MOST_HITS = 12
"""Kept of one rule: a reviewer needs to know why, not how often."""
PATIENCE = 0.1
"""Seconds for one pattern over one text."""
BROKEN = "pattern"
"""The ``field`` of a hit that says: this pattern cannot be used, so nobody knows whether it would have found some."""
_AROUND = 30
_READ_AT_ONCE = 120
"""Characters of places that are shown together."""
_ENDING = r"(?:['’]s|e[mnrs]?|n|s)?"
"""What German and English put at the end of a word when it is declined."""
_NO_SPACES = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]")
_AMOUNT = r"\d[\d.,'’\u202f\u00a0]*"
_FORECAST = (
    r"expect(?:s|ed|ing|ations?)?|forecasts?|outlook|guidance|predict(?:s|ed|ions?)?|projections?|by \d{4}"
    r"|erwarte[nt]?\w*|erwartungen?|prognos\w+|voraussichtlich\w*|ausblick|rechne[nt]? mit"
    r"|(?:doubl|tripl|halv)(?:e[sd]?|ing)|ver(?:doppel|dreifach)\w+|halbier\w+"
)
_NUMBERS = regex.compile(
    rf"{_AMOUNT}\s?(?:%|‰|(?:per ?cent|prozent|percentage points?|prozentpunkte?|basis points?|basispunkte?)\b)"
    rf"|(?:[€$£¥]|\b(?:EUR|USD|CHF|GBP))\s?{_AMOUNT}"
    rf"|{_AMOUNT}\s?(?:[€$£¥]|(?:EUR|USD|CHF|GBP|euros?|dollars?|pounds?|franken|cents?)\b)"
    rf"|{_AMOUNT}\s?(?:thousand|tausend|millions?|millionen|mio|mn|billions?|billionen|bn|milliarden?|mrd|[MGT]Wh?)\b"
    rf"|\b\d{{1,3}}(?:[.,'’\u202f\u00a0]\d{{3}})+\b|\b\d{{5,}}\b|\b(?:{_FORECAST})\b",
    regex.IGNORECASE,
)
_SPACE = regex.compile(r"\s+")
_YEAR = regex.compile(r"\b20\d\d\b")
_EMAIL = regex.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = regex.compile(r"(?<![\w.,/])(?<!\d )(?:\+|0)(?:[ ()/.\u00a0-]{0,2}\d){7,15}(?!\w)")
_DATE = regex.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_IBAN = regex.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in a story that a rule is about."""

    rule: ReviewRule
    field: str
    language: str
    """Empty where a field has none."""
    excerpt: str
    """The words found, with a few beside them."""


@dataclass(frozen=True, slots=True)
class _Text:
    field: str
    language: str
    text: str


def find(rules: Iterable[ReviewRule], story: Story, year: int) -> list[Hit]:
    """What the rules find in a story; captions and versions must be loaded. ``year`` is the current one.

    A pattern that is no pattern, or takes too long, is a hit too: what cannot be checked is not let through unseen.
    """
    texts = list(_texts(story))
    found = []
    for rule in rules:
        language = base(rule.language)
        mine = [one for one in texts if not language or base(one.language) == language]
        hits = dict.fromkeys(_look(rule, story, mine, year))
        found += list(hits)[:MOST_HITS]
    return found


def problem(pattern: str) -> str:
    """Why this is no usable regular expression, as its reader says; empty when it is one."""
    try:
        compiled = regex.compile(pattern)
    except (regex.error, RecursionError, OverflowError) as wrong:
        return str(wrong)
    return "it finds something in an empty text" if compiled.search("") else ""


def _look(rule: ReviewRule, story: Story, texts: list[_Text], year: int) -> Iterator[Hit]:
    if rule.kind == "image_rights":
        if story.image_url and not story.image_rights:
            yield Hit(rule, "image_rights", "", "")
    elif rule.kind == "topic":
        wanted = {one.casefold() for one in rule.terms}
        yield from (Hit(rule, "topics", "", one) for one in story.topics if one.casefold() in wanted)
    elif rule.kind == "pattern":
        yield from _pattern(rule, texts)
    else:
        for one in texts:
            for begin, end in _together(_spans(rule, one.text, year)):
                yield Hit(rule, one.field, one.language, _excerpt(one.text, begin, end))


def _texts(story: Story) -> Iterator[_Text]:
    """Every text that would go out, as people see it: nothing invisible parts its letters."""
    own = [("title", story.title), ("summary", story.summary), ("image_alt", story.image_alt)]
    found = [(field, story.language, text) for field, text in own]
    for version in story.versions:
        texts = (("title", version.title), ("summary", version.summary), ("image_alt", version.image_alt))
        found += [(field, version.language, text) for field, text in texts]
    for caption in story.captions:
        found.append(("captions", caption.language, caption.text))
        found.append(("captions", caption.language, " ".join(caption.mentions)))
        found.append(("hashtags", caption.language, " ".join(f"#{one}" for one in caption.hashtags)))
    for field, language, text in found:
        if text:
            shown = "".join(one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) != "Cf")
            yield _Text(field, language, shown)


def _spans(rule: ReviewRule, text: str, year: int) -> Iterator[tuple[int, int]]:
    if rule.kind == "words":
        for term in rule.terms:
            if term.strip():
                yield from (found.span() for found in _phrase(term).finditer(text))
    elif rule.kind == "numbers":
        yield from (found.span() for found in _NUMBERS.finditer(text))
        yield from (found.span() for found in _YEAR.finditer(text) if int(found[0]) > year)
    elif rule.kind == "personal":
        yield from (found.span() for found in _EMAIL.finditer(text))
        yield from (found.span() for found in _IBAN.finditer(text) if _is_iban(found[0]))
        yield from (found.span() for found in _PHONE.finditer(text) if not _DATE.fullmatch(found[0]))


def _together(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places so close that their excerpts would say the same words become one, up to a length that is quickly read."""
    found: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if found and begin - found[-1][1] <= _AROUND and end - found[-1][0] <= _READ_AT_ONCE:
            first, last = found.pop()
            found.append((first, max(end, last)))
        else:
            found.append((begin, end))
    return found


def _phrase(term: str) -> regex.Pattern[str]:
    """The words of a phrase in any case, each with the endings it may be given; between other words only."""
    words = unicodedata.normalize("NFKC", term).split()
    body = r"[\s\-‐‑–]+".join(regex.escape(word) + ("" if _NO_SPACES.search(word) else _ENDING) for word in words)
    begin = "" if _NO_SPACES.match(words[0]) else r"(?<!\w)"
    end = "" if _NO_SPACES.search(words[-1][-1]) else r"(?!\w)"
    return regex.compile(begin + body + end, regex.IGNORECASE | regex.FULLCASE)


def _pattern(rule: ReviewRule, texts: list[_Text]) -> Iterator[Hit]:
    try:
        compiled = regex.compile(rule.pattern)
        for one in texts:
            found = compiled.search(one.text, timeout=PATIENCE)
            if found is not None:
                yield Hit(rule, one.field, one.language, _excerpt(one.text, *found.span()))
    except (regex.error, RecursionError, OverflowError, TimeoutError) as wrong:
        log.warning("review.pattern_unusable", rule=rule.name, why=str(wrong) or "it takes too long")
        yield Hit(rule, BROKEN, "", rule.pattern[:80])


def _excerpt(text: str, begin: int, end: int) -> str:
    first, last = max(0, begin - _AROUND), min(len(text), end + _AROUND)
    if first and (space := _SPACE.search(text, first - 1, begin)):
        first = space.end()  # no half words at the ends, where there are others
    if last < len(text) and (spaces := list(_SPACE.finditer(text, end, last + 1))):
        last = spaces[-1].start()
    words = " ".join(text[first:last].split())
    return ("…" if first else "") + words + ("…" if last < len(text) else "")


def _is_iban(text: str) -> bool:
    """Its check digits are right (ISO 13616: the number as a whole leaves 1 when divided by 97)."""
    plain = text.replace(" ", "")
    return int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97 == 1


__all__ = ["BROKEN", "KINDS", "Hit", "find", "problem"]
