"""Gives a person the answer to a press: privately, in place of the message, as a modal, on the Home tab."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakValueDictionary

from advocacy.bot import doors
from advocacy.bot import refusals as words
from advocacy.bot.actions import Interrupted
from advocacy.bot.language import Translator, translator
from advocacy.chat import (
    Answer,
    Form,
    Found,
    Gone,
    Message,
    OpenForm,
    Previews,
    Private,
    Refused,
    Retry,
    Rewrite,
    Unknown,
    UserRef,
)  # fmt: skip
from advocacy.config import Settings
from advocacy.slack import forms
from advocacy.slack.calls import Calls, SlackRefused
from advocacy.slack.presses import PLATFORM, Came
from advocacy.slack.render import body
from advocacy.slack.reply import ReplyTo
from advocacy.slack.unfurls import unfurl

_FORMS = 1_000
"""Forms being typed into whose state is kept; of others an update may be lost, which the next letter makes up for."""
_HASHES = 20
LANGUAGE_SECONDS = 0.3
_DIRECT_ONES = 10_000
"""Direct messages that are remembered, so that the next one about the same takes their place."""
HOOKS = "https://hooks.slack.com"
LanguageOf = Callable[[UserRef], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Mishap(Private):
    """Something broke. The person gets a reference, the log has the rest under it."""


@dataclass(frozen=True, slots=True)
class _Typed:
    """A form that was redrawn while somebody types into it."""

    at: float
    """When the press came that was drawn last, Slack's clock."""
    hashes: tuple[str, ...]
    """Its states since then, ours all; the present one last."""


class Answers:
    """Everything that is said because somebody pressed something."""

    def __init__(self, calls: Calls, settings: Settings, language_of: LanguageOf) -> None:
        self._calls = calls
        self._language_of = language_of
        self._channel_language = translator(settings.language)
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._typed: dict[str, _Typed] = {}
        self._direct_ones: dict[tuple[str, str, str], tuple[str, str]] = {}
        self._hooks = tuple({f"{HOOKS}/", f"{settings.origin(HOOKS)}/", "https://hooks.slack-gov.com/"})

    def turn(self, reply: ReplyTo) -> asyncio.Lock:
        """Held while somebody is answered: what was said last must be what stands there at the end."""
        return self._turns.setdefault((reply.tenant, reply.user), asyncio.Lock())

    async def give(self, answer: Answer, came: Came) -> None:
        """Show an answer. Raises the four errors of ``chat``."""
        if isinstance(answer, (Found, Previews)) or came.shared is not None:
            if isinstance(answer, Previews):  # whoever posts a link is told nothing else; nothing here asks for Found
                await unfurl(self._calls, answer, came, self._channel_language)
        elif came.typing is not None:
            if isinstance(answer, OpenForm):  # anything else would be said once for each letter
                await self._redraw(answer.form, came, came.typing)
        elif isinstance(answer, OpenForm):
            await self._open(answer.form, came)
        elif came.waiting is not None and await self._concluded(answer, came, came.waiting):
            return
        elif isinstance(answer, Rewrite):
            await self.rewrite(came.reply, answer.message)
        elif isinstance(answer, Private):
            if came.reply.home and (answer.replace or came.press.action == "home"):
                await self._publish(came.reply, answer.message)
            else:
                await self.private(came.reply, answer.message, replace=answer.replace)

    async def wait(self, came: Came) -> Came:
        """Open a modal that says that the answer is coming; the same press, as one that waits there.

        A modal in which it was pressed says so itself. Where that cannot be, the press as it was: its answer takes
        the usual way.
        """
        t = await self._soon(came.press.who)
        try:
            if came.view is not None:
                waits = forms.waiting(t, came.view)
                await self._calls.write(
                    came.reply.tenant, "views.update", repeatable=True, view_id=came.view_id, view=waits
                )
                return replace(came, waiting=came.view)
            opened = await self._calls.write(
                came.reply.tenant, "views.open", trigger_id=came.trigger, view=forms.waiting(t)
            )
        except (Retry, Gone, Refused, Unknown):
            return came
        return replace(came, view_id=str(opened["view"]["id"]), waiting={})

    async def waiting(self, came: Came, shown: Mapping[str, Any]) -> dict[str, Any]:
        """The view that stands in the place of a form that was sent, until its answer is there."""
        return forms.waiting(await self._soon(came.press.who), shown)

    async def _soon(self, who: UserRef) -> Translator:
        """Their language, where Slack waits; the company's when the database takes longer, as it may just then."""
        try:
            return translator(await asyncio.wait_for(self._language_of(who), LANGUAGE_SECONDS))
        except TimeoutError:
            return self._channel_language

    async def _concluded(self, answer: Private | Rewrite | None, came: Came, before: Mapping[str, Any]) -> bool:
        """End the waiting; whether everything was said with that. A form comes back when its sending failed."""
        t = translator(await self._language_of(came.press.who))
        whole = True
        if answer is None:
            view = forms.told(Message(doors.done(t)), t)
        elif isinstance(answer, (Mishap, Interrupted)) and before:
            note = f" ({answer.message.footnote})" if answer.message.footnote else ""
            view = forms.again(before, answer.message.summary + note)
        else:
            message = answer.message
            whole = isinstance(answer, Private) and not (before or answer.replace or message.buttons or message.inputs)
            view = forms.told(message if whole else Message(message.summary), t)
        try:
            await self._calls.write(came.reply.tenant, "views.update", repeatable=True, view_id=came.view_id, view=view)
        except (Gone, Refused):
            return False  # closed meanwhile
        return whole

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
                    reply.tenant,
                    "chat.postEphemeral",
                    repeatable=True,
                    channel=reply.channel,
                    user=reply.user,
                    **content,
                )
            except Gone:
                pass  # they or we are not in that channel
            else:
                return
        await self._direct(reply, message.about, content)

    async def _direct(self, reply: ReplyTo, about: str, content: Mapping[str, Any]) -> None:
        """In direct messages: in the place of what was said there about the same, while this process knows of it."""
        key = (reply.tenant, reply.user, about)
        before = self._direct_ones.pop(key, None) if about else None
        if before is not None:
            channel, ts = before
            try:
                await self._calls.write(reply.tenant, "chat.update", repeatable=True, channel=channel, ts=ts, **content)
            except (Gone, Refused):
                before = None  # they deleted it
        if before is None:
            posted = await self._calls.write(
                reply.tenant, "chat.postMessage", channel=reply.user, unfurl_links=False, **content
            )
            before = (str(posted["channel"]), str(posted["ts"]))
        if about:
            self._direct_ones[key] = before
            while len(self._direct_ones) > _DIRECT_ONES:
                self._direct_ones.pop(next(iter(self._direct_ones)))

    async def rewrite(self, reply: ReplyTo, message: Message) -> None:
        """The pressed message becomes this for everybody who sees it. Raises the four errors."""
        if reply.ts:
            content = body(message, self._channel_language)
            await self._calls.write(
                reply.tenant, "chat.update", repeatable=True, channel=reply.channel, ts=reply.ts, **content
            )
        else:
            await self.private(reply, message, replace=True)

    async def words(self, message: Message, reply: ReplyTo) -> Translator:
        """The words of our own that go with a message; looked up only where there are any."""
        if not any(button.confirm for button in message.buttons):
            return self._channel_language
        return translator(await self._language_of(UserRef(PLATFORM, reply.tenant, reply.user)))

    async def _publish(self, reply: ReplyTo, message: Message) -> None:
        view = forms.home(message, await self.words(message, reply))
        await self._calls.write(reply.tenant, "views.publish", repeatable=True, user_id=reply.user, view=view)

    async def _redraw(self, form: Form, came: Came, shown: Mapping[str, Any]) -> None:
        """Draw around what somebody is typing.

        Only the latest press counts. The hash keeps a form that came meanwhile from being overwritten; what we
        redrew ourselves is followed.
        """
        at, known = float(came.at or 0), self._typed.get(came.view_id)
        if known is not None and known.at > at:
            return
        seen = str(shown.get("hash") or "")
        ours = known.hashes if known is not None and seen in known.hashes else (seen,)
        view = forms.keeping(forms.modal(form, came.reply, await self.words(form.body, came.reply)), shown)
        try:
            done = await self._calls.write(
                came.reply.tenant, "views.update", view_id=came.view_id, hash=ours[-1], view=view
            )
        except (SlackRefused, Unknown):
            return  # closed or changed meanwhile; the next letter asks again
        self._typed[came.view_id] = _Typed(at, (*ours[-_HASHES:], str(done["view"]["hash"])))
        while len(self._typed) > _FORMS:
            self._typed.pop(next(iter(self._typed)))

    async def _open(self, form: Form, came: Came) -> None:
        if not came.view_id and not came.trigger:
            await self.private(came.reply, forms.as_message(form), replace=False)
            return
        view = forms.modal(form, came.reply, await self.words(form.body, came.reply))
        if came.view_id:
            await self._change(form, came, view)
            return
        try:
            await self._calls.write(came.reply.tenant, "views.open", trigger_id=came.trigger, view=view)
        except Refused as refusal:
            if "trigger_id" not in str(refusal):
                raise
            t = translator(await self._language_of(came.press.who))
            await self.private(came.reply, words.refusal(t, "again"), replace=False)

    async def _change(self, form: Form, came: Came, view: Mapping[str, Any]) -> None:
        try:
            await self._calls.write(came.reply.tenant, "views.update", repeatable=True, view_id=came.view_id, view=view)
        except SlackRefused as refusal:
            if refusal.error != "not_found":
                raise
            if came.waiting == {}:
                return  # they closed what they had opened
            said = " ".join(form.errors.values()) or form.body.summary or form.title
            await self.private(came.reply, Message(summary=said), replace=False)
