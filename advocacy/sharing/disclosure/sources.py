"""Where the built-in rules come from. Not legal advice: what was read, where, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A statute or guideline."""

    title: str
    url: str
    says: str
    """What we take from it, in one sentence."""
    through: str
    """Where it was really read: mostly stored copies of pages about it."""
    read: str = "2026-11-25"
    """When it was read, YYYY-MM-DD."""


SOURCES: Mapping[str, Source] = {
    "DE": Source(
        "§ 5a Abs. 4 UWG; § 6 Abs. 1 Nr. 1 DDG; § 22 Abs. 1 MStV",
        "https://www.gesetze-im-internet.de/uwg_2004/__5a.html",
        "The commercial purpose has to be recognised at first glance; wages are taken for the consideration. The media "
        "authorities advise “Werbung” or “Anzeige” at the beginning. No judgment says yet which words suffice for "
        "employees.",
        "haufe.de, skwschwarz.de, sw2legal.de",
    ),
    "AT": Source(
        "§ 26 MedienG; § 6 Abs. 1 Z 1 ECG; Anhang Z 11 und 22 UWG",
        "https://www.ris.bka.gv.at/GeltendeFassung.wxe?Abfrage=Bundesnormen&Gesetzesnummer=10000719",
        "Paid publications are marked “Anzeige”, “entgeltliche Einschaltung” or “Werbung”; commercial communication "
        "has to be clearly recognisable as such.",
        "360.lexisnexis.at (§ 26 MedienG), ris.bka.gv.at (§ 6 ECG)",
    ),
    "CH": Source(
        "Art. 2 und 3 UWG (SR 241); SLK-Grundsatz B.15",
        "https://www.fedlex.admin.ch/eli/cc/1988/223_223_223/de",
        "Commercial communication that cannot be recognised clearly as such is unfair; what is plainly private needs "
        "no mark.",
        "legalis.ch, emr-sb.de",
    ),
    "GB": Source(
        "Digital Markets, Competition and Consumers Act 2024; CMA guidance on hidden ads; CAP Code rule 2.1",
        "https://www.asa.org.uk/advice-online/recognising-marketing-communications-overview.html",
        "Marketing has to be obviously identifiable at once; whoever is employed by a brand says so when they promote "
        "it.",
        "asa.org.uk, wiggin.eu, scl.org",
    ),
    "US": Source(
        "16 CFR 255.5 (FTC Endorsement Guides)",
        "https://www.ecfr.gov/current/title-16/part-255",
        "Somebody who endorses a product of their employer discloses the employment clearly and conspicuously, in the "
        "post itself.",
        "equinoxbusinesslaw.com, lexology.com",
    ),
    "EU": Source(
        "Directive 2005/29/EC, Art. 7 (2), Annex I No. 11 and 22; Directive 2000/31/EC, Art. 6 (a)",
        "https://eur-lex.europa.eu/eli/dir/2005/29/oj",
        "The commercial intent has to be identified unless it is apparent; member states write it into laws of their "
        "own.",
        "omsels.info",
    ),
    "ICC": Source(
        "ICC Advertising and Marketing Communications Code, identification and transparency",
        "https://iccwbo.org/business-solutions/the-icc-advertising-and-marketing-communications-code/",
        "Marketing communications should be clearly distinguishable as such, whatever their form and medium.",
        "from memory, not looked up",
    ),
}


def title(source: str) -> str:
    """A source's title; an administrator's own words as they are."""
    return SOURCES[source].title if source in SOURCES else source


__all__ = ["SOURCES", "Source", "title"]
