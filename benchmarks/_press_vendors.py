"""Slack's and Microsoft's side on loopback: takes private answers, publishes signing keys, says yes to the rest."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from aiohttp import web

from advocacy.playground.teams.tokens import BotTokens
from benchmarks._press_requests import APP_ID


class Vendors:
    """Start it in the loop of the load generator."""

    def __init__(self, tenant: str) -> None:
        self.tokens = BotTokens(APP_ID, tenant)
        self.answers: dict[int, float] = {}
        """When the private answer to each Slack press arrived."""
        self.empty = 0
        """Private answers that say nothing."""
        self.keys_asked = 0
        self.keys_speak = asyncio.Event()
        """While not set, the key host takes connections and does not answer."""
        self.keys_speak.set()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self) -> None:
        """Listen."""
        application = web.Application()
        application.router.add_post("/actions/{team}/{number}", self._answer)
        application.router.add_get("/v1/.well-known/openidconfiguration", self._metadata)
        application.router.add_get("/v1/.well-known/keys", self._keys)
        application.router.add_route("*", "/{tail:.*}", self._anything)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, backlog=2048).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Hang up."""
        if self._runner is not None:
            await self._runner.cleanup()

    def origins(self) -> dict[str, str]:
        """The vendors' hosts, all here."""
        hosts = ("https://slack.com", "https://hooks.slack.com", "https://login.botframework.com",
                 "https://login.microsoftonline.com", "https://smba.trafficmanager.net")  # fmt: skip
        return dict.fromkeys(hosts, self.url)

    async def _answer(self, request: web.Request) -> web.Response:
        said = await request.json()
        self.answers.setdefault(int(request.match_info["number"]), time.perf_counter())
        self.empty += not (said.get("blocks") or said.get("text"))
        return web.Response(text="ok")

    async def _metadata(self, _request: web.Request) -> web.Response:
        self.keys_asked += 1
        await self.keys_speak.wait()
        return web.json_response({
            "issuer": "https://api.botframework.com", "jwks_uri": f"{self.url}/v1/.well-known/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        })  # fmt: skip

    async def _keys(self, _request: web.Request) -> web.Response:
        await self.keys_speak.wait()
        return web.json_response(self.tokens.key_list())

    async def _anything(self, _request: web.Request) -> web.Response:
        said: dict[str, Any] = {
            "ok": True, "ts": "1.1", "channel": "C0NEWS0001", "bot_id": "B0", "user_id": "U0", "team_id": "T0",
            "id": "1", "activityId": "1", "access_token": "token", "expires_in": 3599, "token_type": "Bearer",
        }  # fmt: skip
        return web.json_response(said)
