"""The rules themselves: written, removed, tried on a text; and some to begin with."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.fields import is_language
from advocacy.content.models import ReviewRule, Story
from advocacy.content.review import triggers
from advocacy.content.review.triggers import KINDS, Hit
from advocacy.db import now

MAX_NAME, MAX_PATTERN, MAX_TERM, MAX_TERMS = 120, 500, 200, 1000
MAX_HOURS = 60 * 24
"""Reviewers are asked to decide within, as in the settings."""


class NotARule(ValueError):
    """A rule cannot be so.

    Codes: ``no_name``, ``long_name``, ``taken`` (another rule has this name), ``unknown_kind``, ``no_terms``,
    ``too_many``, ``bad_pattern`` (``why`` says what is wrong), ``bad_language``, ``bad_hours``.
    """

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(f"{code} {why}".strip())
        self.code = code
        self.why = why


async def add(s: AsyncSession, rule: ReviewRule) -> ReviewRule:
    """Keep a rule, from now on also for stories that are in review. Raises ``NotARule``."""
    _check(rule)
    if await s.scalar(select(ReviewRule.id).where(ReviewRule.name == rule.name)) is not None:
        raise NotARule("taken")
    s.add(rule)
    await s.flush()
    return rule


async def remove(s: AsyncSession, name: str) -> bool:
    """Delete the rule with this name; nobody waits any more for what it called for. Was there one?"""
    rule = await s.scalar(select(ReviewRule).where(ReviewRule.name == name.strip()))
    if rule is None:
        return False
    await s.delete(rule)
    await s.flush()
    return True


async def listing(s: AsyncSession) -> list[ReviewRule]:
    """All rules by name, those switched off too."""
    return list(await s.scalars(select(ReviewRule).order_by(ReviewRule.name)))


def make(
    name: str, kind: str, *, language: str = "", terms: Sequence[str] = (), pattern: str = "",
    reviewer_ids: Sequence[int] = (), due_hours: int | None = None,
) -> ReviewRule:  # fmt: skip
    """A rule that is not kept yet."""
    return ReviewRule(
        name=name.strip(), kind=kind, language=language, terms=[one.strip() for one in terms if one.strip()],
        pattern=pattern, reviewer_ids=list(reviewer_ids), due_hours=due_hours, active=True,
    )  # fmt: skip


def attempt(found: Sequence[ReviewRule], text: str, language: str) -> list[Hit]:
    """What the rules would find if a story said this; it counts as a story about each topic it names in full."""
    topics = [
        term for rule in found if rule.kind == "topic" for term in rule.terms if term.casefold() == text.casefold()
    ]
    story = Story(
        title="", summary=text, image_alt="", image_url="", image_rights="", language=language, topics=topics,
        captions=[], versions=[],
    )  # fmt: skip
    return triggers.find([one for one in found if one.active], story, now().year)


def starters(language: str) -> list[ReviewRule]:
    """Rules to begin with, for texts in this language (``de`` or ``en``). They name nobody: any editor decides."""
    confidential, people = _STARTERS[language]
    return [
        make(_NAMES[language][0], "numbers", language=language),
        make(_NAMES[language][1], "personal", language=language),
        make(_NAMES[language][2], "image_rights"),
        make(_NAMES[language][3], "words", language=language, terms=confidential),
        make(_NAMES[language][4], "words", language=language, terms=people),
    ]


_NAMES = {
    "de": (
        "Zahlen und Prognosen",
        "Personenbezogene Daten",
        "Bilder ohne Rechte",
        "Vertrauliches",
        "Recht und Personal",
    ),
    "en": ("Figures and forecasts", "Personal data", "Pictures without rights", "Confidential", "Law and people"),
}
_STARTERS = {
    "de": (
        ("vertraulich", "streng geheim", "Sperrfrist", "nur für den internen Gebrauch", "Übernahme", "Fusion", "Ad-hoc",
         "Insider"),
        ("Entlassung", "Stellenabbau", "Kündigung", "Rechtsstreit", "Klage", "Bußgeld", "Datenleck", "Streik"),
    ),
    "en": (
        ("confidential", "embargo", "embargoed", "for internal use only", "merger", "acquisition", "takeover",
         "insider"),
        ("layoff", "job cuts", "redundancies", "lawsuit", "litigation", "data breach", "strike", "whistleblower"),
    ),
}  # fmt: skip


def _check(rule: ReviewRule) -> None:
    if not 0 < len(rule.name) <= MAX_NAME:
        raise NotARule("long_name" if rule.name else "no_name")
    if rule.kind not in KINDS:
        raise NotARule("unknown_kind")
    if rule.kind in {"words", "topic"} and not rule.terms:
        raise NotARule("no_terms")
    if len(rule.terms) > MAX_TERMS or any(len(one) > MAX_TERM for one in rule.terms):
        raise NotARule("too_many")
    if rule.language and not is_language(rule.language):
        raise NotARule("bad_language")
    if rule.due_hours is not None and not 1 <= rule.due_hours <= MAX_HOURS:
        raise NotARule("bad_hours")
    if rule.kind == "pattern":
        _check_pattern(rule.pattern)


def _check_pattern(pattern: str) -> None:
    if not 0 < len(pattern) <= MAX_PATTERN:
        raise NotARule("bad_pattern", f"write one of 1 to {MAX_PATTERN} characters")
    if why := triggers.problem(pattern):
        raise NotARule("bad_pattern", why)


__all__ = ["NotARule", "add", "attempt", "listing", "make", "remove", "starters"]
