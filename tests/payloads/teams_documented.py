"""Activities as Microsoft's documentation and its SDKs' tests describe them, field by field, with fictional people.

Each says where its shape comes from and what the HTTP answer has to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DOCS = "learn.microsoft.com/microsoftteams/platform"
EVENTS, MESSAGES = f"{DOCS}/bots conversation-events", f"{DOCS}/bots conversation-messages"
CARDS, DIALOGS, EXTENSION = (
    f"{DOCS}/cards universal-actions",
    f"{DOCS}/task-modules-bots",
    f"{DOCS}/messaging-extensions",
)
SCHEMA = "github.com/microsoft/botframework-sdk activity schema"
SDK = "microsoft/botbuilder-python test_teams_activity_handler"
TENANT, USER, CHAT, CHANNEL, BOT = "TENANT", "OBJECTID", "CHAT", "CHANNEL", "28:00000000-0000-4000-8000-00000000b07a"
"""``TENANT``, ``OBJECTID``, ``CHAT``, ``CHANNEL`` are replaced by those of a colleague and of our team."""
Json = dict[str, Any]
TAKEN, NOT_OURS = (200, 201, 202), (501,)


@dataclass(frozen=True)
class Sent:
    """One activity, the statuses that are right, and what the body must have in it (nothing: it is empty)."""

    name: str
    source: str
    activity: Mapping[str, Any]
    status: tuple[int, ...] = TAKEN
    says: str = ""


def activity(kind: str, **more: Any) -> Json:
    """What every activity has; ``None`` takes a field away."""
    base: Json = {
        "type": kind, "id": f"1795{abs(hash(str(more))) % 10**9:09d}", "timestamp": "2026-11-23T13:02:04.111Z",
        "localTimestamp": "2026-11-23T14:02:04.111+01:00", "channelId": "msteams",
        "serviceUrl": "https://smba.trafficmanager.net/emea/", "locale": "en-GB", "localTimezone": "Europe/Berlin",
        "from": {"id": f"29:{USER}", "name": "Jana Feld", "aadObjectId": USER},
        "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": CHAT},
        "recipient": {"id": BOT, "name": "Advocacy"}, "channelData": {"tenant": {"id": TENANT}},
        "entities": [{"locale": "en-GB", "country": "GB", "platform": "Web", "timezone": "Europe/Berlin", "type": "clientInfo"}],
    }  # fmt: skip
    return {name: one for name, one in {**base, **more}.items() if one is not None}


def in_channel(thread: str = "1795435900123") -> Json:
    """Where something in a channel is: with the thread in the conversation's id."""
    team = {"id": CHANNEL, "name": "Nordlicht", "aadGroupId": "5f0c1e9a-0000-4000-8000-6e6f72647ea6"}
    where = f"{CHANNEL};messageid={thread}" if thread else CHANNEL
    return {
        "conversation": {"isGroup": True, "conversationType": "channel", "tenantId": TENANT, "id": where},
        "channelData": {
            "teamsChannelId": CHANNEL, "teamsTeamId": CHANNEL, "channel": {"id": CHANNEL}, "team": team,
            "tenant": {"id": TENANT}, "source": {"name": "message"},
        },
    }  # fmt: skip


def message(name: str, source: str, /, **more: Any) -> Sent:
    """Words that somebody typed."""
    return Sent(f"message {name}", source, activity("message", **{"text": "help", "textFormat": "plain", **more}))


def event(kind: str, name: str, source: str = EVENTS, /, **more: Any) -> Sent:
    """Something happened, and nobody waits for words."""
    return Sent(f"{kind} {name}".strip(), source, activity(kind, **more))


def changed(what: str, **more: Any) -> Sent:
    """A change of a team or channel (``channelData.eventType``)."""
    data = in_channel("")
    data["channelData"] = {**data["channelData"], "eventType": what, **more}
    return event("conversationUpdate", what, EVENTS, membersAdded=[], membersRemoved=[], **data)


def invoke(
    name: str, value: Any, source: str, says: str = "", status: tuple[int, ...] = (200,), /, **more: Any
) -> Sent:
    """A client waits for an answer in the HTTP response."""
    title = f"invoke {name}" + (f", {more.pop('as_')}" if "as_" in more else "")
    return Sent(title, source, activity("invoke", name=name, value=value, **more), status, says)


MENTION = [{"type": "mention", "text": "<at>Advocacy</at>", "mentioned": {"id": BOT, "name": "Advocacy"}}]
FEED = {"type": "Action.Execute", "id": "", "verb": "feed", "data": {"value": {}}}
PAYLOAD = {
    "id": "1795435900200", "replyToId": None, "createdDateTime": "2026-11-23T13:00:00Z", "messageType": "message",
    "importance": "normal", "locale": "en-us", "body": {"contentType": "html", "content": "<div>no link at all</div>"},
    "from": {"device": None, "conversation": None, "application": None,
             "user": {"userIdentityType": "aadUser", "id": USER, "displayName": "Jana Feld"}},
    "attachments": [], "mentions": [], "reactions": [],
}  # fmt: skip
FILE = {"type": "fileUpload", "context": {}, "uploadInfo": {
    "contentUrl": "https://nordlicht.sharepoint.example/a.txt", "name": "a.txt", "uploadUrl": "https://upload.example",
    "uniqueId": "1150D938-8870-4044-9F2C-5BBDEBA70C8C", "fileType": "txt", "etag": "123"}}  # fmt: skip
ME, SOMEBODY = [{"id": BOT}], [{"id": f"29:{USER}", "aadObjectId": USER}]
THREAD, PERSON = in_channel(), {"id": f"29:{USER}", "aadObjectId": USER}
SUBMIT = {"action": "feed", "value": {}}
NO_TENANT = {"conversation": {"conversationType": "personal", "id": CHAT}}

PAYLOADS: tuple[Sent, ...] = (
    message("in the own chat", MESSAGES),
    message("in a channel's thread", MESSAGES, text="<at>Advocacy</at> help", entities=MENTION, **THREAD),
    message("in a channel, a new thread", MESSAGES, text="<at>Advocacy</at> help", entities=MENTION, **in_channel("1795435900124")),
    message("in a group chat", MESSAGES, text="<at>Advocacy</at> me", entities=MENTION,
            conversation={"isGroup": True, "conversationType": "groupChat", "tenantId": TENANT, "id": "19:0f1e2d3c@thread.v2"}),
    message("without conversation.tenantId", MESSAGES, **NO_TENANT),
    message("without from.name", MESSAGES, **{"from": PERSON}),
    message("without locale and time zone", SCHEMA, locale=None, localTimezone=None, localTimestamp=None, entities=None),
    message("of a guest without aadObjectId", MESSAGES, **{"from": {"id": "29:1guest", "name": "Guest"}}),
    message("of another bot", SCHEMA, **{"from": {"id": "28:other", "name": "Other", "role": "bot"}}),
    message("without text", SCHEMA, text=None), message("of nothing but spaces", SCHEMA, text="   "),
    message("with a file", f"{DOCS}/bots-filesv4", text="", attachments=[{"contentType": "application/vnd.microsoft.teams.file.download.info",
            "contentUrl": "https://nordlicht.sharepoint.example/x", "name": "x.txt", "content": {"downloadUrl": "https://d.example", "uniqueId": "1"}}]),
    message("with HTML beside it", MESSAGES, attachments=[{"contentType": "text/html", "content": "<div>help</div>"}]),
    Sent("message with expectReplies", SCHEMA, activity("message", text="help", deliveryMode="expectReplies"), (200,), '"activities"'),
    message("with notification delivery", SCHEMA, deliveryMode="notification"),
    message("of an Action.Submit", CARDS, text=None, value=SUBMIT, replyToId="1795435900001"),
    message("of an Action.Submit of others", CARDS, text=None, value={"theirs": True}, replyToId="1795435900001"),
    message("of an Action.Submit in a thread", CARDS, text=None, value=SUBMIT, replyToId="1795435900123", **THREAD),
    message("of messageBack", f"{DOCS}/cards-actions", text="feed", value={"note": "x"}, replyToId="1"),
    event("messageUpdate", "editMessage", text="help", channelData={"eventType": "editMessage", "tenant": {"id": TENANT}}),
    event("messageUpdate", "undeleteMessage", text="x", channelData={"eventType": "undeleteMessage", "tenant": {"id": TENANT}}),
    event("messageDelete", "softDeleteMessage", channelData={"eventType": "softDeleteMessage", "tenant": {"id": TENANT}}),
    event("messageReaction", "added", reactionsAdded=[{"type": "like"}], replyToId="1575667808184"),
    event("messageReaction", "removed", reactionsRemoved=[{"type": "like"}], replyToId="1575667808184", **THREAD),
    event("typing", "", SCHEMA), event("endOfConversation", "", SCHEMA, code="completedSuccessfully"),
    event("event", "readReceipt", f"{DOCS}/bots read-receipts", name="application/vnd.microsoft.readReceipt", value={"lastReadMessageId": "1"}),
    event("event", "meetingStart", f"{DOCS}/meeting-apps-apis", name="application/vnd.microsoft.meetingStart", value={"MeetingType": "Scheduled"}),
    event("event", "tokens/response", SCHEMA, name="tokens/response", value={"connectionName": "x", "token": "y"}),
    event("trace", "", SCHEMA, label="x", value={}), event("handoff", "", SCHEMA, value={}), event("suggestion", "", SCHEMA, textHighlights=[]),
    event("contactRelationUpdate", "", SCHEMA, action="add"), event("deleteUserData", "", SCHEMA), event("command", "", SCHEMA, name="x/y", value={}),
    event("commandResult", "", SCHEMA, name="x/y", value={}), event("somethingNew2027", "", "a kind nobody has heard of"),
    event("installationUpdate", "add, personal", action="add"), event("installationUpdate", "add, team", action="add", **in_channel("")),
    event("installationUpdate", "add-upgrade", action="add-upgrade"), event("installationUpdate", "remove-upgrade", action="remove-upgrade", **in_channel("")),
    event("installationUpdate", "remove, team", action="remove", **in_channel("")),
    event("conversationUpdate", "bot added, personal", membersAdded=[*ME, *SOMEBODY]),
    event("conversationUpdate", "bot added to a team", membersAdded=ME, **in_channel("")),
    event("conversationUpdate", "member added", membersAdded=SOMEBODY, **in_channel("")),
    event("conversationUpdate", "member removed", membersRemoved=SOMEBODY, **in_channel("")),
    event("conversationUpdate", "topic", topicName="New name", **in_channel("")),
    *(changed(one) for one in ("channelCreated", "channelRenamed", "channelDeleted", "channelRestored", "channelShared", "channelUnshared",
                               "teamRenamed", "teamDeleted", "teamHardDeleted", "teamArchived", "teamUnarchived", "teamRestored")),
    invoke("adaptiveCard/action", {"action": FEED, "trigger": "manual"}, CARDS, '"statusCode": 200', replyToId="1795435900001"),
    invoke("adaptiveCard/action", {"action": {**FEED, "verb": "view", "data": {"value": {"s": 1}}}, "trigger": "automatic"}, CARDS, '"statusCode": 200',
           as_="refresh in a thread", replyToId="1795435900123", **THREAD),
    invoke("adaptiveCard/action", {"action": FEED, "trigger": "manual"}, CARDS, '"statusCode": 200', as_="without tenantId", **NO_TENANT),
    invoke("adaptiveCard/action", {"action": FEED}, CARDS, '"statusCode": 200', as_="without from.name", **{"from": PERSON}),
    invoke("adaptiveCard/action", {"action": {**FEED, "verb": "theirs"}}, CARDS, '"statusCode": 200', as_="unknown verb"),
    invoke("adaptiveCard/action", {"action": {"type": "Action.Execute", "data": None}}, CARDS, "BadRequest", (400,), as_="no verb"),
    invoke("adaptiveCard/action", {"action": FEED, "authentication": {"id": "1", "connectionName": "c", "token": "t"}}, CARDS, '"statusCode": 200', as_="with a token"),
    invoke("adaptiveCard/action", {"action": FEED, "state": "123456"}, CARDS, '"statusCode": 200', as_="with a sign-in code"),
    invoke("adaptiveCard/action", {"action": FEED}, SCHEMA, '"statusCode": 200', as_="with expectReplies", deliveryMode="expectReplies"),
    invoke("task/fetch", {"data": {**SUBMIT, "action": "settings", "msteams": {"type": "task/fetch"}}, "context": {"theme": "default"}}, DIALOGS, '"task"'),
    invoke("task/fetch", {"data": {**SUBMIT, "action": "settings", "msteams": {"type": "task/fetch"}}, "context": {"theme": "dark"}}, DIALOGS, '"task"', as_="in a thread", **THREAD),
    invoke("task/fetch", {"data": {"opensDialog": "theirs"}}, DIALOGS, "BadRequest", (400,), as_="of others"),
    invoke("task/submit", {"data": {**SUBMIT, "action": "topics_save"}, "context": {"theme": "default"}}, DIALOGS, '"task"'),
    invoke("task/submit", {"data": {}}, DIALOGS, as_="cancelled"),
    invoke("composeExtension/query", {"commandId": "search", "parameters": [{"name": "initialRun", "value": "true"}], "queryOptions": {"skip": 0, "count": 25}},
           EXTENSION, '"composeExtension"'),
    invoke("composeExtension/query", {"commandId": "search", "parameters": [{"name": "term", "value": "wind"}], "queryOptions": {"skip": 25, "count": 25}},
           EXTENSION, '"composeExtension"', as_="second page, in a thread", **THREAD),
    invoke("composeExtension/fetchTask", {"commandId": "compose", "commandContext": "compose", "context": {"theme": "default"}}, EXTENSION, '"task"'),
    invoke("composeExtension/fetchTask", {"commandId": "suggest", "commandContext": "message", "messagePayload": PAYLOAD}, EXTENSION, '"task"', as_="on a message", **THREAD),
    invoke("composeExtension/fetchTask", {"commandId": "theirs", "commandContext": "message"}, EXTENSION, "BadRequest", (400,), as_="unknown command"),
    invoke("composeExtension/submitAction", {"commandId": "compose", "commandContext": "compose", "data": {"action": "compose_link", "value": {}, "url": ""}},
           EXTENSION, '"task"'),
    invoke("composeExtension/submitAction", {"commandId": "suggest", "data": {}, "messagePayload": PAYLOAD}, EXTENSION, as_="cancelled", **THREAD),
    invoke("composeExtension/queryLink", {"url": "https://theirs.example/123"}, EXTENSION, '"composeExtension"'),
    invoke("composeExtension/anonymousQueryLink", {"url": "https://theirs.example/123"}, EXTENSION, "", NOT_OURS),
    *(invoke(name, value, source, "", NOT_OURS) for name, value, source in (
        ("composeExtension/selectItem", {"id": "1"}, SDK), ("composeExtension/querySettingUrl", {"commandId": "search", "parameters": []}, SDK),
        ("composeExtension/setting", {"state": "x"}, SDK), ("composeExtension/onCardButtonClicked", {"x": 1}, SDK),
        ("fileConsent/invoke", {**FILE, "action": "accept"}, f"{DOCS}/bots-filesv4"), ("fileConsent/invoke", {**FILE, "action": "decline"}, f"{DOCS}/bots-filesv4"),
        ("signin/verifyState", {"state": "magic"}, f"{DOCS}/auth-flow-bot"), ("signin/tokenExchange", {"id": "1", "connectionName": "c", "token": "t"}, f"{DOCS}/bot-sso-code"),
        ("signin/failure", {"code": "installappfailed", "message": "x"}, f"{DOCS}/bot-sso-code"),
        ("config/fetch", {"data": {"type": "config"}}, f"{DOCS}/bot-configuration-experience"), ("config/submit", {"data": {}}, f"{DOCS}/bot-configuration-experience"),
        ("actionableMessage/executeAction", {"actionId": "x", "body": "{}"}, SDK), ("tab/fetch", {"tabContext": {"tabEntityId": "1"}}, SDK),
        ("tab/submit", {"data": {}}, SDK), ("message/submitAction", {"actionName": "feedback", "actionValue": {"reaction": "like"}}, f"{DOCS}/bot-messages-ai-generated-content"),
        ("message/fetchTask", {"data": {"actionName": "feedback"}}, f"{DOCS}/bot-messages-ai-generated-content"),
        ("application/search", {"kind": "search", "queryText": "x", "dataset": "people"}, f"{DOCS}/cards dynamic-search"),
        ("handoff/action", {"continuation": "x"}, f"{DOCS}/bot-copilot-handoff"), ("something/new2027", {}, "an invoke nobody has heard of"),
        ("healthCheck", {}, "microsoft/botbuilder-python skills"))),
    event("installationUpdate", "remove, personal", action="remove"),
    event("conversationUpdate", "bot removed", membersRemoved=ME),
)  # fmt: skip

__all__ = ["CHANNEL", "CHAT", "PAYLOADS", "TENANT", "USER", "Sent"]
