"""The message extension in a person's hands: search, act on a message, unfold a link."""

from __future__ import annotations

from typing import Any

from advocacy.playground.company import Resident
from advocacy.playground.teams.activities import Inbound
from advocacy.playground.teams.client import Client
from advocacy.playground.teams.state import Activity, Dialog, Json, TeamsState
from advocacy.playground.teams.wire import PATIENCE, Delivered, Wire

SEARCH_PATIENCE = 5.0
"""https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/search-commands/respond-to-search"""


class ExtensionHands:
    """Acts that go through the compose box or a message's menu."""

    def __init__(self, state: TeamsState, inbound: Inbound, wire: Wire, client: Client) -> None:
        self.state = state
        self.inbound = inbound
        self.wire = wire
        self.client = client

    async def invoke(
        self,
        person: Resident,
        conversation_id: str,
        name: str,
        value: Any,
        *,
        reply_to: str = "",
        patience: float = PATIENCE,
    ) -> Delivered:
        """Send one invoke and give back the answer untouched."""
        activity = self.inbound.invoke(person, conversation_id, name, value, reply_to)
        return await self.wire.deliver(activity, patience=patience)

    async def query(
        self,
        user: str,
        text: str,
        *,
        command_id: str = "search",
        parameter: str = "query",
        conversation_id: str = "",
        skip: int = 0,
    ) -> Delivered:
        """Search with the message extension; what it found is in ``results``. No text is the first opening."""
        person = self.state.person(user)
        asked = {"name": parameter, "value": text} if text else {"name": "initialRun", "value": "true"}
        value = {"commandId": command_id, "parameters": [asked], "queryOptions": {"skip": skip, "count": 25}}
        where = conversation_id or self.state.chat(person).id
        answer = await self.invoke(person, where, "composeExtension/query", value, patience=SEARCH_PATIENCE)
        self._show(person, answer)
        return answer

    async def unfurl(self, user: str, conversation_id: str, url: str) -> Delivered:
        """Paste a link of the product's domain into the compose box."""
        person = self.state.person(user)
        answer = await self.invoke(
            person, conversation_id, "composeExtension/queryLink", {"url": url}, patience=SEARCH_PATIENCE
        )
        self._show(person, answer)
        return answer

    def pick(self, user: str, conversation_id: str, number: int = 0) -> Activity:
        """Put one of the results into a conversation, as the person's own message. Raises LookupError."""
        person = self.state.person(user)
        found = self.state.results.get(person.teams_id or "", [])
        if not 0 <= number < len(found):
            raise LookupError(f"{person.name} has {len(found)} results, not one at {number}")
        chosen = {name: value for name, value in found[number].items() if name != "preview"}
        posted = self.state.post(conversation_id, person.teams_id or "", attachments=[chosen])
        del self.state.results[person.teams_id or ""]
        self.client.tell("message", conversation=posted.conversation, activity=posted.id)
        return posted

    async def message_action(
        self, user: str, conversation_id: str, activity_id: str, *, command_id: str = "suggest"
    ) -> Delivered:
        """Choose the product's command in a message's menu; usually a dialog opens."""
        person = self.state.person(user)
        activity = self.state.activity(conversation_id, activity_id)
        if activity is None:
            raise LookupError(f"there is no message {activity_id!r} in {conversation_id!r}")
        payload = self._payload(activity)
        value = {**self._command(command_id), "messagePayload": payload}
        answer = await self.invoke(person, conversation_id, "composeExtension/fetchTask", value)
        before = Dialog("", None, "", conversation_id, command_id, payload)
        self.client.dialog_answer(person, answer, conversation_id, before)
        return answer

    async def compose_action(self, user: str, conversation_id: str, *, command_id: str = "compose") -> Delivered:
        """Choose the product's command beside the message field; usually a dialog opens."""
        person = self.state.person(user)
        value = self._command(command_id, "compose")
        answer = await self.invoke(person, conversation_id, "composeExtension/fetchTask", value)
        self.client.dialog_answer(person, answer, conversation_id, Dialog("", None, "", conversation_id, command_id))
        return answer

    async def submit_extension(self, person: Resident, dialog: Dialog, data: Json) -> Delivered:
        """Send the dialog a message action opened."""
        context = "compose" if dialog.payload is None else "message"
        value: Json = {**self._command(dialog.command_id, context), "data": data}
        if dialog.payload is not None:
            value["messagePayload"] = dialog.payload
        answer = await self.invoke(person, dialog.conversation, "composeExtension/submitAction", value)
        self.client.dialog_answer(person, answer, dialog.conversation, dialog)
        return answer

    def _command(self, command_id: str, context: str = "message") -> Json:
        return {"commandId": command_id, "commandContext": context, "context": {"theme": "default"}}

    def _payload(self, activity: Activity) -> Json:
        sender = self.state.people.get(activity.sender)
        user = {"userIdentityType": "aadUser", "id": activity.sender, "displayName": sender.name} if sender else None
        bot = {"applicationIdentityType": "bot", "id": self.state.app_id, "displayName": self.inbound.bot["name"]}
        return {
            "id": activity.id,
            "replyToId": activity.reply_to or None,
            "createdDateTime": activity.at,
            "messageType": "message",
            "importance": "normal",
            "locale": "en-us",
            "body": {"contentType": "text", "content": activity.text},
            "from": {"device": None, "conversation": None, "user": user, "application": None if user else bot},
            "attachments": activity.attachments,
            "mentions": [],
            "reactions": [],
        }

    def _show(self, person: Resident, answer: Delivered) -> None:
        extension = answer.body.get("composeExtension") if isinstance(answer.body, dict) else None
        if answer.ok and isinstance(extension, dict):
            self.client.results(person, extension)
        elif not answer.ok:
            self.client.fail(person, f"HTTP {answer.status}: {str(answer.body)[:200]}")
