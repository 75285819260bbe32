"""Uploading files in Slack's three steps (https://docs.slack.dev/reference/methods/files.getUploadURLExternal)."""

from __future__ import annotations

import mimetypes
from typing import Any

from aiohttp import web

from advocacy.playground.slack.call import Answer, Args, SlackError
from advocacy.playground.slack.chat import read_content
from advocacy.playground.slack.state import BOT_USER, Json, Message, UploadedFile
from advocacy.playground.slack.workspace import Workspace

HOST = "files.slack.com"


def describe(space: Workspace, file: UploadedFile) -> Json:
    """The file object. Its address needs no token here, so that the page can draw it."""
    url = space.at(HOST, f"/files-pri/{space.team}-{file.id}/{file.name}")
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": kind,
        "filetype": file.name.rpartition(".")[2],
        "size": file.size,
        "user": BOT_USER,
        "url_private": url,
        "url_private_download": url,
        "permalink": url,
    }


def get_upload_url(space: Workspace, args: Args) -> Answer:
    """``files.getUploadURLExternal``: a place for ``length`` bytes."""
    name, length = args.need("filename"), args.number("length", 0)
    if length <= 0:
        raise SlackError("invalid_arguments", "must be greater than 0: length")
    file = UploadedFile(space.new_id("F"), name, length)
    space.files[file.id] = file
    return {"upload_url": space.at(HOST, f"/upload/v1/{file.id}"), "file_id": file.id}


def complete_upload(space: Workspace, args: Args) -> Answer:
    """``files.completeUploadExternal``: the files become one message in ``channel_id``, or stay the app's own."""
    wanted: Any = args.parsed("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted:
        raise SlackError("invalid_arguments", "missing required field: files")
    found: list[UploadedFile] = []
    for one in wanted:
        file = space.files.get(one.get("id", "")) if isinstance(one, dict) else None
        if file is None or not file.data or file.shared:
            raise SlackError("file_not_found")
        file.title = str(one.get("title") or file.name)
        found.append(file)
    if args.has("channel_id"):
        _share(space, args, found)
    for file in found:
        file.shared = True
    return {"files": [describe(space, file) for file in found]}


def _share(space: Workspace, args: Args, files: list[UploadedFile]) -> None:
    channel = space.visible_channel(args.text("channel_id"))
    if BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    blocks = read_content(args).blocks if args.has("blocks") else None
    space.add_message(
        Message(
            channel.id,
            space.new_ts(),
            BOT_USER,
            args.text("initial_comment"),
            blocks or [],
            files=[describe(space, file) for file in files],
            thread_ts=args.text("thread_ts") or None,
        )
    )


class FileDesk:
    """Takes and hands out the bytes."""

    def __init__(self, space: Workspace) -> None:
        self._space = space

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """The bytes arrive, raw or as the one file of a form."""
        file = self._space.files.get(request.match_info["file"])
        if file is None:
            return web.Response(status=404, text="file_not_found")
        data = await request.read()
        if request.content_type == "multipart/form-data":
            parts = [one for one in (await request.post()).values() if isinstance(one, web.FileField)]
            data = parts[0].file.read() if parts else b""
        if len(data) != file.size:
            return web.Response(status=400, text=f"expected {file.size} bytes, got {len(data)}")
        file.data = data
        return web.Response(text=f"OK - {len(data)}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The bytes go out."""
        file = self._space.files.get(request.match_info["file"].partition("-")[2])
        if file is None or not file.data:
            return web.Response(status=404, text="file_not_found")
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return web.Response(body=file.data, content_type=kind)


METHODS = {
    "files.completeUploadExternal": complete_upload,
    "files.getUploadURLExternal": get_upload_url,
}
