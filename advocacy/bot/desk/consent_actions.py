"""Somebody's chat message becomes a story: they are asked first, and nothing goes out without their yes."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call, Parts
from advocacy.bot.language import Translator, translator
from advocacy.bot.refusals import refusal
from advocacy.chat import Answer, Button, Message, Private, Rewrite, sentence
from advocacy.content import stories
from advocacy.content.models import Story, StoryState
from advocacy.db import after_commit, now
from advocacy.delivery import outbox, places
from advocacy.people import breaks, directory

ASKED = "consent:"
"""Begins the marker of the question."""
OPEN = (StoryState.DRAFT, StoryState.IN_REVIEW, StoryState.RETURNED, StoryState.APPROVED, StoryState.SCHEDULED)


async def ask_for_consent(s: AsyncSession, parts: Parts, story: Story, suggester: str) -> None:
    """Ask the colleague whose message it was, in their direct messages."""
    if story.credit_id is None:
        return
    author = await directory.get(s, story.credit_id)
    due_at = author.break_until if breaks.is_on_break(author, now()) else None  # nothing goes out before they agree
    for place in await places.direct(s, [author.id], also_on_break=True):
        message = consent_message(translator(author.language), story, suggester)
        await outbox.send(s, place.to, message, f"{ASKED}{story.id}", due_at=due_at)
    after_commit(s, parts.worker.wake_urgent.set)


def consent_message(t: Translator, story: Story, suggester: str) -> Message:
    """The question, with what would be used."""
    said = t("{name} suggests your message as a story that colleagues may share.", name=suggester)
    value = {"s": story.id}
    return Message(
        summary=said,
        heading=t("May we use your message?"),
        paragraphs=(said, t("Nothing goes out before you agree. The communications team looks at it as well.")),
        quote=f"{story.title}\n\n{story.summary}".strip(),
        buttons=(
            Button(t("Yes, with my name"), action="consent_given", value=value, style="primary"),
            Button(t("Yes, without my name"), action="consent_nameless", value=value),
            Button(t("No"), action="consent_refused", value=value, style="danger"),
        ),
        footnote=t("Only you see this message."),
    )


async def _answer(call: Call, consent: str) -> Answer:
    async with call.parts.db.write() as s:
        story = await stories.get(s, call.number("s"), lock=True)
        if story.credit_id != call.person.id:
            return Private(refusal(call.t, "not_yours"))
        if story.consent != consent:
            if story.state not in OPEN:
                return Private(refusal(call.t, "not_in_review"))
            story.consent, story.updated_at = consent, now()
            after_commit(s, call.parts.editors_due)  # who decides sees it on their card
            await _tell_suggester(s, call.parts, story, call.person.name)
    words = {
        "given": call.t("Thank you! Your name stands beside the story when it goes out."),
        "nameless": call.t("Thank you! Your name is not shown."),
        "refused": call.t("Understood. Your message is not used."),
    }
    said = words[consent]
    message = sentence(said, heading=story.title)
    # They were asked in their own chat. What stands in a channel is seen by others, whatever a client says of it.
    return Rewrite(message) if call.press.channel is None else Private(message)


async def _tell_suggester(s: AsyncSession, parts: Parts, story: Story, name: str) -> None:
    if story.author_id is None:
        return
    suggester = await directory.get(s, story.author_id)
    t = translator(suggester.language)
    said = (
        t("{name} does not want “{title}” to be used. It does not go out.", name=name, title=story.title)
        if story.consent == "refused"
        else t("{name} agrees that “{title}” is used.", name=name, title=story.title)
    )
    for place in await places.direct(s, [suggester.id]):
        message = sentence(said)
        await outbox.send(s, place.to, message, f"consent:{story.id}:{story.consent}")
    after_commit(s, parts.worker.wake_urgent.set)


async def consent_given(call: Call) -> Answer:
    """Yes, and name me."""
    return await _answer(call, "given")


async def consent_nameless(call: Call) -> Answer:
    """Yes, without my name."""
    return await _answer(call, "nameless")


async def consent_refused(call: Call) -> Answer:
    """No: the story does not go out."""
    return await _answer(call, "refused")


ACTIONS = {
    "consent_given": consent_given, "consent_nameless": consent_nameless, "consent_refused": consent_refused,
}  # fmt: skip
