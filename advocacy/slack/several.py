"""Everything that only several workspaces need: they install the app, their tokens are kept and renewed."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from advocacy.config import Settings
from advocacy.db import Database
from advocacy.slack.calls import Calls
from advocacy.slack.install import Install
from advocacy.slack.install_states import InstallStates
from advocacy.slack.installations import Installations
from advocacy.slack.leavings import Leavings
from advocacy.slack.oauth import OAuth
from advocacy.slack.renewals import Renewals
from advocacy.slack.revivals import Revivals
from advocacy.slack.workspaces import Workspaces


class Several:
    """Built once by the door, when there is a client id instead of a bot token."""

    def __init__(self, settings: Settings, client: AsyncWebClient, db: Database, workspaces: Workspaces) -> None:
        self.installations = Installations(db, workspaces)
        self.calls = Calls(client, self.installations)
        self.leavings = Leavings(self.installations)
        oauth = OAuth(client, settings)
        self.renewals = Renewals(db, oauth, workspaces)
        self.revivals = Revivals(db, self.calls, self.installations, workspaces)
        self.install = Install(settings, oauth, InstallStates(db), self.installations, self.calls)


__all__ = ["Several"]
