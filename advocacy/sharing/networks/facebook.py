"""Facebook: no API posts to a personal profile since 2018; its share page takes a link only."""

from __future__ import annotations

from advocacy.sharing.base import BaseNetwork
from advocacy.sharing.text import quote


class Facebook(BaseNetwork):
    """A share page with the link; the wording is for copying."""

    name = "facebook"
    label = "Facebook"
    limit = 63_206

    def dialog(self, text: str, link: str) -> str:
        """The preview comes from the page that the link leads to."""
        del text
        return f"{self.settings.origin('https://www.facebook.com')}/sharer/sharer.php?u={quote(link)}"
