"""The words with which people say that they work for whom they praise.

Germany wants advertising to be recognised at first glance (§ 5a (4) UWG), the United States a connection that is
hard to miss (16 CFR 255.5): so the disclosure opens the text, before anything a network may fold away.
"""

from __future__ import annotations

from advocacy.sharing.network import Network

SHORT_TEXTS = 320
"""Networks with at most this many characters get the short wording."""
LONGEST = 120
"""Characters; a company name that makes the long wording longer than this gets the short one."""
_WORDINGS = {
    "en": ("I work at {company}.", "Ad | my employer"),
    "de": ("Anzeige | mein Arbeitgeber {company}", "Anzeige | mein Arbeitgeber"),
}
"""Long and short. What a person's post carried is kept with the share, so wordings may change."""


def wording(language: str, network: Network, company: str = "") -> str:
    """The disclosure in a language (English where there is none), short where the network is."""
    long, short = _WORDINGS.get(language.partition("-")[0].lower(), _WORDINGS["en"])
    said = long.format(company=company.strip())
    fits = company.strip() and network.limit > SHORT_TEXTS and len(said) <= LONGEST
    return said if fits else short
