"""A story that is a post on LinkedIn is passed on there, instead of being linked to."""

from __future__ import annotations

from typing import Any

from advocacy.content import stories
from advocacy.content.models import StoryState
from advocacy.db import now
from advocacy.sharing import links, preview
from advocacy.sharing.disclosure.defaults import RULES
from advocacy.sharing.disclosure.rules import Rulebook
from advocacy.sharing.models import ShareState
from advocacy.sharing.preview import Example
from tests.sharing.conftest import EMRE, JANA, PAST, Scene


async def theirs(scene: Scene) -> Any:
    """A post of the company, which the story is from now on."""
    world = scene.worlds["linkedin"]
    post = await world.share("https://www.linkedin.com/feed/?shareActive=true&text=Tiefsand", EMRE)
    await scene.change_story(url=post.url, state=StoryState.LIVE)
    return post


async def test_the_post_is_passed_on_under_own_words_without_a_link(scene: Scene) -> None:
    """The disclosure is there as ever; a link would only lead to what hangs below. Own words stay without one, too."""
    post = await theirs(scene)
    await scene.connect("linkedin")
    share = await scene.start("linkedin", at=now() - PAST)
    assert share.state == ShareState.PENDING
    assert share.disclosure in share.text
    assert links.find(scene.settings, share.text) == ""
    share = await scene.press("edit", share, text_="Ich war dabei.")
    assert (share.text.endswith("Ich war dabei."), links.find(scene.settings, share.text)) == (True, "")
    await scene.change(share, due_at=now() - PAST)
    await scene.poster.run_due()
    seen = scene.worlds["linkedin"].posts(JANA)[-1]
    assert (seen.text, seen.url_of_link) == (share.text, post.url)
    other = await scene.start("mastodon")
    assert links.find(scene.settings, other.text)


async def test_whoever_does_not_connect_shares_a_link_by_hand(scene: Scene) -> None:
    """The share page of LinkedIn knows no passing on: there the link comes back into the text, and stays."""
    await theirs(scene)
    share = await scene.start("linkedin")
    assert (share.state, links.find(scene.settings, share.text)) == (ShareState.WAITING, "")
    share = await scene.press("use_dialog", share)
    link = links.find(scene.settings, share.text)
    assert link
    assert share.text.endswith(link)
    share = await scene.press("edit", share, text_="Von Hand.")
    assert links.find(scene.settings, share.text) == link


async def test_the_preview_shows_it_without_a_link(scene: Scene) -> None:
    """Editors see what colleagues would post."""
    await theirs(scene)
    example = Example(scene.settings, Rulebook(RULES))
    async with scene.db.read() as s:
        story = await stories.get(s, scene.story_id)
        shown = [preview.preview(example, scene.networks[name], story, "de", None).text for name in ("linkedin", "x")]
    assert ["/r/" in one for one in shown] == [False, True]
