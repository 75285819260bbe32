"""What a person's Teams client does with an answer: show a card, a short note, a dialog, or an error."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Protocol

from advocacy.playground.company import Resident
from advocacy.playground.teams.cards import problems
from advocacy.playground.teams.state import Activity, Dialog, Json, TeamsState
from advocacy.playground.teams.wire import Delivered

WENT_WRONG = "Something went wrong. Please try again."
CARD = "application/vnd.microsoft.card.adaptive"
NOTE = "application/vnd.microsoft.activity.message"


class Tell(Protocol):
    """Says that something changed: a kind, and details."""

    def __call__(self, kind: str, **what: Any) -> None:
        """Say it."""


class Client:
    """Everybody's screen. ``tell`` hears of each change to one."""

    def __init__(self, state: TeamsState, tell: Tell) -> None:
        self.state = state
        self.tell = tell

    def fail(self, person: Resident, why: str, *, quietly: bool = False) -> None:
        """Show the person that something went wrong, and note why."""
        self.state.errors.append(f"{person.key}: {why}")
        if not quietly:
            self.toast(person, WENT_WRONG)

    def toast(self, person: Resident, text: str) -> None:
        """Show a short text to one person."""
        self.state.toasts[person.teams_id or ""] = text
        self.tell("toast", user=person.teams_id, text=text)

    def card_answer(self, person: Resident, activity: Activity, answer: Delivered, *, quietly: bool = False) -> None:
        """Apply the answer to ``adaptiveCard/action``.

        https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
        """
        body = answer.body if isinstance(answer.body, dict) else {}
        if not answer.ok or body.get("statusCode") != HTTPStatus.OK:
            self._card_error(person, answer, body, quietly=quietly)
        elif body.get("type") == NOTE and isinstance(body.get("value"), str):
            self.toast(person, body["value"])
        elif body.get("type") == CARD:
            if wrong := problems(body.get("value")):
                self.fail(person, "card refused: " + "; ".join(wrong[:5]), quietly=quietly)
                return
            self.state.views[activity.id, person.teams_id or ""] = body["value"]
            self.tell("view", activity=activity.id, conversation=activity.conversation, user=person.teams_id)
        else:
            self.fail(person, f"answer of unknown type {body.get('type')!r}", quietly=quietly)

    def _card_error(self, person: Resident, answer: Delivered, body: Json, *, quietly: bool) -> None:
        value = body.get("value")
        words = value.get("message") if isinstance(value, dict) else None
        if answer.ok and body.get("type") == "application/vnd.microsoft.error" and words:
            self.state.errors.append(f"{person.key}: {words}")
            if not quietly:
                self.toast(person, str(words))
            return
        self.fail(person, f"HTTP {answer.status}: {str(answer.body)[:200]}", quietly=quietly)

    def dialog_answer(self, person: Resident, answer: Delivered, conversation_id: str, before: Dialog) -> None:
        """Apply the answer to ``task/*`` and to the message extension's action invokes.

        https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots
        """
        if not answer.ok:
            self.fail(person, f"HTTP {answer.status}: {str(answer.body)[:200]}")
            return
        body = answer.body if isinstance(answer.body, dict) else {}
        task = body.get("task")
        if task is None:
            self.close(person)
            if isinstance(body.get("composeExtension"), dict):
                self.results(person, body["composeExtension"])
            return
        value = task.get("value")
        if task.get("type") == "message" and isinstance(value, str):
            self.close(person)
            self.toast(person, value)
        elif task.get("type") == "continue" and isinstance(value, dict):
            self._open(person, value, conversation_id, before)
        else:
            self.fail(person, f"task of unknown type {task.get('type')!r}")

    def _open(self, person: Resident, value: Json, conversation_id: str, before: Dialog) -> None:
        card, url = value.get("card"), str(value.get("url") or "")
        content = card.get("content") if isinstance(card, dict) else None
        wrong = ["neither a card nor a url"] if content is None and not url else []
        if content is not None:
            wrong = problems(content)
            if isinstance(card, dict) and card.get("contentType") != CARD:
                wrong.append("card without its contentType")
        if wrong:
            self.fail(person, "dialog refused: " + "; ".join(wrong[:5]))
            return
        title = str(value.get("title") or "")
        opened = Dialog(title, content, url, conversation_id, before.command_id, before.payload)
        self.state.dialogs[person.teams_id or ""] = opened
        self.tell("dialog", user=person.teams_id, title=title)

    def close(self, person: Resident) -> None:
        """Close the person's dialog, if one is open."""
        if self.state.dialogs.pop(person.teams_id or "", None) is not None:
            self.tell("dialog", user=person.teams_id, title="")

    def results(self, person: Resident, extension: Json) -> None:
        """Show what a message extension found, or what it has to say."""
        kind = extension.get("type")
        if kind == "result":
            found = [one for one in extension.get("attachments") or [] if isinstance(one, dict)]
            wrong = [why for one in found if one.get("contentType") == CARD for why in problems(one.get("content"))]
            unseen = [one for one in found if one.get("contentType") == CARD and not one.get("preview")]
            if wrong or unseen:
                self.fail(person, "results refused: " + "; ".join(wrong[:5] or ["a card without a preview"]))
                return
            self.state.results[person.teams_id or ""] = found
            self.tell("results", user=person.teams_id, count=len(found))
        elif kind == "message":
            self.toast(person, str(extension.get("text") or ""))
        elif kind not in {"auth", "config"}:
            self.fail(person, f"message extension answered type {kind!r}")
