"""What programs send: the fields of a request, each checked, and the sentences for what is wrong with them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar

from aiohttp import web

from advocacy.content import times
from advocacy.content.fields import KINDS
from advocacy.content.stories import Wording

T = TypeVar("T")
_UNFIT = re.compile("[\x00\ud800-\udfff]")
WORDS = {
    "bad_link": "This is no web address; it has to begin with https:// or http://.",
    "private_link": "This address is inside a private network and is not visited.",
    "too_long": "This is too long.",
    "redirects": "This address redirects too often.",
    "unreachable": "Nothing can be read at this address. Open it in a browser to check it.",
    "slow": "This site takes too long to answer. Try again, or send the title yourself.",
    "too_large": "This is too large: pages need their title in the first 1 MB, pictures may have 5 MB.",
    "not_a_page": "This address leads to no web page.",
    "not_a_picture": "This is no picture that can be used; send a JPEG, PNG, GIF or WebP.",
    "narrow": "This picture is narrower than 200 pixels.",
    "missing": "This is missing.",
    "too_many": "These are too many.",
    "bad_language": "This is no language; send a code such as en or de.",
    "no_time_zone": "This time needs its time zone, such as 2026-12-01T09:00:00+01:00.",
    "order": "This ends before the story is published.",
    "unknown": "There is no such thing.",
    "recalled": "This story was withdrawn.",
    "bad_type": "This has the wrong type; the documentation shows an example.",
    "bad_characters": "This holds characters that cannot be stored.",
    "bad_json": "The body is no JSON object.",
    "not_json": "Send JSON, with Content-Type: application/json.",
    "body_too_large": "The body is larger than 2 MB.",
    "no_token": "Send a token: Authorization: Bearer adv_…",
    "bad_token": "This token is not known, was revoked, or its person has left.",
    "not_editor": "This token's person is not an editor.",
    "failed": "Something went wrong here. Try again later; the log of the product has it under this reference.",
    "too_often": "This token asks too often; the header Retry-After says after how many seconds it may ask again.",
}
"""One sentence for each code."""


class Refusal(Exception):
    """The request is answered with an error: a code of ``WORDS`` and, where one is to blame, the field.

    ``retry_after`` are seconds; 0 where waiting does not help.
    """

    def __init__(
        self, code: str, field: str = "", status: int = HTTPStatus.UNPROCESSABLE_ENTITY, *, retry_after: int = 0
    ) -> None:
        super().__init__(code)
        self.code, self.field, self.status, self.retry_after = code, field, status, retry_after


@dataclass(frozen=True, slots=True)
class NewStory:
    """A story as a program sends it; ``None`` means: read it from the page."""

    url: str
    title: str | None
    summary: str | None
    language: str | None
    image_url: str | None
    image_alt: str
    image_rights: str
    topics: list[str]
    kind: str
    captions: list[Wording]
    publish_at: datetime | None
    expires_at: datetime | None


async def body(request: web.Request) -> dict[str, Any]:
    """The JSON object that was sent. Raises ``Refusal``."""
    if request.content_type != "application/json":
        raise Refusal("not_json", status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    try:
        sent = json.loads(await request.read())
    except web.HTTPRequestEntityTooLarge:
        raise Refusal("body_too_large", status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE) from None
    except (ValueError, RecursionError):
        raise Refusal("bad_json") from None
    if not isinstance(sent, dict):
        raise Refusal("bad_json")
    return sent


def link(sent: Mapping[str, Any]) -> str:
    """The one field of a preview. Raises ``Refusal``."""
    _only(sent, {"url"})
    return text(sent, "url").strip() or _refuse("missing", "url")


def new_story(sent: Mapping[str, Any]) -> NewStory:
    """All fields of a story. Raises ``Refusal`` for the first that cannot be so."""
    _only(sent, set(NewStory.__dataclass_fields__))
    return NewStory(
        url=text(sent, "url").strip() or _refuse("missing", "url"),
        title=_given(sent, "title"), summary=_given(sent, "summary"), language=_given(sent, "language"),
        image_url=_given(sent, "image_url"), image_alt=text(sent, "image_alt"),
        image_rights=text(sent, "image_rights"), topics=_texts(sent, "topics"),
        kind=text(sent, "kind") or KINDS[0],
        captions=[_wording(one) for one in _list(sent, "captions")],
        publish_at=_moment(sent, "publish_at"), expires_at=_moment(sent, "expires_at"),
    )  # fmt: skip


def text(sent: Mapping[str, Any], name: str) -> str:
    """A text; empty when it was not sent."""
    value = sent.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        return _refuse("bad_type", name)
    return _refuse("bad_characters", name) if _UNFIT.search(value) else value


def _given(sent: Mapping[str, Any], name: str) -> str | None:
    return None if sent.get(name) is None else text(sent, name)


def _list(sent: Mapping[str, Any], name: str) -> list[Any]:
    value = sent.get(name)
    return [] if value is None else value if isinstance(value, list) else _refuse("bad_type", name)


def _texts(sent: Mapping[str, Any], name: str) -> list[str]:
    return [text({name: one}, name) if one is not None else _refuse("bad_type", name) for one in _list(sent, name)]


def _moment(sent: Mapping[str, Any], name: str) -> datetime | None:
    said = text(sent, name)
    at = _tried(lambda: datetime.fromisoformat(said), name) if said else None
    return at if at is None or times.is_storable(at) else _refuse("bad_type", name)


def _wording(one: Any) -> Wording:
    if not isinstance(one, dict):
        return _refuse("bad_type", "captions")
    try:
        _only(one, {"text", "network", "language", "hashtags", "mentions", "quota"})
        quota = one.get("quota")
        if quota is not None and (not isinstance(quota, int) or isinstance(quota, bool) or not 0 < quota < 2**31):
            _refuse("bad_type", "captions")
        return Wording(
            text=text(one, "text"), network=text(one, "network"), language=text(one, "language"),
            hashtags=tuple(_texts(one, "hashtags")), mentions=tuple(_texts(one, "mentions")), quota=quota,
        )  # fmt: skip
    except Refusal as wrong:
        raise Refusal(wrong.code, "captions") from None


def _only(sent: Mapping[str, Any], names: set[str]) -> None:
    for name in sent:
        if name not in names:
            _refuse("unknown", name[:60].encode(errors="replace").decode())


def _tried(make: Callable[[], T], name: str) -> T:
    try:
        return make()
    except (ValueError, OverflowError):
        return _refuse("bad_type", name)


def _refuse(code: str, field: str) -> NoReturn:
    raise Refusal(code, field)


__all__ = ["WORDS", "NewStory", "Refusal", "body", "link", "new_story"]
