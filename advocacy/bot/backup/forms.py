"""The forms of backup: what happened, an answer, whom to hand it to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from advocacy.bot.desk.compose import field_problem
from advocacy.bot.language import Translator
from advocacy.chat import Form, Input, Message, Option
from advocacy.content.addresses import MAX_LENGTH
from advocacy.content.plain import shorten
from advocacy.sharing.backup_cases import MOST_TEXT

NONE = "0"
_LABEL = 70


@dataclass(frozen=True, slots=True)
class Asking:
    """What the first form is drawn from."""

    shares: Sequence[tuple[int, str]]
    """Own shares that it may be about, with what they are called."""
    keep_days: int
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    """Codes, by the name of the field."""


def backup_form(t: Translator, asking: Asking, share_id: int) -> Form:
    """What happened. Nothing in it has to be filled in."""
    typed = asking.typed
    shares = (Option(NONE, t("none of these")), *(Option(str(n), shorten(said, _LABEL)) for n, said in asking.shares))
    quiet = (
        Option("no", t("Go on as usual")),
        Option("week", t("No prompts for a week")),
        Option("open", t("No prompts until I say so")),
    )
    inputs = (
        Input("text", t("What happened?"), "text", typed.get("text", ""), max_length=MOST_TEXT, optional=True,
              hint=t("A few words are enough, or none at all.")),
        Input("link", t("Link to the comment"), value=typed.get("link", ""), hint="https://…", max_length=MAX_LENGTH,
              optional=True),
        Input("screenshot", t("Link to a screenshot"), value=typed.get("screenshot", ""), max_length=MAX_LENGTH,
              optional=True, hint=t("Files cannot come with this form. A link to where the picture lies is fine.")),
        Input("share", t("Which post is it about?"), "choice", typed.get("share", str(share_id)), options=shares),
        Input("quiet", t("And what you hear from me meanwhile"), "choice", typed.get("quiet", "no"), options=quiet),
    )  # fmt: skip
    body = Message(
        summary=t("You are not alone with this"),
        paragraphs=(
            t("You are not alone with this. Somebody from the communications team takes care of it and writes to "
              "you here, in confidence."),
            t("Only the two of you read it. Others in the team see that somebody needs backup, not who. Whoever of "
              "them opens it all the same is named to you."),
            t("It is stored encrypted, appears in no number, and is deleted here {n} days after it is over. The "
              "messages in your chat stay there.", n=asking.keep_days),
        ),
        inputs=inputs,
    )  # fmt: skip
    errors = {name: field_problem(t, code) for name, code in asking.errors.items()}
    return Form(t("Get backup"), body, "backup_save", {"i": share_id}, t("Get backup"), t("Cancel"), errors)


def write_form(t: Translator, case_id: int, to: str, text: str = "", error: str = "") -> Form:
    """A message to the other one."""
    said = t("Goes to {name}, in confidence.", name=to)
    words = Input("text", t("Your message"), "text", text, max_length=MOST_TEXT)
    body = Message(summary=said, paragraphs=(said,), inputs=(words,))
    errors = {"text": field_problem(t, error)} if error else {}
    return Form(t("Write back"), body, "backup_send", {"c": case_id}, t("Send"), t("Cancel"), errors)


def hand_form(t: Translator, case_id: int, editors: Sequence[tuple[int, str]]) -> Form:
    """Who takes care from now on."""
    options = tuple(Option(str(number), shorten(name, _LABEL)) for number, name in editors)
    said = t("They see everything that was written. The person is told.")
    who = Input("to", t("Who takes care from now on?"), "choice", options=options)
    body = Message(summary=said, paragraphs=(said,), inputs=(who,))
    return Form(t("Hand over"), body, "backup_hand_save", {"c": case_id}, t("Hand over"), t("Cancel"))


__all__ = ["NONE", "Asking", "backup_form", "hand_form", "write_form"]
