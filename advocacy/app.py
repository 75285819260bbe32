"""Composition root: builds every object, mounts every door. Read this first."""

from __future__ import annotations

import importlib

ROOMS_WITH_TABLES = ("people", "content", "delivery", "sharing", "insights", "bot")


def load_tables() -> None:
    """Import all tables, so that ``Base.metadata`` knows them."""
    for room in ROOMS_WITH_TABLES:
        importlib.import_module(f"advocacy.{room}.models")
