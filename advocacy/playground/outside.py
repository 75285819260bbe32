"""All worlds of the fictional company together, with the credentials that open them."""

from __future__ import annotations

from typing import TypeVar

from advocacy.playground.company import TEAMS_TENANT, residents
from advocacy.playground.networks.bluesky import BlueskyWorld
from advocacy.playground.networks.consent import ConsentWorld
from advocacy.playground.networks.every import every_network
from advocacy.playground.networks.linkedin import LinkedInWorld
from advocacy.playground.networks.mastodon import MastodonWorld
from advocacy.playground.networks.network import NetworkWorld
from advocacy.playground.site.world import SiteWorld
from advocacy.playground.slack.world import SlackWorld
from advocacy.playground.teams.world import TeamsWorld
from advocacy.playground.world import Outside

W = TypeVar("W", bound=NetworkWorld)


class Worlds:
    """Everything outside of the product, on one loopback port."""

    def __init__(self, *, bot_token: str, signing_secret: str, app_token: str, app_id: str, app_password: str) -> None:
        self.residents = residents()
        self.bot_token, self.signing_secret, self.app_token = bot_token, signing_secret, app_token
        self.app_id, self.app_password = app_id, app_password
        self.slack = SlackWorld(self.residents, bot_token=bot_token, signing_secret=signing_secret, app_token=app_token)
        self.teams = TeamsWorld(
            self.residents, app_id=app_id, app_password=app_password, tenant=TEAMS_TENANT, refresh_every=2.0
        )
        self.networks = {world.name: world for world in every_network()}
        self.mastodon = MastodonWorld(longest=1000, per_link=30)  # as many servers have it, not as most do
        self.networks[self.mastodon.name] = self.mastodon
        self.linkedin = self._played(LinkedInWorld)
        self.bluesky = self._played(BlueskyWorld)
        self.site = SiteWorld()
        self.outside = Outside(self.slack, self.teams, *self.networks.values(), self.site)

    def apps(self) -> dict[str, dict[str, str]]:
        """The product's apps on the networks that register them by hand, as its setting of that name wants them."""
        return {
            world.name: {"client_id": world.client_id, "client_secret": world.client_secret}
            for world in self.networks.values()
            if isinstance(world, ConsentWorld) and world.client_id
        }

    def _played(self, kind: type[W]) -> W:
        return next(world for world in self.networks.values() if isinstance(world, kind))
