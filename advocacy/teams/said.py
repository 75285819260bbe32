"""What people wrote in Teams, as plain text: its HTML undone, a link as its address."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "pre", "ul", "ol", "table"})
_SILENT = frozenset({"script", "style", "attachment"})
_PICTURES = frozenset({"img", "emoji"})
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\u00a0]+")
_BLANK_LINES = re.compile(r"\n{3,}")


def read(content: str, *, is_html: bool) -> str:
    """The words as they are seen, one line for each block.

    https://learn.microsoft.com/graph/api/resources/itembody
    """
    if not is_html:
        return content.strip()
    reader = _Reader()
    reader.feed(content)
    reader.close()
    lines = (_BLANKS.sub(" ", line).strip() for line in "".join(reader.parts).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Gathers text. What is left open or closed twice does no harm."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._link = ""
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A link says its address at once; its label is then left out."""
        found = dict(attrs)
        if tag in _SILENT:
            self._silent = tag
        elif tag == "a" and _ADDRESS.match(found.get("href") or ""):
            self._link = str(found["href"])
            self.parts.append(self._link)
        elif tag in _PICTURES:
            self.parts.append(found.get("alt") or "")
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Back to what is around it."""
        if tag == self._silent:
            self._silent = ""
        elif tag == "a":
            self._link = ""
        elif tag in _BLOCKS and tag != "br":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Words; a line break in the source is a blank."""
        if not self._link and not self._silent:
            self.parts.append(data.replace("\n", " "))
