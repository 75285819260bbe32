"""Feeds in every state become drafts, or one clear result; never a crash."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given, strategies
from hypothesis import settings as hypothesis_settings
from sqlalchemy import select

from advocacy.config import Settings
from advocacy.content import stories
from advocacy.content.feeds import feed_file
from advocacy.content.feeds import pull as feeds
from advocacy.content.feeds.pull import Pulled
from advocacy.content.models import Feed, StoryState
from advocacy.content.plain import plain, shorten
from advocacy.db import Database
from advocacy.http import Http

FEEDS = Path(__file__).parent / "feeds"
SHARED = Path(__file__).parents[3] / "shared" / "feeds"
NEWS = "https://news.nordlicht.example"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Source:
    """A web server on loopback that stands in for ``news.nordlicht.example``."""

    def __init__(self) -> None:
        self.requests: list[web.Request] = []
        self.answer: Handler = self.file("news.rss")

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        return await self.answer(request)

    @staticmethod
    def file(name: str, **headers: str) -> Handler:
        async def answer(_request: web.Request) -> web.StreamResponse:
            return web.Response(body=(FEEDS / name).read_bytes(), headers=headers)

        return answer


@pytest.fixture
async def source() -> AsyncIterator[tuple[Source, TestServer]]:
    one = Source()
    app = web.Application()
    app.router.add_get("/{path:.*}", one.handle)
    server = TestServer(app)
    await server.start_server()
    yield one, server
    await server.close()


@pytest.fixture
async def http(settings: Settings, source: tuple[Source, TestServer]) -> AsyncIterator[Http]:
    closed = "http://127.0.0.1:9"
    outside = {NEWS: str(source[1].make_url("")).rstrip("/"), "https://closed.nordlicht.example": closed}
    client = Http(settings.model_copy(update={"outside": outside}))
    await client.start()
    yield client
    await client.close()


async def drafts(db: Database, pulled: Pulled) -> list[tuple[str, str]]:
    async with db.read() as s:
        return [(one.title, one.language) for one in [await stories.get(s, key) for key in pulled.drafts]]


async def test_entries_become_drafts_once(db: Database, http: Http, source: tuple[Source, TestServer]) -> None:
    """Words without HTML, whole links, the widest picture, the feed's language; a second pull finds nothing new."""
    first = await feeds.pull(db, http, f"{NEWS}/feed.xml")
    assert (first.title, first.entries, first.known, first.skipped, first.problem) == ("Nordlicht & News", 8, 0, 5, "")
    async with db.read() as s:
        three, two, one = [await stories.get(s, key) for key in first.drafts]
    assert (one.title, one.url, one.image_url, one.state) == (
        "Erster Windpark", f"{NEWS}/wind/1", "", StoryState.DRAFT,
    )  # fmt: skip
    assert (two.title, two.summary, two.url, two.image_url, two.language, two.topics, two.author_id) == (
        "Zweiter Windpark", "Der zweite Park & mehr. Ende", f"{NEWS}/wind/2?utm_source=rss", f"{NEWS}/gross.jpg?x=1",
        "de", ["Wind", "Energie"], None,
    )  # fmt: skip
    assert three.title == "Nur ein Satz."
    again = await feeds.pull(db, http, f"{NEWS}/feed.xml")
    assert again.unchanged
    assert again.drafts == []
    data = (FEEDS / "news.rss").read_bytes()

    async def touched(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=data + b"<!-- built again -->")

    source[0].answer = touched
    again = await feeds.pull(db, http, f"{NEWS}/feed.xml")
    assert (again.unchanged, again.drafts, again.known, again.skipped) == (False, [], 3, 5)


async def test_validators_go_back_as_they_came(db: Database, http: Http, source: tuple[Source, TestServer]) -> None:
    """Weak marks and odd dates included; not modified means nothing to do, and they are kept."""
    server = source[0]
    odd = "Mon, 23 Nov 2026 8:00:00 +0000"
    server.answer = server.file("news.rss", ETag='W/"a,b"', **{"Last-Modified": odd})
    await feeds.pull(db, http, f"{NEWS}/feed.xml")
    assert "If-None-Match" not in server.requests[-1].headers

    async def not_modified(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=304)

    server.answer = not_modified
    for _ in range(2):
        assert (await feeds.pull(db, http, f"{NEWS}/feed.xml")).unchanged
        sent = server.requests[-1].headers
        assert (sent["If-None-Match"], sent["If-Modified-Since"]) == ('W/"a,b"', odd)


async def test_every_failure_of_a_source_has_a_name(
    db: Database, http: Http, source: tuple[Source, TestServer]
) -> None:
    """Too large, refused, away, gone; and nothing is kept of an address that never was a feed."""

    async def huge(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(60):
            await answer.write(b" " * 100_000)
        return answer

    async def status(request: web.Request) -> web.StreamResponse:
        return web.Response(status=int(request.path.strip("/")))

    async def inward(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "http://169.254.169.254/latest"})

    async def problem(url: str, answer: Handler) -> str:
        source[0].answer = answer
        return (await feeds.pull(db, http, url)).problem

    assert await problem(f"{NEWS}/x", huge) == "too_large"
    codes = {401: "forbidden", 403: "forbidden", 404: "missing", 410: "gone", 429: "busy", 500: "unreachable"}
    assert {code: await problem(f"{NEWS}/{code}", status) for code in codes} == codes
    assert await problem("https://closed.nordlicht.example/x", status) == "unreachable"
    assert await problem(f"{NEWS}/x", inward) == "blocked"
    for url in ("http://127.0.0.1/feed", "http://10.0.0.1/", "file:///etc/passwd", "nonsense", f"{NEWS}/{'x' * 2000}"):
        assert await problem(url, status) == "blocked", url
    assert await problem(f"{NEWS}/x", Source.file("page.html", **{"Content-Type": "text/html"})) == "not_a_feed"
    assert await problem(f"{NEWS}/x", Source.file("empty.rss")) == "empty"
    async with db.read() as s:
        assert (await s.scalars(select(Feed))).all() == []
    assert await problem(f"{NEWS}/x", Source.file("news.rss")) == ""
    assert await problem(f"{NEWS}/x", Source.file("page.html")) == "not_a_feed"
    async with db.read() as s:
        assert (await s.scalars(select(Feed.problem))).all() == ["not_a_feed"]


@pytest.mark.parametrize(
    ("name", "titles", "problem", "language"),
    [
        ("releases.atom", ["One"], "", "en"),
        ("rdf.rss", ["Old style"], "", "en"),
        ("latin1.rss", ["Eleições são hoje"], "", "en"),
        ("cut.rss", ["Zweiter Windpark"], "broken_but_used", "de"),
        ("broken.rss", ["Fish & chips"], "broken_but_used", "en"),
        ("no-entries.rss", [], "empty", "en"),
        ("empty.rss", [], "empty", "en"),
        ("page.html", [], "not_a_feed", "en"),
        ("missing.rss", [], "unreachable", "en"),
    ],
)
async def test_files_of_every_kind(
    db: Database, http: Http, *, name: str, titles: list[str], problem: str, language: str
) -> None:
    """RSS 1.0, RSS 2.0, Atom, an old encoding, broken ones; an entry cut in the middle waits for the whole feed."""
    pulled = await feeds.pull(db, http, FEEDS / name)
    assert pulled.problem == problem
    assert await drafts(db, pulled) == [(title, language) for title in titles]
    assert (await feeds.pull(db, http, FEEDS / name)).drafts == []


async def test_a_given_language_wins_and_large_files_are_refused(db: Database, http: Http, tmp_path: Path) -> None:
    """Five million bytes are the most."""
    assert (await drafts(db, await feeds.pull(db, http, FEEDS / "rdf.rss", language="fr")))[0][1] == "fr"
    large = tmp_path / "large.rss"
    large.write_bytes(b" " * (feed_file.MAX_BYTES + 1))
    assert (await feeds.pull(db, http, large)).problem == "too_large"


async def test_what_a_feed_declares_itself_does_not_unfold(db: Database, http: Http) -> None:
    """A bomb of entities and a file from the server's disk stay what they are: nothing."""
    pulled = await feeds.pull(db, http, FEEDS / "laughs.rss")
    assert all("lollol" not in title and "root:" not in title for title, _ in await drafts(db, pulled))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the larger collection of feeds lies beside the repository only")
async def test_the_larger_collection(db: Database, http: Http) -> None:
    """Real feeds of many years."""
    found = {path.name: await feeds.pull(db, http, path) for path in sorted(SHARED.iterdir())}
    assert {name: (len(one.drafts), one.problem) for name, one in found.items()} == {
        "content-encoded.rss": (7, ""),
        "guardian.rss": (55, ""),
        "gulp-atom.atom": (10, ""),
        "heise.atom": (15, ""),
        "incomplete-fields.atom": (0, ""),
        "missing-fields.atom": (0, ""),
        "rss-1.rss": (69, ""),
        "unrecognized.rss": (0, "not_a_feed"),
        "uolNoticias.rss": (15, ""),
    }


@hypothesis_settings(max_examples=60, deadline=None)
@given(strategies.data())
def test_no_damage_makes_it_crash(data: strategies.DataObject) -> None:
    """Bytes cut out, swapped or put in anywhere; what still comes out is plain, short and has a public link."""
    raw = (FEEDS / data.draw(strategies.sampled_from(["news.rss", "releases.atom", "rdf.rss"]))).read_bytes()
    at, length = data.draw(strategies.integers(0, len(raw))), data.draw(strategies.integers(0, 400))
    put = data.draw(strategies.binary(max_size=40))
    found = feed_file.read(raw[:at] + put + raw[at + length :], url=f"{NEWS}/feed", now=NOW)
    for entry in found.entries:
        assert entry.title
        assert len(entry.title) <= 300
        assert len(entry.summary) <= feed_file.SUMMARY
        assert entry.url.startswith(("http://", "https://"))
        assert entry.at is None or entry.at <= NOW


def test_plain_text() -> None:
    """Words stay apart, scripts and what turns text around are gone, entities escaped twice are read."""
    assert plain("<p>One</p><p>two</p><style>p{}</style>three<br>four") == "One two three four"
    assert plain("a\u202eb &amp;amp; c\x00\ud800") == "ab & c"
    assert plain("1 < 2 & 3 > 2") == "1 < 2 & 3 > 2"
    assert shorten("one two three", 9) == "one two…"
    assert shorten("x" * 20, 10) == "x" * 9 + "…"
