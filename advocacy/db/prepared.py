"""Statements that are compiled once, for brief units of work."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError

from advocacy.db.near import NearConnection

Process = Callable[[Any], Any]
Statement = Select[*tuple[Any, ...]] | Insert | Update


class Prepared:
    """A statement with named parameters, in the words of SQLAlchemy, which also converts its values.

    On a near connection the driver runs it right away: what SQLAlchemy does at each execution, which these statements
    need none of, costs several times what SQLite takes. Elsewhere it is executed as any other.
    """

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._defaults = _defaults(statement) if isinstance(statement, Insert) else {}
        self._ready: _Ready | None = None

    def rows(self, connection: Connection, **values: Any) -> Sequence[Sequence[Any]]:
        """All rows found."""
        driver = _near(connection)
        if driver is None:
            return connection.execute(self._statement, values).all()
        ready = self._for(connection.dialect, values)
        found = ready.run(driver, values).fetchall()
        return [[one if to is None else to(one) for one, to in zip(row, ready.results, strict=True)] for row in found]

    def change(self, connection: Connection, **values: Any) -> None:
        """Change rows."""
        driver = _near(connection)
        if driver is None:
            connection.execute(self._statement, values)
        else:
            self._for(connection.dialect, values).run(driver, values)

    def insert(self, connection: Connection, **values: Any) -> int:
        """Insert a row; answers its id. Columns that are not given get what the table says."""
        values = {**{name: default() for name, default in self._defaults.items() if name not in values}, **values}
        driver = _near(connection)
        if driver is None:
            key = connection.execute(self._statement, values).inserted_primary_key
            assert key is not None
            return int(key[0])
        return int(self._for(connection.dialect, values).run(driver, values).lastrowid or 0)

    def _for(self, dialect: Dialect, values: Mapping[str, Any]) -> _Ready:
        if self._ready is None:
            self._ready = _compiled(self._statement, dialect, sorted(values))
        return self._ready


@dataclass(frozen=True, slots=True)
class _Ready:
    """Compiled for SQLite."""

    sql: str
    names: tuple[str, ...]
    """Of the parameters, in their order."""
    fixed: Mapping[str, Any]
    """Those that are part of the statement, converted."""
    processes: Mapping[str, Process]
    results: tuple[Process | None, ...]

    def run(self, driver: NearConnection, values: Mapping[str, Any]) -> sqlite3.Cursor:
        put = {name: self.processes[name](one) if name in self.processes else one for name, one in values.items()}
        put |= self.fixed
        try:
            return driver.at_once(self.sql, [put[name] for name in self.names])
        except sqlite3.Error as error:
            raise DBAPIError.instance(self.sql, None, error, sqlite3.Error, hide_parameters=True) from error


def _near(connection: Connection) -> NearConnection | None:
    driver = connection.connection.driver_connection
    return driver if isinstance(driver, NearConnection) and driver.is_near else None


def _defaults(statement: Insert) -> dict[str, Callable[[], Any]]:
    """What a column holds that is not given."""
    found: dict[str, Callable[[], Any]] = {}
    for column in statement.table.columns:
        default: Any = column.default
        if default is None:
            if column.nullable:
                found[column.key] = _nothing
        elif default.is_callable:
            found[column.key] = _called(default.arg)
        else:
            found[column.key] = _always(default.arg)
    return found


def _nothing() -> None:
    return None


def _called(make: Callable[[Any], Any]) -> Callable[[], Any]:
    return lambda: make(None)


def _always(value: Any) -> Callable[[], Any]:
    return lambda: value


def _compiled(statement: Statement, dialect: Dialect, names: list[str]) -> _Ready:
    if isinstance(statement, Insert):
        statement = statement.inline()  # its id is the cursor's to tell
    compiled: Any = statement.compile(dialect=dialect, column_keys=names)
    processes = {name: made for name, bind in compiled.binds.items() if (made := _binding(bind.type, dialect))}
    fixed = {name: one for name, one in compiled.params.items() if name not in names}
    results: tuple[Process | None, ...] = ()
    if isinstance(statement, Select):
        types = [column.type.dialect_impl(dialect) for column in statement.selected_columns]
        results = tuple(one.result_processor(dialect, None) for one in types)
    return _Ready(
        str(compiled), tuple(compiled.positiontup),
        {name: processes[name](one) if name in processes else one for name, one in fixed.items()}, processes, results,
    )  # fmt: skip


def _binding(kind: Any, dialect: Dialect) -> Process | None:
    made: Process | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return made


__all__ = ["Prepared"]
