"""Visiting an address that somebody typed: the answer, or one word why there is none."""

from __future__ import annotations

import asyncio

from advocacy.chat import Unknown
from advocacy.content import addresses
from advocacy.http import Blocked, Http, Reply, TooLarge, Unreachable

PATIENCE = 8.0
"""Seconds for all of it, redirects included: somebody waits in front of a form."""
PROBLEMS = (
    "bad_link", "private_link", "too_long", "redirects", "unreachable", "slow", "too_large", "not_a_page",
    "not_a_picture",
)  # fmt: skip
"""Every code that a visit to a page or a picture can end with; whoever shows them has words for each."""


async def visit(http: Http, url: str, *, accept: str, max_bytes: int, cut: bool = False) -> Reply | str:
    """The answer with a status of 2xx, or a code of ``PROBLEMS``. ``cut``: of a larger one the beginning will do."""
    code = addresses.problem(url)
    if code:
        return code
    try:
        async with asyncio.timeout(PATIENCE):
            reply = await http.fetch(url, max_bytes=max_bytes, accept=accept, cut=cut)
    except Blocked as blocked:
        return blocked.code
    except TooLarge:
        return "too_large"
    except TimeoutError:
        return "slow"
    except (Unreachable, Unknown):
        return "unreachable"
    return reply if reply.ok else "unreachable"


__all__ = ["PATIENCE", "PROBLEMS", "visit"]
