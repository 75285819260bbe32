"""What Slack sends when a person does something (https://docs.slack.dev/reference/interaction-payloads)."""

from __future__ import annotations

from typing import Any

from advocacy.playground.slack.inputs import values_of
from advocacy.playground.slack.state import APP_ID, BOT_USER, Channel, Json, Message, View, secret
from advocacy.playground.slack.workspace import TEAM_DOMAIN, Workspace

_TOKEN = "deprecated-verification-token"
_OF_THE_APP = frozenset({"app_uninstalled", "team_access_granted", "team_access_revoked", "tokens_revoked"})


class Payloads:
    """Builds payloads from what the workspace holds."""

    def __init__(self, space: Workspace) -> None:
        self._space = space
        self._sent: dict[str, str] = {}

    def _base(self, kind: str, user_id: str) -> Json:
        user, org = self._space.user(user_id), self._space.enterprise
        return {
            "type": kind,
            # Of an app in a whole organization, what happens in views belongs to no workspace.
            "team": None if self._space.is_org_install and kind.startswith("view_") else self._team(),
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": self._space.team},
            "api_app_id": APP_ID,
            "token": _TOKEN,
            "enterprise": {"id": org, "name": org} if org else None,
            "is_enterprise_install": self._space.is_org_install,
        }

    def _team(self) -> Json:
        org = {"enterprise_id": self._space.enterprise} if self._space.enterprise else {}
        return {"id": self._space.team, "domain": TEAM_DOMAIN, **org}

    def on_message(self, user_id: str, channel: Channel, message: Message, action: Json) -> Json:
        """``block_actions`` for something pressed on a message."""
        space = self._space
        ephemeral = message.ephemeral_for is not None
        payload = self._base("block_actions", user_id) | {
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": channel.id,
                "is_ephemeral": ephemeral,
            },
            "trigger_id": space.mint_trigger(user_id),
            "channel": {"id": channel.id, "name": channel.shown_name},
            "state": {"values": values_of(message.blocks, message.state)},
            "response_url": space.mint_hook("actions", channel.id, user_id, message.ts),
            "actions": [action],
        }
        # Slack does not keep ephemeral messages, so it cannot send them along.
        return payload if ephemeral else payload | {"message": message.as_api(space.team)}

    def on_view(self, user_id: str, view: View, action: Json) -> Json:
        """``block_actions`` for something pressed in a modal or on the Home tab."""
        return self._base("block_actions", user_id) | {
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self._space.mint_trigger(user_id, view.id),
            "view": self.view(view),
            "actions": [action],
        }

    def view(self, view: View) -> Json:
        """The view with the values of all its inputs."""
        return view.as_api(self._space.team) | {"state": {"values": values_of(view.content["blocks"], view.state)}}

    def submission(self, view: View) -> Json:
        """``view_submission``."""
        return self._base("view_submission", view.user) | {
            "trigger_id": self._space.mint_trigger(view.user, view.id),
            "view": self.view(view),
            "response_urls": [],
        }

    def closed(self, view: View, *, cleared: bool) -> Json:
        """``view_closed``; ``cleared`` when the whole stack was."""
        return self._base("view_closed", view.user) | {"view": self.view(view), "is_cleared": cleared}

    def command(self, user_id: str, channel: Channel, command: str, text: str) -> Json:
        """A slash command: a flat form (https://docs.slack.dev/interactivity/implementing-slash-commands)."""
        space = self._space
        return {
            "token": _TOKEN,
            "team_id": space.team,
            "team_domain": TEAM_DOMAIN,
            "channel_id": channel.id,
            "channel_name": channel.shown_name,
            "user_id": user_id,
            "user_name": space.user(user_id).name,
            "command": command,
            "text": text,
            "api_app_id": APP_ID,
            "is_enterprise_install": str(space.is_org_install).lower(),
            **({"enterprise_id": space.enterprise, "enterprise_name": space.enterprise} if space.enterprise else {}),
            "response_url": space.mint_hook("commands", channel.id, user_id),
            "trigger_id": space.mint_trigger(user_id),
        }

    def shortcut(self, user_id: str, callback_id: str) -> Json:
        """A global shortcut: no channel, no response_url."""
        return self._base("shortcut", user_id) | {
            "callback_id": callback_id,
            "trigger_id": self._space.mint_trigger(user_id),
            "action_ts": self._space.new_ts(),
        }

    def message_action(self, user_id: str, channel: Channel, message: Message, callback_id: str) -> Json:
        """A message shortcut."""
        space = self._space
        return self._base("message_action", user_id) | {
            "callback_id": callback_id,
            "trigger_id": space.mint_trigger(user_id),
            "action_ts": space.new_ts(),
            "message_ts": message.ts,
            "message": message.as_api(space.team),
            "channel": {"id": channel.id, "name": channel.shown_name},
            "response_url": space.mint_hook("actions", channel.id, user_id, message.ts),
        }

    def event(self, event: Json, *, again: bool) -> Json:
        """``event_callback``; ``again`` repeats the event id this very event had before.

        What happens to the app in a whole organization belongs to no workspace.
        """
        space = self._space
        of_org = space.is_org_install and event["type"] in _OF_THE_APP
        team = None if of_org else space.team
        event.setdefault("event_ts", space.new_ts())
        key = repr(sorted(event.items(), key=lambda item: item[0]))
        if not again or key not in self._sent:
            self._sent[key] = space.new_id("Ev")
        return {
            "token": _TOKEN,
            "team_id": team,
            "context_team_id": team,
            **({"enterprise_id": space.enterprise} if space.enterprise else {}),
            "api_app_id": APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": self._sent[key],
            "event_time": int(float(event["event_ts"])),
            "authorizations": [
                {
                    "enterprise_id": space.enterprise or None,
                    "team_id": team,
                    "user_id": BOT_USER,
                    "is_bot": True,
                    "is_enterprise_install": space.is_org_install,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": f"4-{secret(24)}",
        }


def verification() -> Json:
    """The ``url_verification`` Slack sends when a request URL is entered."""
    return {"type": "url_verification", "token": _TOKEN, "challenge": secret(40)}


def action_of(block: Json, element: Json, value: Json | None, ts: str) -> Json:
    """One entry of ``actions``: the element, and what was chosen."""
    action: Json = {"type": element["type"], "block_id": block["block_id"], "action_id": element["action_id"]}
    if value is None:
        kept: dict[str, Any] = {name: element[name] for name in ("text", "value", "url", "style") if name in element}
        return action | kept | {"action_ts": ts}
    kept = {name: one for name, one in element.items() if name == "placeholder" or name.startswith("initial_")}
    return action | kept | value | {"action_ts": ts}
