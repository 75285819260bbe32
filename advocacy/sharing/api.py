"""What is the same in every network's API: failures that mean the same everywhere, and limits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from advocacy.chat import Refused, Retry, Unknown
from advocacy.db import now
from advocacy.http import Blocked, Http, Reply, TooLarge, Unreachable

SOON = timedelta(seconds=2)
"""The least time until another try; whoever tries doubles and more."""
LATEST = timedelta(hours=6)
_MOST = 1_000_000_000
_EPOCH = 1_000_000_000
"""Numbers above this are a moment, not a number of seconds."""


async def call(
    http: Http,
    method: str,
    url: str,
    *,
    repeatable: bool,
    headers: Mapping[str, str] | None = None,
    json: Any = None,
    data: bytes | Mapping[str, str] | None = None,
    timeout: float = 10.0,  # noqa: ASYNC109 - handed to the client
) -> Reply:
    """One call to a network; any answer that is neither 429 nor 5xx is given back.

    Raises ``Retry`` when surely nothing was done, or when the same call may be made twice without harm
    (``repeatable``); ``Unknown`` when it may have been done; ``Refused`` for an address that is not visited.
    """
    try:
        reply = await http.request(method, url, headers=headers, json=json, data=data, timeout=timeout)
    except Unreachable as error:
        raise Retry(SOON, str(error)) from error
    except Blocked as error:
        raise Refused(str(error)) from error
    except (TooLarge, Unknown) as error:
        if repeatable:
            raise Retry(SOON, str(error)) from error
        raise Unknown(str(error)) from error
    if reply.status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        raise Retry(wait_of(reply), f"{reply.status} of {urlsplit(url).hostname}")
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        if repeatable:
            raise Retry(SOON, f"{reply.status} of {urlsplit(url).hostname}")
        raise Unknown(f"{reply.status} of {urlsplit(url).hostname}")
    return reply


def wait_of(reply: Reply, at: datetime | None = None) -> timedelta:
    """How long a throttled answer asks us to wait: Retry-After, else the moment its limit is reset."""
    at = at or now()
    for name in ("Retry-After", "RateLimit-Reset", "X-RateLimit-Reset", "X-Rate-Limit-Reset"):
        wait = _wait(reply.headers.get(name, "").strip(), at)
        if wait is not None:
            return min(max(wait, SOON), LATEST)
    return SOON


def _wait(value: str, at: datetime) -> timedelta | None:
    if not value:
        return None
    try:
        number = float(value)
    except ValueError:
        moment = _moment(value)
        return None if moment is None else moment - at
    if math.isnan(number):
        return None
    if number > _EPOCH:
        return datetime.fromtimestamp(min(number, _EPOCH * 9), UTC) - at
    return timedelta(seconds=min(max(number, 0), LATEST.total_seconds()))


def _moment(value: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(value)
        except (ValueError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def fields(reply: Reply) -> dict[str, Any]:
    """The answer's JSON object; empty when it is none. Anybody's server may be on the other side."""
    body = reply.json()
    return body if isinstance(body, dict) else {}


def whole(value: object, least: int, most: int) -> int | None:
    """A whole number between these two; ``None`` for anything else that somebody's server may say."""
    return value if type(value) is int and least <= value <= most else None


def count_of(told: Mapping[str, Any], *names: str) -> int:
    """What these fields add up to; one that is no sensible number counts as none."""
    return sum(whole(told.get(name), 0, _MOST) or 0 for name in names)


def token_of(value: object) -> str:
    """A token that can stand in a header. Raises ``Refused`` for anything else."""
    token = str(value)
    if not (token.isascii() and token.isprintable()):
        raise Refused("this token cannot be used")
    return token


def said(reply: Reply, *names: str) -> str:
    """What an error answer says, from the first of these fields that holds text."""
    body = fields(reply)
    for name in names:
        value = body.get(name)
        if isinstance(value, str) and value:
            return value
    return f"HTTP {reply.status}"


__all__ = ["LATEST", "SOON", "call", "count_of", "fields", "said", "token_of", "wait_of", "whole"]
