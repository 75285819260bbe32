"""The words with which people say that they work for whom they praise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from advocacy.sharing.network import Network
from advocacy.sharing.text import clean, has_marker, unbracketed

SHORT_TEXTS = 320
"""Networks with at most this many characters get a short wording."""
SHORT = 28
"""Characters of a wording that is short enough for them."""
LONGEST = 120
"""Characters; a company name that makes a wording longer than this gets the next shorter one."""
COMPANY = "{company}"
"""Where the company's name stands in a wording."""
SETS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "ad": {
        "en": ("Ad | I work at {company}", "Ad | my employer"),
        "de": ("Anzeige | mein Arbeitgeber {company}", "Anzeige | mein Arbeitgeber"),
        "fr": ("Publicité | mon employeur {company}", "Publicité | mon employeur"),
        "it": ("Pubblicità | il mio datore di lavoro {company}", "Pubblicità | il mio datore di lavoro"),
    },
    "advertising": {
        "en": ("Advertisement | I work at {company}", "Advertisement | my employer"),
        "de": ("Werbung | mein Arbeitgeber {company}", "Werbung | mein Arbeitgeber"),
        "fr": ("Publicité | mon employeur {company}", "Publicité | mon employeur"),
        "it": ("Pubblicità | il mio datore di lavoro {company}", "Pubblicità | il mio datore di lavoro"),
    },
    "employer": {
        "en": ("I work at {company}.", "About my employer"),
        "de": ("Ich arbeite bei {company}.", "Über meinen Arbeitgeber"),
        "fr": ("Je travaille chez {company}.", "À propos de mon employeur"),
        "it": ("Lavoro presso {company}.", "Sul mio datore di lavoro"),
    },
}
"""By name and language, the longest first. A share keeps the words that it carried, so these may change."""


def allowed(texts: Mapping[str, Sequence[str]], language: str, company: str) -> tuple[str, ...]:
    """The wordings of a language (English, else any, where there is none), whole, the longest first.

    Never empty: where none is left (no company's name, or a very long one), there is the short one of ``ad``.
    """
    base = language.partition("-")[0].lower()
    found = texts.get(base) or texts.get("en") or next(iter(texts.values()))
    name = unbracketed(" ".join(clean(company).split()))
    # Put in by hand: a wording that an administrator wrote may hold other braces.
    whole = [one.replace(COMPANY, name) for one in found if name or COMPANY not in one]
    fitting = [one for one in whole if len(one) <= LONGEST]
    spare = SETS["ad"].get(base, SETS["ad"]["en"])[-1]
    return tuple(sorted(dict.fromkeys(fitting), key=len, reverse=True)) or (spare,)


def fitting(wordings: Sequence[str], network: Network) -> str:
    """The longest one, or the longest of the short ones where the network is."""
    short = [one for one in wordings if len(one) <= SHORT]
    return wordings[0] if network.limit > SHORT_TEXTS else (*short, wordings[-1])[0]


def is_usable(wording: str) -> bool:
    """Can an administrator's wording stand in a text: one line, no gap to be filled in, not too long?"""
    return wording == clean(wording) and 0 < len(wording) <= LONGEST and "\n" not in wording and not has_marker(wording)


__all__ = ["COMPANY", "LONGEST", "SETS", "allowed", "fitting", "is_usable"]
