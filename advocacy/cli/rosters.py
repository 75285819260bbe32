"""``advocacy people sync``: whom the directory of Slack or Teams names."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from advocacy.cli import ground
from advocacy.cli.trouble import Trouble

if TYPE_CHECKING:
    from advocacy.config import Settings
    from advocacy.db import Database
    from advocacy.people.listing import Directories, Directory
    from advocacy.people.reach import Some
    from advocacy.people.sync import Outcome
    from advocacy.teams.directory import TeamsDirectory

T = TypeVar("T")
_PHASES = {
    "list": "Listing", "stage": "Comparing", "write": "Writing people", "identities": "Writing identities",
    "departments": "Reading departments",
}  # fmt: skip
_CALLED = {"slack": "Slack", "teams": "Teams"}
_LACKS = {
    "field": "Departments were not read: no field of Slack profiles is called {name}; set ADVOCACY_SLACK_DEPARTMENT.",
    "permission": "Departments were not read: the app may not read profiles; give it users.profile:read, install anew.",
}
_TOO_MANY = (
    "Nothing was changed: {left:,} of {employed:,} people would no longer be there, which looks cut off."
    " If they did leave, say --allow-leavers; what was listed is kept for a day."
)


def sync(
    platform: Annotated[str, typer.Argument(help="slack or teams")],
    *,
    workspace: Annotated[str, typer.Option(help="only this Slack workspace (T…); all when not given")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="list everybody, say what would change, do nothing")
    ] = False,
    anew: Annotated[bool, typer.Option("--anew", help="list everybody again, from the first page")] = False,
    allow_leavers: Annotated[
        bool, typer.Option("--allow-leavers", help="even if more than a fifth of everybody would no longer be there")
    ] = False,
) -> None:
    """Find colleagues in Slack or Teams by their e-mail, so that they can be written to before they pressed anything.

    With ADVOCACY_ROSTER=slack (or teams) people also come, move and leave as they do there. Can be stopped at any time;
    the next run goes on.
    """
    if platform not in _CALLED:
        raise Trouble(f"There is no platform {platform}; there are slack and teams.", 2)
    chosen = ground.settings()
    ground.fast(_sync(chosen, platform, workspace, dry_run=dry_run, anew=anew, allow_leavers=allow_leavers))


async def _sync(chosen: Settings, platform: str, which: str, *, dry_run: bool, anew: bool, allow_leavers: bool) -> None:
    from advocacy.bot import rosters
    from advocacy.people.sync import Sync

    terms = rosters.terms(chosen, platform, allow_leavers=allow_leavers)
    async with ground.database(chosen) as db, _directories(chosen, platform, db) as those:
        found = [those.of(which)] if which else await tried(those.all(), platform)
        if not found:
            raise Trouble(f"The app is in no workspace of {_CALLED[platform]} yet.")
        for directory in found:
            began = perf_counter()
            if len(found) > 1:
                ground.say(f"{directory.tenant}:")
            with ground.progress(_PHASES) as report:
                work = Sync(db, directory, terms, report)
                done = await tried(work.dry_run() if dry_run else work.run(anew=anew), platform)
            _print(done, platform, perf_counter() - began, dry_run=dry_run)
            if directory.lacks:
                ground.say(_LACKS[directory.lacks].format(name=chosen.slack_department))
            if not dry_run:
                await _print_reach(db, directory)


async def _print_reach(db: Database, directory: Directory) -> None:
    from advocacy.people.reach import reach

    async with db.read() as s:
        seen = await reach(s, directory.name, directory.tenant)
    _print_unlisted(seen.unlisted, directory.name)
    if directory.needs_app:
        _print_unmet(seen.unmet)


async def tried(work: Coroutine[object, object, T], platform: str) -> T:
    """Do it. Raises ``Trouble`` with what to do."""
    from advocacy.chat import Gone, Refused, Retry, Unknown
    from advocacy.people.roster import TooManyLeave
    from advocacy.people.rounds import Busy

    name = _CALLED[platform]
    try:
        return await work
    except Busy as busy:
        raise Trouble(
            f"Somebody else is listing this {name} at the moment (until {busy.until:%H:%M:%S} UTC at least);"
            " try again after that."
        ) from None
    except TooManyLeave as many:
        raise Trouble(_TOO_MANY.format(left=many.left, employed=many.employed)) from None
    except (Gone, Refused) as refusal:
        raise Trouble(f"{refusal}. What was listed so far is kept; see docs/connect-{platform}.md.") from None
    except (Retry, Unknown) as trouble:
        raise Trouble(f"{name} cannot be reached ({trouble}). Run it again: it goes on where it was.") from None


def _directories(chosen: Settings, platform: str, db: Database) -> AbstractAsyncContextManager[Directories]:
    if platform == "slack":
        if not chosen.has_slack:
            raise Trouble("Slack is not set up: set ADVOCACY_SLACK_BOT_TOKEN.")
        from advocacy.slack import door as slack

        return slack.directories(chosen, db)
    return teams_directory(chosen)


@asynccontextmanager
async def teams_directory(chosen: Settings) -> AsyncIterator[TeamsDirectory]:
    """The tenant's directory, with Graph behind it. Raises ``Trouble`` where Teams is not set up."""
    if not chosen.has_teams:
        raise Trouble("Teams is not set up: set ADVOCACY_TEAMS_APP_ID.")
    from advocacy.teams.directory import TeamsDirectory

    directory = TeamsDirectory(chosen)
    try:
        yield directory
    finally:
        await directory.graph.close()


def _print(done: Outcome, platform: str, seconds: float, *, dry_run: bool) -> None:
    name, found = _CALLED[platform], done.found
    what = "Listed" if done.is_full else "Changed since the last time:"
    ground.say(f"{what} {_people(done.members, 'entry', 'entries')}, {done.ours:,} of them colleagues.")
    would = "Would be: " if dry_run else f"Done in {seconds:.1f} s: "
    if done.roster is not None:
        run = done.roster
        ground.say(f"{would}{run.joined:,} joined, {run.changed:,} changed, {run.moved:,} moved, {run.left:,} left.")
    ground.say(
        f"{would}{found.new:,} newly found in {name}, {found.changed:,} changed there, {found.let_loose:,} no longer"
        " there."
    )
    if done.departments:
        ground.say(
            f"Departments of {_people(done.departments)} are still to be read, about a hundred a minute: run this"
            " again, or let the server do it at night."
        )


def _print_unlisted(some: Some, platform: str) -> None:
    if some.count:
        ground.say(
            f"Cannot be written to in {_CALLED[platform]}: {_people(some.count)} of the roster"
            f" {'has' if some.count == 1 else 'have'} no account there with that e-mail address"
            f" ({_examples(some)})."
        )


def _print_unmet(some: Some) -> None:
    if some.count:
        ground.say(
            f"Can be written to only once they have the app: {_people(some.count)} ({_examples(some)})."
            " Add it for everybody in the Teams admin centre, or for some with: advocacy teams install"
        )


def _examples(some: Some) -> str:
    return ", ".join(some.examples) + (", …" if some.count > len(some.examples) else "")


def _people(count: int, one: str = "person", more: str = "people") -> str:
    return f"{count:,} {one if count == 1 else more}"
