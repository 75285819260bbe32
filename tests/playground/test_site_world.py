from __future__ import annotations

import io
from collections.abc import AsyncIterator
from xml.etree import ElementTree as ET

import feedparser
import pytest
from network_stage import Stage, stage
from PIL import Image

from advocacy.playground.networks.preview import preview
from advocacy.playground.site.articles import ARTICLES
from advocacy.playground.site.pictures import names, picture
from advocacy.playground.site.world import SiteWorld

SITE = "https://www.nordlicht.example"


@pytest.fixture
async def on() -> AsyncIterator[tuple[Stage, SiteWorld]]:
    async with stage(world := SiteWorld()) as it:
        yield it, world


def test_three_articles_are_english_and_three_german() -> None:
    """Umlauts, quotation marks and an emoji are among them, so that demos meet them."""
    assert sorted(one.language for one in ARTICLES) == ["de"] * 3 + ["en"] * 3
    assert len({one.slug for one in ARTICLES}) == 6
    everything = "".join(one.title + one.summary + "".join(one.body) for one in ARTICLES)
    assert all(sign in everything for sign in "äöüß„“”🌊")


@pytest.mark.parametrize("name", names())
def test_every_picture_is_a_png_of_1200_by_630_under_300_kb(name: str) -> None:
    """As share previews want it."""
    data = picture(name)
    with Image.open(io.BytesIO(data)) as opened:
        assert (opened.format, opened.size) == ("PNG", (1200, 630))
        assert len(opened.getcolors(1 << 24) or ()) > 20
    assert len(data) < 300_000


async def test_each_article_has_its_card(on: tuple[Stage, SiteWorld]) -> None:
    """Open Graph tags name title, text and a picture that is there; signs are escaped in the page, not in the card."""
    it, world = on
    assert {one.picture for one in ARTICLES} == set(names())
    for article in ARTICLES:
        card = await preview(it.outside, world.address(article.slug), "Twitterbot/1.0")
        assert (card.title, card.text, card.site) == (article.title, article.summary, "Nordlicht Energie")
        status, _, headers = await it.ask("HEAD", card.image)
        assert (status, headers["Content-Type"]) == (200, "image/png")


@pytest.mark.parametrize(("path", "version"), [("/feed.xml", "rss20"), ("/feed.atom", "atom10")])
async def test_both_feeds_name_every_article_newest_first(on: tuple[Stage, SiteWorld], path: str, version: str) -> None:
    """A common reader understands them without a complaint; links are the public addresses."""
    it, _ = on
    _, text, headers = await it.ask("GET", SITE + path)
    feed = feedparser.parse(text.encode(), response_headers={"content-type": headers["Content-Type"]})
    assert (feed.version, feed.bozo) == (version, False)
    assert [one.title for one in feed.entries] == [one.title for one in ARTICLES]
    assert feed.entries[0].link == f"{SITE}/news/rotor-that-listens"
    assert feed.entries[1].link == f"{SITE}/aktuelles/ausbildung-mit-weitblick"
    assert feed.entries[0].media_content[0]["url"] == f"{SITE}/pictures/turbines.png"
    assert ET.fromstring(text.encode()) is not None


@pytest.mark.parametrize("path", ["/feed.xml", "/feed.atom", "/news/rotor-that-listens", "/pictures/beach.png"])
async def test_what_did_not_change_is_304(on: tuple[Stage, SiteWorld], path: str) -> None:
    """By ETag (also weak), or by date when no ETag is sent; an ETag that differs wins over a date that fits."""
    it, world = on
    status, _, headers = await it.ask("HEAD", SITE + path)
    assert status == 200
    etag, changed = headers["ETag"], headers["Last-Modified"]
    for known in ({"If-None-Match": etag}, {"If-None-Match": f'"x", W/{etag}'}, {"If-Modified-Since": changed}):
        status, body, again = await it.ask("GET", SITE + path, headers=known)
        assert (status, body, again["ETag"]) == (304, "", etag)
    for unknown in (
        {"If-None-Match": '"x"', "If-Modified-Since": changed},
        {"If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"},
        {"If-Modified-Since": "nonsense"},
    ):
        assert (await it.ask("HEAD", SITE + path, headers=unknown))[0] == 200
    assert sum(world.visited.values()) == (3 if path.startswith("/news") else 0)


async def test_a_new_article_changes_the_feed(on: tuple[Stage, SiteWorld]) -> None:
    """It comes first, and the old validator is stale."""
    it, world = on
    _, _, headers = await it.ask("HEAD", f"{SITE}/feed.xml")
    told = await world.act({"act": "publish", "title": "New <things>", "summary": "S", "text": "One\n\n## Two"})
    status, text, _ = await it.ask("GET", f"{SITE}/feed.xml", headers={"If-None-Match": headers["ETag"]})
    assert status == 200
    assert feedparser.parse(text.encode()).entries[0].link == told["url"]
    _, page, _ = await it.ask("GET", told["url"])
    assert "New &lt;things&gt;" in page
    assert "<h2>Two</h2>" in page
    assert (await world.snapshot())["articles"][0]["title"] == "New <things>"
    await world.reset()
    assert (await it.ask("GET", told["url"]))[0] == 404


async def test_readers_are_counted_apart_from_crawlers(on: tuple[Stage, SiteWorld]) -> None:
    """A browser is a visit, a preview crawler is not, HEAD is neither."""
    it, world = on
    url = world.address("beach-clean-up-300-buckets")
    await it.ask("GET", url, headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"})
    await it.ask("GET", url, headers={"User-Agent": "LinkedInBot/1.0"})
    await it.ask("HEAD", url)
    slug = "beach-clean-up-300-buckets"
    assert (world.visited[slug], world.crawled[slug]) == (1, 1)
    assert (await it.ask("GET", f"{SITE}/news/nothing"))[0] == 404


async def test_the_front_page_leads_to_every_article(on: tuple[Stage, SiteWorld]) -> None:
    """Its links work where the site is played."""
    it, world = on
    _, page, _ = await it.ask("GET", f"{SITE}/")
    for story in world.stories:
        assert f'href="/at/www.nordlicht.example{story.path}"' in page


async def test_links_can_name_the_loopback_address() -> None:
    """So that a browser without any mapping can follow what a feed says."""
    async with stage(world := SiteWorld(loopback_links=True)) as it:
        _, text, _ = await it.ask("GET", f"{SITE}/feed.xml")
        link = feedparser.parse(text.encode()).entries[0].link
        assert link.startswith(it.outside.url)
        async with it.http.get(link) as answer:
            assert answer.status == 200
        assert world.visited["rotor-that-listens"] == 1
