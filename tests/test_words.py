"""Everything said to people exists in every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po

import advocacy
from advocacy.bot.language import LANGUAGES, translator

ROOT = Path(advocacy.__file__).parent
KEYWORDS = {"t": None, "n": (1, 2), "_": None, "gettext": None, "ngettext": (1, 2)}
OTHERS = [language for language in LANGUAGES if language != "en"]


def said(room: str) -> set[str | tuple[str, str]]:
    found: set[str | tuple[str, str]] = set()
    for _, _, message, _, _ in extract_from_dir(ROOT / room, [("**.py", "python")], keywords=KEYWORDS):
        found.add(message if isinstance(message, str) else tuple(message))
    for template in (ROOT / room).glob("**/*.html"):
        for _, message, _, _ in extract_from_file("jinja2.ext:babel_extract", template, keywords=KEYWORDS):
            found.add(message if isinstance(message, str) else tuple(message))
    return found


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("room", ["bot", "web"])
def test_nothing_is_left_untranslated_or_stale(room: str, language: str) -> None:
    """Each sentence has its translation; no translation is left over; fill-ins are the same."""
    with (ROOT / room / "locale" / f"{language}.po").open("rb") as file:
        catalog = read_po(file)
    there = {tuple(m.id) if isinstance(m.id, (tuple, list)) else m.id: m.string for m in catalog if m.id}
    wanted = said(room)
    assert sorted(map(str, wanted - there.keys())) == [], "not translated"
    assert sorted(map(str, there.keys() - wanted)) == [], "no longer said"
    for message, string in there.items():
        forms = string if isinstance(string, (tuple, list)) else (string,)
        assert all(forms), f"empty translation of {message}"
        source = message[1] if isinstance(message, tuple) else message
        for form in forms[-1:]:
            assert set(re.findall(r"\{\w+\}", form)) == set(re.findall(r"\{\w+\}", str(source))), message


def test_numbers_and_dates_are_written_as_people_write_them() -> None:
    """1,234 and 42% in English; 1.234 and 42 % in German."""
    en, de = translator("en-GB"), translator("de_AT")
    assert (en.number(1234), de.number(1234)) == ("1,234", "1.234")
    assert (en.percent(0.42), de.percent(0.42)) == ("42%", "42\u00a0%")
    assert de.n("{n} colleague", "{n} colleagues", 1) == "1 Person"
    assert translator("fr").language == "en"


def test_quoted_words_have_inner_quotation_marks() -> None:
    """A title with quotation marks of its own is not quoted with the same marks again."""
    said = "Thank you! “{title}” is out."
    assert translator("de")(said, title="„Am dritten Tag“ – neu") == "Danke! „‚Am dritten Tag‘ – neu“ ist draußen."
    assert translator("en")(said, title="The “quiet” rotor") == "Thank you! “The ‘quiet’ rotor” is out."


def test_german_sentences_take_in_what_stands_for_a_name() -> None:
    """“von der Redaktion”, where nobody's name is known; “von 1 Person”, not “von 1 Kollegin oder Kollege”."""
    de = translator("de")
    unknown = de("the communications team")
    assert (
        de("“{title}” was approved by {name}.", title="A", name=unknown) == "„A“ wurde von der Redaktion freigegeben."
    )
    people, departments = de.n("{n} colleague", "{n} colleagues", 1), de.n("{n} department", "{n} departments", 1)
    shared = de("Shared by {people} from {departments}", people=people, departments=departments)
    assert shared == "Geteilt von 1 Person aus 1 Abteilung"
