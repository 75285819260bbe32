"""Text out of HTML that others wrote."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

_SILENT = frozenset({"script", "style", "template", "noscript", "iframe", "svg", "head", "title"})
_BREAKS = frozenset(
    {"p", "br", "div", "li", "ul", "ol", "tr", "td", "th", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote",
     "figure", "figcaption", "section", "article", "hr", "pre", "img"}
)  # fmt: skip
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Control characters, those that turn text around, and halves of pairs, which JSON can hold and no database takes."""
_TURNING = re.compile(r"[\u202a-\u202e]")
"""Right-to-left scripts do without: Unicode has marks and isolates, which turn nothing around."""
_UNFINISHED = re.compile(r"<(?![^<>]*+>)")
"""The sign of a tag that does not end before the next one begins."""
_HUGE_NUMBER = re.compile(r"&#0*+[1-9]\d{7,}+;?")
"""No character has such a number, and Python refuses to read it."""
_MOST = 200_000
"""Characters of HTML that are looked at; a summary needs far fewer."""


class _Stripper(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Fall silent inside what nobody reads."""
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BREAKS:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """Speak again."""
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BREAKS:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        if not self._silent:
            self.parts.append(data)


def plain(html: str) -> str:
    """The words of a piece of HTML on one line; no tags, scripts, control or direction-changing characters."""
    stripper = _Stripper()
    stripper.feed(_tamed(html[:_MOST]))
    stripper.close()
    text = "".join(stripper.parts)
    if re.search(r"&(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});", text):
        text = unescaped(text)  # escaped twice, as many feeds do
    return " ".join(_INVISIBLE.sub("", text).split())


def upright(text: str) -> str:
    """Typed text, stripped, without characters that show it in another order than it is posted and approved in."""
    return _TURNING.sub("", text).strip()


def unescaped(text: str) -> str:
    """Without character references. Never raises."""
    return unescape(_HUGE_NUMBER.sub("\ufffd", text))


def _tamed(html: str) -> str:
    """HTML the parser reads in one go: it looks for the end of each unfinished tag or comment again and again."""
    parts, at = [], 0
    while (start := html.find("<!--", at)) >= 0:
        parts.append(html[at:start])
        end = html.find("-->", start + 2)
        at = end + 3 if end >= 0 else len(html)
    return _UNFINISHED.sub("&lt;", _HUGE_NUMBER.sub("\ufffd", "".join([*parts, html[at:]])))


def shorten(text: str, most: int) -> str:
    """At most so many characters, ended at a word with an ellipsis."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    at = cut.rfind(" ")
    return (cut[:at] if at > most // 2 else cut).rstrip(" ,;:-–—") + "…"
