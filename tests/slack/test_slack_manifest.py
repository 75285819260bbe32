"""What Slack is told about the app is what the code does."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import advocacy.slack
from advocacy.config import Settings
from advocacy.slack.manifest import EVENTS, OPTIONAL_SCOPES, ORG_EVENTS, PATH, SCOPES, create_link, manifest
from tests.conftest import playground_settings

ROOT = Path(__file__).parents[2]
CODE = "\n".join(path.read_text() for path in sorted(Path(advocacy.slack.__file__).parent.glob("*.py")))
NEEDS = {
    "chat.postMessage": {"chat:write", "chat:write.public"},
    "chat.postEphemeral": {"chat:write"},
    "chat.unfurl": {"links:write", "links:read"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history"},
    "conversations.replies": {"channels:history", "groups:history", "im:history"},
    "conversations.join": {"channels:join"},
    "conversations.open": {"im:write"},
    "team.profile.get": {"users.profile:read"},
    "users.info": {"users:read", "users:read.email"},
    "users.list": {"users:read", "users:read.email"},
    "users.profile.get": {"users.profile:read"},
    "views.open": set(),
    "views.publish": set(),
    "views.update": set(),
}
"""Methods and their scopes (https://docs.slack.dev/reference/methods)."""


@pytest.fixture
def public(tmp_path: Path) -> Settings:
    return playground_settings("sqlite:///unused", tmp_path, public_url="https://advocacy.example.com")


def test_the_file_at_the_root_is_what_the_code_makes(public: Settings) -> None:
    """``manifest.json`` with the example address; to renew it, write what the code makes."""
    assert json.loads((ROOT / "manifest.json").read_text()) == manifest(public, socket_mode=False)


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("socket_mode", [False, True])
def test_slack_takes_it(public: Settings, socket_mode: bool, several: bool) -> None:
    """Slack's own schema, where a copy lies beside the checkout; our own look at its limits always."""
    made = manifest(public, socket_mode=socket_mode, several=several)
    shown = made["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    schema = ROOT.parent / "shared" / "schemas" / "slack-manifest-2.0.0.json"
    if not schema.exists():
        pytest.skip("skipped: Slack's schema does not lie beside the checkout")
    import jsonschema

    jsonschema.validate(made, json.loads(schema.read_text()))


def test_addresses(public: Settings) -> None:
    """One address for all over HTTP; none over Socket Mode, where Slack would refuse to check it."""
    http = json.dumps(manifest(public, socket_mode=False))
    assert http.count("https://advocacy.example.com" + PATH) == 3
    assert PATH not in json.dumps(manifest(public, socket_mode=True))
    assert manifest(public, socket_mode=True)["settings"]["socket_mode_enabled"] is True


def test_links_to_both_hosts_are_shown(public: Settings) -> None:
    """Of at most five; the short domain where there is one."""
    short = public.model_copy(update={"short_url": "https://go.example.com"})
    assert manifest(public, socket_mode=True)["features"]["unfurl_domains"] == ["advocacy.example.com"]
    assert manifest(short, socket_mode=True)["features"]["unfurl_domains"] == ["advocacy.example.com", "go.example.com"]


def test_every_method_called_has_its_scopes() -> None:
    """A method that the code calls is known here, and its scopes are asked for."""
    called = set(re.findall(r'"((?:chat|conversations|users|views|files|team)\.[A-Za-z.]+)"', CODE))
    assert called == NEEDS.keys()
    asked = SCOPES.keys() | OPTIONAL_SCOPES.keys()
    assert set().union(*NEEDS.values()) <= asked
    assert not SCOPES.keys() & OPTIONAL_SCOPES.keys()


def test_every_event_heard_is_subscribed() -> None:
    """The events that the code tells apart are those it asked for."""
    presses = (Path(advocacy.slack.__file__).parent / "presses.py").read_text()
    receive = (Path(advocacy.slack.__file__).parent / "receive.py").read_text()
    heard = set(
        re.findall(
            r'"(app_home_opened|link_shared|message|user_change|team_join|app_uninstalled|tokens_revoked)"',
            presses + receive,
        )
    )
    assert heard == {event.removesuffix(".im") for event in EVENTS}
    assert "im:history" in SCOPES  # Slack sends message.im only with it


def test_the_link_that_creates_the_app(public: Settings) -> None:
    """Everything filled in, whole after the trip through an address."""
    parts = urlsplit(create_link(public))
    asked = parse_qs(parts.query, strict_parsing=True)
    assert (parts.scheme, parts.netloc, parts.path, asked["new_app"]) == ("https", "api.slack.com", "/apps", ["1"])
    assert json.loads(asked["manifest_json"][0]) == manifest(public, socket_mode=False)
    assert json.loads(parse_qs(urlsplit(create_link(public, socket_mode=True)).query)["manifest_json"][0])["settings"][
        "socket_mode_enabled"
    ]


def test_the_guide_names_every_scope_and_event() -> None:
    """An administrator reads in ``docs/connect-slack.md`` what is asked for and why."""
    guide = (ROOT / "docs" / "connect-slack.md").read_text()
    for name, why in (SCOPES | OPTIONAL_SCOPES).items():
        assert f"| `{name}` | {why} |" in guide, name
    for event in (*EVENTS, *ORG_EVENTS):
        assert f"`{event}`" in guide, event


def test_a_slack_process_loads_nothing_of_teams() -> None:
    """Import budget: neither botbuilder nor msal nor alembic comes with the Slack door."""
    code = (
        "import sys, advocacy.slack.door\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules} & "
        "{'botbuilder', 'botframework', 'msal', 'alembic', 'vl_convert', 'feedparser', 'apscheduler'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == ""
