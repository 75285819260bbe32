"""Why something is not done, said to whoever asked for it."""

from __future__ import annotations

from advocacy.bot.language import Translator
from advocacy.chat import Message, sentence


def refusal(t: Translator, code: str) -> Message:
    """A private, clear no."""
    words = {
        "unknown": t("I do not know you here. Please ask your communications team to add your e-mail address."),
        "expired": t("This story has expired, so it can no longer be shared."),
        "recalled": t("This story was withdrawn by the communications team. Nothing was posted."),
        "halted": t("Everything is stopped at the moment. Nothing was posted; please try again later."),
        "internal": t("This story is for reading inside the company only. Nothing was posted."),
        "not_live": t("This story is not open for sharing."),
        "not_for_you": t("This story is meant for others. There is nothing to do for you."),
        "gone": t("This story no longer exists."),
        "not_yours": t("This belongs to somebody else. Nothing was done."),
        "not_editor": t("Only editors can do this. Nothing was done."),
        "own_story": t("You wrote this story, so somebody else approves it. Nothing was done."),
        "own_change": t("You changed this story after it was written, so somebody else approves it. Nothing was done."),
        "own_request": t("You put this story up for review, so somebody else approves it. Nothing was done."),
        "changed": t("The story was changed after this card was made. Please decide on the newest card."),
        "no_consent": t("The person who is quoted has not agreed yet. Nobody can approve it before."),
        "not_in_review": t("This story has already been decided on."),
        "no_network": t("This network is not offered here."),
        "again": t("That did not work. Nothing was lost; please try again."),
        "look": t("I was interrupted there, and it may be done already. Please look before you press again."),
    }
    said = words.get(code, words["again"])
    return sentence(said)
