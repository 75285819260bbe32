"""Charts, drawn from a declarative description by Vega-Lite: a PNG for chat, SVG for pages.

The words come from the caller, in the reader's language.
"""

from __future__ import annotations

import json
import textwrap
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from advocacy.insights.participation import Board, BoardRow, TrendDay
from advocacy.insights.periods import Period

WIDTH: Final = 600
"""Of the board in units; the PNG has twice as many pixels (1200)."""
SCALE: Final = 2.0
ROWS: Final = 12
"""So many groups are drawn; the page has all."""
FONT: Final = "Roboto, system-ui, sans-serif"
MEASURED: Final = "#0072b2"
REPORTED: Final = "#c77700"
"""Blue and orange, told apart by everyone (https://jfly.uni-koeln.de/color/); 3:1 against white and the track."""
_KEEP = 64
GAP: Final = 2
"""Units between the two parts of a bar, for eyes that see them alike."""
_ROW = 62
_MARGIN = 28


@dataclass(frozen=True, slots=True)
class BoardWords:
    """What stands in the picture of a board."""

    title: str
    subtitle: str
    definition: str
    measured: str
    """People with a measured share."""
    reported: str
    """People whose shares are all self-reported."""
    empty: str
    """Said instead of bars when there are none."""
    scale: Callable[[float], str]
    """What rate a bar over the whole width stands for."""
    name: Callable[[BoardRow], str]
    value: Callable[[BoardRow], str]
    more: Callable[[int], str]
    """How many groups did not fit."""


@dataclass(frozen=True, slots=True)
class TrendWords:
    """What stands in a trend."""

    shares: str
    clicks: str
    measured: str
    reported: str
    day: Callable[[date], str]


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of a trend, and its size in units."""

    dark: bool = False
    width: int = 880

    @property
    def ink(self) -> str:
        """Of words."""
        return "#a9b4c0" if self.dark else "#525d6a"

    @property
    def line(self) -> str:
        """Of the grid."""
        return "#2f3944" if self.dark else "#e4e2dc"

    @property
    def measured(self) -> str:
        """Of measured shares."""
        return "#4aa8e0" if self.dark else MEASURED

    @property
    def reported(self) -> str:
        """Of self-reported shares."""
        return "#e69f00" if self.dark else REPORTED


def board_png(board: Board, words: BoardWords) -> bytes:
    """The board as PNG, 1200 pixels wide. Takes a moment: call it in a thread."""
    return _drawn(board_spec(board, words), "png")


def board_svg(board: Board, words: BoardWords) -> str:
    """The board as SVG."""
    return _drawn(board_spec(board, words), "svg").decode()


def trend_svg(days: Sequence[TrendDay], period: Period, words: TrendWords, look: Look | None = None) -> str:
    """Shares and clicks per day as SVG, without a background. Takes a moment: call it in a thread."""
    return _drawn(trend_spec(days, period, words, look or Look()), "svg").decode()


def nice_top(rate: float) -> float:
    """Where an axis of rates ends: 0.05, 0.1, 0.25, 0.5 or 1."""
    return next((top for top in (0.05, 0.1, 0.25, 0.5) if rate <= top), 1.0)


# -- the board ----------------------------------------------------------------------------------------------------


def board_spec(board: Board, words: BoardWords) -> dict[str, Any]:
    """The board in Vega-Lite. Each group's name stands above its bar, so that long names fit."""
    title = _wrapped(words.title, 42, 2)
    head = len(title) * 34 + 44
    rows = board.rows[:ROWS]
    body = max(1, len(rows)) * _ROW
    foot_lines = _wrapped(words.definition, 84, 4)
    if len(board.rows) > ROWS:
        foot_lines.insert(0, words.more(len(board.rows) - ROWS))
    height = head + body + (34 if rows else 0) + 20 * len(foot_lines) + 8
    text = {"font": FONT, "align": "left", "baseline": "top"}
    marks: list[dict[str, Any]] = [
        _text(title, 0, {**text, "fontSize": 28, "fontWeight": 700, "color": "#17202a", "lineHeight": 34}),
        _text([_short(words.subtitle, 66)], head - 40, {**text, "fontSize": 18, "color": "#47525e"}),
        *(_bars(rows, words, head) if rows else [_text(_wrapped(words.empty, 60, 3), head, {**text, "fontSize": 20})]),
        *(_legend(rows, words, head + body + 2) if rows else []),
        _text(
            foot_lines, height - 20 * len(foot_lines), {**text, "fontSize": 14, "color": "#5a6570", "lineHeight": 20}
        ),
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": "#ffffff",
        "padding": _MARGIN,
        "width": WIDTH - 2 * _MARGIN,
        "height": height,
        "config": {"view": {"stroke": None}, "axis": {"disable": True}, "legend": {"disable": True}},
        "layer": marks,
    }


def _bars(rows: Sequence[BoardRow], words: BoardWords, top: int) -> list[dict[str, Any]]:
    end = nice_top(max(row.rate for row in rows))
    width = WIDTH - 2 * _MARGIN
    data: list[dict[str, Any]] = []
    for place, row in enumerate(rows):
        solid, whole = _parts(row, end)
        value = words.value(row)
        data.append(
            {
                "y": top + place * _ROW, "name": words.name(row), "value": value,
                "track": width, "solid": round(solid * width, 1),
                "next": round(min(solid + GAP / width, whole) * width, 1) if solid else 0.0,
                "whole": round(whole * width, 1),
            }
        )  # fmt: skip
    label = {"font": FONT, "fontSize": 18, "baseline": "top", "color": "#17202a"}
    room = width - 12 - 10 * max(len(one["value"]) for one in data)
    return [
        _layer(data, {"type": "text", **label, "align": "left", "limit": room}, {"text": _field("name")}),
        _layer(data, {"type": "text", **label, "align": "right", "x": width}, {"text": _field("value")}),
        *(
            _layer(data, {"type": "bar", "color": colour, "yOffset": 25, "y2Offset": 43}, _span(begin, finish))
            for begin, finish, colour in (
                (None, "track", "#f3f1ec"), (None, "solid", MEASURED), ("solid", "next", "#ffffff"),
                ("next", "whole", REPORTED),
            )
        ),
    ]  # fmt: skip


def _parts(row: BoardRow, end: float) -> tuple[float, float]:
    """How much of the track people with a measured share take, and all people."""
    whole = min(row.rate / end, 1.0)
    return (whole * row.people_measured / row.people if row.people else 0.0), whole


def _legend(rows: Sequence[BoardRow], words: BoardWords, top: int) -> list[dict[str, Any]]:
    text = {"font": FONT, "fontSize": 14, "align": "left", "baseline": "middle", "color": "#47525e"}
    first = words.measured
    second_at = 20 + len(first) * 7 + 26
    width = WIDTH - 2 * _MARGIN
    scale = {"type": "text", **text, "text": words.scale(nice_top(max(row.rate for row in rows))), "align": "right"}
    return [
        _fixed(scale, width, top + 9),
        *(
            layer
            for x, said, colour in ((0, first, MEASURED), (second_at, words.reported, REPORTED))
            for layer in (
                _fixed({"type": "square", "size": 170, "filled": True, "opacity": 1, "color": colour}, x + 7, top + 8),
                _fixed({"type": "text", "text": said, **text}, x + 20, top + 9),
            )
        ),
    ]


def _text(lines: Sequence[str], y: float, look: Mapping[str, Any]) -> dict[str, Any]:
    return _fixed({"type": "text", "text": list(lines), **look}, 0, y)


def _fixed(mark: Mapping[str, Any], x: float, y: float) -> dict[str, Any]:
    return {"data": {"values": [{}]}, "mark": mark, "encoding": {"x": {"value": x}, "y": {"value": y}}}


def _layer(data: list[dict[str, Any]], mark: Mapping[str, Any], encoding: Mapping[str, Any]) -> dict[str, Any]:
    x = {} if "x" in encoding or "x" in mark else {"x": {"value": 0}}
    raw = {"field": "y", "type": "quantitative", "scale": None}
    y = {"y": raw, "y2": {"field": "y"}} if mark["type"] == "bar" else {"y": raw}
    return {"data": {"values": data}, "mark": mark, "encoding": {**x, **y, **encoding}}


def _span(begin: str | None, finish: str) -> dict[str, Any]:
    last = {"field": finish, "type": "quantitative", "scale": None}
    return {"x": last, "x2": {"field": begin} if begin else {"value": 0}}


def _field(name: str) -> dict[str, str]:
    return {"field": name, "type": "nominal"}


# -- the trend ----------------------------------------------------------------------------------------------------


def trend_spec(days: Sequence[TrendDay], period: Period, words: TrendWords, look: Look) -> dict[str, Any]:
    """Two charts below each other on one axis of days: shares as stacked bars, clicks as bars."""
    found = {one.day: one for one in days}
    span = [period.first + timedelta(days=offset) for offset in range(period.days)]
    rows = [found.get(day) or TrendDay(day, 0, 0, 0) for day in span]
    shares = [
        {"day": row.day.isoformat(), "count": count, "kind": kind, "order": order}
        for row in rows
        for order, (kind, count) in enumerate(((words.measured, row.measured), (words.reported, row.reported)))
    ]
    clicks = [{"day": row.day.isoformat(), "count": row.clicks} for row in rows]
    labels = {day.isoformat(): words.day(day) for day in _ticks(span, look)}
    x: dict[str, Any] = {"field": "day", "type": "ordinal", "scale": {"paddingInner": 0.2}, "title": None}
    colours = {"domain": [words.measured, words.reported], "range": [look.measured, look.reported]}
    legend = {"title": None, "orient": "top", "labelLimit": 400, "symbolType": "square", "direction": "horizontal"}
    if look.width < 500:
        legend["columns"] = 1
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": None,
        "padding": 4,
        "config": _trend_config(look),
        "spacing": 14,
        "vconcat": [
            {
                "width": look.width - 60,
                "height": 150,
                "data": {"values": shares},
                "mark": "bar",
                "encoding": {
                    "x": {**x, "axis": None},
                    "y": _counts(words.shares, shares),
                    "order": {"field": "order", "type": "quantitative"},
                    "color": {"field": "kind", "type": "nominal", "scale": colours, "legend": legend},
                },
            },
            {
                "width": look.width - 60,
                "height": 80,
                "data": {"values": clicks},
                "mark": {"type": "bar", "color": look.ink},
                "encoding": {
                    "x": {**x, "axis": {"values": list(labels), "labelExpr": f"{json.dumps(labels)}[datum.value]"}},
                    "y": _counts(words.clicks, clicks),
                },
            },
        ],
    }


def _counts(title: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    by_day: dict[str, int] = {}
    for row in rows:
        by_day[row["day"]] = by_day.get(row["day"], 0) + max(0, row["count"])
    most = max(by_day.values(), default=0)
    axis = {"tickCount": min(4, max(1, most)), "format": "d", "domain": False, "ticks": False, "minExtent": 34}
    return {
        "field": "count", "type": "quantitative", "title": title, "axis": axis,
        "scale": {"zero": True, "nice": True} if most else {"domain": [0, 1]},
    }  # fmt: skip


def _ticks(span: Sequence[date], look: Look) -> list[date]:
    most = 5 if look.width < 500 else 11
    step = next(step for step in (1, 2, 3, 7, 14, 28) if len(span) / step <= most)
    return list(span[::step])


def _trend_config(look: Look) -> dict[str, Any]:
    return {
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": look.ink, "titleColor": look.ink, "gridColor": look.line, "labelFontSize": 12,
            "titleFontSize": 12, "titleFontWeight": 500, "labelPadding": 6,
        },
        "axisX": {"labelAngle": 0, "domainColor": look.line, "tickColor": look.line, "grid": False,
                  "labelFlush": True, "labelOverlap": True},
        "legend": {"labelColor": look.ink, "labelFontSize": 13, "offset": 8},
    }  # fmt: skip


# -- drawing ------------------------------------------------------------------------------------------------------

_KEPT: OrderedDict[tuple[str, str], bytes] = OrderedDict()
_lock = threading.Lock()


def _drawn(spec: Mapping[str, Any], form: str) -> bytes:
    """Draw, or give what was drawn from the very same words and numbers."""
    said = json.dumps(spec, sort_keys=True, ensure_ascii=False)
    key = (form, said)
    with _lock:  # one at a time: the renderer is one machine anyway, and the second to ask gets the first's picture
        if key in _KEPT:
            _KEPT.move_to_end(key)
            return _KEPT[key]
        drawn = _render(said, form)
        _KEPT[key] = drawn
        while len(_KEPT) > _KEEP:
            _KEPT.popitem(last=False)
    return drawn


def _render(said: str, form: str) -> bytes:
    import vl_convert  # 40 MiB that a worker without pages never needs

    if form == "png":
        return bytes(vl_convert.vegalite_to_png(said, scale=SCALE))
    return str(vl_convert.vegalite_to_svg(said)).encode()


def forget() -> None:
    """Draw everything anew from now on."""
    with _lock:
        _KEPT.clear()


def _wrapped(said: str, width: int, most: int) -> list[str]:
    return textwrap.wrap(said, width, max_lines=most, placeholder=" …") or [""]


def _short(said: str, most: int) -> str:
    return said if len(said) <= most else said[: max(1, most - 1)].rstrip() + "…"


__all__ = [
    "BoardWords", "Look", "TrendWords", "board_png", "board_spec", "board_svg", "forget", "nice_top", "trend_spec",
    "trend_svg",
]  # fmt: skip
