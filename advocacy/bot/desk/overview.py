"""A story as editors see it in chat: where it stands, what is missing, and everything that can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from advocacy.bot.cards import withdraw_button
from advocacy.bot.language import LANGUAGES, Translator
from advocacy.chat import MOST_LABEL, OPENS_FORM, Button, Fact, Image, Message
from advocacy.content import versions
from advocacy.content.models import Story, StoryState
from advocacy.content.plain import shorten

MOST_LISTED = 12


def state_name(t: Translator, story: Story) -> str:
    """Where a story stands, in a word or two."""
    names = {
        StoryState.DRAFT: t("Draft"), StoryState.IN_REVIEW: t("In review"), StoryState.RETURNED: t("Returned"),
        StoryState.APPROVED: t("Approved"), StoryState.SCHEDULED: t("Planned"), StoryState.LIVE: t("Out now"),
        StoryState.EXPIRED: t("Ended"), StoryState.RECALLED: t("Withdrawn"),
    }  # fmt: skip
    return names[StoryState(story.state)]


def submitted_message(t: Translator, story: Story, *, is_editor: bool) -> Message:
    """Right after somebody sent a story to review."""
    heading = t("In review: {title}", title=story.title)
    if is_editor:
        return Message(
            summary=heading,
            heading=heading,
            paragraphs=(t("Somebody else has to approve it. Until then you can add to it."),),
            buttons=(
                Button(t("Open the story"), action="desk", value={"s": story.id}, style="primary"),
                Button(t("Write another one"), action="compose", value={OPENS_FORM: 1}),
            ),
        )
    return Message(
        summary=heading,
        heading=heading,
        paragraphs=(t("Thank you! The communications team looks at it, and you hear from us at each step."),),
    )


def saved(t: Translator, story: Story) -> str:
    """What became of a story with a change that was just saved."""
    if story.state == StoryState.IN_REVIEW:
        return t("Saved. The story is up for review now: it goes out once somebody else has approved it.")
    return t("Saved.")


def desk_message(t: Translator, story: Story, author: str, picture: str, zone: ZoneInfo, *, said: str = "") -> Message:
    """One story with its buttons; ``said``, about what was just done with it, takes the picture's place."""
    value = {"s": story.id}
    opens = {**value, OPENS_FORM: 1}
    return Message(
        summary=said or story.title,
        heading=story.title,
        image=Image(picture, story.image_alt or story.title) if picture and not said else None,
        paragraphs=tuple(one for one in (said, story.summary) if one),
        facts=tuple(_facts(t, story, author, zone)),
        buttons=(
            *_decisions(t, story),
            Button(t("Edit"), action="story_edit", value=opens),
            Button(t("Wordings"), action="wordings", value=value),
            Button(t("When"), action="when", value=opens),
            Button(t("For whom"), action="audience", value=opens),
            Button(t("Add a language"), action="version", value=opens),
            Button(t("As networks show it"), action="network_preview", value=value),
            Button(t("Link and QR code"), action="story_link", value=value),
            Button(t("Who decided what"), action="history", value=value),
            *(_while_out(t, story) if story.live_at else ()),
        ),
    )


def _while_out(t: Translator, story: Story) -> tuple[Button, ...]:
    """What makes sense once a story has been out."""
    value = {"s": story.id}
    reasons = Button(t("Why people pass"), action="reasons", value=value)
    results = Button(t("What came of it"), action="results", value=value)
    if story.state != StoryState.LIVE:
        return (results, reasons)
    first = t("No longer first") if story.featured else t("Show it first")
    return (
        Button(t("Send again"), action="resend", value=value),
        Button(first, action="feature", value={**value, "on": int(not story.featured)}),
        results,
        reasons,
    )


def _facts(t: Translator, story: Story, author: str, zone: ZoneInfo) -> list[Fact]:
    spoken = [story.language, *(one.language for one in story.versions)]
    missing = versions.missing(story, LANGUAGES)
    facts = [
        Fact(t("Where it stands"), state_name(t, story)),
        Fact(t("From"), author or t("a feed")),
        Fact(t("Link"), story.url),
        Fact(t("Languages"), ", ".join(t.language_name(one) for one in spoken)),
    ]
    if missing:
        facts.append(Fact(t("Missing languages"), ", ".join(t.language_name(one) for one in missing)))
    facts.append(Fact(t("Wordings"), t.number(len(story.captions))))
    if story.publish_at is not None:
        facts.append(Fact(t("Goes out"), t.moment(story.publish_at, zone)))
    if story.expires_at is not None:
        facts.append(Fact(t("Ends"), t.moment(story.expires_at, zone)))
    if story.consent == "asked":
        facts.append(Fact(t("Consent"), t("asked, no answer yet: it cannot be approved before")))
    if story.consent == "refused":
        facts.append(Fact(t("Consent"), t("refused: it cannot go out")))
    if story.source_changed_at is not None:
        facts.append(Fact(t("Source"), t("has changed since: {when}", when=t.moment(story.source_changed_at, zone))))
    return facts


def _decisions(t: Translator, story: Story) -> tuple[Button, ...]:
    value = {"s": story.id}
    withdraw = withdraw_button(t, story.id)
    # One that was out still has posts and links, whatever becomes of its next version.
    was_out = story.live_at is not None and story.state not in (StoryState.EXPIRED, StoryState.RECALLED)
    if story.state == StoryState.IN_REVIEW:
        decide = Button(t("Decide on it"), action="review_open", value=value, style="primary")
        return (decide, withdraw) if was_out else (decide,)
    if story.state in (StoryState.DRAFT, StoryState.RETURNED):
        submit = Button(t("Ask for review"), action="resubmit", value=value, style="primary")
        return (submit, withdraw) if was_out else (submit,)
    return (withdraw,) if was_out or story.state in (StoryState.APPROVED, StoryState.SCHEDULED) else ()


def list_message(t: Translator, heading: str, shown: Sequence[Story], count: int, empty: str) -> Message:
    """Stories to choose from, at most ``MOST_LISTED``; ``count`` is how many there are in all."""
    if not shown:
        return Message(
            summary=empty,
            heading=heading,
            paragraphs=(empty,),
            buttons=(Button(t("New story"), action="compose", value={OPENS_FORM: 1}, style="primary"),),
        )
    more = count - len(shown)
    labels = _labels(t, shown)
    return Message(
        summary=heading,
        heading=heading,
        # What a button has no room for stands above; the others are not said twice.
        facts=tuple(
            Fact(state_name(t, one), one.title)
            for one, label in zip(shown, labels, strict=True)
            if len(label) > MOST_LABEL
        ),
        buttons=tuple(
            Button(shorten(label, MOST_LABEL), action="desk", value={"s": one.id})
            for one, label in zip(shown, labels, strict=True)
        ),
        footnote=t.n("and {n} more", "and {n} more", more) if more else "",
    )


def _labels(t: Translator, shown: Sequence[Story]) -> list[str]:
    """Titles; where the stories do not all stand at the same point, with that."""
    if len({one.state for one in shown}) == 1:
        return [one.title for one in shown]
    return [f"{state_name(t, one)}: {one.title}" for one in shown]


__all__ = ["MOST_LISTED", "desk_message", "list_message", "saved", "state_name", "submitted_message"]
