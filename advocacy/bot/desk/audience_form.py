"""The form "For whom": departments, places, languages, topics, who gets it first, and its campaign."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.bot import addressees
from advocacy.bot.desk.editing import change_form
from advocacy.bot.desk.topic_line import topics_input, topics_of
from advocacy.bot.desk.when_form import Read
from advocacy.bot.language import LANGUAGES, Translator
from advocacy.chat import Form, Input, Option
from advocacy.content import campaigns
from advocacy.content.fields import MAX_LEADERS_MINUTES
from advocacy.content.models import Story
from advocacy.people import departments, directory

FIELDS = {
    "department_ids": "departments", "audience_languages": "languages", "leader_ids": "leaders",
    "leaders_minutes": "minutes", "campaign_id": "campaign", "topics": "topics",
}  # fmt: skip
"""Where a sentence about a column of the story stands."""
ALL_LEADERS = "leaders"
"""Written for everybody with the role."""


async def drawn(s: AsyncSession, t: Translator, story: Story) -> Form:
    """The form with the story's audience as it stands."""
    tree = await departments.tree(s)
    paths = [tree.path(one) for one in story.department_ids if one in tree.nodes]
    emails = await directory.emails(s, story.leader_ids)
    leaders = ", ".join(emails[one] for one in story.leader_ids if one in emails)
    groups = await campaigns.listing(s)
    none = Option("0", t("none"))
    yes_no = (Option("no", t("No")), Option("yes", t("Yes")))
    inputs = [
        Input("departments", t("Departments"), value=", ".join(paths), optional=True,
              hint=t("With all below them, such as Sales/DACH. Empty: everyone.")),
        Input("locations", t("Places of work"), value=", ".join(story.locations), optional=True,
              hint=t("Separated by commas.")),
        Input("languages", t("People who speak"), "choices", ",".join(story.audience_languages), optional=True,
              options=tuple(Option(one, t.language_name(one)) for one in LANGUAGES)),
        topics_input(t, ", ".join(story.topics)),
        Input("internal", t("Only for reading inside"), "choice", "yes" if story.internal else "no", options=yes_no),
        Input("leaders", t("Who gets it first"), "text", leaders, optional=True,
              hint=t("E-mail addresses; or “leaders” for everybody with this role.")),
        Input("minutes", t("So many minutes before"), value=str(story.leaders_minutes or ""), optional=True),
    ]  # fmt: skip
    if groups:
        options = (none, *(Option(str(one.id), one.name) for one in groups[:99]))
        inputs.append(Input("campaign", t("Campaign"), "choice", str(story.campaign_id or 0), options=options))
    return change_form(t, story, inputs, title=t("For whom"), action="audience_save", note=story.title)


async def read(s: AsyncSession, t: Translator, inputs: Mapping[str, str]) -> Read:
    """What was typed, as changes of the story."""
    found = Read()
    found.changes = {
        "department_ids": await _departments(s, t, inputs, found),
        "locations": _parts(inputs.get("locations", "")),
        "audience_languages": [one for one in _parts(inputs.get("languages", "")) if one in LANGUAGES],
        "topics": topics_of(inputs.get("topics", "")),
        "internal": inputs.get("internal") == "yes",
        "leader_ids": await _leaders(s, t, inputs, found),
        "leaders_minutes": _minutes(t, inputs, found),
    }
    if "campaign" in inputs:
        chosen = inputs["campaign"]
        found.changes["campaign_id"] = (int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0) or None
    if found.changes["leader_ids"] and not found.changes["leaders_minutes"]:
        found.errors.setdefault("minutes", t("Say how many minutes before the others they get it."))
    return found


async def _departments(s: AsyncSession, t: Translator, inputs: Mapping[str, str], found: Read) -> list[int]:
    tree = await departments.tree(s)
    known = {node.path.casefold(): node.id for node in tree.nodes.values()}
    ids, unknown = [], []
    for path in _parts(inputs.get("departments", "")):
        one = known.get(path.casefold())
        ids.append(one) if one is not None else unknown.append(path)
    if unknown:
        found.errors["departments"] = t("There is no department {name}.", name=", ".join(unknown)[:200])
    return [one for one in ids if one is not None]


async def _leaders(s: AsyncSession, t: Translator, inputs: Mapping[str, str], found: Read) -> list[int]:
    typed = addressees.parted(inputs.get("leaders", ""))
    by_role = any(one.casefold() == ALL_LEADERS for one in typed)
    ids, said = await addressees.known(s, t, [one for one in typed if one.casefold() != ALL_LEADERS])
    if said:
        found.errors["leaders"] = said
    everybody = [one.id for one in await directory.with_role(s, "leader")] if by_role else []
    return list(dict.fromkeys([*everybody, *ids]))


def _minutes(t: Translator, inputs: Mapping[str, str], found: Read) -> int:
    typed = inputs.get("minutes", "").strip()
    if not typed:
        return 0
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 9) or int(typed) > MAX_LEADERS_MINUTES:
        found.errors["minutes"] = t("Write a number of minutes, at most {most}.", most=t.number(MAX_LEADERS_MINUTES))
        return 0
    return int(typed)


def _parts(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


__all__ = ["FIELDS", "drawn", "read"]
