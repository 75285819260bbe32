from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
import time_machine

from advocacy.db import now
from advocacy.playground.colleagues.browser import Browser as Colleague
from advocacy.playground.networks.consent import ConsentWorld
from advocacy.playground.world import Fault
from advocacy.web import own_clicks
from tests.web.conftest import Browser, Product

NETWORKS = ("linkedin", "mastodon", "bluesky")


def address(product: Product, network: str) -> str:
    return product.accounts.connect_url(product.member.id, network)


def token(url: str) -> str:
    return url.partition("?t=")[2]


async def accounts(product: Product) -> list[tuple[str, str]]:
    async with product.db.read() as s:
        return [(one.network, one.state) for one in await product.accounts.mine(s, product.member.id)]


@pytest.mark.parametrize("network", NETWORKS)
async def test_a_colleague_connects_and_the_post_goes_on(
    product: Product, network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the address in the chat through the network's consent to a page that says what happens now."""
    monkeypatch.setattr(own_clicks, "is_everybodys", lambda _settings: False)
    share_id = await product.waiting_share(network)
    async with Colleague(product.outside, product.resident) as colleague:
        end = await colleague.connect(address(product, network))
        marked = [one["path"] for one in colleague._http.cookie_jar if one.key == "advocacy-own"]
    assert marked == ["/r/"]  # clicks from here on their own links can be told
    assert urlsplit(end.url).path == f"/connect/{network}/done"
    assert "your post is on its way" in end.body
    assert "goes out in 30 seconds" in end.body
    assert await accounts(product) == [(network, "active")]
    assert await product.state(share_id) == "pending"


@pytest.mark.parametrize("network", NETWORKS)
async def test_looking_changes_nothing(product: Product, browser: Browser, network: str) -> None:
    """Link previews and mail scanners open every address, some with HEAD; the person's button works afterwards."""
    url = address(product, network)
    for _ in range(3):
        assert (await browser.get(url)).status == 200
    async with browser.http.head(url) as answer:
        assert answer.status == 200
    assert await accounts(product) == []
    async with Colleague(product.outside, product.resident) as colleague:
        await colleague.connect(url)
    assert await accounts(product) == [(network, "active")]


async def test_the_page_says_who_what_and_what_is_stored(product: Product, browser: Browser) -> None:
    """In the person's language, not the browser's; with a policy that lets the form lead to the network."""
    await product.change(product.member, language="de")
    page = await browser.get(address(product, "linkedin"), Accept_Language="en")
    assert '<html lang="de">' in page.body
    assert product.member.name in page.body
    assert "Was gespeichert wird" in page.body
    assert "Weiter zu LinkedIn" in page.body
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' https:" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"


async def test_the_cookie_of_the_browser_that_began(product: Product, browser: Browser) -> None:
    """No script reads it, no other site's form sends it, and it goes to this network's pages only."""
    answer = await browser.post("/connect/linkedin", {"t": token(address(product, "linkedin"))})
    assert answer.status == 303
    assert answer.headers["Location"].startswith(product.settings.origin("https://www.linkedin.com"))
    cookie = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/connect/linkedin", "Max-Age=900"):
        assert part in cookie


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
     {"Origin": "null"}, {"X-Nothing": "1"}],
)  # fmt: skip
async def test_a_form_from_elsewhere_is_refused(product: Product, browser: Browser, headers: dict[str, str]) -> None:
    """Another site cannot press the button in somebody's name."""
    answer = await browser.post("/connect/linkedin", {"t": token(address(product, "linkedin"))}, **headers)
    assert answer.status == 403
    assert "Location" not in answer.headers


async def test_a_browser_that_names_only_the_origin_is_served(product: Product, browser: Browser) -> None:
    """Older browsers and plain HTTP send no ``Sec-Fetch-Site``."""
    form = {"t": token(address(product, "linkedin"))}
    assert (await browser.post("/connect/linkedin", form, Origin=product.settings.public_url)).status == 303


async def test_a_wrong_app_password_can_be_mended(product: Product, browser: Browser) -> None:
    """The form comes back with the handle and without the password; the same address still works."""
    form = {"t": token(address(product, "bluesky")), "handle": "someone.bsky.social", "password": "not-this-one"}
    page = await browser.post("/connect/bluesky", form)
    assert page.status == 422
    assert 'role="alert"' in page.body
    assert 'value="someone.bsky.social"' in page.body
    assert "not-this-one" not in page.body
    assert "/settings/app-passwords" in page.body
    world = product.outside.worlds["bluesky"]
    form |= {"handle": world.handle(product.resident), "password": world.app_password(product.resident.key)}
    done = await browser.post("/connect/bluesky", form, follow=True)
    assert (done.status, await accounts(product)) == (200, [("bluesky", "active")])
    assert "from now on one click is enough" in done.body


@pytest.mark.parametrize("host", ["", "not a host", "localhost", "127.0.0.1"])
async def test_a_server_that_is_none(product: Product, browser: Browser, host: str) -> None:
    """The form comes back and says what to enter."""
    page = await browser.post("/connect/mastodon", {"t": token(address(product, "mastodon")), "host": host})
    assert page.status == 422
    assert "Which server?" in page.body
    assert f'value="{host}"' in page.body


async def test_what_is_typed_is_shown_as_text(product: Product, browser: Browser) -> None:
    """Nothing that comes in becomes markup."""
    form = {"t": token(address(product, "mastodon")), "host": '"><script>alert(1)</script>'}
    page = await browser.post("/connect/mastodon", form)
    assert "<script>alert" not in page.body
    assert "&lt;script&gt;" in page.body


async def test_saying_no_on_the_network(product: Product, browser: Browser) -> None:
    """Nothing is connected, nothing was stored, and there is a way to try again with the same address."""
    url = address(product, "linkedin")
    consent = await browser.post("/connect/linkedin", {"t": token(url)})
    world = product.outside.worlds["linkedin"]
    assert isinstance(world, ConsentWorld)
    answer = await world.act(
        {"act": "consent", "url": consent.headers["Location"], "person": product.resident.key, "allow": False}
    )
    page = await browser.get(answer["redirect"])
    assert "Not connected" in page.body
    assert await accounts(product) == []
    again = re.search(r'class="button" href="([^"]+)"', page.body)
    assert again is not None
    assert again[1] == urlsplit(url).path + "?t=" + token(url)
    assert (await browser.get(again[1])).status == 200


async def test_another_browser_cannot_finish(product: Product, browser: Browser) -> None:
    """A link sent to somebody else does not put accounts under wrong names; the right browser still can."""
    consent = (await browser.post("/connect/linkedin", {"t": token(address(product, "linkedin"))})).headers["Location"]
    world = product.outside.worlds["linkedin"]
    assert isinstance(world, ConsentWorld)
    answer = await world.act({"act": "consent", "url": consent, "person": product.resident.key})
    async with aiohttp.ClientSession() as http:
        page = await Browser(product, http).get(answer["redirect"])
    assert "Please use one browser" in page.body
    assert await accounts(product) == []
    assert (await browser.get(answer["redirect"])).status == 303
    assert await accounts(product) == [("linkedin", "active")]


async def test_no_code_stays_in_the_address(product: Product, browser: Browser) -> None:
    """The last page is reached by a redirect, bears a reload, and cannot be made up."""
    async with Colleague(product.outside, product.resident) as colleague:
        end = await colleague.connect(address(product, "linkedin"))
    query = parse_qs(urlsplit(end.url).query)
    assert query.keys() == {"s", "m"}
    path = urlsplit(end.url).path
    assert (await browser.get(end.url)).status == 200
    assert (await browser.get(f"{path}?s={query['s'][0]}x&m={query['m'][0]}")).status == 404
    assert (await browser.get(f"/connect/mastodon/done?{urlsplit(end.url).query}")).status == 404


async def test_each_problem_says_how_to_go_on(product: Product, browser: Browser) -> None:
    """Cut off, expired, used, not offered: a sentence each, and where a new link comes from."""
    url = address(product, "bluesky")
    page = await browser.get(url[:-3])
    assert (page.status, "not complete" in page.body) == (400, True)
    with time_machine.travel(now() + timedelta(minutes=16)):
        page = await browser.get(url)
    assert (page.status, "has expired" in page.body, "“accounts”" in page.body) == (410, True, True)
    async with Colleague(product.outside, product.resident) as colleague:
        await colleague.connect(url)
    page = await browser.get(url)
    assert (page.status, "Already connected" in page.body) == (410, True)
    page = await browser.get(product.accounts.connect_url(product.member.id, "xing"))
    assert (page.status, "cannot be connected here" in page.body) == (404, True)
    page = await browser.get(address(product, "bluesky").replace("/connect/bluesky", "/connect/linkedin"))
    assert page.status == 400, "an address of another network"


async def test_a_network_that_is_away(product: Product, browser: Browser) -> None:
    """The form comes back; nothing is used up."""
    world = product.outside.worlds["bluesky"]
    world.faults.inject(Fault.ERROR, times=9)
    form = {
        "t": token(address(product, "bluesky")), "handle": world.handle(product.resident),
        "password": world.app_password(product.resident.key),
    }  # fmt: skip
    page = await browser.post("/connect/bluesky", form)
    assert page.status == 422
    assert "cannot be reached right now" in page.body
    world.faults.clear()
    assert (await browser.post("/connect/bluesky", form)).status == 303


async def test_a_leaver_cannot_connect(product: Product, browser: Browser) -> None:
    """An address in an old message is worth nothing once its person has left."""
    url = address(product, "linkedin")
    await product.change(product.member, left_on=now().date())
    assert (await browser.get(url)).status == 400
    assert (await browser.post("/connect/linkedin", {"t": token(url)})).status == 400
