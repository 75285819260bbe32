"""Kill -9 between the acknowledgement of a press and its commit: the next process does it, once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import pytest
from sqlalchemy import func, select

from advocacy.app import App
from advocacy.bot.models import SeenEvent
from advocacy.config import Settings
from advocacy.demo import Demo
from advocacy.playground.captions import CAMPAIGNS
from advocacy.playground.company import Resident
from advocacy.playground.slack.state import Message
from advocacy.sharing.models import Link, Share
from benchmarks._databases import KINDS, databases, locked
from tests.crash.product import Product
from tests.crash.test_kill import connect

pytestmark = pytest.mark.crash


async def card_of_a_story(demo: Demo) -> Message:
    """A story's card in the channel #news."""
    await demo.start()
    story = await demo.write_story(CAMPAIGNS[0])
    await demo.approve(story.id, "david.vierauge")
    slack = demo.worlds.slack
    await slack.until(lambda: slack.messages(slack.channel("news").id), seconds=30)
    return slack.messages(slack.channel("news").id)[0]


async def press(demo: Demo, who: Resident, card: Message) -> float:
    """Press Share; answers the seconds until Slack had its acknowledgement."""
    action = next(
        one["action_id"] for block in card.blocks for one in block.get("elements", ())
        if one.get("action_id", "").startswith("share") and "linkedin" in one.get("value", "")
    )  # fmt: skip
    began = perf_counter()
    delivered = await demo.worlds.slack.hands.press(
        str(who.slack_id), demo.worlds.slack.channel("news").id, card.ts, action
    )
    assert delivered.status == 200
    return perf_counter() - began


async def counted(settings: Settings) -> tuple[int, int, int]:
    """Shares, links of shares, and events noted."""
    reader = App(settings)
    async with reader.db.read() as s:
        shares, links, events = [
            await s.scalar(query) or 0 for query in (
                select(func.count()).select_from(Share),
                select(func.count()).select_from(Link).where(Link.share_id.is_not(None)),
                select(func.count()).select_from(SeenEvent),
            )
        ]  # fmt: skip
    await reader.db.close()
    return shares, links, events


def kept(settings: Settings) -> dict[Path, bytes]:
    return {one: one.read_bytes() for one in (settings.spool / "presses").iterdir()}


async def done(settings: Settings) -> None:
    async with asyncio.timeout(20):
        while any(kept(settings).values()):  # noqa: ASYNC110 - another process writes them
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("connected", [True, False], ids=["short way", "long way"])
@pytest.mark.parametrize("kind", KINDS)
async def test_an_acknowledged_press_outlives_its_process(tmp_path: Path, kind: str, connected: bool) -> None:
    """Acknowledged within two seconds while nothing can be committed, then killed: the share is there once, and said.

    On PostgreSQL its event may be committed by then (the long way notes it first), and nothing else. At last its mark
    is lost as well, as in a power cut: nothing happens a second time.
    """
    with TemporaryDirectory() as name, databases(kind, Path(name), "late") as urls:
        demo = Demo(tmp_path, database_url=urls["late"], undo_seconds=600, log_level="WARNING", networks=("linkedin",))
        card = await card_of_a_story(demo)
        settings = demo.app.settings
        who = next(one for one in demo.worlds.residents if one.key == "jana.feld")
        if connected:
            await connect(demo.app, demo, who, "linkedin")
        await demo.app.stop()
        product = Product(settings, tmp_path / "product.log")
        await product.start()
        holder = locked(urls["late"], "link")
        await asyncio.to_thread(holder.__enter__)
        took = await press(demo, who, card)
        await product.kill()
        left = kept(settings)
        await asyncio.to_thread(holder.__exit__, None, None, None)
        shares, links, events = await counted(settings)
        print(
            f"\n{kind}, connected {connected}: acknowledged after {took:.2f} s; then {shares} shares, {events} events"
        )
        assert (shares, links) == (0, 0)
        assert events <= int(kind == "postgresql")
        assert any(left.values())
        assert took < 2.0
        await product.start()
        await done(settings)
        assert (await counted(settings))[:2] == (1, 1)
        told = demo.worlds.slack.ephemerals
        await demo.worlds.slack.until(lambda: [one for one in told(str(who.slack_id)) if "LinkedIn" in str(one.blocks)])
        await product.kill()
        for path, raw in left.items():
            path.write_bytes(raw)
        await product.start()
        await done(settings)
        assert (await counted(settings))[:2] == (1, 1)
        await product.stop()
        assert kept(settings) == {}
        await demo.worlds.outside.stop()
