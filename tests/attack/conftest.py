"""The pages over real HTTP, and the bot in its company, as those rooms' tests have them."""

from tests.bot.conftest import chat, english, hired, hired_file
from tests.web.conftest import browser, product

__all__ = ["browser", "chat", "english", "hired", "hired_file", "product"]
