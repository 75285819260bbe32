# ruff: noqa: INP001 - a script, part of no package
"""Make the pictures of the README: play the demo with simulated colleagues, and photograph its windows.

Run as ``.venv/bin/python docs/pictures/make.py`` (development requirements and Chromium are needed; nothing but
loopback is used). Writes ``slack.png``, ``teams.png``, ``leaders.png``, ``playground.png``, and of the editors' desk
``compose.png``, ``review.png`` and ``recall.png`` beside this file.
"""

from __future__ import annotations

import asyncio
import io
import random
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Browser, Locator, Page, async_playwright
from sqlalchemy import select, update

from advocacy.content import stories
from advocacy.content.models import Story, StoryState
from advocacy.content.review import rules
from advocacy.db import now
from advocacy.delivery.models import Channel
from advocacy.demo import Demo
from advocacy.people import directory
from advocacy.people.models import Membership, Person
from advocacy.playground.colleagues.browser import Browser as Hands
from advocacy.playground.colleagues.crowd import Door
from advocacy.playground.colleagues.share import Style
from advocacy.playground.company import Resident
from advocacy.sharing.models import Click, Share, ShareEvent, ShareState

HERE = Path(__file__).parent
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--font-render-hinting=none",
)  # fmt: skip
SHARERS = 31
KEEN = {"Sales": 0.8, "Engineering": 0.5, "Operations": 0.4, "People & Culture": 0.6, "Communications": 0.9}
"""How likely somebody of a department shares."""
NETWORKS = ("linkedin", "linkedin", "mastodon", "bluesky")
DAYS = 18
"""So many days the colleagues' shares are spread over."""
SHARPNESS = 1.6
"""Picture points per point on screen."""
LARGEST, LARGEST_OF_DESK = 300_000, 120_000
"""Bytes of a picture."""
ENGLISH_SLACK, ENGLISH_TEAMS, LEADER = "Yara Blume", "Aoife Merrow", "Dr. Ada Vorstand"
AUTHOR, REVIEWER = "Emilia Textor", "Clara Editorius"
ARTICLE = "https://www.nordlicht.example/news/rotor-that-listens"
TITLE, CHANGED = "A rotor with ears", "A rotor with very good ears"
WORDING = "Nine seconds is all a gust needs to cross our wind park. I like it because [why it matters to me]."
SUMMARY = "Forty turbines off Lerchensand now turn their blades before a gust arrives. A test shows 4 % more power."
LATER = SUMMARY.replace("A test shows 4 %", "A quiet winter test shows 6 %")
IMAGES_ARE_THERE = """async (root) => {
  const isSeen = ({top, bottom}) => bottom > 0 && top < innerHeight;
  const seen = [...root.querySelectorAll("img")].filter((one) => isSeen(one.getBoundingClientRect()));
  await Promise.all(seen.map((one) => one.decode()));
}"""


class Days:
    """The company at work for some days, within seconds."""

    def __init__(self, demo: Demo, dice: random.Random) -> None:
        self.demo, self.dice = demo, dice

    async def pass_by(self) -> None:
        """Stories come out, colleagues share them, others read what they shared; all over some days."""
        async with self.demo.app.db.read() as s:
            live = list(await s.scalars(select(Story.id).where(Story.state == StoryState.LIVE).order_by(Story.id)))
        people = [one for one in self.demo.worlds.residents if self._keen(one)][:SHARERS]
        for number, person in enumerate(people):
            door: Door = "slack" if person.slack_id and (number % 2 or not person.teams_id) else "teams"
            style: Style = "dialog" if number % 8 == 5 else "plain"
            network = "xing" if style == "dialog" else self.dice.choice(NETWORKS)
            story = self.dice.choice(live)
            outcome = await self.demo.colleagues.share(person.key, door, network, style, story=story)
            assert outcome.ok, outcome.problem
        await self._until_posted()
        for post in [one for world in self._worlds() for one in world.posts()]:
            for _ in range(1 + int(self.dice.expovariate(0.2))):
                await self.demo.colleagues.click(post.url_of_link)
        await self._spread()

    def _keen(self, person: Resident) -> bool:
        if person.name in {ENGLISH_SLACK, ENGLISH_TEAMS, LEADER}:
            return False
        return self.dice.random() < KEEN.get(person.department.partition("/")[0], 0.3)

    def _worlds(self) -> tuple[Any, ...]:
        return self.demo.worlds.linkedin, self.demo.worlds.mastodon, self.demo.worlds.bluesky

    async def _until_posted(self) -> None:
        async with asyncio.timeout(60):
            while True:
                async with self.demo.app.db.read() as s:
                    query = select(Share.id).where(Share.state.in_((ShareState.PENDING, ShareState.SENDING)))
                    if await s.scalar(query.limit(1)) is None:
                        return
                await asyncio.sleep(0.2)

    async def _spread(self) -> None:
        """Let it have happened on different days, and count it anew."""
        app = self.demo.app
        async with app.db.write() as s:
            long_ago = (now() - timedelta(days=400)).date()
            await s.execute(update(Membership).values(starts_on=long_ago))
            for event in await s.scalars(select(ShareEvent)):
                event.at -= timedelta(days=int(DAYS * self.dice.random() ** 1.5))
            for click in await s.scalars(select(Click)):
                click.at -= timedelta(days=int(DAYS * self.dice.random() ** 2))
        await app.fold.rebuild()


async def visit(demo: Demo, browser: Browser, width: int, height: int) -> Page:
    """The playground's page, with its windows only."""
    context = await browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=SHARPNESS, locale="en-GB",
        color_scheme="light", reduced_motion="reduce",
    )  # fmt: skip
    page = await context.new_page()
    await page.goto(demo.page)
    await page.locator("#slack article.s-msg").first.wait_for(state="attached")
    return page


async def become(page: Page, world: str, name: str) -> None:
    """Be somebody else."""
    await page.click(f"#{world} .who")
    await page.get_by_role("searchbox").fill(name)
    await page.keyboard.press("Enter")
    await page.locator(f"#{world} .who", has_text=name).wait_for()


async def photograph(what: Locator, name: str, largest: int = LARGEST) -> None:
    """Save a picture; with fewer colours when it is too large."""
    await what.evaluate(IMAGES_ARE_THERE)
    shot = Image.open(io.BytesIO(await what.screenshot(animations="disabled"))).convert("RGB")
    path = HERE / name
    shot.save(path, optimize=True)
    if path.stat().st_size > largest:
        shot.quantize(128 if largest < LARGEST else 256, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{name}: {shot.width} x {shot.height}, {size // 1000} kB")  # noqa: T201 - a script says what it did
    assert size <= largest, name


async def slack_window(page: Page) -> None:
    """A card in a channel, and the private answer with the undo window."""
    await become(page, "slack", ENGLISH_SLACK)
    await page.locator("#slack .s-row", has_text="news").click()
    await page.locator("#slack [data-action^=share]").last.wait_for()
    await page.locator("#slack .log [data-action^='share#0']").last.click()
    await page.locator("#slack .private [data-action^=post_now]").wait_for()
    await photograph(page.locator("#slack"), "slack.png")


async def teams_window(page: Page) -> None:
    """The same card as its person alone sees it."""
    await become(page, "teams", ENGLISH_TEAMS)
    await page.locator("#teams .t-row", has_text="Sales").click()
    await page.locator("#teams [data-action=share]", has_text="Bluesky").last.click()
    await page.locator("#teams .own [data-action=post_now]").wait_for()
    await photograph(page.locator("#teams"), "teams.png")


async def leaders_page(page: Page) -> None:
    """The board on the web."""
    await become(page, "slack", LEADER)
    await page.fill("#slack .write-field", "/advocacy leaderboard")
    await page.keyboard.press("Enter")
    async with page.context.expect_page() as opened:
        await page.locator("#slack .private a.button").last.click()
    board = await opened.value
    await board.set_viewport_size({"width": 1100, "height": 900})
    await board.locator("main form button").click()
    await board.goto(board.url + "?period=30d")
    await photograph(board.locator("body"), "leaders.png")


async def speak_english(demo: Demo) -> None:
    """The editors of these pictures work in English."""
    async with demo.app.db.write() as s:
        editors = [one.id for one in await directory.with_role(s, "editor")]
        await s.execute(update(Person).where(Person.id.in_(editors)).values(language="en"))
        await s.execute(update(Channel).where(Channel.purpose == "editors").values(language="en"))


async def compose_form(page: Page) -> None:
    """What a pasted link becomes, and off to review."""
    await become(page, "slack", AUTHOR)
    await page.fill("#slack .write-field", f"/advocacy compose {ARTICLE}")
    await page.keyboard.press("Enter")
    form = page.locator("#slack [role=dialog]")
    await form.get_by_label("Title").fill(TITLE)
    await form.get_by_label("What it is about").fill(SUMMARY)
    await form.get_by_label("Suggested wording").fill(WORDING)
    await form.get_by_label("May we use the picture?").select_option("own")
    await form.get_by_label("Topics").fill("Wind power")
    await photograph(form, "compose.png", LARGEST_OF_DESK)
    await form.get_by_role("button", name="Ask for review").click()
    await page.locator("#slack .private", has_text=f"In review: {TITLE}").wait_for()


async def review_card(demo: Demo, page: Page) -> None:
    """The card of a story that was changed after its approval, with why it is there and the difference."""
    async with demo.app.db.write() as s:
        await rules.add(s, rules.make("Figures and forecasts", "numbers", language="en"))
        story = await s.scalar(select(Story.id).where(Story.title == TITLE))
    assert story is not None
    await demo.approve(story, "clara.editorius")
    async with demo.app.db.write() as s:
        editor = (await directory.with_role(s, "editor"))[1]
        kept = await stories.get(s, story)
        await stories.edit(s, story, by_id=editor.id, seen=kept.version, title=CHANGED, summary=LATER)
    demo.app.editors_due()
    await become(page, "teams", REVIEWER)
    await page.locator("#teams .t-row", has_text="Comms Editors").click()
    card = page.locator("#teams article", has_text=CHANGED).last
    await card.get_by_role("button", name="Approve").wait_for()
    await photograph(card.locator(".t-card"), "review.png", LARGEST_OF_DESK)


async def recall_form(page: Page) -> None:
    """Approved after all, then withdrawn with a reason."""
    card = page.locator("#teams article", has_text=CHANGED).last
    await card.get_by_role("button", name="Approve").click()
    await card.get_by_role("button", name="Withdraw the story").click()
    form = page.locator("#teams [role=dialog]")
    await form.get_by_label("Reason").fill("The figure is being checked once more.")
    await photograph(form, "recall.png", LARGEST_OF_DESK)


async def cards(demo: Demo, number: int) -> None:
    """Wait until so many stories stand in the channels."""
    slack, teams = demo.worlds.slack, demo.worlds.teams
    await slack.until(lambda: len(slack.messages(slack.channel("news").id)) == number, seconds=30)
    await teams.until(lambda: len(teams.activities(teams.channel("Sales").id)) == number, seconds=30)


async def connected(demo: Demo, name: str, network: str) -> None:
    """Connect this person's account beforehand."""
    person = next(one for one in demo.worlds.residents if one.name == name)
    async with demo.app.db.read() as s:
        known = await directory.find(s, person.email)
    assert known is not None
    async with Hands(demo.worlds.outside, person) as hands:
        await hands.connect(demo.app.accounts.connect_url(known.id, network))


async def main() -> None:
    """Play and photograph."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder), undo_seconds=15, card_refresh_seconds=1.0)
        try:
            await demo.start()
            await speak_english(demo)
            await demo.fill()
            async with demo.app.db.read() as s:
                second = await s.scalar(select(Story.id).where(Story.title.contains("rotor")))
            assert second is not None
            await cards(demo, 1)
            await demo.approve(second, "david.vierauge")
            await cards(demo, 2)
            await Days(demo, random.Random(4)).pass_by()  # noqa: S311 - the same pictures each time
            await connected(demo, ENGLISH_SLACK, "linkedin")
            await connected(demo, ENGLISH_TEAMS, "bluesky")
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
                page = await visit(demo, browser, 1900, 1110)
                await page.locator(".guide button.icon-only").click()
                await slack_window(page)
                await teams_window(page)
                await leaders_page(page)
                await photograph((await visit(demo, browser, 1500, 900)).locator("body"), "playground.png")
                page = await visit(demo, browser, 2100, 1900)
                await compose_form(page)
                await review_card(demo, page)
                await recall_form(page)
                await browser.close()
        finally:
            await demo.stop()


if __name__ == "__main__":
    asyncio.run(main())
