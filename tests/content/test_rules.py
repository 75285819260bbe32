"""Rules of review: only usable ones are kept, and there are some to begin with."""

from __future__ import annotations

from typing import Any

import pytest

from advocacy.content.review import rules
from advocacy.db import Database


@pytest.mark.parametrize(
    ("kind", "more", "code"),
    [
        ("words", {}, "no_terms"), ("topic", {"terms": [" "]}, "no_terms"), ("magic", {}, "unknown_kind"),
        ("pattern", {"pattern": "("}, "bad_pattern"), ("pattern", {}, "bad_pattern"),
        ("numbers", {"language": "deutsch!"}, "bad_language"), ("numbers", {"due_hours": 0}, "bad_hours"),
        ("numbers", {"due_hours": 10**12}, "bad_hours"), ("pattern", {"pattern": "x*"}, "bad_pattern"),
        ("words", {"terms": ["x" * 201]}, "too_many"), ("numbers", {"name": " "}, "no_name"),
        ("numbers", {"name": "x" * 121}, "long_name"), ("numbers", {"name": "There"}, "taken"),
    ],
)  # fmt: skip
async def test_what_is_no_rule(db: Database, kind: str, more: dict[str, Any], code: str) -> None:
    """Each mistake has its code, and nothing is kept."""
    async with db.write() as s:
        await rules.add(s, rules.make("There", "numbers"))
        with pytest.raises(rules.NotARule) as caught:
            await rules.add(s, rules.make(**{"name": "New", "kind": kind, **more}))
        assert caught.value.code == code
        assert [one.name for one in await rules.listing(s)] == ["There"]


async def test_add_and_remove(db: Database) -> None:
    """Removing what is not there says so."""
    async with db.write() as s:
        await rules.add(s, rules.make(" Secrets ", "words", terms=["secret"], due_hours=4))
        assert await rules.remove(s, "Secrets")
        assert not await rules.remove(s, "Secrets")


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        ("de", "Wir erwarten 5 % mehr", ["Zahlen und Prognosen"]),
        ("de", "Die Sperrfrist und der Stellenabbau", ["Vertrauliches", "Recht und Personal"]),
        ("en", "Write to jana@nordlicht.example", ["Personal data"]),
        ("en", "A walk along the harbour", []),
    ],
)
def test_rules_to_begin_with(language: str, text: str, names: list[str]) -> None:
    """They find what they are called after, in their language."""
    assert [hit.rule.name for hit in rules.attempt(rules.starters(language), text, language)] == names


def test_trying_a_text() -> None:
    """Topics count when the text is their name; a rule that is switched off finds nothing."""
    topic, off = rules.make("Council", "topic", terms=["Works council"]), rules.make("Off", "numbers")
    off.active = False
    assert [hit.rule.name for hit in rules.attempt([topic, off], "works council", "en")] == ["Council"]
    assert rules.attempt([topic, off], "5 %", "en") == []
