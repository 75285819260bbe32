"""What networks are called: most names are brands, some are words."""

from __future__ import annotations

from advocacy.bot.language import Translator
from advocacy.sharing.network import Network


def called(t: Translator, network: Network) -> str:
    """A network's name in the reader's language."""
    words = {"email": t("E-mail"), "copy": t("Copy the text")}
    return words.get(network.name, network.label)
