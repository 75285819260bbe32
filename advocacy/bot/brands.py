"""What networks are called: most names are brands, some are words."""

from __future__ import annotations

from collections.abc import Mapping

from advocacy.bot.language import Translator
from advocacy.sharing.network import Network
from advocacy.sharing.networks import ALL


def called(t: Translator, network: Network) -> str:
    """A network's name in the reader's language."""
    return _words(t).get(network.name, network.label)


def labels(t: Translator, networks: Mapping[str, Network]) -> dict[str, str]:
    """What these networks are called, by their names."""
    return {name: called(t, network) for name, network in networks.items()}


def called_by_name(t: Translator, name: str) -> str:
    """The same, of a network that may not be offered here; an empty name stands for all of them."""
    return _words(t).get(name) or str(getattr(ALL.get(name), "label", name))


def _words(t: Translator) -> dict[str, str]:
    return {"": t("all networks"), "email": t("E-mail"), "copy": t("Copy the text")}
