"""Read a page's Open Graph tags as a network's crawler does; only ever on loopback."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import aiohttp

from advocacy.playground.world import Outside

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_HOPS = 5
_LARGEST = 1_000_000
_PATIENCE = aiohttp.ClientTimeout(total=3)


@dataclass(frozen=True, slots=True)
class Preview:
    """A link's card; all empty when nothing could be read."""

    title: str = ""
    text: str = ""
    image: str = ""
    site: str = ""


class _Tags(HTMLParser):
    """Collects ``og:*`` and the title of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take ``<meta property="og:…" content="…">``."""
        self._in_title = tag == "title"
        if tag == "meta":
            given = dict(attrs)
            name = given.get("property") or given.get("name") or ""
            if name.startswith("og:") and given.get("content"):
                self.found.setdefault(name, given["content"] or "")

    def handle_data(self, data: str) -> None:
        """Take the title's text."""
        if self._in_title and data.strip():
            self.found.setdefault("title", data.strip())
            self._in_title = False


async def preview(outside: Outside, url: str, agent: str) -> Preview:
    """Follow the link (at most five hops) and read its card. Anything but loopback is left alone."""
    try:
        async with aiohttp.ClientSession(timeout=_PATIENCE, headers={"User-Agent": agent}) as http:
            for _ in range(_HOPS):
                played = playable(outside, url)
                if urlsplit(played).hostname not in _LOOPBACK:
                    return Preview()
                async with http.get(played, allow_redirects=False) as answer:
                    if answer.status in {301, 302, 303, 307, 308}:
                        url = urljoin(url, answer.headers.get("Location", ""))
                        continue
                    if not answer.ok or answer.content_type != "text/html":
                        return Preview()
                    document = (await answer.read())[:_LARGEST]
                    return _card(document.decode(answer.charset or "utf-8", "replace"), url)
    except (aiohttp.ClientError, TimeoutError, ValueError, LookupError):
        return Preview()
    return Preview()


def playable(outside: Outside | None, url: str) -> str:
    """The loopback address at which a public one is played; the address itself when nobody plays it."""
    if outside is None:
        return url
    parts = urlsplit(url)
    here = outside.origins().get(f"{parts.scheme}://{parts.netloc}")
    return url if here is None else here + url[len(f"{parts.scheme}://{parts.netloc}") :]


def _card(document: str, url: str) -> Preview:
    tags = _Tags()
    tags.feed(document)
    found = tags.found
    image = found.get("og:image", "")
    return Preview(
        title=found.get("og:title") or found.get("title", ""),
        text=found.get("og:description", ""),
        image=urljoin(url, image) if image else "",
        site=found.get("og:site_name") or urlsplit(url).netloc,
    )
