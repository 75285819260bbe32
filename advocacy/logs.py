"""Structured logs that never hold a secret."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET_NAMES = re.compile(
    r"token|secret|password|authorization|cookie|code|state|verifier|response_url|trigger_id|reply_to|key",
    re.IGNORECASE,
)
SECRET_VALUES = re.compile(
    r"(xox[a-z]-|xapp-|xoxe[.-])[\w-]+"  # Slack
    r"|Bearer\s+[\w.~+/=-]+"
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]*"  # JWT
    r"|(?<=[?&])(code|state|t|token)=[^&\s]+"
    r"|https://hooks\.slack\.com/\S+",
    re.IGNORECASE,
)
HIDDEN = "‹hidden›"
_PLAIN = frozenset({"event", "level", "timestamp", "logger", "status_code", "exit_code"})


def redact(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide what looks like a secret by its name or by its shape."""
    for name, value in entry.items():
        if name not in _PLAIN and SECRET_NAMES.search(name):
            entry[name] = HIDDEN
        elif isinstance(value, str):
            entry[name] = SECRET_VALUES.sub(HIDDEN, value)
    return entry


class _Redacting(logging.Formatter):
    """The same for libraries that log by the standard way."""

    def format(self, record: logging.LogRecord) -> str:
        """Hide secrets in all that is written, tracebacks too."""
        return SECRET_VALUES.sub(HIDDEN, super().format(record))


def configure(level: str = "INFO") -> None:
    """Log lines to stderr: plain for people at a terminal, JSON for machines."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    plain = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            structlog.dev.ConsoleRenderer() if plain else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting(logging.BASIC_FORMAT))
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)
