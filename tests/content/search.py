"""Tries orders of what can happen at the editorial desk, to find one after which a wrong message leaves."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
import time
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
import time_machine
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.conftest import create_all, postgres
from tests.content.desk import LEADERS, Desk
from tests.content.judge import Judge

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
MINUTES = st.sampled_from([None, -5, 1, 5, 30])
MEANWHILE = (
    "recall", "withdraw", "edit", "give_back", "stop", "lead", "publish_at", "expires_at", "embargo_until",
)  # fmt: skip
TITLES = st.sampled_from(["Wind", "Sun", "Rain"])


class WhatLeaves(RuleBasedStateMachine):
    """An editorial desk at which anything may happen at any time."""

    desk: Desk
    loop: asyncio.AbstractEventLoop
    written = Bundle("written")

    def __init__(self) -> None:
        super().__init__()
        self.clock = time_machine.travel(START, tick=False)
        self.traveller = self.clock.start()
        self.do(self.desk.clear())

    def do(self, step: Coroutine[Any, Any, object]) -> None:
        self.loop.run_until_complete(step)

    def teardown(self) -> None:
        try:
            if not self.desk.judge.wrong:
                self.do(self.desk.come_to_rest(lambda seconds: self.traveller.shift(timedelta(seconds=seconds))))
                self.do(self.desk.check_what_stands())
            self.nothing_arrived_that_should_not()
        finally:
            self.clock.stop()

    @invariant()
    def nothing_arrived_that_should_not(self) -> None:
        if self.desk.judge.wrong:
            raise AssertionError("; ".join(self.desk.judge.wrong))

    @initialize(target=written, sent=st.booleans())
    def first(self, sent: bool) -> int:
        return self.write_and_publish("Wind", sent)

    @rule(target=written, title=TITLES)
    def write(self, title: str) -> int:
        return self.loop.run_until_complete(self.desk.write(title))

    @rule(story=written, title=TITLES, summary=st.sampled_from(["", "More of it"]))
    def edit(self, story: int, title: str, summary: str) -> None:
        self.do(self.desk.edit(story, title, summary))

    @rule(story=written)
    def approve(self, story: int) -> None:
        self.do(self.desk.approve(story))

    @rule(story=written)
    def approve_and_publish(self, story: int) -> None:
        self.do(self.desk.submit(story))
        self.do(self.desk.approve(story))
        self.do(self.desk.publish())

    @rule(story=written)
    def give_back(self, story: int) -> None:
        self.do(self.desk.give_back(story))

    @rule(story=written)
    def submit(self, story: int) -> None:
        self.do(self.desk.submit(story))

    @rule(target=written, title=TITLES, then_sent=st.booleans())
    def write_and_publish(self, title: str, then_sent: bool) -> int:
        story = self.write(title)
        self.approve_and_publish(story)
        if then_sent:
            self.send()
        return story

    @rule(story=written, really=st.sampled_from([False, False, False, True]), with_cards=st.booleans())
    def recall(self, story: int, really: bool, with_cards: bool) -> None:
        if really:  # after it nothing happens to a story any more: not too often
            self.do(self.desk.recall(story, with_cards=with_cards))

    @rule(story=written, names=st.sampled_from([LEADERS, LEADERS[:1], ()]), minutes=st.sampled_from([5, 30]))
    def lead(self, story: int, names: tuple[str, ...], minutes: int) -> None:
        self.do(self.desk.lead(story, names, minutes))

    @rule(target=written, title=TITLES, minutes=st.sampled_from([5, 30]), begins=MINUTES)
    def write_for_leaders(self, title: str, minutes: int, begins: int | None) -> int:
        story = self.write(title)
        self.plan(story, "publish_at", begins)
        self.lead(story, LEADERS, minutes)
        self.approve_and_publish(story)
        return story

    @rule(really=st.booleans())
    def stop(self, really: bool) -> None:
        if really:  # in a stop little can be found: not too often
            self.do(self.desk.stop())

    @rule()
    def lift(self) -> None:
        self.do(self.desk.lift())

    @rule(
        story=written, minutes=MINUTES,
        field=st.sampled_from(["publish_at", "embargo_until", "expires_at", "rights_until"]),
    )  # fmt: skip
    def plan(self, story: int, field: str, minutes: int | None) -> None:
        self.do(self.desk.plan(story, field, minutes))

    @rule(story=written)
    def resend(self, story: int) -> None:
        self.do(self.desk.resend(story))

    @rule(seconds=st.sampled_from([1, 10, 61, 301, 1801]))
    def time_passes(self, seconds: int) -> None:
        self.traveller.shift(timedelta(seconds=seconds))

    @rule()
    def publish(self) -> None:
        self.do(self.desk.publish())

    @rule()
    def refresh(self) -> None:
        self.do(self.desk.refresh())

    @rule()
    def send(self) -> None:
        self.do(self.desk.send())

    @rule(kind=st.sampled_from(["retry", "unknown", "unknown_after"]))
    def send_in_trouble(self, kind: str) -> None:
        self.desk.trouble(kind)
        self.do(self.desk.send())

    @rule(story=written, what=st.sampled_from(MEANWHILE))
    def send_while_something_happens(self, story: int, what: str) -> None:
        steps = {
            "recall": lambda: self.desk.recall(story, with_cards=False),
            "withdraw": lambda: self.desk.recall(story, with_cards=True),
            "stop": self.desk.stop,
            "lead": lambda: self.desk.lead(story, (), 5),
            "publish_at": lambda: self.desk.plan(story, "publish_at", 31),
            "edit": lambda: self.desk.edit(story, "Other", ""),
            "give_back": lambda: self.desk.give_back(story),
            "expires_at": lambda: self.desk.plan(story, "expires_at", -5),
            "embargo_until": lambda: self.desk.plan(story, "embargo_until", 5),
        }
        self.desk.limits.meanwhile = steps[what]
        self.do(self.desk.send())

    @rule()
    def look_for_lost_cards(self) -> None:
        self.do(self.desk.look())


def search(url: str, folder: Path, examples: int, start: int | None = 0) -> Judge:
    """Try so many orders of steps; fails with one that lets something leave it should not. Answers what arrived.

    They are the same each time for the same ``start``, and at random without one.
    """
    with asyncio.Runner() as runner:
        desk = Desk(url, folder)
        runner.run(desk.open())
        machine = type("Machine", (WhatLeaves,), {"desk": desk, "loop": runner.get_loop()})
        try:
            run_state_machine_as_test(
                machine if start is None else seed(start)(machine),
                settings=settings(
                    max_examples=examples, stateful_step_count=25, deadline=None, derandomize=False, database=None,
                    phases=[Phase.generate], suppress_health_check=list(HealthCheck),
                ),
            )  # fmt: skip
        finally:
            runner.run(desk.close())
    return desk.judge


def main() -> None:
    """The long search on both databases: ``ADVOCACY_SEARCH`` orders on SQLite, half as many on PostgreSQL."""
    examples, began = int(os.environ.get("ADVOCACY_SEARCH", "400")), time.monotonic()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    judges = []
    with tempfile.TemporaryDirectory() as folder, postgres() as server:
        for url, count in ((f"sqlite:///{folder}/desk.sqlite", examples), (server, examples // 2)):
            asyncio.run(create_all(url))
            judges.append(search(url, Path(folder), count, None))
            print(f"{url.partition(':')[0]}: {count} orders, {judges[-1].arrived} messages arrived", flush=True)
    arrived, to_leaders = sum(one.arrived for one in judges), sum(one.to_leaders for one in judges)
    seconds = time.monotonic() - began
    print(f"test-search: {seconds:.0f} s, {arrived} messages arrived ({to_leaders} at leaders), none of them wrong")


if __name__ == "__main__":
    main()
