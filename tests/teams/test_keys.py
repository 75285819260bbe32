"""Signing keys: rotation, a host that is slow or away, forged key names."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from door_help import Setup, opened

from advocacy.playground.world import Fault
from advocacy.teams.keys import Keys, KeysAway


@pytest.fixture
async def teams(tmp_path: Path) -> AsyncIterator[Setup]:
    """Teams and the door, the app installed everywhere."""
    async with opened(tmp_path) as setup:
        yield setup


async def test_a_rotation_is_followed_at_once(teams: Setup) -> None:
    """The first request under a new key is let in; the SDK alone refuses until its cache is a day old."""
    assert (await teams.post(teams.activity(text="one")))[0] < 300
    teams.world.rotate_keys(keep_old=False)
    assert (await teams.post(teams.activity(text="two")))[0] < 300
    assert [one.text for one in teams.bot.presses] == ["one", "two"]


async def test_tokens_of_a_withdrawn_key_are_forgotten(teams: Setup) -> None:
    """A token that was good is looked at again once the keys change."""
    old = teams.world.bearer()
    assert (await teams.post(teams.activity(text="one"), bearer=old))[0] < 300
    teams.world.rotate_keys(keep_old=False)
    assert (await teams.post(teams.activity(text="two")))[0] < 300
    assert (await teams.post(teams.activity(text="three"), bearer=old))[0] == 401


async def test_without_keys_the_answer_is_503_and_then_all_is_well(teams: Setup) -> None:
    """A key host that is down at the start: nobody is let in, nobody is refused for good."""
    teams.door._keys._keys = {}
    teams.world.faults.inject(Fault.ERROR, path="openidconfiguration")
    assert (await teams.post(teams.activity(text="one")))[0] == 503
    teams.door._keys._failed = 0.0
    assert (await teams.post(teams.activity(text="two")))[0] < 300


class Host:
    """A key host that counts, and answers when it is let."""

    def __init__(self, **keys: dict[str, Any]) -> None:
        self.keys = keys
        self.asked = 0
        self.open = asyncio.Event()
        self.open.set()
        self.broken = False

    async def read(self, url: str) -> dict[str, Any]:
        if url.endswith("openidconfiguration"):
            self.asked += 1
            await self.open.wait()
            if self.broken:
                raise aiohttp.ClientConnectionError("away")
            return {"jwks_uri": "https://keys.example/list"}
        return {"keys": list(self.keys.values())}


@pytest.fixture
def jwk(teams: Setup) -> dict[str, Any]:
    found: dict[str, Any] = teams.world.tokens.key_list()["keys"][0]
    return found


async def test_forged_key_names_cannot_make_us_hammer_the_host(jwk: dict[str, Any]) -> None:
    """A hundred unknown keys at once, and again: one fetch more than the first, until the time is over."""
    host = Host(good={**jwk, "kid": "good"})
    keys = Keys(host.read, "https://keys.example")
    assert await keys.key("good") is not None
    for _ in range(2):
        assert set(await asyncio.gather(*(keys.key(f"forged-{n}") for n in range(100)))) == {None}
    assert host.asked == 2
    keys._asked_for_unknown -= 61
    assert await keys.key("forged") is None
    assert host.asked == 3


async def test_a_slow_host_holds_up_only_who_needs_it(jwk: dict[str, Any]) -> None:
    """While a fetch hangs, known keys are answered at once and the loop never stands still."""
    host = Host(good={**jwk, "kid": "good"})
    keys = Keys(host.read, "https://keys.example")
    await keys.key("good")
    host.open.clear()
    waiting = asyncio.create_task(keys.key("unknown"))
    longest, before = 0.0, time.perf_counter()
    for _ in range(200):
        assert await keys.key("good") is not None
        await asyncio.sleep(0)
        longest, before = max(longest, time.perf_counter() - before), time.perf_counter()
    assert longest < 0.05
    assert not waiting.done()
    host.open.set()
    assert await waiting is None


async def test_who_gives_up_waiting_stops_nobody_else(jwk: dict[str, Any]) -> None:
    """The fetch is shared: one caller's cancellation leaves it running."""
    host = Host(good={**jwk, "kid": "good"})
    host.open.clear()
    keys = Keys(host.read, "https://keys.example")
    first, second = asyncio.create_task(keys.key("good")), asyncio.create_task(keys.key("good"))
    await asyncio.sleep(0)
    first.cancel()
    host.open.set()
    assert await second is not None
    assert host.asked == 1


async def test_known_keys_outlive_their_host(jwk: dict[str, Any]) -> None:
    """The host is away: old keys stay good, unknown ones can be neither accepted nor refused."""
    host = Host(good={**jwk, "kid": "good"})
    keys = Keys(host.read, "https://keys.example")
    await keys.key("good")
    host.broken = True
    for _ in range(2):
        with pytest.raises(KeysAway):
            await keys.key("new")
    assert host.asked == 2, "not at each request"
    assert await keys.key("good") is not None
    host.broken, host.keys["new"] = False, {**jwk, "kid": "new"}
    keys._failed -= 4
    assert await keys.key("new") is not None, "a fetch that failed told nothing, so it does not count"


async def test_all_who_come_during_a_rotation_are_let_in(jwk: dict[str, Any]) -> None:
    """Several requests under a new key at the same moment: one fetch, nobody refused."""
    host = Host(good={**jwk, "kid": "good"})
    keys = Keys(host.read, "https://keys.example")
    await keys.key("good")
    host.keys["new"] = {**jwk, "kid": "new"}
    assert None not in await asyncio.gather(*(keys.key("new") for _ in range(5)))
    assert host.asked == 2


async def test_old_keys_are_fetched_anew_behind_the_scenes(jwk: dict[str, Any]) -> None:
    """After half a day the answer still comes at once, and a fetch begins."""
    host = Host(good={**jwk, "kid": "good"})
    keys = Keys(host.read, "https://keys.example")
    await keys.key("good")
    keys._fetched -= 13 * 3600
    assert await keys.key("good") is not None
    assert keys._fetching is not None
    await keys._fetching
    assert host.asked == 2


async def test_one_odd_entry_does_not_spoil_the_list(jwk: dict[str, Any]) -> None:
    """Entries that are no RSA keys are passed over; a list without any is a failure."""
    host = Host(odd={"kty": "RSA", "kid": "odd"}, curve={"kty": "EC", "kid": "ec"}, good={**jwk, "kid": "good"})
    keys = Keys(host.read, "https://keys.example")
    assert await keys.key("good") is not None
    with pytest.raises(KeysAway):
        await Keys(Host(odd={"kty": "RSA"}).read, "https://keys.example").key("good")
