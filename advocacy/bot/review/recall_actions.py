"""Withdrawing stories from chat, and who decided what about them."""

from __future__ import annotations

from advocacy.bot.actions import Call
from advocacy.bot.cards import back_to_story, withdraw_button
from advocacy.bot.editors import editors_only, spoken
from advocacy.bot.language import Translator
from advocacy.bot.review import courses
from advocacy.bot.review.cards import reviewed_card
from advocacy.bot.review.withdrawal import recall as withdraw
from advocacy.chat import MOST_LABEL, Answer, Button, Fact, Form, Input, Message, OpenForm, Private, Rewrite, sentence
from advocacy.content import approval, stories
from advocacy.content.models import Story, StoryState
from advocacy.content.plain import shorten
from advocacy.content.review import rounds
from advocacy.db import after_commit
from advocacy.people import directory

OUT = (StoryState.LIVE, StoryState.SCHEDULED, StoryState.APPROVED)
REASON_LIMIT = 500
LISTED = 8
"""Stories with a button each."""
DECISIONS = 20
"""The newest of a story."""


@editors_only
async def ask(call: Call) -> Answer:
    """Ask once more, and why."""
    async with call.parts.db.read() as s:
        story = await stories.get(s, call.number("s"))
    t = call.t
    reason = Input(
        "reason", t("Reason"), kind="text", max_length=REASON_LIMIT, optional=True,
        hint=t("The other editors and whoever shared the story read it."),
    )  # fmt: skip
    said = t("Every card is rewritten, nothing more is posted, and its links stop. Withdraw it?")
    body = Message(summary=said, paragraphs=(story.title, said), inputs=(reason,))
    return OpenForm(Form(t("Withdraw the story"), body, "recall", {"s": story.id}, t("Withdraw"), t("Cancel")))


async def recall(call: Call) -> Answer:
    """Withdraw a story: nothing more leaves, every card is rewritten, links stop; whoever shared it hears why."""
    reason = " ".join(call.press.inputs.get("reason", "").split())[:REASON_LIMIT]
    async with call.parts.db.write() as s:
        story, is_new = await withdraw(s, call.parts.sharing, call.number("s"), call.person, reason)
        for wake in (call.parts.worker.wake, call.parts.worker.wake_urgent):
            after_commit(s, wake.set)
        found = await courses.of(s, story, call.parts.settings.zone)
        on_a_card = bool(call.number("p"))
        t = await spoken(s, call) if on_a_card else call.t
    said = courses.verdict(t, story, call.person.name, call.parts.settings.zone, reason)
    if not is_new and (who := found.withdrawn()) is not None:
        at = t.moment(who[1], call.parts.settings.zone)
        said = t("{name} withdrew it already, on {at}. Nothing was changed.", name=who[0], at=at)
    card = reviewed_card(t, story, said)
    return Rewrite(card) if on_a_card else Private(card, replace=True)


@editors_only
async def listing(call: Call) -> Answer:
    """Stories that are out or about to go out, with a button each that withdraws them."""
    async with call.parts.db.read() as s:
        found = [story for state in OUT for story in await stories.listing(s, state, LISTED)][:LISTED]
    t = call.t
    if not found:
        said = t("No story is out, and none is about to go out.")
        return Private(sentence(said))
    heading = t("Which story do you want to withdraw?")
    facts = tuple(Fact(f"{number}", story.title) for number, story in enumerate(found, 1))
    buttons = tuple(_button(t, number, story) for number, story in enumerate(found, 1))
    return Private(Message(summary=heading, heading=heading, facts=facts, buttons=buttons))


def _button(t: Translator, number: int, story: Story) -> Button:
    said = t("Withdraw {number}: {title}", number=number, title=shorten(story.title, 22))
    return withdraw_button(t, story.id, shorten(said, MOST_LABEL))


@editors_only
async def history(call: Call) -> Answer:
    """Who decided what about a story, and when."""
    t = call.t
    async with call.parts.db.read() as s:
        story = await stories.get(s, call.number("s"))
        steps = rounds.steps(await approval.history(s, story.id))[-DECISIONS:]
        names = await directory.names(s, {one.row.by_id for one in steps if one.row.by_id is not None})
    heading = t("Decisions about “{title}”", title=story.title)
    lines = []
    for step in steps:
        row = step.row
        who = names.get(row.by_id or 0, t("the product itself") if not row.note else "–")
        said = f"{t.moment(row.at, call.parts.settings.zone)} · {decision(t, step.said)} · {who}"
        lines.append(f"{said}: {row.note}" if row.note else said)
    if not lines:
        lines = [t("Nothing was decided yet.")]
    back = back_to_story(t, story.id)
    return Private(Message(summary=heading, heading=heading, paragraphs=tuple(lines), buttons=(back,)))


def decision(t: Translator, said: str) -> str:
    """A step of review (``rounds.Step.said``) in a few words."""
    words = {
        "submitted": t("put up for review"),
        "rewritten": t("changed, and so put up for review"),
        "changed": t("draft changed"),
        "approved": t("approved, others are still needed"),
        "completed": t("approved, as the last who was needed"),
        "cleared": t("approved"),
        "returned": t("returned"),
        "recalled": t("withdrawn"),
    }
    return words.get(said, said)


ACTIONS = {"recall": recall, "recall_ask": ask, "recall_list": listing, "history": history}
WORDS = {"recall": listing, "zurückziehen": listing}
