"""The command line: what it does, and one sentence with an exit code for everything that goes wrong."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

import migrations
from advocacy.cli import main
from advocacy.db import Database

TEST_KEY = b"k" * 32
ROOT = Path(__file__).parents[1]
FEEDS = ROOT / "tests" / "content" / "feeds"
ROSTER = """email;name;department;language;time zone;roles
ada@nordlicht.example;Ada Lund;Sales/DACH;de;Europe/Vienna;editor
bo@nordlicht.example;Bo Ström;Sales;;;
cy@nordlicht.example;Cy [bold]Tag[/bold];People;;;
"""


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line in an empty folder, with no setting at all."""
    import os

    for name in [name for name in os.environ if name.startswith("ADVOCACY_") or name == "DATABASE_URL"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **settings: str) -> Said:
        with monkeypatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main(arguments)
        said = capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def cli(bare: Run, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """The command line of a product that is set up, on each kind of database."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("ADVOCACY_KEYS", base64.b64encode(TEST_KEY).decode())
    monkeypatch.setenv("ADVOCACY_PUBLIC_URL", "https://advocacy.nordlicht.example")
    asyncio.run(mark(database_url, migrations.head()))
    yield bare
    asyncio.run(mark(database_url, ""))


async def mark(url: str, revision: str) -> None:
    """Say that the tables are those of a revision; that there are none, when it is empty."""
    db = Database(url, [TEST_KEY])
    async with db.engine.begin() as connection:
        await connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
        if revision:
            await connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            await connection.execute(text("INSERT INTO alembic_version VALUES (:r)"), {"r": revision})
    await db.close()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "No encryption key: set ADVOCACY_KEYS (make one with: advocacy keys new)."),
        ({"ADVOCACY_KEYS": "abc"}, "Each of ADVOCACY_KEYS must be 32 bytes in base64 (make one with: advocacy keys new)."),
        ({"ADVOCACY_PORT": "abc"}, "ADVOCACY_PORT must be a valid integer, not 'abc'."),
        ({"ADVOCACY_OUTSIDE": "{"}, "ADVOCACY_OUTSIDE cannot be read: it has to be JSON."),
        ({"ADVOCACY_TIME_ZONE": "Mars"}, "ADVOCACY_TIME_ZONE: there is no time zone 'Mars'; use a name such as Europe/Berlin."),
        ({"ADVOCACY_APPS__X__CLIENT_ID": "id"}, "ADVOCACY_APPS__X__CLIENT_SECRET is missing."),
        ({"ADVOCACY_APPS": '{"x": "app:s3cr3t"}'}, "ADVOCACY_APPS__X must be a valid dictionary or instance of NetworkApp."),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_one_sentence(bare: Run, settings: dict[str, str], sentence: str) -> None:
    """No noise of the library that found it, no traceback."""
    said = bare("story", "list", **settings)
    assert (said.code, said.out, said.err) == (1, "", sentence + "\n")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://x", "DATABASE_URL must begin with sqlite:/// or postgresql://, not mysql."),
        ("nonsense", "DATABASE_URL cannot be read; it must begin with sqlite:/// or postgresql://."),
        ("postgresql://u:geheim@127.0.0.1:9/x", "The database postgresql://u:***@127.0.0.1:9/x cannot be reached:"),
        ("sqlite:////proc/none/x.sqlite", "/proc/none: No such file or directory."),
        ("sqlite:///fresh.sqlite", "The database sqlite:///fresh.sqlite has no tables yet; run: advocacy migrate"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_sentence(cli: Run, url: str, words: str) -> None:
    """With what to do, and without its password."""
    said = cli("story", "list", DATABASE_URL=url)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(words)
    assert said.err.count("\n") == 1
    assert "geheim" not in said.err


def test_a_roster_is_shown_first_and_imported_when_told(cli: Run, tmp_path: Path) -> None:
    """A dry run changes nothing; --apply does it; again there is nothing to do."""
    file = tmp_path / "roster.csv"
    file.write_text(ROSTER, encoding="utf-8")
    dry = cli("people", "import", "roster.csv")
    assert dry.code == 0
    assert "3 │ join" in dry.out
    assert "New departments: People, Sales, Sales/DACH" in dry.out
    assert "nothing was changed. To do it, say --apply." in dry.out
    assert "3 joined, 0 changed, 0 moved, 0 left" in cli("people", "import", "roster.csv", "--apply").out
    again = cli("people", "import", "roster.csv", "--apply")
    assert "3 │ stay as they are" in again.out
    assert "Nothing to do." in again.out


def test_bad_rows_are_named_and_strict_refuses_them(cli: Run, tmp_path: Path) -> None:
    """Line and reason for each; the good rows count, or none with --strict."""
    bad = ROSTER + "ada@nordlicht.example;Ada;;;;\nbroken;B;;;;\ned@nordlicht.example;Ed;;;Mars;\n"
    (tmp_path / "roster.csv").write_text(bad, encoding="utf-8")
    strict = cli("people", "import", "roster.csv", "--strict", "--apply")
    assert strict.code == 1
    assert strict.err.splitlines() == [
        "Line 5 has an e-mail address that was there before: ada@nordlicht.example (line 2).",
        "Line 6 has an e-mail address that cannot be one: broken.",
        "Line 7 has an unknown time zone: Mars (write Europe/Berlin).",
        "Nothing was imported: 3 rows were bad, and --strict was given.",
    ]
    lax = cli("people", "import", "roster.csv", "--apply")
    assert lax.code == 0
    assert "3 joined, 0 changed, 0 moved, 0 left; 3 rows were bad." in lax.out


def test_a_file_that_looks_cut_off_changes_nothing(cli: Run, tmp_path: Path) -> None:
    """Until somebody says that those people did leave."""
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    cli("people", "import", "roster.csv", "--apply")
    (tmp_path / "short.csv").write_text("".join(ROSTER.splitlines(keepends=True)[:3]), encoding="utf-8")
    short = cli("people", "import", "short.csv", "--apply")
    assert short.code == 1
    assert short.err.startswith("Nothing was changed: 1 of 3 people are not in the file, which looks cut off.")
    assert "0 moved, 1 left" in cli("people", "import", "short.csv", "--apply", "--allow-leavers").out


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "roster.csv: No such file or directory."),
        (b"", "roster.csv is empty."),
        (b"PK\x03\x04", "roster.csv is no CSV file; save the sheet as CSV (UTF-8) and try again."),
        (b"a,b\n", "roster.csv has no column for the e-mail address. Its columns: a, b"),
    ],
)
def test_a_file_that_is_no_roster_is_one_sentence(
    cli: Run, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    """What is wrong with the whole of it."""
    if content is not None:
        (tmp_path / "roster.csv").write_bytes(content)
    said = cli("people", "import", "roster.csv")
    assert (said.code, said.err) == (1, sentence + "\n")


def test_a_feed_becomes_drafts_and_the_newest_go_to_the_editors(cli: Run) -> None:
    """And the list shows them."""
    assert cli("story", "list").out == "There are no stories yet.\n"
    first = cli("feed", "pull", str(FEEDS / "news.rss"), "--review", "1")
    assert first.out == (
        "Nordlicht & News: 3 new drafts of 8 entries; 1 sent to the editors;"
        " 5 cannot be used (no link, no words, or told twice).\n"
    )
    assert "3 known already" in cli("feed", "pull", str(FEEDS / "news.rss")).out
    listed = cli("story", "list").out.splitlines()
    assert [line.split()[:3] for line in listed[1:]] == [
        ["3", "in_review", "de"], ["2", "draft", "de"], ["1", "draft", "de"],
    ]  # fmt: skip
    assert len(cli("story", "list", "--state", "draft").out.splitlines()) == 3
    assert cli("story", "list", "--state", "live").out == "No story is live.\n"
    assert cli("story", "list", "--state", "nix").code == 2


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (str(FEEDS / "page.html"), "is no RSS, Atom or JSON feed."),
        (str(FEEDS / "empty.rss"), "has no entries."),
        ("nowhere.xml", "There is no file nowhere.xml; an address begins with https://."),
        ("http://127.0.0.1/feed", "is not visited: only public addresses"),
        ("https://user:pw@nordlicht.example/feed", "is not visited: only public addresses"),
    ],
)
def test_a_source_that_gives_nothing_is_one_sentence(cli: Run, source: str, words: str) -> None:
    """And nothing was stored."""
    said = cli("feed", "pull", source)
    assert (said.code, said.out) == (1, "")
    assert words in said.err
    assert said.err.count("\n") == 1


def test_channels(cli: Run) -> None:
    """Added, changed by adding again, listed; the workspace must be known."""
    assert cli("channel", "list").out.startswith("There are no channels yet")
    assert cli("channel", "add", "slack", "C1", "#news", "--tenant", "T1").code == 0
    assert cli("channel", "add", "slack", "C1", "#editors", "--tenant", "T1", "--purpose", "editors").code == 0
    tenant = {"ADVOCACY_TEAMS_APP_ID": "i", "ADVOCACY_TEAMS_APP_PASSWORD": "p", "ADVOCACY_TEAMS_TENANT": "t-1"}
    assert cli("channel", "add", "teams", "19:x@thread.tacv2", "News [1]", "--language", "de", **tenant).code == 0
    rows = [line.split() for line in cli("channel", "list").out.splitlines()[1:]]
    assert rows == [
        ["1", "slack", "T1", "C1", "#editors", "editors", "en", "yes"],
        ["2", "teams", "t-1", "19:x@thread.tacv2", "News", "[1]", "stories", "de", "yes"],
    ]
    unknown = cli("channel", "add", "slack", "C1", "#news")
    assert (unknown.code, unknown.err) == (1, "Slack is not set up: set ADVOCACY_SLACK_BOT_TOKEN, or say --tenant.\n")
    for wrong in (
        ("irc", "C1", "x"),
        ("slack", "C1", "x", "--purpose", "fun"),
        ("slack", "C1", "x", "--language", "?"),
    ):
        assert cli("channel", "add", *wrong).code == 2


def test_keys_are_made_and_rotated(cli: Run) -> None:
    """A new key is 32 random bytes; rotating names what was sealed anew."""
    one, two = cli("keys", "new").out, cli("keys", "new").out
    assert one != two
    assert len(base64.b64decode(one)) == 32
    both = f"{one.strip()},{base64.b64encode(TEST_KEY).decode()}"
    said = cli("keys", "rotate", ADVOCACY_KEYS=both)
    assert said.out == "0 secrets are now encrypted with the first key. The other keys are no longer needed.\n"


def test_migrate_creates_the_tables_once(bare: Run, tmp_path: Path) -> None:
    """In a folder of its own; the second time there is nothing to do."""
    settings = {"ADVOCACY_KEYS": base64.b64encode(TEST_KEY).decode(), "ADVOCACY_PUBLIC_URL": "https://a.example"}
    first = bare("migrate", **settings)
    assert (
        first.out
        == f"The database sqlite:///var/advocacy.sqlite was empty and is now at revision {migrations.head()}.\n"
    )
    assert bare("migrate", **settings).out == "The database sqlite:///var/advocacy.sqlite is up to date.\n"
    assert bare("story", "list", **settings).code == 0


def test_the_slack_app_is_described_before_there_is_any_key(bare: Run) -> None:
    """A link, or the manifest itself; only the address is needed."""
    missing = bare("slack", "manifest")
    assert (missing.code, missing.err) == (
        2, "Set ADVOCACY_PUBLIC_URL (or --public-url) to the https address of this product.\n",
    )  # fmt: skip
    link = bare("slack", "manifest", ADVOCACY_PUBLIC_URL="https://advocacy.nordlicht.example")
    assert link.out.startswith("https://api.slack.com/apps?new_app=1&manifest_json=")
    described = json.loads(bare("slack", "manifest", "--json", "--public-url", "https://a.example/").out)
    assert described["settings"]["interactivity"]["request_url"].startswith("https://a.example/")
    socket = json.loads(bare("slack", "manifest", "--json", "--socket-mode", "--public-url", "https://a.example").out)
    assert socket["settings"]["socket_mode_enabled"] is True


def test_the_teams_package_is_built_before_there_is_any_key(bare: Run, tmp_path: Path) -> None:
    """Manifest and both icons in one zip; the app's id is an id."""
    for wrong in ({}, {"ADVOCACY_TEAMS_APP_ID": "nonsense"}):
        said = bare("teams", "package", "--public-url", "https://a.example", **wrong)
        assert (said.code, said.out) == (2, "")
        assert "ADVOCACY_TEAMS_APP_ID" in said.err
    app = "00000000-0000-4000-8000-00000000b07a"
    said = bare("teams", "package", "app.zip", "--public-url", "https://a.example", ADVOCACY_TEAMS_APP_ID=app)
    assert said.out.startswith("app.zip is ready")
    with zipfile.ZipFile(tmp_path / "app.zip") as built:
        assert json.loads(built.read("manifest.json"))["bots"][0]["botId"] == app
        assert {"color.png", "outline.png"} <= set(built.namelist())
    assert bare("teams", "package", "/nowhere/app.zip", "--public-url", "https://a.example", "--app-id", app).err == (
        "/nowhere/app.zip: No such file or directory.\n"
    )


def test_help_names_every_command_and_is_light() -> None:
    """Nothing of the product is loaded for it: no database, no vendor."""
    script = "import sys; from advocacy.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    heavy = ("sqlalchemy", "pydantic", "aiohttp", "slack_bolt", "botbuilder", "alembic", "cryptography")
    script += f"print([one for one in {heavy} if one in sys.modules])"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    for name in (
        "serve",
        "playground",
        "migrate",
        "people",
        "feed",
        "story",
        "channel",
        "slack",
        "teams",
        "keys",
        "doctor",
    ):
        assert f" {name} " in said
    assert said.splitlines()[-1] == "[]"


def test_networks_show_what_each_can_do_here(cli: Run) -> None:
    """With the settings there are: no LinkedIn app, no posting; what only an administrator chooses is there if named."""
    said = cli("networks", ADVOCACY_NETWORKS="linkedin,bluesky,reddit").out
    lines = {line.split()[0]: line for line in said.splitlines()[1:]}
    assert list(lines) == ["LinkedIn", "Bluesky", "Reddit"]
    assert [line.count("yes") for line in lines.values()] == [0, 4, 0]
    assert "│ networks" in cli("--help").out


def test_what_nobody_foresaw_is_a_sentence_too(bare: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the way to a traceback."""

    def fail() -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("advocacy.cli.ground.settings", fail)
    said = bare("migrate")
    assert said.code == 1
    assert said.err.startswith("Something unexpected happened (RuntimeError: boom).")
    assert "Traceback" in bare("migrate", ADVOCACY_LOG_LEVEL="DEBUG").err


def test_a_token_is_shown_once_and_can_be_revoked(cli: Run, tmp_path: Path) -> None:
    """For an editor only."""
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    cli("people", "import", "roster.csv", "--apply")
    assert cli("token", "list").out == "There are no tokens.\n"
    made = cli("token", "new", "--for", "ada@nordlicht.example", "--name", "website")
    assert made.out.startswith("adv_")
    assert "acts for Ada Lund" in made.err
    shown = cli("token", "list").out
    assert "website" in shown
    assert made.out.strip() not in shown
    assert cli("token", "revoke", "1").out == "Token 1 is revoked.\n"
    assert cli("token", "revoke", "9").err == "There is no token 9; see: advocacy token list\n"
    assert "is not an editor" in cli("token", "new", "--for", "bo@nordlicht.example", "--name", "x").err
    assert "There is nobody" in cli("token", "new", "--for", "no@nordlicht.example", "--name", "x").err
    assert "at most 120" in cli("token", "new", "--for", "ada@nordlicht.example", "--name", "x" * 121).err
