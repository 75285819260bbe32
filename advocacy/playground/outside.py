"""All worlds of the fictional company together, with the credentials that open them."""

from __future__ import annotations

import secrets

from advocacy.playground.company import TEAMS_TENANT, residents
from advocacy.playground.networks.bluesky import BlueskyWorld
from advocacy.playground.networks.dialogs import DialogsWorld
from advocacy.playground.networks.linkedin import LinkedInWorld
from advocacy.playground.networks.mastodon import MastodonWorld
from advocacy.playground.site.world import SiteWorld
from advocacy.playground.slack.world import SlackWorld
from advocacy.playground.teams.world import TeamsWorld
from advocacy.playground.world import Outside


class Worlds:
    """Everything outside of the product, on one loopback port."""

    def __init__(self, *, bot_token: str, signing_secret: str, app_token: str, app_id: str, app_password: str) -> None:
        self.residents = residents()
        self.bot_token, self.signing_secret, self.app_token = bot_token, signing_secret, app_token
        self.app_id, self.app_password = app_id, app_password
        self.linkedin_client_id, self.linkedin_client_secret = "playground-linkedin", secrets.token_hex(12)
        self.slack = SlackWorld(self.residents, bot_token=bot_token, signing_secret=signing_secret, app_token=app_token)
        self.teams = TeamsWorld(
            self.residents, app_id=app_id, app_password=app_password, tenant=TEAMS_TENANT, refresh_every=2.0
        )
        self.linkedin = LinkedInWorld(client_id=self.linkedin_client_id, client_secret=self.linkedin_client_secret)
        self.mastodon = MastodonWorld(longest=1000, per_link=30)  # as many servers have it, not as most do
        self.bluesky = BlueskyWorld()
        self.dialogs = DialogsWorld()
        self.site = SiteWorld()
        self.outside = Outside(
            self.slack, self.teams, self.linkedin, self.mastodon, self.bluesky, self.dialogs, self.site
        )
