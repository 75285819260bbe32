"""Sharing without connecting: one signed address leads to the network's own page."""

from __future__ import annotations

from sqlalchemy import update

from advocacy.content.models import Story
from advocacy.sharing.models import Share
from tests.web.conftest import PAGE, Browser, Product


def path(product: Product, share_id: int) -> str:
    return "/" + product.addresses.dialog(share_id).split("/", 3)[3]


async def test_a_waiting_share_goes_on_through_the_networks_page(product: Product, browser: Browser) -> None:
    """It is opened, with the text and the tracked link; twice is as once."""
    share = await product.waiting_share("linkedin")
    for _ in range(2):
        answer = await browser.get(path(product, share))
        assert answer.status == 302
        assert "shareActive=true&text=" in answer.headers["Location"]
        assert await product.state(share) == "opened"


async def test_what_must_not_be_shared_is_said_in_words(product: Product, browser: Browser) -> None:
    """A withdrawn story: 410 and a sentence, and the share waits as before."""
    share = await product.waiting_share("linkedin")
    async with product.db.write() as s:
        await s.execute(update(Story).values(state="recalled"))
    answer = await browser.get(path(product, share), **PAGE)
    assert answer.status == 410
    assert "Nothing was posted." in answer.body or "Es wurde nichts gepostet." in answer.body
    assert await product.state(share) == "waiting"


async def test_a_share_that_waits_for_own_words_is_not_opened(product: Product, browser: Browser) -> None:
    """Nor is one whose address somebody made up."""
    share = await product.waiting_share("linkedin")
    async with product.db.write() as s:
        await s.execute(update(Share).where(Share.id == share).values(problem="marker"))
    assert (await browser.get(path(product, share))).status == 404
    assert (await browser.get(f"/open/{share}-0000")).status == 404
    assert await product.state(share) == "waiting"


async def test_whoever_only_looks_ahead_decides_nothing(product: Product, browser: Browser) -> None:
    """Asking for the head, or fetching before anybody pressed: the share goes on waiting for its person."""
    share = await product.waiting_share("linkedin")
    async with browser.http.head(product.settings.public_url + path(product, share)) as answer:
        assert answer.status == 405
    assert (await browser.get(path(product, share), **{"Sec-Purpose": "prefetch"})).status == 503
    assert await product.state(share) == "waiting"


async def test_an_opened_page_does_not_outlive_its_story(product: Product, browser: Browser) -> None:
    """The address is opened again after the story was withdrawn, ended, or became one for inside: 410 each time."""
    share = await product.waiting_share("linkedin")
    assert (await browser.get(path(product, share))).status == 302
    for wrong, right in (({"state": "recalled"}, {"state": "live"}), ({"internal": True}, {"internal": False})):
        async with product.db.write() as s:
            await s.execute(update(Story).values(**wrong))
        assert (await browser.get(path(product, share), **PAGE)).status == 410
        async with product.db.write() as s:
            await s.execute(update(Story).values(**right))
    assert (await browser.get(path(product, share))).status == 302


async def test_addresses_that_were_guessed_lead_nowhere(product: Product, browser: Browser) -> None:
    """Numbers, other signatures, odd signs, far too long ones."""
    share = await product.waiting_share("linkedin")
    signed = path(product, share).rpartition("/")[2]
    odd = ("1", "%00", "9" * 400, "%ff%fe", "%C2%B2-" + signed, signed[:-1], signed + "%0a", "x" * 7000, signed + "/")
    for one in odd:
        assert (await browser.get(f"/open/{one}")).status == 404, one[:40]
    assert await product.state(share) == "waiting"
