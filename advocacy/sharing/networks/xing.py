"""XING: its API takes no posts any more; its share page takes a link only."""

from __future__ import annotations

from advocacy.sharing.base import BaseNetwork
from advocacy.sharing.text import quote


class Xing(BaseNetwork):
    """A share page with the link; the wording is for copying."""

    name = "xing"
    label = "XING"
    limit = 10_000

    def dialog(self, text: str, link: str) -> str:
        """The preview comes from the page that the link leads to."""
        del text
        return f"{self.settings.origin('https://www.xing.com')}/spi/shares/new?url={quote(link)}"
