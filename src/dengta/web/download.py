"""A file for whoever asks: the one way in which pages hand out CSV, workbooks and TOML."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from dengta.documents import Table, csv_bytes

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "toml": "application/toml; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Ending of the name -> content type."""


def download(content: bytes | str, name: str) -> HttpResponse:
    """`content` to be saved as `name`, in whatever script that is. KeyError for an ending not in `TYPES`."""
    answer = HttpResponse(content, content_type=TYPES[name.rpartition(".")[2]])
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer


def as_csv(table: Table, name: str) -> HttpResponse:
    """`table` as ``name.csv``."""
    return download(csv_bytes(table), f"{name}.csv")


def as_workbook(
    tables: Sequence[Table], name: str, facts: Sequence[tuple[str, str]] = (), facts_name: str = ""
) -> HttpResponse:
    """`tables` as ``name.xlsx``, what they stand on first, on a sheet called `facts_name`."""
    from dengta.documents.workbook import workbook_bytes

    return download(workbook_bytes(tables, facts, facts_name), f"{name}.xlsx")
