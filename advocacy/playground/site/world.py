"""The news site of the fictional company: articles with Open Graph tags, pictures, feeds, conditional requests."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from aiohttp import web

from advocacy.playground.company import COMPANY
from advocacy.playground.networks.pages import SHELF
from advocacy.playground.site.articles import ARTICLES, Article
from advocacy.playground.site.feeds import Story, atom, rss
from advocacy.playground.site.pictures import names, picture
from advocacy.playground.world import Change, Handler, World

HOST = "www.nordlicht.example"
_CRAWLER = re.compile("bot|crawl|externalhit|whatsapp|mastodon|contenttabreceiver|preview", re.IGNORECASE)


class SiteWorld(World):
    """``www.nordlicht.example``."""

    name = "site"

    def __init__(self, *, loopback_links: bool = False) -> None:
        super().__init__()
        self.loopback_links = loopback_links
        """Feeds and tags name the loopback address instead of the public one, so that any browser can follow them."""
        self.visited: Counter[str] = Counter()
        """Times each article was opened, by slug, without crawlers."""
        self.crawled: Counter[str] = Counter()
        """Times a preview crawler read each article."""
        self._stories = _first_stories()

    @property
    def origin(self) -> str:
        """How links written by the site begin."""
        return self.at(HOST) if self.loopback_links else f"https://{HOST}"

    @property
    def stories(self) -> Sequence[Story]:
        """Everything published, newest first."""
        return sorted(self._stories.values(), key=lambda story: story.at, reverse=True)

    def routes(self) -> Iterable[tuple[str, str, str, Handler]]:
        """Pages, pictures, feeds; HEAD as well as GET."""
        pages: dict[str, Handler] = {
            "/": self._index, "/news/{slug}": self._article, "/aktuelles/{slug}": self._article,
            "/pictures/{picture}.png": self._picture, "/feed.xml": self._feed(rss, "application/rss+xml"),
            "/feed.atom": self._feed(atom, "application/atom+xml"),
        }  # fmt: skip
        for path, page in pages.items():
            yield (HOST, "GET", path, page)
            yield (HOST, "HEAD", path, page)

    def address(self, slug: str) -> str:
        """The public address of an article. Raises ``KeyError``."""
        return self.origin + self._stories[slug].path

    def publish(self, title: str, summary: str, text: str, *, language: str = "en", topic: str = "News") -> Story:
        """Put up one more article, now; it is the first in the feeds from then on."""
        slug = "-".join(re.findall(r"[a-z0-9]+", title.lower()))[:60] + f"-{self.next_number()}"
        says = "A drawing" if language == "en" else "Eine Zeichnung"
        drawing = names()[len(self._stories) % len(names())]
        article = Article(slug, language, topic, title, summary, tuple(text.split("\n\n")), 0, drawing, says)
        story = self._stories[slug] = Story(article, datetime.now(UTC).replace(microsecond=0))
        self.tell("article", slug=slug, title=title)
        return story

    async def snapshot(self) -> Change:
        """``{"articles": [{slug, title, summary, language, url, picture, at, visited, crawled}]}``, newest first."""
        return {
            "articles": [
                {
                    "slug": one.article.slug, "title": one.title, "summary": one.summary, "language": one.language,
                    "url": self.origin + one.path, "picture": self.origin + one.picture_path, "at": one.at.isoformat(),
                    "visited": self.visited[one.article.slug], "crawled": self.crawled[one.article.slug],
                }
                for one in self.stories
            ]
        }  # fmt: skip

    async def act(self, what: dict[str, Any]) -> Change:
        """``publish`` (title, summary, text, language?): answers ``{"ok": true, "url": …}``."""
        if what.get("act") != "publish":
            return {"ok": False, "error": f"nobody can {what.get('act')!r} here"}
        story = self.publish(
            str(what["title"]), str(what["summary"]), str(what["text"]), language=str(what.get("language", "en"))
        )
        return {"ok": True, "url": self.origin + story.path}

    async def reset(self) -> None:
        """Only the first articles, and nobody has read them."""
        self.visited.clear()
        self.crawled.clear()
        self._stories = _first_stories()

    # -- pages -------------------------------------------------------------------------------------------------------

    async def _index(self, request: web.Request) -> web.StreamResponse:
        body = self._draw("site_index", "en", stories=self.stories)
        return _conditional(request, body, "text/html", self.stories[0].at)

    async def _article(self, request: web.Request) -> web.StreamResponse:
        story = self._stories.get(request.match_info["slug"])
        if story is None:
            raise web.HTTPNotFound
        slug = story.article.slug
        if request.method == "GET":
            crawler = _CRAWLER.search(request.headers.get("User-Agent", ""))
            counter = self.crawled if crawler else self.visited
            counter[slug] += 1
            self.tell("crawl" if crawler else "visit", slug=slug, count=counter[slug])
        return _conditional(request, self._draw("site_article", story.language, story=story), "text/html", story.at)

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["picture"]
        if name not in names():
            raise web.HTTPNotFound
        data = await asyncio.to_thread(picture, name)  # the first time it has to be drawn
        return _conditional(request, data, "image/png", self.stories[-1].at)

    def _feed(self, write: Callable[[Sequence[Story], str], bytes], kind: str) -> Handler:
        async def feed(request: web.Request) -> web.StreamResponse:
            return _conditional(request, write(self.stories, self.origin), kind, self.stories[0].at)

        return feed

    def _draw(self, template: str, language: str, **what: Any) -> bytes:
        page = SHELF.get_template(f"{template}.html").render(
            company=COMPANY, origin=self.origin, base=f"/at/{HOST}", language=language, **what
        )
        return page.encode()


def _first_stories() -> dict[str, Story]:
    today = datetime.now(UTC).replace(hour=7, minute=30, second=0, microsecond=0)
    return {one.slug: Story(one, today - timedelta(days=one.days_ago)) for one in ARTICLES}


def _conditional(request: web.Request, body: bytes, kind: str, changed: datetime) -> web.StreamResponse:
    """200 with validators, or 304; If-None-Match is preferred (RFC 9110, 13.2.2)."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {
        "ETag": etag,
        "Last-Modified": format_datetime(changed, usegmt=True),
        "Cache-Control": "no-cache",
    }
    known = request.headers.get("If-None-Match")
    if known is not None:
        seen = [one.strip().removeprefix("W/") for one in known.split(",")]
        fresh = etag in seen or "*" in seen
    else:
        fresh = _not_changed_since(request.headers.get("If-Modified-Since", ""), changed)
    if fresh:
        return web.Response(status=304, headers=headers)
    charset = None if kind == "image/png" else "utf-8"
    return web.Response(body=body, content_type=kind, charset=charset, headers=headers)


def _not_changed_since(header: str, changed: datetime) -> bool:
    try:
        since = parsedate_to_datetime(header)
    except ValueError:
        return False
    return changed <= (since if since.tzinfo else since.replace(tzinfo=UTC))
