"""Checks that a request comes from Slack, and reads it. Done before anything else looks at the body."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

MOST_BYTES = 1_000_000
"""Slack's largest payload, a modal, has 250 KB."""
_WINDOW = 300
_PAYLOAD = b"payload="
_FORM = "application/x-www-form-urlencoded"
_ESCAPES = tuple((f"%{ord(one):02X}".encode(), one.encode()) for one in '":,{}[]/\\#=&<>')
"""What JSON is full of. Not the percent sign: it must come last, or what it protects would be decoded twice."""


def is_genuine(secret: str, headers: Mapping[str, str], body: bytes, at: float | None = None) -> bool:
    """Does the signature fit, and is it at most five minutes old?

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    stamp = headers.get("X-Slack-Request-Timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 15):
        return False
    if abs((time.time() if at is None else at) - int(stamp)) > _WINDOW:
        return False
    wanted = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    given = headers.get("X-Slack-Signature", "").encode(errors="surrogateescape")
    return hmac.compare_digest(f"v0={wanted}".encode(), given)


def read(content_type: str, body: bytes) -> dict[str, Any]:
    """The payload: JSON, JSON in a form, or the form itself (commands). Raises ``ValueError`` when it is none."""
    if content_type != _FORM:
        return _object(body)
    if body.startswith(_PAYLOAD) and b"&" not in body:
        return _object(_unquoted(body[len(_PAYLOAD) :]))
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return _object(form["payload"].encode()) if "payload" in form else dict(form)


def is_certificate_check(content_type: str, body: bytes) -> bool:
    """Slack looks at times whether our certificate is good; that request does nothing and is not signed."""
    if content_type != _FORM or len(body) > 1_000 or b"ssl_check" not in body:
        return False
    return dict(parse_qsl(body.decode(errors="replace"))).get("ssl_check") == "1"


def _unquoted(text: bytes) -> bytes:
    """As ``unquote_to_bytes``, which goes escape by escape: half the cost of a press, when measured."""
    text = text.replace(b"+", b" ")
    for escape, one in _ESCAPES:
        text = text.replace(escape, one)
    return unquote_to_bytes(text) if b"%" in text else text


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except RecursionError:
        msg = "nested too deep"
        raise ValueError(msg) from None
    if not isinstance(value, dict):
        msg = "not an object"
        raise ValueError(msg)  # noqa: TRY004 - callers tell bad input by ValueError
    return value
