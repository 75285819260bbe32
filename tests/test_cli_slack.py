"""Several Slack workspaces from the command line."""

from __future__ import annotations

import asyncio
import json

from advocacy.config import Settings
from advocacy.db import Database, now
from advocacy.slack import install_link
from advocacy.slack.models import Installation
from tests.test_cli import TEST_KEY, Run, bare, cli  # noqa: F401 - fixtures

SEVERAL = {
    "ADVOCACY_SLACK_CLIENT_ID": "1.2", "ADVOCACY_SLACK_CLIENT_SECRET": "s", "ADVOCACY_SLACK_SIGNING_SECRET": "s",
}  # fmt: skip


async def installed(url: str, *tenants: str) -> None:
    db = Database(url, [TEST_KEY])
    async with db.write() as s:
        s.add_all(
            [Installation(tenant=one, name=f"Name of {one}", token="xoxb-1", installed_at=now()) for one in tenants]
        )
    await db.close()


def test_the_link_is_for_who_runs_this_server(cli: Run) -> None:  # noqa: F811 - the fixture
    """Signed with its keys, for the address at which it is reached."""
    assert cli("slack", "install-link").err.startswith("Set ADVOCACY_SLACK_CLIENT_ID and")
    link = cli("slack", "install-link", **SEVERAL).out.strip()
    address, _, key = link.partition("?key=")
    assert address == "https://advocacy.nordlicht.example/slack/install"
    ours = Settings.model_construct(keys=())
    ours.__dict__["key_bytes"] = (TEST_KEY,)
    install_link.check(ours, key)
    half = {name: value for name, value in SEVERAL.items() if "SECRET" not in name}
    assert "CLIENT_ID and ADVOCACY_SLACK_CLIENT_SECRET together" in cli("slack", "install-link", **half).err


def test_the_manifest_for_several(bare: Run) -> None:  # noqa: F811 - the fixture
    """With the way back from the consent page, for organizations, with tokens that end."""
    said = bare("slack", "manifest", "--json", "--several", "--public-url", "https://a.example")
    made = json.loads(said.out)
    assert made["oauth_config"]["redirect_urls"] == ["https://a.example/slack/oauth_redirect"]
    assert (made["settings"]["org_deploy_enabled"], made["settings"]["token_rotation_enabled"]) == (True, True)
    assert "team_access_revoked" in made["settings"]["event_subscriptions"]["bot_events"]


def test_a_channel_is_in_the_one_workspace_or_says_which(cli: Run, database_url: str) -> None:  # noqa: F811
    """Found out while there is one; asked for when there are more."""
    add = ("channel", "add", "slack", "C1", "#news")
    assert "install-link" in cli(*add, **SEVERAL).err
    asyncio.run(installed(database_url, "T1"))
    assert "(slack, T1)" in cli(*add, **SEVERAL).out
    asyncio.run(installed(database_url, "T2"))
    assert "T1 (Name of T1), T2 (Name of T2)" in cli(*add, **SEVERAL).err
    assert cli(*add, "--tenant", "T2", **SEVERAL).code == 0
