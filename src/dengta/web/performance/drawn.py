"""A figure on a page: the drawing, the numbers behind it as a table, and the command that computes them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dengta.documents import Table
from dengta.web.performance.shown import Shown, shown


@dataclass(frozen=True, slots=True)
class Drawn:
    """id: for its heading. notes: sentences below it. empty: said in place of a drawing. hrefs: behind the rows."""

    id: str
    title: str
    about: str
    svg: str
    table: Table
    command: str
    notes: Sequence[str] = ()
    empty: str = ""
    hrefs: Sequence[str] = ()

    @property
    def shown(self) -> Shown:
        """The table for the page."""
        return shown(self.table, self.hrefs.__getitem__ if self.hrefs else None)
