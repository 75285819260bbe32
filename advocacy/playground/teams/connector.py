"""The Bot Connector at ``smba.trafficmanager.net/teams``: what the product calls to speak in Teams."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import web

from advocacy.playground.company import Resident
from advocacy.playground.teams.cards import problems
from advocacy.playground.teams.limits import READS, SENDS, TENANT, Limits, Windows
from advocacy.playground.teams.state import ADAPTIVE, BOT, Activity, Conversation, Json, TeamsState, base_of, mri
from advocacy.playground.teams.tokens import BotTokens
from advocacy.playground.world import Handler

SMBA = "smba.trafficmanager.net"
LARGEST = 100 * 1024
"""Bytes of a message counted as UTF-16, pictures inside not counted."""
PAGE = (50, 500)
"""Least and most members a page holds, whatever was asked for."""
KNOWN_CARDS = ("hero", "thumbnail", "list", "o365connector", "receipt", "signin", "oauth")
INLINE_PICTURE = re.compile(r"data:image/[^\"\\]+")


class Refusal(Exception):
    """An error answer of the connector: HTTP status, its code, words."""

    def __init__(self, status: int, code: str, words: str, *, wait: float = 0.0, **more: Any) -> None:
        super().__init__(words)
        self.status = status
        self.body: Json = {"error": {"code": code, "message": words, **more}}
        self.headers = {"Retry-After": str(math.ceil(wait))} if wait else {}


def blocked() -> Refusal:
    """Refuse because the person removed or blocked the app.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
    """
    inner = {"errorCode": 209, "subCode": "MessageWritesBlocked", "message": "Thread is blocked from message writes."}
    words = "MessageWritesBlocked: the bot is not installed in the user's personal scope"
    return Refusal(403, "ForbiddenOperationException", words, innerHttpError={"statusCode": 403, "body": inner})


class TeamsConnector:
    """Answers the connector's REST calls on a TeamsState.

    ``changed(kind, activity)`` hears of every message that came (``message``), changed (``update``) or went
    (``delete``).
    """

    def __init__(
        self, state: TeamsState, tokens: BotTokens, changed: Callable[[str, Activity], None], *, enforce_limits: bool
    ) -> None:
        self.state = state
        self.tokens = tokens
        self.changed = changed
        self.enforce_limits = enforce_limits
        self.limits = Limits()

    def routes(self) -> Iterable[tuple[str, str, str, Handler]]:
        """Host, method, path and handler of everything here."""
        base, one = "/teams/v3/conversations", "/teams/v3/conversations/{cid}"
        routes: list[tuple[str, str, Callable[[web.Request], Awaitable[tuple[int, Json | list[Json]]]]]] = [
            ("POST", base, self.create),
            ("POST", f"{one}/activities", self.send),
            ("POST", f"{one}/activities/{{aid}}", self.reply),
            ("PUT", f"{one}/activities/{{aid}}", self.update),
            ("DELETE", f"{one}/activities/{{aid}}", self.delete),
            ("GET", f"{one}/members", self.members),
            ("GET", f"{one}/pagedmembers", self.paged_members),
            ("GET", f"{one}/members/{{mid}}", self.member),
            ("GET", "/teams/v3/teams/{tid}", self.team),
            ("GET", "/teams/v3/teams/{tid}/conversations", self.team_channels),
        ]
        return [(SMBA, method, path, self._guarded(handler)) for method, path, handler in routes]

    def _guarded(self, handler: Callable[[web.Request], Awaitable[tuple[int, Json | list[Json]]]]) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if not self.tokens.accepts(request.headers.get("Authorization", "")):
                return web.json_response({"message": "Authorization has been denied for this request."}, status=401)
            try:
                self._pace("tenant", "", TENANT)
                status, body = await handler(request)
            except Refusal as refusal:
                return web.json_response(refusal.body, status=refusal.status, headers=refusal.headers)
            return web.json_response(body, status=status)

        return guarded

    def _pace(self, kind: str, thread: str, windows: Windows) -> None:
        if self.enforce_limits and (wait := self.limits.wait(kind, thread, windows)):
            raise Refusal(429, "Throttled", "Too many requests", wait=wait)

    # -- speaking

    async def create(self, request: web.Request) -> tuple[int, Json]:
        """Create a chat with one person, or a new thread in a channel. Bots make no group chats."""
        body = await self._body(request)
        tenant = body.get("tenantId") or _id_in(body, "tenant")
        if tenant and tenant != self.state.tenant:
            raise Refusal(403, "ForbiddenOperationException", "The tenant does not match the tenant of the bot")
        if channel_id := _id_in(body, "channel"):
            conversation = self._conversation(channel_id)
            if conversation.kind != "channel" or not isinstance(body.get("activity"), dict):
                raise Refusal(400, "BadSyntax", "Incorrect conversation creation parameters")
            self._pace("send", conversation.id, SENDS)
            posted = self._post(conversation.id, body["activity"])
            return 201, {"id": f"{conversation.id};messageid={posted.id}", "activityId": posted.id}
        members = body.get("members") or []
        if body.get("isGroup") or len(members) != 1 or not isinstance(members[0], dict) or not tenant:
            raise Refusal(400, "BadSyntax", "Incorrect conversation creation parameters")
        # No principal name and no e-mail here, unlike the look-up of members.
        person = self.state.people.get(str(members[0].get("id", "")).removeprefix("29:"))
        if person is None or person.teams_id not in self.state.installed:
            words = "The bot is not installed in the user's personal scope"
            raise Refusal(403, "ForbiddenOperationException", words)
        conversation = self.state.chat(person)
        self._pace("send", conversation.id, SENDS)
        answer: Json = {"id": conversation.id}
        if isinstance(body.get("activity"), dict):
            answer["activityId"] = self._post(conversation.id, body["activity"]).id
        return 201, answer

    async def send(self, request: web.Request) -> tuple[int, Json]:
        """Post a message into a chat, a channel (a new thread) or a thread."""
        return await self._send(request, request.match_info["cid"])

    async def reply(self, request: web.Request) -> tuple[int, Json]:
        """Post a message in answer to another one; in a channel it lands in that one's thread."""
        cid, answered = request.match_info["cid"], request.match_info["aid"]
        conversation = self._conversation(cid)
        base, thread = base_of(cid)
        first = conversation.activities.get(answered)
        # A person's invoke is no message, so an unknown id still answers into the conversation, as Teams does.
        if conversation.kind == "channel" and not thread and first is not None:
            cid = f"{base};messageid={first.reply_to or first.id}"
        return await self._send(request, cid)

    async def _send(self, request: web.Request, cid: str) -> tuple[int, Json]:
        conversation = self._conversation(cid)
        body = await self._body(request)
        self._pace("send", conversation.id, SENDS)
        thread = base_of(cid)[1]
        if thread and thread not in conversation.activities:
            raise Refusal(404, "ConversationNotFound", "Conversation not found.")
        if body.get("type") == "typing":
            return 202, {}
        return 201, {"id": self._post(cid, body).id}

    async def update(self, request: web.Request) -> tuple[int, Json]:
        """Rewrite a message of the bot's own."""
        body = await self._body(request)
        conversation = self._conversation(request.match_info["cid"])
        activity = self._own(conversation, request.match_info["aid"])
        self._pace("edit", conversation.id, SENDS)
        self._check(body)
        activity.text = str(body.get("text") or "")
        activity.attachments = list(body.get("attachments") or [])
        activity.summary = str(body.get("summary") or "")
        activity.edited = True
        self.changed("update", activity)
        return 200, {"id": activity.id}

    async def delete(self, request: web.Request) -> tuple[int, Json]:
        """Take back a message of the bot's own."""
        conversation = self._conversation(request.match_info["cid"])
        activity = self._own(conversation, request.match_info["aid"])
        self._pace("edit", conversation.id, SENDS)
        del conversation.activities[activity.id]
        self.changed("delete", activity)
        return 200, {}

    def _post(self, cid: str, body: Json) -> Activity:
        """Put a checked message where it belongs. Text beside a card becomes a message of its own, as in Teams."""
        self._check(body)
        text, attachments = str(body.get("text") or ""), list(body.get("attachments") or [])
        summary = str(body.get("summary") or "")
        data = body.get("channelData")
        notification = data.get("notification") if isinstance(data, dict) else None
        alert = isinstance(notification, dict) and bool(notification.get("alert"))
        if text and any(one.get("contentType") == ADAPTIVE for one in attachments):
            first = self.state.post(cid, BOT, text=text, summary=summary, alert=alert)
            self.changed("message", first)
            self._pace("send", first.conversation, SENDS)
            self.changed("message", self.state.post(cid, BOT, attachments=attachments))
            return first
        posted = self.state.post(cid, BOT, text=text, attachments=attachments, summary=summary, alert=alert)
        self.changed("message", posted)
        return posted

    def _check(self, body: Json) -> None:
        if body.get("type", "message") != "message":
            raise Refusal(400, "BadArgument", f"Unknown activity type {body.get('type')!r}")
        attachments = body.get("attachments") or []
        if not isinstance(attachments, list) or not (attachments or str(body.get("text") or "").strip()):
            raise Refusal(400, "BadArgument", "Message text and attachments are both empty")
        for one in attachments:
            kind = str(one.get("contentType")) if isinstance(one, dict) else ""
            if kind == ADAPTIVE:
                if wrong := problems(one.get("content")):
                    raise Refusal(400, "BadArgument", "Invalid Adaptive Card: " + "; ".join(wrong[:5]))
            elif not kind.startswith("image/") and kind.rpartition(".card.")[2] not in KNOWN_CARDS:
                raise Refusal(400, "BadArgument", f"Unsupported attachment content type {kind!r}")

    # -- looking up

    async def paged_members(self, request: web.Request) -> tuple[int, Json]:
        """Give the people of a conversation, page by page."""
        conversation = self._readable(request)
        try:
            size = int(request.query.get("pageSize", "200"))
            start = int(base64.urlsafe_b64decode(request.query.get("continuationToken", "") or "MA=="))
        except (ValueError, binascii.Error):
            raise Refusal(400, "BadArgument", "Invalid pageSize or continuationToken") from None
        end = start + min(max(size, PAGE[0]), PAGE[1])
        answer: Json = {"members": [self._account(key) for key in conversation.members[start:end]]}
        if end < len(conversation.members):
            answer["continuationToken"] = base64.urlsafe_b64encode(str(end).encode()).decode()
        return 200, answer

    async def members(self, request: web.Request) -> tuple[int, list[Json]]:
        """Give the people of a conversation in one list, the old way."""
        return 200, [self._account(key) for key in self._readable(request).members]

    async def member(self, request: web.Request) -> tuple[int, Json]:
        """One person of a conversation, by ``29:`` id, object id or principal name."""
        conversation = self._readable(request)
        person = self._person(request.match_info["mid"])
        if person is None or person.teams_id not in conversation.members:
            raise Refusal(404, "MemberNotFoundInConversation", "Member not found in conversation.")
        return 200, self._account(person.teams_id or "")

    async def team(self, request: web.Request) -> tuple[int, Json]:
        """Give the team."""
        self._is_team(request)
        general = self.state.channels[0]
        sizes = {"channelCount": len(self.state.channels), "memberCount": len(general.members)}
        return 200, {**self.state.team, "type": "standard", "tenantId": self.state.tenant, **sizes}

    async def team_channels(self, request: web.Request) -> tuple[int, Json]:
        """Give the channels of the team. General has no name here: clients translate it."""
        self._is_team(request)
        listed: list[Json] = []
        for one in self.state.channels:
            kind = "private" if one.private else "standard"
            name = {} if one is self.state.channels[0] else {"name": one.name}
            listed.append({"id": one.id, **name, "type": kind})
        return 200, {"conversations": listed}

    def _is_team(self, request: web.Request) -> None:
        if request.match_info["tid"] != self.state.team["id"]:
            raise Refusal(404, "NotFound", "The team was not found.")
        if not self.state.team_installed:
            raise Refusal(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
        self._pace("read", request.match_info["tid"], READS)

    def _readable(self, request: web.Request) -> Conversation:
        conversation = self._conversation(request.match_info["cid"])
        self._pace("read", conversation.id, READS)
        return conversation

    def _conversation(self, cid: str) -> Conversation:
        conversation = self.state.conversation(cid)
        if conversation is None:
            raise Refusal(404, "ConversationNotFound", "Conversation not found.")
        if not self.state.bot_is_in(conversation):
            if conversation.kind == "personal":
                raise blocked()
            raise Refusal(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
        return conversation

    def _own(self, conversation: Conversation, activity_id: str) -> Activity:
        activity = conversation.activities.get(activity_id)
        if activity is None:
            words = "The activity was not found in the conversation."
            raise Refusal(404, "ActivityNotFoundInConversation", words)
        if activity.sender != BOT:
            raise Refusal(403, "NotEnoughPermissions", "The bot may only change its own messages.")
        return activity

    def _person(self, who: str) -> Resident | None:
        found = self.state.people.get(who.removeprefix("29:"))
        if found is not None or "@" not in who:
            return found
        return next((one for one in self.state.people.values() if one.email == who.lower()), None)

    def _account(self, object_id: str) -> Json:
        person = self.state.people[object_id]
        given, _, family = person.name.rpartition(" ")
        return {
            "id": mri(person),
            "name": person.name,
            "aadObjectId": object_id,
            "objectId": object_id,
            "givenName": given or person.name,
            "surname": family,
            "email": person.email,
            "userPrincipalName": person.email,
            "tenantId": self.state.tenant,
            "userRole": "user",
        }

    async def _body(self, request: web.Request) -> Json:
        raw = await request.text()
        if len(INLINE_PICTURE.sub("", raw).encode("utf-16-le")) > LARGEST:
            raise Refusal(413, "MessageSizeTooBig", "Message size too large.")
        try:
            body = json.loads(raw)
        except json.JSONDecodeError:
            body = None
        if not isinstance(body, dict):
            raise Refusal(400, "BadSyntax", "The request body is not a JSON object.")
        return body


def _id_in(body: Json, name: str) -> str:
    """``channelData.<name>.id``, '' when it is not there."""
    data = body.get("channelData")
    found = data.get(name) if isinstance(data, dict) else None
    return str(found.get("id") or "") if isinstance(found, dict) else ""
