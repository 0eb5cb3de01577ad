"""What all figures share: ink, hairlines, type, and how a machine's state looks without its colour.

A state is told by height first, so that a figure printed in black and white says the same: production stands full and
pale, a stop stands full and dark, everything between has its own height.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

INK, SOFT, HAIR, SHADE, CARD = "#22272e", "#59626d", "#c9ced6", "#f5f6f8", "#ffffff"
LAMP, STOP, LINK = "#f2a900", "#c62828", "#2b6cb0"
FONT = 'font-family="system-ui, Noto Sans CJK SC, sans-serif" font-size="12"'


class Look(NamedTuple):
    """How a state is drawn: fill, and height as a share of the band."""

    fill: str
    height: float


_DELAY = Look(LAMP, 0.7)
STATES: dict[str, Look] = {
    "running": Look("#b9c0c9", 1.0),
    "setup": Look("#6b7580", 0.5),
    "down": Look(STOP, 1.0),
    "minor_stop": _DELAY,
    "starved": _DELAY,
    "blocked": _DELAY,
    "waiting": _DELAY,
    "maintenance": Look(LINK, 0.35),
    "idle": Look("#87909b", 0.2),
    "break": Look(HAIR, 0.1),
    "off": Look(HAIR, 0.1),
}
"""`unknown` and every word not listed leave the ground empty: nothing is known, nothing is drawn."""


def text(content: str) -> str:
    """`content` made safe inside an element or a double-quoted attribute."""
    return escape(content, quote=True)


def number(value: float) -> str:
    """A coordinate in as few characters as one decimal needs."""
    short = f"{value:.1f}"
    return short.removesuffix(".0")


def bars(spans: Iterable[tuple[float, float]], top: float, bottom: float) -> str:
    """One path of upright bars from `top` to `bottom` over ``(x, width)`` spans."""
    down, up = number(bottom), number(top)
    return "".join(f"M{number(x)} {up}h{number(w)}V{down}h-{number(w)}z" for x, w in spans)
