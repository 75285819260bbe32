"""The emergency stop in chat: editors and admins stop everything with one press, and let it go on."""

from __future__ import annotations

from advocacy.bot import stops
from advocacy.bot.actions import Call
from advocacy.bot.editors import editors_only
from advocacy.chat import OPENS_FORM, Answer, Button, Form, Input, Message, OpenForm, Private, sentence
from advocacy.content import emergency
from advocacy.db import after_commit

REASON_LIMIT = 500


@editors_only
async def stop(call: Call) -> Answer:
    """Offer the one button that stops everything; or say that it is stopped, and by whom."""
    async with call.parts.db.read() as s:
        halt = await emergency.current(s)
    if halt is not None:
        return Private(stops.notice(call.t, halt, call.parts.settings.zone))
    t = call.t
    said = t("From that moment no story is sent and nothing is shared. Cards that stand stay, and can be withdrawn.")
    return Private(
        Message(
            summary=t("Stop everything?"),
            heading=t("Stop everything?"),
            paragraphs=(said, t("Your name and the time are on record, and every editors' channel is told.")),
            buttons=(
                Button(
                    t("Stop everything now"), action="stop_now", style="danger",
                    confirm=t("Nothing more is sent or shared until somebody lets it go on. Stop everything?"),
                ),
                Button(t("Stop with a reason …"), action="stop_form", value={OPENS_FORM: 1}),
            ),
        )
    )  # fmt: skip


@editors_only
async def stop_form(call: Call) -> Answer:
    """Ask why."""
    t = call.t
    reason = Input(
        "reason", t("Reason"), kind="text", max_length=REASON_LIMIT, optional=True,
        hint=t("The other editors read it. Leave it empty if there is no time."),
    )  # fmt: skip
    body = Message(summary=t("Stop everything?"), inputs=(reason,))
    return OpenForm(Form(t("Stop everything?"), body, "stop_now", {}, t("Stop now"), t("Cancel")))


async def stop_now(call: Call) -> Answer:
    """Stop everything. Pressed twice, the first stop holds."""
    reason = call.press.inputs.get("reason", "").strip()[:REASON_LIMIT]
    async with call.parts.db.write() as s:
        halt = await stops.stop(s, call.parts.settings, call.person, reason)
        after_commit(s, call.parts.worker.wake_urgent.set)
    return Private(stops.notice(call.t, halt, call.parts.settings.zone), replace=not call.press.inputs)


@editors_only
async def resume(call: Call) -> Answer:
    """Say what is stopped, with the button that lifts it."""
    async with call.parts.db.read() as s:
        halt = await emergency.current(s)
    if halt is None:
        return Private(_nothing(call))
    return Private(stops.notice(call.t, halt, call.parts.settings.zone))


async def resume_now(call: Call) -> Answer:
    """Let everything go on."""
    async with call.parts.db.write() as s:
        halt = await stops.resume(s, call.parts.sharing, call.person)
        for wake in (call.parts.worker.wake, call.parts.worker.wake_urgent):
            after_commit(s, wake.set)
    if halt is None:
        return Private(_nothing(call))
    return Private(stops.notice(call.t, halt, call.parts.settings.zone))


def _nothing(call: Call) -> Message:
    said = call.t("Nothing is stopped at the moment.")
    return sentence(said)


ACTIONS = {
    "stop": stop, "stop_form": stop_form, "stop_now": stop_now, "resume": resume, "resume_now": resume_now,
}  # fmt: skip
WORDS = {"stop": stop, "stopp": stop, "resume": resume, "weiter": resume}
