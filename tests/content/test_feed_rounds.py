"""Real feeds of many years over HTTP, again and again: nothing twice, edits followed only where nobody worked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from content_help import person
from feed_help import NEWS, Site, retitled, serving
from sqlalchemy import func, select

from advocacy.config import Settings
from advocacy.content import approval, schedule, stories
from advocacy.content.feeds.pull import Pulled, pull
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import FeedEntry, Story, StoryState
from advocacy.db import Database, now
from advocacy.http import Http

SHARED = Path(__file__).parents[3] / "shared" / "feeds"
OWN = Path(__file__).parent / "feeds"
URL = f"{NEWS}/feed"
SMALL = [OWN / name for name in ("news.rss", "releases.atom", "rdf.rss", "wind.json")]
LARGE = sorted(SHARED.iterdir()) if SHARED.is_dir() else []
"""What the world publishes: only for PostgreSQL, which is the stricter one about what it stores."""
CASES = [("sqlite", one) for one in SMALL] + [("postgresql", one) for one in (*SMALL, *LARGE)]
each_feed = pytest.mark.parametrize(
    ("database_url", "data"), CASES, indirect=True, ids=[f"{kind}-{path.name}" for kind, path in CASES]
)


@pytest.fixture
def data(request: pytest.FixtureRequest) -> bytes:
    path: Path = request.param
    return path.read_bytes()


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def http(settings: Settings, site: Site) -> AsyncIterator[Http]:
    async with serving(settings, site) as client:
        yield client


async def counts(db: Database) -> tuple[int, int]:
    async with db.read() as s:
        stories_there = await s.scalar(select(func.count()).select_from(Story))
        entries_there = await s.scalar(select(func.count()).select_from(FeedEntry))
        return stories_there or 0, entries_there or 0


@each_feed
async def test_subscribed_twice_adds_nothing(db: Database, http: Http, site: Site, data: bytes) -> None:
    """Not with validators, not when the same bytes come, not when the file was built again, not under a new address."""
    site.pages = {"/feed": data, "/second": data}
    site.headers = {"ETag": '"1"', "Last-Modified": "Mon, 23 Nov 2026 08:00:00 GMT"}
    first = await pull(db, http, URL)
    there = await counts(db)
    assert there[0] == len(first.drafts)

    again = await pull(db, http, URL)
    assert again.drafts == []
    assert site.requests[-1].headers.get("If-None-Match") == ('"1"' if first.drafts else None)

    site.headers = {}
    again = await pull(db, http, URL)
    assert (again.drafts, again.unchanged) == ([], bool(first.drafts))

    site.pages["/feed"] = data + b"\n"
    again = await pull(db, http, URL)
    assert (again.drafts, again.unchanged, again.known) == ([], False, len(first.drafts))
    assert await counts(db) == there

    elsewhere = await pull(db, http, f"{NEWS}/second")
    assert (elsewhere.drafts, elsewhere.known) == ([], len(first.drafts))
    assert (await counts(db))[0] == there[0]


@each_feed
async def test_an_edit_follows_into_the_draft_and_never_into_a_live_story(
    db: Database, http: Http, site: Site, data: bytes
) -> None:
    """A changed headline is the draft's; once the story is live, it is only marked."""
    site.pages["/feed"] = data
    first = await pull(db, http, URL)

    site.pages["/feed"] = retitled(data, "First")
    second = await pull(db, http, URL)
    assert second.drafts == []
    if not first.drafts:  # a feed without entries stays one
        assert second.stored.updated == []
        return
    assert second.stored.updated
    assert second.stored.touched == []
    chosen, *rest = second.stored.updated
    assert (await read(db, chosen)).title.startswith("First ")
    before = await go_live(db, chosen)

    site.pages["/feed"] = retitled(data, "Other")
    third = await pull(db, http, URL)
    live = await read(db, chosen)
    assert (live.state, fingerprint(live), live.title[:6]) == (StoryState.LIVE, before, "First ")
    assert live.source_changed_at is not None
    assert (third.stored.touched, sorted(third.stored.updated)) == ([chosen], sorted(rest))
    assert_nothing_new(third)


def assert_nothing_new(pulled: Pulled) -> None:
    assert (pulled.drafts, pulled.stored.asked, pulled.stored.duplicates) == ([], [], 0)


async def read(db: Database, story_id: int) -> Story:
    async with db.read() as s:
        return await stories.get(s, story_id)


async def go_live(db: Database, story_id: int) -> str:
    """Approve and publish it; answers its fingerprint."""
    async with db.write() as s:
        editor = await person(s, "editor", "editor")
        await approval.submit(s, story_id, None)
        seen = fingerprint(await stories.get(s, story_id))
        await approval.approve(s, story_id, editor, seen, four_eyes=True)
        await schedule.go_live(s, now())
        return seen


@pytest.mark.parametrize("step", ["worked on", "in review"])
async def test_what_somebody_worked_on_is_left_alone(db: Database, http: Http, site: Site, step: str) -> None:
    """A summary written by hand stays although the headline changes at the source."""
    site.pages["/feed"] = (OWN / "news.rss").read_bytes()
    chosen = (await pull(db, http, URL)).drafts[0]
    async with db.write() as s:
        if step == "in review":
            await approval.submit(s, chosen, None)
        else:
            await stories.edit(s, chosen, summary="By hand.")
    before = fingerprint(await read(db, chosen))
    site.pages["/feed"] = (OWN / "news.rss").read_bytes().replace(b"Nur ein Satz", b"Nur noch ein Satz")
    pulled = await pull(db, http, URL)
    story = await read(db, chosen)
    assert (fingerprint(story), pulled.stored.touched) == (before, [chosen])
    assert story.source_changed_at is not None
