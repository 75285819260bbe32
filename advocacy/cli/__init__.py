"""The command line: one clear sentence for every error, an exit code, no traceback."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from advocacy.cli import (
    content,
    disclosures,
    emergency,
    feeds,
    forgetting,
    installs,
    people,
    rosters,
    rules,
    running,
    tokens,
    vendors,
)
from advocacy.cli.trouble import Trouble, sentences

app = typer.Typer(
    name="advocacy",
    help="Approved company stories in Slack and Microsoft Teams, reshared by colleagues with one click.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command()(running.serve)
app.command()(running.playground)
app.command()(running.migrate)
app.command()(running.doctor)
app.command()(vendors.networks)
app.command()(emergency.stop)
app.command()(emergency.resume)
people.app.command()(forgetting.forget)
people.app.command()(rosters.sync)
vendors.teams.command()(installs.install)
app.add_typer(people.app, name="people")
app.add_typer(feeds.app, name="feed")
app.add_typer(content.story, name="story")
app.add_typer(rules.app, name="rule")
app.add_typer(disclosures.app, name="disclosure")
app.add_typer(vendors.channel, name="channel")
app.add_typer(vendors.slack, name="slack")
app.add_typer(vendors.teams, name="teams")
app.add_typer(tokens.app, name="token")
app.add_typer(running.keys, name="keys")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 done, 1 not done, 2 asked wrongly, 130 interrupted."""
    try:
        app(list(arguments) if arguments is not None else None)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the one place where this door turns errors into words
        for sentence in sentences(error):
            print(sentence, file=sys.stderr)  # noqa: T201 - a command line prints
        sys.exit(error.code if isinstance(error, Trouble) else 1)
