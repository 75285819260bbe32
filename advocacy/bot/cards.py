"""Cards that stand in channels: the story that colleagues share, and what is left of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from advocacy.bot import thanks
from advocacy.bot.brands import called
from advocacy.bot.language import Translator
from advocacy.chat import OPENS_FORM, Button, Image, Message, sentence, to_json
from advocacy.content.models import Story, StoryState
from advocacy.content.versions import spoken
from advocacy.insights.models import StoryTotal
from advocacy.sharing.network import Network

ON_CARD = 3
"""So many networks have a button of their own; the others are behind "More ways"."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A story as it can be shared from one card."""

    story: Story
    placement_id: int
    networks: Mapping[str, Network]
    totals: StoryTotal | None = None
    picture: str = field(kw_only=True)
    """Where its picture is found (``content.pictures``); empty without one."""
    finder: str = field(default="", kw_only=True)
    writer: str = field(default="", kw_only=True)
    """Who is thanked (``thanks.names``)."""
    zone: ZoneInfo = field(default=ZoneInfo("UTC"), kw_only=True)
    """The company's, for times on the card."""


def story_card(t: Translator, offer: Offer, viewers: Sequence[str] = (), extra: Sequence[Button] = ()) -> Message:
    """The card in a channel, or in somebody's feed, in the reader's language where the story has it."""
    story, said = offer.story, spoken(offer.story, t.language)
    value = {"s": story.id, "p": offer.placement_id}
    return Message(
        summary=t("A story to share: {title}", title=said.title),
        heading=said.title,
        image=Image(offer.picture, said.image_alt or said.title) if offer.picture else None,
        paragraphs=tuple(filter(None, (_early(t, offer), said.summary))),
        buttons=(*_share_buttons(t, offer, value), Button(t("Read it first"), url=said.url), *extra, _pass(t, value)),
        footnote="\n".join(filter(None, (thanks.line(t, offer.finder, offer.writer), _last_line(t, offer)))),
        refresh=Button(t("Refresh"), action="view", value=value),
        refresh_for=tuple(viewers),
    )


def _early(t: Translator, offer: Offer) -> str:
    """Said to those who get a story first: until when they are the only ones."""
    story = offer.story
    if story.state != StoryState.SCHEDULED or story.publish_at is None:
        return ""
    return t("You get this before everybody else. It goes to the channels on {when}.",
             when=t.moment(story.publish_at, offer.zone))  # fmt: skip


def _last_line(t: Translator, offer: Offer) -> str:
    return t("For reading inside the company only.") if offer.story.internal else counter(t, offer.totals)


def _pass(t: Translator, value: dict[str, int]) -> Button:
    return Button(t("Not for me"), action="pass", value=value)


def way_back(t: Translator, story_id: int, placement_id: int = 0) -> Button:
    """To what this person saw before: the story's card, or their share of it."""
    return Button(t("‹ Back"), action="view", value={"s": story_id, "p": placement_id})


def back_to_story(t: Translator, story_id: int) -> Button:
    """To the story's desk. In Teams an answer takes the desk's place, so each of its answers needs a way back."""
    return Button(t("Back to the story"), action="desk", value={"s": story_id})


def open_story(t: Translator, story_id: int) -> Button:
    """To the story's desk, from elsewhere."""
    return Button(t("Open the story"), action="desk", value={"s": story_id})


def withdraw_button(t: Translator, story_id: int, label: str = "") -> Button:
    """Leads to the form that asks once more, and for the reason."""
    said = label or t("Withdraw the story")
    return Button(said, action="recall_ask", value={"s": story_id, OPENS_FORM: 1}, style="danger")


def _share_buttons(t: Translator, offer: Offer, value: dict[str, int]) -> list[Button]:
    if offer.story.internal:
        return []
    names = list(offer.networks)
    buttons = [
        Button(
            t("Share on {network}", network=called(t, offer.networks[name]))
            if first
            else called(t, offer.networks[name]),
            action="share",
            value={**value, "n": name},
            style="primary" if first else "default",
        )
        for first, name in zip((True, *(False,) * ON_CARD), names[:ON_CARD], strict=False)
    ]
    if len(names) > ON_CARD:
        buttons.append(Button(t("More ways …"), action="more", value=value))
    return buttons


def counter(t: Translator, totals: StoryTotal | None) -> str:
    """Such as “14 colleagues from 6 departments”, or an invitation when nobody has shared yet."""
    if totals is None or totals.people <= 0:
        return t("Be the first to share it. You see the exact text before anything leaves.")
    people = t.n("{n} colleague", "{n} colleagues", totals.people)
    departments = t.n("{n} department", "{n} departments", totals.departments)
    said = t("Shared by {people} from {departments}", people=people, departments=departments)
    if totals.clicks > 0:
        said += " · " + t.n("{n} click", "{n} clicks", totals.clicks)
    return said


def revised_card(t: Translator) -> Message:
    """What stands in a channel while a story that was out is looked at once more. Says nothing of old or new words."""
    said = t("The communications team is revising this story. It comes back once it is approved again.")
    return sentence(said, heading=t("Being revised"))


def ended_card(t: Translator, story: Story) -> Message:
    """What stands in a channel once a story has expired or was recalled. No button is left."""
    if story.state == StoryState.RECALLED:
        said = t("This story was withdrawn by the communications team. Please do not share it any more.")
        return sentence(said, heading=t("Story withdrawn"))
    said = t("Thank you to everyone who took part. This story can no longer be shared.")
    return sentence(said, heading=spoken(story, t.language).title)


def face(message: Message) -> str:
    """A fingerprint of what a message shows, to tell whether a card must be rewritten."""
    return hashlib.sha256(json.dumps(to_json(message), sort_keys=True).encode()).hexdigest()
