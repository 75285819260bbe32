"""Lists of feeds: read whatever they hold, refused when they want to do harm, written so that others can read them."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from advocacy.content.feeds import opml, sources
from advocacy.content.feeds.opml import NotOpml
from advocacy.content.fields import Invalid
from advocacy.content.models import Feed
from advocacy.db import Database

SITE = "https://news.nordlicht.example"


def listed(*urls: str, inside: str = "") -> bytes:
    outlines = "".join(f'<outline type="rss" text="A" xmlUrl="{url}"/>' for url in urls)
    return f'<?xml version="1.0"?><opml version="2.0"><head/><body>{outlines}{inside}</body></opml>'.encode()


async def test_nested_lists_are_flattened_and_duplicates_told(db: Database) -> None:
    """Folders in folders, spellings of one address, what cannot be visited; a second import adds nothing."""
    folders = f"<outline text='Wind'><outline text='Sea'><outline XMLURL='{SITE}/deep'/></outline></outline>"
    data = listed(
        f"{SITE}/a", f"http://www.{SITE[8:]}/a/", "http://10.0.0.1/feed", "https://[half", "", inside=folders
    )  # fmt: skip
    async with db.write() as s:
        done = await opml.subscribe(s, opml.read(data), mode="ask", every_minutes=60)
    assert done.added == [f"{SITE}/a", f"{SITE}/deep"]
    assert done.twice == [f"http://www.{SITE[8:]}/a/"]
    assert done.refused == [("http://10.0.0.1/feed", "private_link"), ("https://[half", "bad_link")]
    async with db.write() as s:
        again = await opml.subscribe(s, opml.read(data))
        assert (again.added, again.there) == ([], [f"{SITE}/a", f"{SITE}/deep"])
        feeds = list(await s.scalars(select(Feed)))
    assert {(one.mode, one.every_minutes, one.active) for one in feeds} == {("ask", 60, True)}


async def test_a_long_list_does_not_read_all_feeds_for_each_of_its_own(db: Database) -> None:
    """Everybody who writes waits for it: a thousand feeds must not take a million looks."""
    asked: list[str] = []
    event.listen(db.engine.sync_engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    async with db.write() as s:
        done = await opml.subscribe(s, [f"{SITE}/{number}" for number in range(40)])
    assert len(done.added) == 40
    assert sum(one.startswith("SELECT") for one in asked) <= 2


async def test_what_is_written_can_be_read(db: Database) -> None:
    """Titles and addresses with every sign that XML knows, and some that it does not."""
    async with db.write() as s:
        feed, _ = await sources.subscribe(s, f"{SITE}/a?x=1&y='2'")
        feed.title = '<"Wind" & \x00 \ud800Wetter>'.replace("\ud800", "")
        assert opml.read(opml.write([feed])) == [feed.url]
        feed.title = "Wind"


async def test_a_wrong_mode_is_told_and_nothing_is_subscribed(db: Database) -> None:
    """It holds for the whole list."""
    with pytest.raises(Invalid):
        async with db.write() as s:
            await opml.subscribe(s, [f"{SITE}/a"], mode="now")
    async with db.read() as s:
        assert (await s.scalars(select(Feed))).all() == []


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>
<opml version="2.0"><body><outline xmlUrl="https://a.example/&b;"/></body></opml>"""
FILE = b"""<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY f SYSTEM "file:///etc/passwd">]>
<opml version="2.0"><body><outline text="&f;" xmlUrl="https://a.example/"/></body></opml>"""
OUTSIDE = b"""<!DOCTYPE opml [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;]><opml><body/></opml>"""


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (LAUGHS, "entities"), (FILE, "entities"), (OUTSIDE, "entities"), (b"", "not_opml"), (b"\x00" * 10, "not_opml"),
        (b"<html><body/></html>", "not_opml"), (b"<opml><body>", "not_opml"), (b"{}", "not_opml"),
        (b"<?xml version='1.0' encoding='klingon'?><opml/>", "not_opml"), (b" " * 1_000_001, "too_large"),
        (listed(*[f"{SITE}/{n}" for n in range(1001)]), "too_many"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_hostile_lists_are_refused_by_name(data: bytes, code: str) -> None:
    """Entities, files, other people's servers, endless ones, and what is no list at all."""
    with pytest.raises(NotOpml) as refused:
        opml.read(data)
    assert refused.value.code == code


def test_depth_costs_nothing() -> None:
    """Folders in folders, thirty thousand deep."""
    depth = 30_000
    data = listed(inside="<outline>" * depth + f"<outline xmlUrl='{SITE}/a'/>" + "</outline>" * depth)
    assert opml.read(data) == [f"{SITE}/a"]
