"""The docs say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from advocacy.app import ACTIONS
from advocacy.config import Settings
from advocacy.http import Http
from advocacy.sharing import overview
from advocacy.sharing.networks import ALL, make_all
from tests.conftest import playground_settings

ROOT = Path(__file__).parents[1]
APP = {"client_id": "app", "client_secret": "app-secret"}


def test_every_setting_is_documented_and_none_is_invented() -> None:
    """docs/settings.md and Settings name the same variables."""
    documented = set(re.findall(r"`((?:ADVOCACY_|DATABASE_)[A-Z_]+)`", (ROOT / "docs/settings.md").read_text("utf-8")))
    known = {f"ADVOCACY_{name.upper()}" for name in Settings.model_fields} - {"ADVOCACY_DATABASE_URL"} | {
        "DATABASE_URL"
    }
    assert documented == known


def test_links_between_documents_lead_somewhere() -> None:
    """A relative link in a document names a file that is there."""
    for document in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_decisions_are_numbered_without_gaps_and_have_the_four_parts() -> None:
    """Each decision has context, decision, consequences and alternatives."""
    files = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [int(one.name[:4]) for one in files] == list(range(1, len(files) + 1))
    for one in files:
        headings = re.findall(r"^## (.+)$", one.read_text("utf-8"), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Alternatives"], one.name


def test_caps_of_the_house_hold() -> None:
    """No file over 400 lines."""
    for path in [*(ROOT / "advocacy").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]:
        assert path.read_text("utf-8").count("\n") <= 400, path


def test_the_table_of_features_names_every_action_of_the_bot() -> None:
    """What a press can do is in docs/features.md, for both doors; nothing else is."""
    rows = [line for line in (ROOT / "docs/features.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    named = {action for row in rows[1:] for action in re.findall(r"`(\w+)`", row.split("|")[2])}
    assert named == set(ACTIONS)
    assert all(len(row.split("|")) == 6 and all(cell.strip() for cell in row.split("|")[1:5]) for row in rows)


def test_the_table_of_networks_says_what_the_code_can_do(tmp_path: Path) -> None:
    """docs/networks.md has the table that the networks' abilities make when everything is set up."""
    settings = playground_settings(
        "sqlite:///unused",
        tmp_path,
        mastodon_hosts=("nordlicht.social",),
        apps=dict.fromkeys(ALL, APP),
        x_cost_accepted=True,
    )
    networks = make_all(settings.model_copy(update={"networks": tuple(ALL)}), Http(settings))
    shown = (ROOT / "docs/networks.md").read_text("utf-8")
    assert overview.markdown(networks.values()) in shown
