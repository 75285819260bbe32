"""What exactly is approved."""

from __future__ import annotations

import hashlib
import json

from advocacy.content.models import Story


def fingerprint(story: Story) -> str:
    """A hash of everything a reviewer answers for: words, link, image, language, wordings and audience.

    Times and topics are left out: moving a story by an hour is not another story. Captions must be loaded.
    """
    captions = sorted((one.network, one.language, one.text) for one in story.captions)
    content = [
        story.title, story.summary, story.url, story.image_url, story.image_alt, story.language, captions,
        sorted(story.channel_ids), sorted(story.department_ids),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
