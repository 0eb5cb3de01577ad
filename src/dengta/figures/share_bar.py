"""A share as a bar a line high, beside its number in a table."""

from __future__ import annotations

from dengta.figures.look import FILL, INK, LAMP, TRACK, number

WIDTH, HEIGHT = 80, 8


def share_bar_svg(share: float | None) -> str:
    """`share` against 100 %, marked where it is exceeded; nothing where it is undefined.
    Decoration: the number beside it says the same."""
    if share is None:
        return ""
    most = max(1.0, share)
    whole, width = WIDTH / most, share / most * WIDTH
    fill = LAMP if share > 1 else FILL
    over = f'<path stroke="{INK}" stroke-width="1.5" d="M{number(whole)} 0v{HEIGHT}"/>' if share > 1 else ""
    return (
        f'<svg class="share" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" aria-hidden="true">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{TRACK}"/>'
        f'<rect width="{number(max(width, 0))}" height="{HEIGHT}" fill="{fill}"/>{over}</svg>'
    )
