"""The company's people, as the bot's tests have them."""

from tests.bot.conftest import hired_file

__all__ = ["hired_file"]
