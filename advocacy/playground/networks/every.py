"""All networks that are played here: a new one is a file in this folder, and nothing names it."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from advocacy.playground import networks
from advocacy.playground.networks.network import NetworkWorld


def every_network() -> list[NetworkWorld]:
    """One world of each kind, by name."""
    return [kind() for kind in _kinds()]


@cache
def _kinds() -> list[type[NetworkWorld]]:
    """Every class of this folder's files that has a name."""
    found: dict[str, type[NetworkWorld]] = {}
    for file in pkgutil.iter_modules(networks.__path__):
        module = importlib.import_module(f"{networks.__name__}.{file.name}")
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, NetworkWorld) and kind.name:
                found[kind.name] = kind
    return [found[name] for name in sorted(found)]


__all__ = ["every_network"]
