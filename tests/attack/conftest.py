"""The pages over real HTTP, as the web room's tests have them."""

from tests.web.conftest import browser, product

__all__ = ["browser", "product"]
