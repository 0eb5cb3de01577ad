"""Files that pages hand out: their kind, and their name in whatever script."""

from __future__ import annotations

import pytest

from dengta.documents import Table, TableColumn
from dengta.web.download import as_csv, as_workbook, download

TABLE = Table("行", [TableColumn("Why")], [["=1+1"]])


def test_a_name_in_any_script_reaches_the_browser() -> None:
    """RFC 6266; a quote in it ends nothing."""
    assert download("a", 'x"y.toml')["Content-Disposition"] == 'attachment; filename="x\\"y.toml"'
    answer = as_csv(TABLE, "三月-rows")
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%E4%B8%89%E6%9C%88-rows.csv"
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "'=1+1" in answer.content.decode("utf-8-sig")


def test_a_workbook_is_one() -> None:
    """A zip archive, and called so."""
    answer = as_workbook([TABLE], "all")
    assert answer["Content-Disposition"] == 'attachment; filename="all.xlsx"'
    assert answer.content[:2] == b"PK"
    with pytest.raises(KeyError):
        download("", "all.exe")
