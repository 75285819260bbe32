"""What calls for a reviewer, to read."""

from __future__ import annotations

from sqlalchemy import select

from advocacy.bot.actions import Call
from advocacy.bot.editors import editors_only
from advocacy.bot.language import Translator
from advocacy.chat import Answer, Fact, Message, Private, sentence
from advocacy.content.models import ReviewRule
from advocacy.people import directory

MOST_TERMS = 8
"""Words of a rule that are shown."""


@editors_only
async def rules(call: Call) -> Answer:
    """All rules with those they name, for editors."""
    async with call.parts.db.read() as s:
        found = list(await s.scalars(select(ReviewRule).order_by(ReviewRule.name)))
        names = await directory.names(s, {one for rule in found for one in rule.reviewer_ids})
    return Private(rules_message(call.t, found, names), replace=True)


def rules_message(t: Translator, found: list[ReviewRule], names: dict[int, str]) -> Message:
    """The rules, one a line: what they look for, and who decides then."""
    if not found:
        said = t("There is no rule. Every story needs one approval by an editor.")
        return sentence(said, heading=t("Rules of review"))
    facts = []
    for rule in found:
        who = ", ".join(names.get(one, "–") for one in rule.reviewer_ids) or t("an editor")
        said = f"{looks_for(t, rule)} → {who}"
        off = "" if rule.active else t("switched off")
        facts.append(Fact(rule.name, f"{said} ({off})" if off else said))
    return Message(
        summary=t("Rules of review"),
        heading=t("Rules of review"),
        paragraphs=(t("Every story needs an editor's approval, and that of those whom these rules name."),),
        facts=tuple(facts),
        footnote=t("Rules are changed with “advocacy rule” on the command line."),
    )


def looks_for(t: Translator, rule: ReviewRule) -> str:
    """What a rule finds, in words."""
    terms = ", ".join(rule.terms[:MOST_TERMS]) + (" …" if len(rule.terms) > MOST_TERMS else "")
    said = {
        "numbers": t("numbers and forecasts"),
        "words": t("words: {terms}", terms=terms),
        "pattern": t("pattern: {pattern}", pattern=rule.pattern),
        "personal": t("phone numbers, e-mail addresses, bank accounts"),
        "image_rights": t("pictures of which nobody has said whose they are"),
        "topic": t("topics: {terms}", terms=terms),
    }.get(rule.kind, rule.kind)
    return f"{said} ({rule.language})" if rule.language else said


ACTIONS = {"rules": rules}
WORDS = {"rules": rules, "regeln": rules}
