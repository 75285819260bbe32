"""The same article comes once: told by its link or its headline, across feeds and over time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from content_help import draft
from sqlalchemy import select

from advocacy.content.feeds import entries, feed_file, likeness
from advocacy.content.feeds.entries import Stored
from advocacy.content.feeds.feed_file import Entry
from advocacy.content.models import Feed, FeedEntry
from advocacy.db import Database, now

SITE = "https://news.nordlicht.example"
TITLE = "Forty turbines begin to turn off the coast"


def entry(title: str, url: str, key: str = "") -> Entry:
    return Entry(key or url, title, "", url, "", "", (), None)


async def came(db: Database, feed: str, *found: Entry, at: datetime | None = None) -> Stored:
    async with db.write() as s:
        row = await s.scalar(select(Feed).where(Feed.url == feed))
        if row is None:
            row = Feed(url=feed)
            s.add(row)
            await s.flush()
    return await entries.store(db, row.id, found, "en", at or now())


@pytest.mark.parametrize(
    "url",
    [
        f"{SITE}/a", "http://news.nordlicht.example/a", "https://www.news.nordlicht.example/a/", f"{SITE}/a#part",
        f"{SITE}/a?utm_source=rss&fbclid=1", "HTTPS://NEWS.nordlicht.example:443/a",
    ],
)  # fmt: skip
async def test_one_link_is_one_article(db: Database, url: str) -> None:
    """However it is spelled and wherever it comes from; the record says which story it repeats."""
    first = await came(db, "one", entry("An article", f"{SITE}/a"))
    second = await came(db, "two", entry("Quite another headline for it", url))
    assert (second.drafts, second.duplicates) == ([], 1)
    again = await came(db, "one", entry("Third headline", url, "another id"))
    assert (again.drafts, again.duplicates) == ([], 1)
    async with db.read() as s:
        rows = (await s.execute(select(FeedEntry.state, FeedEntry.story_id).order_by(FeedEntry.id))).all()
    assert [tuple(row) for row in rows] == [("drafted", first.drafts[0]), *[("duplicate", first.drafts[0])] * 2]


@pytest.mark.parametrize(
    ("title", "is_same"),
    [
        (TITLE, True), ("FORTY turbines begin to turn, off the coast!", True), (f"{TITLE}s", True),
        ("Forty turbines stop turning off the coast", False), ("Something else happened at sea", False),
    ],
)  # fmt: skip
async def test_nearly_one_headline_is_one_article(db: Database, title: str, *, is_same: bool) -> None:
    """In another feed, or when somebody wrote the story by hand."""
    await came(db, "one", entry(TITLE, f"{SITE}/a"))
    assert (await came(db, "two", entry(title, f"{SITE}/b"))).duplicates == is_same


async def test_headlines_are_compared_with_care(db: Database) -> None:
    """Not within a feed, not after two weeks, not when a number differs, not when they are too short."""
    await came(db, "one", entry(TITLE, f"{SITE}/a"), entry("Figures of quarter 2 are out", f"{SITE}/q2"))
    await came(db, "one", entry("Good morning", f"{SITE}/m1"))
    assert (await came(db, "one", entry(TITLE, f"{SITE}/b"))).duplicates == 0
    assert (await came(db, "two", entry("Figures of quarter 3 are out", f"{SITE}/q3"))).duplicates == 0
    assert (await came(db, "two", entry("Good morning", f"{SITE}/m2"))).duplicates == 0
    late = now() + timedelta(days=15)
    assert (await came(db, "two", entry(TITLE, f"{SITE}/c"), at=late)).duplicates == 0


async def test_a_story_written_by_hand_is_not_drafted_again(db: Database) -> None:
    """Told by its link, tracking or not, and by its headline."""
    async with db.write() as s:
        story = await draft(s, title=TITLE, url=f"{SITE}/a?utm_campaign=mail")
    assert (await came(db, "one", entry("Headline of its own", f"{SITE}/a"))).duplicates == 1
    assert (await came(db, "two", entry(TITLE, f"{SITE}/elsewhere"))).duplicates == 1
    async with db.read() as s:
        assert set(await s.scalars(select(FeedEntry.story_id))) == {story.id}


def test_a_link_of_no_known_kind_has_a_key_too() -> None:
    """Nothing is raised for what a feed sends."""
    assert len({likeness.link_key(one) for one in ("x", "https://x/\ud800", "https://x/?a=1", "https://x/?a=2")}) == 4


def test_json_feed_is_told_by_its_bytes() -> None:
    """Whatever the server calls it; text is text, HTML is HTML; what is no feed is none."""
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    data = b"""\xef\xbb\xbf {"version": "https://jsonfeed.org/version/1.1", "title": "W", "language": "de", "items": [
        {"id": 1, "url": "https://a.example/1", "title": "1 < 2", "content_text": "<b>bare</b>", "image": "/a.png",
         "tags": ["T", 3], "date_published": "2026-11-20T08:00:00+01:00"},
        {"id": "2", "url": "https://a.example/2", "title": "B\\ud800", "content_html": "<p>M<em>ark</em></p>"},
        {"id": "3", "title": "no link"}, 7]}"""
    found = feed_file.read(data, url="https://a.example/feed", content_type="text/xml", now=at)
    one, two = found.entries
    assert (found.title, found.language, found.found, found.skipped, found.problem) == ("W", "de", 3, 1, "")
    assert (one.title, one.summary, one.image_url, one.topics) == (
        "1 < 2",
        "<b>bare</b>",
        "https://a.example/a.png",
        ("T",),
    )
    assert one.at == datetime(2026, 11, 20, 7, tzinfo=UTC)
    assert (two.title, two.summary) == ("B?", "Mark")
    for other in (
        b"{}",
        b"{",
        b'{"version": 1, "items": []}',
        b'{"a":' * 10_000,
        b'{"version": "https://jsonfeed.org"}',
    ):
        assert feed_file.read(other, now=at).problem == "not_a_feed"
    assert feed_file.read(b'{"version": "https://jsonfeed.org/version/1"}', now=at).problem == "empty"
