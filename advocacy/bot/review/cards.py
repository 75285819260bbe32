"""Cards for those who decide: the draft with why it is here and what has changed, and the decision on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from advocacy.bot.cards import open_story, withdraw_button
from advocacy.bot.kinds import kind_name
from advocacy.bot.language import Translator
from advocacy.bot.review import texts
from advocacy.bot.review.differences import Names, changes, field_name, rights
from advocacy.chat import OPENS_FORM, Button, Fact, Image, Message
from advocacy.content.fields import KINDS
from advocacy.content.fingerprint import content, fingerprint
from advocacy.content.models import ReviewTask, Story, StoryState
from advocacy.content.review import difference
from advocacy.content.review.triggers import BROKEN
from advocacy.db import now

MOST_REASONS = 8
"""Shown of one rule."""
MOST_HANDS = 3
"""People who changed a story that are named."""
WAITS_FOR_CONSENT = ("asked", "refused")


@dataclass(frozen=True, slots=True)
class Reviewing:
    """A story in review and what has to be known to decide on it."""

    story: Story
    zone: ZoneInfo
    """The company's."""
    author: str = ""
    """Empty when a feed wrote it."""
    changed: Sequence[tuple[str, datetime]] = ()
    """Who else has changed it since, and when; the newest first."""
    picture: str = ""
    """Where its picture can be loaded; empty without one."""
    names: Names = field(default_factory=Names)
    before: Mapping[str, Any] | None = None
    """The content that was approved last; ``None`` the first time."""
    tasks: Sequence[ReviewTask] = ()
    """What this exact content waits for."""
    missing: Sequence[str] = ()
    """Languages of its audience in which it does not exist."""


def review_card(t: Translator, reviewing: Reviewing, placement_id: int = 0) -> Message:
    """The draft with everything that would go out. ``placement_id`` is 0 where only one person sees it."""
    story = reviewing.story
    value = {"s": story.id, "f": fingerprint(story)} | ({"p": placement_id} if placement_id else {})
    shown, left = texts.page(t, story)
    changed = [] if reviewing.before is None else difference.between(reviewing.before, content(story))
    return Message(
        summary=t("To review: {title}", title=story.title),
        heading=t("To review: {title}", title=story.title),
        image=Image(reviewing.picture, story.image_alt or story.title) if reviewing.picture else None,
        paragraphs=tuple(filter(None, (*_why(t, reviewing), story.summary))),
        quote=shown,
        changes=changes(t, changed, reviewing.names),
        facts=tuple(_facts(t, reviewing)),
        buttons=(
            *texts.more_button(t, story, left),
            *_approve(t, story, value),
            Button(t("Return with a note"), action="return", value={**value, OPENS_FORM: 1}),
            open_story(t, story.id),
        ),
        footnote=_footnote(t, is_changed=bool(changed)),
    )


def _approve(t: Translator, story: Story, value: Mapping[str, Any]) -> tuple[Button, ...]:
    """Not before the quoted person has agreed; the card is drawn anew once they have."""
    if story.consent in WAITS_FOR_CONSENT:
        return ()
    return (Button(t("Approve"), action="approve", value=dict(value), style="primary"),)


def reviewed_card(t: Translator, story: Story, said: str) -> Message:
    """The editors' card after a decision."""
    return Message(
        summary=said, heading=story.title, paragraphs=(said,), facts=(Fact(t("Link"), story.url),),
        buttons=_next_step(t, story),
    )  # fmt: skip


def needed(t: Translator, task: ReviewTask, names: Names) -> str:
    """Who can settle a task."""
    people = [names.people[one] for one in task.reviewer_ids if one in names.people]
    return t("{rule} ({names})", rule=task.rule_name, names=" / ".join(people)) if people else t("an editor")


def _why(t: Translator, reviewing: Reviewing) -> Iterator[str]:
    """One paragraph for each rule that found something."""
    rules: dict[str, list[Mapping[str, Any]]] = {}
    for task in reviewing.tasks:
        for reason in task.reasons:
            rules.setdefault(str(reason.get("rule", task.rule_name)), []).append(reason)
    for rule, reasons in rules.items():
        found = [_reason(t, one) for one in reasons[:MOST_REASONS]]
        if len(reasons) > MOST_REASONS:
            found.append("…")
        yield t("Why it is here: {rule}", rule=rule) + "\n" + "\n".join(f"• {one}" for one in found)


def _reason(t: Translator, reason: Mapping[str, Any]) -> str:
    if reason.get("field") == BROKEN:
        return t("Its pattern {pattern} cannot be used, so please look yourself.", pattern=reason.get("excerpt", ""))
    where = field_name(t, str(reason.get("field", "")))
    if language := reason.get("language"):
        where += f" ({t.language_name(str(language))})"
    excerpt = str(reason.get("excerpt", ""))
    if reason.get("field") == "image_rights":
        excerpt = rights(t, "")
    return f"{where}: {excerpt}" if excerpt else where


def _facts(t: Translator, reviewing: Reviewing) -> Iterator[Fact]:
    story, zone = reviewing.story, reviewing.zone
    yield Fact(t("Written by"), reviewing.author or t("a feed"))
    if reviewing.changed:
        who = [f"{name}, {t.moment(at, zone)}" for name, at in reviewing.changed[:MOST_HANDS]]
        yield Fact(t("Changed by"), "\n".join(who))
    yield Fact(t("Link"), story.url)
    yield Fact(t("Topics"), ", ".join(story.topics) or t("none"))
    if story.kind != KINDS[0]:
        yield Fact(t("Kind of story"), kind_name(t, story.kind))
    yield Fact(t("Audience"), _audience(t, reviewing))
    if story.image_url:
        yield Fact(t("Rights in the picture"), _rights(t, story, zone))
    elif story.rights_until is not None or story.rights_note:
        yield Fact(t("Rights"), _ends(t, story, zone))
    if story.consent in WAITS_FOR_CONSENT:
        waits = t("still awaited: nobody can approve before it is there")
        yield Fact(
            t("Consent of the quoted person"), waits if story.consent == "asked" else t("refused: it cannot go out")
        )
    if reviewing.missing:
        yield Fact(t("Missing languages"), ", ".join(t.language_name(one) for one in reviewing.missing))
    planned = story.publish_at if story.publish_at is not None and story.publish_at > now() else None
    yield Fact(t("Goes out"), _when(t, planned, zone, t("as soon as it is approved")))
    if story.embargo_until is not None:
        yield Fact(t("Not before"), t.moment(story.embargo_until, zone))
    yield Fact(t("Ends"), _when(t, story.expires_at, zone, t("never")))
    done = [one.decided_by_id for one in reviewing.tasks if one.decision == "approved"]
    if done:
        yield Fact(
            t("Approved so far by"), ", ".join(dict.fromkeys(reviewing.names.people.get(one or 0, "–") for one in done))
        )
    open_tasks = [one for one in reviewing.tasks if not one.decision]
    if open_tasks:
        yield Fact(t("Needs"), ", ".join(dict.fromkeys(needed(t, one, reviewing.names) for one in open_tasks)))
        yield Fact(t("Please decide by"), t.moment(min(one.due_at for one in open_tasks), zone))


def _rights(t: Translator, story: Story, zone: ZoneInfo) -> str:
    ends = _ends(t, story, zone)
    return rights(t, story.image_rights) + (f", {ends}" if ends else "")


def _ends(t: Translator, story: Story, zone: ZoneInfo) -> str:
    until = t("until {time}", time=t.moment(story.rights_until, zone)) if story.rights_until is not None else ""
    return ", ".join(filter(None, (story.rights_note, until)))


def _audience(t: Translator, reviewing: Reviewing) -> str:
    """Channels, departments, places and languages; what is not narrowed down is not said, but for the channels."""
    story, names = reviewing.story, reviewing.names
    said = [", ".join(names.channels.get(one, str(one)) for one in story.channel_ids) or t("all story channels")]
    said += [", ".join(names.departments.get(one, str(one)) for one in story.department_ids)]
    said += [", ".join(story.locations), ", ".join(story.audience_languages)]
    if story.leader_ids:
        people = ", ".join(names.people.get(one, str(one)) for one in story.leader_ids)
        said.append(t("{names} {minutes} minutes before", names=people, minutes=story.leaders_minutes))
    if story.internal:
        said.append(t("inside only, not for sharing"))
    return " · ".join(filter(None, said))


def _footnote(t: Translator, *, is_changed: bool) -> str:
    said = t("Your approval holds for exactly this text, link and image.")
    if is_changed:
        return said + " " + t("Struck through: taken out since the last approval. Bold: new.")
    return said


def _next_step(t: Translator, story: Story) -> tuple[Button, ...]:
    look = open_story(t, story.id)
    if story.state == StoryState.RETURNED:
        return (Button(t("Put up for review again"), action="resubmit", value={"s": story.id}), look)
    value = {"s": story.id}
    look_back = [Button(t("Who decided what"), action="history", value=value)]
    if story.live_at is not None:  # before, nobody could say why it is not for them
        look_back.append(Button(t("Why people pass"), action="reasons", value=value))
    if story.state in (StoryState.EXPIRED, StoryState.RECALLED):
        return tuple(look_back)
    if story.state not in (StoryState.APPROVED, StoryState.SCHEDULED, StoryState.LIVE):
        return ()
    return (
        look,
        withdraw_button(t, story.id),
        *look_back,
    )


def _when(t: Translator, at: datetime | None, zone: ZoneInfo, otherwise: str) -> str:
    return otherwise if at is None else t.moment(at, zone)
