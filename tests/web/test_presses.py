"""How many presses of ours lie between the chat and a connected account, in both doors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from advocacy.bot.account_cards import accounts_message
from advocacy.bot.answers import answer
from advocacy.bot.around import Around
from advocacy.bot.language import translator
from advocacy.chat import Message
from advocacy.db import now
from advocacy.playground.networks.consent import ConsentWorld
from advocacy.sharing.models import Share
from advocacy.slack import render as slack
from advocacy.teams import render as teams
from tests.web.conftest import Browser, Product

T = translator("en")
DOORS: dict[str, Callable[[Message], Any]] = {"slack": lambda one: slack.body(one, T), "teams": teams.card}


def links(drawn: Any) -> Iterator[str]:
    """Addresses behind the buttons that a door draws."""
    if isinstance(drawn, dict):
        if drawn.get("type") in {"button", "Action.OpenUrl"} and "url" in drawn:
            yield drawn["url"]
        drawn = list(drawn.values())
    if isinstance(drawn, list):
        for part in drawn:
            yield from links(part)


async def message(product: Product, network: str, where: str) -> Message:
    url = product.accounts.connect_url(product.member.id, network)
    if where == "accounts":
        return accounts_message(T, [], product.networks, {network: url}, at=now(), zone=ZoneInfo("Europe/Berlin"))
    async with product.db.read() as s:
        share = await s.get_one(Share, await product.waiting_share(network))
    return answer(T, Around(share, "Wind", product.networks[network], now(), connect_url=url))


@pytest.mark.parametrize("door", DOORS)
async def test_two_presses_connect(product: Product, browser: Browser, door: str) -> None:
    """One in the chat, from “accounts” or a share that waits, and one on our page; the rest is the network's own."""
    for network, where in (("linkedin", "accounts"), ("mastodon", "share")):
        [url] = [one for one in links(DOORS[door](await message(product, network, where))) if "/connect/" in one]
        presses = 1
        page = await browser.get(url)
        assert page.body.count("<form") == page.body.count("<button") == 1
        [token] = re.findall(r'name="t" value="([^"]+)"', page.body)
        consent = await browser.post(f"/connect/{network}", {"t": token, "host": "nordlicht.social"})
        presses += 1
        world = product.outside.worlds[network]
        assert isinstance(world, ConsentWorld)
        end = await browser.get(await world.consent(consent.headers["Location"], product.resident.key), follow=True)
        assert "is connected" in end.body
        assert presses == 2
