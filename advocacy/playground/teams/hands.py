"""What people do in their Teams clients, sent to the product as Teams sends it."""

from __future__ import annotations

import asyncio

from advocacy.playground.company import Resident
from advocacy.playground.teams.cards import actions_of, find_action, gather
from advocacy.playground.teams.client import WENT_WRONG
from advocacy.playground.teams.extension import ExtensionHands
from advocacy.playground.teams.state import MANY, Activity, Dialog, Json, base_of, mri
from advocacy.playground.teams.wire import Delivered

EXECUTE = "adaptiveCard/action"
NOTHING_SENT = 0


class TeamsHands(ExtensionHands):
    """Acts of a person. ``user`` is a resident's key, name, e-mail, object id or ``29:`` id.

    All raise LookupError when there is nothing of that kind to touch, as nobody can press what is not there.
    """

    refresh_every: float = 60.0
    """Seconds a client waits before it refreshes the same card by itself again."""

    # -- cards

    async def press(
        self, user: str, conversation_id: str, activity_id: str, action: Json | str, inputs: Json | None = None
    ) -> Delivered:
        """Press an action of a card as this person sees it, with what was entered into its inputs.

        The action is named by title, verb or id, or given as it stands in the card. The answer's effect (own
        view of the card, toast, dialog) is applied; Action.OpenUrl answers ``{"url": …}`` and sends nothing.
        """
        person = self.state.person(user)
        activity = self._seen(person, conversation_id, activity_id)
        card = self.state.seen_card(activity, person)
        if card is None:
            raise LookupError(f"message {activity_id!r} has no card")
        chosen = find_action(card, action) if isinstance(action, str) else action
        kind = chosen.get("type")
        if kind == "Action.OpenUrl":
            return Delivered(NOTHING_SENT, {"url": chosen["url"]}, 0.0)
        if kind not in {"Action.Execute", "Action.Submit"}:
            return Delivered(NOTHING_SENT, {}, 0.0)
        data, complaint = gather(card, chosen, inputs or {})
        if complaint:
            self.client.toast(person, complaint)
            return Delivered(NOTHING_SENT, {"error": complaint}, 0.0)
        if kind == "Action.Execute":
            return await self._execute(person, activity, {**chosen, "data": data}, "manual")
        return await self._submit(person, activity, data)

    def _seen(self, person: Resident, conversation_id: str, activity_id: str) -> Activity:
        activity = self.state.activity(conversation_id, activity_id)
        conversation = self.state.conversation(conversation_id)
        if activity is None or conversation is None:
            raise LookupError(f"there is no message {activity_id!r} in {conversation_id!r}")
        if person.teams_id not in conversation.members:
            raise LookupError(f"{person.name} is not in {conversation.name!r}")
        return activity

    def _thread(self, activity: Activity) -> str:
        """Give the conversation id an activity about this message carries."""
        if activity.conversation.startswith("19:"):
            return f"{activity.conversation};messageid={activity.reply_to or activity.id}"
        return activity.conversation

    async def _execute(
        self, person: Resident, activity: Activity, action: Json, trigger: str, *, quietly: bool = False
    ) -> Delivered:
        named = {"type": "Action.Execute", "id": action.get("id", ""), "verb": action.get("verb", "")}
        if "title" in action:
            named["title"] = action["title"]
        value = {"action": {**named, "data": action.get("data") or {}}, "trigger": trigger}
        answer = await self.invoke(person, self._thread(activity), EXECUTE, value, reply_to=activity.id)
        self.client.card_answer(person, activity, answer, quietly=quietly)
        return answer

    async def _submit(self, person: Resident, activity: Activity, data: Json) -> Delivered:
        where = self._thread(activity)
        held = data.get("msteams")
        asked: Json = held if isinstance(held, dict) else {}
        kind = asked.get("type")
        if kind in {"task/fetch", "invoke"}:
            value = {"data": data, "context": {"theme": "default"}}
            answer = await self.invoke(person, where, "task/fetch", value, reply_to=activity.id)
            self.client.dialog_answer(person, answer, where, Dialog("", None, "", where))
            return answer
        if kind == "imBack":
            return await self.say(person.key, where, str(asked.get("value", "")))
        text = str(asked.get("text", "")) if kind == "messageBack" else ""
        sent = self.inbound.submitted(person, where, data, activity.id, text)
        return self._checked(person, await self.wire.deliver(sent))

    def refreshes_by_itself(self, person: Resident, activity: Activity) -> bool:
        """Whether this person's client asks for the own view of a card without being told to.

        https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/user-specific-views
        """
        refresh = (activity.card or {}).get("refresh")
        if not isinstance(refresh, dict):
            return False
        listed = refresh.get("userIds")
        if listed:
            return mri(person) in listed
        return len(self.state.conversations[activity.conversation].members) <= MANY

    async def refresh(self, user: str, conversation_id: str, activity_id: str, *, quietly: bool = True) -> Delivered:
        """Look at a card: the client refreshes it where Teams does so by itself, else the person asks for it.

        Automatic refreshes come at most once in ``refresh_every`` seconds per person and card; in between
        nothing is sent. Their failure shows nothing.
        """
        person = self.state.person(user)
        activity = self._seen(person, conversation_id, activity_id)
        refresh = (activity.card or {}).get("refresh")
        if refresh is None:
            raise LookupError(f"the card of message {activity_id!r} has no refresh")
        if not self.refreshes_by_itself(person, activity):
            return await self._execute(person, activity, refresh["action"], "manual")
        now, key = asyncio.get_running_loop().time(), (activity.id, person.teams_id or "")
        if now - self.state.refreshed.get(key, -self.refresh_every) < self.refresh_every:
            return Delivered(NOTHING_SENT, "fresh", 0.0)
        self.state.refreshed[key] = now
        return await self._execute(person, activity, refresh["action"], "automatic", quietly=quietly)

    # -- dialogs

    async def submit_dialog(
        self, user: str, inputs: Json | None = None, *, action: Json | str | None = None, data: Json | None = None
    ) -> Delivered:
        """Send the open dialog; by its first Action.Submit, or the one named. ``data`` is sent as it is instead."""
        person = self.state.person(user)
        dialog = self.state.dialogs.get(person.teams_id or "")
        if dialog is None:
            raise LookupError(f"no dialog is open for {person.name}")
        if data is None:
            card = dialog.card or {}
            chosen = self._dialog_action(card, action)
            if chosen.get("type") == "Action.OpenUrl":
                return Delivered(NOTHING_SENT, {"url": chosen["url"]}, 0.0)
            data, complaint = gather(card, chosen, inputs or {})
            if complaint:
                self.client.toast(person, complaint)
                return Delivered(NOTHING_SENT, {"error": complaint}, 0.0)
        if dialog.command_id:
            return await self.submit_extension(person, dialog, data)
        value = {"data": data, "context": {"theme": "default"}}
        answer = await self.invoke(person, dialog.conversation, "task/submit", value)
        self.client.dialog_answer(person, answer, dialog.conversation, dialog)
        return answer

    def _dialog_action(self, card: Json, wanted: Json | str | None) -> Json:
        if wanted is None:
            chosen = next((one for one in actions_of(card) if one.get("type") == "Action.Submit"), None)
        else:
            chosen = find_action(card, wanted) if isinstance(wanted, str) else wanted
        # Universal Actions are for messages; a dialog only submits.
        if chosen is None or chosen.get("type") == "Action.Execute":
            raise LookupError("a dialog needs an Action.Submit")
        return chosen

    def close_dialog(self, user: str) -> None:
        """Close the dialog with its cross. Teams tells nobody."""
        self.client.close(self.state.person(user))

    def dismiss(self, user: str) -> None:
        """Let the toast go."""
        person = self.state.person(user)
        if self.state.toasts.pop(person.teams_id or "", None) is not None:
            self.client.tell("toast", user=person.teams_id, text="")

    # -- words

    async def say(self, user: str, conversation_id: str, text: str, *, mention: bool = True) -> Delivered:
        """Write a message: to the bot in the own chat, or in a channel, where it must be mentioned to hear of it."""
        person = self.state.person(user)
        conversation = self.state.conversation(conversation_id)
        if conversation is None or person.teams_id not in conversation.members:
            raise LookupError(f"{person.name} is not in a conversation {conversation_id!r}")
        personal = conversation.kind == "personal"
        if personal and person.teams_id not in self.state.installed:
            raise LookupError(f"{person.name} has not installed the app, so there is no chat with it")
        written = text if personal or not mention else f"<at>{self.inbound.bot['name']}</at> {text}"
        posted = self.state.post(conversation_id, person.teams_id or "", text=written)
        self.client.tell("message", conversation=posted.conversation, activity=posted.id)
        if not personal and not (mention and self.state.team_installed):
            return Delivered(NOTHING_SENT, "the bot was not mentioned", 0.0)
        where = conversation.id if personal else self._thread(posted)
        sent = self.inbound.message(person, where, posted.id, text)
        return self._checked(person, await self.wire.deliver(sent))

    def _checked(self, person: Resident, answer: Delivered) -> Delivered:
        if not answer.ok:
            self.client.fail(person, f"HTTP {answer.status}: {str(answer.body)[:200]}")
        return answer

    # -- coming and going

    async def install(self, user: str) -> Delivered:
        """Add the app for oneself. Teams tells the bot twice: an installation, and a member of the new chat."""
        person = self.state.person(user)
        if person.teams_id in self.state.installed:
            return Delivered(NOTHING_SENT, "already installed", 0.0)
        self.state.installed.add(person.teams_id or "")
        return await self._came(person, self.state.chat(person).id)

    async def uninstall(self, user: str) -> Delivered:
        """Remove the app for oneself; the bot can write to this person no more."""
        person = self.state.person(user)
        if person.teams_id not in self.state.installed:
            return Delivered(NOTHING_SENT, "not installed", 0.0)
        self.state.installed.discard(person.teams_id or "")
        self.client.tell("install", user=person.teams_id, installed=False)
        where = self.state.chat(person).id
        return await self.wire.deliver(self.inbound.installation(person, where, "remove"))

    async def install_team(self, user: str = "") -> Delivered:
        """Add the app to the team, by an editor unless someone is named."""
        if self.state.team_installed:
            return Delivered(NOTHING_SENT, "already installed", 0.0)
        self.state.team_installed = True
        return await self._came(self._owner(user), str(self.state.team["id"]))

    def _owner(self, user: str) -> Resident:
        if user:
            return self.state.person(user)
        people = list(self.state.people.values())
        return next((one for one in people if "editor" in one.roles), people[0])

    async def _came(self, person: Resident, where: str) -> Delivered:
        self.client.tell("install", conversation=base_of(where)[0], user=person.teams_id, installed=True)
        installed = await self.wire.deliver(self.inbound.installation(person, where, "add"))
        added = await self.wire.deliver(self.inbound.membership(person, where, "membersAdded"))
        return installed if not installed.ok else added


__all__ = ["WENT_WRONG", "Delivered", "TeamsHands"]
