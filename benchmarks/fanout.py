"""A story to hundreds of channels, a digest to 20,000 people: how close to the least that the vendors' limits allow.

    python -m benchmarks.fanout [--people 20000] [--only sqlite]

Slack and Teams are played on loopback with their limits, and each call is 80 to 250 ms on its way. Pauses are skipped
(``_skipping``): all figures are in seconds as they would pass on a processor of our own, the vendors' work included.
Least is what a sender needs who never waits for anything but the pace that we keep: Slack's "several hundred a minute",
half of Teams' 50 a second, since older pages say 30.

- D1 time against the least, for 500 + 300 channels and for a digest in direct messages, SQLite and PostgreSQL
- D2 how many answers are 429; with 429s and lost answers thrown in, each message is there once
- D4 CPU of a message against a plain POST of the same body; what the vendors' side costs is in both
- D5 a post to 10 channels in the middle of a digest against the same alone; an answer to a press meanwhile
- D6 writing the digests, memory, and counters on cards

Ends with an error when something falls short by more than a fifth.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import psutil
import structlog
from sqlalchemy import func, select

from advocacy.bot.home import digests
from advocacy.chat import Message, UserRef
from advocacy.db import after_commit
from advocacy.delivery import outbox, placements
from advocacy.delivery.limits import LANES
from advocacy.delivery.models import Outbox, OutboxState
from advocacy.delivery.places import Place
from advocacy.jobs import Jobs, sending
from advocacy.playground.company import SLACK_TEAM
from advocacy.playground.world import Fault
from benchmarks import _fanout_stage as company
from benchmarks import _skipping
from benchmarks._databases import KINDS, databases
from benchmarks._fanout_stage import Stage, stage
from benchmarks._goals import Goal, verdict

SLACK, TEAMS, SMALL = 500, 300, 10
CPU = 12.0
TROUBLES = 12
IN_TEAMS = 20
"""One in so many people has the digest in Teams."""
FIRST = 100
"""Seconds of a digest after which somebody presses."""
TEXT = "Forty turbines turn off the coast, and nobody hears them. " * 6
CARD = Message(summary="A story", heading="A story", paragraphs=(TEXT,))


def least(platform: str, messages: int, requests: int = 1) -> float:
    """Seconds that so many messages need at the pace we keep."""
    pace = LANES[platform]
    return max(1.0, (messages * requests - pace.burst) / pace.rate)


async def known(it: Stage, slack: range, teams: range) -> list[Place]:
    """These channels, as an editor has connected them before."""
    async with it.db.write() as s:
        return await company.places_of(s, slack, teams)


async def put(it: Stage, there: list[Place]) -> None:
    """A story's cards for these channels, and off they go."""
    async with it.db.write() as s:
        story = await company.live(s, f"Story for {len(there)} channels")
        for placement, place in await placements.place(s, story.id, there, "story"):
            marker = f"placement:{placement.id}"
            await outbox.send(s, place.to, CARD, marker, placement.id, holds_for=story.approved_hash)
        after_commit(s, it.worker.wake.set)


async def until(it: Stage, messages: int, patience: float, seconds: float = 0.5) -> None:
    """So many messages have been taken by the vendors."""
    ends = it.loop.time() + patience
    while it.heard.posts.total() < messages and it.loop.time() < ends:  # noqa: ASYNC110 - the vendors tell nobody
        await asyncio.sleep(seconds)


async def channels(kind: str, url: str, folder: Path) -> list[Goal]:
    """One story to many channels; the same to few for comparison; and how counters on cards behave."""
    async with stage(url, folder) as it:
        await company.settle(it, SLACK + SMALL, TEAMS)
        it.jobs.start()
        heard = it.heard
        few, many = await known(it, range(SLACK, SLACK + SMALL), range(0)), await known(it, range(SLACK), range(TEAMS))
        began = it.loop.time()
        await put(it, few)
        await until(it, SMALL, 60, 0.05)
        alone = heard.last["slack"] - began
        await asyncio.sleep(10)
        began, statements, cpu = it.loop.time(), it.statements.count, time.process_time()
        await put(it, many)
        await until(it, SLACK + TEAMS + SMALL, 900)
        took = {name: at - began for name, at in heard.last.items()}
        cpu = (time.process_time() - cpu) / (SLACK + TEAMS)
        slack = least("slack", SLACK) / took["slack"]
        teams = least("teams", TEAMS) / took["teams"]
        each = (it.statements.count - statements) / (SLACK + TEAMS)
        wrong = SLACK + TEAMS + SMALL - len(heard.posts) + sum(count > 1 for count in heard.posts.values())
        plain = await plain_post(it)
        print(f"{kind}: {SLACK} Slack channels in {took['slack']:.1f} s, {TEAMS} in Teams in {took['teams']:.1f} s; "
              f"{SMALL} channels alone in {alone:.1f} s; {each:.1f} statements a message; CPU {cpu * 1e6:.0f} us, of a "
              f"plain POST {plain * 1e6:.0f} us, with the vendors' side in both")  # fmt: skip
        return [
            Goal("D1", f"{kind}, {SLACK} Slack channels, of the least time", slack, 0.97),
            Goal("D1", f"{kind}, {TEAMS} Teams channels, of the least time", teams, 0.9),
            Goal("D2", f"{kind}, channels: 429s", heard.throttled, 0, most=True),
            Goal("D2", f"{kind}, channels: lost or doubled", wrong, 0, most=True),
            Goal("D4", f"{kind}, CPU a message, of a plain POST", cpu / plain, CPU, most=True),
        ]  # fmt: skip


async def plain_post(it: Stage, times: int = 300) -> float:
    """CPU seconds of a plain POST of such a message to the played Slack."""
    it.worlds.slack.limits.posts = False
    url = it.worlds.outside.at("slack.com", "/api/chat.postMessage")
    body = {"channel": company.slack_channel(0), "text": TEXT, "blocks": [
        {"type": "section", "text": {"type": "mrkdwn", "text": TEXT}} for _ in range(2)]}  # fmt: skip
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer xoxb-playground"}) as session:

        async def one() -> None:
            async with session.post(url, json=body) as answer:
                assert (await answer.json())["ok"]

        cpu = time.process_time()
        for _ in range(times // 10):
            await asyncio.gather(*(one() for _ in range(10)))
        return (time.process_time() - cpu) / times


async def digest(kind: str, url: str, folder: Path, people: int) -> list[Goal]:
    """A digest to everybody, with presses and a small post in the middle of it."""
    in_teams = people // IN_TEAMS
    async with stage(url, folder) as it:
        await company.settle(it, 2 * SMALL, 0)
        await company.hire(it, people, in_teams)
        it.jobs.start()
        alone = await small_post(it, range(SMALL), 0)
        await it.jobs.stop()
        goals = await written(kind, it, people + in_teams)
        it.jobs = Jobs([*sending(it.worker)])
        it.jobs.start()
        heard, process = it.heard, psutil.Process()
        before = most = process.memory_info().rss
        statements, cpu, began = it.statements.count, time.process_time(), it.loop.time()
        presses = min(200, int(least("slack", people) / 10))
        small = asyncio.create_task(small_post(it, range(SMALL, 2 * SMALL), FIRST))
        answers = asyncio.create_task(press(it, presses))
        it.worker.wake.set()
        expected, ends = people + in_teams + presses + 2 * SMALL, began + 2 * least("slack", people)
        while heard.posts.total() < expected and it.loop.time() < ends:
            await asyncio.sleep(1)
            most = max(most, process.memory_info().rss)
            it.worlds.slack.workspace.log.clear()  # what the vendor keeps is none of our memory
        took, in_teams_took = heard.last["slack"] - began, heard.last["teams"] - began
        cpu = (time.process_time() - cpu) / expected
        waited = sorted(await answers)
        late, p50, p99 = await small, statistics.median(waited), waited[int(len(waited) * 0.99)]
        print(f"{kind}: {people} digests in Slack in {took / 60:.1f} min, {in_teams} in Teams in "
              f"{in_teams_took / 60:.1f} min; {(it.statements.count - statements) / expected:.1f} statements and "
              f"{cpu * 1e3:.2f} ms CPU a message, vendors included; answers after {p50:.2f} s (p50); "
              f"{SMALL} channels in {late:.1f} s, alone {alone:.1f} s")  # fmt: skip
        return [
            *goals,
            Goal("D1", f"{kind}, {people} digests in Slack, of the least time",
                 least("slack", people + presses + SMALL) / took, 0.97),
            Goal("D1", f"{kind}, {in_teams} digests in Teams, of the least time",
                 least("teams", in_teams, 2) / in_teams_took, 0.9),
            Goal("D2", f"{kind}, digests: 429s", heard.throttled, 0, most=True),
            Goal("D2", f"{kind}, digests: lost or doubled",
                 abs(heard.posts.total() - expected), 0, most=True),
            Goal("D5", f"{kind}, {SMALL} channels during a digest, of the same alone", late / alone, 2, most=True),
            Goal("D5", f"{kind}, answers to presses meanwhile, p99 in s", p99, 1, most=True),
            Goal("D6", f"{kind}, memory while sending, MiB more", (most - before) / 2**20, 64, most=True),
        ]  # fmt: skip


async def written(kind: str, it: Stage, people: int) -> list[Goal]:
    """How long it takes to write all digests, and for how long at a time nobody else can write."""
    statements, began, longest, each = it.statements.count, it.loop.time(), 0.0, 1
    while each:
        unit = it.loop.time()
        each = await digests.write(it.parts)
        longest = max(longest, it.loop.time() - unit)
    took, each_ = it.loop.time() - began, (it.statements.count - statements) / people
    print(f"{kind}: {people} digests written in {took:.1f} s, {each_:.2f} statements each")
    return [
        Goal("D6", f"{kind}, digests written, people a second", people / took, 500),
        Goal("D6", f"{kind}, statements a digest written", each_, 0.2, most=True),
        Goal("D6", f"{kind}, longest unit of work while writing them, s", longest, 0.5, most=True),
    ]


async def small_post(it: Stage, numbers: range, after: float) -> float:
    """Seconds that a post to a few channels takes."""
    await asyncio.sleep(after)
    there = await known(it, numbers, range(0))
    began = it.loop.time()
    await put(it, there)
    wanted = [company.slack_channel(one) for one in numbers]
    while not all(it.heard.posts[one] for one in wanted):  # noqa: ASYNC110 - the vendors tell nobody
        await asyncio.sleep(0.05)
    return it.loop.time() - began


async def press(it: Stage, times: int) -> list[float]:
    """Seconds that each answer takes until Slack has it. Answers go to people whose digest still waits or is there."""
    await asyncio.sleep(FIRST / 2)
    waited = []
    for number in range(times):
        await asyncio.sleep(7 + number % 5 / 3)
        began = it.loop.time()
        async with it.db.write() as s:
            who = UserRef("slack", SLACK_TEAM, f"U{number + 1:08}")
            await outbox.tell(s, who, "", Message(summary=f"answer {number}"), f"tell:{number}")
            after_commit(s, it.worker.wake_urgent.set)
        ends = began + 600
        while f"answer {number}" not in it.heard.awaited and it.loop.time() < ends:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.02)
        waited.append(it.loop.time() - began)
    return waited


async def trouble(kind: str, url: str, folder: Path) -> list[Goal]:
    """429s and lost answers all the time: in the end each message is there, and there once."""
    people, slack, teams = 150, 60, 40
    async with stage(url, folder) as it:
        await company.settle(it, slack, teams)
        await company.hire(it, people, people // IN_TEAMS)
        await written(kind, it, people + people // IN_TEAMS)
        expected, began, thrown = people + people // IN_TEAMS + slack + teams, it.loop.time(), 0
        it.jobs.start()
        await put(it, await known(it, range(slack), range(teams)))
        while it.heard.posts.total() < expected and it.loop.time() < began + 1800:
            if thrown < TROUBLES:
                thrown += 1
                it.worlds.slack.faults.inject(Fault.THROTTLE, path="chat.postMessage", retry_after=2)
                it.worlds.slack.faults.inject(Fault.LOST_ANSWER, path="chat.postMessage")
                if (
                    "teams" in it.heard.last and it.loop.time() < it.heard.last["teams"] + 3
                ):  # the last row must get through
                    it.worlds.teams.faults.inject(Fault.THROTTLE, path="conversations", retry_after=1)
                    it.worlds.teams.faults.inject(Fault.LOST_ANSWER, path="conversations")
            await asyncio.sleep(3)
        await asyncio.sleep(120)  # whoever would send twice has done so by then
        async with it.db.read() as s:
            query = select(Outbox.lane, Outbox.state, func.count()).group_by(Outbox.lane, Outbox.state)
            states = {f"{lane.partition(':')[0]} {state}": count for lane, state, count in await s.execute(query)}
        seen = seen_by_people(it, range(slack), range(teams), people)
        print(
            f"{kind}, trouble: {thrown} times 429 and a lost answer at each vendor, {it.heard.throttled} 429s; {states}"
        )
        waits = sum(
            count for name, count in states.items() if OutboxState.PENDING in name or OutboxState.SENDING in name
        )
        return [
            Goal("D2", f"{kind}, trouble: messages that are not there", seen.count(0) + waits, 0, most=True),
            Goal("D2", f"{kind}, trouble: messages there twice", sum(one > 1 for one in seen), 0, most=True),
        ]


def seen_by_people(it: Stage, slack: range, teams: range, people: int) -> list[int]:
    """How many messages stand in each channel and each chat that should have one."""
    world, state = it.worlds.slack, it.worlds.teams.state
    seen = [len(world.messages(company.slack_channel(one))) for one in slack]
    seen += [len(world.messages(world.im(f"U{one:08}").id)) for one in range(1, people + 1)]
    seen += [len(state.conversations[company.teams_channel(one)].activities) for one in teams]
    chats = [one for one in state.conversations.values() if one.kind == "personal"]
    return [*seen, *(len(one.activities) for one in chats), *([0] * (people // IN_TEAMS - len(chats)))]


def main(people: int, kinds: tuple[str, ...]) -> int:
    """All of it; 0 when it is good enough."""
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # it wonders where the time went
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    goals: list[Goal] = []
    for kind in kinds:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            with databases(kind, folder, "channels", "digest", "trouble") as urls:
                goals += _skipping.run(channels(kind, urls["channels"], folder))
                goals += _skipping.run(trouble(kind, urls["trouble"], folder))
                goals += _skipping.run(digest(kind, urls["digest"], folder, people))
    return 0 if verdict(goals) else 1


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--only", choices=KINDS)
    chosen = options.parse_args()
    sys.exit(main(chosen.people, (chosen.only,) if chosen.only else KINDS))
