"""The bot's answers, in the ways Teams has for them: a card or note in the HTTP answer, a dialog, a message."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from advocacy.bot.doors import only_in_private, optional
from advocacy.bot.language import translator
from advocacy.chat import (
    Answer,
    Button,
    Form,
    Gone,
    Message,
    OpenForm,
    Press,
    Private,
    Refused,
    Retry,
    Rewrite,
    Unknown,
    UserRef,
)
from advocacy.teams import render
from advocacy.teams.activity import Heard
from advocacy.teams.names import ADAPTIVE
from advocacy.teams.rest import Json
from advocacy.teams.seal import Seal
from advocacy.teams.send import TeamsPlatform

log = structlog.get_logger()
NOTE = "application/vnd.microsoft.activity.message"
ERROR = "application/vnd.microsoft.error"
DONE = "✓"
"""Said where a press has nothing to show: a client that gets nothing at all shows an error."""
TRIES = 4
LanguageOf = Callable[[UserRef], Awaitable[str]]
TITLE = 60


def note(text: str) -> Json:
    """Answer a card's press with a sentence; the card stays as it is.

    https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format
    """
    return {"statusCode": 200, "type": NOTE, "value": text}


def error(code: str, text: str) -> Json:
    """Answer a card's press that cannot be one of ours."""
    return {"statusCode": 400, "type": ERROR, "value": {"code": code, "message": text}}


def closing(text: str) -> Json:
    """Close a dialog with a sentence."""
    return {"task": {"type": "message", "value": text}}


class Answers:
    """Gives answers. Sends that Teams puts off are tried again in the background."""

    def __init__(self, platform: TeamsPlatform, seal: Seal, language_of: LanguageOf) -> None:
        self._platform = platform
        self._language_of = language_of
        self._seal = seal
        self._running: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """Give up what is still to be tried again."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def to_card(self, press: Press, answer: Answer, back: Button | None = None) -> Json:
        """Answer ``adaptiveCard/action``: what this person alone sees in the place of the card.

        ``back`` is that card's refresh: the client asks again after a while, or when the person wants to go back.
        """
        match answer:
            case None:
                return note(DONE)
            case Private(message) if _is_sentence(message):
                return note(message.summary)
            case Private(message):
                if message.refresh is None and back is not None:
                    message = replace(message, refresh=back, refresh_for=(press.who.address,))
                drawn = render.card(message)
            case Rewrite(message):
                await self._rewrite(press, message)
                drawn = render.card(message)
            case OpenForm(asked):
                drawn = render.form(await self._ready(asked, press.who), place="chat")
        return {"statusCode": 200, "type": ADAPTIVE, "value": drawn}

    async def to_fetch(self, news: Heard, press: Press, answer: Answer) -> Json | None:
        """Answer ``task/fetch``: the dialog, or what is to be said instead."""
        if isinstance(answer, Private):
            return self._shown(news, answer.message, "")
        return await self._to_task(news, press, answer)

    async def to_submit(self, news: Heard, press: Press, answer: Answer) -> Json | None:
        """Answer ``task/submit``: the dialog closes with a sentence, and the answer is in the person's own chat."""
        if not isinstance(answer, Private):
            return await self._to_task(news, press, answer)
        message = answer.message
        if _is_sentence(message):
            return closing(message.summary)
        try:
            await self._surely(lambda: self._platform.tell(press.who, press.reply_to, message))
        except Gone:  # no chat with this person: the open dialog is the one private place left
            return self._shown(news, message, press.message.message if press.message else "")
        return closing(message.summary)

    async def _to_task(self, news: Heard, press: Press, answer: Answer) -> Json | None:
        if isinstance(answer, OpenForm):
            about = press.message.message if press.message else ""
            asked = await self._ready(answer.form, news.who)
            drawn = render.form(asked, origin=self._seal.put(about, news.who, news.conversation))
            return _dialog(answer.form.title, drawn)
        if isinstance(answer, Rewrite):
            await self._rewrite(press, answer.message)
            return closing(answer.message.summary)
        return None

    async def _ready(self, form: Form, who: UserRef) -> Form:
        """The form as this person's client gets it: sealed, and with a mark on what may stay empty."""
        form = self._seal.keep(form, who)
        if not any(one.optional for one in form.body.inputs):
            return form
        t = translator(await self._language_of(who))
        inputs = (replace(one, label=optional(t, one.label)) if one.optional else one for one in form.body.inputs)
        return replace(form, body=replace(form.body, inputs=tuple(inputs)))

    def _shown(self, news: Heard, message: Message, about: str) -> Json:
        drawn = render.card(
            message, place="dialog", origin=self._seal.put(about or news.about, news.who, news.conversation)
        )
        return _dialog(message.heading or message.summary, drawn)

    async def to_message(self, news: Heard, press: Press, answer: Answer) -> None:
        """Answer typed words (or a button of an old client) in the person's own chat."""
        match answer:
            case None:
                return
            case Rewrite(message) if press.message is not None:
                await self._rewrite(press, message)
                return
            case OpenForm(asked):
                message = render.form_message(await self._ready(asked, press.who))
            case Private(said) | Rewrite(said):
                message = said
        try:
            await self._surely(lambda: self._platform.tell(press.who, press.reply_to, message))
        except Gone as gone:
            if news.is_personal:
                log.info("teams.chat_gone", why=str(gone))
                return
            await self.say(news, only_in_private(translator(news.locale)))

    async def say(self, news: Heard, text: str) -> None:
        """Put a plain sentence where somebody wrote."""
        activity = {"type": "message", "text": text, "textFormat": "plain"}
        try:
            await self._surely(lambda: self._platform.post(news.conversation, activity))
        except Gone as gone:
            log.info("teams.conversation_gone", why=str(gone))

    async def _rewrite(self, press: Press, message: Message) -> None:
        ref = press.message
        if ref is None:
            log.warning("teams.nothing_to_rewrite", action=press.action)
            return
        try:
            await self._surely(lambda: self._platform.update(ref, message))
        except Gone as gone:
            log.info("teams.message_gone", why=str(gone))

    async def _surely(self, what: Callable[[], Awaitable[object]]) -> None:
        """Do it; later, where Teams asks for that. Raises Gone."""
        try:
            await what()
        except Retry as retry:
            task = asyncio.create_task(self._later(what, retry))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        except (Refused, Unknown) as trouble:
            log.warning("teams.answer_lost", why=str(trouble))

    async def _later(self, what: Callable[[], Awaitable[object]], retry: Retry) -> None:
        for _ in range(TRIES):
            await asyncio.sleep(retry.after.total_seconds())
            try:
                await what()
            except Retry as again:
                retry = again
            except (Gone, Refused, Unknown) as trouble:
                log.warning("teams.answer_lost", why=str(trouble))
                return
            else:
                return
        log.warning("teams.answer_lost", why=str(retry))


def _dialog(title: str, drawn: Json) -> Json:
    """Open a dialog, or change the one that is open.

    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots
    """
    value = {"title": title[:TITLE], "height": "medium", "width": "medium", "card": render.attachment(drawn)}
    return {"task": {"type": "continue", "value": value}}


def _is_sentence(message: Message) -> bool:
    """Is this one sentence and nothing else? Then it is said beside the card instead of taking its place."""
    return message == Message(summary=message.summary, paragraphs=message.paragraphs) and message.paragraphs in (
        (), (message.summary,),
    )  # fmt: skip
