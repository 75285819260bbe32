"""The form of a person's rhythm, and what is read from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from advocacy.bot.home.pace_words import day_names
from advocacy.bot.language import Translator
from advocacy.chat import Form, Input, Message, Option
from advocacy.config import DAYS
from advocacy.people.rhythm import MOST, Pace

MOST_UNDO = 600
"""Seconds."""
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form begins with."""

    pace: Pace
    undo: int
    platforms: Mapping[str, str]
    """Where this person is known, with names of the platforms."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """What was typed and could not be taken."""

    def of(self, name: str, otherwise: str) -> str:
        """What stands in a field."""
        return self.inputs.get(name, otherwise)


def pace_form(t: Translator, typed: Typed) -> Form:
    """Days and hour of the digest, how much, when not, where, and the time to undo."""
    pace, names = typed.pace, day_names(t)
    begins, _, ends = pace.quiet.partition("-")
    inputs = [
        Input("days", t("Days of my digest"), "choices", typed.of("days", ",".join(pace.days)),
              options=tuple(Option(day, names[day]) for day in DAYS), optional=True, hint=t("No day: no digest.")),
        Input("hour", t("At"), "time", typed.of("hour", f"{pace.hour:%H:%M}")),
        Input("most", t("Messages a week I did not ask for, at most"), value=typed.of("most", str(pace.most)),
              max_length=2),
        Input("quiet_from", t("Quiet from"), "time", typed.of("quiet_from", begins), optional=True),
        Input("quiet_to", t("Quiet until"), "time", typed.of("quiet_to", ends), optional=True),
        Input("undo", t("Seconds to undo a share"), value=typed.of("undo", str(typed.undo)), max_length=3,
              hint=t("0: it is posted at once.")),
    ]  # fmt: skip
    if len(typed.platforms) > 1:
        options = tuple(Option(one, name) for one, name in typed.platforms.items())
        where = typed.of("platform", pace.platform or options[0].value)
        inputs.append(Input("platform", t("Write to me in"), "choice", where, options=options))
    title = t("My rhythm")
    return Form(title, Message(summary=title, inputs=tuple(inputs)), "pace_save", {}, t("Save"), t("Cancel"))


def read(t: Translator, inputs: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What was chosen, as ``rhythm.choose`` takes it, with ``undo``; and what is wrong, by field."""
    errors: dict[str, str] = {}
    ticked = inputs.get("days", "").split(",")
    chosen: dict[str, Any] = {"days": tuple(day for day in DAYS if day in ticked)}
    hour = _clock(inputs.get("hour", ""))
    if hour is None:
        errors["hour"] = t("Write a time such as 09:30.")
    chosen["hour"] = hour
    for name, most in (("most", MOST), ("undo", MOST_UNDO)):
        typed = inputs.get(name, "").strip()
        if typed.isascii() and typed.isdecimal() and len(typed) < 5 and int(typed) <= most:
            chosen[name] = int(typed)
        else:
            errors[name] = t("Write a number from 0 to {most}.", most=t.number(most))
    begins, ends = inputs.get("quiet_from", "").strip(), inputs.get("quiet_to", "").strip()
    chosen["quiet"] = ""
    if begins or ends:
        first, last = _clock(begins), _clock(ends)
        if first is None or last is None:
            errors["quiet_from" if first is None else "quiet_to"] = t("Write both times, or none.")
        elif first == last:
            errors["quiet_to"] = t("Write two different times. A break from all of it has a button of its own.")
        else:
            chosen["quiet"] = f"{first:%H:%M}-{last:%H:%M}"
    if inputs.get("platform", "") in {"slack", "teams"}:
        chosen["platform"] = inputs["platform"]
    return chosen, errors


def _clock(typed: str) -> time | None:
    found = _CLOCK.fullmatch(typed.strip())
    return time(int(found[1]), int(found[2])) if found else None


__all__ = ["MOST_UNDO", "Typed", "pace_form", "read"]
