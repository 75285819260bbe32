"""The activities Teams sends to a bot, in the shapes Teams gives them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from advocacy.playground.company import Resident
from advocacy.playground.teams.state import Conversation, Json, TeamsState, base_of, mri


class Inbound:
    """Builds activities. ``service_url`` answers where the connector is to be called.

    Shapes: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations
    """

    def __init__(self, state: TeamsState, service_url: Callable[[], str]) -> None:
        self.state = state
        self.service_url = service_url
        self.bot = {"id": f"28:{state.app_id}", "name": state.bot_name}
        self.sparse = False
        """Leave out what clients are seen to leave out: ``conversation.tenantId`` and ``from.name``."""

    def activity(self, kind: str, person: Resident, conversation_id: str, **more: Any) -> Json:
        """Say what every activity says: who, where, when. Raises LookupError for a conversation that is not there."""
        conversation = self.state.conversation(conversation_id)
        if conversation is None:
            raise LookupError(f"there is no conversation {conversation_id!r}")
        now = datetime.now(UTC)
        locale = "de-DE" if person.language == "de" else "en-GB"
        sender = {"id": mri(person), "name": person.name, "aadObjectId": person.teams_id}
        where = self._where(conversation, conversation_id)
        if self.sparse:
            del sender["name"], where["tenantId"]
        client = {"locale": locale, "country": locale[3:], "platform": "Web", "timezone": person.time_zone}
        entities = [*more.pop("entities", []), {**client, "type": "clientInfo"}]
        return {
            "type": kind,
            "id": f"f:{uuid.uuid4()}",
            "timestamp": _instant(now),
            "localTimestamp": now.astimezone(ZoneInfo(person.time_zone)).isoformat(timespec="milliseconds"),
            "localTimezone": person.time_zone,
            "serviceUrl": self.service_url(),
            "channelId": "msteams",
            "from": sender,
            "conversation": where,
            "recipient": self.bot,
            "entities": entities,
            "channelData": {**self._channel_data(conversation), **more.pop("channelData", {})},
            "locale": locale,
            **more,
        }

    def _where(self, conversation: Conversation, conversation_id: str) -> Json:
        group = {"isGroup": True} if conversation.kind == "channel" else {}
        tenant = self.state.tenant
        return {**group, "conversationType": conversation.kind, "tenantId": tenant, "id": conversation_id}

    def _channel_data(self, conversation: Conversation) -> Json:
        tenant = {"tenant": {"id": self.state.tenant}}
        if conversation.kind == "personal":
            return tenant
        team = self.state.team["id"]
        return {
            "teamsChannelId": conversation.id,
            "teamsTeamId": team,
            "channel": {"id": conversation.id},
            "team": {"id": team},
            **tenant,
        }

    def message(self, person: Resident, conversation_id: str, activity_id: str, text: str) -> Json:
        """Build a written message; in a channel it begins by mentioning the bot, or Teams would not pass it on."""
        name, entities, html = self.bot["name"], [], f"<p>{escape(text)}</p>"
        if base_of(conversation_id)[0] != self.state.chat_id(person):
            at = f"<at>{name}</at>"
            entities = [{"mentioned": self.bot, "text": at, "type": "mention"}]
            span = f'<span itemscope="" itemtype="http://schema.skype.com/Mention" itemid="0">{name}</span>'
            html = f"<p>{span}&nbsp;{escape(text)}</p>"
            text = f"{at} {text}"
        attachments = [{"contentType": "text/html", "content": html}]
        told = {"text": text, "textFormat": "plain", "attachments": attachments, "entities": entities}
        return {**self.activity("message", person, conversation_id, **told), "id": activity_id}

    def invoke(self, person: Resident, conversation_id: str, name: str, value: Any, reply_to: str = "") -> Json:
        """Build a question the bot answers in the HTTP response."""
        about = {"replyToId": reply_to, "channelData": {"legacy": {"replyToId": reply_to}}} if reply_to else {}
        more: Json = {**about, "name": name, "value": value}
        more["channelData"] = {**more.get("channelData", {}), "source": {"name": "message"}}
        return self.activity("invoke", person, conversation_id, **more)

    def submitted(self, person: Resident, conversation_id: str, value: Any, reply_to: str, text: str = "") -> Json:
        """Build what an Action.Submit without a dialog sends: a message that carries a value."""
        said = {"text": text} if text else {}
        return self.activity("message", person, conversation_id, value=value, replyToId=reply_to, **said)

    def installation(self, person: Resident, conversation_id: str, action: str) -> Json:
        """Build the news that the app was added or removed here: ``add`` or ``remove``."""
        chosen = base_of(conversation_id)[0]
        settings = {"settings": {"selectedChannel": {"id": chosen}}} if chosen.startswith("19:") else {}
        data = {**settings, "source": {"name": "message"}}
        return self.activity("installationUpdate", person, conversation_id, action=action, channelData=data)

    def membership(self, person: Resident, conversation_id: str, change: str) -> Json:
        """Build the news that the bot came to (``membersAdded``) or left (``membersRemoved``) this team or chat."""
        who: list[Json] = [{"id": self.bot["id"]}]
        data: Json = {}
        if base_of(conversation_id)[0].startswith("19:"):
            event = "teamMemberAdded" if change == "membersAdded" else "teamMemberRemoved"
            data = {"team": self.state.team, "eventType": event}
        elif change == "membersAdded":
            who.append({"id": mri(person), "aadObjectId": person.teams_id})
        return self.activity("conversationUpdate", person, conversation_id, channelData=data, **{change: who})


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
