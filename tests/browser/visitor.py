"""What a visitor of the playground does, with mouse and keyboard only."""

from __future__ import annotations

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

from advocacy.demo import Demo

PATIENCE = 10_000
"""Milliseconds within which the screen has to show what a step leads to."""
expect.set_options(timeout=PATIENCE)


class Visitor:
    """Somebody in front of a browser. ``complaints`` has whatever the browser was not content with."""

    def __init__(self, demo: Demo, context: BrowserContext) -> None:
        self.demo = demo
        self.context = context
        self.complaints: list[str] = []
        self.page: Page
        context.set_default_timeout(PATIENCE)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def _said(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append(f"{said.text} ({said.location['url']})")

    def _failed(self, request: Request) -> None:
        # Leaving a page ends what it was still loading, its live feed of changes first of all.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    async def arrive(self) -> None:
        """Open the playground's page and wait until it is drawn."""
        self.page = await self.context.new_page()
        await self.page.goto(self.demo.page)
        await self.page.locator("#slack article.s-msg").first.wait_for(state="attached")

    # -- who and where

    async def become(self, name: str, *, world: str = "slack") -> None:
        """Choose who to be, by typing the name."""
        await self.page.click(f"#{world} .who")
        await self.page.get_by_role("searchbox").fill(name)
        await self.page.keyboard.press("Enter")
        await expect(self.page.locator(f"#{world} .who")).to_contain_text(name)

    async def go(self, place: str, *, world: str = "slack") -> None:
        """Open a channel or chat of the list at the side."""
        row = self.page.locator(f"#{world} .{world[0]}-row").filter(has_text=place)
        await row.click()
        await expect(row).to_have_attribute("aria-current", "page")

    # -- what is on screen

    def slack(self, text: str) -> Locator:
        """Messages for everybody in the open place of Slack that have this text."""
        return self.page.locator("#slack article.s-msg:not(.private)").filter(has_text=text)

    @property
    def private(self) -> Locator:
        """The newest answer in Slack that only this person sees."""
        return self.page.locator("#slack article.s-msg.private").last

    def teams(self, text: str) -> Locator:
        """Posts in the open place of Teams that have this text."""
        return self.page.locator("#teams article").filter(has_text=text)

    def posts(self, text: str = "") -> Locator:
        """Posts in the open network's feed."""
        return self.page.locator("#networks article.n-post").filter(has_text=text)

    async def network(self, name: str) -> None:
        """Look at this network."""
        await self.page.click(f"#networks [data-network={name}]")

    # -- new tabs

    async def follow(self, link: Locator) -> Page:
        """Press something that opens a new tab; answers the tab, loaded."""
        async with self.context.expect_page() as opened:
            await link.click()
        tab = await opened.value
        await tab.wait_for_load_state()
        return tab

    async def agree(self, tab: Page, heading: str) -> None:
        """On the product's page press on, at the network allow it, and arrive back at the product."""
        await tab.locator("main form button").click()
        await tab.locator("button[value=allow]").click()
        await expect(tab.get_by_role("heading", level=1)).to_contain_text(heading)
        await tab.close()
