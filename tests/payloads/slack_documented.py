"""Payloads as Slack's documentation and its SDKs' tests describe them, field by field, with fictional people.

Each says where its shape comes from and what the HTTP answer has to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

DOCS = "docs.slack.dev/reference"
INTERACTION, EVENTS = f"{DOCS}/interaction-payloads", f"{DOCS}/events"
BOLT, JAVA = "slackapi/bolt-python tests", "slackapi/java-slack-sdk json-logs"
TEAM, ORG, USER, BOT, APP = "T0NORDLICHT", "E0NORDLICHT", "U0USER", "U0ADVOCACY", "A0ADVOCACY"
"""``U0USER`` is replaced by a colleague's id."""
Way = Literal["form", "json", "command"]
Json = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """One payload, and what Slack must get: a status, and what the body begins with or has in it."""

    name: str
    source: str
    body: Mapping[str, Any]
    way: Way = "json"
    status: int = 200
    says: str = ""
    signed: bool = True


def event(kind: str, source: str, /, **inner: Any) -> Sent:
    """``event_callback`` (docs.slack.dev/apis/events-api, "Event wrapper")."""
    outer = inner.pop("outer", {})
    wrapper = {
        "token": "one-long-verification-token", "team_id": TEAM, "api_app_id": APP, "type": "event_callback",
        "event": {"type": kind, "event_ts": "1795689000.000100", **inner.pop("event", {}), **inner},
        "event_id": f"Ev0{abs(hash((kind, source, str(inner)))) % 10**8:08d}", "event_time": 1795689000,
        "event_context": "4-eyJldCI6Im1lc3NhZ2UifQ", "is_ext_shared_channel": False,
        "authorizations": [
            {"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True, "is_enterprise_install": False}
        ],
    }  # fmt: skip
    return Sent(f"event {kind} {inner.get('subtype', '')}".strip(), source, {**wrapper, **outer})


def message(subtype: str = "", source: str = f"{EVENTS}/message", /, **inner: Any) -> Sent:
    """``message.im``, of a kind."""
    base = {"channel": "D0DIRECT01", "channel_type": "im", "ts": "1795689000.000200", "user": USER, "text": "me"}
    return event("message", source, **{**base, **({"subtype": subtype} if subtype else {}), **inner})


def interaction(kind: str, source: str, name: str = "", /, **more: Any) -> Sent:
    """What an interaction has in common: team, user, app, trigger."""
    says, status = more.pop("says", ""), more.pop("status", 200)
    base = {
        "type": kind, "team": {"id": TEAM, "domain": "nordlicht"}, "api_app_id": APP, "token": "verification-token",
        "user": {"id": USER, "username": "jana", "name": "jana", "team_id": TEAM}, "enterprise": None,
        "is_enterprise_install": False, "trigger_id": f"12466734323.1395872398.{abs(hash(name + kind)):x}",
    }  # fmt: skip
    return Sent(name or kind, source, {**base, **more}, "form", status, says)


def pressed(action: Json, **more: Any) -> Json:
    """A press on a message in a channel."""
    container = {
        "type": "message",
        "message_ts": "1795688000.000200",
        "channel_id": "C0GENERAL1",
        "is_ephemeral": False,
    }
    old = {"bot_id": "B0ADVOCACY", "type": "message", "text": "A story", "user": BOT, "ts": "1795688000.000200"}
    act = {"block_id": "actions1", "action_ts": "1795689000.300000", **action}
    return {"container": container, "channel": {"id": "C0GENERAL1", "name": "general"}, "message": old,
            "state": {"values": {}}, "response_url": "https://hooks.slack.com/actions/T0/1/abc", "actions": [act], **more}  # fmt: skip


BUTTON = {"type": "button", "action_id": "feed#0", "value": "{}", "text": {"type": "plain_text", "text": "Stories"}}
PLAIN = {"type": "plain_text", "text": "Title", "emoji": True}
VIEW = {
    "id": "V0VIEW0001", "team_id": TEAM, "type": "modal", "title": PLAIN, "submit": PLAIN, "close": None, "blocks": [],
    "private_metadata": "", "callback_id": "their-own", "state": {"values": {}}, "hash": "1795689000.abcdef",
    "clear_on_close": False, "notify_on_close": False, "root_view_id": "V0VIEW0001", "previous_view_id": None,
    "app_id": APP, "external_id": "", "app_installed_team_id": TEAM, "bot_id": "B0ADVOCACY",
}  # fmt: skip
GRID = {"team": {"id": TEAM, "domain": "nordlicht", "enterprise_id": ORG, "enterprise_name": "Nordlicht"},
        "enterprise": {"id": ORG, "name": "Nordlicht"}}  # fmt: skip
ORG_WIDE = {**GRID, "team": None, "is_enterprise_install": True}
COMMAND = {
    "token": "gIkuvaNzQIHg97ATvDxqgjtO", "team_id": TEAM, "team_domain": "nordlicht", "channel_id": "C0GENERAL1",
    "channel_name": "general", "user_id": USER, "user_name": "jana", "command": "/advocacy", "text": "help",
    "response_url": "https://hooks.slack.com/commands/1234/5678", "trigger_id": "13345224609.738474920.8088930838d8",
    "api_app_id": APP,
}  # fmt: skip


def command(name: str, **more: str) -> Sent:
    """A slash command (docs.slack.dev/interactivity/implementing-slash-commands)."""
    body = {**COMMAND, "trigger_id": f"13345224609.{name}", **more}
    return Sent(f"command {name}", "docs.slack.dev/interactivity/implementing-slash-commands", body, "command", 200,
                '"response_type": "ephemeral"')  # fmt: skip


ORG_EVENT = {"enterprise_id": ORG, "is_enterprise_install": True, "authorizations": [
    {"enterprise_id": ORG, "team_id": None, "user_id": BOT, "is_bot": True, "is_enterprise_install": True}]}  # fmt: skip
LINKS = [{"domain": "advocacy.example.com", "url": "https://advocacy.example.com/s/rotor"}]
PROFILE = {"id": USER, "team_id": TEAM, "name": "jana", "deleted": False, "profile": {"real_name": "Jana Feld"}}

PAYLOADS: tuple[Sent, ...] = (
    Sent("url_verification", f"{EVENTS}/url_verification",
         {"token": "Jhj5dZrVaK7ZwHHjRyZWjbDl", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
          "type": "url_verification"}, says="3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"),
    Sent("ssl_check", "docs.slack.dev/interactivity/implementing-slash-commands", {"ssl_check": "1", "token": "x"},
         "command", signed=False),
    Sent("ssl_check, signed", f"{BOLT} scenario_tests/test_ssl_check.py", {"ssl_check": "1", "token": "x"}, "command"),
    event("app_home_opened", f"{EVENTS}/app_home_opened", user=USER, channel="D0DIRECT01", tab="home"),
    event("app_home_opened", f"{EVENTS}/app_home_opened", user=USER, channel="D0DIRECT01", tab="messages"),
    event("app_home_opened", f"{JAVA} AppHomeOpened", user=USER, channel="D0DIRECT01", tab="home", view={**VIEW, "type": "home"}),
    event("app_mention", f"{EVENTS}/app_mention", user=USER, text=f"<@{BOT}> help", channel="C0GENERAL1", ts="1.2"),
    event("app_uninstalled", f"{EVENTS}/app_uninstalled"),
    event("tokens_revoked", f"{EVENTS}/tokens_revoked", tokens={"oauth": [USER], "bot": []}),
    event("team_join", f"{EVENTS}/team_join", user=PROFILE),
    event("user_change", f"{EVENTS}/user_change", user=PROFILE, cache_ts=1795689000),
    event("user_change", f"{EVENTS}/user_change", user={**PROFILE, "deleted": True}),
    event("link_shared", f"{EVENTS}/link_shared", channel="C0GENERAL1", is_bot_user_member=True, user=USER,
          message_ts="1795689000.000300", unfurl_id="C0.1", source="conversations_history", links=LINKS),
    event("link_shared", f"{EVENTS}/link_shared", channel="COMPOSER", is_bot_user_member=True, user=USER,
          message_ts="a1b2", unfurl_id="x", source="composer", links=LINKS),
    event("member_joined_channel", f"{EVENTS}/member_joined_channel", user=BOT, channel="C0GENERAL1", channel_type="C",
          team=TEAM, inviter=USER),
    event("channel_archive", f"{EVENTS}/channel_archive", channel="C0GENERAL1", user=USER),
    event("reaction_added", f"{EVENTS}/reaction_added", user=USER, reaction="thumbsup", item_user=BOT,
          item={"type": "message", "channel": "C0GENERAL1", "ts": "1360782400.498405"}),
    event("something_new_2027", "an event nobody has heard of", user=USER),
    message(),
    message("bot_message", f"{EVENTS}/message/bot_message", bot_id="B0OTHER001", username="github", icons={}),
    message("message_changed", f"{EVENTS}/message/message_changed", hidden=True, user=None, text=None,
            message={"type": "message", "user": USER, "text": "help", "edited": {"user": USER, "ts": "1.0"}, "ts": "1.0"},
            previous_message={"type": "message", "user": USER, "text": "hlep", "ts": "1.0"}),
    message("message_deleted", f"{EVENTS}/message/message_deleted", hidden=True, deleted_ts="1.0", user=None, text=None),
    message("file_share", f"{EVENTS}/message/file_share", files=[{"id": "F1", "name": "tedair.gif"}], upload=True),
    message("me_message", f"{EVENTS}/message/me_message"),
    message("thread_broadcast", f"{EVENTS}/message/thread_broadcast", thread_ts="1.0", root={"ts": "1.0"}),
    message("channel_join", f"{EVENTS}/message/channel_join", channel="C0GENERAL1", channel_type="channel"),
    message("message_replied", f"{EVENTS}/message/message_replied", hidden=True, message={"thread_ts": "1.0"}),
    message("", f"{BOT} of our own", bot_id="B0ADVOCACY", user=BOT),
    message("", f"{JAVA} MessagePayload", blocks=[{"type": "rich_text", "block_id": "x", "elements": []}],
            client_msg_id="5b8c1f0e-1", parent_user_id=USER, thread_ts="1.0"),
    message("", f"{BOLT} scenario_tests/test_events_org_apps.py", outer=ORG_EVENT),
    message("", f"{BOLT} scenario_tests/test_events_shared_channels.py", user_team="T0THEIRS01",
            source_team="T0THEIRS01", outer={"is_ext_shared_channel": True, "context_team_id": TEAM, "context_enterprise_id": None}),
    event("app_home_opened", f"{BOLT} scenario_tests/test_events_org_apps.py", user=USER, channel="D0DIRECT01", tab="home", outer=ORG_EVENT),
    interaction("block_actions", f"{INTERACTION}/block_actions-payload", "block_actions button", **pressed(BUTTON)),
    interaction("block_actions", f"{INTERACTION}/block_actions-payload", "block_actions ephemeral",
                **pressed(BUTTON, message=None, container={"type": "message", "message_ts": "1795688000.000200",
                                                           "channel_id": "C0GENERAL1", "is_ephemeral": True})),
    interaction("block_actions", f"{INTERACTION}/block_actions-payload", "block_actions link button",
                **pressed({"type": "button", "action_id": "link#1", "url": "https://example.com"})),
    *(interaction("block_actions", f"{DOCS}/block-kit/block-elements", f"block_actions {kind}",
                  **pressed({"type": kind, "action_id": "theirs", **chosen}))
      for kind, chosen in {
          "static_select": {"selected_option": {"text": PLAIN, "value": "a"}}, "overflow": {"selected_option": {"text": PLAIN, "value": "a"}},
          "multi_static_select": {"selected_options": []}, "datepicker": {"selected_date": "2026-12-01", "initial_date": "2026-11-01"},
          "timepicker": {"selected_time": "09:30"}, "checkboxes": {"selected_options": []}, "users_select": {"selected_user": USER},
          "conversations_select": {"selected_conversation": "C0"}, "channels_select": {"selected_channel": "C0"},
          "plain_text_input": {"value": "typed"}, "radio_buttons": {"selected_option": None}, "feedback_buttons": {"value": "good"},
          "workflow_button": {"workflow": {}},
      }.items()),
    interaction("block_actions", f"{INTERACTION}/block_actions-payload", "block_actions in a view of others",
                actions=[{**BUTTON, "action_ts": "1.0", "block_id": "b"}], view=VIEW, container={"type": "view", "view_id": "V0VIEW0001"}),
    interaction("block_actions", f"{INTERACTION}/block_actions-payload", "block_actions in App Home",
                actions=[{**BUTTON, "action_ts": "1.1", "block_id": "b"}], view={**VIEW, "type": "home"},
                container={"type": "view", "view_id": "V0VIEW0001"}),
    interaction("block_actions", "docs.slack.dev/enterprise", "block_actions on Grid", **{**pressed(BUTTON), **GRID}),
    interaction("block_actions", f"{BOLT} scenario_tests/test_events_org_apps.py", "block_actions org-wide", **{**pressed(BUTTON), **ORG_WIDE}),
    interaction("block_suggestion", f"{INTERACTION}/block_suggestion-payload", action_id="theirs", block_id="b",
                value="win", container={"type": "view", "view_id": "V0VIEW0001"}, view=VIEW, says='"options"'),
    interaction("interactive_message", f"{JAVA} AttachmentActionPayload", callback_id="old", attachment_id="1",
                actions=[{"name": "a", "type": "button", "value": "b"}], message_ts="1.0", action_ts="1.0", channel={"id": "C0", "name": "x"}),
    interaction("dialog_submission", f"{JAVA} DialogSubmissionPayload", callback_id="old", submission={"a": "b"}, state="",
                channel={"id": "C0", "name": "x"}, action_ts="1.0", response_url="https://hooks.slack.com/app/T0/1/x"),
    interaction("dialog_cancellation", f"{JAVA} DialogCancellationPayload", callback_id="old", state="", action_ts="1.0",
                channel={"id": "C0", "name": "x"}),
    interaction("view_submission", f"{INTERACTION}/view-interactions-payload", "view_submission of others", view=VIEW),
    interaction("view_submission", f"{INTERACTION}/view-interactions-payload", "view_submission with response_urls", view=VIEW,
                response_urls=[{"block_id": "b", "action_id": "a", "channel_id": "C0", "response_url": "https://hooks.slack.com/app/T0/1/x"}]),
    interaction("view_closed", f"{INTERACTION}/view-interactions-payload", view=VIEW, is_cleared=False),
    interaction("view_closed", f"{JAVA} ViewClosedPayload", "view_closed, all of them", view=VIEW, is_cleared=True),
    interaction("shortcut", f"{INTERACTION}/shortcuts-interaction-payload", callback_id="compose", action_ts="1795689000.1"),
    interaction("shortcut", f"{INTERACTION}/shortcuts-interaction-payload", "shortcut unknown", callback_id="theirs", action_ts="1795689000.2"),
    interaction("shortcut", "docs.slack.dev/enterprise", "shortcut org-wide", callback_id="compose", action_ts="1795689000.3", **ORG_WIDE),
    interaction("message_action", f"{INTERACTION}/shortcuts-interaction-payload", callback_id="suggest", action_ts="1795689000.4",
                message_ts="1.0", channel={"id": "C0GENERAL1", "name": "general"}, response_url="https://hooks.slack.com/app/T0/1/x",
                message={"type": "message", "user": USER, "ts": "1.0", "text": "no link at all", "team": TEAM}),
    interaction("message_action", f"{INTERACTION}/shortcuts-interaction-payload", "message_action on a bot's message", callback_id="suggest",
                action_ts="1795689000.5", message_ts="1.0", channel={"id": "C0GENERAL1", "name": "general"},
                message={"type": "message", "subtype": "bot_message", "bot_id": "B1", "ts": "1.0", "text": "alert"}),
    interaction("dialog_suggestion", f"{JAVA} DialogSuggestionPayload", callback_id="old", name="x", value="y", state="",
                channel={"id": "C0", "name": "x"}, action_ts="1.0", says='"options"'),
    interaction("something_new_2027", "an interaction nobody has heard of", status=404, says="unhandled"),
    command("help"), command("empty", text=""), command("in a direct message", channel_id="D0DIRECT01", channel_name="directmessage"),
    command("on Grid", enterprise_id=ORG, enterprise_name="Nordlicht", is_enterprise_install="false"),
    command("org-wide", enterprise_id=ORG, enterprise_name="Nordlicht", is_enterprise_install="true"),
    command("unknown word", text="frobnicate <https://example.com|x> &amp; more"),
    Sent("function_executed", f"{EVENTS}/function_executed", {"type": "event_callback", "team_id": TEAM, "api_app_id": APP, "event_id": "Ev0FUNC",
         "event": {"type": "function_executed", "function": {"id": "Fn1", "callback_id": "x"}, "inputs": {}, "function_execution_id": "Fx1",
                   "workflow_execution_id": "Wx1", "event_ts": "1.0", "bot_access_token": "xwfp-x"}}),
    Sent("app_rate_limited", f"{EVENTS}/app_rate_limited", {"token": "x", "type": "app_rate_limited", "team_id": TEAM,
         "minute_rate_limited": 1518467820, "api_app_id": APP}),
)  # fmt: skip

__all__ = ["PAYLOADS", "USER", "Sent"]
