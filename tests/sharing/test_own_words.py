"""Whatever a person types: what has to be in the text is in it, whole, once, at its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advocacy.http import Http
from advocacy.sharing import links, own_words, text
from advocacy.sharing.disclosure.defaults import RULES
from advocacy.sharing.disclosure.rules import Decision, Level, Note, Rule, Rulebook
from advocacy.sharing.networks import make_all
from advocacy.sharing.text import Place, TextProblem
from tests.conftest import playground_settings

HERE = playground_settings("sqlite:///unused", Path(), public_url="https://advocacy.nordlicht.example")
NETWORKS = make_all(HERE, Http(HERE))
LINK = links.address(HERE, "aB3dEfGh9")
LONG, SHORT = "Anzeige | mein Arbeitgeber Nordlicht", "Anzeige | mein Arbeitgeber"
PIECES = (
    LONG, SHORT, "I work at Nordlicht.", LINK, "Anzeige", " | mein", "Arbeitgeber", "Nordlicht", "\n", "\n\n", " ", ". ",
    "Warum I work at Nordlicht.", "\r\n", "\u200d", "\x07", "!", "äö 🌬️", "[", "]", "(c)", "\t", "Wind",
)  # fmt: skip
TYPED = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=14).map("".join)


def decided(country: str, place: Place, level: Level = Level.REQUIRED) -> Decision:
    """A rule of somebody's own, that holds everywhere."""
    return Rulebook((), (Rule("own-1", level, place, "ad", "Ours"),)).decide(country, NETWORKS["linkedin"], "news")


def alone(whole: str, wording: str) -> int:
    """How often a wording begins a line or a sentence."""
    return len(re.findall(rf"(?:^[^\S\n]*|(?<=[.!?…:;]\s)){re.escape(wording)}(?!\w)", whole, re.MULTILINE))


@pytest.mark.parametrize("place", [Place.OPENING, Place.BEFORE_LINK, Place.END])
@given(typed=TYPED)
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_required_disclosure_is_in_every_text_once_whole_and_at_its_place(place: Place, typed: str) -> None:
    """And saving again changes nothing; the person may write another wording that is allowed."""
    note = decided("DE", place).note(NETWORKS["linkedin"], "de", "Nordlicht")
    assert note.allowed == (LONG, SHORT)
    try:
        done = own_words.complete(typed, note, LINK)
    except TextProblem:
        return
    said = done.disclosure
    assert said in note.allowed
    assert sum(alone(done.text, one) for one in note.allowed if one in said) - (said == LONG) == 1
    assert LINK in done.text
    ends, opens = done.text.endswith(f"\n\n{said}\n\n{LINK}"), done.text.startswith(f"{said}\n\n")
    assert {Place.OPENING: opens, Place.BEFORE_LINK: ends or opens, Place.END: done.text.endswith(f"\n\n{said}")}[place]
    assert own_words.complete(done.text, note, LINK) == done


@given(typed=TYPED, country=st.sampled_from(["DE", "AT", "CH", "GB", "US", "FR", "JP"]),
       kind=st.sampled_from(["news", "product", "job", "view"]), name=st.sampled_from(sorted(NETWORKS)))  # fmt: skip
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_a_network_gets_has_what_its_rule_requires(typed: str, country: str, kind: str, name: str) -> None:
    """Composed or typed: on every network, in every country; counted in the limit, never cut."""
    port = NETWORKS[name]
    note = Rulebook(RULES).decide(country, port, kind).note(port, "de", "Nordlicht Energie")
    whole = text.compose(port, typed, note.text, LINK, place=note.place)
    assert port.length(whole) <= port.limit
    assert note.text in whole
    try:
        done = own_words.complete(typed, note, LINK)
    except TextProblem:
        return
    assert done.disclosure if note.required else done.disclosure in {"", *note.allowed}
    assert done.disclosure in done.text


def test_a_recommended_one_may_be_left_out_and_none_adds_nothing() -> None:
    """What stands in the text is kept, at its place; what does not is respected."""
    note = decided("DE", Place.OPENING, Level.RECOMMENDED).note(NETWORKS["linkedin"], "de", "Nordlicht")
    assert own_words.complete("Wind!", note, LINK) == own_words.Completed(f"Wind!\n\n{LINK}", "")
    kept = own_words.complete(f"Wind!\n{SHORT}", note, LINK)
    assert kept == own_words.Completed(f"{SHORT}\n\nWind!\n\n{LINK}", SHORT)
    none = decided("DE", Place.OPENING, Level.NONE).note(NETWORKS["linkedin"], "de", "Nordlicht")
    assert own_words.complete("Wind!", none, LINK) == own_words.Completed(f"Wind!\n\n{LINK}", "")


def test_a_sentence_of_ones_own_is_not_taken_for_the_disclosure() -> None:
    """“Why I work at …” stays; the disclosure comes all the same."""
    said = "I work at Nordlicht."
    note = Note(said, Place.OPENING, required=True, allowed=(said,))
    typed = f"That is why {said} It is fun."
    assert own_words.complete(typed, note, "").text == f"{said}\n\n{typed}"
    assert own_words.complete(f"Hello! {said} Fun.", note, "").text == f"{said}\n\nHello! Fun."


def test_a_networks_own_label_takes_the_place_of_words_where_there_is_one() -> None:
    """Elsewhere the words open the text."""
    decision = decided("DE", Place.LABEL)
    assert decision.note(NETWORKS["linkedin"], "de", "Nordlicht").place == Place.OPENING
    port = NETWORKS["linkedin"]
    labelling = type(port)(HERE, Http(HERE))
    abilities = port.abilities()
    labelling.abilities = lambda: type(abilities)(post=True, labels_ads=True)  # type: ignore[method-assign]
    note = decision.note(labelling, "de", "Nordlicht")
    assert (note.text, note.place, note.required) == ("", Place.LABEL, False)
    assert text.join("Wind!", note.text, LINK, note.place) == f"Wind!\n\n{LINK}"


def test_company_names_cannot_break_a_wording() -> None:
    """A gap, another line or too many letters in it: the text can leave all the same."""
    port = NETWORKS["linkedin"]
    note = Rulebook(RULES).decide("DE", port, "news").note
    assert note(port, "de", "Nord [licht]\n AG ").text == "Anzeige | mein Arbeitgeber Nord (licht) AG"
    assert note(NETWORKS["x"], "en", "N" * 40).text == "Ad | my employer"
    assert note(port, "de", "N" * 200).text == note(port, "de", "").text == SHORT


def test_a_share_page_with_little_room_says_the_disclosure_first() -> None:
    """What an address cuts off is the end of the words."""
    port, said = NETWORKS["whatsapp"], "Ich arbeite bei Nordlicht."
    whole = text.join("Wind " * 800, said, LINK, Place.BEFORE_LINK)
    url = port.dialog(own_words.for_address(whole, said, LINK), LINK)
    assert len(url) <= text.LONGEST_ADDRESS
    assert text.quote(said) in url
    assert own_words.for_address(f"Wind\n\n{said}\n\n{LINK}", said, LINK) == f"Wind\n\n{said}\n\n{LINK}"
