"""docs/features.md is held true: each of its rows is pressed in both doors, over HTTP, as people would."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from advocacy.app import ACTIONS
from advocacy.bot.catalogue import WORDS
from advocacy.chat import Form, Message
from tests.doors import limits
from tests.doors.play import played
from tests.doors.stage import DoorName
from tests.loop.stage import fresh_database

HERE = Path(__file__).parent
TABLE = HERE.parents[1] / "docs" / "features.md"
TYPED = {"slack": re.compile(r"`/advocacy (\w+)[^`]*`"), "teams": re.compile(r"`(\w+)[^`]*`")}


@dataclass(frozen=True)
class Row:
    """One feature."""

    feature: str
    actions: frozenset[str]
    slack: str
    teams: str

    def surface(self, door: DoorName) -> str:
        return self.slack if door == "slack" else self.teams

    def is_in(self, door: DoorName) -> bool:
        """Or a dash: this product has another way for it."""
        return not self.surface(door).startswith("–")


def table() -> list[Row]:
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("| ")][1:]
    cells = [[one.strip() for one in line.split("|")[1:5]] for line in lines]
    return [Row(feature, frozenset(re.findall(r"`(\w+)`", actions)), *doors) for feature, actions, *doors in cells]


def test_every_action_has_a_scene() -> None:
    """Whoever adds an action adds the scene in which it is pressed; this is told before the long tests tell it."""
    scenes = "\n".join(path.read_text("utf-8") for path in HERE.glob("*_scenes.py"))
    names = {one: {one, *(word for word, does in WORDS.items() if does is action)} for one, action in ACTIONS.items()}
    named = set(re.findall(r'["<](\w+)', scenes))
    assert sorted(one for one, known in names.items() if one != "command" and not known & named) == []


@pytest.mark.slow
@pytest.mark.parametrize(("door", "language"), [("slack", "en"), ("teams", "de")])
async def test_every_row_is_pressed(
    door: DoorName, language: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Each action by its own surface, with the answer that belongs to it, and each command that the table names."""
    url = "" if door == "slack" else await fresh_database(request.getfixturevalue("postgres_url"), "features")
    async with played(tmp_path, door, language, url) as stage:
        rows = [row for row in table() if row.is_in(door)]
        wanted = {action for row in rows for action in row.actions}
        assert stage.pressed == wanted
        assert {word for row in rows for word in TYPED[door].findall(row.surface(door))} == stage.typed
        worlds = stage.demo.worlds
        assert (worlds.slack.workspace.warnings, worlds.teams.errors) == ({}, []), "a client showed an error"
        print(f"\n{door}, {language}: {len(rows)} rows, {len(stage.pressed)} actions, {len(stage.typed)} commands")
        _hold_limits([*stage.said, *await stage.sent()], language)


def _hold_limits(said: list[Message | Form], language: str) -> None:
    """Every message and form that was said is within the vendors' limits in both doors, and each kind also stretched."""
    seen = limits.look(said, language)
    if not limits.SCHEMA.exists():
        print("skipped: the Adaptive Cards schema does not lie beside the checkout")
    print(
        f"{len(said)} messages and forms, {seen.drawn} drawn; largest card {seen.largest_card}, largest view "
        f"{seen.largest_view} bytes, most blocks {seen.most_blocks}"
    )
    assert seen.wrong == []
