"""What a person has in front of them in Slack or Teams, and what they can do with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from advocacy.playground.colleagues.seats import json_object
from advocacy.playground.company import Resident
from advocacy.playground.slack.state import Message, View
from advocacy.playground.slack.workspace import elements_of
from advocacy.playground.slack.world import SlackWorld
from advocacy.playground.teams.cards import actions_of, inputs_of, texts_of, verb_of
from advocacy.playground.teams.world import TeamsWorld

Json = dict[str, Any]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: its action, what it carries, and how the client names it."""

    action: str
    value: Json
    handle: Json


@dataclass(frozen=True, slots=True)
class Item:
    """A message, a form, the home or a short note, as it stands now. Drawn anew it is another one."""

    kind: str
    """``message``, ``form``, ``home`` or ``note``."""
    where: str
    id: str
    text: str = ""
    buttons: tuple[Button, ...] = ()
    sends: str = ""
    """The action that its inputs go to; empty without inputs."""
    drawn: str = field(default="", repr=False)

    def find(self, action: str, value: Json) -> Button | None:
        """The first button of this action that carries these values."""
        fits = (one for one in self.buttons if one.action == action and value.items() <= one.value.items())
        return next(fits, None)


class Screen(Protocol):
    """Somebody's screen, in either product. What cannot be done raises LookupError."""

    def look(self) -> list[Item]:
        """Everything on it, what lies on top last."""
        ...

    async def press(self, item: Item, button: Button, inputs: Json) -> None:
        """Press, with what was entered into the inputs around it."""
        ...

    async def send(self, item: Item, inputs: Json) -> None:
        """Fill in the form and send it."""
        ...

    async def type(self, words: str) -> None:
        """Type a command."""
        ...

    async def count(self, item: Item, action: str, inputs: Json) -> None:
        """Have it counted, in the way that the product has for it."""
        ...

    async def home(self) -> None:
        """Open the home."""
        ...

    async def start(self, action: str, text: str = "", author: str = "") -> None:
        """Use a shortcut, on a message that ``author`` wrote if there is a text."""
        ...

    async def until(self, found: Any, seconds: float) -> Any:
        """Wait for something on this screen."""
        ...


class SlackScreen:
    """In Slack."""

    def __init__(self, world: SlackWorld, person: Resident) -> None:
        assert person.slack_id is not None
        self._world, self._user, self._person = world, person.slack_id, person

    def look(self) -> list[Item]:
        """Messages of all channels, by time; then the home, then the modal."""
        space = self._world.workspace
        seen = [
            _slack_item("message", one.channel, one.ts, one.blocks, one.text)
            for channel in space.channels.values()
            if space.sees(self._user, channel)
            for one in space.messages(channel.id, self._user)
            if one.is_bot
        ]
        seen.sort(key=lambda one: one.id)
        views = [("home", self._world.home(self._user)), ("form", self._world.view(self._user))]
        return seen + [_slack_view(kind, view) for kind, view in views if view is not None]

    async def press(self, item: Item, button: Button, inputs: Json) -> None:
        hands, one = self._world.hands, button.handle
        pick = {"value": one.get("value"), "block_id": one["block"]}
        if item.kind == "message":
            for view in self._world.workspace.views.get(self._user, [])[-1:]:
                await hands.close_view(self._user, view.id, everything=True)
            await hands.press(self._user, item.where, item.id, one["action_id"], **pick)
            return
        hands.type(self._user, item.id, inputs)
        await hands.press_in_view(self._user, item.id, one["action_id"], **pick)

    async def send(self, item: Item, inputs: Json) -> None:
        done = await self._world.hands.submit(self._user, item.id, inputs)
        assert done.status == 200, done

    async def type(self, words: str) -> None:
        general = self._world.channel("general").id
        done = await self._world.hands.command(self._user, general, "/advocacy", words)
        assert done.status == 200, done

    async def count(self, item: Item, action: str, inputs: Json) -> None:
        """Slack asks while somebody types."""
        view = self._world.view(self._user)
        assert view is not None
        for block in view.content["blocks"]:
            element = block.get("element", {})
            if block.get("block_id") in inputs and element.get("action_id", "").startswith(f"{action}#"):
                await self._world.hands.press_in_view(
                    self._user, item.id, element["action_id"], value=inputs[block["block_id"]],
                    block_id=block["block_id"],
                )  # fmt: skip
                return
        raise LookupError(f"nothing counts with {action}")

    async def home(self) -> None:
        await self._world.hands.open_home(self._user)

    async def start(self, action: str, text: str = "", author: str = "") -> None:
        if not text:
            await self._world.hands.shortcut(self._user, action)
            return
        channel = self._world.channel("general").id
        await self._world.hands.say(author, channel, text)
        said = self._world.messages(channel)[-1]
        await self._world.hands.message_action(self._user, channel, said.ts, action)

    async def until(self, found: Any, seconds: float) -> Any:
        return await self._world.until(found, seconds=seconds)


def _slack_item(kind: str, where: str, name: str, blocks: list[Json], text: str, **more: Any) -> Item:
    buttons = tuple(
        Button(
            str(element.get("action_id", "")).partition("#")[0],
            json_object(element.get("value")),
            {**element, "block": block["block_id"]},
        )
        for block in blocks
        for element in elements_of(block)
        if element.get("type") == "button"
    )
    return Item(kind, where, name, "\n".join([text, *_texts(blocks)]), buttons, **more)


def _slack_view(kind: str, view: View) -> Item:
    content = view.content
    drawn = f"{view.hash} {sorted(view.errors.items())}"
    sends = str(json_object(content.get("private_metadata")).get("a", "")) if content.get("submit") else ""
    text = "\n".join([str(content.get("title", {}).get("text", "")), *view.errors.values()])
    return _slack_item(kind, "", view.id, content["blocks"], text, sends=sends, drawn=drawn)


def _texts(thing: Any) -> Iterator[str]:
    if isinstance(thing, list):
        for one in thing:
            yield from _texts(one)
    elif isinstance(thing, dict):
        for name, one in thing.items():
            if name in {"text", "alt_text"} and isinstance(one, str):
                yield one
            elif name != "value":
                yield from _texts(one)


class TeamsScreen:
    """In Teams."""

    def __init__(self, world: TeamsWorld, person: Resident) -> None:
        assert person.teams_id is not None
        self._world, self._user, self._person = world, person.teams_id, person

    def look(self) -> list[Item]:
        """Cards of all conversations, by time; then a note, then the dialog."""
        state = self._world.state
        seen = [
            _teams_item("message", conversation.id, one.id, card, one.text)
            for conversation in state.conversations.values()
            if self._user in conversation.members
            for one in conversation.activities.values()
            if (card := state.seen_card(one, self._person) or {"body": []})
        ]
        seen.sort(key=lambda one: one.id)
        if self._user in state.toasts:
            seen.append(Item("note", "", "", state.toasts[self._user]))
        dialog = state.dialogs.get(self._user)
        if dialog is not None:
            seen.append(_teams_item("form", "", "", dialog.card or {}, dialog.title, drawn=str(id(dialog))))
        return seen

    async def press(self, item: Item, button: Button, inputs: Json) -> None:
        self._world.hands.dismiss(self._user)
        if item.kind == "form":
            await self._world.hands.submit_dialog(self._user, inputs, action=button.handle)
            return
        self._world.hands.close_dialog(self._user)
        await self._world.hands.press(self._user, item.where, item.id, button.handle, inputs)

    async def send(self, item: Item, inputs: Json) -> None:
        """In a dialog, or on a card where none could be opened."""
        await self.press(item, next(one for one in item.buttons if one.action == item.sends), inputs)

    async def type(self, words: str) -> None:
        self._world.hands.dismiss(self._user)
        done = await self._world.hands.say(self._user, self._world.chat(self._user), words)
        assert done.ok, done

    async def count(self, item: Item, action: str, inputs: Json) -> None:
        """Teams has a button for it."""
        button = item.find(action, {})
        assert button is not None
        await self.press(item, button, inputs)

    async def home(self) -> None:
        await self.type("home")

    async def start(self, action: str, text: str = "", author: str = "") -> None:
        hands, general = self._world.hands, self._world.channel("General").id
        if not text:
            await hands.compose_action(self._user, general)
            return
        await hands.say(author, general, text, mention=False)
        said = self._world.activities(general)[-1]
        await hands.message_action(self._user, general, said["id"], command_id=action)

    async def until(self, found: Any, seconds: float) -> Any:
        return await self._world.until(found, seconds)


def _teams_item(kind: str, where: str, name: str, card: Json, text: str, **more: Any) -> Item:
    buttons = []
    for one in actions_of(card):
        data = one.get("data")
        value = data.get("value") if isinstance(data, dict) else None
        buttons.append(Button(verb_of(one), value if isinstance(value, dict) else {}, one))
    inputs = inputs_of(card)
    sends = next((one.action for one in buttons if one.action), "") if inputs else ""
    labels = [str(one.get(name, "")) for one in inputs for name in ("label", "placeholder")]
    return Item(kind, where, name, "\n".join([text, texts_of(card), *labels]), tuple(buttons), sends, **more)


__all__ = ["Button", "Item", "Message", "Screen", "SlackScreen", "TeamsScreen"]
