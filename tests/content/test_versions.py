"""Each person gets a story in their language."""

from __future__ import annotations

import pytest

from advocacy.content.models import LanguageVersion, Story
from advocacy.content.versions import missing, spoken


def story() -> Story:
    return Story(
        title="Wind", summary="Twelve turbines.", url="https://x.example/en", image_alt="A rotor", language="en",
        versions=[
            LanguageVersion(language="de", title="Wind (de)", summary="Zwölf Anlagen.", url="", image_alt=""),
            LanguageVersion(
                language="de-AT", title="Wind (at)", summary="", url="https://x.example/at", image_alt="Ein Rotor"
            ),
        ],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("language", "title"),
    [("de", "Wind (de)"), ("de-CH", "Wind (de)"), ("de-AT", "Wind (at)"), ("de-at", "Wind (at)"),
     ("en", "Wind"), ("en-GB", "Wind"), ("fr", "Wind")],
)  # fmt: skip
def test_the_nearest_language_is_spoken(language: str, title: str) -> None:
    """The exact one, then the same language elsewhere, then the story's own."""
    assert spoken(story(), language).title == title


def test_what_a_version_leaves_open_is_the_storys() -> None:
    """Link and image description; a summary that is empty was meant to be so."""
    german, austrian = spoken(story(), "de"), spoken(story(), "de-AT")
    assert (german.url, german.image_alt, german.language) == ("https://x.example/en", "A rotor", "de")
    assert (austrian.url, austrian.image_alt, austrian.summary) == ("https://x.example/at", "Ein Rotor", "")


def test_missing_languages_are_named_once() -> None:
    """In the order asked for."""
    assert missing(story(), ["fr", "de-CH", "en", "pl", "fr"]) == ["fr", "pl"]
