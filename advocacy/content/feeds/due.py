"""What is due is pulled: a few sources at once, one at a time of each host."""

from __future__ import annotations

import asyncio
from datetime import datetime
from urllib.parse import urlsplit

from advocacy.content.feeds import sources
from advocacy.content.feeds.pull import Pulled, pull
from advocacy.db import Database, now
from advocacy.http import Http

AT_ONCE = 4
"""Hosts that are asked at the same time."""


async def pull_due(db: Database, http: Http, at: datetime | None = None) -> list[Pulled]:
    """Pull the subscriptions whose time has come. Nothing is raised for what a source does or sends."""
    async with db.write() as s:
        due = await sources.claim(s, at or now())
    hosts: dict[str, list[str]] = {}
    for url in due:
        hosts.setdefault((urlsplit(url).hostname or "").removeprefix("www."), []).append(url)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one_after_the_other(urls: list[str]) -> list[Pulled]:
        async with gate:
            return [await pull(db, http, url, at=at) for url in urls]

    # One that fails for a reason of ours must not keep the others from being pulled.
    done = await asyncio.gather(*map(one_after_the_other, hosts.values()), return_exceptions=True)
    for failed in done:
        if isinstance(failed, BaseException):
            raise failed
    return [pulled for host in done if isinstance(host, list) for pulled in host]


__all__ = ["pull_due"]
