"""What every answer carries, and who may send our forms."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from aiohttp import web

from advocacy.config import Settings

PLAIN = {"X-Content-Type-Options": "nosniff"}
PAGE = {
    # Not "no-referrer": with that, browsers call the origin of our own forms "null" (https://fetch.spec.whatwg.org/).
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
YEAR = 31_536_000


def policy(forms: Iterable[str] = ()) -> str:
    """A content security policy. ``forms``: origins a form may lead to, as browsers check its redirects too."""
    return "; ".join(
        (
            "default-src 'none'",
            "img-src 'self'",
            "style-src 'self'",
            "script-src 'self'",
            "connect-src 'self'",
            " ".join(("form-action 'self'", *forms)),
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


POLICY = policy()


def add_headers(application: web.Application, settings: Settings) -> None:
    """Put the headers on whatever is answered; a handler that set one keeps it."""
    is_https = urlsplit(settings.public_url).scheme == "https"

    async def on_prepare(_request: web.Request, response: web.StreamResponse) -> None:
        headers = response.headers
        headers.update(PLAIN)
        if is_https:
            headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}")
        if response.content_type == "text/html":
            headers.setdefault("Content-Security-Policy", POLICY)
            for name, value in PAGE.items():
                headers.setdefault(name, value)

    application.on_response_prepare.append(on_prepare)


def is_ours(request: web.Request, settings: Settings) -> bool:
    """Was this form sent from a page of ours? Browsers say so themselves, pages cannot make it up."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    parts = urlsplit(settings.public_url)
    return request.headers.get("Origin", "").lower() == f"{parts.scheme}://{parts.netloc}".lower()


def is_secure(settings: Settings) -> bool:
    """May cookies be kept from plain HTTP?"""
    return urlsplit(settings.public_url).scheme == "https"


__all__ = ["add_headers", "is_ours", "is_secure", "policy"]
