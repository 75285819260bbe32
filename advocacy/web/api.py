"""``/api/v1``: what programs may do for an editor. docs/api.md describes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from aiohttp import web

from advocacy.content import approval, pictures, stories
from advocacy.content.fields import Invalid
from advocacy.content.pictures import Drawn
from advocacy.content.preview.fetch import Preview, picture, preview, with_picture
from advocacy.db import after_commit
from advocacy.people import directory, tokens
from advocacy.people.models import Person
from advocacy.web import api_input, pages
from advocacy.web.api_input import NewStory, Refusal
from advocacy.web.api_pace import Pace

Answered = Callable[[Person, dict[str, Any]], Awaitable[web.Response]]


FOLDER = "/api/"
"""Whatever lies below it answers in JSON."""


def routes(application: web.Application, app: pages.Parts) -> None:
    """Mount it."""
    api = _Api(app)
    application.router.add_post("/api/v1/preview", api.asked(api.preview))
    application.router.add_post("/api/v1/stories", api.asked(api.create))


class _Api:
    """Every request says anew who it acts for."""

    def __init__(self, app: pages.Parts) -> None:
        self._app = app
        self._pace = Pace()

    def asked(self, answer: Answered) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """A handler that knows the person, reads the body, and turns refusals into JSON."""

        async def handler(request: web.Request) -> web.StreamResponse:
            try:
                person = await self._person(request)
                return await answer(person, await api_input.body(request))
            except Refusal as refusal:
                return _error(refusal)
            except Invalid as wrong:
                return _error(Refusal(wrong.code, wrong.field))

        return handler

    async def _person(self, request: web.Request) -> Person:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise Refusal("no_token", status=HTTPStatus.UNAUTHORIZED)
        async with self._app.db.read() as s:
            found = await tokens.holder(s, secret.strip())
        if found is None:
            raise Refusal("bad_token", status=HTTPStatus.UNAUTHORIZED)
        person, token = found
        if wait := self._pace.wait(token.id):
            raise Refusal("too_often", status=HTTPStatus.TOO_MANY_REQUESTS, retry_after=wait)
        await tokens.note_use(self._app.db, token)
        if not directory.may(person, "editor"):
            raise Refusal("not_editor", status=HTTPStatus.FORBIDDEN)
        return person

    async def preview(self, _person: Person, sent: dict[str, Any]) -> web.Response:
        """What a page says of itself, its picture stored here."""
        found = await self._look(api_input.link(sent))
        if found.problem:
            raise Refusal(found.problem, "url")
        return web.json_response(
            {
                "url": found.url, "title": found.title, "summary": found.summary, "site": found.site,
                "language": found.language, "image_url": found.image_url, "image_alt": found.image_alt,
                "picture": pictures.address(self._app.settings, found.image_url),
                "picture_problem": found.picture_problem,
            }
        )  # fmt: skip

    async def create(self, person: Person, sent: dict[str, Any]) -> web.Response:
        """A story, put up for review at once."""
        wanted = api_input.new_story(sent)
        found = Preview(wanted.url)
        if None in (wanted.title, wanted.summary, wanted.language, wanted.image_url):
            found = await self._look(wanted.url, picture_too=wanted.image_url is None)
            if found.problem and wanted.title is None:
                raise Refusal(found.problem, "url")
        image_url = await self._picture(wanted, found)
        async with self._app.db.write() as s:
            story = await stories.create(
                s, title=_or(wanted.title, found.title), summary=_or(wanted.summary, found.summary), url=wanted.url,
                author_id=person.id, site=found.site, language=_or(wanted.language, found.language) or "en",
                image_url=image_url, image_alt=wanted.image_alt or (found.image_alt if image_url else ""),
                image_rights=wanted.image_rights, topics=wanted.topics, captions=wanted.captions, kind=wanted.kind,
                publish_at=wanted.publish_at, expires_at=wanted.expires_at,
            )  # fmt: skip
            await approval.submit(s, story.id, person.id)
            after_commit(s, self._app.editors_due)
        said = {
            "id": story.id, "state": story.state, "title": story.title, "summary": story.summary, "url": story.url,
            "language": story.language, "image_url": story.image_url,
            "picture": pictures.address(self._app.settings, story.image_url),
        }  # fmt: skip
        return web.json_response(said, status=HTTPStatus.CREATED)

    async def _look(self, url: str, *, picture_too: bool = True) -> Preview:
        found = await preview(self._app.http, url)
        if not picture_too:
            found = replace(found, images=(), image_alt="")
        return await with_picture(self._app.db, self._app.http, found)

    async def _picture(self, wanted: NewStory, found: Preview) -> str:
        """What the story's ``image_url`` will be: always a picture that is stored here."""
        given = wanted.image_url
        if given is None:
            return found.image_url
        if not given:
            return ""
        async with self._app.db.read() as s:
            if await pictures.is_kept(s, given):
                return given
        drawn = await picture(self._app.http, given)
        if not isinstance(drawn, Drawn):
            raise Refusal(drawn, "image_url")
        async with self._app.db.write() as s:
            return await pictures.store(s, drawn, given)


def failed(reference: str) -> web.Response:
    """Something nobody foresaw; the log has it under this reference."""
    said = {"code": "failed", "message": api_input.WORDS["failed"], "reference": reference}
    return web.json_response({"error": said}, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _or(given: str | None, found: str) -> str:
    return found if given is None else given


def _error(refusal: Refusal) -> web.Response:
    said = {"code": refusal.code, "message": api_input.WORDS.get(refusal.code, "This cannot be so.")}
    if refusal.field:
        said["field"] = refusal.field
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == HTTPStatus.UNAUTHORIZED else {}
    if refusal.retry_after:
        headers["Retry-After"] = str(refusal.retry_after)
    return web.json_response({"error": said}, status=refusal.status, headers=headers)


__all__ = ["FOLDER", "failed", "routes"]
