"""What a form keeps on its way through a Teams client: unchanged, for this person and this form, or not at all."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from door_help import EDIT, Setup, opened

from advocacy.chat import OpenForm, UserRef
from advocacy.teams.seal import KEPT, Seal

JANA = UserRef("teams", "t", "jana")
FORM = replace(EDIT, kept={"by": "till"})


@pytest.fixture
async def teams(tmp_path: Path) -> AsyncIterator[Setup]:
    """Teams and the door, the app installed everywhere."""
    async with opened(tmp_path) as setup:
        yield setup


def test_what_was_kept_comes_back() -> None:
    """Under the key of today and under older ones; an empty keeping is one too."""
    old, new = Seal([b"old"]), Seal([b"new", b"old"])
    assert new.kept(old.keep(FORM, JANA).value, JANA, FORM.action) == {"by": "till"}
    assert new.kept(new.keep(replace(FORM, kept={}), JANA).value, JANA, FORM.action) == {}
    assert new.keep(EDIT, JANA) is EDIT


def test_what_was_changed_does_not() -> None:
    """Other words, another person, another form, another key, a message's seal, or nothing at all."""
    seal = Seal([b"key"])
    value = seal.keep(FORM, JANA).value
    sealed = str(value[KEPT])
    assert seal.kept(value, replace(JANA, user="leon"), FORM.action) is None
    assert seal.kept(value, JANA, "compose_save") is None
    assert Seal([b"other"]).kept(value, JANA, FORM.action) is None
    swapped = sealed.replace("till", "leon")
    of_a_message = seal.put(json.dumps({"by": "leon"}), JANA, FORM.action)
    for forged in (swapped, of_a_message, "", "x", ".{}", "\ud800.{}", None, 5, {"by": "leon"}):
        assert seal.kept({**value, KEPT: forged}, JANA, FORM.action) is None, forged
    assert seal.kept({}, JANA, FORM.action) is None


async def submit(teams: Setup, data: dict[str, Any]) -> None:
    status, _ = await teams.post(
        teams.activity("invoke", name="task/submit", value={"data": data, "context": {"theme": "default"}})
    )
    assert status == 200


async def test_a_forged_client_keeps_nothing(teams: Setup) -> None:
    """Over the wire: the honest dialog brings it back, one that drops or changes it does not."""
    teams.bot.answers = [OpenForm(FORM)]
    fetched = teams.activity("invoke", name="task/fetch", value={"data": {"action": "edit", "value": {}}})
    _, body = await teams.post(fetched)
    drawn = body["task"]["value"]["card"]["content"]["body"]
    data = next(one["actions"][0]["data"] for one in drawn if one["type"] == "ActionSet")
    assert data["action"] == FORM.action
    await submit(teams, {**data, "text": "New"})
    assert (teams.bot.last.kept, teams.bot.last.value, teams.bot.last.inputs) == (
        FORM.kept,
        FORM.value,
        {"text": "New"},
    )
    for value in (FORM.value, {**data["value"], KEPT: {"by": "leon"}}):
        await submit(teams, {**data, "value": value})
        assert (teams.bot.last.kept, teams.bot.last.value) == (None, FORM.value)
