"""From the first press of a newcomer to a post that others see: presses and seconds, counted in both doors."""

from __future__ import annotations

from time import perf_counter

import pytest
from playwright.async_api import Locator, Page, expect

from advocacy.demo import Demo
from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
TRAINEES = "24 neue Auszubildende"
MOST = 3
"""Presses until the post is there, for whoever connects nothing."""


class Presses:
    """Counts what somebody presses, and the time."""

    def __init__(self) -> None:
        self.count, self._began = 0, perf_counter()

    async def __call__(self, what: Locator) -> None:
        self.count += 1
        await what.click()

    async def opens(self, visitor: Visitor, link: Locator) -> Page:
        self.count += 1
        return await visitor.follow(link)

    def __str__(self) -> str:
        return f"{self.count} presses, {perf_counter() - self._began:.1f} s"


async def seen(visitor: Visitor, capsys: pytest.CaptureFixture[str], way: str, presses: Presses) -> None:
    """The post stands in the network's feed."""
    await expect(visitor.posts()).to_have_count(1)
    with capsys.disabled():
        print(f"\nFirst share, {way}: {presses}")


@pytest.mark.parametrize("world", ["slack", "teams"])
async def test_without_connecting(demo: Demo, visit: Visit, capsys: pytest.CaptureFixture[str], world: str) -> None:
    """Share, open the network's own page, post there; then the answer asks, and one press says so."""
    visitor = await visit()
    await visitor.become("Yara Blume", world=world)
    await visitor.network("mastodon")
    card = (visitor.slack if world == "slack" else visitor.teams)(TRAINEES)
    answer = visitor.private if world == "slack" else visitor.page.locator("#teams .t-card.own").last
    presses = Presses()
    await presses(card.get_by_role("button", name="Mastodon").first)
    page = await presses.opens(visitor, answer.get_by_role("link", name="Without connecting"))
    await presses(page.get_by_role("button").last)
    await seen(visitor, capsys, f"{world}, without connecting", presses)
    assert presses.count <= MOST
    await page.close()
    await answer.get_by_role("button", name="Done, I posted it").click()
    await expect(answer).to_contain_text("Thank you")
    assert [post.person for post in demo.worlds.mastodon.posts()] == ["yara.blume"]


@pytest.mark.parametrize("world", ["slack", "teams"])
async def test_with_connecting(demo: Demo, visit: Visit, capsys: pytest.CaptureFixture[str], world: str) -> None:
    """Share, connect at the network, and do not wait for the time to undo."""
    visitor = await visit()
    await visitor.become("Yara Blume", world=world)
    await visitor.network("linkedin")
    card = (visitor.slack if world == "slack" else visitor.teams)(TRAINEES)
    answer = visitor.private if world == "slack" else visitor.page.locator("#teams .t-card.own").last
    presses = Presses()
    await presses(card.get_by_role("button", name="LinkedIn").first)
    page = await presses.opens(visitor, answer.get_by_role("link", name="Connect LinkedIn"))
    await presses(page.locator("main form button"))
    await presses(page.locator("button[value=allow]"))
    await expect(page.get_by_role("heading", level=1)).to_contain_text("LinkedIn is connected")
    await page.close()
    await presses(answer.get_by_role("button", name="Post now"))
    await seen(visitor, capsys, f"{world}, connecting on the way", presses)
    assert presses.count <= MOST + 2
    assert len(demo.worlds.linkedin.posts()) == 1
