"""Errors as sentences for an administrator."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from typing import Any


class Trouble(Exception):
    """Something an administrator can mend; the message is a whole sentence."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def sentences(error: BaseException) -> Iterator[str]:
    """What to tell somebody at a terminal. A traceback comes only with ``ADVOCACY_LOG_LEVEL=DEBUG``."""
    import os

    from pydantic import ValidationError
    from pydantic_settings import SettingsError
    from sqlalchemy.exc import SQLAlchemyError

    if os.environ.get("ADVOCACY_LOG_LEVEL", "").upper() == "DEBUG":
        yield "".join(traceback.format_exception(error))
    if isinstance(error, Trouble):
        yield str(error)
    elif isinstance(error, ValidationError):
        yield from (_setting(one) for one in error.errors())
    elif isinstance(error, SettingsError):
        yield _unreadable(error)
    elif isinstance(error, SQLAlchemyError):
        yield _database(error)
    elif isinstance(error, OSError) and error.filename is not None:
        yield f"{error.filename}: {_capital(error.strerror or 'cannot be used')}."
    elif isinstance(error, (OSError, ValueError, LookupError)) and str(error):
        yield f"{_capital(str(error).strip(chr(39)).rstrip('.'))}."
    else:
        yield (
            f"Something unexpected happened ({type(error).__name__}: {error})."
            " Run it again with ADVOCACY_LOG_LEVEL=DEBUG to see where."
        )


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return "DATABASE_URL" if field.lower() == "database_url" else f"ADVOCACY_{field.upper()}"


def _setting(told: Any) -> str:
    message = re.sub(r"^(Value|Assertion) error, ", "", told["msg"])
    if not told["loc"]:
        return f"{_capital(message)}."
    name = variable("__".join(part for part in told["loc"] if isinstance(part, str)))
    if name in message:
        return f"{_capital(message)}."
    if told["type"] == "missing":
        return f"{name} is missing."
    if told["type"] == "value_error":
        return f"{name}: {message}."
    wanted = re.sub(r"^Input should be ", "must be ", message).split(", unable", maxsplit=1)[0]
    # Somebody may have put a secret where none belongs.
    given = None if told["loc"][0] == "apps" else told.get("input")
    return f"{name} {wanted}, not {given!r}." if isinstance(given, (str, int)) else f"{name} {wanted}."


def _unreadable(error: Exception) -> str:
    found = re.search(r'field "(\w+)"', str(error))
    return f"{variable(found[1]) if found else 'A setting'} cannot be read: it has to be JSON."


def _database(error: Exception) -> str:
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    if isinstance(error, (ArgumentError, NoSuchModuleError)):
        return "DATABASE_URL cannot be read; it must begin with sqlite:/// or postgresql://."
    original = getattr(error, "orig", None) or error
    reason = str(original).splitlines()[0]
    if re.search(r"no such table|relation .* does not exist", reason):
        return "The database has no tables yet, or older ones; run: advocacy migrate"
    return f"The database did not do it: {reason.rstrip('.')}."


def _capital(text: str) -> str:
    # Names of settings and files keep their first letter.
    return text[:1].upper() + text[1:] if re.match(r"[a-z]+\b", text) else text
