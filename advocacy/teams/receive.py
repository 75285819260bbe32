"""``POST /api/messages``: botbuilder's CloudAdapter in our own wrapper, with guards for what 4.17.1 gets wrong."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, TypeVar

import structlog
from aiohttp import web
from botbuilder.core import ActivityHandler, InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, cloud_adapter
from botbuilder.schema import Activity
from msrest.exceptions import DeserializationError  # type: ignore[attr-defined]
from msrest.serialization import Deserializer
from msrest.universal_http.requests import ClientRetryPolicy

from advocacy.bot.doors import broken
from advocacy.bot.language import translator
from advocacy.chat import Answer, Found, Press, Previews, Private, UserRef
from advocacy.teams import activity as read
from advocacy.teams import extension
from advocacy.teams.activity import Heard, Malformed
from advocacy.teams.answers import Answers, closing, error, note
from advocacy.teams.auth import Authentication, Forbidden, Unauthorized
from advocacy.teams.keys import KeysAway
from advocacy.teams.rest import Json
from advocacy.teams.seal import Seal
from advocacy.teams.send import TeamsPlatform

log = structlog.get_logger()
T = TypeVar("T")
INSTALLED_TWICE = 60.0
"""Seconds within which Teams tells of one installation in two activities."""

_JSON = frozenset({dict, list, str, int, float, bool})
EXTENSION = frozenset({
    "composeExtension/fetchTask", "composeExtension/query", "composeExtension/queryLink",
    "composeExtension/submitAction",
})  # fmt: skip
"""Invokes of the message extension, which works in every conversation, whoever is in it."""
REFUSALS: dict[type[Exception], tuple[int, str]] = {
    Unauthorized: (401, "not authorized"),
    web.HTTPUnauthorized: (401, "not authorized"),
    Forbidden: (403, "not served here"),
    web.HTTPUnsupportedMediaType: (415, "application/json is needed"),
    Malformed: (400, "this is no activity"),
    DeserializationError: (400, "this is no activity"),
    RecursionError: (400, "this is no activity"),
    KeysAway: (503, "the signing keys cannot be fetched; please come again"),
}


class Handles(Protocol):
    """The bot, as the door needs it."""

    async def handle(self, press: Press) -> Answer:
        """Do what was pressed, and say what to show for it."""
        ...

    async def language_of(self, who: UserRef) -> str:
        """The language to use with someone."""
        ...


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something broke; the log has it under this reference."""

    reference: str

    def words(self, news: Heard) -> str:
        """What to tell the person."""
        return broken(translator(news.locale), self.reference)


def guard() -> None:
    """Put right what botbuilder 4.17.1 gets wrong for everybody; doing it again changes nothing.

    Each turn builds this policy twice, and most of a turn was its list being searched. And the adapter serializes
    the body of an invoke, already a dict, as if it were a model, so every interactive answer would be a 500. Each text
    of an activity cost an exception (a name of Python 2), and what cards carry, JSON as it came, was copied bit by bit:
    half of what reading an activity took.
    """
    Deserializer.deserialize_unicode = staticmethod(_text)  # type: ignore[method-assign]
    Deserializer.deserialize_object = _as_it_came  # type: ignore[method-assign]
    ClientRetryPolicy.safe_codes = frozenset(ClientRetryPolicy.safe_codes)  # type: ignore[assignment]
    cloud_adapter.serializer_helper = _serialized


_object_of_the_sdk = Deserializer.deserialize_object


def _text(data: Any) -> Any:
    return data if isinstance(data, (str, Enum)) else str(data)


def _as_it_came(self: Deserializer, attr: Any, **more: Any) -> Any:
    if type(attr) in _JSON:
        return attr
    return _object_of_the_sdk(self, attr, **more)  # type: ignore[no-untyped-call]


_of_the_sdk = cloud_adapter.serializer_helper


def _serialized(body: Any) -> Any:
    return body if isinstance(body, (dict, list)) else _of_the_sdk(body)


class Turns(ActivityHandler):  # type: ignore[misc]
    """One activity at a time: read it, ask the bot, give the answer."""

    def __init__(self, tenant: str, bot: Handles, platform: TeamsPlatform, answers: Answers, seal: Seal) -> None:
        self._tenant = tenant
        self._bot = bot
        self._platform = platform
        self._answers = answers
        self._seal = seal
        self._came: dict[str, float] = {}

    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
        """Answer in the HTTP response. The SDK's own dispatch loses the trigger and breaks on ``value.action``."""
        activity = turn_context.activity
        kinds = {
            "adaptiveCard/action": self._card,
            "task/fetch": self._fetch,
            "task/submit": self._submit,
            "composeExtension/fetchTask": self._chosen,
            "composeExtension/submitAction": self._sent,
            "composeExtension/query": self._searched,
            "composeExtension/queryLink": self._linked,
        }
        kind = kinds.get(str(activity.name))
        if kind is None:
            return InvokeResponse(status=501)
        try:
            news = self._heard(activity)
            body = await self._safely(kind(news, activity.value))
        except Malformed as wrong:
            log.info("teams.malformed", name=activity.name, why=str(wrong))
            return InvokeResponse(status=400, body=error("BadRequest", str(wrong)))
        if isinstance(body, Trouble):
            said = body.words(news)
            body = note(said) if kind == self._card else closing(said)
            if kind == self._searched:
                body = extension.said_instead(said)
            elif kind == self._linked:
                body = extension.results(())  # nobody asked for anything
        return InvokeResponse(status=200, body=body)

    async def _card(self, news: Heard, value: Any) -> Json:
        press = read.pressed(news, value, self._seal)
        return await self._answers.to_card(press, await self._bot.handle(press), read.back(value))

    async def _fetch(self, news: Heard, value: Any) -> Json | None:
        press = read.submitted(news, _data(value), self._seal)
        return await self._answers.to_fetch(news, press, await self._bot.handle(press))

    async def _submit(self, news: Heard, value: Any) -> Json | None:
        data = _data(value)
        if isinstance(data, dict) and "action" not in data:  # the form's cancel button
            return None
        press = read.submitted(news, data, self._seal)
        return await self._answers.to_submit(news, press, await self._bot.handle(press))

    async def _chosen(self, news: Heard, value: Any) -> Json | None:
        press = extension.chosen(news, value)
        return await self._answers.to_fetch(extension.elsewhere(news), press, await self._bot.handle(press))

    async def _sent(self, news: Heard, value: Any) -> Json | None:
        data = _data(value)
        if isinstance(data, dict) and "action" not in data:  # the form's cancel button
            return None
        press = extension.sent(news, value, self._seal)
        return await self._answers.to_submit(extension.elsewhere(news), press, await self._bot.handle(press))

    async def _searched(self, news: Heard, value: Any) -> Json | None:
        press = extension.searched(news, value)
        answer = await self._bot.handle(press)
        if isinstance(answer, Found):
            return extension.results(answer.messages)
        return extension.said_instead(answer.message.summary) if isinstance(answer, Private) else None

    async def _linked(self, news: Heard, value: Any) -> Json:
        answer = await self._bot.handle(extension.linked(news, value))
        return extension.results(tuple(answer.cards.values()) if isinstance(answer, Previews) else ())

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """Words that somebody typed; or a button, from a client that has no Action.Execute."""
        activity = turn_context.activity
        try:
            news = self._heard(activity)
            is_button = isinstance(activity.value, dict) and "action" in activity.value
            press = read.submitted(news, activity.value, self._seal) if is_button else read.command(news, activity)
        except Malformed as wrong:
            log.info("teams.malformed", name="message", why=str(wrong))
            return
        if news.who.address.startswith("28:"):
            return  # another bot: two that answer each other never end
        done = await self._safely(self._message(news, press))
        if isinstance(done, Trouble):
            await self._answers.say(news, done.words(news))

    async def _message(self, news: Heard, press: Press) -> None:
        await self._answers.to_message(news, press, await self._bot.handle(press))

    async def on_installation_update(self, turn_context: TurnContext) -> None:
        """The app was added or removed."""
        if turn_context.activity.action == "add":
            await self._installed(turn_context.activity)
        elif turn_context.activity.action in ("remove", "remove-upgrade"):
            self._removed(turn_context.activity)

    async def on_conversation_update_activity(self, turn_context: TurnContext) -> None:
        """People and bots came or went; only our own coming and going matters."""
        activity = turn_context.activity
        me = activity.recipient.id if activity.recipient else None
        if me and me in _ids(activity.members_added):
            await self._installed(activity)
        elif me and me in _ids(activity.members_removed):
            self._removed(activity)

    async def _installed(self, activity: Activity) -> None:
        try:
            news = self._heard(activity)
        except Malformed as wrong:
            log.info("teams.malformed", name=activity.type, why=str(wrong))
            return
        now = time.monotonic()
        self._came = {where: at for where, at in self._came.items() if now - at < INSTALLED_TWICE}
        if news.conversation in self._came:
            return
        self._came[news.conversation] = now
        await self._safely(self._message(news, read.installed(news, activity)))

    def _removed(self, activity: Activity) -> None:
        try:
            news = read.heard(activity, self._tenant)
        except Malformed:
            return
        self._came.pop(news.conversation, None)
        if news.is_personal:
            self._platform.forget(news.who)

    def _heard(self, activity: Activity) -> Heard:
        news = read.heard(activity, self._tenant)
        if activity.name in EXTENSION and not extension.is_own_chat(news):
            return news  # we may not be in that conversation
        self._platform.heard(news.who, news.base, news.service_url, is_personal=news.is_personal)
        return news

    async def _safely(self, work: Awaitable[T]) -> T | Trouble:
        try:
            return await work
        except Malformed:
            raise
        except Exception:
            trouble = Trouble(secrets.token_hex(4).upper())
            log.exception("teams.trouble", reference=trouble.reference)
            return trouble


class Receiver:
    """The HTTP side."""

    def __init__(self, authentication: Authentication, turns: Turns) -> None:
        guard()
        self._authentication = authentication
        self._adapter = CloudAdapter(authentication)
        self._turns = turns

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """Take one activity: 401 and 403 for who may not, 415 and 400 for what cannot be read, 503 without keys."""
        try:
            await self._authentication.verify(request.headers.get("Authorization", ""))
            if request.content_type != "application/json":
                raise web.HTTPUnsupportedMediaType
            if not _is_activity(await request.read()):
                raise Malformed("no JSON object with a type")
            response: web.Response | None = await self._adapter.process(request, self._turns)
        except tuple(REFUSALS) as wrong:
            status, said = next(REFUSALS[kind] for kind in type(wrong).__mro__ if kind in REFUSALS)
            log.warning("teams.refused", status=status, why=str(wrong) or said)
            return web.json_response({"error": {"message": said}}, status=status)
        if response is None or response.text == "null":  # an empty answer closes a dialog; the word null does not
            return web.Response(status=response.status if response is not None else 200)
        return response


def _ids(members: list[Any] | None) -> list[Any]:
    return [one.id for one in members or [] if one is not None]


def _data(value: Any) -> Any:
    return value.get("data") if isinstance(value, dict) else None


def _is_activity(raw: bytes) -> bool:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return isinstance(body, dict) and isinstance(body.get("type"), str) and bool(body["type"])
