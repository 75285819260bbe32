"""Goals, and whether a run reached them."""

from __future__ import annotations

from dataclasses import dataclass

ENOUGH = 0.8
"""Below this part of a goal the benchmark fails: machines differ, a broken design falls further."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One line of the verdict. ``least`` goals are reached from below, others (``most``) from above."""

    name: str
    what: str
    value: float
    goal: float
    most: bool = False
    """The value must not be above the goal."""

    @property
    def part(self) -> float:
        """How much of the goal was reached; 1 and more is all of it."""
        if self.most:
            return self.goal / self.value if self.value else float("inf")
        return self.value / self.goal if self.goal else float("inf")

    def __str__(self) -> str:
        said = "reached" if self.part >= 1 else "near" if self.part >= ENOUGH else "NOT REACHED"
        sign = "<=" if self.most else ">="
        return f"{self.name:4}{self.what:58}{self.value:10.3f}  goal {sign} {self.goal:g}  {said}"


def verdict(goals: list[Goal]) -> bool:
    """Print each goal; answers whether none is further off than ``ENOUGH``."""
    for goal in goals:
        print(goal)
    return all(goal.part >= ENOUGH for goal in goals)
