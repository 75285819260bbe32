"""What leaves for Teams: cards into channels and chats, rewrites, private answers; and who somebody is there."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any, TypeVar
from urllib.parse import quote

from advocacy.chat import ChannelRef, Gone, Message, MessageRef, Profile, Refused, Unknown, UserRef
from advocacy.config import Settings
from advocacy.teams.render import attachment, card
from advocacy.teams.rest import Json, Rest

Kept = TypeVar("Kept", str, MessageRef)
REMEMBERED = 50_000
"""People whose conversation, and presses whose answer, is kept in mind; of the others nothing is lost but a call."""


class TeamsPlatform:
    """``ChatPlatform`` for one tenant. Verbs raise Retry, Gone, Refused, Unknown."""

    name = "teams"

    def __init__(self, settings: Settings) -> None:
        self._tenant = settings.teams_tenant or ""
        self._bot = f"28:{settings.teams_app_id}"
        self.rest = Rest(settings)
        self._chats: OrderedDict[str, str] = OrderedDict()
        self._met: OrderedDict[str, str] = OrderedDict()
        self._told: OrderedDict[str, MessageRef] = OrderedDict()

    async def close(self) -> None:
        """Let the connections go."""
        await self.rest.close()

    def heard(self, who: UserRef, conversation: str, service_url: str, *, is_personal: bool) -> None:
        """Take note of where somebody wrote from. Only for activities that were verified."""
        self.rest.service_url = service_url
        _keep(self._met, who.user, conversation)
        if is_personal:
            _keep(self._chats, who.user, conversation)

    def forget(self, who: UserRef) -> None:
        """Take note that somebody removed the app."""
        self._chats.pop(who.user, None)
        self._met.pop(who.user, None)

    async def send(self, to: ChannelRef | UserRef, message: Message, marker: str) -> MessageRef:
        """Post to a channel (a new thread), or to a person's chat with the bot. Teams has no place for the marker."""
        if isinstance(to, UserRef):
            try:
                return await self.post(await self._chat(to), _activity(message))
            except Gone:
                self.forget(to)
                raise
        if to.thread:
            return await self.post(to.channel, _activity(message))
        body: Json = {
            "isGroup": True,
            "bot": {"id": self._bot},
            "tenantId": self._tenant,
            "channelData": {"channel": {"id": to.channel}, "tenant": {"id": self._tenant}},
            "activity": _activity(message),
        }
        made = await self.rest.call("POST", "conversations", body, repeatable=False)
        activity = str(made.get("activityId") or "")
        thread = str(made.get("id") or f"{to.channel};messageid={activity}")
        if not activity:
            raise Unknown("Teams took the message but did not say which it is")
        return MessageRef(self.name, self._tenant, thread, activity)

    async def update(self, ref: MessageRef, message: Message) -> None:
        """Rewrite a message for everybody."""
        path = f"conversations/{_quoted(ref.channel)}/activities/{_quoted(ref.message)}"
        await self.rest.call("PUT", path, {**_activity(message), "id": ref.message}, repeatable=True)

    async def tell(self, who: UserRef, reply_to: str, message: Message) -> None:
        """Replace the private answer in somebody's own chat; what was pressed in a channel is answered there too.

        Raises Gone when this person has no chat with the bot.
        """
        place = _place(reply_to)
        shown = self._told.get(reply_to)
        if place.get("personal") and place.get("activity"):
            shown = MessageRef(self.name, self._tenant, str(place["conversation"]), str(place["activity"]))
        if shown is not None:
            try:
                return await self.update(shown, message)
            except Gone:
                pass  # deleted, or a chat of before the app was removed and added again
        sent = await self.send(who, message, "")
        if place.get("event"):
            _keep(self._told, reply_to, sent)
        return None

    async def find(self, to: ChannelRef | UserRef, marker: str, since: float) -> MessageRef | None:
        """Raise Unknown: a bot cannot read a conversation's messages."""
        raise Unknown("Teams does not let a bot read what was posted")

    async def profile(self, who: UserRef) -> Profile:
        """Who is this, by the list of members of a conversation that both are in?

        https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context#fetch-the-roster-or-user-profile
        """
        conversation = self._met.get(who.user) or await self._chat(who)
        path = f"conversations/{_quoted(conversation)}/members/{_quoted(who.address or who.user)}"
        found = await self.rest.call("GET", path, repeatable=True)
        principal = str(found.get("userPrincipalName") or "").lower()
        email = str(found.get("email") or "").lower() or ("" if "#ext#" in principal else principal)
        tenant = str(found.get("tenantId") or self._tenant).lower()
        return Profile(
            name=str(found.get("name") or f"{found.get('givenName') or ''} {found.get('surname') or ''}".strip()),
            email=email if "@" in email else "",
            is_guest=(
                str(found.get("userRole") or "").lower() in {"guest", "anonymous"}
                or "#ext#" in principal
                or tenant != self._tenant.lower()
            ),
        )

    async def post(self, conversation: str, activity: Json) -> MessageRef:
        """Put an activity into a conversation or thread."""
        path = f"conversations/{_quoted(conversation)}/activities"
        made = await self.rest.call("POST", path, activity, repeatable=False)
        if not made.get("id"):
            raise Unknown("Teams took the message but did not say which it is")
        return MessageRef(self.name, self._tenant, conversation, str(made["id"]))

    async def _chat(self, who: UserRef) -> str:
        """Find somebody's chat with the bot. Creating it again gives the same one."""
        known = self._chats.get(who.user)
        if known is not None:
            self._chats.move_to_end(who.user)
            return known
        if who.tenant.lower() != self._tenant.lower() or not who.user:
            raise Refused("this person is in no tenant of ours")
        body: Json = {
            "bot": {"id": self._bot},
            "isGroup": False,
            "members": [{"id": who.address or who.user}],
            "tenantId": self._tenant,
            "channelData": {"tenant": {"id": self._tenant}},
        }
        made = await self.rest.call("POST", "conversations", body, repeatable=True)
        if not made.get("id"):
            raise Refused("Teams made no conversation")
        _keep(self._chats, who.user, str(made["id"]))
        return str(made["id"])


def _activity(message: Message) -> Json:
    """Draw a message as an activity. No text beside the card: Teams would make two messages of it."""
    return {"type": "message", "attachments": [attachment(card(message))], "summary": message.summary}


def _keep(where: OrderedDict[str, Kept], key: str, kept: Kept) -> None:
    where[key] = kept
    where.move_to_end(key)
    if len(where) > REMEMBERED:
        where.popitem(last=False)


def _place(reply_to: str) -> dict[str, Any]:
    try:
        place = json.loads(reply_to)
    except ValueError:
        return {}
    return place if isinstance(place, dict) else {}


def _quoted(part: str) -> str:
    return quote(part, safe="")
