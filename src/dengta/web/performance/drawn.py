"""A figure on a page: the drawing, the numbers behind it as a table, and the command that computes them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext

from dengta.documents import Table
from dengta.web.performance.shown import table_html

_HALF_PAGE = 6
"""So many columns stand beside another card."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """id: for its heading. notes: sentences below it. empty: said in place of a drawing. hrefs: behind the rows.
    tabled: the table itself is what is shown. parts: the drawing in parts that fit a phone, each with its name."""

    id: str
    title: str
    about: str
    svg: str
    table: Table
    command: str
    notes: Sequence[str] = ()
    empty: str = ""
    hrefs: Sequence[str] = ()
    tabled: bool = False
    parts: Sequence[tuple[str, str]] = ()

    @property
    def file(self) -> Table:
        """The table for a file, which says how it is computed again."""
        return replace(self.table, facts=[(gettext("command"), self.command)])

    @property
    def wide(self) -> bool:
        """Whether its table takes more columns than half a page has room for."""
        return self.tabled and len(self.table.columns) > _HALF_PAGE

    @property
    def html(self) -> str:
        """The table for the page."""
        return table_html(self.table, self.hrefs)
