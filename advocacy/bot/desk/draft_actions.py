"""Help in drafting wordings: asked for by an editor's press, and nothing is kept before the editor saves it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from advocacy.bot.actions import Call
from advocacy.bot.editors import editors_only
from advocacy.chat import OPENS_FORM, Answer, Button, Fact, Message, Private, sentence
from advocacy.content import drafting, stories
from advocacy.content.drafting import NotDrafted
from advocacy.content.models import Story
from advocacy.content.versions import spoken
from advocacy.db import after_commit
from advocacy.delivery import outbox


@editors_only
async def wording_draft(call: Call) -> Answer:
    """Ask the assistant for drafts of a story's wordings, in the editor's language where the story has it."""
    async with call.parts.db.read() as s:
        story = await stories.get(s, call.number("s"))
    drafts = await call.parts.background.in_time(_drafts(call, story), lambda late: _tell(call, late))
    if drafts is not None:
        return Private(drafts)
    said = call.t("Drafting … You will see the drafts here in a moment.")
    return Private(sentence(said))


async def _drafts(call: Call, story: Story) -> Message:
    t, said = call.t, spoken(story, call.t.language)
    try:
        found = await drafting.draft(call.parts.settings, said)
    except NotDrafted as no:
        sorry = _problem(call, no.code)
        return Message(
            summary=sorry, paragraphs=(sorry,),
            buttons=(Button(t("All wordings"), action="wordings", value={"s": story.id}),),
        )  # fmt: skip
    return _message(call, story, said.language, found)


def _message(call: Call, story: Story, language: str, found: Sequence[str]) -> Message:
    t = call.t
    heading = t("Drafts for “{title}”", title=story.title)
    value = {"s": story.id, "v": story.version, "l": language, OPENS_FORM: 1}
    use = [
        Button(t("Use {number}", number=number), action="wording_edit", value={**value, "x": text})
        for number, text in enumerate(found, 1)
    ]
    return Message(
        summary=heading,
        heading=heading,
        paragraphs=(t("Nothing is saved yet. Read them closely: a machine wrote them from title and summary."),),
        facts=tuple(Fact(str(number), text) for number, text in enumerate(found, 1)),
        buttons=(*use, Button(t("All wordings"), action="wordings", value={"s": story.id})),
    )


async def _tell(call: Call, work: asyncio.Task[Message]) -> None:
    message = await work
    async with call.parts.db.write() as s:
        marker = f"drafts:{call.number('s')}:{call.at.timestamp():.3f}"
        await outbox.tell(s, call.press.who, call.press.reply_to, message, marker)
        after_commit(s, call.parts.worker.wake_urgent.set)


def _problem(call: Call, code: str) -> str:
    t = call.t
    words = {
        "off": t("Help in drafting is not set up here."),
        "unreachable": t("The drafting service cannot be reached. Ask your administrator to check its address."),
        "slow": t("The drafting service took too long. Please try again."),
        "busy": t("The drafting service is busy. Please try again in a minute."),
        "refused": t("The drafting service refused. Ask your administrator to check its key and model."),
    }
    return words.get(code, t("The drafting service gave no usable answer. Please try again."))


ACTIONS = {"wording_draft": wording_draft}
