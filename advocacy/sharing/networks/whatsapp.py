"""WhatsApp: a message to people one knows, through its click-to-chat page."""

from __future__ import annotations

from advocacy.sharing.base import BaseNetwork
from advocacy.sharing.network import Abilities
from advocacy.sharing.text import address, quote


class WhatsApp(BaseNetwork):
    """A prefilled message."""

    name = "whatsapp"
    label = "WhatsApp"
    limit = 1500
    """Ours: the whole of it has to travel in an address."""

    def abilities(self) -> Abilities:
        """A share page with the whole text, seen by few."""
        return Abilities(dialog=True, dialog_takes_text=True, private=True)

    def dialog(self, text: str, link: str) -> str:
        """https://faq.whatsapp.com/5913398998672934"""
        base = self.settings.origin("https://wa.me") + "/?text="
        return address(lambda said: base + quote(said), text, link)
