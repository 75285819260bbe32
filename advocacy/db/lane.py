"""Brief units of work of many callers, committed together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

T = TypeVar("T")
Work = Callable[[Connection], T]
"""Runs a few statements. It cannot wait for anything but the database, commits nothing itself, and leaves no trace
elsewhere: what it did may be taken back and done again."""


@dataclass(frozen=True, slots=True)
class _Unit:
    work: Work[Any]
    future: asyncio.Future[Any]


class Lane:
    """SQLite's one writer takes whatever is queued the moment its last commit ends: one commit, one wait for the disk.

    There is no timer. A unit that fails takes back what it wrote and nothing else. PostgreSQL has many writers, and
    brings their commits to the disk together by itself, so there each unit has a transaction of its own.
    """

    def __init__(self, engine: AsyncEngine, writing: asyncio.Lock | None) -> None:
        self._engine = engine.execution_options(begin="IMMEDIATE", near=True)
        self._writing = writing
        """SQLite's turn to write, shared with all other units of work; ``None`` on PostgreSQL."""
        self._queue: list[_Unit] = []
        self._task: asyncio.Task[None] | None = None

    async def run(self, work: Work[T]) -> T:
        """What the work answers, once it is committed. Raises what the work or the database raises."""
        if self._writing is None:
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.append(_Unit(work, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain(self._writing), name="lane")
        return await future

    async def close(self) -> None:
        """Finish what is queued."""
        if self._task is not None:
            await self._task

    async def _drain(self, writing: asyncio.Lock) -> None:
        while self._queue:
            async with writing:
                await self._commit()

    async def _commit(self) -> None:
        group: list[_Unit] = []
        try:
            async with self._engine.begin() as connection:
                group = self._take()  # now that it is our turn: who came while we waited comes along
                answers = await _each(connection, group)
        except BaseException as error:
            for unit in group or self._take():
                _fail(unit, error)
            if not isinstance(error, Exception):
                raise
            return
        for unit, answer in zip(group, answers, strict=True):
            if isinstance(answer, _Failed):
                _fail(unit, answer.problem)
            elif not unit.future.done():  # whoever asked may be gone
                unit.future.set_result(answer)

    def _take(self) -> list[_Unit]:
        group, self._queue = self._queue, []
        return group


@dataclass(frozen=True, slots=True)
class _Failed:
    problem: Exception


class _Torn(Exception):
    """A unit failed after it had written something."""


async def _each(connection: AsyncConnection, group: list[_Unit]) -> list[Any]:
    """What each unit answers, or how it failed. One that is alone needs no savepoint: with it all is taken back.

    Hardly any fails once it has written. So there is one savepoint for all of them, and one for each only when the
    group has to be done again.
    """
    if len(group) == 1:
        return [await connection.run_sync(group[0].work)]
    try:
        async with connection.begin_nested():
            return [await _one(connection, unit, _lightly) for unit in group]
    except _Torn:
        return [await _one(connection, unit, _apart) for unit in group]


async def _one(connection: AsyncConnection, unit: _Unit, how: Callable[[Connection, Work[Any]], Any]) -> Any:
    answer = await connection.run_sync(how, unit.work)
    await asyncio.sleep(0)  # others of this process have their turn between two
    return answer


def _lightly(connection: Connection, work: Work[Any]) -> Any:
    driver: Any = connection.connection.driver_connection
    before = driver.total_changes
    try:
        return work(connection)
    except Exception as problem:
        if driver.total_changes != before:
            raise _Torn from problem
        return _Failed(problem)


def _apart(connection: Connection, work: Work[Any]) -> Any:
    try:
        with connection.begin_nested():
            return work(connection)
    except Exception as problem:  # noqa: BLE001 - it goes to whoever asked, and the others go on
        return _Failed(problem)


def _fail(unit: _Unit, error: BaseException) -> None:
    if not unit.future.done():
        unit.future.set_exception(error)


__all__ = ["Lane", "Work"]
