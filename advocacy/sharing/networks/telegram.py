"""Telegram: a message to people one knows, through its share page."""

from __future__ import annotations

from advocacy.sharing.base import BaseNetwork
from advocacy.sharing.network import Abilities
from advocacy.sharing.text import address, quote, without_link


class Telegram(BaseNetwork):
    """A prefilled message: the link, and the wording below it."""

    name = "telegram"
    label = "Telegram"
    limit = 1500
    """Ours: the whole of it has to travel in an address."""

    def abilities(self) -> Abilities:
        """A share page with the whole text, seen by few."""
        return Abilities(dialog=True, dialog_takes_text=True, private=True)

    def dialog(self, text: str, link: str) -> str:
        """Telegram puts the link first itself. https://core.telegram.org/widgets/share"""
        base = f"{self.settings.origin('https://t.me')}/share/url?url={quote(link)}&text="
        return address(lambda said: base + quote(said), without_link(text, link))
