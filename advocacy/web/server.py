"""All pages as one application; doors and redirects are mounted on it."""

from __future__ import annotations

import asyncio
import secrets
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from advocacy.db import Database
from advocacy.web import (
    api,
    connect,
    dashboard,
    link_pictures,
    opens,
    pages,
    pictures,
    redirects,
    security,
    short_host,
    signin,
    story_pictures,
)

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes; Slack and Teams send far less."""
READY_SECONDS = 2.0
log = structlog.get_logger()


def build(app: pages.Parts) -> web.Application:
    """The application with everything on it that the web room owns."""
    application = web.Application(middlewares=[errors, *short_host.guard(app.settings)], client_max_size=LARGEST_BODY)
    security.add_headers(application, app.settings)
    redirects.routes(application, app)
    connect.routes(application, app)
    signin.routes(application, app)
    dashboard.routes(application, app)
    pictures.routes(application, app)
    story_pictures.routes(application, app)
    link_pictures.routes(application, app)
    api.routes(application, app)
    opens.routes(application, app)
    _health(application, app.db)
    application.router.add_static("/static", pages.STATIC)
    return application


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The one place where anything unforeseen ends: a friendly page with a reference that the log has too."""
    try:
        return await handler(request)
    except web.HTTPException as problem:
        if problem.status < HTTPStatus.BAD_REQUEST or not _wants_page(request):
            raise
        kind = "missing" if problem.status == HTTPStatus.NOT_FOUND else "wrong"
        page = pages.problem(request, kind, status=problem.status)
        if "Allow" in problem.headers:
            page.headers["Allow"] = problem.headers["Allow"]
        return page
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("request failed", method=request.method, path=request.path, reference=reference)
        if request.path.startswith(api.FOLDER):
            return api.failed(reference)
        if not _wants_page(request):
            return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR, text=f"Internal error {reference}\n")
        return pages.problem(request, "failed", status=HTTPStatus.INTERNAL_SERVER_ERROR, reference=reference)


def _wants_page(request: web.Request) -> bool:
    return "text/html" in request.headers.get("Accept", "")


def _health(application: web.Application, db: Database) -> None:
    async def alive(_request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(_request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(READY_SECONDS), db.read() as s:
                await s.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError, TimeoutError):
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text="the database does not answer\n")
        return web.Response(text="ready\n")

    application.router.add_get("/healthz", alive)
    application.router.add_get("/readyz", ready)


__all__ = ["build"]
