"""Forgetting what somebody shared, from the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import select

from advocacy.content.models import Story
from advocacy.db import Database
from advocacy.people.models import Person
from advocacy.sharing.models import Account, Share, ShareState
from tests.test_cli import ROSTER, TEST_KEY, Run, bare, cli  # noqa: F401 - fixtures


async def shared(url: str) -> None:
    db = Database(url, [TEST_KEY])
    async with db.write() as s:
        ada = (await s.scalars(select(Person).where(Person.email == "ada@nordlicht.example"))).one()
        story = Story(title="Wind", summary="", url="https://www.nordlicht.example/w", language="de")
        s.add(story)
        await s.flush()
        for number, state in enumerate((ShareState.REPORTED, ShareState.WAITING)):
            values = {"network": f"x{number}", "key": f"k{number}", "state": state, "text": "Hallo."}
            s.add(Share(person_id=ada.id, story_id=story.id, **values))
        s.add(Account(person_id=ada.id, network="myspace", remote_id="1", handle="ada", token="t"))
    await db.close()


def test_forgetting_is_shown_first_and_done_when_told(cli: Run, database_url: str, tmp_path: Path) -> None:  # noqa: F811
    """A dry run changes nothing; --apply does it and says how each network took it; again there is nothing to do."""
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    cli("people", "import", "roster.csv", "--apply")
    asyncio.run(shared(database_url))
    nobody = cli("people", "forget", "nobody@nordlicht.example")
    assert (nobody.code, nobody.err) == (1, "Nobody here has the address nobody@nordlicht.example.\n")
    for _ in range(2):
        dry = cli("people", "forget", "Ada@nordlicht.example")
        assert "is still employed here, stays in the roster, and can begin anew." in dry.out
        assert "1 account (myspace), 1 share that has not left yet, texts and addresses of 1 share." in dry.out
        assert "This was a dry run; nothing was changed. To do it, say --apply." in dry.out
    done = cli("people", "forget", "ada@nordlicht.example", "--apply")
    assert "Done: 1 account disconnected, 1 share cancelled, 1 share reduced to counts." in done.out
    assert "myspace did not take the permission back; here it was deleted." in done.out
    assert (
        "Nothing is kept of what ada@nordlicht.example shared." in cli("people", "forget", "ada@nordlicht.example").out
    )
