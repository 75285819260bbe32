"""Whatever the order of edits, approvals and returns: what is approved is what was looked at, by all who are needed."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from content_help import draft, person
from hypothesis import given, settings
from hypothesis import strategies as st

from advocacy.content import approval, stories
from advocacy.content.fingerprint import fingerprint
from advocacy.content.models import Review, ReviewRule, StoryState
from advocacy.db import Database

APPROVED = {StoryState.APPROVED, StoryState.SCHEDULED, StoryState.LIVE}
TITLES = ("Wind", "A secret wind", "Another secret")
STEPS = st.one_of(
    st.tuples(st.sampled_from(("edit", "help")), st.sampled_from(TITLES)),
    st.tuples(st.just("look"), st.just("")),
    st.tuples(st.just("approve"), st.sampled_from(("author", "one", "two", "legal"))),
    st.tuples(st.just("return"), st.sampled_from(("one", "legal"))),
    st.tuples(st.just("submit"), st.just("")),
)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(STEPS, max_size=14))
def test_a_changed_content_is_never_let_through(sqlite_template: Path, steps: list[tuple[str, str]]) -> None:
    """The approved hash is of the present content, and each needed person has approved it since it was submitted."""
    with TemporaryDirectory() as folder:
        shutil.copy(sqlite_template, Path(folder) / "x.sqlite")
        asyncio.run(_play(f"sqlite:///{Path(folder) / 'x.sqlite'}", steps))


async def _play(url: str, steps: list[tuple[str, str]]) -> None:
    db = Database(url, [b"k" * 32])
    try:
        async with db.write() as s:
            people: dict[str, Any] = {"author": await person(s, "author", "editor"), "legal": await person(s, "legal")}
            people |= {name: await person(s, name, "editor") for name in ("one", "two")}
            s.add(ReviewRule(name="R", kind="words", terms=["secret"], reviewer_ids=[people["legal"].id]))
            story = await draft(s, author_id=people["author"].id)
            seen, hands = fingerprint(story), set[int]()
            for what, detail in steps:
                story = await stories.get(s, story.id)
                try:
                    if what in {"edit", "help"}:
                        who, before = people["author" if what == "edit" else "one"].id, fingerprint(story)
                        await stories.edit(s, story.id, title=detail, by_id=who, seen=story.version)
                        hands |= {who} if fingerprint(story) != before else set()
                    elif what == "look":
                        seen = fingerprint(story)
                    elif what == "approve":
                        await approval.approve(s, story.id, people[detail], seen, four_eyes=True)
                    elif what == "return":
                        await approval.give_back(s, story.id, people[detail])
                    else:
                        await approval.submit(s, story.id, people["author"].id)
                except approval.Rejected:
                    pass
                story = await stories.get(s, story.id)
                if story.state in APPROVED:
                    _is_right(story, await approval.history(s, story.id), people, hands)
                    hands = set()
    finally:
        await db.close()


def _is_right(story: Any, history: list[Review], people: dict[str, Any], hands: set[int]) -> None:
    """``hands``: who has changed it since the last approval."""
    assert story.approved_hash == fingerprint(story)
    start = max(place for place, one in enumerate(history) if one.decision == "submitted")
    by = {one.by_id for one in history[start:] if one.decision == "approved" and one.fingerprint == story.approved_hash}
    assert by & {people["one"].id, people["two"].id}
    assert by.isdisjoint({people["author"].id, *hands})
    if "secret" in story.title:
        assert people["legal"].id in by
    assert any(one.decision == "cleared" and one.fingerprint == story.approved_hash for one in history[start:])
