"""Feeds from the command line, with a source on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.test_cli import FEEDS, Run, bare, cli  # noqa: F401 - fixtures

NEWS = "https://news.nordlicht.example"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def source(cli: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # noqa: F811 - it empties the settings
    """The test feeds, at ``NEWS``."""
    with served(FEEDS, monkeypatch):
        yield


@contextmanager
def served(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is in a folder, at ``NEWS``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("ADVOCACY_PLAYGROUND", "true")
    monkeypatch.setenv("ADVOCACY_OUTSIDE", json.dumps({NEWS: f"http://127.0.0.1:{server.server_port}"}))
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("source")
def test_a_feed_is_added_listed_exported_and_removed(cli: Run, tmp_path: Path) -> None:  # noqa: F811
    """And added again from the list that was exported."""
    assert cli("feed", "list").out.startswith("No feed is subscribed")
    first = cli("feed", "add", f"{NEWS}/news.rss", "--mode", "ask", "--topic", "Wind")
    assert (first.code, first.err) == (0, "")
    assert first.out.startswith("Subscribed. Nordlicht & News: 0 new drafts of 8 entries")
    assert "Editors are asked about 3 entries." in first.out
    assert "was subscribed before" in cli("feed", "add", f"{NEWS}/news.rss").out
    listed = cli("feed", "list").out
    assert f"{NEWS}/news.rss" in listed
    assert "draft" in listed, "the settings of the second time"
    assert cli("feed", "export", "list.opml").out == "1 feeds written to list.opml.\n"
    assert cli("feed", "remove", f"{NEWS}/news.rss").out == "It is not pulled any more. Its stories stay.\n"
    assert cli("feed", "remove", f"{NEWS}/news.rss").err.endswith("advocacy feed list shows what is.\n")
    assert cli("feed", "import", "list.opml").out == "1 added, 0 subscribed before, 0 told twice.\n"
    assert cli("feed", "import", "list.opml").out == "0 added, 1 subscribed before, 0 told twice.\n"


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", f"{NEWS}/page.html"), "is no RSS, Atom or JSON feed."),
        (("add", f"{NEWS}/nothing"), "There is nothing at"),
        (("add", "http://10.0.0.1/feed"), "cannot be subscribed: only public addresses"),
        (("add", f"{NEWS}/news.rss", "--mode", "now"), "There are three modes: draft, review, ask."),
        (("add", f"{NEWS}/news.rss", "--every", "1"), "Between every 5 minutes and once a day"),
        (("add", f"{NEWS}/news.rss", "--language", "german"), "This is no language; write de or en."),
        (("import", "none.opml"), "none.opml: No such file or directory."),
        (("import", str(FEEDS / "news.rss")), "is no OPML file."),
        (("import", str(FEEDS / "laughs.rss")), "declares entities"),
    ],
)
def test_what_cannot_be_subscribed_is_one_sentence(
    cli: Run, arguments: tuple[str, ...], words: str  # noqa: F811
) -> None:  # fmt: skip
    """And nothing is subscribed."""
    said = cli("feed", *arguments)
    assert said.code in {1, 2}
    assert words in said.err
    assert said.err.count("\n") == 1
    assert cli("feed", "list").out.startswith("No feed is subscribed")


@pytest.mark.usefixtures("source")
def test_a_source_that_is_away_is_kept_and_tried_again(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Unlike one that never was a feed."""
    monkeypatch.setenv("ADVOCACY_OUTSIDE", json.dumps({NEWS: "http://127.0.0.1:9"}))
    assert "Subscribed, and tried again by itself." in cli("feed", "add", f"{NEWS}/news.rss").out
    assert "unreachable" in cli("feed", "list").out


def test_a_title_that_looks_like_markup_is_a_title(
    cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    """Whoever writes a feed does not write on our terminal."""
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "[/b]Wind[red]", "items": []}
    (tmp_path / "feed.json").write_text(json.dumps(feed), encoding="utf-8")
    with served(tmp_path, monkeypatch):
        cli("feed", "add", f"{NEWS}/feed.json")
        again = cli("feed", "add", f"{NEWS}/feed.json")
    assert again.out == "[/b]Wind[red] was subscribed before; it follows these settings now.\n"
