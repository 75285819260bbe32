"""Reddit: its submit page takes a link and a title. Most communities forbid posts that an employer asked for."""

from __future__ import annotations

from advocacy.sharing.base import BaseNetwork
from advocacy.sharing.network import Abilities
from advocacy.sharing.text import address, quote, without_link


class Reddit(BaseNetwork):
    """A submit page whose title is the wording, in one line."""

    name = "reddit"
    label = "Reddit"
    limit = 300
    """Characters of a title; the link, which is none of it, is our reserve. https://www.reddit.com/dev/api#POST_api_submit"""
    offered = False
    """Only where the administrator names it: communities' rules are the person's to know."""

    def abilities(self) -> Abilities:
        """A share page with the whole text."""
        return Abilities(dialog=True, dialog_takes_text=True)

    def dialog(self, text: str, link: str) -> str:
        """A title has one line."""
        base = f"{self.settings.origin('https://www.reddit.com')}/submit?url={quote(link)}&title="
        return address(lambda said: base + quote(said), " ".join(without_link(text, link).split()))
