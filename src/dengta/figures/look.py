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

FILL, PALE, TRACK = "#6b7580", "#b9c0c9", "#e4e7eb"
"""Bars: what took time, what is left or made, and the ground a share is read against."""
_LATIN, _WIDE = 6.8, 12.4  # widths of a letter and of a Chinese character at 12 px


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


def width_of(label: str) -> float:
    """About how wide `label` stands at 12 px."""
    return sum(_LATIN if ord(c) < 0x2E80 else _WIDE for c in label)


def fitted(label: str, room: float) -> str:
    """`label`, cut with an ellipsis where it would be wider than `room`."""
    if width_of(label) <= room:
        return label
    while label and width_of(label) + _WIDE > room:
        label = label[:-1]
    return label.rstrip() + "…"


def linked(content: str, href: str) -> str:
    """`content` as a link, where there is an address to go to."""
    return f'<a href="{text(href)}">{content}</a>' if href else content


def figure(width: float, height: float, label: str, content: str, kind: str = "") -> str:
    """The `<svg>` around a figure's `content`; `label` says the whole in one sentence. With links inside it is a group
    whose parts can be reached, else one image."""
    role = "group" if "<a " in content else "img"
    return (
        f'<svg class="{f"figure {kind}".strip()}" viewBox="0 0 {number(width)} {number(height)}" '
        f'width="{number(width)}" height="{number(height)}" role="{role}" aria-label="{text(label)}" {FONT}>'
        f"{content}</svg>"
    )


def bars(spans: Iterable[tuple[float, float]], top: float, bottom: float) -> str:
    """One path of upright bars from `top` to `bottom` over ``(x, width)`` spans."""
    down, up = number(bottom), number(top)
    return "".join(f"M{number(x)} {up}h{number(w)}V{down}h-{number(w)}z" for x, w in spans)
