"""The page in headless Chromium: what only a browser can tell."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from small_product import ADAPTIVE, SmallProduct, playing

from advocacy.playground.slack.state import BOT_USER, Message
from tests.browser.conftest import CHROMIUM, FLAGS

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script><b>bold?</b> &lt;i&gt; <https://x.example|<u>u</u>>"
NEWS = "#slack .log"


@pytest.fixture
async def product() -> AsyncIterator[SmallProduct]:
    async with playing() as made:
        await made.post_card()
        made.post_teams_card()
        made.worlds.teams.preinstall(team=True)
        yield made


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if not CHROMIUM:
        pytest.fail("Chromium is needed: make test-browser installs it")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield running
        await running.close()


@asynccontextmanager
async def visit(
    product: SmallProduct, browser: Browser, width: int = 1500, height: int = 900, **more: Any
) -> AsyncIterator[Page]:
    """The page, open; fails when the browser complained about anything."""
    context = await browser.new_context(viewport={"width": width, "height": height}, **({"locale": "en-GB"} | more))
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(f"alert: {dialog.message}"))
    await page.goto(product.worlds.outside.url)
    await page.locator("#slack article.s-msg").first.wait_for(state="attached")
    yield page
    assert complaints == []
    await context.close()


async def test_hostile_text_stays_text(product: SmallProduct, browser: Browser) -> None:
    """Markup in messages, cards and posts is shown letter by letter; nothing runs and no element is made of it."""
    worlds = product.worlds
    space, teams = worlds.slack.workspace, worlds.teams.state
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": HOSTILE}},
        {"type": "section", "text": {"type": "mrkdwn", "text": HOSTILE + " <javascript:alert(3)|here>"}},
        {"type": "image", "image_url": "javascript:alert(4)", "alt_text": HOSTILE},
    ]
    space.add_message(Message(worlds.slack.channel("news").id, space.new_ts(), BOT_USER, HOSTILE, blocks))
    body = [
        {"type": "TextBlock", "text": HOSTILE + " [here](javascript:alert(5))"},
        {"type": "FactSet", "facts": [{"title": HOSTILE, "value": HOSTILE}]},
    ]
    card = {"type": "AdaptiveCard", "version": "1.5", "body": body}
    teams.post(teams.channel("Stories").id, "bot", attachments=[{"contentType": ADAPTIVE, "content": card}])
    worlds.linkedin.previews = False
    await worlds.linkedin.share(
        worlds.linkedin.at("www.linkedin.com", "/feed/?shareActive=true&text=x"), "jana.feld", HOSTILE
    )
    async with visit(product, browser) as page:
        for place in ("#slack .b-header", "#slack .b-text", "#teams .c-text", "#teams .c-facts", "#networks .n-text"):
            await expect(page.locator(place).last).to_contain_text("<script>alert(2)</script><b>bold?</b>")
        assert (
            await page.locator("main b:text-is('bold?'), main script, main u, [onerror], a[href^=javascript]").count()
            == 0
        )


async def test_a_press_shows_its_answer_and_keeps_the_keyboard_where_it_was(
    product: SmallProduct, browser: Browser
) -> None:
    """By keyboard alone: press Share, open the form, Esc closes it, and the focus is back on the button."""
    product.connected.add("U00000001")
    async with visit(product, browser) as page:
        await page.locator(f"{NEWS} [data-action^=share]").focus()
        await page.keyboard.press("Enter")
        edit = page.locator(f"{NEWS} .private [data-action^=edit]")
        await edit.focus()
        await page.keyboard.press("Enter")
        await page.locator("#slack [role=dialog] textarea, #slack [role=dialog] input").wait_for()
        assert await page.evaluate("document.activeElement.closest('[role=dialog]') !== null")
        await page.keyboard.press("Escape")
        await page.locator("#slack [role=dialog]").wait_for(state="detached")
        await expect(edit).to_be_focused()


async def test_a_form_is_sent_and_its_answer_replaces_the_private_one(product: SmallProduct, browser: Browser) -> None:
    """The text typed into the modal is what the product gets, and the private answer shows it in place."""
    product.connected.add("U00000001")
    async with visit(product, browser) as page:
        await page.click(f"{NEWS} [data-action^=share]")
        await page.click(f"{NEWS} .private [data-action^=edit]")
        await page.fill("#slack [role=dialog] input", "My own words")
        await page.click("#slack [role=dialog] .primary")
        await expect(page.locator(f"{NEWS} .private")).to_contain_text("My own words")
        assert await page.locator(f"{NEWS} .private").count() == 1
        assert product.texts["U00000001"] == "My own words"


async def test_people_are_switched_and_see_their_own(product: SmallProduct, browser: Browser) -> None:
    """The switcher finds a person by typing; private channels appear and disappear with who one is."""
    async with visit(product, browser) as page:
        await page.click("#slack .who")
        await page.keyboard.type("clara")
        await page.keyboard.press("Enter")
        await page.locator("#slack .s-row", has_text="comms-editors").wait_for()
        await expect(page.locator("#teams .who")).to_contain_text("Clara Editorius")
        await page.click("#slack .who")
        await page.keyboard.type("emre")
        await page.keyboard.press("Enter")
        await expect(page.locator("#teams .absent")).to_contain_text("does not use Teams")
        assert await page.locator("#slack .s-row", has_text="comms-editors").count() == 0


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
async def test_a_phone_shows_one_window_at_a_time(product: SmallProduct, browser: Browser, locale: str) -> None:
    """At 390 pixels the tabs switch between the windows, nothing has to be scrolled sideways, in both languages."""
    async with visit(product, browser, 390, 844, locale=locale) as page:
        for tab in ("teams", "networks", "slack"):
            await page.click(f".tabs [data-tab={tab}]")
            shown = [one for one in ("slack", "teams", "networks") if await page.locator(f"#{one}").is_visible()]
            assert shown == [tab]
            assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_german(product: SmallProduct, browser: Browser) -> None:
    """German by the browser's language, English by a press, and it stays so after a reload."""
    async with visit(product, browser, locale="de-DE") as page:
        assert await page.evaluate("document.documentElement.lang") == "de"
        await expect(page.locator(".guide")).to_contain_text("Sei Jana und teile ihn")
        await page.click(".languages [lang=en]")
        await expect(page.locator(".guide")).to_contain_text("Be Jana and share it")
        await page.reload()
        await expect(page.locator(".guide")).to_contain_text("Be Jana and share it")


async def test_the_first_steps_tick_themselves_off(product: SmallProduct, browser: Browser) -> None:
    """A step is done when it happened: sharing ticks the second, the post on the network the third, and not before."""
    product.connected.add("U00000001")
    product.worlds.mastodon.previews = False
    async with visit(product, browser) as page:
        assert await page.locator(".steps .done").count() == 0
        await page.click(f"{NEWS} [data-action^=share]")
        await expect(page.locator(".steps li").nth(1)).to_have_class("done")
        assert await page.locator(".steps .done").count() == 1
        link = product.worlds.mastodon.at("nordlicht.social", "/share?text=Hello")
        await product.worlds.mastodon.share(link, "jana.feld")
        await expect(page.locator(".steps li").nth(2)).to_have_class("done")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_letters_stand_out_and_controls_have_names(product: SmallProduct, browser: Browser, scheme: str) -> None:
    """WCAG AA: contrast of 4.5 (3 for large letters) in both schemes, and a name for each button, link and field."""
    product.connected.add("U00000001")
    async with visit(product, browser, color_scheme=scheme, reduced_motion="reduce") as page:
        await page.click(f"{NEWS} [data-action^=share]")
        await page.locator(f"{NEWS} .private").wait_for()
        await page.click("#slack .who")
        await page.locator(".menu").wait_for()
        assert await page.evaluate(TOO_FAINT) == []
        assert await page.evaluate(NAMELESS) == []


TOO_FAINT = """() => {
  const ink = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (colour) => { ink.clearRect(0, 0, 1, 1); ink.fillStyle = colour; ink.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = ink.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
  const over = (top, low) => [0, 1, 2].map((i) => top[i] * top[3] + low[i] * (1 - top[3])).concat(1);
  const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const back = (node) => { const layers = [];
    for (; node; node = node.parentElement) { const style = getComputedStyle(node); if (style.backgroundImage !== 'none') return null;
      layers.push(rgba(style.backgroundColor)); if (layers.at(-1)[3] === 1) break; }
    return layers.reverse().reduce((low, top) => over(top, low), [255, 255, 255, 1]); };
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim(), node = walk.currentNode.parentElement;
    const low = text && node.offsetParent && back(node);
    if (!low) continue;
    const style = getComputedStyle(node), size = parseFloat(style.fontSize);
    let seen = 1; for (let one = node; one; one = one.parentElement) seen *= getComputedStyle(one).opacity;
    const [r, g, b, a] = rgba(style.color), [x, y] = [light(over([r, g, b, a * seen], low)), light(low)].sort((p, q) => q - p);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if ((x + 0.05) / (y + 0.05) < (large ? 3 : 4.5)) found.push(`${text.slice(0, 30)} (${((x + 0.05) / (y + 0.05)).toFixed(2)})`);
  }
  return found;
}"""
NAMELESS = """() => [...document.querySelectorAll('button, a[href], input, select, textarea')].filter((one) => one.offsetParent
  && !(one.getAttribute('aria-label') || one.textContent.trim() || one.labels?.length || one.title)).map((one) => one.outerHTML.slice(0, 90))"""
