"""Subscriptions over time: what is due, what a source asks for, moves and endings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from feed_help import NEWS, OTHER, Site, links, rss, serving
from sqlalchemy import select

from advocacy.config import Settings
from advocacy.content import stories
from advocacy.content.feeds import due, entries, sources
from advocacy.content.feeds.pull import Pulled
from advocacy.content.fields import Invalid
from advocacy.content.models import Feed, StoryState
from advocacy.db import Database
from advocacy.http import Http

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def site() -> Site:
    return Site({"/feed": rss(*links(8))})


@pytest.fixture
async def http(settings: Settings, site: Site) -> AsyncIterator[Http]:
    async with serving(settings, site) as client:
        yield client


async def subscribe(db: Database, url: str = f"{NEWS}/feed", **how: object) -> int:
    async with db.write() as s:
        return (await sources.subscribe(s, url, **how))[0].id  # type: ignore[arg-type]


async def feed(db: Database, feed_id: int) -> Feed:
    async with db.read() as s:
        return await s.get_one(Feed, feed_id)


async def test_what_is_due_is_pulled_once_and_then_rests(db: Database, http: Http, site: Site) -> None:
    """At its own pace; in between nothing is asked."""
    feed_id = await subscribe(db, every_minutes=30, topics=["Wind"], language="de")
    pulled = await due.pull_due(db, http, AT)
    assert [len(one.drafts) for one in pulled] == [8]
    async with db.read() as s:
        story = await stories.get(s, pulled[0].drafts[0])
    assert (story.language, story.topics, story.state) == ("de", ["Wind"], StoryState.DRAFT)
    assert await due.pull_due(db, http, AT + 29 * MINUTE) == []
    assert len(await due.pull_due(db, http, AT + 30 * MINUTE)) == 1
    one = await feed(db, feed_id)
    assert (one.new_at, one.ok_at, one.next_at) == (AT, AT + 30 * MINUTE, AT + 60 * MINUTE)


async def test_what_somebody_is_pulling_is_nobody_elses(db: Database) -> None:
    """Two processes do not get the same feed; one that died gives it back after a quarter of an hour."""
    await subscribe(db)
    async with db.write() as s:
        assert await sources.claim(s, AT) == [f"{NEWS}/feed"]
    async with db.write() as s:
        assert await sources.claim(s, AT + MINUTE) == []
    async with db.write() as s:
        assert await sources.claim(s, AT + 16 * MINUTE) == [f"{NEWS}/feed"]


async def test_failures_make_it_slower_and_an_answer_makes_it_well(db: Database, http: Http, site: Site) -> None:
    """A source that is away, then asks to wait, then is back."""
    feed_id = await subscribe(db)
    site.status, at = 500, AT
    for wait in (30, 60, 120):
        assert [one.problem for one in await due.pull_due(db, http, at)] == ["unreachable"]
        at += wait * MINUTE
        assert (await feed(db, feed_id)).next_at == at
    site.status, site.headers = 429, {"Retry-After": "86400"}
    assert [one.problem for one in await due.pull_due(db, http, at)] == ["busy"]
    assert (await feed(db, feed_id)).next_at == at + 24 * 60 * MINUTE
    site.status, site.headers = 200, {"Cache-Control": "max-age=7200"}
    at += 24 * 60 * MINUTE
    assert [one.problem for one in await due.pull_due(db, http, at)] == [""]
    one = await feed(db, feed_id)
    assert (one.failures, one.problem, one.next_at) == (0, "", at + 120 * MINUTE)


async def test_what_is_gone_for_good_is_not_asked_again(db: Database, http: Http, site: Site) -> None:
    """410 ends the subscription, and editors can see why; subscribing again tries again."""
    feed_id = await subscribe(db)
    site.status = 410
    await due.pull_due(db, http, AT)
    assert not (await feed(db, feed_id)).active
    assert await due.pull_due(db, http, AT + 999 * MINUTE) == []
    async with db.read() as s:
        assert [one.feed.problem for one in await sources.listing(s)] == ["gone"]
    site.status = 200
    await subscribe(db)
    assert [len(one.drafts) for one in await due.pull_due(db, http, AT)] == [8]


@pytest.mark.parametrize(("status", "moved"), [(301, True), (308, True), (302, False), (307, False)])
async def test_a_move_for_good_changes_the_address(
    db: Database, http: Http, site: Site, *, status: int, moved: bool
) -> None:
    """Only when every step was for good."""
    site.moves = {"/old": (308, "/between"), "/between": (status, "/feed")}
    feed_id = await subscribe(db, f"{NEWS}/old")
    await due.pull_due(db, http, AT)
    assert (await feed(db, feed_id)).url == (f"{NEWS}/feed" if moved else f"{NEWS}/old")


async def test_a_move_onto_another_feed_is_not_taken_over(db: Database, http: Http, site: Site) -> None:
    """An address belongs to one feed."""
    site.moves = {"/old": (301, "/feed")}
    await subscribe(db)
    feed_id = await subscribe(db, f"{NEWS}/old")
    await due.pull_due(db, http, AT)
    assert (await feed(db, feed_id)).url == f"{NEWS}/old"


async def test_review_takes_the_newest_five_and_asking_makes_no_story(db: Database, http: Http, site: Site) -> None:
    """A new subscription does not bury the editors."""
    await subscribe(db, mode="review")
    await subscribe(db, f"{OTHER}/ask", mode="ask")
    site.pages["/ask"] = rss(("Something else entirely happened", f"{OTHER}/x"))
    by_mode: dict[bool, Pulled] = {bool(one.drafts): one for one in await due.pull_due(db, http, AT)}
    assert (len(by_mode[True].drafts), by_mode[True].submitted) == (8, 5)
    assert len(by_mode[False].stored.asked) == 1
    async with db.read() as s:
        assert len(await stories.listing(s, StoryState.IN_REVIEW)) == 5
        assert [one.waiting for one in await sources.listing(s)] == [0, 1]


async def test_subscriptions_are_checked_changed_and_ended(db: Database, http: Http) -> None:
    """The same source in another spelling is the same; what cannot be is refused by name."""
    first = await subscribe(db)
    assert await subscribe(db, NEWS.replace("https://", "http://www.") + "/feed/", mode="ask") == first
    assert (await feed(db, first)).mode == "ask"
    for field, how in [
        ("url", {"url": "http://10.0.0.1/feed"}), ("url", {"url": ""}), ("mode", {"mode": "now"}),
        ("language", {"language": "german"}), ("every_minutes", {"every_minutes": 4}), ("topics", {"topics": [" "]}),
    ]:  # fmt: skip
        with pytest.raises(Invalid) as refused:
            await subscribe(db, **how)  # type: ignore[arg-type]
        assert refused.value.field == field
    async with db.write() as s:
        assert await sources.unsubscribe(s, f"{NEWS}/feed")
        assert not await sources.unsubscribe(s, f"{NEWS}/feed")
        assert await sources.listing(s) == []
    assert await due.pull_due(db, http, AT) == []


async def test_pulling_now_is_not_faster_than_every_five_minutes(db: Database, http: Http) -> None:
    """However often it is pressed."""
    feed_id = await subscribe(db)
    await due.pull_due(db, http, AT)
    async with db.write() as s:
        assert not await sources.hasten(s, feed_id, AT + 4 * MINUTE)
        assert await sources.hasten(s, feed_id, AT + 5 * MINUTE)
    assert len(await due.pull_due(db, http, AT + 5 * MINUTE)) == 1


async def test_a_feed_pulled_by_hand_is_no_subscription(db: Database, http: Http) -> None:
    """It is remembered only so that nothing comes twice."""
    from advocacy.content.feeds.pull import pull

    await pull(db, http, f"{NEWS}/feed")
    assert await due.pull_due(db, http, AT) == []
    async with db.read() as s:
        assert (await s.scalars(select(Feed.active))).all() == [False]


async def test_a_source_keeps_its_pace_when_nothing_has_changed(db: Database, http: Http, site: Site) -> None:
    """Its ttl counts although the answer to the second visit has no body."""
    site.pages["/feed"], site.headers = rss(*links(1), channel="<ttl>120</ttl>"), {"ETag": '"1"'}
    feed_id = await subscribe(db)
    for at in (AT, AT + 120 * MINUTE):
        assert len(await due.pull_due(db, http, at)) == 1
        assert (await feed(db, feed_id)).next_at == at + 120 * MINUTE


async def test_validators_are_kept_only_once_all_is_stored(
    db: Database, http: Http, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies in the middle gets everything again, and nothing twice."""
    site.headers = {"ETag": '"1"'}
    feed_id = await subscribe(db)
    real = entries.store

    async def dies(*given: Any) -> Any:
        await real(given[0], given[1], given[2][:3], *given[3:])
        raise RuntimeError("killed")

    monkeypatch.setattr(entries, "store", dies)
    with pytest.raises(RuntimeError):
        await due.pull_due(db, http, AT)
    one = await feed(db, feed_id)
    assert (one.etag, one.body_hash, one.pulled_at) == ("", "", None)
    monkeypatch.undo()
    assert [(len(one.drafts), one.known) for one in await due.pull_due(db, http, AT + 16 * MINUTE)] == [(5, 3)]


async def test_one_host_is_asked_one_thing_at_a_time(db: Database, http: Http, site: Site) -> None:
    """However many of its feeds are due."""
    for name in ("a", "b", "c"):
        site.pages[f"/{name}"] = rss(*links(1, f"{NEWS}/{name}"))
        await subscribe(db, f"{NEWS}/{name}")
    assert len(await due.pull_due(db, http, AT)) == 3
    assert site.most == 1
