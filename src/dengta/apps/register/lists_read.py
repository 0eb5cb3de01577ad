"""The lists that come in as files: the columns of each, and every row as values or as faults with their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from dengta.connect.spreadsheet_layout import find_layout
from dengta.connect.spreadsheet_mapping import Layout
from dengta.connect.spreadsheet_table import Broken, Cell, open_sheet
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.engines.register import MEASURES, CityData, faults

MOST_ROWS = 50_000
_LONGEST = 200
_WAN_FEN = 1_000_000
_SEPARATORS = str.maketrans("/.年月", "----", "日 ")


class Column(NamedTuple):
    """A column of a list: the headings it may bear, how a cell is read, whether it must be there."""

    headings: tuple[str, ...]
    read: str
    needed: bool = True


class Line(NamedTuple):
    """One row: its number in the file, and what its cells say by role; None where a cell is empty."""

    row: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """A kind of list. key: the roles that make two rows the same; summed: the role whose sum is a control total."""

    columns: Mapping[str, Column]
    key: tuple[str, ...]
    summed: str = ""


_CODE = Column(("credit code", "code", "统一社会信用代码", "信用代码"), "code")
_DAY = Column(("day", "date", "日期"), "day")
_LEVEL = Column(("level", "等级"), "level")
_MONEY = {
    "investment_fen": Column(("investment (10,000 yuan)", "investment", "投资（万元）", "投资"), "wan", False),
    "units": Column(("units a year", "units", "年产量（件）", "产量"), "whole", False),
    "output_fen": Column(("output a year (10,000 yuan)", "output", "年产值（万元）", "产值"), "wan", False),
    "tax_fen": Column(("tax a year (10,000 yuan)", "tax", "年税收（万元）", "税收"), "wan", False),
}
LISTS: dict[str, Listed] = {
    "enterprises": Listed(
        {
            "code": _CODE,
            "name": Column(("name", "enterprise", "企业名称", "名称"), "text"),
            "town": Column(("town", "statistical town", "统计镇街", "镇街"), "town"),
            "industry": Column(("industry", "行业"), "text", False),
            "office": Column(("responsible office", "office", "主管单位"), "office", False),
            "controller": Column(("controller", "实际控制人"), "text", False),
            "address": Column(("address", "地址"), "text", False),
            "phone": Column(("telephone", "phone", "电话"), "text", False),
            "account": Column(("bank account", "account", "银行账户", "账户"), "text", False),
        },
        ("code",),
    ),
    "listed": Listed({"code": _CODE}, ("code",)),
    "filed": Listed({"code": _CODE, "day": _DAY}, ("code", "day")),
    "accepted": Listed({"code": _CODE, "day": _DAY, "level": _LEVEL}, ("code", "day")),
    "verified": Listed({"code": _CODE, "day": _DAY, "level": _LEVEL}, ("code", "day")),
    "targets": Listed(
        {
            "town": Column(("town", "镇街"), "town_or_city", False),
            "year": Column(("year", "年度"), "year"),
            "measure": Column(("measure", "指标"), "measure"),
            "firms": Column(("firms", "enterprises", "家数"), "whole"),
        },
        ("town", "year", "measure"),
        "firms",
    ),
    "projects": Listed(
        {
            "number": Column(("project", "number", "项目编号", "编号"), "text"),
            "code": _CODE,
            "title": Column(("title", "项目名称"), "text"),
            "filed": Column(("filed", "备案日"), "day"),
            "due": Column(("due", "应达产日"), "later"),
            **_MONEY,
        },
        ("number",),
        "investment_fen",
    ),
    "deliveries": Listed(
        {"number": Column(("project", "number", "项目编号", "编号"), "text"), "day": _DAY, **_MONEY},
        ("number", "day"),
        "investment_fen",
    ),
}
"""Every list by its kind."""


def read(file: Path, name: str, kind: str, city: CityData, today: int) -> list[Line]:
    """Every row of a list. Refusal with every fault of the file at once: (file, row, column)."""
    what = LISTS[kind]
    found: list[Line] = []
    wrong: list[Reason] = []
    first: dict[tuple[Any, ...], int] = {}
    with _rows(file, name, what) as (places, rows):
        reader = _Reader(city, today)
        for number, cells in rows:
            if all(cell == "" for cell in cells):
                continue
            line, faulty = _line(number, cells, places, what, reader)
            wrong += [reason.at(name, f"row {number}") for reason in faulty]
            key = tuple(line.values.get(role) for role in what.key)
            if not faulty and first.setdefault(key, number) != number:
                wrong.append(Reason("register.row_twice", (name, f"row {number}"), {"first": first[key]}))
            found.append(line)
            if len(found) > MOST_ROWS:
                raise Refusal(Reason("register.too_many_rows", (name,), {"most": MOST_ROWS}))
    if not found:
        raise Refusal(Reason("register.no_rows", (name,)))
    refuse_if(wrong)
    return found


@contextmanager
def _rows(file: Path, name: str, what: Listed) -> Iterator[tuple[dict[str, tuple[int, str]], Iterator[Any]]]:
    """Where each role's column is, and the rows below the heading."""
    try:
        layout = _layout(file, what)
        with open_sheet(file, layout) as sheet:
            heading = [cell.strip() for cell in sheet.heading(layout.heading_row)]
            lower = [cell.lower() for cell in heading]
            places = {
                role: (lower.index(known), heading[lower.index(known)])
                for role, column in what.columns.items()
                for known in [next((one for one in column.headings if one in lower), "")]
                if known
            }
            refuse_if(
                Reason("register.column_absent", (name,), {"known": " / ".join(column.headings)})
                for role, column in what.columns.items()
                if column.needed and role not in places
            )
            yield places, sheet.rows
    except Refusal as refusal:  # the file is known to people by its name
        raise Refusal(
            Reason(r.code, tuple(name if part == file.name else part for part in r.place), r.params)
            for r in refusal.reasons
        ) from None


def _layout(file: Path, what: Listed) -> Layout:
    """Where the table is. A list of one column has no delimiter to find: its heading is in the first row."""
    try:
        return find_layout(file).layout
    except Refusal:
        if sum(column.needed for column in what.columns.values()) > 1:
            raise
    try:
        file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return Layout(encoding="gb18030")
    return Layout()


def _line(
    number: int, cells: Sequence[Cell], places: Mapping[str, tuple[int, str]], what: Listed, reader: _Reader
) -> tuple[Line, list[Reason]]:
    values: dict[str, Any] = {}
    wrong: list[Reason] = []
    for role, (at, heading) in places.items():
        column, cell = what.columns[role], cells[at] if at < len(cells) else ""
        if isinstance(cell, str):
            cell = cell.strip()
        if cell == "" or isinstance(cell, Broken):
            values[role] = None
            if isinstance(cell, Broken) or (column.needed and column.read != "town_or_city"):
                wrong.append(Reason("register.cell_empty", (heading,)))
            continue
        try:
            values[role] = reader.readers[column.read](cell)
        except Refusal as refusal:
            values[role] = None
            wrong += [reason.at(heading) for reason in refusal.reasons]
    return Line(number, values), wrong


class _Reader:
    """How cells of each sort are read. Refusal without a place: what is wrong with the cell."""

    def __init__(self, city: CityData, today: int) -> None:
        self._city, self._today = city, today
        self.readers: dict[str, Callable[[Any], Any]] = {
            "text": _text,
            "code": _code,
            "day": self._day,
            "later": _any_day,
            "town": self._town,
            "office": lambda cell: city.town(_text(cell)) or _text(cell),
            "town_or_city": self._town,
            "level": lambda cell: _within(cell, 1, 4, "register.level", "level"),
            "year": lambda cell: _within(cell, 2000, 2100, "register.year", "year"),
            "whole": lambda cell: _within(cell, 0, 10**15, "register.not_count", "value"),
            "wan": _wan,
            "measure": _measure,
        }

    def _day(self, cell: Any) -> int:
        day = _any_day(cell)
        if day > self._today:
            raise Refusal(Reason("register.future", (), {"day": str(date.fromordinal(day))}))
        return day

    def _town(self, cell: Any) -> str:
        name = _text(cell)
        code = self._city.town(name)
        if code is None:
            raise Refusal(Reason("register.no_such_town", (), {"town": name}))
        return code


def _text(cell: Any) -> str:
    text = str(int(cell)) if isinstance(cell, float) and cell == int(cell) else str(cell)
    if len(text) > _LONGEST:
        raise Refusal(Reason("register.cell_long", (), {"longest": _LONGEST}))
    return text


def _code(cell: Any) -> str:
    code = _text(cell).upper()
    refuse_if(faults(code))
    return code


def _any_day(cell: Any) -> int:
    if isinstance(cell, datetime):
        return cell.date().toordinal()
    text = str(cell).translate(_SEPARATORS)
    try:
        year, month, day = (int(part) for part in text.split("-"))
        return date(year, month, day).toordinal()
    except ValueError:
        raise Refusal(Reason("register.not_date", (), {"value": str(cell)})) from None


def _number(cell: Any, code: str) -> Decimal:
    try:
        number = Decimal(str(cell).replace(",", "").replace("，", ""))
    except InvalidOperation:
        raise Refusal(Reason(code, (), {"value": str(cell)[:40]})) from None
    if not number.is_finite() or abs(number) > 10**12:
        raise Refusal(Reason(code, (), {"value": str(cell)[:40]}))
    return number


def _within(cell: Any, low: int, high: int, code: str, name: str) -> int:
    number = _number(cell, "register.not_count")
    if number != number.to_integral_value() or not low <= number <= high:
        raise Refusal(Reason(code, (), {name: str(cell)[:40]}))
    return int(number)


def _wan(cell: Any) -> int:
    """Ten thousand yuan with up to six digits behind the point, as fen."""
    fen = _number(cell, "register.not_money") * _WAN_FEN
    if fen != fen.to_integral_value() or fen < 0:
        raise Refusal(Reason("register.not_money", (), {"value": str(cell)[:40]}))
    return int(fen)


def _measure(cell: Any) -> str:
    words = {**{one: one for one in MEASURES}, "累计": "total", "新增": "new"}
    text = _text(cell).lower()
    if text not in words:
        raise Refusal(Reason("register.measure", (), {"value": text, "known": ", ".join(words)}))
    return words[text]
