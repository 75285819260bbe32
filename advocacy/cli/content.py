"""``advocacy feed`` and ``advocacy story``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advocacy.cli import ground
from advocacy.cli.trouble import Trouble

if TYPE_CHECKING:
    from advocacy.config import Settings
    from advocacy.content.feeds.pull import Pulled

feed = typer.Typer(help="RSS and Atom sources.", no_args_is_help=True)
story = typer.Typer(help="Stories and where they stand.", no_args_is_help=True)

_PROBLEMS = {
    "not_a_feed": "{source} is no RSS or Atom feed. If it is a web page, look there for the address of its feed.",
    "empty": "{source} has no entries.",
    "too_large": "{source} is larger than 5 MB; ask for a feed with fewer entries.",
    "missing": "There is nothing at {source} (404). Look on the site for the address of its feed.",
    "gone": "{source} was taken away for good (410). Look on the site for another feed.",
    "forbidden": "{source} asks for a password or lets nobody in; only public feeds can be read.",
    "busy": "{source} asks us to come back later. Try again in an hour.",
    "unreachable": "{source} cannot be reached. Check the address, and open it in a browser.",
    "blocked": "{source} is not visited: only public addresses that begin with https:// or http:// are.",
}


@feed.callback()
def _feed() -> None:
    """RSS and Atom sources."""


@story.callback()
def _story() -> None:
    """Stories and where they stand."""


@feed.command("pull")
def pull(
    source: Annotated[str, typer.Argument(help="address of the feed, or a file")],
    *,
    language: Annotated[str, typer.Option(help="language of the drafts; the feed's own when not given")] = "",
    review: Annotated[int, typer.Option(min=0, help="so many of the newest drafts go to the editors")] = 5,
) -> None:
    """Turn new entries of a feed into drafts, and put the newest in front of the editors."""
    from advocacy.content.fields import is_language

    if language and not is_language(language):
        raise Trouble(f"{language} is no language; write de or en.", 2)
    if "://" not in source and not Path(source).is_file():
        raise Trouble(f"There is no file {source}; an address begins with https://.")
    ground.run(_pull(ground.settings(), source, language, review))


async def _pull(chosen: Settings, source: str, language: str, review: int) -> None:
    from advocacy.content import approval
    from advocacy.content.feeds import pull as feeds

    place = source if "://" in source else Path(source)
    async with ground.database(chosen) as db, ground.http(chosen) as http:
        pulled = await feeds.pull(db, http, place, language=language)
        if pulled.problem in _PROBLEMS:
            raise Trouble(_PROBLEMS[pulled.problem].format(source=source))
        sent = pulled.drafts[:review]
        async with db.write() as s:
            for story_id in reversed(sent):
                await approval.submit(s, story_id, None)
    ground.console().print(_told(pulled, len(sent)), markup=False)


def _told(pulled: Pulled, sent: int) -> str:
    if pulled.unchanged:
        return "Nothing new: the source has not changed since the last time."
    parts = [f"{pulled.title or 'The feed'}: {len(pulled.drafts)} new drafts of {pulled.entries} entries"]
    parts += [f"{sent} sent to the editors"] if sent else []
    parts += [f"{pulled.known} known already"] if pulled.known else []
    parts += [f"{pulled.skipped} cannot be used (no link, no words, or told twice)"] if pulled.skipped else []
    parts += ["the feed is damaged, and what could be read was used"] if pulled.problem else []
    return "; ".join(parts) + "."


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
