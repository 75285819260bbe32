"""``advocacy disclosure``: list, set and try, and one sentence for everything that goes wrong."""

from __future__ import annotations

from tests.test_cli import Run, bare, cli

__all__ = ["bare", "cli"]


def test_disclosures_from_the_command_line(cli: Run) -> None:
    """What is built in decides until something is set; both are named, with who and why."""
    tried = cli(
        "disclosure", "try", "--country", "de", "--network", "linkedin", "--kind", "product", "--language", "de"
    )
    assert (tried.code, tried.err) == (0, "")
    assert "Level: required\nWords: Anzeige | mein Arbeitgeber" in tried.out
    assert "Place: opening\nRule: DE-product (§ 5a Abs. 4 UWG" in tried.out
    assert (
        "Source: https://www.gesetze-im-internet.de/uwg_2004/__5a.html (looked at on 2026-11-25: haufe.de" in tried.out
    )
    assert "This is not legal advice." in tried.out
    done = cli("disclosure", "set", "recommended", "--country", "DE", "--kind", "product", "--place", "end", "--text",
               "de=Werbung für {company}", "--reason", "Agreed with legal")  # fmt: skip
    assert done.code == 0
    assert done.out.startswith("Set: own-1: DE, any network, product: recommended, end, ad, de: Werbung für {company};")
    assert "(command line) on " in done.out
    assert done.out.endswith(": Agreed with legal\n")
    tried = cli(
        "disclosure", "try", "--country", "DE", "--network", "linkedin", "--kind", "product", "--language", "de"
    )
    assert "Level: recommended\nWords: Werbung für" in tried.out
    assert "Place: end\nRule: own-1 (Agreed with legal)\n" in tried.out
    later = cli("disclosure", "set", "default", "--country", "DE", "--kind", "product", "--reason", "No", "--since",
                "2999-01-01")  # fmt: skip
    assert "from 2999-01-01 00:00 on" in later.out
    listed = cli("disclosure", "list").out
    assert "  own-1: DE, any network, product: recommended, end, ad; Agreed with legal\n" in listed
    assert "  AT-job: AT, any network, job: recommended, opening, employer; § 26 MedienG" in listed
    assert "Everything that was ever set here:\n  own-2: DE, any network, product: default" in listed


def test_what_is_wrong_is_one_sentence(cli: Run) -> None:
    """It says what to do instead."""
    for arguments, sentence in (
        (("set", "maybe", "--reason", "x"),
         "There are the levels required, recommended, none, and default for what is built in."),
        (("set", "none", "--reason", " "),
         "Say why, with --reason: whoever looks at a post in years will want to know."),
        (("set", "none", "--reason", "x", "--since", "2020-01-01"),
         "A rule cannot begin in the past: what was posted under the old one stays as it was."),
        (("set", "none", "--reason", "x", "--since", "soon"), "'soon' is no day; write it like 2027-01-31."),
        (("set", "none", "--reason", "x", "--text", "Werbung"),
         "'Werbung' names no language; write it like de=Werbung | {company}."),
        (("try", "--network", "linkedin", "--country", "XX"),
         "This is no country; write two letters such as DE, or EU for its member states."),
        (("try", "--network", "linkedin", "--kind", "poem"), "There are the kinds news, product, job and view."),
    ):  # fmt: skip
        said = cli("disclosure", *arguments)
        assert (said.code, said.out, said.err) == (2, "", sentence + "\n")
    assert cli("disclosure", "try", "--network", "myspace").err.startswith("There is no such network; write one of ")
