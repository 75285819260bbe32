"""X: a share page, because a post with a link costs 0.20 USD through its API.

https://docs.x.com/x-api/getting-started/pricing
"""

from __future__ import annotations

import regex

from advocacy.sharing.base import BaseNetwork
from advocacy.sharing.network import Abilities
from advocacy.sharing.text import address, quote, with_links

_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3")
_LIGHT = regex.compile(r"[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
"""Signs that count once; all others count twice. https://docs.x.com/fundamentals/counting-characters"""


def weight(text: str) -> int:
    """The weighted count: an emoji 2, Latin 1, Chinese, Japanese and Korean 2 each."""
    total = 0
    for cluster in regex.findall(r"\X", text):
        total += 2 if _EMOJI.search(cluster) else sum(1 if _LIGHT.match(sign) else 2 for sign in cluster)
    return total


class X(BaseNetwork):
    """A prefilled post."""

    name = "x"
    label = "X"
    limit = 280
    link_length: int | None = 23

    def abilities(self) -> Abilities:
        """A share page with the whole text."""
        return Abilities(dialog=True, dialog_takes_text=True)

    def length(self, text: str) -> int:
        """Weighted; every link counts 23."""
        return with_links(text, 23, weight)

    def dialog(self, text: str, link: str) -> str:
        """The link stays in the text, where its author put it. https://docs.x.com/x-for-websites/web-intents/overview"""
        base = self.settings.origin("https://x.com") + "/intent/post?text="
        return address(lambda said: base + quote(said), text, link)
