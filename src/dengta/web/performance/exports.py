"""What is seen as a file: one table as CSV, or all of a page as a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.http import Http404, HttpResponse
from django.utils.translation import gettext

from dengta.documents import Table
from dengta.web.download import as_csv, as_workbook


def exported(wanted: str, tables: Mapping[str, Table], facts: Sequence[tuple[str, str]], name: str) -> HttpResponse:
    """``stops.csv``: the table `stops`; ``all.xlsx``: every table, what they stand on first. 404 for anything else.

    facts: of the page; each table's own say how it is computed again.
    """
    table, _, form = wanted.rpartition(".")
    if wanted == "all.xlsx":
        filled = [one for one in tables.values() if one.rows]
        again = [(one.name, told) for one in filled for _, told in one.facts]
        return as_workbook(filled, f"{name}-all", [*facts, *again], gettext("What this stands on"))
    if form == "csv" and table in tables:
        return as_csv(replace(tables[table], facts=[*facts, *tables[table].facts]), f"{name}-{table}")
    raise Http404(f"export={wanted}")
