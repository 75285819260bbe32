"""Whatever the order of presses, faults, kills, recalls and workers: each share ends as one post or a clear no.

The search must find the bugs it is for: those are planted here, one at a time.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from advocacy.sharing import outcomes
from tests.sharing.search import search


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "crowd.sqlite")
    return f"sqlite:///{tmp_path / 'crowd.sqlite'}"


def test_nothing_is_posted_twice_lost_or_against_a_promise(sqlite_url: str, tmp_path: Path) -> None:
    """At most one post per person, story, network and round; none after undo or recall, or with another text.

    In the end every share has settled, and the counts are what is really there.
    """
    assert search(sqlite_url, tmp_path, 8).ends["posts"] > 5, "a search in which little is posted proves little"


def test_the_same_holds_with_two_workers_on_postgresql(postgres_tables: str, tmp_path: Path) -> None:
    """A shorter search; each worker has connections of its own."""
    assert search(postgres_tables, tmp_path, 4).ends["posts"] > 2


def test_the_search_notices_a_post_on_a_guess(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The seeded bug: when what nobody knows is taken for not posted, an order of steps leads to a second post."""
    monkeypatch.setattr(outcomes.NotKnown, "apply", outcomes.NotThere.apply)
    with pytest.raises(AssertionError, match="posted twice on"):
        search(sqlite_url, tmp_path, 60, start=9)  # one that comes upon it soon
