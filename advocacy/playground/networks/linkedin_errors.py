"""How LinkedIn says no. https://learn.microsoft.com/linkedin/shared/api-guide/concepts/error-handling"""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

_VISIBILITIES = {"PUBLIC", "CONNECTIONS", "LOGGED_IN"}
_FIELDS = {
    "author",
    "commentary",
    "visibility",
    "distribution",
    "lifecycleState",
    "isReshareDisabledByAuthor",
    "reshareContext",
    "content",
}
_CONTENT = {
    "article": {"source", "title", "description", "thumbnail", "thumbnailAltText"},
    "media": {"id", "title", "altText"},
}
_LONGEST_ALT = 4086


class Refusal(Exception):
    """LinkedIn's error answer."""

    def __init__(self, status: int, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.answer = {"status": status, "code": code, "message": message} | more
        self.status = status


async def json_body(request: web.Request) -> dict[str, Any]:
    """The body as a JSON object. Raises ``Refusal``."""
    try:
        body = await request.json()
    except json.JSONDecodeError:
        body = None
    if not isinstance(body, dict) or request.content_type != "application/json":
        raise Refusal(400, "BAD_REQUEST", "Cannot parse the request body as application/json")
    return body


def check_fields(body: dict[str, Any]) -> None:
    """What Rest.li says of a body it cannot take."""
    for name in sorted(_FIELDS - {"content", "isReshareDisabledByAuthor", "reshareContext"} - body.keys()):
        raise invalid(f"/{name}", "field is required but not found and has no default value")
    for name in sorted(body.keys() - _FIELDS):
        raise invalid(f"/{name}", "unrecognized field found but not allowed")
    if body["visibility"] not in _VISIBILITIES:
        raise invalid("/visibility", f'"{body["visibility"]}" is not an enum symbol')
    if body["lifecycleState"] != "PUBLISHED":
        raise invalid("/lifecycleState", "must be PUBLISHED when a post is created")
    distribution = body["distribution"]
    if not isinstance(distribution, dict) or distribution.get("feedDistribution") not in {"MAIN_FEED", "NONE"}:
        raise invalid("/distribution/feedDistribution", "is not an enum symbol")


def check_content(content: dict[str, Any]) -> None:
    """One of the kinds of content, each with its own fields; further kinds are not played here.

    https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api#content
    """
    if len(content) > 1:
        raise invalid("/content", "union type is not backed by a single member")
    for kind, told in content.items():
        if kind not in _CONTENT:
            raise invalid(f"/content/{kind}", "is not a member type of union")
        for name in sorted(told.keys() - _CONTENT[kind]):
            raise invalid(f"/content/{kind}/{name}", "unrecognized field found but not allowed")
    media = content.get("media", {})
    if "media" in content and not media.get("id"):
        raise invalid("/content/media/id", "field is required but not found and has no default value")
    if len(str(media.get("altText", ""))) > _LONGEST_ALT:
        raise invalid("/content/media/altText", f"length is out of range 0 to {_LONGEST_ALT}")


def invalid(field: str, what: str) -> Refusal:
    """422 about one field."""
    return Refusal(422, "UNPROCESSABLE_ENTITY", f"ERROR :: {field} :: {what}\n")


def denied(message: str) -> Refusal:
    """403."""
    return Refusal(403, "ACCESS_DENIED", message, serviceErrorCode=100)


def revoked() -> Refusal:
    """401: the member took the access away."""
    message = "The token used in the request has been revoked by the user"
    return Refusal(401, "REVOKED_ACCESS_TOKEN", message, serviceErrorCode=65601)


def duplicate(urn: str) -> Refusal:
    """422: the same words were posted a moment ago."""
    return Refusal(
        422,
        "DUPLICATE_POST",
        f"com.linkedin.content.common.exception.BadRequestResponseException: Content is a duplicate of {urn}",
        errorDetailType="com.linkedin.common.error.BadRequest",
        errorDetails={
            "inputErrors": [{"description": "Duplicate post is detected", "input": {}, "code": "DUPLICATE_POST"}]
        },
    )


def too_many() -> Refusal:
    """429: the day's requests are used up."""
    message = "Resource level throttle APPLICATION_AND_MEMBER DAY limit for calls to this resource is reached."
    return Refusal(429, "TOO_MANY_REQUESTS", message, serviceErrorCode=101)


def answer(refusal: Refusal) -> web.Response:
    """The error as HTTP."""
    return web.json_response(refusal.answer, status=refusal.status)


def oauth_error(status: int, error: str, why: str) -> web.Response:
    """An error of the token endpoint."""
    return web.json_response({"error": error, "error_description": why}, status=status)
