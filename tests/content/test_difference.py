"""What a reviewer sees of a change: each word that came or went, and nothing that stayed."""

from __future__ import annotations

from typing import Any

from content_help import draft, person
from hypothesis import given
from hypothesis import strategies as st

from advocacy.chat import Part
from advocacy.content import approval, stories
from advocacy.content.fingerprint import content
from advocacy.content.review.difference import between, last_approved, words
from advocacy.content.stories import Version, Wording
from advocacy.db import Database


def drawn(parts: tuple[Part, ...]) -> str:
    marks = {"same": "{}", "added": "+{}+", "removed": "-{}-"}
    return "".join(marks[one.kind].format(one.text) for one in parts)


def test_words_are_compared_as_words() -> None:
    """Neighbours that changed are one change; scripts without spaces go by character; emoji stay whole."""
    assert drawn(words("The quick brown fox", "The slow red fox")) == "The -quick brown-+slow red+ fox"
    assert drawn(words("風が吹く町", "風が止む町")) == "風が-吹く-+止む+町"
    assert drawn(words("Hi 👩‍👩‍👧‍👦!", "Hi 👩‍👩‍👧!")) == "Hi -👩‍👩‍👧‍👦-+👩‍👩‍👧+!"
    assert drawn(words("", "New")) == "+New+"
    assert drawn(words("5 percent", "5,5 percent")) == "-5-+5,5+ percent"


def test_what_stays_is_shortened() -> None:
    """A reviewer reads the change with a few words beside it, not the whole text again."""
    text = "All about the wind. " * 40
    found = drawn(words(text + "Old end.", text + "New end."))
    assert found == "…All about the wind. -Old-+New+ end."
    long = " ".join(f"word{number} and" for number in range(600))
    assert len(drawn(words(f"A {long} B", f"C {long} D"))) < 80


@given(st.text("ab 字\n", max_size=60), st.text("ab 字\n", max_size=60))
def test_the_pieces_are_the_two_texts(old: str, new: str) -> None:
    """Without what was added it is the old text, without what was taken out the new one."""
    parts = words(old, new)
    if "…" not in drawn(parts):
        assert "".join(one.text for one in parts if one.kind != "added") == old
        assert "".join(one.text for one in parts if one.kind != "removed") == new


BEFORE: dict[str, Any] = {
    "title": "Wind", "summary": "A new park.", "url": "https://a.example/1", "image_url": "", "image_alt": "",
    "image_rights": "", "language": "en", "internal": False, "versions": [["de", "Wind", "Ein Park.", "", ""]],
    "captions": [["", "en", "Look at this", ["wind"], []], ["x", "en", "Short", [], []]],
    "channel_ids": [1], "department_ids": [], "locations": [], "audience_languages": [],
}  # fmt: skip


def changed(**fields: Any) -> dict[str, str]:
    return {
        " ".join(filter(None, (one.field, one.network, one.language))): drawn(one.parts)
        for one in between(BEFORE, {**BEFORE, **fields})
    }


def test_each_field_is_named() -> None:
    """Versions and captions by their language and network; values that are codes change as a whole."""
    assert changed() == {}
    assert changed(title="Winds", internal=True) == {"title": "-Wind-+Winds+", "internal": "-False-+True+"}
    assert changed(channel_ids=[2]) == {"channel_ids": "-1-+2+"}
    assert changed(image_rights="own") == {"image_rights": "+own+"}
    versions = [["de", "Wind", "Ein neuer Park.", "", ""], ["fr", "Vent", "", "", ""]]
    assert changed(versions=versions) == {"summary de": "Ein+ neuer+ Park.", "title fr": "+Vent+"}


def test_captions_are_paired_by_likeness() -> None:
    """Hashtags belong to their wording; one that was taken out is struck as a whole."""
    captions = [["", "en", "Look at this", ["rotor"], []]]
    assert changed(captions=captions) == {
        "captions en": "Look at this\n#-wind-+rotor+",
        "captions x en": "-Short-",
    }


async def test_the_last_approved_content(db: Database) -> None:
    """What is compared with is what was approved last, not what was submitted since; at first there is none."""
    async with db.write() as s:
        author, editor = await person(s, "a"), await person(s, "e", "editor")
        story = await draft(s, author_id=author.id, captions=[Wording("One")], versions=[Version("de", "Wind")])
        await approval.submit(s, story.id, author.id)
        assert await last_approved(s, story.id) is None
        was = content(story)
        await approval.approve(s, story.id, editor, approval.fingerprint(story), four_eyes=True)
        story = await stories.edit(s, story.id, title="Other", by_id=author.id, seen=1)
        assert await last_approved(s, story.id) == was
        assert [one.field for one in between(was, content(story))] == ["title"]
