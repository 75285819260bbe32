"""Pictures for the fictional articles, drawn here: 1200 by 630 points, flat colours, no text."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from functools import cache
from itertools import pairwise

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1200, 630
_FINE = 2
"""Drawn this many times larger, then scaled down, for smooth edges."""
Colour = tuple[int, int, int]
Spot = tuple[float, float]
Points = list[tuple[float, float]]


class Sheet:
    """A canvas in final coordinates with a vertical gradient behind everything."""

    def __init__(self, top: Colour, bottom: Colour) -> None:
        strip = Image.new("RGB", (1, HEIGHT))
        for y in range(HEIGHT):
            part = y / (HEIGHT - 1)
            strip.putpixel((0, y), tuple(round(a + (b - a) * part) for a, b in zip(top, bottom, strict=True)))
        self.image = strip.resize((WIDTH * _FINE, HEIGHT * _FINE), Image.Resampling.BILINEAR)
        self.draw = ImageDraw.Draw(self.image)

    def disc(self, x: float, y: float, radius: float, fill: Colour) -> None:
        """A filled circle."""
        self.draw.ellipse([_FINE * v for v in (x - radius, y - radius, x + radius, y + radius)], fill=fill)

    def shape(self, points: Points, fill: Colour) -> None:
        """A filled polygon."""
        self.draw.polygon([(x * _FINE, y * _FINE) for x, y in points], fill=fill)

    def stroke(self, points: Points, fill: Colour, width: float) -> None:
        """A line through the points."""
        self.draw.line(
            [(x * _FINE, y * _FINE) for x, y in points], fill=fill, width=round(width * _FINE), joint="curve"
        )

    def ring(self, x: float, y: float, size: tuple[float, float], fill: Colour, width: float) -> None:
        """An ellipse's outline."""
        box = [_FINE * v for v in (x - size[0], y - size[1], x + size[0], y + size[1])]
        self.draw.ellipse(box, outline=fill, width=round(width * _FINE))

    def wave(self, base: float, height: float, shift: float, fill: Colour) -> None:
        """Everything below a wavy line."""
        top = [
            (float(x), base + height * math.sin(x / 150 + shift) + height / 2 * math.sin(x / 61 + 2 * shift))
            for x in range(0, WIDTH + 1, 6)
        ]
        self.shape([*top, (WIDTH, HEIGHT), (0, HEIGHT)], fill)

    def png(self) -> bytes:
        """The finished picture."""
        out = io.BytesIO()
        self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
        return out.getvalue()


def _around(x: float, y: float, radius: float, turn: float) -> tuple[float, float]:
    return x + radius * math.cos(turn), y + radius * math.sin(turn)


def _turbine(sheet: Sheet, at: Spot, blade: float, turn: float, fill: Colour) -> None:
    x, hub = at
    foot = blade * 0.05
    sheet.shape([(x - foot, HEIGHT), (x + foot, HEIGHT), (x + foot * 0.45, hub), (x - foot * 0.45, hub)], fill)
    for number in range(3):
        angle = turn + number * math.tau / 3
        wide = _around(x, hub, blade * 0.22, angle + 0.28)
        sheet.shape([(x, hub), wide, _around(x, hub, blade, angle), _around(x, hub, blade * 0.1, angle - 0.5)], fill)
    sheet.disc(x, hub, blade * 0.06, fill)


def _turbines() -> Sheet:
    sheet = Sheet((23, 50, 92), (255, 176, 122))
    for radius, fill in ((210, (246, 173, 128)), (150, (252, 196, 140)), (100, (255, 226, 170))):
        sheet.disc(820, 440, radius, fill)
    for x, hub, blade, turn in ((180, 330, 95, 0.4), (430, 350, 80, 1.3), (990, 350, 80, 0.9), (1110, 365, 65, 0.2)):
        _turbine(sheet, (x, hub), blade, turn, (201, 190, 200))
    _turbine(sheet, (640, 240), 190, 0.15, (250, 247, 244))
    for base, fill in ((470, (58, 96, 138)), (515, (38, 74, 117)), (565, (23, 52, 92))):
        sheet.wave(base, 9, base / 40, fill)
    return sheet


def _gear(sheet: Sheet, at: Spot, radius: float, teeth: int, fill: Colour) -> None:
    x, y = at
    points: Points = []
    for tooth in range(teeth):
        start = tooth * math.tau / teeth
        step = math.tau / teeth
        points += [
            _around(x, y, radius, start),
            _around(x, y, radius * 1.16, start + step * 0.12),
            _around(x, y, radius * 1.16, start + step * 0.42),
            _around(x, y, radius, start + step * 0.54),
        ]
    sheet.shape(points, fill)


def _gears() -> Sheet:
    sheet = Sheet((255, 241, 219), (250, 205, 150))
    for x, y, radius, teeth, fill in (
        (330, 330, 190, 18, (226, 109, 74)),
        (668, 190, 130, 13, (32, 93, 112)),
        (770, 470, 150, 15, (243, 166, 60)),
    ):
        _gear(sheet, (x, y), radius, teeth, fill)
        sheet.disc(x, y, radius * 0.62, (255, 241, 219))
        sheet.disc(x, y, radius * 0.3, fill)
    sheet.draw.pieslice([_FINE * v for v in (890, 230, 1150, 490)], 180, 360, fill=(250, 250, 246))
    sheet.draw.rounded_rectangle([_FINE * v for v in (868, 352, 1172, 388)], 16 * _FINE, fill=(32, 93, 112))
    sheet.shape([(1000, 232), (1040, 232), (1040, 356), (1000, 356)], (226, 109, 74))
    return sheet


def _pylon(sheet: Sheet, x: float, top: float, size: float, fill: Colour) -> list[tuple[float, float]]:
    foot = top + size
    width = max(2.0, size / 70)
    for side in (-1, 1):
        sheet.stroke(
            [(x, top), (x + side * size * 0.06, top + size * 0.4), (x + side * size * 0.17, foot)], fill, width
        )
    for step in range(4):
        low, high = 0.95 - step * 0.16, 0.95 - (step + 1) * 0.16
        sheet.stroke(
            [(x - size * 0.15 * low, top + size * low), (x + size * 0.15 * high, top + size * high)], fill, width
        )
        sheet.stroke(
            [(x + size * 0.15 * low, top + size * low), (x - size * 0.15 * high, top + size * high)], fill, width
        )
    arms: list[tuple[float, float]] = []
    for height, reach in ((0.14, 0.2), (0.27, 0.27), (0.4, 0.2)):
        y = top + size * height
        sheet.stroke([(x - size * reach, y), (x + size * reach, y)], fill, width * 1.2)
        arms += [(x - size * reach, y), (x + size * reach, y)]
    return arms


def _grid() -> Sheet:
    sheet = Sheet((47, 42, 92), (255, 190, 134))
    sheet.disc(250, 400, 95, (255, 216, 158))
    for base, fill in ((430, (88, 122, 104)), (480, (62, 102, 84)), (540, (36, 74, 62))):
        sheet.wave(base, 24, base / 55, fill)
    places = ((1060, 60, 500), (660, 225, 270), (440, 305, 155), (320, 350, 95))
    arms = [_pylon(sheet, *place, (24, 32, 46)) for place in places]
    arms.insert(0, [(1400 + (x - 1060) * 1.8, y * 1.6 - 140) for x, y in arms[0]])
    for near, far in pairwise(arms):
        for (x1, y1), (x2, y2) in zip(near, far, strict=True):
            sag = abs(x1 - x2) * 0.06
            line = [
                (x1 + (x2 - x1) * t / 24, y1 + (y2 - y1) * t / 24 + sag * 4 * (t / 24) * (1 - t / 24))
                for t in range(25)
            ]
            sheet.stroke(line, (24, 32, 46), max(1.0, (abs(x1 - x2)) / 190))
    return sheet


def _rings() -> Sheet:
    sheet = Sheet((10, 34, 66), (14, 116, 144))
    for number in range(11, 0, -1):
        part = number / 11
        fill = (round(28 + 70 * (1 - part)), round(120 + 90 * (1 - part)), round(150 + 80 * (1 - part)))
        sheet.ring(600, 430, (70 + 62 * number, 20 + 22 * number), fill, 2 + 6 * (1 - part))
    sheet.shape([(560, 0), (640, 0), (640, 430), (560, 430)], (250, 204, 90))
    sheet.shape([(604, 0), (640, 0), (640, 430), (604, 430)], (230, 168, 58))
    sheet.draw.ellipse([_FINE * v for v in (560, 416, 640, 444)], fill=(190, 132, 42))
    for x, y, size in ((250, 540, 1.0), (980, 520, 0.8)):
        body = [
            (x + size * 120 * math.cos(t / 20 * math.tau), y + size * 26 * math.sin(t / 20 * math.tau))
            for t in range(20)
        ]
        sheet.shape(body, (8, 30, 54))
        sheet.shape(
            [(x - size * 8, y - size * 20), (x + size * 40, y - size * 22), (x - size * 6, y - size * 52)], (8, 30, 54)
        )
        sheet.shape(
            [
                (x - size * 100, y),
                (x - size * 165, y - size * 34),
                (x - size * 140, y),
                (x - size * 165, y + size * 30),
            ],
            (8, 30, 54),
        )
    return sheet


def _beach() -> Sheet:
    sheet = Sheet((110, 190, 222), (255, 232, 196))
    for radius, fill in ((130, (255, 236, 190)), (92, (255, 244, 214))):
        sheet.disc(890, 190, radius, fill)
    for base, fill in ((300, (42, 138, 166)), (340, (58, 160, 182)), (385, (96, 188, 200)), (425, (190, 228, 226))):
        sheet.wave(base, 10, base / 30, fill)
    sheet.wave(455, 14, 9, (244, 216, 168))
    sheet.wave(535, 16, 4, (234, 198, 142))
    sheet.ring(330, 452, (58, 60), (120, 40, 40), 5)
    sheet.shape([(262, 450), (398, 450), (376, 580), (284, 580)], (214, 64, 58))
    sheet.draw.ellipse([_FINE * v for v in (262, 434, 398, 466)], fill=(150, 38, 40))
    sheet.draw.ellipse([_FINE * v for v in (284, 570, 376, 590)], fill=(214, 64, 58))
    for x, y in ((560, 520), (720, 585), (1010, 530), (130, 600)):
        sheet.draw.pieslice([_FINE * v for v in (x - 22, y - 22, x + 22, y + 22)], 180, 360, fill=(255, 248, 236))
    return sheet


def _party() -> Sheet:
    colours = ((236, 92, 92), (250, 186, 72), (64, 156, 140), (70, 110, 190), (196, 96, 156))
    sheet = Sheet((255, 250, 240), (255, 226, 200))
    for number in range(26):
        spot = (number * 337) % WIDTH, 300 + (number * 191) % 330
        sheet.disc(*spot, 14 + (number * 7) % 26, tuple(min(255, c + 70) for c in colours[number % 5]))  # type: ignore[arg-type]
    sheet.shape([(400, HEIGHT), (400, 300), (600, 210), (800, 300), (800, HEIGHT)], (44, 62, 88))
    sheet.shape([(450, HEIGHT), (450, 330), (750, 330), (750, HEIGHT)], (255, 214, 130))
    sheet.shape([(450, 330), (340, 370), (340, HEIGHT), (450, HEIGHT)], (78, 102, 136))
    sheet.shape([(750, 330), (860, 370), (860, HEIGHT), (750, HEIGHT)], (78, 102, 136))
    for row, (y0, sag) in enumerate(((20, 120), (90, 150))):
        line = [(x, y0 + sag * 4 * (x / WIDTH) * (1 - x / WIDTH)) for x in range(0, WIDTH + 1, 10)]
        sheet.stroke([(float(x), y) for x, y in line], (90, 84, 92), 3)
        for number in range(14):
            x, y = line[4 + number * 8]
            sheet.shape([(x - 26, y), (x + 26, y), (x, y + 62)], colours[(number + 2 * row) % 5])
    return sheet


_DRAWINGS: dict[str, Callable[[], Sheet]] = {
    "turbines": _turbines, "gears": _gears, "grid": _grid, "rings": _rings, "beach": _beach, "party": _party,
}  # fmt: skip


@cache
def picture(name: str) -> bytes:
    """The named drawing as PNG; drawn once. Raises ``KeyError`` for a name there is not."""
    return _DRAWINGS[name]().png()


def names() -> tuple[str, ...]:
    """Every drawing there is."""
    return tuple(_DRAWINGS)
