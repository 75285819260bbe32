"""Which disclosure each case gets, which rule decided, and that docs/disclosure.md tells the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from advocacy.http import Http
from advocacy.sharing.disclosure.defaults import RULES
from advocacy.sharing.disclosure.rules import EU, MEMBERS, Level, Rulebook
from advocacy.sharing.disclosure.sources import SOURCES
from advocacy.sharing.networks import make_all
from tests.conftest import playground_settings

RULEBOOK = Rulebook(RULES)
HERE = playground_settings("sqlite:///unused", Path())
NETWORKS = make_all(HERE, Http(HERE))
DOCUMENT = (Path(__file__).parents[2] / "docs/disclosure.md").read_text("utf-8")
COMPANY = "Nordlicht"
# country, network, kind, language → level, wording, place, rule
CASES = """
DE linkedin news de     required    opening     DE-news     Anzeige | mein Arbeitgeber Nordlicht
DE linkedin product de  required    opening     DE-product  Anzeige | mein Arbeitgeber Nordlicht
DE linkedin product en  required    opening     DE-product  Ad | I work at Nordlicht
DE linkedin product fr  required    opening     DE-product  Publicité | mon employeur Nordlicht
DE bluesky product de   required    opening     DE-product  Anzeige | mein Arbeitgeber
DE x news en            required    opening     DE-news     Ad | I work at Nordlicht
DE linkedin job de      recommended opening     DE-job      Ich arbeite bei Nordlicht.
DE x job de             recommended opening     DE-job      Ich arbeite bei Nordlicht.
DE linkedin view de     recommended opening     DE-view     Ich arbeite bei Nordlicht.
DE whatsapp product de  recommended before_link DE-message  Ich arbeite bei Nordlicht.
DE email news en        recommended before_link DE-message  I work at Nordlicht.
AT linkedin news de-AT  required    opening     AT-news     Werbung | mein Arbeitgeber Nordlicht
AT mastodon product de  required    opening     AT-product  Werbung | mein Arbeitgeber Nordlicht
AT x product de         required    opening     AT-product  Werbung | mein Arbeitgeber
AT linkedin product en  required    opening     AT-product  Advertisement | I work at Nordlicht
AT linkedin job de      recommended opening     AT-job      Ich arbeite bei Nordlicht.
AT linkedin view de     recommended opening     AT-view     Ich arbeite bei Nordlicht.
AT email product de     recommended before_link AT-message  Ich arbeite bei Nordlicht.
CH linkedin news de     recommended opening     CH-news     Ich arbeite bei Nordlicht.
CH linkedin product de  required    opening     CH-product  Werbung | mein Arbeitgeber Nordlicht
CH linkedin product fr  required    opening     CH-product  Publicité | mon employeur Nordlicht
CH linkedin product it  required    opening     CH-product  Pubblicità | il mio datore di lavoro Nordlicht
CH xing job de          recommended opening     CH-job      Ich arbeite bei Nordlicht.
CH whatsapp view fr     recommended before_link CH-message  Je travaille chez Nordlicht.
GB linkedin news en     required    opening     GB-news     Ad | I work at Nordlicht
GB x product en         required    opening     GB-product  Ad | I work at Nordlicht
GB linkedin job en      recommended opening     GB-job      I work at Nordlicht.
GB facebook view en     required    opening     GB-view     I work at Nordlicht.
GB email product en     recommended before_link GB-message  I work at Nordlicht.
US linkedin news en     recommended opening     US-news     I work at Nordlicht.
US linkedin product en  required    opening     US-product  I work at Nordlicht.
US x product en         required    opening     US-product  I work at Nordlicht.
US linkedin view en     required    opening     US-view     I work at Nordlicht.
US linkedin job en      none        opening     US-job      –
US whatsapp product en  recommended before_link US-message  I work at Nordlicht.
FR linkedin product fr  required    opening     EU-product  Publicité | mon employeur Nordlicht
IT bluesky news it      required    opening     EU-news     Pubblicità | il mio datore di lavoro
ES linkedin job es      recommended opening     EU-job      I work at Nordlicht.
PL email view en        recommended before_link EU-message  I work at Nordlicht.
JP linkedin product en  required    opening     any-product Ad | I work at Nordlicht
JP linkedin news en     recommended opening     any-news    I work at Nordlicht.
BR linkedin job en      none        opening     any-job     –
BR linkedin view en     recommended opening     any-view    I work at Nordlicht.
BR whatsapp news en     recommended before_link any-message I work at Nordlicht.
""".strip().splitlines()


def test_each_case_has_the_disclosure_that_its_rule_says(capsys: pytest.CaptureFixture[str]) -> None:
    """Country, network, kind and language decide on level, words and place; rule and source are named."""
    shown = ["| country | network | kind | language | level | wording | place | rule | source |", "|" + "---|" * 9]
    for line in CASES:
        country, network, kind, language, level, place, code, words = line.split(maxsplit=7)
        decision = RULEBOOK.decide(country, NETWORKS[network], kind)
        note = decision.note(NETWORKS[network], language, COMPANY)
        source = SOURCES[decision.rule.source]
        found = (decision.rule.level, note.text or "–", note.place, decision.rule.code)
        cells = (country, network, kind, language, level, note.text or "–", place, code, source.title)
        shown.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
        assert found == (level, words, place, code), line
        assert note.required == (level == Level.REQUIRED)
    with capsys.disabled():
        print("", *shown, f"{len(CASES)} cases", sep="\n")
    assert len(CASES) >= 40
    assert {line.split()[6] for line in CASES} | {"any", "CH-view", "EU-view"} == {rule.code for rule in RULES}
    assert "\n".join(shown) in DOCUMENT


def test_every_country_finds_a_rule_and_every_rule_a_source() -> None:
    """Members of the EU without rules of their own get those of the Union; each source has an address and a day."""
    members = {one for one in MEMBERS if RULEBOOK.decide(one, NETWORKS["linkedin"], "news").rule.country == EU}
    assert members == MEMBERS - {"DE", "AT"}
    assert RULEBOOK.decide("ZW", NETWORKS["linkedin"], "a new kind").rule.code == "any"
    for rule in RULES:
        source = SOURCES[rule.source]
        assert source.url.startswith("https://")
        assert source.read == "2026-11-25"
        assert source.title in DOCUMENT
        assert source.url in DOCUMENT
        assert source.through in DOCUMENT
    assert "not legal advice" in DOCUMENT


def test_the_companys_country_is_a_code() -> None:
    """“UK” is none: no rule would be found under it."""
    assert playground_settings("sqlite:///unused", Path()).country == "DE"
    for wrong in ("UK", "Germany", "de"):
        with pytest.raises(ValueError, match="GB"):
            playground_settings("sqlite:///unused", Path(), country=wrong)
