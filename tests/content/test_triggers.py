"""What calls for a reviewer: found in every text and language, whatever its form; never an exception."""

from __future__ import annotations

import time
from typing import Any

import pytest

from advocacy.content.models import Caption, LanguageVersion, ReviewRule, Story
from advocacy.content.review import triggers


def story(**values: Any) -> Story:
    fields: dict[str, Any] = {
        "title": "Wind", "summary": "", "image_alt": "", "image_url": "", "image_rights": "", "language": "en",
        "topics": [], "captions": [], "versions": [],
    }  # fmt: skip
    return Story(**{**fields, **values})


def rule(kind: str, *terms: str, **more: Any) -> ReviewRule:
    return ReviewRule(name=kind, kind=kind, terms=list(terms), **{"language": "", "pattern": "", **more})


def found(one: ReviewRule, text: str, language: str = "en") -> list[str]:
    return [hit.excerpt for hit in triggers.find([one], story(summary=text, language=language), 2026)]


@pytest.mark.parametrize(
    "text",
    ["up 12 %", "12,5 Prozent mehr", "€ 5 million", "3 Mrd. Euro", "1.250.000 homes", "40 MW more", "We expect more",
     "Wir erwarten mehr", "Die Prognose steht", "by 2030", "im Jahr 2027", "voraussichtlich im Mai", "it doubled",
     "CHF 12", "12 cents", "150000 people"],
)  # fmt: skip
def test_numbers_and_forecasts(text: str) -> None:
    """Amounts, shares, currencies, years ahead and words of expectation, in both languages."""
    assert found(rule("numbers"), text)


@pytest.mark.parametrize("text", ["Five reasons", "since 2019", "in 2026", "40 colleagues", "unexpected guests", "a5"])
def test_what_is_no_number_to_worry_about(text: str) -> None:
    """Small counts, this year and the past call for nobody."""
    assert found(rule("numbers"), text) == []


@pytest.mark.parametrize(
    ("term", "text", "is_there"),
    [("Müller AG", "bei der MÜLLER  AG", True), ("Windkraft", "der Windkraftanlage", False),
     ("Kunde", "unserem Kunden", True), ("Projekt Nord", "des Projekts Nord", True), ("Acme", "Acme's plan", True),
     ("Acme", "Ac\u200bme", True), ("Straße", "STRASSE", True), ("Nordwind", "Nord\u00adwind", True),
     ("Öl", "Teöl", False), ("风电", "我们的风电项目", True), ("C++", "in C++ written", True), ("Acme", "acmes-like", True)],
)  # fmt: skip
def test_words(term: str, text: str, is_there: bool) -> None:
    """Whole words in any case, with the endings of a declension, even when something invisible parts them."""
    assert bool(found(rule("words", term), text)) is is_there


def test_a_language_of_its_own() -> None:
    """A German rule looks into German texts only, wherever they are: the version, a caption, its mentions and hashtags."""
    german = rule("words", "geheim", language="de")
    one = story(
        title="geheim",
        versions=[LanguageVersion(language="de-AT", title="Streng geheim", summary="", image_alt="")],
        captions=[
            Caption(language="de", text="Nichts", hashtags=["geheim"], network="", mentions=["@geheim"]),
            Caption(language="en", text="geheim", hashtags=[], network="", mentions=[]),
        ],
    )
    hits = [(hit.field, hit.language) for hit in triggers.find([german], one, 2026)]
    assert hits == [("title", "de-AT"), ("captions", "de"), ("hashtags", "de")]


@pytest.mark.parametrize(
    ("text", "is_there"),
    [("write to jana.feld@nordlicht.example", True), ("call +49 40 123456-78", True), ("Tel. 040/1234567", True),
     ("DE89 3704 0044 0532 0130 00", True), ("DE89 3704 0044 0532 0130 01", False), ("on 01.12.2026", False),
     ("article 1234567890123", False), ("@nordlicht", False)],
)  # fmt: skip
def test_personal_data(text: str, is_there: bool) -> None:
    """E-mail addresses, phone numbers, and account numbers whose check digits are right; dates are none."""
    assert bool(found(rule("personal"), text)) is is_there


def test_rights_and_topics() -> None:
    """A picture of which nobody said whose it is; topics in any case."""
    one = story(image_url="https://a.example/a.png", topics=["Works council"])
    rules = [rule("image_rights"), rule("topic", "works council")]
    assert [hit.field for hit in triggers.find(rules, one, 2026)] == ["image_rights", "topics"]
    assert triggers.find(rules, story(image_url="https://a.example/a.png", image_rights="own"), 2026) == []


def test_patterns() -> None:
    """One that fits is a hit; one that is broken or slow is reported as a hit of its own, quickly."""
    assert found(rule("pattern", pattern=r"(?i)project\s+x\d"), "Our project X7 starts") == ["Our project X7 starts"]
    broken = triggers.find([rule("pattern", pattern="(")], story(), 2026)
    assert [(hit.field, hit.excerpt) for hit in broken] == [(triggers.BROKEN, "(")]
    begin = time.monotonic()
    slow = triggers.find([rule("pattern", pattern=r"(a|aa)+$")], story(summary="a" * 3_000 + "b"), 2026)
    assert time.monotonic() - begin < 2
    assert all(hit.field == triggers.BROKEN for hit in slow)
    assert triggers.problem("(")
    assert not triggers.problem(r"\d+")
    assert triggers.problem(r"(project x)?"), "it would call for somebody each time"
    assert found(rule("pattern", pattern=r"(?=secret)"), "A secret") == ["A secret"], "a place without width is one"


def test_only_some_hits_are_kept() -> None:
    """A reviewer needs to know why, not how often."""
    hits = triggers.find([rule("words", "wind")], story(summary="wind and " * 200), 2026)
    assert 0 < len(hits) <= triggers.MOST_HITS


def test_places_close_together_are_shown_once() -> None:
    """A reviewer reads a sentence once, however many of its words call for them; far places stand apart."""
    near = "In 2030 we expect 40 % more wind."
    assert found(rule("numbers"), near) == [near]
    far = f"40 % more. {'Calm words about the sea. ' * 8}By 2031 it doubled."
    assert len(found(rule("numbers"), far)) == 2


def test_an_excerpt_has_no_half_words() -> None:
    """It begins and ends where words do; one that has no spaces is cut all the same."""
    calm = "Calm words about the sea and its birds."
    assert found(rule("numbers"), f"{calm} Now 40 % more. {calm}") == [
        "…the sea and its birds. Now 40 % more. Calm words about the…"
    ]
    assert found(rule("numbers"), "風" * 60 + "40 %" + "風" * 60) == ["…" + "風" * 30 + "40 %" + "風" * 30 + "…"]
