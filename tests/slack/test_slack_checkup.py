"""What the doctor says of several workspaces: names, missing permissions, when tokens end, who left."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import update

from advocacy.db import Database, now
from advocacy.delivery import lanes
from advocacy.doctor import slack
from advocacy.http import Http
from advocacy.slack.models import Installation
from tests.slack.install_help import SOUTH, Scene, Told, several


async def findings(scene: Scene) -> list[tuple[str, str]]:
    http = Http(scene.settings)
    await http.start()
    found = [one async for one in slack.check(http, scene.settings)]
    await http.close()
    assert all(one.advice for one in found if one.level != "good")
    return [(one.level, one.sentence) for one in found]


async def test_each_workspace_is_named_with_what_is_wrong(database_url: str, db: Database, tmp_path: Path) -> None:
    """Nothing yet; all well; a permission refused; a renewal that fails or is lost; a dead token; one that left."""
    async with several(database_url, db, tmp_path, Told()) as scene:
        assert await findings(scene) == [("warning", "No Slack workspace has installed the app yet.")]
        await scene.install()
        scene.world.spaces.rotation = True
        await scene.install(team=SOUTH)
        nord, sued = await findings(scene)
        assert nord[0] == sued[0] == "good"
        assert ("does not end" in nord[1], "and is renewed before" in sued[1]) == (True, True)

        installed = scene.world.spaces.installs[(await scene.rows())[1].token]
        installed.scopes -= {"im:write", "links:read"}
        levels = dict((await findings(scene))[1:])
        assert levels["bad"] == "Slack's app for Südwind lacks the permissions im:write."
        assert "in Südwind" in levels["warning"]
        installed.scopes |= {"im:write", "links:read"}

        for values, level, words in (
            ({"problem": "status 500"}, "warning", "could not be renewed: status 500"),
            ({"problem": "invalid_refresh_token", "lost_at": now()}, "bad", "cannot be renewed: invalid_refresh_token"),
            ({"problem": "", "lost_at": None, "expires_at": now() - timedelta(hours=1)}, "warning", "late"),
        ):  # fmt: skip
            async with db.write() as s:
                await s.execute(update(Installation).where(Installation.tenant == SOUTH).values(**values))
            found = (await findings(scene))[1]
            assert (found[0], words in found[1]) == (level, True)

        scene.world.spaces.remove(space=scene.south)
        assert ("bad", f"Slack does not take the token of Südwind ({SOUTH}): token_revoked.") in await findings(scene)
        async with db.write() as s:
            await lanes.pause(s, f"slack:{SOUTH}")
            await lanes.pause(s, "slack:T0GONE")
        assert (await findings(scene))[-1] == (
            "warning", "The app is no longer in the Slack workspace T0GONE; 0 messages wait for it.",
        )  # fmt: skip
