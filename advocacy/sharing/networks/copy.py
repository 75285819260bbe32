"""Copying: the text for wherever there is no button, such as an intranet, a forum or a network nobody thought of."""

from __future__ import annotations

from advocacy.sharing.base import BaseNetwork
from advocacy.sharing.network import Abilities
from advocacy.sharing.text import graphemes


class Copy(BaseNetwork):
    """No page opens: the text is shown, with its link and disclosure, ready to be taken along."""

    name = "copy"
    label = "Copy the text"
    limit = 3000
    """Ours: what the largest networks take."""

    def abilities(self) -> Abilities:
        """Nothing but the text itself."""
        return Abilities()

    def length(self, text: str) -> int:
        """What a reader sees."""
        return graphemes(text)
