"""What people wrote in Slack, as plain text: markup undone, addresses whole.

https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re

_MARKED = re.compile(r"<([^<>|\s][^<>|]*)(?:\|([^<>]*))?>")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


def read(text: str) -> str:
    """The words as they are seen, a link as its address, ``& < >`` as themselves.

    A mention that carries no name becomes ``@…``: an id would mean nothing to anybody.
    """
    return _unescaped(_MARKED.sub(lambda found: _seen(found[1], found[2] or ""), text))


def _seen(target: str, label: str) -> str:
    if _ADDRESS.match(target):
        return target
    if target.startswith(("mailto:", "tel:")):
        return label or target.partition(":")[2]
    if target[0] in "@!":
        name = label or (target[1:] if target in {"!here", "!channel", "!everyone"} else "…")
        return name if target.startswith("!date") else f"@{name.removeprefix('@')}"
    if target[0] == "#":
        return f"#{label.removeprefix('#') or '…'}"
    return f"<{target}|{label}>" if label else f"<{target}>"


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
