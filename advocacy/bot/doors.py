"""What a door has to say by itself, where there is no answer of the bot to give."""

from __future__ import annotations

from advocacy.bot.language import Translator

FORM_WORDS = frozenset({
    "backup", "beistand", "compose", "neu", "new", "schreiben", "suggest", "verfassen", "vorschlagen",
})  # fmt: skip
"""Commands that lead to a form, after a look at a page or at once: a door whose forms must open in time opens one that
waits when that takes long."""


def broken(t: Translator, code: str) -> str:
    """Say that something went wrong, and under which code it is in the log."""
    return t("That did not work. Your administrator can look it up: {code}", code=code)


def only_in_private(t: Translator) -> str:
    """Say in a channel that a person has to add the app before it can answer in private."""
    return t("I answer in private. Please add this app for yourself in Teams, then ask again.")


def not_installed(t: Translator) -> str:
    """Say in a workspace that removed the app, and still has its command, that nothing can be done there."""
    return t("This app is no longer installed here. Please ask your communications team to connect it again.")


def moment(t: Translator) -> str:
    """Say that an answer is on its way."""
    return t("One moment …")


def not_yet(t: Translator) -> str:
    """Say that a press came in, that nothing is done yet, and that it is not lost."""
    return t("This takes longer than usual. It is noted and will not get lost: the answer comes here.")


def done(t: Translator) -> str:
    """Say that all is done, where there is nothing else to say."""
    return t("Done.")


def optional(t: Translator, label: str) -> str:
    """Mark a field that may stay empty, where the platform does not do so itself."""
    return t("{label} (optional)", label=label)


def close(t: Translator) -> str:
    """Name the button that closes a dialog in which something was said."""
    return t("Close")
