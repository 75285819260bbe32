"""Rules of disclosure: which level, place and wording hold for a country, a network and a kind of story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from advocacy.sharing.disclosure import wordings
from advocacy.sharing.network import Network
from advocacy.sharing.text import Place

PRIVATE, PUBLIC = "private", "public"
"""Groups of networks that a rule may name: messages to people one knows, and posts."""
EU = "EU"
"""A rule for it holds in each member state without rules of its own."""
_MEMBERS = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
MEMBERS = frozenset(_MEMBERS.split())
_AD = "ad"


class Level(StrEnum):
    """Required: part of each text. Recommended: put in, and the person may take it out. None: nothing is put in."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. An empty country, network or kind stands for all of them."""

    code: str
    level: Level
    place: Place
    wording: str
    """A name in ``wordings.SETS``."""
    source: str
    """Why: a name in ``sources.SOURCES``, or an administrator's own words."""
    country: str = ""
    """ISO 3166-1 alpha-2, or ``EU``."""
    network: str = ""
    """Its name, ``private`` or ``public``."""
    kind: str = ""
    texts: Mapping[str, Sequence[str]] | None = None
    """Wordings of its own by language; those of ``wording`` where it has none."""

    def matches(self, case: Case) -> bool:
        """Does it say anything about this case?"""
        return (
            self.country in {"", case.country, EU if case.country in MEMBERS else ""}
            and self.network in {"", case.network, case.group}
            and self.kind in {"", case.kind}
        )

    @property
    def nearness(self) -> tuple[int, int, int]:
        """How exactly it names its cases: the country counts first, then the network, then the kind."""
        country = 0 if not self.country else 1 if self.country == EU else 2
        network = 0 if not self.network else 1 if self.network in {PRIVATE, PUBLIC} else 2
        return country, network, bool(self.kind)


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule is looked for."""

    country: str
    network: str
    kind: str
    private: bool = False

    @property
    def group(self) -> str:
        """The group of networks that its network belongs to."""
        return PRIVATE if self.private else PUBLIC


@dataclass(frozen=True, slots=True)
class Note:
    """What a text has to say, or may: decided once, and kept with the share."""

    text: str
    """The wording that is put in; empty for level none, and where the network shows a label of its own."""
    place: Place
    required: bool
    allowed: tuple[str, ...] = ()
    """Wordings of which the person may write any."""
    proof: Mapping[str, Any] | None = None
    """What ``Share.proof`` holds."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The rule that decided on a case."""

    rule: Rule
    case: Case
    at: datetime | None = None

    def note(self, port: Network, language: str, company: str) -> Note:
        """The words for a text in this language. ``label`` falls back to the opening where a network has none."""
        rule, place = self.rule, self.rule.place
        if place == Place.LABEL and (rule.level == Level.NONE or not port.abilities().labels_ads):
            place = Place.OPENING
        texts = {**wordings.SETS[rule.wording or _AD], **(rule.texts or {})}
        allowed = wordings.allowed(texts, language, company) if rule.level != Level.NONE else ()
        proof = {
            "rule": rule.code, "level": rule.level.value, "place": place.value, "source": rule.source,
            "country": self.case.country, "kind": self.case.kind, "language": language, "allowed": list(allowed),
            "at": self.at.isoformat() if self.at else "", "left_out": False,
        }  # fmt: skip
        return of_proof(proof, wordings.fitting(allowed, port) if allowed else "", private=False)


def kept(note: Note, said: str) -> dict[str, Any] | None:
    """What ``Share.proof`` is to hold when a text says this under the note; ``None`` when nothing is to change."""
    return None if note.proof is None else {**note.proof, "left_out": bool(note.allowed) and not said}


def of_proof(proof: Mapping[str, Any], said: str, *, private: bool) -> Note:
    """The note of a share as it was decided then. ``said`` is what its text carries."""
    if not proof:  # from before proofs were kept: what was put in stays required
        place = Place.BEFORE_LINK if private else Place.OPENING
        return Note(said, place, bool(said), (said,) if said else ())
    allowed, place = tuple(proof["allowed"]), Place(proof["place"])
    if place == Place.LABEL or not allowed:
        return Note("", place, required=False, proof=proof)
    is_required = proof["level"] == Level.REQUIRED
    return Note(said or (allowed[0] if is_required else ""), place, is_required, allowed, proof)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules that hold at one moment: those an administrator set come before those that are built in."""

    built_in: Sequence[Rule]
    own: Sequence[Rule] = ()
    """The newest last."""

    def decide(self, country: str, port: Network, kind: str, at: datetime | None = None) -> Decision:
        """The rule that names the case most exactly; of own ones that do so alike, the newest."""
        case = Case(country, port.name, kind, port.abilities().private)
        for rules in (self.own, self.built_in):
            found = [one for one in rules if one.matches(case)]
            if found:
                best = max(range(len(found)), key=lambda at: (found[at].nearness, at))
                return Decision(found[best], case, at)
        raise LookupError(case)  # the built-in rules end with one that holds everywhere


__all__ = [
    "EU",
    "MEMBERS",
    "PRIVATE",
    "PUBLIC",
    "Case",
    "Decision",
    "Level",
    "Note",
    "Rule",
    "Rulebook",
    "kept",
    "of_proof",
]
