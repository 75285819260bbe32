"""What each network can do, as a table: for administrators at the command line, and for the docs."""

from __future__ import annotations

from collections.abc import Iterable

from advocacy.sharing.network import Network

HEADINGS = (
    "network",
    "posts for people",
    "deletes",
    "edit there",
    "reactions",
    "our picture",
    "picture post",
    "share page",
    "limit",
)
YES, NO = "yes", "–"
MOSTLY = " (most servers)"


def rows(networks: Iterable[Network]) -> list[tuple[str, ...]]:
    """One row for each network, with a cell for each of ``HEADINGS``."""
    return [_row(network) for network in networks]


def _row(network: Network) -> tuple[str, ...]:
    can = network.abilities()
    page = ("with text" if can.dialog_takes_text else "link only") if can.dialog else NO
    marks = (can.post, can.delete, can.edit, can.metrics, can.image, can.picture_post)
    return (
        network.label,
        *(YES if one else NO for one in marks),
        page,
        f"{network.limit:,}{MOSTLY if can.limits_differ else ''}",
    )


def markdown(networks: Iterable[Network]) -> str:
    """The table as the docs show it."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *rows(networks)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


__all__ = ["HEADINGS", "markdown", "rows"]
