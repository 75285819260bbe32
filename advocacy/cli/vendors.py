"""``advocacy channel``, ``advocacy slack`` and ``advocacy teams``: what is set up once per workspace or tenant."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advocacy.chat import ChannelRef
from advocacy.cli import ground
from advocacy.cli.trouble import Trouble

if TYPE_CHECKING:
    from advocacy.config import Settings

channel = typer.Typer(help="Channels that stories are posted to.", no_args_is_help=True)
slack = typer.Typer(help="Setting up Slack.", no_args_is_help=True)
teams = typer.Typer(help="Setting up Microsoft Teams.", no_args_is_help=True)


@channel.callback()
def _channel() -> None:
    """Channels that stories are posted to."""


@slack.callback()
def _slack() -> None:
    """Setting up Slack."""


@teams.callback()
def _teams() -> None:
    """Setting up Microsoft Teams."""


@channel.command("add")
def add(
    platform: Annotated[str, typer.Argument(help="slack or teams")],
    channel_id: Annotated[str, typer.Argument(help="C0123456789, or 19:…@thread.tacv2")],
    name: Annotated[str, typer.Argument(help="how people call it")],
    *,
    purpose: Annotated[str, typer.Option(help="stories, or editors (where drafts are reviewed)")] = "stories",
    language: Annotated[
        str,
        typer.Option(help="language of the cards there; when not given, ADVOCACY_LANGUAGE, or what most editors read"),
    ] = "",
    tenant: Annotated[str, typer.Option(help="Slack workspace (T…) or Entra tenant; found out when not given")] = "",
) -> None:
    """Make a channel known, or change its name, purpose or language."""
    _one_of("platform", platform, ("slack", "teams"))
    _one_of("purpose", purpose, ("stories", "editors"))
    chosen = ground.settings()
    ground.run(_add(chosen, ChannelRef(platform, tenant, channel_id), name, purpose, language))


async def _add(chosen: Settings, where: ChannelRef, name: str, purpose: str, language: str) -> None:
    from advocacy.content.fields import is_language
    from advocacy.delivery import placements
    from advocacy.people import directory

    if language and not is_language(language):
        raise Trouble(f"{language} is no language; write de or en.", 2)
    async with ground.database(chosen) as db:
        home = where.tenant or await _home(chosen, where.platform)
        async with db.write() as s:
            if not language and purpose == "editors":
                language = await directory.language_of(s, "editor")
            language = language or chosen.language
            await placements.add_channel(s, replace(where, tenant=home), name, purpose, language)
    what = "Drafts are reviewed" if purpose == "editors" else "Stories are posted"
    ground.say(f"{what} in {name} ({where.platform}, {home}) from now on.")


async def _home(chosen: Settings, platform: str) -> str:
    """The workspace or tenant that the settings speak of."""
    if platform == "teams":
        if chosen.teams_tenant is None:
            raise Trouble("Teams is not set up: set ADVOCACY_TEAMS_TENANT, or say --tenant.")
        return chosen.teams_tenant
    if chosen.has_several_slacks:
        return await _only_workspace(chosen)
    from advocacy.doctor.slack import ask

    if chosen.slack_bot_token is None:
        raise Trouble("Slack is not set up: set ADVOCACY_SLACK_BOT_TOKEN, or say --tenant.")
    async with ground.http(chosen) as http:
        answer = await ask(http, chosen.slack_bot_token.get_secret_value())
    if not answer.team:
        raise Trouble(f"Slack did not say which workspace the token belongs to ({answer.problem}); say --tenant.")
    return answer.team


async def _only_workspace(chosen: Settings) -> str:
    """The one in which the app is installed; with several, whoever adds a channel must say which is meant."""
    from sqlalchemy import select

    from advocacy.slack.models import Installation

    async with ground.database(chosen) as db, db.read() as s:
        found = list(await s.scalars(select(Installation).order_by(Installation.name)))
    if len(found) == 1 and not found[0].is_org:
        return found[0].tenant
    if not found:
        raise Trouble("No Slack workspace has installed the app yet; make a link with: advocacy slack install-link")
    names = ", ".join(f"{one.tenant} ({one.name})" for one in found if not one.is_org)
    raise Trouble(f"Say --tenant and the workspace's id, which begins with T{'; there are ' + names if names else ''}.")


@channel.command("list")
def list_channels() -> None:
    """List all channels."""
    ground.run(_list(ground.settings()))


async def _list(chosen: Settings) -> None:
    from sqlalchemy import select

    from advocacy.delivery.models import Channel

    async with ground.database(chosen) as db, db.read() as s:
        found = (await s.scalars(select(Channel).order_by(Channel.platform, Channel.id))).all()
    rows = []
    for one in found:
        words = (one.platform, one.tenant, one.channel_id, one.name, one.purpose, one.language)
        rows.append((str(one.id), *words, "yes" if one.active else "no"))
    headings = ("id", "platform", "workspace", "channel", "name", "purpose", "language", "active")
    ground.show(headings, rows, "There are no channels yet; make one known with: advocacy channel add")


PublicUrl = Annotated[
    str, typer.Option(envvar="ADVOCACY_PUBLIC_URL", help="https address at which people reach this product")
]


@slack.command("manifest")
def manifest(
    *,
    public_url: PublicUrl = "",
    short_url: Annotated[
        str, typer.Option(envvar="ADVOCACY_SHORT_URL", help="short domain for links, if there is one")
    ] = "",
    socket_mode: Annotated[
        bool, typer.Option("--socket-mode", help="Slack need not reach this server; a connection is opened to it")
    ] = False,
    several: Annotated[
        bool, typer.Option("--several", help="several workspaces, or a whole organization, install the app")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print the manifest instead of the link")] = False,
) -> None:
    """Print the link that creates the Slack app with everything filled in."""
    from advocacy.slack.manifest import create_link
    from advocacy.slack.manifest import manifest as described

    # The app comes before keys and tokens: nothing but the address is needed here.
    bare = _addressed(public_url).model_copy(update={"short_url": short_url})
    if as_json:
        print(json.dumps(described(bare, socket_mode=socket_mode, several=several), indent=2, ensure_ascii=False))  # noqa: T201
    else:
        print(create_link(bare, socket_mode=socket_mode, several=several))  # noqa: T201 - for a shell or a browser as it is


@slack.command("install-link")
def install_link() -> None:
    """Print a link, good for one hour, with which an administrator lets the app into a Slack workspace."""
    from advocacy.slack.install_link import make

    chosen = ground.settings()
    if not chosen.has_several_slacks:
        raise Trouble(
            "Set ADVOCACY_SLACK_CLIENT_ID and ADVOCACY_SLACK_CLIENT_SECRET first; docs/connect-slack.md says how."
        )
    print(make(chosen))  # noqa: T201 - for a shell or a browser as it is


@teams.command("package")
def package(
    file: Annotated[Path, typer.Argument(help="the zip to write")] = Path("advocacy-teams.zip"),
    *,
    public_url: PublicUrl = "",
    app_id: Annotated[str, typer.Option(envvar="ADVOCACY_TEAMS_APP_ID", help="id of the bot's app registration")] = "",
    company: Annotated[str, typer.Option(envvar="ADVOCACY_COMPANY", help="shown as the app's developer")] = "",
) -> None:
    """Build the app package that a Teams administrator uploads, icons included."""
    from uuid import UUID

    from advocacy.teams.package import build

    bare = _addressed(public_url)
    try:
        checked = str(UUID(app_id))
    except ValueError:
        raise Trouble("Set ADVOCACY_TEAMS_APP_ID (or --app-id) to the id of the bot's app registration.", 2) from None
    told = {"teams_app_id": checked, **({"company": company} if company else {})}
    file.write_bytes(build(bare.model_copy(update=told)))
    ground.say(f"{file} is ready: upload it in the Teams admin centre under Manage apps.")


def _addressed(public_url: str) -> Settings:
    from advocacy.config import Settings

    if not public_url.startswith("https://"):
        raise Trouble("Set ADVOCACY_PUBLIC_URL (or --public-url) to the https address of this product.", 2)
    return Settings.model_construct(public_url=public_url.rstrip("/"))


def _one_of(what: str, given: str, offered: tuple[str, ...]) -> None:
    if given not in offered:
        raise Trouble(f"There is no {what} {given}; there are {' and '.join(offered)}.", 2)


def networks() -> None:
    """Show what each network on the cards can do with the settings there are."""
    from advocacy.http import Http
    from advocacy.sharing import overview
    from advocacy.sharing.networks import make_all

    chosen = ground.settings()
    offered = make_all(chosen, Http(chosen)).values()
    ground.show(overview.HEADINGS, overview.rows(offered), "No network is offered; see ADVOCACY_NETWORKS.")
