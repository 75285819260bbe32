"""A small honest bot: checks every token as the Bot Framework asks, keeps what it hears, answers as told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import ClientSession, web

from advocacy.playground.company import Resident, residents
from advocacy.playground.teams.world import TeamsWorld
from advocacy.playground.world import Outside

APP_ID = "00000000-0000-4000-8000-00000000a001"
SECRET = "a-secret-of-nobody"
TENANT = "00000000-0000-4000-8000-0000000000aa"
STORY = "Our turbines sing"


def share_card(**more: Any) -> dict[str, Any]:
    """A card with one of each action a story needs."""
    return {
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": [
            {"type": "TextBlock", "text": STORY},
            {"type": "Input.Text", "id": "note", "label": "Note", "isRequired": False},
        ],
        "actions": [
            {"type": "Action.Execute", "title": "Share", "verb": "share.start", "data": {"story": "7"}},
            {"type": "Action.Submit", "title": "Edit", "data": {"msteams": {"type": "task/fetch"}, "verb": "edit"}},
            {"type": "Action.OpenUrl", "title": "Read", "url": "https://nordlicht.example/turbines"},
        ],
        **more,
    }


def attached(card: dict[str, Any]) -> dict[str, Any]:
    """A message that carries a card."""
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "summary": STORY, "attachments": [{"contentType": kind, "content": card}]}


def text_card(text: str) -> dict[str, Any]:
    """A card that only says something."""
    return {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": text}]}


def view_answer(card: dict[str, Any]) -> dict[str, Any]:
    """The answer that shows a card to who pressed."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": card}


def note_answer(text: str) -> dict[str, Any]:
    """The answer that shows a short text to who pressed."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": text}


def dialog_answer(card: dict[str, Any], title: str = "Edit") -> dict[str, Any]:
    """The answer that opens a dialog."""
    held = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"task": {"type": "continue", "value": {"title": title, "card": held}}}


@dataclass
class Bot:
    """The product's end of the line, and its calls to the connector."""

    world: TeamsWorld
    http: ClientSession
    heard: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    """By verb or invoke name: a JSON body, a status, or a function of the activity."""
    token: str = ""

    async def receive(self, request: web.Request) -> web.Response:
        """The endpoint ``/api/messages``."""
        activity = await request.json()
        try:
            await self.check(request.headers.get("Authorization", ""), activity)
        except (jwt.InvalidTokenError, KeyError):
            return web.Response(status=401)
        self.heard.append(activity)
        self.world.tell("heard")
        value = activity.get("value")
        action = value.get("action") if isinstance(value, dict) else None
        verb = action["verb"] if isinstance(action, dict) else ""
        answer = self.answers.get(verb, self.answers.get(activity.get("name", ""), {}))
        if callable(answer):
            answer = answer(activity)
        if isinstance(answer, int):
            return web.Response(status=answer)
        return web.json_response(answer)

    async def check(self, authorization: str, activity: dict[str, Any]) -> None:
        """Verify a token with the published keys only. Raises jwt.InvalidTokenError or KeyError."""
        token = authorization.removeprefix("Bearer ")
        kid = jwt.get_unverified_header(token)["kid"]
        metadata = await self.get(self.world.at("login.botframework.com", "/v1/.well-known/openidconfiguration"))
        listed = await self.get(metadata["jwks_uri"])
        published = {one["kid"]: one for one in listed["keys"]}[kid]
        assert "msteams" in published["endorsements"]
        key = jwt.PyJWK(published)
        claims = jwt.decode(
            token,
            key.key,
            algorithms=metadata["id_token_signing_alg_values_supported"],
            issuer=metadata["issuer"],
            audience=APP_ID,
            leeway=300,
            options={"require": ["exp", "nbf"]},
        )
        if claims["serviceurl"] != activity["serviceUrl"]:
            raise jwt.InvalidTokenError("serviceurl")

    async def get(self, url: str) -> Any:
        """Fetch a JSON document."""
        async with self.http.get(url) as answer:
            return await answer.json()

    async def sign_in(self, **changed: str) -> tuple[int, dict[str, Any]]:
        """Ask for an access token."""
        form = {
            "grant_type": "client_credentials",
            "client_id": APP_ID,
            "client_secret": SECRET,
            "scope": "https://api.botframework.com/.default",
            **changed,
        }
        tenant = form.pop("tenant", TENANT)
        url = self.world.at("login.microsoftonline.com", f"/{tenant}/oauth2/v2.0/token")
        async with self.http.post(url, data=form) as answer:
            body: dict[str, Any] = await answer.json()
            self.token = body.get("access_token", self.token)
            return answer.status, body

    async def call(self, method: str, path: str, body: Any = None, token: str | None = None) -> tuple[int, Any]:
        """Call the connector below ``/v3``; signs in first when needed."""
        if token is None and not self.token:
            await self.sign_in()
        url = self.world.service_url + "v3" + path
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        async with self.http.request(method, url, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def post_card(self, channel: str, card: dict[str, Any]) -> tuple[str, str]:
        """Start a thread in a channel with a card; gives conversation id and activity id."""
        asked = {
            "isGroup": True,
            "channelData": {"channel": {"id": self.world.channel(channel).id}, "tenant": {"id": TENANT}},
            "activity": attached(card),
        }
        status, made = await self.call("POST", "/conversations", asked)
        assert status == 201, made
        return made["id"], made["activityId"]


async def listening(bot_of: list[Bot], outside: Outside) -> web.AppRunner:
    """Start the bot's endpoint and point the outside world at it."""

    async def receive(request: web.Request) -> web.Response:
        return await bot_of[0].receive(request)

    app = web.Application()
    app.router.add_post("/api/messages", receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    outside.product_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    return runner


def people() -> list[Resident]:
    """Those who use Teams."""
    return [one for one in residents() if one.teams_id]
