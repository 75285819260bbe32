"""QR codes of links."""

from __future__ import annotations

import aiohttp

from advocacy.content.models import Story
from advocacy.sharing import links, story_links
from tests.web.conftest import Product


async def test_a_link_s_qr_code_is_served_while_it_leads_somewhere(product: Product) -> None:
    """As PNG and SVG, by code and by name, to everybody; not for what is no link, nor once the story is withdrawn."""
    async with product.db.write() as s:
        story = Story(title="Rotor", url="https://www.nordlicht.example/r", language="en")
        s.add(story)
        await s.flush()
        link = await story_links.get(s, product.settings, story)
        await story_links.rename(s, link, "rotor")
    async with aiohttp.ClientSession() as http:

        async def status(word: str, kind: str = "png") -> tuple[int, str]:
            async with http.get(links.picture(product.settings, word, kind)) as answer:
                return answer.status, answer.content_type

        assert await status("rotor") == await status(link.code) == (200, "image/png")
        assert await status("rotor", "svg") == (200, "image/svg+xml")
        assert [(await status(word))[0] for word in ("rotors", "..", "%2e%2e%2f", "' OR 1")] == [404] * 4
        product.links.stop_story(story.id)
        assert (await status("rotor"))[0] == 404
