"""Everything said to people, in their language. English stands in the code, others in ``locale/<language>.po``."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

# Babel is loaded with the first sentence that needs it, not at start.
LANGUAGES = ("en", "de")
_ROOMS = {"bot": Path(__file__).parent / "locale", "web": Path(__file__).parents[1] / "web" / "locale"}
_Key = tuple[str, bool]
_WEEK = 7
_INNER = str.maketrans("„“”", "‚‘’")


class Translator:
    """Says things in one language. Unknown sentences stay English; a test finds them."""

    def __init__(self, language: str, sentences: dict[_Key, tuple[str, ...]]) -> None:
        self.language = language
        self._sentences = sentences

    def __call__(self, sentence: str, **fill: object) -> str:
        """The sentence, its ``{names}`` filled in."""
        said = self._sentences.get((sentence, False), (sentence,))[0]
        if "“" in said:  # what is quoted may have quotation marks itself
            fill = {name: one.translate(_INNER) if isinstance(one, str) else one for name, one in fill.items()}
        return said.format(**fill) if fill else said

    def n(self, one: str, many: str, count: int, **fill: object) -> str:
        """The sentence for a number; ``{n}`` is the number, written as people write it."""
        forms = self._sentences.get((one, True), (one, many))
        return forms[0 if count == 1 else 1].format(n=self.number(count), **fill)

    def number(self, value: float) -> str:
        """1,234 or 1.234."""
        from babel.numbers import format_decimal

        return format_decimal(value, locale=self.language)

    def percent(self, value: float, digits: int = 0) -> str:
        """0.42 as 42% or 42 %."""
        from babel.numbers import format_percent

        pattern = "#,##0" + ("." + "0" * digits if digits else "") + ("\u00a0%" if self.language == "de" else "%")
        return format_percent(value, format=pattern, locale=self.language)

    def language_name(self, tag: str) -> str:
        """English or Englisch; the tag itself when nobody has a name for it."""
        from babel import Locale, UnknownLocaleError

        try:
            return Locale.parse(tag, sep="-").get_display_name(self.language) or tag
        except (UnknownLocaleError, ValueError):
            return tag

    def date(self, day: date) -> str:
        """23 Nov 2026 or 23.11.2026, as is usual."""
        from babel.dates import format_date

        return format_date(day, format="medium", locale=self.language)

    def moment(self, at: datetime, zone: ZoneInfo) -> str:
        """A date and time in someone's zone, to the minute."""
        return f"{self.date(at.astimezone(zone).date())}, {self.time(at, zone)}"

    def soon(self, at: datetime, zone: ZoneInfo, since: datetime) -> str:
        """Thursday, 14:05; from a week after ``since`` on with its date."""
        from babel.dates import format_date, format_skeleton

        day, today = at.astimezone(zone).date(), since.astimezone(zone).date()
        if 0 <= (day - today).days < _WEEK:
            named = format_date(day, format="EEEE", locale=self.language)
        elif day.year == today.year:
            named = format_skeleton("MMMEd", day, locale=self.language)
        else:
            named = self.date(day)
        return f"{named}, {self.time(at, zone)}"

    def time(self, at: datetime, zone: ZoneInfo) -> str:
        """14:05, in someone's zone."""
        from babel.dates import format_time

        return format_time(at, format="short", tzinfo=zone, locale=self.language)


def asked_for(header: str) -> str:
    """The language of ours that a browser asks for (``Accept-Language``); the first one when it asks for none."""
    asked: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        tag, _, weight = part.strip().lower().partition(";q=")
        short = tag.split("-")[0]
        if short in LANGUAGES and re.fullmatch(r"|[01](\.\d{0,3})?", weight):
            asked.append((-float(weight or 1), short))
    return min(asked, key=lambda one: one[0])[1] if asked else LANGUAGES[0]


@cache
def translator(language: str, room: str = "bot") -> Translator:
    """The translator for a language tag such as ``de-AT``; English when we do not speak it."""
    spoken = supported(language)
    return Translator(spoken, _read(_ROOMS[room] / f"{spoken}.po"))


def supported(language: str) -> str:
    """The nearest language that we speak."""
    short = language.lower().replace("_", "-").split("-")[0]
    return short if short in LANGUAGES else LANGUAGES[0]


def _read(path: Path) -> dict[_Key, tuple[str, ...]]:
    if not path.exists():
        return {}
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        catalog = read_po(file)
    sentences: dict[_Key, tuple[str, ...]] = {}
    for message in catalog:
        if not message.id or not message.string:
            continue
        if isinstance(message.id, (list, tuple)):
            if all(message.string):
                sentences[message.id[0], True] = tuple(message.string)
        else:
            sentences[message.id, False] = (str(message.string),)
    return sentences
