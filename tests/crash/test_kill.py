"""Kill -9 at random moments while stories go out, people share and readers click; then count everything."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from sqlalchemy import func, select, text

from advocacy.app import App
from advocacy.content.models import Story
from advocacy.db import now
from advocacy.demo import Demo
from advocacy.playground.captions import CAMPAIGNS
from advocacy.playground.company import Resident
from advocacy.sharing.models import Click, Link, Share, ShareState
from tests.crash.product import Product

pytestmark = pytest.mark.crash
KILLS = int(os.environ.get("KILLS", "50"))
STORIES = min(30, 2 * KILLS)
NETWORKS = ("linkedin", "mastodon", "bluesky", "threads", "x")
"""All with an API. A card has room for three: each start offers them in another order."""
SETTLED = {ShareState.POSTED, ShareState.REPORTED, ShareState.UNDONE, ShareState.OPENED, ShareState.FAILED}


@dataclass
class Seen:
    """What the outside was promised."""

    answered: set[tuple[str, int, str]] = field(default_factory=set)
    """Presses on Share that got a 200: person, story, network."""
    presses: int = 0
    clicks_answered: Counter[str] = field(default_factory=Counter)
    clicks_tried: int = 0
    broken: int = 0
    starts: list[float] = field(default_factory=list)


async def prepare(demo: Demo) -> None:
    """Connected people, stories that go live one after the other."""
    await demo.start()
    app = demo.app
    for resident in demo.worlds.residents:
        for network in NETWORKS:
            await connect(app, demo, resident, network)
    base = [await demo.write_story(campaign) for campaign in CAMPAIGNS]
    await demo.approve(base[0].id, "david.vierauge")
    async with app.db.write() as s:
        first = await s.get_one(Story, base[0].id)
        for number in range(STORIES):
            story = Story(
                title=f"Story {number}", summary="Something to share.", url=first.url, language="en", topics=[],
                channel_ids=[], department_ids=[], state="scheduled", publish_at=now() + timedelta(seconds=2 + number * 2.5),
                approved_hash="",
            )  # fmt: skip
            s.add(story)
            await s.flush()
            from advocacy.content import stories
            from advocacy.content.fingerprint import fingerprint

            story.approved_hash = fingerprint(await stories.get(s, story.id))


async def connect(app: App, demo: Demo, resident: Resident, network: str) -> None:
    async with app.db.read() as s:
        person_id = (
            await s.execute(text("SELECT id FROM person WHERE email = :e"), {"e": resident.email})
        ).scalar_one()
    ticket = parse_qs(urlsplit(app.accounts.connect_url(person_id, network)).query)["t"][0]
    worlds = demo.worlds
    if network == "bluesky":
        handle = worlds.bluesky.handle(worlds.bluesky.person(resident.key))
        await app.accounts.sign_in(ticket, "", handle, worlds.bluesky.app_password(resident.key))
        return
    url, cookie = await app.accounts.begin(ticket, "nordlicht.social" if network == "mastodon" else "")
    back = await worlds.networks[network].consent(url, resident.key)
    query = parse_qs(urlsplit(back).query)
    await app.accounts.finish(query["state"][0], query["code"][0], cookie)


async def people(demo: Demo, seen: Seen, dice: random.Random) -> None:
    """Somebody presses Share on a card that stands in a channel, again and again."""
    residents = [one for one in demo.worlds.residents if one.slack_id and one.teams_id]
    slack, teams = demo.worlds.slack, demo.worlds.teams
    while True:
        who = dice.choice(residents)
        seen.presses += 1
        try:
            if dice.random() < 0.6:
                await press_in_slack(slack, seen, who, dice)
            else:
                await press_in_teams(teams, seen, who, dice)
        except (aiohttp.ClientError, OSError, LookupError, TimeoutError):
            seen.broken += 1
        await asyncio.sleep(0.02)


async def press_in_slack(slack, seen: Seen, who: Resident, dice: random.Random) -> None:
    channel = slack.channel("news").id
    cards = slack.messages(channel)
    if not cards:
        return
    card = dice.choice(cards)
    button = dice.choice([
        one for block in card.blocks for one in block.get("elements", ())
        if one.get("action_id", "").startswith("share") and '"n"' in one.get("value", "")
    ])  # fmt: skip
    value = json.loads(button["value"])
    for _ in range(2 if dice.random() < 0.2 else 1):
        delivered = await slack.hands.press(who.slack_id, channel, card.ts, button["action_id"])
        if delivered.status == 200:
            seen.answered.add((who.email, value["s"], value["n"]))


async def press_in_teams(teams, seen: Seen, who: Resident, dice: random.Random) -> None:
    channel = teams.channel("Stories").id
    activities = [one for one in teams.activities(channel) if one["attachments"]]
    if not activities:
        return
    chosen = dice.choice(activities)
    actions = [
        action for action in _actions(chosen["attachments"][0]["content"])
        if action.get("verb") == "share"
    ]  # fmt: skip
    if not actions:
        return
    action = dice.choice(actions)
    delivered = await teams.hands.press(who.key, channel, chosen["id"], action)
    if delivered.status == 200:
        seen.answered.add((who.email, action["data"]["s"], action["data"]["n"]))


def _actions(thing):
    if isinstance(thing, dict):
        if thing.get("type") == "Action.Execute":
            yield thing
        for value in thing.values():
            yield from _actions(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from _actions(value)


async def readers(demo: Demo, seen: Seen, dice: random.Random) -> None:
    """Somebody follows a posted link, each with a browser of their own; an answer that arrived is a promise."""
    async with aiohttp.ClientSession() as session:
        while True:
            posts = demo.worlds.linkedin.posts() + demo.worlds.bluesky.posts()
            if posts:
                link = dice.choice(posts).url_of_link
                seen.clicks_tried += 1
                agent = {"User-Agent": f"Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Firefox/143.{seen.clicks_tried}"}
                try:
                    async with session.get(link, allow_redirects=False, headers=agent) as answer:
                        if answer.status in {301, 302, 303, 307}:
                            seen.clicks_answered[link.rsplit("/", 1)[1]] += 1
                except (aiohttp.ClientError, OSError):
                    seen.broken += 1
            await asyncio.sleep(0.01)


async def settle(demo: Demo, app: App) -> None:
    """Give the last process time to finish what the killed ones began."""
    async with asyncio.timeout(240):
        while True:
            async with app.db.read() as s:
                left = await s.scalar(select(func.count()).select_from(Share).where(
                    Share.state.in_((ShareState.PENDING, ShareState.SENDING, ShareState.UNKNOWN))))  # fmt: skip
                waiting = await s.scalar(text(
                    "SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')"
                    " OR (state = 'unknown' AND lane LIKE 'slack%')"))  # fmt: skip
            if not left and not waiting:
                return
            await asyncio.sleep(0.2)


async def look_at_cards(demo: Demo) -> None:
    """People open their Teams channels: their clients ask for each card, which proves that it is there."""
    who = next(one for one in demo.worlds.residents if one.key == "david.vierauge")
    for name in ("Stories", "Sales"):
        channel = demo.worlds.teams.channel(name).id
        for activity in demo.worlds.teams.activities(channel):
            await demo.worlds.teams.hands.refresh(who.key, channel, activity["id"])


async def test_nothing_is_lost_and_nothing_happens_twice(tmp_path: Path) -> None:
    """After every kill: no answered share lost, none posted twice, no card twice, no answered click lost."""
    dice = random.Random(20261123)
    demo = Demo(
        tmp_path, undo_seconds=0, card_refresh_seconds=30.0, log_level="WARNING", networks=NETWORKS,
        x_cost_accepted=True,
    )  # fmt: skip
    for network in NETWORKS:
        demo.worlds.networks[network].previews = False
    demo.worlds.slack.limits.burst = 50
    await prepare(demo)
    app, settings = demo.app, demo.app.settings
    await app.stop()
    seen, begun, kills = Seen(), perf_counter(), 0
    product = Product(settings, tmp_path / "product.log")
    outside = [asyncio.create_task(people(demo, seen, dice)) for _ in range(8)]
    outside.append(asyncio.create_task(readers(demo, seen, dice)))
    for turn in range(KILLS):
        first = turn % len(NETWORKS)
        product.settings = settings.model_copy(update={"networks": NETWORKS[first:] + NETWORKS[:first]})
        await product.start()
        seen.starts.append(perf_counter())
        await asyncio.sleep(dice.uniform(0.02, 2.0))
        await product.kill()
        kills += 1
    for task in outside:
        task.cancel()
    await asyncio.gather(*outside, return_exceptions=True)
    await product.start()
    reader = App(settings)
    settling = perf_counter()
    await settle(demo, reader)
    print(
        f"settled in {perf_counter() - settling:.0f} s; {(seen.starts[-1] - seen.starts[0]) / len(seen.starts):.1f} s a kill"
    )
    await look_at_cards(demo)
    await product.stop()
    try:
        await verdict(demo, reader, seen, kills, perf_counter() - begun)
    finally:
        await reader.db.close()
        await demo.worlds.outside.stop()


async def verdict(demo: Demo, app: App, seen: Seen, kills: int, seconds: float) -> None:
    async with app.db.read() as s:
        rows = (await s.execute(text(
            "SELECT person.email, share.story_id, share.network, share.state, link.code FROM share"
            " JOIN person ON person.id = share.person_id JOIN link ON link.share_id = share.id"))).all()  # fmt: skip
        clicks = dict((await s.execute(
            select(Link.code, func.count()).join(Click, Click.link_id == Link.id).where(Click.dropped.in_(("", "repeat"))).group_by(Link.code)
        )).all())  # fmt: skip
        cards = (await s.execute(text("SELECT story_id, channel_id, state FROM placement"))).all()
    posts: Counter[str] = Counter()
    for name in NETWORKS:
        for post in demo.worlds.networks[name].posts():
            posts[post.url_of_link.rsplit("/", 1)[1]] += 1
    recorded = {(email, story, network) for email, story, network, _, _ in rows}
    lost = seen.answered - recorded
    unposted = [row for row in rows if row[3] == ShareState.POSTED and posts[row[4]] == 0]
    unsettled = [row for row in rows if row[3] not in SETTLED]
    twice = {code: number for code, number in posts.items() if number > 1}
    strangers = set(posts) - {row[4] for row in rows}
    lost_clicks = {
        code: number - clicks.get(code, 0)
        for code, number in seen.clicks_answered.items()
        if clicks.get(code, 0) < number
    }
    extra = sum(clicks.values()) - seen.clicks_tried
    print()
    for name in NETWORKS:
        mine = [row for row in rows if row[2] == name]
        missing = sum(one[2] == name for one in (*lost, *unposted))
        print(
            f"{name:9} {len(mine):4} shares, {sum(posts[row[4]] for row in mine):4} posts,"
            f" {sum(row[4] in twice for row in mine)} duplicates, {missing} lost"
        )
    doubled_cards = _doubled(demo)
    unclear = Counter(state for _, _, state in cards)
    print(
        f"{kills} kills in {seconds:.0f} s: {seen.presses} presses ({len(seen.answered)} shares answered), {len(rows)} shares recorded,"
        f" {sum(posts.values())} posts; lost {len(lost) + len(unposted)}, posted twice {len(twice)}, unsettled {len(unsettled)};"
        f" {len(cards)} cards placed ({dict(unclear)}), twice {doubled_cards};"
        f" {sum(seen.clicks_answered.values())} clicks answered, {sum(clicks.values())} stored, lost {sum(lost_clicks.values())};"
        f" {seen.broken} requests broken by the kills"
    )
    assert kills >= KILLS
    unshared = set(NETWORKS) - {row[2] for row in rows}
    assert not unshared or kills < 50, f"people must have shared on {unshared}"
    assert seen.answered, "people must have shared"
    assert sum(seen.clicks_answered.values()) > 0, "readers must have clicked"
    assert not lost, f"answered and then lost: {sorted(lost)[:5]}"
    assert not unposted, f"said to be posted, but on no network: {unposted[:5]}"
    assert not unsettled, f"never settled: {unsettled[:5]}"
    assert not twice, f"posted twice: {twice}"
    assert not strangers, f"posts that nobody recorded: {strangers}"
    assert doubled_cards == 0
    assert not lost_clicks, f"answered clicks that are not stored: {lost_clicks}"
    assert extra <= 0, f"{extra} more clicks stored than were made"


def _doubled(demo: Demo) -> int:
    """Cards of one story that stand twice in one channel."""
    doubled = 0
    for name in ("news", "sales-stories", "tech-stories"):
        marks = Counter(
            str((message.metadata or {}).get("event_payload", {}).get("marker"))
            for message in demo.worlds.slack.messages(demo.worlds.slack.channel(name).id)
        )
        doubled += sum(number - 1 for number in marks.values())
    for name in ("Stories", "Sales"):
        placed: Counter[int] = Counter()
        for activity in demo.worlds.teams.activities(demo.worlds.teams.channel(name).id):
            found = {action["data"].get("p") for one in activity["attachments"] for action in _actions(one["content"])}
            placed.update(one for one in found if one)
        doubled += sum(number - 1 for number in placed.values())
    return doubled
