from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from unittest.mock import patch

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import insert, select, text

from advocacy.config import Settings
from advocacy.content.models import Story
from advocacy.db import Database
from advocacy.insights.fold import Fold
from advocacy.sharing import links as link_room
from advocacy.sharing.clicks import ClickWriter, LinkTable, Spool
from advocacy.sharing.models import Click, Link
from advocacy.sharing.visitors import Visitors
from advocacy.web import redirects
from advocacy.web.own_clicks import COOKIE, OwnClicks

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
TARGET = "https://www.example.com/news?a=1&b=%2F#top"


@dataclass
class Site:
    """What redirects need, listening on loopback."""

    db: Database
    links: LinkTable
    clicks: ClickWriter
    visitors: Visitors
    client: aiohttp.ClientSession
    story_id: int
    settings: Settings
    address: str = ""

    async def link(self, url: str = TARGET, *, known: bool = True, person: int | None = None) -> Link:
        async with self.db.write() as s:
            link = await link_room.make(s, url=url, story_id=self.story_id, person_id=person, network="linkedin")
        if known:
            self.links.add(link)
        return link

    async def get(self, path: str, method: str = "GET", **headers: str) -> aiohttp.ClientResponse:
        sent = {"User-Agent": CHROME, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await self.client.request(method, self.address + path, headers=sent, allow_redirects=False)

    async def stored(self) -> list[Click]:
        async with self.db.read() as s:
            return list(await s.scalars(select(Click).order_by(Click.id)))


@pytest.fixture(params=["before the router", "by the router"])
async def site(request: pytest.FixtureRequest, db: Database, settings: Settings) -> AsyncIterator[Site]:
    async with db.write() as s:
        story_id = (await s.scalars(insert(Story).values(title="Story", url=TARGET).returning(Story.id))).one()
    parts = Site(
        db,
        LinkTable(db),
        ClickWriter(db, Spool(settings.spool)),
        Visitors(db),
        aiohttp.ClientSession(),
        story_id,
        settings,
    )
    await parts.clicks.start()
    await parts.visitors.start()
    await parts.links.load()
    application = web.Application()
    redirects.routes(application, parts)
    runner = web.AppRunner(application, access_log=None, handle_signals=False)
    await runner.setup()
    if request.param == "before the router":
        redirects.shortcut(runner, parts)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    parts.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield parts
    await parts.client.close()
    await runner.cleanup()
    await parts.clicks.close()


async def test_following_a_link_leads_on_and_counts(site: Site) -> None:
    """The address arrives as it was approved, nothing is kept in the browser, and the click is there."""
    link = await site.link()
    answer = await site.get(f"/r/{link.code}", Referer="https://www.linkedin.com/feed/update/7?secret=1")
    assert answer.status == 302
    assert answer.headers["Location"] == TARGET
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "Set-Cookie" not in answer.headers
    (click,) = await site.stored()
    assert (click.link_id, click.referrer, click.dropped) == (link.id, "www.linkedin.com", "")
    assert len(click.visitor) == 24


async def test_addresses_are_never_stored(site: Site) -> None:
    """What is stored of a visitor is the hash alone: same visitor, same hash; the proxy's word counts on loopback."""
    link = await site.link()
    for address in ("198.51.100.7", "198.51.100.7", "10.0.0.1, 198.51.100.8"):
        await site.get(f"/r/{link.code}", X_Forwarded_For=address)
    first, again, other = await site.stored()
    assert first.visitor == again.visitor != other.visitor
    async with site.db.read() as s:
        rows = (await s.execute(text("SELECT * FROM click"))).all()
    assert "198.51" not in str(rows)


@pytest.mark.parametrize(
    ("method", "headers", "why"),
    [
        ("GET", {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"}, "bot"),
        ("HEAD", {}, "head"),
        ("GET", {"Sec-Purpose": "prefetch"}, "prefetch"),
    ],
)
async def test_previews_are_led_on_and_set_apart(site: Site, method: str, headers: dict[str, str], why: str) -> None:
    """A preview gets the same answer as a person, so that it shows the story; it does not count."""
    link = await site.link()
    answer = await site.get(f"/r/{link.code}", method, **headers)
    assert answer.headers["Location"] == TARGET
    assert [click.dropped for click in await site.stored()] == [why]


async def test_a_visitor_s_repeated_clicks_are_set_apart(site: Site) -> None:
    """Once an hour for each visitor and link, also when the link was first looked up; who repeats is led on.

    Whether one repeats another is told when clicks are added up.
    """
    link, other = await site.link(known=False), await site.link()
    for code in (link.code, link.code, other.code):
        assert (await site.get(f"/r/{code}")).status == 302
    await site.get(f"/r/{link.code}", User_Agent=CHROME.replace("142", "143"))
    assert [click.dropped for click in await site.stored()] == [""] * 4
    await Fold(site.db, site.settings).run()
    assert [click.dropped for click in await site.stored()] == ["", "repeat", "", ""]


async def test_clicks_from_the_browser_of_whoever_shared_are_set_apart(site: Site) -> None:
    """The mark says so without naming anybody; another person's, a forged or a broken one is like none."""
    link, answer = await site.link(person=7), web.Response()
    OwnClicks(site.settings).mark(answer, 7)
    assert not answer.cookies  # in the playground everybody has the same browser
    settings = site.settings.model_copy(update={"playground": False})
    OwnClicks(settings).mark(answer, 7)
    mark = answer.cookies[COOKIE].value
    assert "7" not in answer.cookies[COOKIE].output().partition("=")[0]
    assert (answer.cookies[COOKIE]["path"], answer.cookies[COOKIE]["httponly"]) == ("/r/", True)
    theirs = web.Response()
    OwnClicks(settings).mark(theirs, 8)
    agents = iter(range(100, 200))
    for cookie in (
        f"a=b; {COOKIE}={mark}",
        f"{COOKIE}={theirs.cookies[COOKIE].value}",
        f"{COOKIE}=7",
        f'{COOKIE}="\x80;',
    ):
        await site.get(f"/r/{link.code}", Cookie=cookie, User_Agent=CHROME.replace("142", str(next(agents))))
    nobodys = await site.link()
    await site.get(f"/r/{nobodys.code}", Cookie=f"{COOKIE}={mark}")
    assert [click.dropped for click in await site.stored()] == ["own", "", "", "", ""]


async def test_a_link_of_another_process_works(site: Site) -> None:
    """A link that is not in memory yet is looked up."""
    link = await site.link(known=False)
    assert (await site.get(f"/r/{link.code}")).status == 302
    assert len(await site.stored()) == 1


@pytest.mark.parametrize("path", ["/r/nosuchlink", "/r/%00%ff", "/r/' OR 1=1", "/r/" + "x" * 500])
async def test_an_unknown_link_is_a_friendly_page(site: Site, path: str) -> None:
    """Nothing is stored, and the page speaks the visitor's language."""
    answer = await site.get(path, Accept_Language="de-AT,de;q=0.9")
    assert answer.status == 404
    assert answer.content_type == "text/html"
    assert '<html lang="de"' in await answer.text()
    assert await site.stored() == []


async def test_a_recalled_storys_link_leads_to_a_neutral_page(site: Site) -> None:
    """It says so without naming the story, and the click is kept apart."""
    link = await site.link()
    site.links.stop_story(site.story_id)
    answer = await site.get(f"/r/{link.code}")
    assert answer.status == 410
    assert "Location" not in answer.headers
    page = await answer.text()
    assert "example.com/news" not in page
    assert [click.dropped for click in await site.stored()] == ["stopped"]


async def test_letters_beyond_ascii_arrive(site: Site) -> None:
    """An approved address with an umlaut leads to the same place, in the form that HTTP can carry."""
    link = await site.link("https://www.example.com/grüße?q=é")
    answer = await site.get(f"/r/{link.code}")
    assert answer.headers["Location"] == "https://www.example.com/gr%C3%BC%C3%9Fe?q=%C3%A9"


@pytest.mark.parametrize("referrer", ["android-app://com.linkedin.android/", "not an address", "http://[broken", ""])
async def test_any_referrer_is_taken(site: Site, referrer: str) -> None:
    """It is the browser's word, so it can be anything."""
    link = await site.link()
    assert (await site.get(f"/r/{link.code}", Referer=referrer)).status == 302
    (click,) = await site.stored()
    assert click.referrer in {"com.linkedin.android", ""}


async def test_only_reading_is_possible(site: Site) -> None:
    """A POST to a link is refused."""
    link = await site.link()
    assert (await site.get(f"/r/{link.code}", "POST")).status == 405
    assert await site.stored() == []


async def test_without_the_database_known_links_work_and_unknown_ones_ask_for_patience(site: Site) -> None:
    """Who follows a link in memory notices nothing."""
    link = await site.link()
    with patch.object(Database, "read", side_effect=OSError):
        assert (await site.get(f"/r/{link.code}")).status == 302
        answer = await site.get("/r/perhapsOne")
    assert answer.status == 503
    assert answer.headers["Retry-After"]


async def test_a_click_while_stopping_still_leads_on(site: Site) -> None:
    """The person never sees that the writer has ended."""
    link = await site.link()
    await site.clicks.close()
    assert (await site.get(f"/r/{link.code}")).status == 302
