"""What a text is made of, how it is measured, and how it is made to fit."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from advocacy.http import Http
from advocacy.sharing import links, own_words, text
from advocacy.sharing.disclosure.rules import Note
from advocacy.sharing.networks import make_all
from advocacy.sharing.once import new_key
from advocacy.sharing.text import Place
from tests.conftest import playground_settings

HERE = playground_settings("sqlite:///unused", Path(), public_url="https://advocacy.nordlicht.example")
NETWORKS = make_all(HERE, Http(HERE))
LINK = links.address(HERE, "aB3dEfGh9")
WORDS = st.text(st.sampled_from("ab ä🌬️ß風\n\t.,!#@[]()…👩🏽‍🔧\r\u200d\u0301"), max_size=900) | st.text(max_size=400)


@pytest.mark.parametrize("name", list(NETWORKS))
@given(words=WORDS)
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_the_caption_the_whole_fits(name: str, words: str) -> None:
    """Disclosure and link are never cut, and nothing is over the limit."""
    network = NETWORKS[name]
    wording = "Anzeige | mein Arbeitgeber"
    whole = text.compose(network, words, wording, LINK)
    assert network.length(whole) <= network.limit
    assert wording in whole
    assert whole.endswith(LINK)
    assert links.find(HERE, whole) == LINK
    text.check(network, whole)


@given(WORDS)
@hypothesis_settings(max_examples=200, deadline=None)
def test_cleaning_and_completing_twice_changes_nothing(words: str) -> None:
    """Saving an edited text again leaves it as it is."""
    assert text.clean(text.clean(words)) == text.clean(words)
    note = Note("Anzeige", Place.OPENING, required=True, allowed=("Anzeige",))
    try:
        whole = own_words.complete(words, note, LINK)
    except text.TextProblem:
        return
    assert own_words.complete(whole.text, note, LINK) == whole
    assert own_words.words(whole.text, note.allowed, LINK)


@given(WORDS)
@hypothesis_settings(max_examples=200, deadline=None)
def test_leaving_out_blanks_leaves_none(words: str) -> None:
    """However the brackets are nested."""
    assert not text.has_marker(text.without_markers(words))


@pytest.mark.parametrize(
    ("said", "blank"),
    [("[dein Grund]", True), ("[…]", True), ("[ ]", True), ("[...]", True), ("[___]", True), ("[x]", True),
     ("[1]", False), ("(so)", False), ("[offen", False), ("a[0]", False)],
)  # fmt: skip
def test_blanks_are_told_from_other_brackets(said: str, blank: bool) -> None:
    """Words or dots between square brackets wait to be filled in; footnotes do not."""
    assert text.has_marker(f"Ich mag {said}.") is blank


def test_only_the_sentence_with_the_blank_goes() -> None:
    """The rest of the caption stays."""
    said = "Toller Tag! Ich mag [deinen Grund] sehr. Und Wind.\nWeil [Grund]\nEnde."
    assert text.without_markers(said) == "Toller Tag! Und Wind.\n\nEnde."


@pytest.mark.parametrize(
    ("name", "said", "length"),
    [
        ("x", "abc äöü", 7), ("x", "風力", 4), ("x", "👩🏽‍🔧", 2), ("x", "🇩🇪!", 3), ("x", f"a {LINK}", 25), ("x", f"{LINK}.", 24),
        ("mastodon", f"a {LINK}", 25), ("mastodon", "👩🏽‍🔧", 1), ("mastodon", "@jana@nordlicht.social hallo", 11),
        ("bluesky", "👩🏽‍🔧", 2), ("bluesky", "abc", 3), ("bluesky", LINK, len(LINK)),
        ("linkedin", "🌬", 2), ("linkedin", "a_b", 3),
    ],
)  # fmt: skip
def test_each_network_counts_in_its_own_way(name: str, said: str, length: int) -> None:
    """Weights on X, graphemes and 23 per link on Mastodon, graphemes and bytes on Bluesky, units on LinkedIn."""
    assert NETWORKS[name].length(said) == length


def test_keys_are_record_keys_and_never_the_same() -> None:
    """Thirteen signs of base 32, sorted by time, the first below 'k' (https://atproto.com/specs/tid)."""
    keys = [new_key() for _ in range(2000)]
    assert len(set(keys)) == 2000
    assert all(len(key) <= 40 for key in keys)
    assert all(
        key[0] in "234567abcdefghij" and set(key[:13]) <= set("234567abcdefghijklmnopqrstuvwxyz") for key in keys
    )
    assert keys[0][:9] <= keys[-1][:9]


def test_a_text_of_one_endless_word_is_cut_between_graphemes() -> None:
    """No emoji is torn apart."""
    whole = text.compose(NETWORKS["x"], "👩🏽‍🔧" * 400, "Anzeige", LINK)
    assert set(whole.split("\n\n")[1].removesuffix("…").split("👩🏽‍🔧")) == {""}
    assert NETWORKS["x"].length(whole) in {279, 280}
