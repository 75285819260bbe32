"""What Slack is told about this app: its name, its command, what it hears of and what it may do.

``manifest.json`` at the root of the repository is this with an example address; a test holds the two together.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlsplit

from advocacy.config import Settings

PATH = "/slack/events"
"""Where Slack reaches us: one address for events, presses and commands."""
INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"
COMMAND = "/advocacy"
SHORTCUTS = (
    {
        "name": "Compose a story",
        "type": "global",
        "callback_id": "compose",
        "description": "Make a story from a link, for colleagues to share",
    },
    {
        "name": "Suggest for sharing",
        "type": "message",
        "callback_id": "suggest",
        "description": "Suggest what this message says as a story; its author is asked",
    },
)
"""In the ＋ menu and in each message's menu (https://docs.slack.dev/interactivity/implementing-shortcuts)."""
EVENTS = (
    "app_home_opened",
    "app_uninstalled",
    "link_shared",
    "message.im",
    "team_join",
    "tokens_revoked",
    "user_change",
)
ORG_EVENTS = ("team_access_granted", "team_access_revoked")
"""Heard besides where a whole organization may install the app."""
SCOPES = {
    "commands": "the command /advocacy and the shortcuts",
    "chat:write": "post cards and rewrite them",
    "chat:write.public": "post to public channels without joining them",
    "im:write": "write to people directly",
    "im:history": "read what people write to the app itself",
    "users:read": "names, and who has left",
    "users:read.email": "match people with the company's roster",
}
"""Each scope with its reason; the door does not work without them."""
OPTIONAL_SCOPES = {
    "channels:history": "find out whether a card arrived when Slack's answer was lost",
    "channels:join": "the same in a public channel that the app is not in yet",
    "groups:history": "the same in private channels",
    "channels:read": "offer channels by name",
    "groups:read": "offer private channels that the app was invited to",
    "users.profile:read": "departments that are kept in Slack profiles",
    "team:read": "the workspace's name",
    "links:read": "recognise links to stories",
    "links:write": "show a story below its link",
    "files:write": "upload reports",
}
"""An administrator may refuse these; what each is for is then missing, nothing else."""
_SHORT = "Approved company stories, reshared to your own networks with one click"
_LONG = """\
Advocacy brings stories that your communications team has approved into Slack. Colleagues who like one share it \
to their own LinkedIn, Mastodon, Bluesky, X or XING with one click, in their own words.

*Before anything leaves* you see the exact text, and you have time to undo or to edit. Nobody is asked to share, \
and nobody sees who did not.

*What you can do here*
• press a network's button on a story
• type `/advocacy feed` for stories you have not seen yet
• type `/advocacy me` for your own shares and clicks
• type `/advocacy leaderboard` to see which departments take part

Advocacy runs on your company's own servers. Small groups are never shown on their own, and managers have no view \
of individual people."""


def manifest(settings: Settings, *, socket_mode: bool, several: bool = False) -> dict[str, Any]:
    """The app manifest, version 2 (https://docs.slack.dev/reference/app-manifest), with this deployment's address.

    ``several``: workspaces and organizations install it by themselves, and their tokens are renewed.
    """
    home = settings.public_url.rstrip("/")
    address = home + PATH
    url: dict[str, Any] = {} if socket_mode else {"url": address}
    request_url: dict[str, Any] = {} if socket_mode else {"request_url": address}
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Advocacy",
            "description": _SHORT,
            "long_description": _LONG,
            "background_color": "#1b3a4b",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Advocacy", "always_online": True},
            "unfurl_domains": _hosts(settings),
            "shortcuts": [dict(one) for one in SHORTCUTS],
            "slash_commands": [
                {
                    "command": COMMAND,
                    **url,
                    "description": "Stories to share, your shares, your department",
                    "usage_hint": "[home | feed | compose | me | leaderboard | settings | backup | help]",
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": {
            **({"redirect_urls": [home + REDIRECT_PATH]} if several else {}),
            "scopes": {"bot": list(SCOPES), "bot_optional": list(OPTIONAL_SCOPES)},
        },
        "settings": {
            "event_subscriptions": {**request_url, "bot_events": [*EVENTS, *(ORG_EVENTS if several else ())]},
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": several,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": several,
        },
    }


def _hosts(settings: Settings) -> list[str]:
    """Where links to stories lead, the short domain too (https://docs.slack.dev/messaging/unfurling-links-in-messages)."""
    hosts = (urlsplit(one).hostname or "" for one in (settings.public_url, settings.short_url))
    return list(dict.fromkeys(one for one in hosts if one))


def create_link(settings: Settings, *, socket_mode: bool | None = None, several: bool = False) -> str:
    """The page on which an administrator creates the app with everything filled in.

    ``socket_mode`` follows the settings unless said otherwise.
    https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests
    """
    over_socket = settings.slack_app_token is not None if socket_mode is None else socket_mode
    made = manifest(settings, socket_mode=over_socket, several=several)
    text = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    return "https://api.slack.com/apps?new_app=1&manifest_json=" + quote(text, safe="")
