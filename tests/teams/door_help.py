"""The real door on a loopback port, between the played Teams and a bot that records what it is asked."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from advocacy.chat import Answer, Button, Form, Input, Message, Press, UserRef
from advocacy.config import Settings
from advocacy.playground.company import TEAMS_TENANT, Resident, residents
from advocacy.playground.teams.world import TeamsWorld
from advocacy.playground.world import Outside
from advocacy.teams.door import PATH, TeamsDoor

APP_ID = "00000000-0000-4000-8000-00000000b07a"
PASSWORD = "playground-teams-password"
PAYLOADS = Path(__file__).parents[1] / "payloads" / "teams"
CARD = "application/vnd.microsoft.card.adaptive"
NOTE = "application/vnd.microsoft.activity.message"


@dataclass
class RecordingBot:
    """Keeps every press; answers what it was told to, an exception by raising it."""

    answers: list[Answer | Exception] = field(default_factory=list)
    presses: list[Press] = field(default_factory=list)

    async def handle(self, press: Press) -> Answer:
        self.presses.append(press)
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def language_of(self, who: UserRef) -> str:
        return "de"

    @property
    def last(self) -> Press:
        return self.presses[-1]


@dataclass
class Setup:
    """Everything that runs in a test."""

    world: TeamsWorld
    outside: Outside
    door: TeamsDoor
    bot: RecordingBot
    settings: Settings
    url: str
    session: aiohttp.ClientSession
    person: Resident

    @property
    def stories(self) -> str:
        return self.world.channel("Stories").id

    @property
    def chat(self) -> str:
        return self.world.chat(self.person.key)

    def activity(self, kind: str = "message", where: str = "", **more: Any) -> dict[str, Any]:
        """An activity of this person as the world builds it."""
        return self.world.inbound.activity(kind, self.person, where or self.chat, **more)

    async def post(
        self, activity: Any, *, bearer: str | None = "", headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """POST to the door. ``bearer=''`` signs well, None sends none. Answers status and JSON (None when empty)."""
        sent = dict(headers or {"Content-Type": "application/json"})
        if bearer is not None:
            sent["Authorization"] = f"Bearer {bearer or self.world.bearer()}"
        data = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        async with self.session.post(self.url + PATH, data=data, headers=sent) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else None


def teams_settings(folder: Path, **changes: Any) -> Settings:
    """Settings of a product with the Teams door only."""
    values: dict[str, Any] = {
        "database_url": f"sqlite:///{folder}/none.sqlite",
        "keys": base64.b64encode(bytes(range(32))).decode(),
        "playground": True,
        "teams_app_id": APP_ID,
        "teams_app_password": PASSWORD,
        "teams_tenant": TEAMS_TENANT,
    }
    return Settings(_env_file=None, **{**values, **changes})  # type: ignore[call-arg]


@asynccontextmanager
async def opened(folder: Path, *, installed: bool = True, **changes: Any) -> AsyncIterator[Setup]:
    """Start the world and the door; by default the app is installed for everybody and in the team."""
    world = TeamsWorld(
        residents(), app_id=APP_ID, app_password=PASSWORD, tenant=TEAMS_TENANT, enforce_limits=False, refresh_every=0.05
    )
    outside = Outside(world)
    await outside.start()
    settings = teams_settings(folder, **{"outside": outside.origins(), **changes})
    bot = RecordingBot()
    door = TeamsDoor(settings, bot)
    app = web.Application()
    door.routes(app)
    await door.start()
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    outside.product_url = url
    if installed:
        world.preinstall(team=True)
    person = next(one for one in residents() if one.teams_id and one.language == "de")
    try:
        async with aiohttp.ClientSession() as session:
            yield Setup(world, outside, door, bot, settings, url, session, person)
    finally:
        await outside.stop()
        await runner.cleanup()
        await door.stop()


STORY = Message(
    summary="A story to share: Our turbines sing",
    heading="Our turbines sing",
    paragraphs=("They do it in the key of *G*.",),
    buttons=(
        Button("Share on LinkedIn", action="share", value={"s": 7, "p": 3, "n": "linkedin"}, style="primary"),
        Button("Edit", action="edit", value={"i": 9, "_form": 1}),
        Button("Read it first", url="https://nordlicht.example/turbines"),
        Button("Delete", action="delete", value={"i": 9}, style="danger", confirm="Delete it?"),
    ),
    footnote="Be the first to share it.",
)
PENDING = Message(
    summary="Posting to LinkedIn in 30 s",
    heading="Posting to LinkedIn in 30 s",
    quote="Our turbines sing.\n\nI work at Nordlicht.",
    buttons=(Button("Undo", action="undo", value={"i": 9}),),
)
EDIT = Form(
    title="Edit",
    body=Message(summary="Edit", inputs=(Input("text", "Your text", kind="text", value="Our turbines sing."),)),
    action="edit_save",
    value={"i": 9},
    submit="Save",
    cancel="Cancel",
)
