"""``advocacy disclosure``: who has to say that they work for whom, in which words, and what an administrator set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from advocacy.cli import ground
from advocacy.cli.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from advocacy.config import Settings
    from advocacy.sharing.disclosure.overrides import Wanted
    from advocacy.sharing.disclosure.rules import Rule
    from advocacy.sharing.models import DisclosureRule
    from advocacy.sharing.network import Network

app = typer.Typer(help="Who has to say that they work for whom, and how.", no_args_is_help=True)

_PROBLEMS = {
    "unknown_country": "This is no country; write two letters such as DE, or EU for its member states.",
    "unknown_network": "There is no such network; write one of {networks}, or private or public.",
    "unknown_kind": "There are the kinds news, product, job and view.",
    "unknown_level": "There are the levels required, recommended, none, and default for what is built in.",
    "unknown_place": "There are the places opening, before_link, end and label.",
    "unknown_wording": "There are the wordings ad, advertising and employer; your own go with --text.",
    "bad_texts": "A wording is one line of at most 120 characters, without a gap in [square brackets].",
    "no_reason": "Say why, with --reason: whoever looks at a post in years will want to know.",
    "long_reason": "At most 300 characters for the reason, please.",
    "past": "A rule cannot begin in the past: what was posted under the old one stays as it was.",
}


@app.callback()
def _disclosure() -> None:
    """Who has to say that they work for whom, and how."""


@app.command("list")
def list_rules() -> None:
    """Show the rules that hold, and everything that was ever set."""
    ground.run(_list(ground.settings()))


@app.command("set")
def set_rule(
    level: Annotated[str, typer.Argument(help="required, recommended, none, or default for what is built in")],
    *,
    reason: Annotated[str, typer.Option(help="why; it stays on record")],
    country: Annotated[str, typer.Option(help="such as DE, or EU; every country when not given")] = "",
    network: Annotated[str, typer.Option(help="its name, private or public; every one when not given")] = "",
    kind: Annotated[str, typer.Option(help="news, product, job or view; every kind when not given")] = "",
    place: Annotated[str, typer.Option(help="opening, before_link, end, or label")] = "opening",
    wording: Annotated[str, typer.Option(help="ad, advertising or employer")] = "ad",
    text: Annotated[list[str] | None, typer.Option(help="own words: de=Werbung | {company}; often if need be")] = None,
    since: Annotated[str, typer.Option(help="a day, YYYY-MM-DD; at once when not given")] = "",
) -> None:
    """Set a rule, from now or a later day on. It comes before what is built in."""
    from advocacy.sharing.disclosure.overrides import Wanted

    chosen = ground.settings()
    wanted = Wanted(
        level, country.upper(), network, kind, place, wording, reason, _day(chosen, since), _texts(text or [])
    )
    ground.run(_set(chosen, wanted))


@app.command("try")
def attempt(
    *,
    network: Annotated[str, typer.Option(help="where somebody would share")],
    country: Annotated[str, typer.Option(help="where they work; the company's when not given")] = "",
    kind: Annotated[str, typer.Option(help="of story: news, product, job or view")] = "news",
    language: Annotated[str, typer.Option(help="of the text")] = "",
) -> None:
    """Show which words somebody's text would carry, where, and the rule that decides."""
    ground.run(_try(ground.settings(), network, country.upper(), kind, language))


async def _list(chosen: Settings) -> None:
    from advocacy.sharing.disclosure import overrides

    async with ground.database(chosen) as db, db.read() as s:
        book, rows = await overrides.load(s), await overrides.listing(s)
    ground.say("Rules that hold, those that were set here first; the most exact one decides:")
    for rule in (*book.own, *book.built_in):
        ground.say(f"  {_shown(rule)}")
    if rows:
        ground.say("Everything that was ever set here:")
    for row in rows:
        ground.say(f"  {_recorded(chosen, row)}")


async def _set(chosen: Settings, wanted: Wanted) -> None:
    from advocacy.cli.emergency import account
    from advocacy.sharing.disclosure import overrides

    networks = list(_networks(chosen))
    async with ground.database(chosen) as db, db.write() as s:
        try:
            row = await overrides.add(s, wanted, networks, account())
        except overrides.NotARule as wrong:
            raise Trouble(_PROBLEMS[wrong.code].format(networks=", ".join(networks)), 2) from None
        said = _recorded(chosen, row)
    ground.say(f"Set: {said}")


async def _try(chosen: Settings, network: str, country: str, kind: str, language: str) -> None:
    from advocacy.content.fields import KINDS
    from advocacy.db import now
    from advocacy.people.countries import COUNTRIES
    from advocacy.sharing.disclosure import overrides, sources

    networks = _networks(chosen)
    wrong = (
        "unknown_network" if network not in networks
        else "unknown_country" if country and country not in COUNTRIES
        else "unknown_kind" if kind not in KINDS else ""
    )  # fmt: skip
    if wrong:
        raise Trouble(_PROBLEMS[wrong].format(networks=", ".join(networks)), 2)
    async with ground.database(chosen) as db, db.read() as s:
        book = await overrides.load(s)
    port = networks[network]
    decision = book.decide(country or chosen.country, port, kind, now())
    note = decision.note(port, language or chosen.language, chosen.company)
    source = sources.SOURCES.get(decision.rule.source)
    ground.say(f"Level: {decision.rule.level}")
    ground.say(f"Words: {note.text or 'none'}")
    if len(note.allowed) > 1:
        ground.say(f"Also allowed: {' / '.join(one for one in note.allowed if one != note.text)}")
    ground.say(f"Place: {note.place}")
    ground.say(f"Rule: {decision.rule.code} ({sources.title(decision.rule.source)})")
    if source is not None:
        ground.say(f"Source: {source.url} (looked at on {source.read}: {source.through})")
    ground.say("This is not legal advice.")


def _networks(chosen: Settings) -> Mapping[str, Network]:
    from advocacy.http import Http
    from advocacy.sharing.networks import make_all

    return make_all(chosen, Http(chosen))


def _day(chosen: Settings, since: str) -> datetime | None:
    """Where that day begins for the company; nothing for today, which is at once."""
    from datetime import date, datetime, time

    from advocacy.db import now

    if not since:
        return None
    try:
        day = date.fromisoformat(since)
    except ValueError:
        raise Trouble(f"{since!r} is no day; write it like 2027-01-31.", 2) from None
    begins = datetime.combine(day, time(), chosen.zone)
    return None if day == now().astimezone(chosen.zone).date() else begins


def _texts(said: list[str]) -> dict[str, list[str]]:
    """Wordings by language, out of ``de=…``."""
    from advocacy.content.fields import is_language

    found: dict[str, list[str]] = {}
    for one in said:
        language, is_there, words = one.partition("=")
        if not is_there or not is_language(language.strip()):
            raise Trouble(f"{one!r} names no language; write it like de=Werbung | {{company}}.", 2)
        found.setdefault(language.strip().partition("-")[0], []).append(words.strip())
    return found


def _shown(rule: Rule) -> str:
    from advocacy.sharing.disclosure import sources

    where = f"{rule.country or 'any country'}, {rule.network or 'any network'}, {rule.kind or 'any kind'}"
    return f"{rule.code}: {where}: {rule.level}, {rule.place}, {rule.wording}; {sources.title(rule.source)}"


def _recorded(chosen: Settings, row: DisclosureRule) -> str:
    where = f"{row.country or 'any country'}, {row.network or 'any network'}, {row.kind or 'any kind'}"
    own = "".join(f", {key}: {' / '.join(some)}" for key, some in row.texts.items())
    since, at = ground.clock(chosen, row.since), ground.clock(chosen, row.set_at)
    return (
        f"own-{row.id}: {where}: {row.level}, {row.place}, {row.wording}{own}; from {since} on, "
        f"set by {row.set_by} on {at}: {row.reason}"
    )


__all__ = ["app"]
