"""A share over time as a line a line of text high, beside its number in a table."""

from __future__ import annotations

from collections.abc import Sequence

from dengta.figures.look import HAIR, INK, number

WIDTH, HEIGHT = 96, 20


def spark_svg(shares: Sequence[float | None]) -> str:
    """`shares` from left to right at equal steps, the ground at 0 and the top at 1 or the highest; a gap where one is
    undefined. Decoration: the numbers stand elsewhere. "" where nothing is defined."""
    known = [one for one in shares if one is not None]
    if not known:
        return ""
    most, step = max(1.0, *known), WIDTH / max(len(shares) - 1, 1)
    path, pen = [], "M"
    for at, share in enumerate(shares):
        if share is None:
            pen = "M"
            continue
        path.append(f"{pen}{number(at * step)} {number(HEIGHT - 1 - share / most * (HEIGHT - 2))}")
        pen = "L"
    return (
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" aria-hidden="true">'
        f'<path stroke="{HAIR}" d="M0 {HEIGHT - 0.5}h{WIDTH}"/>'
        f'<path fill="none" stroke="{INK}" stroke-width="1.5" d="{"".join(path)}"/></svg>'
    )
