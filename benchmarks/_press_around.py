"""The product's own bot behind doors as the SDKs' first pages of documentation have them: what a door is worth.

The same facts, the same words, the same database work as the product; only who receives and answers differs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from botbuilder.core import ActivityHandler, InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botbuilder.schema import AdaptiveCardInvokeResponse

from advocacy.app import App
from advocacy.bot.actions import Bot
from advocacy.bot.language import translator
from advocacy.chat import Private
from advocacy.playground.company import TEAMS_TENANT
from advocacy.slack import presses
from advocacy.slack.render import body as blocks
from advocacy.teams import activity as activities
from advocacy.teams import render
from advocacy.teams.names import ADAPTIVE
from advocacy.teams.seal import Seal
from benchmarks import _press_company as company
from benchmarks._press_servers import settings
from benchmarks._press_stock import Keys, bolt, cloud, serve


async def _without_doors(
    url: str, origins: dict[str, str], folder: Path, use: Callable[[Bot], Awaitable[None]]
) -> None:
    nothing = dict.fromkeys(("slack_bot_token", "slack_signing_secret", "teams_app_id", "teams_app_password"))
    app = App(settings(url, origins, folder, **nothing, teams_tenant=None))
    await app.start()
    await use(app.bot)
    await app.stop()


async def slack(url: str, origins: dict[str, str], folder: Path) -> None:
    """Bolt as it comes, with 60 listeners."""

    async def use(bot: Bot) -> None:
        async def share(ack: Any, body: dict[str, Any], respond: Any) -> None:
            came = presses.of_button(body)
            assert came is not None
            answer = await bot.handle(came.press)
            await ack()
            assert isinstance(answer, Private)
            said = blocks(answer.message, translator("en"))
            await respond(response_type="ephemeral", replace_original=False, **said)

        await serve(bolt(origins, share))

    await _without_doors(url, origins, folder, use)


async def teams(url: str, origins: dict[str, str], folder: Path) -> None:
    """CloudAdapter as shipped."""

    async def use(bot: Bot) -> None:
        adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(Keys(origins["https://login.botframework.com"])))
        await serve(cloud(adapter, _Handler(bot)))

    await _without_doors(url, origins, folder, use)


class _Handler(ActivityHandler):  # type: ignore[misc]
    """Asks the bot and draws its answer."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._seal = Seal([company.KEY])

    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
        """Answer a press with a card."""
        news = activities.heard(turn_context.activity, TEAMS_TENANT)
        press = activities.pressed(news, turn_context.activity.value, self._seal)
        answer = await self._bot.handle(press)
        assert isinstance(answer, Private)
        card = AdaptiveCardInvokeResponse(status_code=200, type=ADAPTIVE, value=render.card(answer.message))
        return InvokeResponse(status=200, body=card)
