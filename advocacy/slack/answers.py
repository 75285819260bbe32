"""Gives a person the answer to a press: privately, in place of the message, as a modal, on the Home tab."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

from advocacy.bot import answers as words
from advocacy.bot.language import Translator, translator
from advocacy.chat import Answer, Form, Gone, Message, OpenForm, Private, Refused, Rewrite, UserRef
from advocacy.config import Settings
from advocacy.slack import forms
from advocacy.slack.calls import Calls
from advocacy.slack.presses import PLATFORM, Came
from advocacy.slack.render import body
from advocacy.slack.reply import ReplyTo

HOOKS = "https://hooks.slack.com"
LanguageOf = Callable[[UserRef], Awaitable[str]]


class Answers:
    """Everything that is said because somebody pressed something."""

    def __init__(self, calls: Calls, settings: Settings, language_of: LanguageOf) -> None:
        self._calls = calls
        self._language_of = language_of
        self._channel_language = translator(settings.language)
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._hooks = tuple({f"{HOOKS}/", f"{settings.origin(HOOKS)}/", "https://hooks.slack-gov.com/"})

    def turn(self, reply: ReplyTo) -> asyncio.Lock:
        """Held while somebody is answered: what was said last must be what stands there at the end."""
        return self._turns.setdefault((reply.tenant, reply.user), asyncio.Lock())

    async def give(self, answer: Answer, came: Came) -> None:
        """Show an answer. Raises the four errors of ``chat``."""
        if isinstance(answer, OpenForm):
            await self._open(answer.form, came)
        elif isinstance(answer, Rewrite):
            await self.rewrite(came.reply, answer.message)
        elif isinstance(answer, Private):
            if came.reply.home and (answer.replace or came.press.action == "home"):
                await self._publish(came.reply, answer.message)
            else:
                await self.private(came.reply, answer.message, replace=answer.replace)

    async def private(self, reply: ReplyTo, message: Message, *, replace: bool) -> None:
        """Say something only this person sees: in place of their own answer, else beside it, else in direct messages.

        A ``response_url`` replaces the message that was pressed and no other, so a card that all see stays.
        Raises the four errors.
        """
        content = body(message, await self.words(message, reply))
        if reply.url.startswith(self._hooks):
            take_place = replace and reply.own
            try:
                await self._calls.post(
                    reply.url, {"response_type": "ephemeral", "replace_original": take_place, **content}
                )
            except Gone:
                pass  # thirty minutes or five answers have gone by
            else:
                return
        if reply.channel and not reply.is_direct:
            try:
                await self._calls.write(
                    "chat.postEphemeral", repeatable=True, channel=reply.channel, user=reply.user, **content
                )
            except Gone:
                pass  # they or we are not in that channel
            else:
                return
        await self._calls.write("chat.postMessage", channel=reply.user, unfurl_links=False, **content)

    async def rewrite(self, reply: ReplyTo, message: Message) -> None:
        """The pressed message becomes this for everybody who sees it. Raises the four errors."""
        if reply.ts:
            content = body(message, self._channel_language)
            await self._calls.write("chat.update", repeatable=True, channel=reply.channel, ts=reply.ts, **content)
        else:
            await self.private(reply, message, replace=True)

    async def words(self, message: Message, reply: ReplyTo) -> Translator:
        """The words of our own that go with a message; looked up only where there are any."""
        if not any(button.confirm for button in message.buttons):
            return self._channel_language
        return translator(await self._language_of(UserRef(PLATFORM, reply.tenant, reply.user)))

    async def _publish(self, reply: ReplyTo, message: Message) -> None:
        view = forms.home(message, await self.words(message, reply))
        await self._calls.write("views.publish", repeatable=True, user_id=reply.user, view=view)

    async def _open(self, form: Form, came: Came) -> None:
        view = forms.modal(form, came.reply, await self.words(form.body, came.reply))
        if came.view_id:
            await self._calls.write("views.update", repeatable=True, view_id=came.view_id, view=view)
            return
        try:
            await self._calls.write("views.open", trigger_id=came.trigger, view=view)
        except Refused as refusal:
            if "trigger_id" not in str(refusal):
                raise
            t = translator(await self._language_of(came.press.who))
            await self.private(came.reply, words.refusal(t, "again"), replace=False)
