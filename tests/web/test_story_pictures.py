"""Pictures that are stored here."""

from __future__ import annotations

import io

import aiohttp
import pytest
from PIL import Image

from advocacy.content import pictures
from tests.web.conftest import Product


async def test_a_stored_picture_is_served_for_good(product: Product) -> None:
    """Under its hash, without signing in; its address is what cards show."""
    out = io.BytesIO()
    Image.new("RGB", (320, 200), "teal").save(out, "PNG")
    drawn = await pictures.draw(out.getvalue())
    assert drawn is not None
    async with product.db.write() as s:
        ref = await pictures.store(s, drawn)
    address = pictures.address(product.settings, ref)
    assert address.startswith(product.settings.public_url + "/pictures/stories/")
    async with aiohttp.ClientSession() as http, http.get(address) as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
        assert "immutable" in answer.headers["Cache-Control"]
        assert await answer.read() == drawn.content


@pytest.mark.parametrize("name", ["0" * 64, "x", "../secret", "0" * 63 + "%0a", "' OR 1=1"])
async def test_anything_else_is_not_found(product: Product, name: str) -> None:
    """Whatever stands there."""
    address = f"{product.settings.public_url}/pictures/stories/{name}.jpg"
    async with aiohttp.ClientSession() as http, http.get(address) as answer:
        assert answer.status == 404


def test_other_pictures_keep_their_address(product: Product) -> None:
    """Only ours is translated."""
    for url in ("", "https://a.example/b.png", "picture:short"):
        assert pictures.address(product.settings, url) == url
