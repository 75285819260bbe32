"""``advocacy story``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from advocacy.cli import ground
from advocacy.cli.trouble import Trouble

if TYPE_CHECKING:
    from advocacy.config import Settings

story = typer.Typer(help="Stories and where they stand.", no_args_is_help=True)


@story.callback()
def _story() -> None:
    """Stories and where they stand."""


@story.command("list")
def list_stories(
    *,
    state: Annotated[
        str, typer.Option(help="draft, in_review, returned, approved, scheduled, live, expired or recalled")
    ] = "",
) -> None:
    """List stories, the newest first."""
    from advocacy.content.models import StoryState

    if state and state not in list(StoryState):
        raise Trouble(f"There is no state {state}; there are {', '.join(StoryState)}.", 2)
    ground.run(_list(ground.settings(), state))


async def _list(chosen: Settings, state: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from advocacy.content import stories

    async with ground.database(chosen) as db, db.read() as s:
        found = await stories.listing(s, state or None)
    table = Table("id", "state", "language", "title", "wordings", "publish", "expires", box=None)
    for one in found:
        times = [at.astimezone(chosen.zone).strftime("%Y-%m-%d %H:%M") if at else "" for at in
                 (one.publish_at, one.expires_at)]  # fmt: skip
        table.add_row(str(one.id), one.state, one.language, Text(one.title), str(len(one.captions)), *times)
    out = ground.console()
    if found:
        out.print(table)
    else:
        out.print("There are no stories yet." if not state else f"No story is {state}.")
