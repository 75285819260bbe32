"""What a Bluesky server accepts as a post, and the names it gives: identifiers, content ids, tokens.

https://docs.bsky.app and the lexicons of bluesky-social/atproto.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Collection
from datetime import datetime
from typing import Any

import regex

POST = "app.bsky.feed.post"
MOST_GRAPHEMES = 300
MOST_BYTES = 3000
LARGEST_BLOB = 1_000_000
MOST_LANGUAGES = 3
MOST_TAGS = 8
_TID = re.compile("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")


class XrpcError(Exception):
    """An error answer: ``{"error": name, "message": …}``."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": name, "message": message}


def graphemes(text: str) -> int:
    """Characters as people see them."""
    return len(regex.findall(r"\X", text))


def cid_of(data: bytes, codec: int = 0x55) -> str:
    """CIDv1 with SHA-256; codec 0x55 is raw bytes, 0x71 a record."""
    return "b" + _base32(bytes((1, codec, 0x12, 0x20)) + hashlib.sha256(data).digest())


def record_cid(record: Any) -> str:
    """The content id of a record: the same content, the same id."""
    return cid_of(json.dumps(record, sort_keys=True, ensure_ascii=False).encode(), 0x71)


def did_of(key: str) -> str:
    """A person's identifier, always the same."""
    return "did:plc:" + _base32(hashlib.sha256(f"playground/{key}".encode()).digest())[:24]


def tid(number: int) -> str:
    """The ``number``-th record key a server makes up itself."""
    letters = "234567abcdefghijklmnopqrstuvwxyz"
    value, out = 1_764_000_000_000_000 * 1024 + number * 1024, ""
    for _ in range(13):
        value, rest = divmod(value, 32)
        out = letters[rest] + out
    return out


def jwt(claims: dict[str, Any], secret: bytes) -> str:
    """A token others can read the expiry of and only we can make."""
    head = _base64(json.dumps({"typ": "at+jwt", "alg": "HS256"}).encode())
    body = _base64(json.dumps(claims).encode())
    return f"{head}.{body}." + _base64(hmac.digest(secret, f"{head}.{body}".encode(), "sha256"))


def check_key(rkey: Any) -> str:
    """A post's record key must be a TID."""
    if not isinstance(rkey, str) or not _TID.fullmatch(rkey):
        raise _bad(f'Invalid record key. Expected "tid", got: {rkey}')
    return rkey


def check_post(record: Any, blobs: Collection[str]) -> None:
    """Does it follow the lexicon ``app.bsky.feed.post``? Raises ``XrpcError``."""
    if not isinstance(record, dict) or record.get("$type") != POST:
        raise _bad(f"Invalid $type: expected {POST}")
    text = record.get("text")
    if not isinstance(text, str):
        raise _wrong("Record/text must be a string")
    if len(text.encode()) > MOST_BYTES:
        raise _wrong(f"Record/text must not be longer than {MOST_BYTES} characters")
    if graphemes(text) > MOST_GRAPHEMES:
        raise _wrong(f"Record/text must not be longer than {MOST_GRAPHEMES} graphemes")
    if not _is_moment(record.get("createdAt")):
        raise _wrong("Record/createdAt must be an valid atproto datetime (both RFC-3339 and ISO-8601)")
    for name, most in (("langs", MOST_LANGUAGES), ("tags", MOST_TAGS)):
        if len(record.get(name) or ()) > most:
            raise _wrong(f"Record/{name} must not have more than {most} elements")
    for number, facet in enumerate(record.get("facets") or ()):
        _check_facet(facet, number)
    if record.get("embed") is not None:
        _check_embed(record["embed"], blobs)


def links_of(record: dict[str, Any]) -> tuple[str, str]:
    """The card's link and title; else the first linked address. Nothing in the text becomes a link by itself."""
    external = (record.get("embed") or {}).get("external")
    if external:
        return external["uri"], external["title"]
    for facet in record.get("facets") or ():
        for feature in facet["features"]:
            if feature.get("uri"):
                return feature["uri"], ""
    return "", ""


def thumb_of(record: dict[str, Any]) -> str:
    """The content id of the card's picture, or the empty string."""
    external = (record.get("embed") or {}).get("external") or {}
    return _blob_link(external.get("thumb")) or ""


def _check_facet(facet: Any, number: int) -> None:
    index = facet.get("index") if isinstance(facet, dict) else None
    if not isinstance(index, dict):
        raise _wrong(f'Record/facets/{number} must have the property "index"')
    for name in ("byteStart", "byteEnd"):
        if not isinstance(index.get(name), int) or index[name] < 0:
            raise _wrong(f"Record/facets/{number}/index/{name} must be an integer")
    for feature in facet.get("features") or ():
        if feature.get("$type") == "app.bsky.richtext.facet#link" and not _is_uri(feature.get("uri")):
            raise _wrong(f"Record/facets/{number}/features must have a valid uri")


def _check_embed(embed: dict[str, Any], blobs: Collection[str]) -> None:
    if embed.get("$type") != "app.bsky.embed.external":
        raise _wrong("Record/embed is of a type this server does not take")
    external = embed.get("external") or {}
    for name in ("uri", "title", "description"):
        if not isinstance(external.get(name), str):
            raise _wrong(f'Record/embed/external must have the property "{name}"')
    if not _is_uri(external["uri"]):
        raise _wrong("Record/embed/external/uri must be a uri")
    thumb = external.get("thumb")
    if thumb is None:
        return
    link = _blob_link(thumb)
    if link is None or not str(thumb.get("mimeType", "")).startswith("image/"):
        raise _wrong("Record/embed/external/thumb should be a blob ref")
    if link not in blobs:
        raise XrpcError(400, "BlobNotFound", f"Could not find blob: {link}")


def _blob_link(blob: Any) -> str | None:
    if not isinstance(blob, dict) or blob.get("$type") != "blob":
        return None
    link = (blob.get("ref") or {}).get("$link")
    return link if isinstance(link, str) else None


def _is_uri(value: Any) -> bool:
    return isinstance(value, str) and re.match(r"^\w+:(?://)?\S", value) is not None


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and "T" in value and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _wrong(what: str) -> XrpcError:
    return _bad(f"Invalid {POST} record: {what}")


def _bad(message: str) -> XrpcError:
    return XrpcError(400, "InvalidRequest", message)


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().lower().rstrip("=")


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
