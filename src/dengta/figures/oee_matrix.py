"""The matrix: a share for each machine and date as number and bar: a row or a column that stands out is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dengta.figures.look import FILL, HAIR, INK, LAMP, SOFT, TRACK, figure, fitted, linked, number, text, width_of

CELL, ROW, LEFT, TOP = 42, 30, 150, 24


class MatrixCell(NamedTuple):
    """A share (1.0 is 100 %; None: undefined), the sentence about it, and where it leads."""

    share: float | None
    said: str
    href: str = ""


class MatrixRow(NamedTuple):
    """A row's name, and a cell a column."""

    name: str
    cells: Sequence[MatrixCell]
    href: str = ""


@dataclass(frozen=True, slots=True)
class MatrixView:
    """Rows from top to bottom. label: the whole in one sentence. left, cell: width of the names and of a cell."""

    columns: Sequence[str]
    rows: Sequence[MatrixRow]
    label: str
    left: int = LEFT
    cell: int = CELL

    def narrow(self, first: int, columns: int) -> MatrixView:
        """Some of its columns, to fit a phone of 360 pixels with seven of them."""
        part = slice(first, first + columns)
        rows = [row._replace(cells=row.cells[part]) for row in self.rows]
        return MatrixView(self.columns[part], rows, self.label, 86, 30)


def matrix_svg(view: MatrixView) -> str:
    """The matrix; its width grows with its columns."""
    width, height = view.left + view.cell * len(view.columns), TOP + ROW * len(view.rows)
    parts = [
        f'<text x="{number(view.left + view.cell * (i + 0.5))}" y="14" fill="{SOFT}" text-anchor="middle">'
        f"{text(column if view.cell == CELL else column[-2:])}</text>"
        for i, column in enumerate(view.columns)
    ]
    for r, row in enumerate(view.rows):
        top = TOP + r * ROW
        name = f'<text y="{top + 18}" fill="{INK}">{text(_fitted(row.name, view.left - 8))}</text>'
        parts.append(f'<path stroke="{HAIR}" d="M0 {top}.5H{width}"/>{linked(name, row.href)}')
        parts += [_cell(cell, view.left + view.cell * c, top, view.cell) for c, cell in enumerate(row.cells)]
    return figure(width, height, view.label, "".join(parts), "matrix")


def _fitted(name: str, room: float) -> str:
    """A name in `room`; of one that is too long the last word stays, for it is what tells neighbours apart."""
    first, _, last = name.rpartition(" ")
    if not first or width_of(name) <= room:
        return fitted(name, room)
    return f"{fitted(first, room - width_of(f' {last}'))} {last}"


def _cell(cell: MatrixCell, left: int, top: int, width: int) -> str:
    """Its number over its bar; above 100 % a triangle before the number, undefined a dash."""
    middle, room = left + width / 2, width - 8
    face = "–" if cell.share is None else f"{100 * cell.share:.0f}"
    drawn = f'<rect x="{left}" y="{top + 1}" width="{width}" height="{ROW - 2}" fill="none" pointer-events="all"/>'
    drawn += f'<text x="{number(middle)}" y="{top + 16}" fill="{INK}" text-anchor="middle">{face}</text>'
    if cell.share is not None:
        above = cell.share > 1
        bar = room * max(min(cell.share, 1), 0)
        drawn += (
            f'<rect x="{left + 4}" y="{top + 21}" width="{room}" height="4" fill="{TRACK}"/>'
            f'<rect x="{left + 4}" y="{top + 21}" width="{number(bar)}" height="4" fill="{LAMP if above else FILL}"/>'
        )
        if above:
            drawn += f'<path d="M{left + 6} {top + 15}l3.5-7 3.5 7z" fill="{LAMP}" stroke="{INK}"/>'
    return linked(f"<g><title>{text(cell.said)}</title>{drawn}</g>", cell.href)
