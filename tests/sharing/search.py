"""Tries orders of what can happen to shares, to find one after which a post is there twice, lost, or should not be."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import tempfile
import time
from collections import Counter
from collections.abc import Coroutine
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
import time_machine
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import FlakyFailure
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run

from advocacy.sharing import posting
from tests.conftest import create_all, postgres
from tests.sharing.company import BLANKED, PLAIN, WINDY
from tests.sharing.crowd import Crowd
from tests.sharing.fake_network import KINDS

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
STEPS = 15
WORKERS = {"sqlite": "two workers in one process", "postgresql": "two workers with connections of their own"}
PERSON = st.sampled_from([0, 0, 0, 1])
STORY = st.sampled_from([PLAIN, PLAIN, PLAIN, WINDY, BLANKED])
"""Mostly the first, so that much happens to few."""
RARELY = st.sampled_from([False, False, True])
NETWORK = st.sampled_from(KINDS)
WHICH = st.integers(0, 7)
"""One of the shares there are, counted from the newest."""
FAULT = st.sampled_from(["busy", "broken", "broken", "lost", "lost", "refused", "killed", "killed_after", "late"])
BUTTONS = st.sampled_from([
    "undo", "undo", "post_now", "hold", "retry", "again", "report_done", "report_not_done", "use_dialog", "skip_marker",
])  # fmt: skip
MEANWHILE = st.sampled_from(["undo", "edit", "again", "disconnect", "revoke", "start", "work", "no_longer"])
BEFORE_CALL = st.sampled_from([
    "undo", "edit", "again", "disconnect", "revoke", "recall", "withdraw", "stop", "work",
])  # fmt: skip


class WhatIsPosted(RuleBasedStateMachine):
    """People, networks and workers at whom anything may happen at any time."""

    crowd: Crowd
    loop: asyncio.AbstractEventLoop

    def __init__(self) -> None:
        super().__init__()
        self.clock = time_machine.travel(START, tick=False)
        self.traveller = self.clock.start()
        self.crowd.wait = lambda seconds: self.traveller.shift(timedelta(seconds=seconds))
        self.words = 0
        self.do(self.crowd.clear())

    def do(self, step: Coroutine[Any, Any, object]) -> None:
        self.loop.run_until_complete(step)

    def teardown(self) -> None:
        try:
            if not self.crowd.truth.wrong:
                self.do(self.crowd.come_to_rest())
                self.do(self.crowd.check())
                self.do(self.crowd.check_rest())
            self.judge()
        finally:
            self.clock.stop()

    def judge(self) -> None:
        if self.crowd.truth.wrong:
            self.crowd.found += self.crowd.truth.wrong
            raise AssertionError("; ".join(self.crowd.truth.wrong))

    @invariant()
    def nothing_is_twice_lost_or_wrong(self) -> None:
        self.do(self.crowd.check())
        self.judge()

    def key(self, which: int) -> str:
        keys = list(self.crowd.truth.shares)
        return keys[-1 - which % len(keys)]

    @initialize(
        networks=st.lists(NETWORK, min_size=2, max_size=3, unique=True),
        agreed=st.lists(NETWORK, max_size=2, unique=True),
        story=st.sampled_from([PLAIN, PLAIN, BLANKED]),
        fault=st.sampled_from(["", "busy", "broken", "lost", "killed", "killed_after"]),
    )
    def first(self, networks: list[str], agreed: list[str], story: int, fault: str) -> None:
        """So that something happens in each run."""
        for network in agreed:
            self.do(self.crowd.agree(0, network))
        for network in networks:
            self.do(self.crowd.start(0, story, network))
        self.crowd.faults.next = fault

    # -- people ------------------------------------------------------------------------------------------------------

    @rule(person=PERSON, story=STORY, network=NETWORK)
    def start(self, person: int, story: int, network: str) -> None:
        self.do(self.crowd.start(person, story, network))

    @rule(verb=BUTTONS, which=WHICH, times=st.sampled_from([1, 1, 2]))
    def press(self, verb: str, which: int, times: int) -> None:
        key = self.key(which)
        for _ in range(times):
            self.do(self.crowd.press(verb, key))

    @rule(presses=st.lists(st.tuples(WHICH, WHICH), min_size=1, max_size=3))
    def press_what_is_there(self, presses: list[tuple[int, int]]) -> None:
        for which, button in presses:
            self.do(self.crowd.press_what_is_there(self.key(which), button))

    @rule(which=st.integers(0, 11))
    def press_where_it_waits(self, which: int) -> None:
        self.do(self.crowd.press_where_it_waits(which))

    @rule(which=WHICH)
    def edit(self, which: int) -> None:
        self.words += 1
        self.do(self.crowd.press("edit", self.key(which), text_=f"In my words {self.words}."))

    @rule(which=WHICH, hours=st.sampled_from([0, 0, 1, 3]))
    def plan(self, which: int, hours: int) -> None:
        self.do(self.crowd.plan(self.key(which), hours))

    @rule(which=WHICH)
    def write_around_the_blank(self, which: int) -> None:
        """Refused: a blank never leaves."""
        self.words += 1
        self.do(self.crowd.press("edit", self.key(which), text_=f"In my words {self.words}: [your reason]."))

    @rule(which=WHICH)
    def delete(self, which: int) -> None:
        self.do(self.crowd.delete_post(self.key(which)))

    @rule(which=WHICH)
    def look_at_profile(self, which: int) -> None:
        self.do(self.crowd.look_at_profile(self.key(which)))

    @rule(person=PERSON, network=NETWORK, what=st.sampled_from(["connect", "disconnect", "revoke"]))
    def account(self, person: int, network: str, what: str) -> None:
        self.do(self.account_step(what, person, network))

    async def account_step(self, what: str, person: int, network: str) -> None:
        match what:
            case "connect":
                await self.crowd.connect(person, network)
            case "disconnect":
                await self.crowd.disconnect(person, network)
            case _:
                await self.crowd.revoke(person, network)

    # -- the communications team, rarely: afterwards little can be found ----------------------------------------------

    @rule(story=STORY, really=RARELY, alone=st.booleans())
    def recall(self, story: int, really: bool, alone: bool) -> None:
        if really:
            self.do(self.crowd.recall(story, alone=alone))

    @rule(story=STORY, really=RARELY, noticed=st.booleans())
    def expire(self, story: int, really: bool, noticed: bool) -> None:
        if really:
            self.do(self.crowd.expire(story, noticed=noticed))

    @rule(really=RARELY)
    def stop(self, really: bool) -> None:
        if really:
            self.do(self.crowd.stop())

    @rule()
    def lift(self) -> None:
        self.do(self.crowd.lift())

    # -- posts that leave by themselves, people who leave --------------------------------------------------------------

    @rule(person=PERSON, network=NETWORK)
    def agree(self, person: int, network: str) -> None:
        self.do(self.crowd.agree(person, network))

    @rule()
    def announce(self) -> None:
        self.do(self.crowd.announce())

    @rule(person=PERSON, then=st.booleans())
    def no_longer(self, person: int, then: bool) -> None:
        self.do(self.crowd.no_longer(person))
        if then:
            self.do(self.crowd.look_after_consents())

    @rule(person=PERSON, really=RARELY, noticed=st.booleans())
    def leave(self, person: int, really: bool, noticed: bool) -> None:
        if really:
            self.do(self.crowd.leave(person, noticed=noticed))

    @rule()
    def come_back(self) -> None:
        for person in range(2):
            self.do(self.crowd.come_back(person))

    @rule()
    def forget(self) -> None:
        self.do(self.crowd.forget())

    # -- time, networks, workers -------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([3, 31, 31, 61, 601, 3600, 9000]))
    def time_passes(self, seconds: int) -> None:
        self.traveller.shift(timedelta(seconds=seconds))

    @rule(both=st.booleans(), seconds=st.sampled_from([0, 31, 61]))
    def work(self, both: bool, seconds: int) -> None:
        self.traveller.shift(timedelta(seconds=seconds))
        self.do(self.crowd.work(both=both))
        self.crowd.forget_steps()

    @rule(fault=FAULT, both=st.booleans(), seconds=st.sampled_from([0, 31, 31]))
    def work_in_trouble(self, fault: str, both: bool, seconds: int) -> None:
        self.crowd.faults.next = fault
        if fault == "late":
            self.crowd.faults.late = self.crowd.overtaken
        self.work(both, seconds)

    @rule(what=MEANWHILE, which=WHICH)
    def work_while_something_happens(self, what: str, which: int) -> None:
        """While the call is under way."""
        key = self.key(which)
        self.crowd.faults.meanwhile = lambda: self.happens(what, key)
        self.work(both=False, seconds=31)

    @rule(what=BEFORE_CALL, which=WHICH, first=st.sampled_from(["", "", "broken", "lost"]))
    def something_happens_before_the_call(self, what: str, which: int, first: str) -> None:
        """After a share was taken to be posted, or to be looked up when its answer was lost ``first``."""
        key = self.key(which)
        if first:
            self.crowd.faults.next = first
            self.work(both=False, seconds=31)
        self.crowd.at_picture = lambda: self.happens(what, key)
        with pytest.MonkeyPatch.context() as patch:  # what another hand has under way by then, nothing stops
            patch.setattr(posting, "AT_ONCE", 1)
            self.work(both=False, seconds=31)

    async def happens(self, what: str, key: str) -> None:
        person_id, story_id, _ = self.crowd.truth.shares[key]
        person = [one.id for one in self.crowd.people].index(person_id)
        story = self.crowd.stories.index(story_id)
        match what:
            case "edit":
                self.words += 1
                await self.crowd.press("edit", key, text_=f"In my words {self.words}.")
            case "disconnect" | "revoke":
                for network in KINDS:
                    await self.account_step(what, person, network)
            case "recall" | "withdraw":
                await self.crowd.recall(story, alone=what == "recall")
            case "stop":
                await self.crowd.stop()
            case "no_longer":
                await self.crowd.no_longer(person)
            case "start":
                for network in KINDS[:-1]:
                    await self.crowd.start(person, story, network)
            case "work":
                await self.crowd.workers[1].run_due()
            case _:
                await self.crowd.press(what, key)

    @rule(how=st.sampled_from(["busy", "broken", "", ""]))
    def away(self, how: str) -> None:
        """All networks go, or are back."""
        self.crowd.faults.away = how

    @rule()
    def restart(self) -> None:
        self.do(self.crowd.restart())


@dataclass(frozen=True)
class Found:
    """What a search came upon, besides nothing wrong."""

    ends: Counter[str]
    """How the shares ended, and how many posts there were."""
    acts: Counter[str]
    """How often what happened."""
    met: Counter[str]
    """How often calls to networks met which fault."""


def search(url: str, folder: Path, examples: int, start: int | None = 0) -> Found:
    """Try so many orders of steps; fails with one after which something is wrong.

    They are the same each time for the same ``start``, and at random without one.
    """
    with asyncio.Runner() as runner:
        crowd = Crowd(url, folder)
        runner.run(crowd.open())
        machine = type("Machine", (WhatIsPosted,), {"crowd": crowd, "loop": runner.get_loop()})
        try:
            run(
                machine if start is None else seed(start)(machine),
                settings=settings(
                    max_examples=examples, stateful_step_count=STEPS, deadline=None, derandomize=False, database=None,
                    phases=[Phase.generate], suppress_health_check=list(HealthCheck),
                ),
            )  # fmt: skip
        except FlakyFailure as error:  # two workers race: the same steps need not fail again
            raise AssertionError("; ".join(crowd.found)) from error
        finally:
            runner.run(crowd.close())
    return Found(crowd.tally, +crowd.acts, crowd.faults.met)


def _search(url: str, folder: str, examples: int) -> Found:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    asyncio.run(create_all(url))
    return search(url, Path(folder), examples, None)


def main() -> None:
    """The long search: three of five runs on SQLite, two on PostgreSQL, at once; ``ADVOCACY_SEARCH`` of them in all."""
    examples, began = int(os.environ.get("ADVOCACY_SEARCH", "2000")), time.monotonic()
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, postgres() as server, ProcessPoolExecutor(2, spawn) as pool:
        parts = {f"sqlite:///{folder}/crowd.sqlite": examples - examples * 2 // 5, server: examples * 2 // 5}
        under_way = {pool.submit(_search, url, folder, count): url for url, count in parts.items()}
        total: Counter[str] = Counter()
        for one in as_completed(under_way):
            found, url = one.result(), under_way[one]
            print(f"{url.partition(':')[0]}, {WORKERS[url.partition(':')[0]]}: {parts[url]} runs")
            for name, counts in (("ended", found.ends), ("acts", found.acts), ("calls met", found.met)):
                print(f"  {name}: {', '.join(f'{what} {many}' for what, many in sorted(counts.items()))}", flush=True)
            total += found.ends
    posts, shares = total.pop("posts"), total.total()
    seconds = time.monotonic() - began
    print(f"test-shares: {seconds:.0f} s, {examples} runs, {shares} shares, {posts} posts, 0 duplicates, 0 lost")


if __name__ == "__main__":
    main()
