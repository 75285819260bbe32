"""What a group of facts adds up to, before it is written to the rollups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Final

from advocacy.insights import periods
from advocacy.people.departments import COMPANY, Tree

MEASURED: Final = 0
REPORTED: Final = 1
CLICKS: Final = 2
DROPPED: Final = 3
calendar = lru_cache(maxsize=4096)(periods.keys)


APART: Final = {"": 0, "repeat": 1, "own": 2, "stopped": 4}
"""Where a click is counted by why it does not count: [clicks, repeated, own, programs, ended]. Others: programs."""
PROGRAMS: Final = 3


def _five() -> list[int]:
    return [0, 0, 0, 0, 0]


def _three() -> list[int]:
    return [0, 0, 0]


def _four() -> list[int]:
    return [0, 0, 0, 0]


@dataclass(slots=True)
class StoryPart:
    """One person's part in one story: how many shares came or went, and where they belonged on the last of the days."""

    day: date
    department_id: int
    shares: int = 0


@dataclass(slots=True)
class Sums:
    """Changes to each rollup, by its key. The values are [measured, reported, clicks], for stories also [dropped]."""

    tree: Tree
    person_day: dict[tuple[int, date, int], list[int]] = field(default_factory=lambda: defaultdict(_three))
    person_period: dict[tuple[str, int], list[int]] = field(default_factory=lambda: defaultdict(_three))
    department_person: dict[tuple[str, int, int], list[int]] = field(default_factory=lambda: defaultdict(_three))
    department_period: dict[tuple[str, int], list[int]] = field(default_factory=lambda: defaultdict(_three))
    department_day: dict[tuple[int, date], list[int]] = field(default_factory=lambda: defaultdict(_three))
    story: dict[int, list[int]] = field(default_factory=lambda: defaultdict(_four))
    story_click: dict[tuple[int, str, int], list[int]] = field(default_factory=lambda: defaultdict(_five))
    story_person: dict[tuple[int, int], StoryPart] = field(default_factory=dict)
    again: set[int] = field(default_factory=set)
    """People whose last days must be worked out anew, because something was taken back or moved."""

    def share(self, person_id: int, day: date, department_id: int, *, story_id: int, kind: int, change: int) -> None:
        """A share came (+1) or went (-1)."""
        self.story[story_id][kind] += change
        self._person(person_id, day, department_id, kind, change)
        top = self.top(department_id)
        part = self.story_person.setdefault((story_id, person_id), StoryPart(day, top))
        part.shares += change
        if day >= part.day:
            part.day, part.department_id = day, top
        if change < 0:
            self.again.add(person_id)

    def clicks(self, person_id: int | None, day: date, department_id: int, *, story_id: int, count: int) -> None:
        """Clicks that count, on a link of this person; of nobody when ``None``."""
        self.story[story_id][CLICKS] += count
        if person_id is None:
            self._departments((COMPANY,), day, CLICKS, count)
        else:
            self._person(person_id, day, department_id, CLICKS, count)

    def followed(self, person_id: int | None, story_id: int, network: str, *, why: str, count: int) -> None:
        """Clicks of one kind on a link of this person; of nobody when ``None``. ``why``: as in ``Click.dropped``."""
        self.story_click[story_id, network, person_id or 0][APART.get(why, PROGRAMS)] += count

    def dropped(self, story_id: int, count: int) -> None:
        """Clicks that do not count."""
        self.story[story_id][DROPPED] += count

    def moved(self, person_id: int, day: date, old: int, new: int, values: Iterable[int]) -> None:
        """What a person did on a day counts for another department than it did. The company's figures stay."""
        before, after = self.tree.chain(old), self.tree.chain(new)
        for kind, count in enumerate(values):
            if not count:
                continue
            self.person_day[person_id, day, old][kind] -= count
            self.person_day[person_id, day, new][kind] += count
            for departments, change in ((set(before) - set(after), -count), (set(after) - set(before), count)):
                self._departments(departments, day, kind, change)
                if kind != CLICKS:
                    self._members(departments, person_id, day, kind, change)
        self.again.add(person_id)

    def top(self, department_id: int) -> int:
        """The top-level department; 0 for none."""
        chain = self.tree.chain(department_id)
        return chain[-1] if chain else 0

    def _person(self, person_id: int, day: date, department_id: int, kind: int, change: int) -> None:
        self.person_day[person_id, day, department_id][kind] += change
        for key in calendar(day):
            self.person_period[key, person_id][kind] += change
        departments = (*self.tree.chain(department_id), COMPANY)
        self._departments(departments, day, kind, change)
        if kind != CLICKS:
            self._members(departments, person_id, day, kind, change)

    def _departments(self, departments: Iterable[int], day: date, kind: int, change: int) -> None:
        for one in departments:
            self.department_day[one, day][kind] += change
            for key in calendar(day):
                self.department_period[key, one][kind] += change

    def _members(self, departments: Iterable[int], person_id: int, day: date, kind: int, change: int) -> None:
        for one in departments:
            for key in calendar(day):
                self.department_person[key, one, person_id][kind] += change
