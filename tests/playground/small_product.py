"""A product small enough for a test: one card per door, private answers, one page on which an account is connected."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode

import aiohttp
from aiohttp import web

from advocacy.playground.outside import Worlds
from advocacy.playground.page.server import add_page

Json = dict[str, Any]
STORY = 7
ADAPTIVE = "application/vnd.microsoft.card.adaptive"
STATES = {"share": "pending", "post_now": "posted", "undo": "undone", "dialog": "opened", "done": "reported"}
BUTTONS: dict[str, tuple[tuple[str, str], ...]] = {
    "pending": (("Undo", "undo"), ("Edit", "edit"), ("Post now", "post_now")),
    "posted": (("Delete", "delete"),),
    "undone": (("Share it after all", "after_all"),),
    "opened": (("Done, I posted it", "done"), ("Not this time", "undo")),
    "reported": (("That was a mistake", "not_done"),),
    "waiting": (("Without connecting", "dialog"),),
}
LINKS = {"opened": "dialog", "waiting": "connect"}


class SmallProduct:
    """Hears presses over HTTP and answers as the real one would."""

    def __init__(self, worlds: Worlds, http: aiohttp.ClientSession) -> None:
        self.worlds, self._http = worlds, http
        self.url = ""
        self.connected: set[str] = set()
        self.heard: Counter[str] = Counter()
        self.texts: dict[str, str] = {}
        self.clicks: list[tuple[str, str, str]] = []
        """Method, user agent and referrer of each click."""
        self.waiting: dict[str, str] = {}
        """Who was told to connect: user to response_url."""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/slack/events", self.slack),
            web.post("/api/messages", self.teams),
            web.get("/connect/mastodon", self.ask),
            web.post("/connect/mastodon", self.go),
            web.get("/connect/mastodon/callback", self.back),
            web.get("/r/{code}", self.click),
        ]

    # -- Slack

    async def slack(self, request: web.Request) -> web.Response:
        form = parse_qs((await request.read()).decode())
        if "payload" not in form:
            return web.Response()
        payload = json.loads(form["payload"][0])
        if payload["type"] == "view_submission":
            user = payload["user"]["id"]
            (typed,) = payload["view"]["state"]["values"]["text"].values()
            self.texts[user] = typed["value"]
            await self._say(payload["view"]["private_metadata"], "pending", user, replace=True)
            return web.Response()
        action, user = payload["actions"][0]["action_id"].partition("#")[0], payload["user"]["id"]
        self.heard[action] += 1
        own = payload["container"]["is_ephemeral"]
        if action == "edit":
            await self._open(payload["trigger_id"], payload["response_url"], user)
        elif action != "link":
            state = self._next(action, user)
            if state == "waiting":
                self.waiting[user] = payload["response_url"]
            await self._say(payload["response_url"], state, user, replace=own)
        return web.Response()

    def _next(self, action: str, user: str) -> str:
        if action == "share" and user not in self.connected:
            return "waiting"
        return STATES[action]

    async def _say(self, hook: str, state: str, user: str, *, replace: bool) -> None:
        message = {"text": state, "blocks": self.blocks(state, user)}
        await self._http.post(hook, json={**message, "response_type": "ephemeral", "replace_original": replace})

    async def _open(self, trigger: str, hook: str, user: str) -> None:
        element = {"type": "plain_text_input", "action_id": "a", "initial_value": self.text(user)}
        block = {"type": "input", "block_id": "text", "label": _plain("Text"), "element": element}
        view = {
            "type": "modal",
            "title": _plain("Your text"),
            "submit": _plain("Save"),
            "blocks": [block],
            "private_metadata": hook,
        }
        await self._api("views.open", trigger_id=trigger, view=view)

    async def _api(self, method: str, **what: Any) -> Any:
        address = self.worlds.slack.at("slack.com", f"/api/{method}")
        headers = {"Authorization": f"Bearer {self.worlds.bot_token}"}
        async with self._http.post(address, json=what, headers=headers) as answer:
            return await answer.json()

    async def post_card(self) -> str:
        """The story's card in #news; its ts."""
        share = _button("Share on Mastodon", "share", {"s": STORY, "p": 1, "n": "mastodon"})
        blocks = [{"type": "section", "text": _plain("Our story")}, {"type": "actions", "elements": [share]}]
        said = await self._api(
            "chat.postMessage", channel=self.worlds.slack.channel("news").id, text="Our story", blocks=blocks
        )
        return str(said["ts"])

    def text(self, user: str) -> str:
        return self.texts.get(user) or f"A fine story. {self.url}/r/abc"

    def blocks(self, state: str, user: str) -> list[Json]:
        buttons = [_button(label, action, {"i": 11}) for label, action in BUTTONS[state]]
        if state in LINKS:
            link = {
                "type": "button",
                "action_id": "link#9",
                "text": _plain("Open"),
                "url": self.link(LINKS[state], user),
            }
            buttons.insert(0, link)
        return [{"type": "section", "text": _plain(self.text(user))}, {"type": "actions", "elements": buttons}]

    def link(self, kind: str, user: str) -> str:
        if kind == "connect":
            return f"{self.url}/connect/mastodon?t={user}"
        return self.worlds.mastodon.at("nordlicht.social", "/share?" + urlencode({"text": self.text(user)}))

    # -- Teams

    async def teams(self, request: web.Request) -> web.Response:
        activity = await request.json()
        if activity.get("name") in {"task/fetch", "task/submit"}:
            return web.json_response(self._dialog(activity))
        if activity.get("name") != "adaptiveCard/action":
            return web.json_response({})
        action, user = activity["value"]["action"]["verb"], activity["from"]["aadObjectId"]
        self.heard[action] += 1
        self.connected.add(user)
        card = self.card(self._next(action, user), user)
        return web.json_response({"statusCode": 200, "type": ADAPTIVE, "value": card})

    def _dialog(self, activity: Json) -> Json:
        user = activity["from"]["aadObjectId"]
        if activity["name"] == "task/submit":
            self.texts[user] = activity["value"]["data"]["text"]
            state = self.worlds.teams.state
            attached = [{"contentType": ADAPTIVE, "content": self.card("pending", user)}]
            state.post(state.chat(state.person(user)).id, "bot", attachments=attached)
            self.worlds.teams.tell("message")
            return {}
        field = {"type": "Input.Text", "id": "text", "label": "Text", "value": self.text(user)}
        save = {"type": "Action.Submit", "title": "Save", "data": {}}
        content = {"type": "AdaptiveCard", "version": "1.5", "body": [field], "actions": [save]}
        card = {"contentType": ADAPTIVE, "content": content}
        return {"task": {"type": "continue", "value": {"title": "Your text", "card": card}}}

    def card(self, state: str, user: str) -> Json:
        actions = [_execute(label, action, {"i": 12}) for label, action in BUTTONS[state]]
        body = [{"type": "TextBlock", "text": self.text(user)}, {"type": "ActionSet", "actions": actions}]
        return {"type": "AdaptiveCard", "version": "1.5", "body": body}

    def post_teams_card(self) -> None:
        """The story's card in Stories."""
        share = _execute("Share", "share", {"s": STORY, "p": 2, "n": "linkedin"})
        body = [{"type": "TextBlock", "text": "Our story"}, {"type": "ActionSet", "actions": [share]}]
        card = {"type": "AdaptiveCard", "version": "1.5", "body": body}
        attached = [{"contentType": ADAPTIVE, "content": card}]
        state = self.worlds.teams.state
        state.post(state.channel("Stories").id, "bot", attachments=attached)

    # -- pages

    async def ask(self, request: web.Request) -> web.Response:
        page = f"""<form method="post"><input type="hidden" name="t" value="{request.query["t"]}">
            <input name="host"><button>Connect</button></form>"""
        answer = web.Response(text=page, content_type="text/html")
        answer.set_cookie("browser", "one", httponly=True, samesite="Lax")
        return answer

    async def go(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert request.headers["Origin"] == self.url
        assert request.cookies["browser"] == "one"
        assert form["host"] == "nordlicht.social"
        app = {"client_name": "Small", "redirect_uris": f"{self.url}/connect/mastodon/callback", "scopes": "write"}
        async with self._http.post(self.worlds.mastodon.at("nordlicht.social", "/api/v1/apps"), data=app) as answer:
            client = (await answer.json())["client_id"]
        query = {
            "client_id": client,
            "redirect_uri": app["redirect_uris"],
            "response_type": "code",
            "scope": "write",
            "state": str(form["t"]),
        }
        raise web.HTTPSeeOther(f"https://nordlicht.social/oauth/authorize?{urlencode(query)}")

    async def back(self, request: web.Request) -> web.Response:
        assert request.query["code"]
        assert request.cookies["browser"] == "one"
        user = request.query["state"]
        self.connected.add(user)
        await self._say(self.waiting[user], "pending", user, replace=False)
        return web.Response(text="Connected.")

    async def click(self, request: web.Request) -> web.Response:
        self.clicks.append((request.method, request.headers["User-Agent"], request.headers.get("Referer", "")))
        raise web.HTTPFound("https://www.nordlicht.example/news/rotor-that-listens")


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def _button(label: str, action: str, value: Json) -> Json:
    return {"type": "button", "action_id": f"{action}#0", "text": _plain(label), "value": json.dumps(value)}


def _execute(label: str, action: str, value: Json) -> Json:
    if action == "edit":
        data = {"action": action, "value": value, "msteams": {"type": "task/fetch"}}
        return {"type": "Action.Submit", "title": label, "data": data}
    return {"type": "Action.Execute", "title": label, "verb": action, "data": {"value": value}}


@asynccontextmanager
async def playing(kind: type[SmallProduct] = SmallProduct) -> AsyncIterator[SmallProduct]:
    """All worlds with the page, and the small product, or another ``kind`` of it."""
    worlds = Worlds(
        bot_token="xoxb-test", signing_secret="secret", app_token="xapp-test",
        app_id="00000000-0000-4000-8000-00000000b07a", app_password="secret",
    )  # fmt: skip
    add_page(worlds.outside, worlds.residents)
    await worlds.outside.start()
    async with aiohttp.ClientSession() as http:
        product = kind(worlds, http)
        app = web.Application()
        app.router.add_routes(product.routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        product.url = worlds.outside.product_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield product
        finally:
            await runner.cleanup()
            await worlds.outside.stop()
