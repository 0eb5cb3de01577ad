"""A bank's list of statement lines, as it exports it: CSV or Excel, with Chinese or English headings.

credit_code, project, loan, bank, amount, day, drawn, repaid, balance, rate, interest, overdue: a row a loan and day.
Every fault at once, each with its row and column.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import NamedTuple

from dengta.connect.spreadsheet_layout import find_layout
from dengta.connect.spreadsheet_table import Broken, Cell, open_sheet
from dengta.core.reason import Param, Reason, Refusal, refuse_if
from dengta.engines.subsidy.model import MILLION

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "credit_code": ("统一社会信用代码", "信用代码"),
    "project": ("项目编号", "备案编号"),
    "loan": ("借款合同号", "贷款编号"),
    "bank": ("银行", "贷款银行"),
    "amount": ("合同金额", "贷款金额"),
    "day": ("日期",),
    "drawn": ("放款", "放款金额"),
    "repaid": ("还款", "归还本金"),
    "balance": ("余额", "贷款余额"),
    "rate": ("年利率", "利率"),
    "interest": ("付息", "已付利息"),
    "overdue": ("其中逾期", "逾期罚息"),
}
NEEDED = ("credit_code", "project", "loan", "day", "balance", "rate")
_MOST_FEN = 10**13
MOST_ROWS = 20_000


class Told(NamedTuple):
    """A row: fen, millionths a year. amount: None where the row does not say it. row: as a spreadsheet counts."""

    row: int
    code: str
    project: str
    loan: str
    bank: str
    amount: int | None
    day: date
    drawn: int
    repaid: int
    balance: int
    rate: int
    interest: int
    overdue: int

    @property
    def key(self) -> tuple[str, str, str]:
        """Whose loan."""
        return self.code, self.project, self.loan


def read(content: bytes, name: str) -> list[Told]:
    """The rows of a file. Refusal with every fault; places begin with its name."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / (re.sub(r"[^\w.\-一-鿿]", "_", name)[-100:] or "file")
        file.write_bytes(content)
        found = find_layout(file)
        with open_sheet(file, found.layout) as sheet:
            heading = sheet.heading(found.layout.heading_row)
            places = _columns(heading, name)
            rows = [(number, list(cells)) for number, cells in sheet.rows if any(str(cell).strip() for cell in cells)]
    faults: list[Reason] = []
    told = [_row(number, cells, places, name, faults) for number, cells in rows]
    if len(rows) > MOST_ROWS:
        raise Refusal(Reason("loans.too_many_rows", (name,), {"rows": len(rows), "most": MOST_ROWS}))
    if not rows:
        faults.append(Reason("import.file_empty", (name,)))
    refuse_if(faults)
    return told


def _columns(heading: Sequence[str], name: str) -> dict[str, int]:
    """Which column says what, by its heading."""
    places: dict[str, int] = {}
    for place, head in enumerate(heading):
        plain = re.sub(r"[\s(（].*$", "", head.strip()).lower()
        for column, others in COLUMNS.items():
            if plain in (column, *others):
                places.setdefault(column, place)
    missing = [column for column in NEEDED if column not in places]
    refuse_if(
        Reason(
            "loans.column_missing", (name,), {"column": f"{column} / {COLUMNS[column][0]}", "found": ", ".join(heading)}
        )
        for column in missing
    )
    return places


def _row(number: int, cells: Sequence[Cell], places: Mapping[str, int], name: str, faults: list[Reason]) -> Told:
    where = (name, f"row {number}")

    def cell(column: str) -> Cell:
        place = places.get(column)
        value = cells[place] if place is not None and place < len(cells) else ""
        return value.value if isinstance(value, Broken) else value

    def fault(column: str, code: str, **params: Param) -> None:
        faults.append(Reason(code, (*where, column), params))

    def text(column: str) -> str:
        value = str(cell(column)).strip()
        if not value and column in NEEDED:
            fault(column, "loans.cell_empty")
        return value

    def fen(column: str) -> int | None:
        value = str(cell(column)).strip().replace(",", "")
        exact = _exact(value)
        if not value:
            if column in NEEDED:
                fault(column, "loans.cell_empty")
            return None
        if exact is None or exact * 100 != (exact * 100).to_integral_value() or not 0 <= exact * 100 <= _MOST_FEN:
            fault(column, "subsidy.not_money", value=value[:40])
            return None
        return int(exact * 100)

    def rate() -> int:
        value = text("rate").removesuffix("%").strip()
        exact = _exact(value)
        millionths = None if exact is None else exact * MILLION / 100
        if millionths is None or millionths != millionths.to_integral_value() or not 0 <= millionths <= MILLION:
            if value:
                fault("rate", "subsidy.not_rate", value=value[:40])
            return 0
        return int(millionths)

    def day() -> date:
        value = cell("day")
        if isinstance(value, datetime):
            return value.date()
        written = str(value).strip().replace("/", "-").replace("年", "-").replace("月", "-").replace("日", "")
        try:
            return date(*(int(part) for part in written.split("-")))
        except (ValueError, TypeError):
            fault("day", "subsidy.not_date", value=str(value)[:40])
            return date.min

    return Told(
        number, text("credit_code").upper(), text("project"), text("loan"), text("bank"), fen("amount"), day(),
        fen("drawn") or 0, fen("repaid") or 0, fen("balance") or 0, rate(), fen("interest") or 0, fen("overdue") or 0,
    )  # fmt: skip


def _exact(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
