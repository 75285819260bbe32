"""``advocacy rule``: what it does, and one sentence for everything that goes wrong."""

from __future__ import annotations

from tests.test_cli import Run, bare, cli

__all__ = ["bare", "cli"]


def test_rules_from_the_command_line(cli: Run) -> None:
    """Add, list, try, remove."""
    assert cli("rule", "list").out == "There is no rule. Begin with: advocacy rule starter --language en\n"
    added = cli("rule", "add", "Secrets", "words", "--term", "top secret", "--term", "Projekt Nord", "--hours", "4")
    assert (added.code, added.out) == (0, "Added: Secrets.\n")
    assert cli("rule", "list").out == "Secrets: words; top secret, Projekt Nord; decided by any editor\n"
    assert cli("rule", "test", "About projekt  nord").out == "Secrets: About projekt nord\n"
    assert cli("rule", "test", "Nothing").out == "No rule finds anything in this text.\n"
    assert cli("rule", "remove", "Secrets").out == "Removed: Secrets.\n"
    assert "Zahlen und Prognosen" in cli("rule", "starter", "--language", "de").out
    assert cli("rule", "starter", "--language", "de").out == "Nothing to add: these rules are there already.\n"


def test_what_is_wrong_is_one_sentence(cli: Run) -> None:
    """It says what to do instead."""
    for arguments, sentence in (
        (("add", "X", "magic"), "There are the kinds numbers, words, pattern, personal, image_rights and topic."),
        (("add", "X", "words"), "Say what to look for: --term, once for each word, phrase or topic."),
        (("add", "X", "pattern", "--pattern", "("), "This pattern cannot be used: missing ) at position 1."),
        (("add", "X", "numbers", "--reviewer", "no@body.example"),
         "Nobody has the e-mail address no@body.example; see: advocacy people list"),
        (("remove", "X"), "There is no rule 'X'; see: advocacy rule list"),
        (("starter", "--language", "fr"), "There are rules to begin with for de and en."),
    ):  # fmt: skip
        said = cli("rule", *arguments)
        assert said.code != 0
        assert (said.out, said.err) == ("", sentence + "\n")
