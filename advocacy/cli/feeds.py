"""``advocacy feed``: sources that stories come from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from advocacy.cli import ground
from advocacy.cli.trouble import Trouble

if TYPE_CHECKING:
    from advocacy.config import Settings
    from advocacy.content.feeds.opml import Imported
    from advocacy.content.feeds.pull import Pulled
    from advocacy.content.fields import Invalid

app = typer.Typer(help="RSS, Atom and JSON sources.", no_args_is_help=True)

Mode = Annotated[str, typer.Option(help="what becomes of a new entry: draft, review, or ask (editors are asked first)")]
Language = Annotated[str, typer.Option(help="language of its stories; the feed's own when not given")]
Every = Annotated[int, typer.Option(help="minutes; asked at most this often")]

_PROBLEMS = {
    "not_a_feed": "{source} is no RSS, Atom or JSON feed. If it is a web page, look there for the address of its feed.",
    "empty": "{source} has no entries.",
    "too_large": "{source} is larger than 5 MB; ask for a feed with fewer entries.",
    "missing": "There is nothing at {source} (404). Look on the site for the address of its feed.",
    "gone": "{source} was taken away for good (410). Look on the site for another feed.",
    "forbidden": "{source} asks for a password or lets nobody in; only public feeds can be read.",
    "busy": "{source} asks us to come back later. Try again in an hour.",
    "unreachable": "{source} cannot be reached. Check the address, and open it in a browser.",
    "blocked": "{source} is not visited: only public addresses that begin with https:// or http:// are.",
}
_FIELDS = {
    "url": "{source} cannot be subscribed: only public addresses that begin with https:// or http:// are visited.",
    "mode": "There are three modes: draft, review, ask.",
    "language": "This is no language; write de or en.",
    "topics": "At most ten topics of at most 60 characters, please.",
    "every_minutes": "Between every 5 minutes and once a day (1440), please.",
}
_LISTS = {
    "not_opml": "{source} is no OPML file. Export the list of feeds from your reader as OPML.",
    "too_large": "{source} is larger than 1 MB; split it.",
    "entities": "{source} declares entities, which are not read for safety. Export it again from your reader.",
    "too_many": "{source} has more than 1000 feeds; split it.",
}


@app.callback()
def _feeds() -> None:
    """RSS, Atom and JSON sources."""


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="address of the feed")],
    *,
    mode: Mode = "draft",
    language: Language = "",
    topic: Annotated[list[str] | None, typer.Option(help="given to each of its stories; may be repeated")] = None,
    every: Every = 30,
) -> None:
    """Subscribe to a feed and pull it for the first time; again with other options changes them."""
    how = {"mode": mode, "language": language, "topics": topic or [], "every_minutes": every}
    ground.run(_add(ground.settings(), url.strip(), how))


async def _add(chosen: Settings, url: str, how: dict[str, Any]) -> None:
    from advocacy.content.feeds import pull as feeds
    from advocacy.content.feeds import sources
    from advocacy.content.fields import Invalid

    async with ground.database(chosen) as db, ground.http(chosen) as http:
        try:
            async with db.write() as s:
                feed, is_new = await sources.subscribe(s, url, **how)
        except Invalid as no:
            raise _wrong(no, url) from None
        if not is_new:
            ground.say(f"{feed.title or feed.url} was subscribed before; it follows these settings now.")
            return
        pulled = await feeds.pull(db, http, feed.url)
        if pulled.problem in feeds.FINAL:
            async with db.write() as s:
                await sources.unsubscribe(s, feed.url)
            raise Trouble(_PROBLEMS[pulled.problem].format(source=url))
    if pulled.problem in _PROBLEMS:
        said = _PROBLEMS[pulled.problem].format(source=url)
        ground.say(f"Subscribed, and tried again by itself. {said}")
    else:
        asked = len(pulled.stored.asked)
        said = f" Editors are asked about {asked} entries." if asked else ""
        ground.say(f"Subscribed. {_told(pulled, pulled.submitted)}{said}")


def _wrong(no: Invalid, url: str) -> Trouble:
    return Trouble(_FIELDS.get(no.field, _FIELDS["url"]).format(source=url), 2)


@app.command("list")
def list_feeds() -> None:
    """List subscriptions and how they are doing."""
    ground.run(_list(ground.settings()))


async def _list(chosen: Settings) -> None:
    from advocacy.content.feeds import sources

    async with ground.database(chosen) as db, db.read() as s:
        found = await sources.listing(s)
    rows = []
    for feed in (one.feed for one in found):
        moments = (feed.new_at, feed.ok_at, feed.next_at if feed.active else None)
        times = [ground.clock(chosen, at) for at in moments]
        rows.append((feed.title, feed.url, feed.mode, f"{feed.every_minutes} min", *times, feed.problem))
    headings = ("title", "address", "mode", "every", "last new", "last answer", "next look", "problem")
    ground.show(headings, rows, "No feed is subscribed; advocacy feed add, with its address, does it.")


@app.command("remove")
def remove(url: Annotated[str, typer.Argument(help="address of the feed")]) -> None:
    """Pull a feed no longer. Its stories stay."""
    ground.run(_remove(ground.settings(), url))


async def _remove(chosen: Settings, url: str) -> None:
    from advocacy.content.feeds import sources

    async with ground.database(chosen) as db, db.write() as s:
        if not await sources.unsubscribe(s, url):
            raise Trouble(f"{url} is not subscribed; advocacy feed list shows what is.")
    ground.say("It is not pulled any more. Its stories stay.")


@app.command("import")
def import_list(
    file: Annotated[Path, typer.Argument(help="OPML file of a feed reader")],
    *,
    mode: Mode = "draft",
    language: Language = "",
    every: Every = 30,
) -> None:
    """Subscribe to all feeds of an OPML list. They are pulled by ``advocacy serve``."""
    ground.run(_import(ground.settings(), file, mode, language, every))


async def _import(chosen: Settings, file: Path, mode: str, language: str, every: int) -> None:
    from advocacy.content.feeds import opml
    from advocacy.content.fields import Invalid

    with file.open("rb") as opened:
        data = opened.read(opml.MAX_BYTES + 1)
    try:
        urls = opml.read(data)
        async with ground.database(chosen) as db, db.write() as s:
            imported = await opml.subscribe(s, urls, mode=mode, language=language, every_minutes=every)
    except opml.NotOpml as no:
        raise Trouble(_LISTS[no.code].format(source=file)) from None
    except Invalid as no:
        raise _wrong(no, "") from None
    ground.say(_imported(imported))


def _imported(done: Imported) -> str:
    lines = [f"{len(done.added)} added, {len(done.there)} subscribed before, {len(done.twice)} told twice."]
    lines += [f"Told twice: {url}" for url in done.twice]
    lines += [f"Not possible: {url[:200]} (only public addresses are visited)" for url, _ in done.refused]
    return "\n".join(lines)


@app.command("export")
def export(file: Annotated[Path, typer.Argument(help="OPML file to write")]) -> None:
    """Write all subscriptions into an OPML file."""
    ground.run(_export(ground.settings(), file))


async def _export(chosen: Settings, file: Path) -> None:
    import asyncio

    from advocacy.content.feeds import opml, sources

    async with ground.database(chosen) as db, db.read() as s:
        feeds = [one.feed for one in await sources.listing(s) if one.feed.active]
    await asyncio.to_thread(file.write_bytes, opml.write(feeds))
    ground.say(f"{len(feeds)} feeds written to {file}.")


@app.command("pull")
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
    ground.say(_told(pulled, len(sent)))


def _told(pulled: Pulled, sent: int) -> str:
    if pulled.unchanged:
        return "Nothing new: the source has not changed since the last time."
    parts = [f"{pulled.title or 'The feed'}: {len(pulled.drafts)} new drafts of {pulled.entries} entries"]
    parts += [f"{sent} sent to the editors"] if sent else []
    parts += [f"{pulled.known} known already"] if pulled.known else []
    parts += [f"{pulled.skipped} cannot be used (no link, no words, or told twice)"] if pulled.skipped else []
    parts += ["the feed is damaged, and what could be read was used"] if pulled.problem else []
    return "; ".join(parts) + "."
