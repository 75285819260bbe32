"""One PostgreSQL database, emptied between tests, or filled again with rows that were kept."""

from __future__ import annotations

import asyncio

import asyncpg  # type: ignore[import-untyped]

from advocacy.db import Base


class Sweeper:
    """Empties one PostgreSQL database over a connection that stays open.

    By DELETE, since TRUNCATE makes the files of every table anew: 130 ms for each test against one.
    """

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._connection: asyncpg.Connection = self._loop.run_until_complete(asyncpg.connect(url))
        self._kept: dict[str, str] = {}
        self._empty = _quietly(
            "".join(f'DELETE FROM "{table}";' for table in Base.metadata.tables)
            + """SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
            FROM pg_sequences WHERE last_value IS NOT NULL;"""
        )

    def sweep(self) -> None:
        """Delete every row, and count from one again."""
        self._run(self._empty)

    def keep(self, schema: str) -> None:
        """Copy all rows as they stand now into a schema of their own."""
        copies = []
        self._run(f"CREATE SCHEMA {schema}")
        for table in Base.metadata.tables:
            if self._value(f'SELECT EXISTS (SELECT FROM "{table}")'):
                self._run(f'CREATE TABLE {schema}."{table}" AS TABLE "{table}"')
                copies.append(f'INSERT INTO "{table}" SELECT * FROM {schema}."{table}";')
        copies.append(
            self._value(
                """SELECT string_agg(format('SELECT setval(''%I.%I'', %s);', schemaname, sequencename, last_value), '')
                FROM pg_sequences WHERE last_value IS NOT NULL"""
            )
        )
        self._kept[schema] = _quietly("".join(copies))

    def keeps(self, schema: str) -> bool:
        """Whether there are such rows."""
        return schema in self._kept

    def put_back(self, schema: str) -> None:
        """Copy the rows that were kept into empty tables."""
        self._run(self._kept[schema])

    def close(self) -> None:
        """Give the connection back."""
        self._loop.run_until_complete(self._connection.close())
        self._loop.close()

    def _run(self, statements: str) -> None:
        self._loop.run_until_complete(self._connection.execute(statements))

    def _value(self, query: str) -> str:
        value: str = self._loop.run_until_complete(self._connection.fetchval(query))
        return value


def _quietly(statements: str) -> str:
    """In one transaction, and in any order of tables: no trigger looks at foreign keys."""
    return f"BEGIN; SET LOCAL session_replication_role = replica; {statements} COMMIT;"
