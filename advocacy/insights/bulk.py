"""Many rows in one statement, many times as fast as row by row: a fold holds SQLite's one writer that much shorter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Date, Integer, String, inspect, text
from sqlalchemy.ext.asyncio import AsyncSession

from advocacy.db import Base

_ARRAYS = ((Date, "date[]"), (BigInteger, "bigint[]"), (Integer, "bigint[]"), (String, "text[]"))


async def upsert(
    s: AsyncSession,
    table: type[Base],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    changes: Mapping[str, str] | None = None,
    returning: Sequence[str] = (),
) -> Sequence[Any]:
    """Insert rows; where the key is there already, change the row.

    ``changes`` are SQL expressions over ``old`` (the row there) and ``new``; a column without one is added up. A key
    may be among the rows only once.
    """
    if not rows:
        return []
    name = s.get_bind().dialect.name
    query = _query(name, table, tuple(columns), tuple((changes or {}).items()), tuple(returning))
    if name == "postgresql":
        parameters: dict[str, Any] = {f"c{at}": list(values) for at, values in enumerate(zip(*rows, strict=True))}
    else:
        parameters = {"rows": json.dumps(rows, default=str)}
    found = await s.execute(text(query), parameters)
    return found.all() if returning else []


@cache
def _query(
    dialect: str,
    table: type[Base],
    columns: tuple[str, ...],
    changes: tuple[tuple[str, str], ...],
    returning: tuple[str, ...],
) -> str:
    mapper = inspect(table)
    name = mapper.local_table.description
    keys = [column.name for column in mapper.primary_key]
    added = {one: f"old.{one} + new.{one}" for one in columns if one not in keys}
    sets = [f"{one} = {how}" for one, how in {**added, **dict(changes)}.items()]
    change = ", ".join(sets).replace("old.", f"{name}.").replace("new.", "excluded.")
    if dialect == "postgresql":
        arrays = (f"CAST(:c{at} AS {_array(mapper.columns[one].type)})" for at, one in enumerate(columns))
        source = f"SELECT * FROM unnest({', '.join(arrays)})"  # noqa: S608 - all names are our own
    else:
        source = f"SELECT {', '.join(f'value ->> {at}' for at in range(len(columns)))} FROM json_each(:rows)"  # noqa: S608
    # "WHERE true" keeps SQLite from reading ON as part of a join (https://www.sqlite.org/lang_upsert.html, 2.1).
    said = (
        f"INSERT INTO {name} ({', '.join(columns)}) {source} WHERE true"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {change}"
    )
    return f"{said} RETURNING {', '.join(returning)}" if returning else said


def _array(kind: object) -> str:
    return next(array for one, array in _ARRAYS if isinstance(kind, one))
