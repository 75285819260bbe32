"""The whole loop by hand in headless Chromium."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from advocacy.demo import Demo
from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
ROTOR = "The rotor that listens to the wind"
OPEN_PAGE, SIGN_IN = re.compile("Open the page|Seite öffnen"), re.compile("Sign in|Anmelden")
TRAINEES = "24 neue Auszubildende"


async def shows(board: Page, department: str, *, measured: int, clicks: int) -> None:
    """The leaders' page has these figures for the whole company, and the same in the row of the only department."""
    figures: list[re.Pattern[str] | str] = [re.compile(r"^1[.,]9\s?%$"), str(measured), "0", str(clicks)]
    await expect(board.locator(".tile .figure")).to_have_text(figures)
    row = board.get_by_role("row").filter(has=board.get_by_role("rowheader", name=department, exact=True))
    await expect(row.locator(".number").nth(1)).to_have_text(str(measured))
    await expect(row.locator(".number").nth(3)).to_have_text(str(clicks))


async def approve(visitor: Visitor, title: str) -> None:
    """As an editor who did not write it, let a story out of #comms-editors."""
    await visitor.become("David Vierauge")
    await visitor.go("comms-editors")
    await visitor.slack(title).locator("[data-action^=approve]").click()
    await expect(visitor.slack("Approved by David Vierauge")).to_be_visible()


async def open_board(visitor: Visitor, link: Locator) -> Page:
    """Sign in on the leaders' page by the link that the bot gave."""
    tab = await visitor.follow(link)
    await tab.get_by_role("button", name=SIGN_IN).click()
    await expect(tab.locator("#numbers")).to_be_visible()
    return tab


def quoted(answer: Locator) -> Locator:
    """The exact text that a private answer shows."""
    return answer.locator("blockquote")


@pytest.mark.parametrize("demo", ["sqlite", "postgresql"], indirect=True)
async def test_from_approval_to_the_board_in_slack(demo: Demo, visit: Visit) -> None:
    """Approve, share, connect, post, read: what was shown is what is posted, once, and every number follows."""
    visitor = await visit()
    await approve(visitor, ROTOR)
    await visitor.become("Jana Feld")
    await visitor.go("news")
    card = visitor.slack(ROTOR)
    await expect(card).to_contain_text("Be the first to share it.")
    await card.get_by_role("button", name="Share on LinkedIn").click()

    await expect(visitor.private).to_contain_text("Verbinde LinkedIn einmal")
    text = await quoted(visitor.private).inner_text()
    tab = await visitor.follow(visitor.private.get_by_role("link", name="LinkedIn verbinden"))
    await expect(tab.locator("main")).to_contain_text("Hallo Jana Feld!")
    await visitor.agree(tab, "LinkedIn ist verbunden")

    await expect(visitor.private).to_contain_text(re.compile(r"Wird in \d+ s auf LinkedIn gepostet"))
    await expect(quoted(visitor.private)).to_have_text(text, use_inner_text=True)
    await expect(visitor.posts()).to_have_count(0)
    for action in ("Rückgängig", "Bearbeiten"):
        await expect(visitor.private.get_by_role("button", name=action)).to_be_visible()
    await visitor.private.get_by_role("button", name="Jetzt posten").click()

    await expect(visitor.posts()).to_have_count(1)
    await expect(visitor.private).to_contain_text("Auf LinkedIn gepostet ✓")
    (post,) = demo.worlds.linkedin.posts()
    assert (post.person, post.text) == ("jana.feld", text)
    await expect(card).to_contain_text("Shared by 1 colleague from 1 department")

    article = await visitor.follow(visitor.posts("Jana Feld").locator("p a"))
    await expect(article.get_by_role("heading", level=1)).to_have_text(ROTOR)
    assert article.url == demo.worlds.outside.at("www.nordlicht.example", "/news/rotor-that-listens")
    await expect(card).to_contain_text("1 click")

    await visitor.become("Ada Vorstand")
    await visitor.page.locator("#slack .write-field").fill("/advocacy leaderboard")
    await visitor.page.keyboard.press("Enter")
    board = await open_board(visitor, visitor.private.get_by_role("link", name=OPEN_PAGE))
    await shows(board, "Sales", measured=1, clicks=1)


async def test_own_words_undo_and_after_all_in_teams(demo: Demo, visit: Visit) -> None:
    """In Teams the card becomes the person's own: edited, undone, posted after all, while others see the counter."""
    visitor = await visit()
    await visitor.become("Yara Blume", world="teams")
    own = visitor.teams(TRAINEES)
    await own.get_by_role("button", name="Mastodon").click()
    answer = visitor.page.locator("#teams .t-card.own")
    tab = await visitor.follow(answer.get_by_role("link", name="Connect Mastodon"))
    await visitor.agree(tab, "Mastodon is connected")
    await expect(answer).to_contain_text(re.compile(r"Posting to Mastodon in \d+ s"))

    await answer.get_by_role("button", name="Edit").click()
    field = visitor.page.locator("#teams [role=dialog] textarea")
    await field.fill("Proud of our apprentices!\n\n" + await field.input_value())
    await visitor.page.locator("#teams [role=dialog]").get_by_role("button", name="Save").click()
    await expect(answer).to_contain_text("Proud of our apprentices!")
    await answer.get_by_role("button", name="Undo").click()
    await expect(answer).to_contain_text("Undone. Nothing was posted.")
    assert demo.worlds.mastodon.posts() == []

    await answer.get_by_role("button", name="Share it after all").click()
    await expect(answer).to_contain_text("Proud of our apprentices!")
    shown = await answer.locator(".c-box").all_inner_texts()
    await answer.get_by_role("button", name="Post now").click()
    await visitor.network("mastodon")
    await expect(visitor.posts("Proud of our apprentices!")).to_have_count(1)
    await expect(answer).to_contain_text("Posted on Mastodon ✓")
    (post,) = demo.worlds.mastodon.posts()
    assert (post.person, [re.split(r"\s+", post.text)]) == ("yara.blume", [re.split(r"\s+", one) for one in shown])

    await visitor.follow(visitor.posts().locator("p a"))
    await visitor.become("Jana Feld", world="teams")
    await expect(visitor.teams(TRAINEES)).to_contain_text("1 Klick")
    await visitor.become("Ada Vorstand", world="teams")
    await visitor.go("Advocacy", world="teams")
    await visitor.page.locator("#teams .chip", has_text="leaderboard").click()
    board = await open_board(visitor, visitor.page.locator("#teams").get_by_role("link", name=OPEN_PAGE))
    await shows(board, "Engineering", measured=1, clicks=1)


async def test_keyboard_alone(demo: Demo, visit: Visit) -> None:
    """Tab reaches Share and Undo, Enter presses them, and the answer is where the keyboard goes on from."""
    visitor = await visit()
    card = visitor.slack(TRAINEES)
    await reach(visitor, card.get_by_role("button", name="Share on LinkedIn"))
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.private).to_contain_text("Verbinde LinkedIn einmal")
    await reach(visitor, visitor.private.get_by_role("button", name="Diesmal nicht"))
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.private).to_contain_text("Es wurde nichts gepostet.")
    assert demo.worlds.linkedin.posts() == []


async def reach(visitor: Visitor, wanted: Locator) -> None:
    """Press Tab until it has the focus."""
    for _ in range(60):
        if await wanted.evaluate("one => one === document.activeElement"):
            return
        await visitor.page.keyboard.press("Tab")
    pytest.fail(f"Tab does not reach {wanted}")


async def test_german_on_a_phone_with_an_app_password(demo: Demo, visit: Visit) -> None:
    """At 390 pixels, in German: connect Bluesky with an app password made there, and see the post."""
    visitor = await visit(390, 844, locale="de-DE", has_touch=True, is_mobile=True)
    page = visitor.page
    await expect(page.locator(".guide")).to_contain_text("Sei Jana und teile ihn")
    await page.click(".tabs [data-tab=networks]")
    await visitor.network("bluesky")
    made = await visitor.follow(page.get_by_role("link", name="App-Passwort von Jana Feld"))
    handle, password = await made.locator("code").all_inner_texts()
    await page.click(".tabs [data-tab=teams]")
    await visitor.teams(TRAINEES).get_by_role("button", name="Bluesky").click()
    answer = page.locator("#teams .t-card.own")
    tab = await visitor.follow(answer.get_by_role("link", name="Bluesky verbinden"))
    assert await tab.evaluate("document.documentElement.scrollWidth") == 390
    await tab.fill("#handle", handle)
    await tab.fill("#password", password)
    await tab.locator("main form button").click()
    await expect(tab.get_by_role("heading", level=1)).to_have_text("Bluesky ist verbunden")
    assert await tab.evaluate("document.documentElement.scrollWidth") == 390

    await answer.get_by_role("button", name="Jetzt posten").click()
    await expect(answer).to_contain_text("Auf Bluesky gepostet ✓")
    await page.click(".tabs [data-tab=networks]")
    await expect(visitor.posts("Jana Feld")).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
