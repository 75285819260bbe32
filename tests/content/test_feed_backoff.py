"""How long a source is left in peace. Time is handed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from advocacy.content.feeds import backoff, feed_file

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120), ("0", 0), ("Mon, 23 Nov 2026 12:10:00 GMT", 600), ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
        ("Monday, 23-Nov-26 12:10:00 GMT", 600), ("-5", None), ("soon", None), ("", None), ("1.5", None),
        ("9" * 400, 7 * 86400), ("Mon, 23 Nov 9999 12:10:00 GMT", 7 * 86400), ("²", None),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(said: str, seconds: int | None) -> None:
    """Anything else is not heard, and a week is the longest."""
    wish = backoff.wishes({"Retry-After": said}, AT).retry_after
    assert wish == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Cache-Control": "public, max-age=3600"}, 3600), ({"Cache-Control": "MAX-AGE=60"}, 60),
        ({"Cache-Control": "max-age=3600", "Age": "600"}, 3000), ({"Cache-Control": "max-age=5", "Age": "600"}, 0),
        ({"Cache-Control": "s-maxage=3600"}, None), ({"Cache-Control": "no-cache, max-age=3600"}, None),
        ({"Cache-Control": "max-age=soon"}, None), ({}, None),
    ],
)  # fmt: skip
def test_an_answer_is_fresh_for_its_max_age(headers: dict[str, str], seconds: int | None) -> None:
    """Less the time it spent in caches; not when it must be asked for each time."""
    wish = backoff.wishes(headers, AT).max_age
    assert wish == (None if seconds is None else timedelta(seconds=seconds))


def test_after_an_answer_the_longest_wish_counts() -> None:
    """Never under five minutes, and no wish makes it longer than a day."""
    minutes = timedelta(minutes=1)
    assert backoff.after_answer(1) == 5 * minutes
    assert backoff.after_answer(30, None, 10 * minutes) == 30 * minutes
    assert backoff.after_answer(30, 45 * minutes, 60 * minutes) == 60 * minutes
    assert backoff.after_answer(30, timedelta(days=365)) == timedelta(days=1)


def test_after_failures_twice_as_long_each_time() -> None:
    """At most a day; longer only when the source says so; faster growth for a page that is missing."""
    waits = [backoff.after_failure(30, count) for count in range(1, 9)]
    assert [wait.total_seconds() / 60 for wait in waits] == [30, 60, 120, 240, 480, 960, 1440, 1440]
    missing = [backoff.after_failure(30, count, is_missing=True) for count in range(1, 5)]
    assert [wait.total_seconds() / 60 for wait in missing] == [30, 120, 480, 1440]
    assert backoff.after_failure(30, 1, timedelta(hours=2)) == timedelta(hours=2)
    assert backoff.after_failure(30, 10**6, timedelta(days=400)) == timedelta(days=7)


@pytest.mark.parametrize(
    ("inside", "minutes"),
    [
        ("<ttl>90</ttl>", 90), ("<ttl>never</ttl>", None), ("", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 30),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", 1440), ("<sy:updatePeriod>often</sy:updatePeriod>", None),
    ],
)  # fmt: skip
def test_what_a_feed_says_about_its_own_pace(inside: str, minutes: int | None) -> None:
    """RSS's ttl, and the syndication module."""
    data = (
        "<rss version='2.0' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel><title>W</title>"
        f"{inside}<item><title>A</title><link>https://nordlicht.example/a</link></item></channel></rss>"
    ).encode()
    found = feed_file.read(data, now=AT)
    assert found.wait == (None if minutes is None else timedelta(minutes=minutes))
