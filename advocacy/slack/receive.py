"""Everything that comes in from Slack: checked, named as a ``Press``, handed to the bot, acknowledged, answered."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Awaitable, Coroutine
from dataclasses import replace
from typing import Any, Protocol, TypeVar

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from advocacy.bot import doors
from advocacy.bot.language import translator
from advocacy.bot.late_presses import LatePresses
from advocacy.bot.refusals import refusal
from advocacy.chat import Answer, Form, Gone, Message, OpenForm, Press, Private, Refused, Retry, Unknown, UserRef
from advocacy.config import Settings
from advocacy.slack import forms, presses, render, requests
from advocacy.slack.answers import Answers, Mishap
from advocacy.slack.late import Late, in_turn
from advocacy.slack.presses import Came
from advocacy.slack.render import Json
from advocacy.slack.tokens import Tokens

log = structlog.get_logger()
T = TypeVar("T")
ACK_SECONDS = 1.5
"""Slack waits three seconds for an answer; what takes longer is kept on the disk, acknowledged and answered afterwards.
It is to have the acknowledgement within two, with all that lies between us."""
RESUME_SECONDS = 2.0
"""A start waits so long for what an earlier process left; the rest is done besides."""
OPEN_SECONDS = 1.0
"""What may lead to a form opens one that waits by then: the trigger is good for three seconds."""
FORM_SECONDS = 1.5
"""A form whose answer takes longer gives its place to one that waits; acknowledged empty it would close."""
_SETTLED = 0.3
"""Until Slack has shown what an acknowledgement told it to; an update that comes earlier would be lost."""
_ANY = re.compile("")
_TRIES = 3
_LONGEST_WAIT = 10.0


class Hears(Protocol):
    """What the door needs of the bot."""

    async def handle(self, press: Press) -> Answer:
        """Do what was pressed, and say what to show for it."""
        ...

    async def repeat(self, press: Press) -> Answer:
        """Do what was pressed before, and may have been done."""
        ...

    async def language_of(self, who: UserRef) -> str:
        """The language to use with someone."""
        ...


class Leavings(Protocol):
    """Where the door tells that the app was removed, or that an organization gave it more or fewer workspaces."""

    async def heard(self, event: Json) -> None:
        """Look at an event; most are none of these."""
        ...


class _Known(AsyncAuthorize):  # type: ignore[misc,unused-ignore]
    """The token of where it comes from, with no call to Slack: Bolt would otherwise ask ``auth.test`` each time."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def __call__(self, *, context: Any, enterprise_id: str | None, team_id: str | None, user_id: str | None,
                       **_: Any) -> AuthorizeResult | None:  # fmt: skip
        grant = await self._tokens.of(team_id or enterprise_id or "", enterprise_id or "")
        if grant is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, user_id=user_id, bot_token=grant.token
        )  # fmt: skip


class Receiver:
    """Bolt with one listener for each kind of payload, and the HTTP route in front of it."""

    def __init__(
        self, settings: Settings, bot: Hears, answers: Answers, tokens: Tokens, leavings: Leavings | None = None
    ) -> None:
        self._settings = settings
        self._late = Late(LatePresses(settings))
        self._bot = bot
        self._answers = answers
        self._leavings = leavings
        self._tasks: set[asyncio.Task[Any]] = set()
        secret = settings.slack_signing_secret
        self._secret = secret.get_secret_value() if secret else ""
        # Bolt and its client format a line for each call unless their logger says early that it wants none.
        logger = logging.getLogger("advocacy.slack.bolt")
        logger.setLevel(logging.WARNING)
        self.app = AsyncApp(
            logger=logger,
            name="advocacy",
            client=AsyncWebClient(logger=logger),  # Bolt wants one; all our calls go through ``Calls``
            authorize=_Known(tokens),  # type: ignore[arg-type] # Bolt takes None for "not installed"
            process_before_response=True,  # else Bolt looks for our answer every 10 ms
            request_verification_enabled=False,  # done in ``http``, on the raw bytes
            ignoring_self_events_enabled=False,  # would need the bot's id; ``presses`` drops what bots say
            ssl_check_enabled=False,
            attaching_function_token_enabled=False,
            user_facing_authorize_error_message=doors.not_installed(translator(settings.language)),
        )
        self.app.action(_ANY)(self.button)
        self.app.shortcut(_ANY)(self.shortcut)
        self.app.view(_ANY)(self.form)
        self.app.command(_ANY)(self.command)
        self.app.event(_ANY)(self.event)
        self.app.view_closed(_ANY)(self.left)
        self.app.options(_ANY)(self.suggestions)

    @property
    def takes_http(self) -> bool:
        """Without a signing secret no request could be trusted."""
        return bool(self._secret)

    async def http(self, request: web.Request) -> web.Response:
        """``POST /slack/events``: 401 for what Slack did not sign, 400 for what cannot be read, 413 for too much."""
        if (request.content_length or 0) > requests.MOST_BYTES:
            return web.Response(status=413)
        raw = await request.read()
        if requests.is_certificate_check(request.content_type, raw):
            return web.Response()
        if not requests.is_genuine(self._secret, request.headers, raw):
            return web.json_response({"error": "the signature is missing, wrong or too old"}, status=401)
        try:
            payload = requests.read(request.content_type, raw)
        except ValueError:
            return web.json_response({"error": "the body cannot be read"}, status=400)
        if (
            payload.get("type") == "app_rate_limited"
        ):  # no event: https://docs.slack.dev/reference/events/app_rate_limited
            log.warning("slack.rate_limited", team=payload.get("team_id"), what="Slack holds back events of an hour")
            return web.Response()
        # The body is read already, which for Bolt is the case in Socket Mode.
        answer = await self.app.async_dispatch(AsyncBoltRequest(body=payload, mode="socket_mode"))
        return await to_aiohttp_response(answer)

    async def button(self, ack: AsyncAck, body: Json) -> None:
        """``block_actions``: acknowledged once the bot has committed, answered after that."""
        came = presses.of_button(body)
        answer = await self._ask(came) if came else None
        await ack()
        self._follow(answer, came)

    async def shortcut(self, ack: AsyncAck, body: Json) -> None:
        """``shortcut`` and ``message_action``: the same, with no button."""
        came = presses.of_shortcut(body)
        answer = await self._ask(came) if came else None
        await ack()
        self._follow(answer, came)

    async def form(self, ack: AsyncAck, body: Json) -> None:
        """``view_submission``: closes, stays open with errors, or becomes the next form."""
        came = presses.of_form(body)
        if came is None:
            await ack()
            return
        view = body["view"]
        task = asyncio.get_running_loop().create_task(self._handled(came.press))
        kept = None if await _finished(task, FORM_SECONDS) else await self._late.kept(replace(came, waiting=view))
        if kept is not None:
            await ack(response_action="update", view=await self._answers.waiting(came, view))
            self.keep(self._give_late(task, kept, _SETTLED))
            return
        answer = await task
        errors = forms.field_errors(answer.form, view) if isinstance(answer, OpenForm) else {}
        following: Json = {}
        if isinstance(answer, OpenForm) and not errors:
            drawn = await self._guarded(self._modal(answer.form, came), came.press)
            answer, following = (drawn, {}) if isinstance(drawn, Mishap) else (answer, drawn)
        fields = [one["block_id"] for one in view.get("blocks", ()) if one.get("type") == "input"]
        if isinstance(answer, Mishap) and fields:
            # The form stays, so that nothing typed is lost.
            errors = {fields[-1]: f"{answer.message.summary} ({answer.message.footnote})"}
        if errors:
            await ack(response_action="errors", errors=errors)
        elif isinstance(answer, OpenForm):
            await ack(response_action="update", view=following)
        else:
            await ack()
            self._follow(answer, came)

    async def left(self, ack: AsyncAck) -> None:
        """``view_closed``: somebody closed a modal, and wants nothing."""
        await ack()

    async def suggestions(self, ack: AsyncAck) -> None:
        """``block_suggestion``: no menu of ours asks; an old or foreign one gets nothing to choose from."""
        await ack(options=[])

    async def _modal(self, form: Form, came: Came) -> Json:
        return forms.modal(form, came.reply, await self._answers.words(form.body, came.reply))

    async def command(self, ack: AsyncAck, body: Json) -> None:
        """A slash command, answered in the HTTP answer itself where that is possible."""
        came = presses.of_command(body)
        answer = await self._ask(came)
        if isinstance(answer, Private):
            said = await self._guarded(self._body(answer.message, came), came.press)
            said = await self._body(said.message, came) if isinstance(said, Mishap) else said
            await ack(response_type="ephemeral", **said)
        else:
            await ack()
            self._follow(answer, came)

    async def _body(self, message: Message, came: Came) -> Json:
        return render.body(message, await self._answers.words(message, came.reply))

    async def event(self, ack: AsyncAck, body: Json) -> None:
        """``event_callback``. An error answers 500: Slack sends the event again, the bot knows it by its id."""
        came = presses.of_event(body)
        answer = await self._within_time(self._bot.handle(came.press), came) if came else None
        if self._leavings is not None:
            await self._leavings.heard(body)
        elif body["event"].get("type") in {"app_uninstalled", "tokens_revoked"}:
            log.error("slack.uninstalled", team=body.get("team_id"), what="the app was removed or its token revoked")
        await ack()
        self._follow(answer, came)

    async def drain(self, seconds: float) -> None:
        """Let answers under way go out; what is not out after ``seconds`` is given up."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def close(self) -> None:
        """After the last ``drain``: what was acknowledged and is not done stays on the disk, for the next process."""
        await self._late.close()

    def keep(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run it besides; ``drain`` waits for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("slack.failed", exc_info=error)

    async def _ask(self, came: Came) -> Answer:
        if not came.may_open:
            return await self._within_time(self._handled(came.press), came)
        task = asyncio.get_running_loop().create_task(self._handled(came.press))
        if await _finished(task, OPEN_SECONDS) or (kept := await self._late.kept(came)) is None:
            return await task
        self.keep(self._in_modal(task, kept))
        return None

    async def _in_modal(self, task: asyncio.Task[Answer], came: Came) -> None:
        waiting = await self._guarded(self._answers.wait(came), came.press)
        await self._give_late(task, came if isinstance(waiting, Mishap) else waiting)

    async def _within_time(self, work: Coroutine[Any, Any, Answer], came: Came) -> Answer:
        """The answer if it comes in time, or nothing keeps the press: then Slack says by itself that it takes too long.

        Else ``None``; the answer is given once it is there, by a later process if need be.
        """
        task = asyncio.get_running_loop().create_task(work)
        if await _finished(task, ACK_SECONDS) or (kept := await self._late.kept(came)) is None:
            return await task
        if kept.kept and came.reply.url:
            self.keep(self._say_not_yet(task, came))
        self.keep(self._give_late(task, kept))
        return None

    async def resume(self) -> None:
        """Do what was acknowledged by a process that ended before it was done, and answer it."""
        if left := await self._late.left():
            log.warning("slack.resumed", presses=len(left))
            await _finished(self.keep(in_turn(left, self._again)), RESUME_SECONDS)

    async def _again(self, came: Came) -> None:
        work = self._guarded(self._bot.repeat(came.press), came.press)
        await self._give_late(asyncio.get_running_loop().create_task(work), came)

    async def _say_not_yet(self, task: asyncio.Task[Answer], came: Came) -> None:
        """Who was acknowledged before anything was committed is told so, and need not press again: it is on the disk.

        The language is the company's: whoever waits does so for the database, which would have to be asked for theirs.
        """
        if not task.done():
            said = doors.not_yet(translator(self._settings.language))
            await self._give(Private(Message(said, paragraphs=(said,))), came)

    async def _give_late(self, task: asyncio.Task[Answer], came: Came, pause: float = 0.0) -> None:
        """What was cancelled stays on the disk, for the next process."""
        try:
            answer = await task
        except Exception:
            await self._late.over(came)
            raise
        await self._late.over(came)
        await asyncio.sleep(pause)
        await self._give(answer, came)

    async def _handled(self, press: Press) -> Answer:
        return await self._guarded(self._bot.handle(press), press)

    async def _guarded(self, work: Awaitable[T], press: Press) -> T | Mishap:
        try:
            return await work
        except Exception:  # the one place of this door: whatever breaks, the person hears of it
            reference = secrets.token_hex(4).upper()
            log.exception("slack.press_failed", reference=reference, action=press.action)
            return self._mishap(reference)

    def _mishap(self, reference: str) -> Mishap:
        return Mishap(replace(refusal(translator(self._settings.language), "again"), footnote=reference))

    def _follow(self, answer: Answer, came: Came | None) -> None:
        if answer is not None and came is not None:
            self.keep(self._give(answer, came))

    async def _give(self, answer: Answer, came: Came) -> None:
        async with self._answers.turn(came.reply):
            await self._give_now(answer, came)

    async def _give_now(self, answer: Answer, came: Came) -> None:
        for attempt in range(1, _TRIES + 1):
            try:
                await self._answers.give(answer, came)
            except Retry as retry:
                if attempt < _TRIES:
                    await asyncio.sleep(min(retry.after.total_seconds(), _LONGEST_WAIT))
                    continue
                log.warning("slack.answer_lost", action=came.press.action, why=str(retry))
            except (Gone, Refused, Unknown) as trouble:
                reference = secrets.token_hex(4).upper()
                log.warning("slack.answer_lost", reference=reference, action=came.press.action, why=str(trouble))
                if isinstance(trouble, Refused) and not isinstance(answer, Mishap):
                    await self._give_now(self._mishap(reference), came)  # it cannot be drawn: that can be said
            return


async def _finished(task: asyncio.Task[Any], seconds: float) -> bool:
    """Wait so long at most; the task goes on."""
    done, _ = await asyncio.wait({task}, timeout=seconds)
    return bool(done)
