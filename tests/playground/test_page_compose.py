"""Composing and suggesting on the page in headless Chromium: menus, modals that count, dates, by mouse and keyboard."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from playwright.async_api import Browser, expect
from small_product import ADAPTIVE, Json, SmallProduct, _plain, playing
from test_page_browser import browser as browser  # noqa: PLC0414 - its fixture
from test_page_browser import visit

pytestmark = pytest.mark.browser
MODAL, DIALOG = "#slack [role=dialog]", "#teams .t-dialog"


class ComposingProduct(SmallProduct):
    """Opens a form for each shortcut and command, counts what is typed, and keeps what it heard."""

    def __init__(self, *more: Any) -> None:
        super().__init__(*more)
        self.payloads: list[Json] = []

    async def slack(self, request: web.Request) -> web.Response:
        """Shortcuts, typing, a button in the form, and the form."""
        form = parse_qs((await request.read()).decode())
        payload = json.loads(form["payload"][0]) if "payload" in form else {"type": "command"}
        self.payloads.append(payload)
        if payload["type"] in {"shortcut", "message_action"}:
            text = payload.get("message", {}).get("text", "")
            await self._api("views.open", trigger_id=payload["trigger_id"], view=self.view("0", text))
        elif payload["type"] == "block_actions":
            typed = payload["view"]["state"]["values"]["text"]["count#1"]["value"] or ""
            view = self.view(str(len(typed)), "")
            await self._api("views.update", view_id=payload["view"]["id"], hash=payload["view"]["hash"], view=view)
        return web.Response()

    def view(self, count: str, text: str) -> Json:
        """A text that counts, a day, an hour, and a button."""
        fields: list[tuple[str, Json]] = [
            ("text", {"type": "plain_text_input", "action_id": "count#1", "multiline": True}),
            ("day", {"type": "datepicker", "action_id": "day", "initial_date": "2026-12-01"}),
            ("hour", {"type": "timepicker", "action_id": "hour"}),
        ]
        if text:
            fields[0][1]["initial_value"] = text
        inputs = [
            {"type": "input", "block_id": name, "label": _plain(name), "element": one, "optional": name == "hour"}
            for name, one in fields
        ]
        inputs[0] |= {"dispatch_action": True}
        button = {"type": "button", "action_id": "preview#0", "text": _plain("Preview"), "value": "{}"}
        blocks = [{"type": "section", "text": _plain(f"{count} used")}, *inputs]
        blocks.append({"type": "actions", "elements": [button]})
        return {"type": "modal", "title": _plain("Compose"), "submit": _plain("Save"), "blocks": blocks}

    async def teams(self, request: web.Request) -> web.Response:
        """The extension's dialog, and what it sends."""
        activity = await request.json()
        self.payloads.append(activity)
        if activity.get("name") == "composeExtension/fetchTask":
            body = [
                {"type": "Input.Text", "id": "text", "label": "Text"},
                {"type": "Input.Date", "id": "day", "label": "Day", "value": "2026-12-01"},
                {"type": "Input.Time", "id": "hour", "label": "Hour"},
            ]
            send = {"type": "Action.Submit", "title": "Save", "data": {"action": "save"}}
            content = {"type": "AdaptiveCard", "version": "1.5", "body": body, "actions": [send]}
            card = {"contentType": ADAPTIVE, "content": content}
            return web.json_response({"task": {"type": "continue", "value": {"title": "Compose", "card": card}}})
        if activity.get("name") == "composeExtension/submitAction":
            return web.json_response({"task": {"type": "message", "value": "Thank you."}})
        return web.json_response({})


@pytest.fixture
async def product() -> AsyncIterator[ComposingProduct]:
    async with playing(ComposingProduct) as made:
        assert isinstance(made, ComposingProduct)
        await made.post_card()
        made.post_teams_card()
        made.worlds.teams.preinstall(team=True)
        yield made


async def test_a_message_of_ones_own_is_suggested_in_slack(product: ComposingProduct, browser: Browser) -> None:
    """Written in a channel, its menu opened and used by keyboard alone; the form has the text."""
    async with visit(product, browser) as page:
        await page.fill("#slack .write-field", "Our crane lifted 400 t")
        await page.keyboard.press("Enter")
        message = page.locator("#slack article.s-msg", has_text="Our crane")
        more, item = message.locator(".more"), page.get_by_role("menu").get_by_role("menuitem")
        await more.focus()
        await page.keyboard.press("Enter")
        await expect(item).to_be_focused()
        for key in ("ArrowDown", "ArrowUp", "End", "Home"):
            await page.keyboard.press(key)
            await expect(item).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(item).to_have_count(0)
        await expect(more).to_be_focused()
        await page.keyboard.press("ArrowDown")
        await expect(item).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator(f"{MODAL} textarea")).to_have_value("Our crane lifted 400 t")
        assert (product.payloads[-1]["type"], product.payloads[-1]["callback_id"]) == ("message_action", "suggest")


async def test_typing_is_counted_and_never_disturbed(product: ComposingProduct, browser: Browser) -> None:
    """The form is redrawn around the field: words, cursor and the other inputs stay; a button takes all of it along."""
    async with visit(product, browser) as page:
        await page.click("#slack .write .more")
        await page.click(".menu button")
        await page.fill(f"{MODAL} input[type=time]", "18:05")
        await page.focus(f"{MODAL} textarea")
        await page.keyboard.type("Wind", delay=120)
        await expect(page.locator(MODAL)).to_contain_text("4 used")
        await page.keyboard.press("ArrowLeft")
        await page.keyboard.type("n")
        await expect(page.locator(MODAL)).to_contain_text("5 used")
        await page.keyboard.type("n")
        await expect(page.locator(MODAL)).to_contain_text("6 used")
        await expect(page.locator(f"{MODAL} textarea")).to_have_value("Winnnd")
        await expect(page.locator(f"{MODAL} textarea")).to_be_focused()
        await page.fill(f"{MODAL} input[type=date]", "2026-12-24")
        await page.click(f"{MODAL} [data-action^=preview]")
        await page.click(f"{MODAL} footer .primary")
        await page.locator(MODAL).wait_for(state="detached")
        for payload in product.payloads[-2:]:
            values = payload["view"]["state"]["values"]
            assert values["text"]["count#1"]["value"] == "Winnnd"
            assert values["day"]["day"]["selected_date"] == "2026-12-24"
            assert values["hour"]["hour"]["selected_time"] == "18:05"


async def test_a_message_is_suggested_in_teams(product: ComposingProduct, browser: Browser) -> None:
    """A word in a channel that does not call the app; its menu; date and time in the dialog; the sentence at the end."""
    async with visit(product, browser) as page:
        await page.fill("#teams .write-field", "Our crane lifted 400 t")
        await page.keyboard.press("Enter")
        post = page.locator("#teams article.t-post", has_text="Our crane")
        await post.locator(".more").focus()
        assert product.payloads == []
        await page.keyboard.press("Enter")
        await page.locator(".menu button").press("Enter")
        await page.fill(f"{DIALOG} input[type=date]", "2026-12-24")
        await page.fill(f"{DIALOG} input[type=time]", "18:05")
        await page.locator(f"{DIALOG} button", has_text="Save").click()
        await expect(page.locator("#teams .note")).to_contain_text("Thank you.")
        value = product.payloads[-1]["value"]
        assert (value["data"]["day"], value["data"]["hour"]) == ("2026-12-24", "18:05")
        assert value["messagePayload"]["body"]["content"] == "Our crane lifted 400 t"


async def test_composing_in_teams_on_a_phone_in_german(product: ComposingProduct, browser: Browser) -> None:
    """The menu beside the message field, at 390 pixels, in the person's words; nothing is cut off sideways."""
    async with visit(product, browser, 390, 844, locale="de-DE", has_touch=True) as page:
        await page.click(".tabs [data-tab=teams]")
        await page.click("#teams .write .more")
        await page.locator(".menu button", has_text="Beitrag erstellen").click()
        await page.locator(f"{DIALOG} input[type=date]").wait_for()
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
        sent = product.payloads[-1]
        assert (sent["name"], sent["value"]["commandContext"]) == ("composeExtension/fetchTask", "compose")
