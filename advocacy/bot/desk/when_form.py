"""The form "When": what is typed into it, read into a story's times, each mistake at its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from advocacy.bot.desk.editing import change_form
from advocacy.bot.language import Translator
from advocacy.chat import Form, Input, Option
from advocacy.content import times
from advocacy.content.fields import MAX_NOTE
from advocacy.content.models import Story, StoryState
from advocacy.db import now

USUAL, LAST = "09:00", "23:59"
FIELDS = {
    "publish_at": "day", "wall_clock": "day", "embargo_until": "embargo_day", "expires_at": "end_day",
    "rights_until": "rights_day", "rights_note": "rights_note",
}  # fmt: skip
"""Where a sentence about a column of the story stands."""


@dataclass
class Read:
    """What a form says."""

    changes: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def drawn(t: Translator, story: Story, zone: ZoneInfo) -> Form:
    """The form with the story's times as they stand, on the company's clock."""
    begins = story.wall_clock or _shown(story.publish_at, zone)
    ends, embargo, rights = (_shown(one, zone) for one in (story.expires_at, story.embargo_until, story.rights_until))
    whose = (
        Option("company", t("The company's clock ({zone})", zone=zone.key)),
        Option("audience", t("Each channel's own clock")),
    )
    yes_no = (Option("no", t("No")), Option("yes", t("Yes")))
    inputs = (
        Input("day", t("Goes out on"), "date", begins[:10], optional=True, hint=t("Empty: as soon as approved.")),
        Input("hour", t("At"), "time", begins[11:], optional=True),
        Input("clock", t("Whose clock"), "choice", "audience" if story.wall_clock else "company", options=whose),
        Input("embargo_day", t("Embargo until"), "date", embargo[:10], optional=True,
              hint=t("Nobody gets it before, not even leaders.")),
        Input("embargo_hour", t("Embargo ends at"), "time", embargo[11:], optional=True),
        Input("end_day", t("Ends on"), "date", ends[:10], optional=True, hint=t("Empty: never.")),
        Input("end_hour", t("Ends at"), "time", ends[11:], optional=True),
        Input("rights_day", t("Rights end on"), "date", rights[:10], optional=True,
              hint=t("Of the picture or of somebody quoted. The story ends then too.")),
        Input("rights_note", t("Whose rights"), value=story.rights_note, max_length=MAX_NOTE, optional=True),
        Input("urgent", t("Urgent: also in quiet hours"), "choice", "yes" if story.urgent else "no", options=yes_no),
    )  # fmt: skip
    return change_form(t, story, inputs, title=t("When"), action="when_save", note=story.title)


def read(t: Translator, inputs: Mapping[str, str], story: Story, zone: ZoneInfo, zones: Sequence[ZoneInfo]) -> Read:
    """What was typed, as changes of the story. ``zones`` are those of its channels."""
    found = Read()
    clocks = {
        name: _wall(t, inputs, name, usual, found.errors)
        for name, usual in (("", USUAL), ("embargo_", "00:00"), ("end_", LAST), ("rights_", LAST))
    }
    by_audience = inputs.get("clock") == "audience" and bool(clocks[""])
    found.changes = {
        "publish_at": times.first_moment(clocks[""], zones or [zone]) if by_audience else _at(clocks[""], zone),
        "wall_clock": clocks[""] if by_audience else "",
        "embargo_until": _at(clocks["embargo_"], zone),
        "expires_at": _at(clocks["end_"], zone),
        "rights_until": _at(clocks["rights_"], zone),
        "rights_note": inputs.get("rights_note", ""),
        "urgent": inputs.get("urgent") == "yes",
    }
    _check_past(t, found, story)
    return found


def _check_past(t: Translator, found: Read, story: Story) -> None:
    """A time that is newly set lies ahead: nobody means to end a story, or to send it, yesterday."""
    is_out = story.state == StoryState.LIVE
    for name in ("publish_at", "expires_at", "rights_until"):
        at = found.changes[name]
        is_new = at is not None and at != getattr(story, name)
        if is_new and at <= now() and not (name == "publish_at" and is_out):
            found.errors.setdefault(FIELDS[name], t("This moment has passed. Choose a later one."))


def _wall(t: Translator, inputs: Mapping[str, str], name: str, usual: str, errors: dict[str, str]) -> str:
    day = f"{name}day"
    hour = f"{name}hour"
    try:
        return times.typed(inputs.get(day, ""), inputs.get(hour, ""), usual)
    except times.NotATime as no:
        if no.part == "time":
            errors[hour] = t("Write a time such as 09:30.")
        elif inputs.get(day, "").strip():
            errors[day] = t("Write a date such as 2026-12-01.")
        else:
            errors[day] = t("A time needs its date.")
        return ""


def _at(clock: str, zone: ZoneInfo) -> datetime | None:
    return times.moment(clock, zone) if clock else None


def _shown(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else times.wall_clock(at, zone)


__all__ = ["FIELDS", "Read", "drawn", "read"]
