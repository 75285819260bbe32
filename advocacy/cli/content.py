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


@story.command("recall")
def recall(
    story_id: Annotated[int, typer.Argument(metavar="ID", help="as in: advocacy story list")],
    *,
    reason: Annotated[str, typer.Option(help="why; it stays on record")] = "",
) -> None:
    """Withdraw a story for good: nothing more leaves, every card is rewritten, links stop."""
    ground.run(_recall(ground.settings(), story_id, reason))


async def _recall(chosen: Settings, story_id: int, reason: str) -> None:
    from advocacy.bot.review import withdrawal
    from advocacy.cli.emergency import account
    from advocacy.content.approval import Rejected
    from advocacy.sharing.networks import make_all
    from advocacy.sharing.shares import Sharing

    async with ground.database(chosen) as db, ground.http(chosen) as http:
        sharing = Sharing(chosen, make_all(chosen, http))
        try:
            async with db.write() as s:
                found, is_new = await withdrawal.recall(s, sharing, story_id, account(), reason)
        except Rejected:
            raise Trouble(f"There is no story {story_id}; see them with: advocacy story list") from None
    if is_new:
        ground.say(f"Withdrawn: {found.title}. Its cards are rewritten by the running product.")
    else:
        ground.say(f"{found.title} was withdrawn before. Nothing was changed; see: advocacy story log {found.id}")


@story.command("log")
def log(story_id: Annotated[int, typer.Argument(metavar="ID", help="as in: advocacy story list")]) -> None:
    """Show who decided what about a story, and when."""
    ground.run(_log(ground.settings(), story_id))


async def _log(chosen: Settings, story_id: int) -> None:
    from advocacy.bot.language import translator
    from advocacy.bot.review.recall_actions import decision
    from advocacy.content import approval, stories
    from advocacy.content.review import rounds
    from advocacy.people import directory

    async with ground.database(chosen) as db, db.read() as s:
        try:
            await stories.get(s, story_id)
        except stories.NoStory:
            raise Trouble(f"There is no story {story_id}; see them with: advocacy story list") from None
        rows = await approval.history(s, story_id)
        names = await directory.names(s, {row.by_id for row in rows if row.by_id is not None})
    t, shown = translator("en"), []
    for step in rounds.steps(rows):
        row = step.row
        when = ground.clock(chosen, row.at, seconds=True)
        shown.append((when, decision(t, step.said), names.get(row.by_id or 0, ""), row.note, row.fingerprint[:12]))
    ground.show(("when", "what", "who", "note", "content"), shown, "Nothing was decided about it yet.")


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
    from advocacy.content import stories

    async with ground.database(chosen) as db, db.read() as s:
        found = await stories.listing(s, state or None)
    rows = []
    for one in found:
        times = [ground.clock(chosen, at) for at in (one.publish_at, one.expires_at)]
        rows.append((str(one.id), one.state, one.language, one.title, str(len(one.captions)), *times))
    headings = ("id", "state", "language", "title", "wordings", "publish", "expires")
    ground.show(headings, rows, "There are no stories yet." if not state else f"No story is {state}.")
