"""One picture with every kind of message and form, as the playground's page draws them, in one language and door each.

``python -m tests.doors.contact_sheet`` plays the scenes and writes ``var/contact-<door>-<language>-<n>.png``; somebody
has to look at them. Chromium is needed.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from playwright.async_api import async_playwright

from advocacy.bot.language import translator
from advocacy.chat import Form, Message
from advocacy.playground.slack.state import BOT_USER
from advocacy.playground.slack.state import Message as SlackMessage
from advocacy.playground.teams.state import BOT
from advocacy.slack import forms, render
from advocacy.teams import render as cards
from tests.doors.limits import kind_of
from tests.doors.play import played
from tests.doors.stage import DoorName, Stage

FOLDER = Path("var")
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
DOORS: tuple[DoorName, ...] = ("slack", "teams")
COLUMNS = """([world, columns, most]) => {
  const root = document.querySelector(`#${world}`);
  const found = [...root.querySelectorAll("article")].slice(-most);
  root.replaceChildren(...found);
  root.style.cssText = `display:block;columns:${columns};column-gap:16px;width:${columns * 430}px;height:auto;overflow:visible;background:#fff`;
  for (const one of found) one.style.cssText = "break-inside:avoid;border:1px solid #ddd;margin:0 0 10px;padding:8px;overflow:hidden";
  document.body.replaceChildren(root);
  document.body.style.cssText = document.documentElement.style.cssText = "display:block;overflow:visible;height:auto;width:auto";
  return found.length;
}"""
WIDE, AT_ONCE = 9, 50
"""Columns; messages on one sheet, as the page keeps the newest sixty."""


def post(stage: Stage, said: Message | Form) -> None:
    """Put it where everybody sees it, as each product draws it; forms as the messages that they can be as well."""
    worlds, t = stage.demo.worlds, translator(stage.language)
    body = forms.as_message(said) if isinstance(said, Form) else replace(said, refresh=None)
    space, general = worlds.slack.workspace, worlds.slack.channel("general").id
    drawn = render.body(body, t)
    for number, block in enumerate(drawn["blocks"]):
        block.setdefault("block_id", f"b{number}")
    space.add_message(SlackMessage(general, space.new_ts(), BOT_USER, drawn["text"], blocks=drawn["blocks"]))
    card = cards.form(said, place="chat") if isinstance(said, Form) else cards.card(body)
    worlds.teams.state.post(worlds.teams.channel("General").id, BOT, attachments=[cards.attachment(card)])


async def photograph(stage: Stage, door: DoorName, number: int, most: int) -> None:
    """Everything in the channel, in columns."""
    path = FOLDER / f"contact-{door}-{stage.language}-{number}.png"
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = await browser.new_page(viewport={"width": WIDE * 430 + 40, "height": 2000})
        await page.goto(stage.demo.page)
        row = page.locator(f"#{door} .{door[0]}-row", has_text="eneral").first
        await row.click()
        await page.wait_for_timeout(1500)
        count = await page.evaluate(COLUMNS, [door, WIDE, most])
        await page.wait_for_timeout(500)
        await page.screenshot(path=path, full_page=True)
        await browser.close()
    print(f"{path}: {count} messages, {path.stat().st_size // 1000} kB")


async def main() -> None:
    """Play in each language once, and take the pictures of both products."""
    for language in ("en", "de"):
        with tempfile.TemporaryDirectory() as folder:
            async with played(Path(folder), "slack", language) as stage:
                kinds = list({kind_of(one): one for one in [*stage.said, *await stage.sent()]}.values())
                for start in range(0, len(kinds), AT_ONCE):
                    shown = kinds[start : start + AT_ONCE]
                    for one in shown:
                        post(stage, one)
                    for door in DOORS:
                        await photograph(stage, door, start // AT_ONCE + 1, len(shown))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(main())
