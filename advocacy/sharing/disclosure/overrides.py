"""What administrators set about disclosures: dated, never for the past, and nothing is ever taken off the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.content.fields import KINDS
from advocacy.db import now
from advocacy.people.countries import COUNTRIES
from advocacy.sharing.disclosure import defaults, wordings
from advocacy.sharing.disclosure.rules import EU, PRIVATE, PUBLIC, Level, Rule, Rulebook
from advocacy.sharing.models import DisclosureRule
from advocacy.sharing.text import Place

DEFAULT = "default"
"""The level with which what is built in holds again."""
LONGEST_REASON = 300
"""Characters."""


class NotARule(ValueError):
    """It cannot be set so.

    Codes: ``unknown_country``, ``unknown_network``, ``unknown_kind``, ``unknown_level``, ``unknown_place``,
    ``unknown_wording``, ``bad_texts`` (empty, of two lines, with a gap, or longer than 120 characters), ``no_reason``,
    ``long_reason``, ``past``.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rule as it is to be set. Empty country, network and kind stand for all."""

    level: str
    country: str = ""
    network: str = ""
    kind: str = ""
    place: str = Place.OPENING
    wording: str = "ad"
    reason: str = ""
    since: datetime | None = None
    """At once when empty."""
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Wordings by language."""


async def add(
    s: AsyncSession, wanted: Wanted, networks: Sequence[str], by: str, at: datetime | None = None
) -> DisclosureRule:
    """Set a rule, from now or later on. Raises ``NotARule``. ``by`` is who sets it, for the record."""
    at = at or now()
    check(wanted, networks, at)
    row = DisclosureRule(
        country=wanted.country, network=wanted.network, kind=wanted.kind, level=wanted.level, place=wanted.place,
        wording=wanted.wording, texts={key: list(one) for key, one in wanted.texts.items()}, reason=wanted.reason,
        set_by=by, set_at=at, since=wanted.since or at,
    )  # fmt: skip
    s.add(row)
    await s.flush()
    return row


def check(wanted: Wanted, networks: Sequence[str], at: datetime) -> None:
    """Raise ``NotARule`` for the first thing that cannot be so."""
    problems = {
        "unknown_country": wanted.country not in {"", EU, *COUNTRIES},
        "unknown_network": wanted.network not in {"", PRIVATE, PUBLIC, *networks},
        "unknown_kind": wanted.kind not in {"", *KINDS},
        "unknown_level": wanted.level not in {*Level, DEFAULT},
        "unknown_place": wanted.place not in set(Place),
        "unknown_wording": wanted.wording not in wordings.SETS,
        "bad_texts": not all(map(wordings.is_usable, (one for some in wanted.texts.values() for one in some))),
        "no_reason": not wanted.reason.strip(),
        "long_reason": len(wanted.reason) > LONGEST_REASON,
        "past": wanted.since is not None and wanted.since < at,
    }
    for code, is_wrong in problems.items():
        if is_wrong:
            raise NotARule(code)


async def load(s: AsyncSession, at: datetime | None = None) -> Rulebook:
    """The rules that hold at a moment: of each country, network and kind the newest one that has begun."""
    query = select(DisclosureRule).where(DisclosureRule.since <= (at or now()))
    return rulebook(list(await s.scalars(query.order_by(DisclosureRule.since, DisclosureRule.id))))


def rulebook(rows: Sequence[DisclosureRule]) -> Rulebook:
    """The rules that hold after these were set, the latest to begin last."""
    newest = {(one.country, one.network, one.kind): one for one in rows}
    own = tuple(_rule(one) for one in rows if newest[one.country, one.network, one.kind] is one)
    return Rulebook(defaults.RULES, tuple(one for one in own if one is not None))


async def listing(s: AsyncSession) -> list[DisclosureRule]:
    """Everything that was ever set, the newest first."""
    return list(await s.scalars(select(DisclosureRule).order_by(DisclosureRule.id.desc())))


def _rule(row: DisclosureRule) -> Rule | None:
    if row.level == DEFAULT:
        return None
    return Rule(
        f"own-{row.id}", Level(row.level), Place(row.place), row.wording, row.reason, row.country, row.network,
        row.kind, row.texts,
    )  # fmt: skip


__all__ = ["DEFAULT", "NotARule", "Wanted", "add", "check", "listing", "load", "rulebook"]
