"""Presses of editors: approve, return with a note, withdraw, and placements nobody is sure about."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot.actions import Call
from advocacy.bot.editors import editors_only
from advocacy.bot.language import Translator, translator
from advocacy.bot.refusals import refusal
from advocacy.bot.review import authors, courses
from advocacy.bot.review.cards import review_card
from advocacy.bot.review.reviewing import gather
from advocacy.bot.review.texts import texts_message
from advocacy.chat import OPENS_FORM, Answer, Button, Form, Input, Message, OpenForm, Private, Rewrite, sentence
from advocacy.content import approval, stories
from advocacy.content.approval import Rejected
from advocacy.content.models import Story, StoryState
from advocacy.delivery import outbox, placements

NOTE_LIMIT = 1000


async def review_open(call: Call) -> Answer:
    """The review card, privately, for an editor or somebody whom a rule names."""
    async with call.parts.db.read() as s:
        story = await _reviewed(s, call)
        if story.state != StoryState.IN_REVIEW:
            return Private(refusal(call.t, "not_in_review"))
        reviewing = await gather(s, call.parts.settings, story)
    return Private(review_card(call.t, reviewing))


async def review_texts(call: Call) -> Answer:
    """Versions and wordings that the card has no room for, for the same people."""
    async with call.parts.db.read() as s:
        story = await _reviewed(s, call)
    return Private(texts_message(call.t, story, call.number("o")))


async def _reviewed(s: AsyncSession, call: Call) -> Story:
    """The story, for those who may decide on it. Raises ``NoStory``, ``Rejected``."""
    story = await stories.get(s, call.number("s"))
    if not await approval.may_review(s, story, call.person):
        raise Rejected("not_editor")
    return story


async def approve(call: Call) -> Answer:
    """Approve exactly what the card showed."""
    async with call.parts.db.write() as s:
        story = await approval.approve(
            s, call.number("s"), call.person, call.word("f"), four_eyes=call.parts.settings.four_eyes
        )
        answer = await _decided(s, call, await stories.get(s, story.id))
    # On a card that only one person sees there is no placement.
    return answer if call.number("p") else Private(answer.message, replace=True)


async def give_back(call: Call) -> Answer:
    """Ask for the note that goes to the author."""
    async with call.parts.db.read() as s:
        story = await _reviewed(s, call)
    if story.state != StoryState.IN_REVIEW:
        return Private(refusal(call.t, "not_in_review"))
    t = call.t
    body = Message(
        summary=t("Return “{title}”", title=story.title),
        paragraphs=(t("What should be different? The author reads this."),),
        inputs=(Input("note", t("Your note"), kind="text", max_length=NOTE_LIMIT),),
    )
    value = {name: one for name, one in call.press.value.items() if name != OPENS_FORM}
    return OpenForm(Form(t("Return with a note"), body, "return_save", value, t("Return"), t("Cancel")))


async def return_save(call: Call) -> Answer:
    """Return the story with the note."""
    note = call.press.inputs.get("note", "").strip()[:NOTE_LIMIT]
    async with call.parts.db.write() as s:
        await approval.give_back(s, call.number("s"), call.person, note)
        story = await stories.get(s, call.number("s"))
        await authors.tell(s, call.parts.settings, story.id)
        await _decided(s, call, story, in_place=False)
    said = (
        call.t("Returned to the author, with your note.")
        if story.author_id is not None
        else call.t("Set aside. It came from a feed, so nobody has to be told.")
    )
    return Private(sentence(said))


@editors_only
async def resubmit(call: Call) -> Answer:
    """Put a returned story in front of the editors again; whoever does it does not approve it."""
    async with call.parts.db.write() as s:
        story = await approval.submit(s, call.number("s"), call.person.id)
    said = call.t("“{title}” is up for review.", title=story.title)
    return Rewrite(sentence(said, heading=story.title))


@editors_only
async def placement_there(call: Call) -> Answer:
    """An editor saw the card in the channel: leave it at that."""
    return await _settle(call, again=False)


@editors_only
async def placement_again(call: Call) -> Answer:
    """An editor says that the card is not in the channel: send it once more."""
    return await _settle(call, again=True)


async def _settle(call: Call, *, again: bool) -> Answer:
    async with call.parts.db.write() as s:
        if again:
            await placements.send_again(s, call.number("q"))
        else:
            await placements.leave(s, call.number("q"))
    said = call.t("The card is sent once more.") if again else call.t("Noted: the card is there.")
    return Rewrite(sentence(said))


async def _decided(s: AsyncSession, call: Call, story: Story, *, in_place: bool = True) -> Rewrite:
    """Rewrite the pressed card at once if the answer takes its place, the other review cards through the outbox.

    Only the newest round's cards can still be decided on; those of earlier ones say what became of theirs.
    """
    pressed = call.number("p")
    in_place = in_place and call.press.message is not None
    found = await courses.of(s, story, call.parts.settings.zone)
    reviewing = await gather(s, call.parts.settings, story)
    is_over = story.state != StoryState.IN_REVIEW

    def card(t: Translator, count: int, placement_id: int) -> Message:
        if is_over or found.is_old(count):
            return found.card(t, count)
        return review_card(t, reviewing, placement_id)

    answer = card(call.t, found.count, 0)
    if is_over:
        await courses.close(s, found, but=pressed if in_place else 0)
    for placement, place in await placements.of_story(s, story.id, "review"):
        message = card(translator(place.language), placement.round, placement.id)
        if placement.id == pressed:
            answer = message
        elif is_over or found.is_old(placement.round):
            continue
        if placement.id != pressed or not (in_place or is_over):
            await outbox.rewrite(s, placement, placements.message_ref(placement, place), message)
    return Rewrite(answer)


def doubt_message(t: Translator, title: str, channel: str, placement_id: int) -> Message:
    """Ask editors about a card whose sending was never confirmed."""
    said = t("The connection broke while “{title}” went to {channel}. Is the card there?", title=title, channel=channel)
    return Message(
        summary=said,
        heading=t("Please have a look"),
        paragraphs=(said,),
        buttons=(
            Button(t("It is there"), action="placement_there", value={"q": placement_id}),
            Button(t("It is missing, send it"), action="placement_again", value={"q": placement_id}),
        ),
    )


ACTIONS = {
    "review_open": review_open,
    "review_texts": review_texts,
    "approve": approve,
    "return": give_back,
    "return_save": return_save,
    "resubmit": resubmit,
    "placement_there": placement_there,
    "placement_again": placement_again,
}
