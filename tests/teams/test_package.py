"""The zip an administrator uploads."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from door_help import APP_ID, teams_settings
from PIL import Image

from advocacy.bot import catalogue
from advocacy.teams import package

SCHEMA = Path(__file__).parents[3] / "shared" / "schemas" / "teams-manifest-1.25.json"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    settings = teams_settings(tmp_path, public_url="https://advocacy.nordlicht.example", company="Nordlicht Energie")
    with zipfile.ZipFile(io.BytesIO(package.build(settings))) as built:
        return {name: built.read(name) for name in built.namelist()}


@pytest.fixture
def manifest(files: dict[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files["manifest.json"])
    return found


def test_everything_lies_at_the_root(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    """Manifest, both icons and the texts it names; nothing else."""
    named = {manifest["icons"]["color"], manifest["icons"]["outline"]}
    named |= {one["file"] for one in manifest["localizationInfo"]["additionalLanguages"]}
    assert set(files) == {"manifest.json", *named}


def test_the_manifest_fits_the_published_schema(manifest: dict[str, Any]) -> None:
    """Teams refuses an upload that does not."""
    if not SCHEMA.exists():
        pytest.skip("the published schema is not at hand")
    jsonschema.Draft4Validator(json.loads(SCHEMA.read_text())).validate(manifest)


def test_lengths_stay_within_what_teams_shows(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    """The schema's limits, for both languages and any company name."""
    german = json.loads(files["de.json"])
    for texts in (
        {"short": manifest["name"]["short"], "full": manifest["name"]["full"], **_described(manifest["description"])},
        {"short": german["name.short"], "full": german["name.full"],
         **_described({"short": german["description.short"], "full": german["description.full"]})},
    ):  # fmt: skip
        assert len(texts["short"]) <= 30
        assert len(texts["full"]) <= 100
        assert len(texts["description short"]) <= 80
        assert len(texts["description full"]) <= 4000
    assert len(manifest["developer"]["name"]) <= 32


def _described(description: dict[str, str]) -> dict[str, str]:
    return {f"description {name}": text for name, text in description.items()}


def test_it_names_this_deployment(manifest: dict[str, Any]) -> None:
    """The bot is our app, and only our host is trusted."""
    [bot] = manifest["bots"]
    assert bot["botId"] == manifest["id"] == APP_ID
    assert bot["scopes"] == ["personal", "team"]
    assert manifest["validDomains"] == ["advocacy.nordlicht.example"]
    assert manifest["developer"]["websiteUrl"].startswith("https://advocacy.nordlicht.example")


def test_commands_are_hinted_at_in_both_scopes_and_languages(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
    """What is typed most; each German text belongs to a place that exists."""
    lists = manifest["bots"][0]["commandLists"]
    assert [one["scopes"] for one in lists] == [["personal"], ["team"]]
    for one in lists:
        titles = [command["title"] for command in one["commands"]]
        assert titles == ["home", "help", "feed", "compose", "backup", "me", "settings", "leaderboard"]
    german = json.loads(files["de.json"])
    places = {name for name in german if name.startswith("bots")}
    wanted = {
        f"bots[0].commandLists[{n}].commands[{m}].{what}"
        for n in range(2) for m in range(8) for what in ("title", "description")
    }  # fmt: skip
    assert places == wanted


def test_the_bot_knows_every_command_it_hints_at() -> None:
    """A hint that leads to "help" would be a broken promise."""
    words = catalogue.WORDS
    assert package.COMMANDS.keys() <= words.keys()
    for title, (_, german, _) in package.COMMANDS.items():
        assert words[german] is words[title]


def test_icons_are_as_teams_asks(files: dict[str, bytes]) -> None:
    """Colour 192 × 192 and opaque; outline 32 × 32, only white, its background transparent."""
    color = Image.open(io.BytesIO(files["color.png"]))
    assert (color.format, color.size, color.mode) == ("PNG", (192, 192), "RGB")
    assert len(set(color.convert("P").get_flattened_data())) > 2
    outline = Image.open(io.BytesIO(files["outline.png"]))
    assert (outline.format, outline.size, outline.mode) == ("PNG", (32, 32), "RGBA")
    pixels = list(outline.get_flattened_data())
    assert {pixel[:3] for pixel in pixels} == {(255, 255, 255)}
    assert pixels[0][3] == 0
    assert max(pixel[3] for pixel in pixels) == 255


def test_the_same_settings_make_the_same_file(tmp_path: Path) -> None:
    """No clock in it, so a new upload means a real change."""
    settings = teams_settings(tmp_path)
    assert package.build(settings) == package.build(settings)


def test_without_an_app_id_there_is_no_package(tmp_path: Path) -> None:
    """One sentence says what to set."""
    nothing = teams_settings(tmp_path, teams_app_id=None, teams_app_password=None, teams_tenant=None)
    with pytest.raises(ValueError, match="ADVOCACY_TEAMS_APP_ID"):
        package.build(nothing)
