"""Addresses that people type or feeds name: what may become a story's link."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from yarl import URL

from advocacy.http import is_public

MAX_LENGTH = 2000
_INTERNAL = (".localhost", ".local", ".internal", ".intranet", ".home.arpa", ".lan")
_TRACKING = re.compile(r"^(utm_.*|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|wt_mc|xtor)$", re.IGNORECASE)
_NUMBER_HOST = re.compile(r"^(0x[0-9a-f]+|[0-9]+)(\.(0x[0-9a-f]+|[0-9]+)){0,3}$", re.IGNORECASE)


def problem(url: str) -> str:
    """Why this address cannot be a story's link: ``bad_link``, ``private_link``, ``too_long``, or nothing.

    Judges the text only: what a name resolves to is judged again by ``http.py`` each time something is fetched.
    """
    if len(url) > MAX_LENGTH:
        return "too_long"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        URL(url.encode().decode())  # a name that cannot be looked up, or a text that cannot be sent
    except ValueError:
        return "bad_link"
    if parts.scheme not in {"http", "https"} or not host or re.search(r"[\s<>\"\\\x00-\x1f]", url):
        return "bad_link"
    if parts.username is not None or parts.password is not None or port == 0:
        return "bad_link"
    return "private_link" if _is_private(host) else ""


def joined(base: str, link: str) -> str:
    """The whole address of a link that stands on the page ``base``; empty when it is none."""
    try:
        return urljoin(base, link.replace(" ", "%20")) if link else ""
    except ValueError:
        return ""


def without_tracking(url: str) -> str:
    """The address without its fragment and without parameters that only track, for telling two links alike."""
    parts = urlsplit(url)
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k)])
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/"), query, ""))


def _is_private(host: str) -> bool:
    host = host.rstrip(".").lower()
    if host == "localhost" or host.endswith(_INTERNAL):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # 127.1, 0x7f000001, 2130706433: other spellings of an address hide something;
        # and a bare name exists inside a company's network only.
        return bool(_NUMBER_HOST.match(host)) or "." not in host
    return not is_public(str(address))
