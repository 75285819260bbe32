"""How a simulated colleague sits in front of Slack or Teams: sees what a person would see, and presses it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from advocacy.playground.company import Resident
from advocacy.playground.slack.state import Message
from advocacy.playground.slack.workspace import elements_of
from advocacy.playground.slack.world import SlackWorld
from advocacy.playground.teams.cards import actions_of, inputs_of, texts_of, verb_of
from advocacy.playground.teams.world import TeamsWorld

Json = dict[str, Any]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Button:
    """A button on screen. ``action`` is the name before ``#``; ``value`` its JSON; ``url`` where it only leads."""

    action: str
    value: Json
    url: str
    label: str
    handle: Json
    """How the client names it."""

    def about(self, name: str) -> int:
        """A number the button carries: ``s`` story, ``i`` share; 0 without."""
        held = self.value.get(name)
        return held if isinstance(held, int) else 0


@dataclass(frozen=True, slots=True)
class Seen:
    """One message as this person sees it. ``private``: nobody else sees it like this."""

    where: str
    id: str
    text: str
    buttons: tuple[Button, ...]
    private: bool
    order: str = field(compare=False, default="")

    def find(self, action: str, network: str = "") -> Button | None:
        """The first button of this action (and network)."""
        for one in self.buttons:
            if one.action == action and (not network or one.value.get("n") == network):
                return one
        return None

    @property
    def share(self) -> int:
        """The share its buttons are about; 0 when they are about none."""
        return next((one.about("i") for one in self.buttons if one.about("i")), 0)


class Seat(Protocol):
    """A person in front of one of the two products."""

    person: Resident

    def look(self) -> list[Seen]:
        """Everything on screen, newest last."""
        ...

    async def press(self, seen: Seen, button: Button) -> None:
        """Press. Raises LookupError when it is not there any more."""
        ...

    def form(self) -> str | None:
        """What stands in the text field of the open dialog; None when none is open."""
        ...

    async def submit(self, text: str) -> None:
        """Put a text into the open dialog and send it."""
        ...

    async def until(self, found: Callable[[], Found], seconds: float) -> Found:
        """Wait for something on screen. Raises TimeoutError."""
        ...


class SlackSeat:
    """In Slack. Raises LookupError for people who do not use it."""

    def __init__(self, world: SlackWorld, person: Resident) -> None:
        if person.slack_id is None:
            raise LookupError(f"{person.name} does not use Slack")
        self.person, self._world, self._user = person, world, person.slack_id

    def look(self) -> list[Seen]:
        """Messages of the app in all channels this person can read, and in the direct messages."""
        space = self._world.workspace
        seen = [
            _slack_message(message)
            for channel in space.channels.values()
            if space.sees(self._user, channel)
            for message in space.messages(channel.id, self._user)
            if message.is_bot
        ]
        return sorted(seen, key=lambda one: one.order)

    async def press(self, seen: Seen, button: Button) -> None:
        """Press; a link's press only tells the app."""
        element = button.handle
        await self._world.hands.press(
            self._user, seen.where, seen.id, element["action_id"], value=element.get("value"), block_id=element["block"]
        )

    def form(self) -> str | None:
        """The first text field of the top modal."""
        view = self._world.view(self._user)
        if view is None:
            return None
        return next((str(one.get("initial_value") or "") for _, one in _fields(view.content["blocks"])), None)

    async def submit(self, text: str) -> None:
        """Send the top modal."""
        view = self._world.view(self._user)
        if view is None:
            raise LookupError(f"no modal is open for {self.person.name}")
        block = next(block for block, _ in _fields(view.content["blocks"]))
        await self._world.hands.submit(self._user, view.id, {block: text})

    async def until(self, found: Callable[[], Found], seconds: float) -> Found:
        """Look again after each change in Slack."""
        return await self._world.until(found, seconds=seconds)


def _fields(blocks: Iterable[Json]) -> Iterator[tuple[str, Json]]:
    for block in blocks:
        if block["type"] == "input" and block["element"]["type"] == "plain_text_input":
            yield block["block_id"], block["element"]


def _slack_message(message: Message) -> Seen:
    buttons = tuple(
        Button(
            str(element.get("action_id", "")).partition("#")[0],
            json_object(element.get("value")),
            str(element.get("url", "")),
            str(element["text"]["text"]),
            {**element, "block": block["block_id"]},
        )
        for block in message.blocks
        for element in elements_of(block)
        if element.get("type") == "button"
    )
    private = message.ephemeral_for is not None or message.channel.startswith("D")
    text = "\n".join([message.text, *(text for block in message.blocks for text in _texts(block))])
    return Seen(message.channel, message.ts, text, buttons, private, message.ts)


def _texts(thing: Any) -> Iterator[str]:
    """Every text inside a block."""
    if isinstance(thing, list):
        for one in thing:
            yield from _texts(one)
    elif isinstance(thing, dict):
        held = thing.get("text")
        if isinstance(held, str):
            yield held
        for name in ("text", "elements", "fields", "element"):
            yield from _texts(thing.get(name))


def json_object(text: object) -> Json:
    """The object that a text holds; an empty one when it holds none."""
    try:
        held = json.loads(str(text or "{}"))
    except ValueError:
        return {}
    return held if isinstance(held, dict) else {}


class TeamsSeat:
    """In Teams. Raises LookupError for people who do not use it."""

    def __init__(self, world: TeamsWorld, person: Resident) -> None:
        if person.teams_id is None:
            raise LookupError(f"{person.name} does not use Teams")
        self.person, self._world, self._user = person, world, person.teams_id

    def look(self) -> list[Seen]:
        """Cards in all channels this person is in, own views in place, and in the chat with the bot."""
        state = self._world.state
        return sorted(
            (
                _teams_message(one.conversation, one.id, card, private=personal or (one.id, self._user) in state.views)
                for conversation in state.conversations.values()
                if self._user in conversation.members
                for personal in [conversation.kind == "personal"]
                for one in conversation.activities.values()
                if (card := state.seen_card(one, self.person)) is not None
            ),
            key=lambda one: one.order,
        )

    async def press(self, seen: Seen, button: Button) -> None:
        """Press."""
        await self._world.hands.press(self._user, seen.where, seen.id, button.handle)

    def form(self) -> str | None:
        """The first text field of the open dialog."""
        return next((str(one.get("value") or "") for one in self._inputs()), None)

    async def submit(self, text: str) -> None:
        """Send the open dialog."""
        field_id = next((str(one["id"]) for one in self._inputs()), None)
        if field_id is None:
            raise LookupError(f"no dialog is open for {self.person.name}")
        await self._world.hands.submit_dialog(self._user, {field_id: text})

    def _inputs(self) -> list[Json]:
        dialog = self._world.state.dialogs.get(self._user)
        found = inputs_of(dialog.card) if dialog is not None and dialog.card is not None else []
        return [one for one in found if one["type"] == "Input.Text"]

    async def until(self, found: Callable[[], Found], seconds: float) -> Found:
        """Look again after each change in Teams."""
        return await self._world.until(found, seconds)


def _teams_message(where: str, activity: str, card: Json, *, private: bool) -> Seen:
    buttons = []
    for one in actions_of(card):
        data = one.get("data")
        value = data.get("value") if isinstance(data, dict) else None
        held = value if isinstance(value, dict) else {}
        buttons.append(Button(verb_of(one), held, str(one.get("url", "")), str(one.get("title", "")), one))
    return Seen(where, activity, texts_of(card), tuple(buttons), private, activity)
