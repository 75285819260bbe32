"""How close two texts are, as people would say it."""

from __future__ import annotations

from advocacy.sharing.similarity import close, of_colleagues, plain
from tests.sharing.conftest import EMRE, JANA, Scene

THEIRS = [plain("Zwölf neue Anlagen – und wir haben sie gebaut. #Windkraft"), plain("Stolz auf mein Team!")]


def test_the_same_words_are_close_however_they_are_written() -> None:
    """Capitals, punctuation, links, an emoji and the order of words change nothing; other words do."""
    assert close("ZWÖLF neue Anlagen: und wir haben sie gebaut! #windkraft 🎉 https://go.example/x", THEIRS) == 1
    assert close("Und wir haben sie gebaut, zwölf neue Anlagen. #Windkraft", THEIRS) == 1
    assert close("Am Montag stand ich selbst auf der Gondel, es war kalt.", THEIRS) == 0
    assert close(" … ", THEIRS) == 0
    assert close("Stolz auf mein Team", []) == 0


async def test_only_colleagues_texts_of_this_story_and_network_count(scene: Scene) -> None:
    """Not one's own, not what was undone, and never with link or disclosure."""
    await scene.connect("mastodon", EMRE)
    theirs = await scene.start("mastodon", EMRE)
    await scene.press("edit", theirs, EMRE, text_="Ganz meine Worte")
    async with scene.db.read() as s:
        jana, emre = scene.people[JANA].id, scene.people[EMRE].id
        assert await of_colleagues(s, scene.story_id, "mastodon", jana) == ["ganz meine worte"]
        assert await of_colleagues(s, scene.story_id, "mastodon", emre) == []
        assert await of_colleagues(s, scene.story_id, "linkedin", jana) == []
    await scene.press("undo", theirs, EMRE)
    async with scene.db.read() as s:
        assert await of_colleagues(s, scene.story_id, "mastodon", jana) == []
