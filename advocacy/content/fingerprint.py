"""What exactly is approved."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from advocacy.content.models import Story


def content(story: Story) -> dict[str, Any]:
    """Everything a reviewer answers for: words, link, image, rights, languages, wordings and audience; JSON-ready.

    Times, campaign and the people who get it first are left out: moving a story by an hour is not another story. Of
    its topics only those count that decide on who sees or reviews it. Captions and versions must be loaded.
    """
    return {
        "title": story.title,
        "summary": story.summary,
        "url": story.url,
        "image_url": story.image_url,
        "image_alt": story.image_alt,
        "image_rights": story.image_rights,
        "language": story.language,
        "internal": story.internal,
        "versions": [
            [one.language, one.title, one.summary, one.url, one.image_alt]
            for one in sorted(story.versions, key=lambda one: one.language)
        ],
        "captions": sorted(
            [one.network, one.language, one.text, list(one.hashtags), list(one.mentions)] for one in story.captions
        ),
        "channel_ids": sorted(story.channel_ids),
        "department_ids": sorted(story.department_ids),
        "locations": sorted(story.locations),
        "audience_languages": sorted(story.audience_languages),
        # Left out for what every story was before there were kinds: those keep their approval.
        **({"kind": story.kind} if story.kind not in {None, "news"} else {}),
        **({"as_picture": True} if story.as_picture else {}),
        **({"topics": sorted(story.guarded)} if story.guarded else {}),
    }


def fingerprint(story: Story) -> str:
    """A hash of ``content``."""
    return hashlib.sha256(json.dumps(content(story), ensure_ascii=False).encode()).hexdigest()


__all__ = ["content", "fingerprint"]
