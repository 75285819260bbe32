"""Stopping everything and withdrawing from the command line."""

from __future__ import annotations

from tests.test_cli import FEEDS, Run, bare, cli  # noqa: F401 - fixtures


def test_stop_and_resume_are_recorded_with_the_accounts_name(cli: Run) -> None:  # noqa: F811
    """Who, when and why; a second stop changes nothing; the doctor warns while it holds."""
    said = cli("stop", "--reason", "Wrong figures")
    assert said.code == 0
    assert "Everything is stopped. Stopped by" in said.out
    assert "(command line)" in said.out
    assert "(Wrong figures)" in said.out
    assert "(Wrong figures)" in cli("stop", "--reason", "Once more").out
    assert "Everything is stopped: no story is sent" in (warned := cli("doctor")).out + warned.err
    assert "lifted by" in cli("resume").out
    assert "Nothing was stopped." in cli("resume").out
    said = cli("stop", "--status")
    assert said.out.startswith("Nothing is stopped.")
    assert said.out.count("Stopped by") == 1


def test_a_story_is_withdrawn_and_its_log_names_the_account(cli: Run) -> None:  # noqa: F811
    """Who, when, what and why; an unknown story is one sentence."""
    assert cli("feed", "pull", str(FEEDS / "news.rss"), "--review", "1").code == 0
    said = cli("story", "recall", "1", "--reason", "Wrong figures")
    assert (said.code, said.out.startswith("Withdrawn: ")) == (0, True)
    log = cli("story", "log", "1").out
    assert "withdrawn" in log
    assert "(command line): Wrong figures" in log
    for verb in ("recall", "log"):
        missing = cli("story", verb, "999")
        assert (missing.code, missing.err) == (1, "There is no story 999; see them with: advocacy story list\n")
