"""A shop as a workbook: a sheet for each kind of thing, a row for each, the columns named as the keys of `shop.toml`.

Rows become the same tables that `shop.toml` and JSON have, each with its place (sheet and row), so that one reader
judges all three. What a cell cannot hold in one value stands in rows of its own: openings, changes of a setup,
receipts, links; or in a list with semicolons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dengta.connect import spreadsheet_workbook
from dengta.connect.spreadsheet_table import Broken, Cell
from dengta.core.reason import Reason, refuse_if
from dengta.core.toml_reading import Placed
from dengta.engines.scheduling.formats.sheets import PIN, PROGRESS, SHEETS

_WORDS = frozenset(
    [
        "id",
        "zone",
        "tick",
        "calendar",
        "setups",
        "state",
        "before",
        "after",
        "order",
        "operation",
        "machine",
        "material",
        "key",
        "skills",
        "weekly",
        "needs",
        "uses",
        "makes",
        "pin_machine",
        "pin_after",
        "begun_on",
    ]
)
"""Columns of texts: what a workbook took for a number there is the text it shows."""
_YES = {"true": True, "yes": True, "1": True, "是": True, "false": False, "no": False, "0": False, "否": False}

Values = dict[str, Any]


def read_shop(file: Path) -> Values:
    """The tables of a workbook, as `shop.toml` would state them. Refusal with every fault of its form."""
    book = _Book(file)
    refuse_if(book.faults)
    tables = book.tables()
    refuse_if(book.faults)
    return tables


class _Book:
    """A workbook being turned into tables."""

    def __init__(self, file: Path) -> None:
        self.faults: list[Reason] = []
        self._file = file
        self._rows = {name: list(self._sheet(title, name)) for name, title in self._titles().items()}
        stated = self._rows.get("shop", [])
        self._shop: Values = dict(stated[0]) if stated else {}
        zone = self._shop.get("zone")
        try:
            self._zone = ZoneInfo(zone) if isinstance(zone, str) else None
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self._zone = None  # the reader of the shop says so

    def _titles(self) -> dict[str, str]:
        """Our name of each sheet there is, and its own."""
        found = {title.strip().lower(): title for title in spreadsheet_workbook.sheets(self._file)}
        for name in found.keys() - SHEETS.keys():
            self.fault((found[name],), "scheduling.sheet_unknown", sheet=found[name], known=", ".join(SHEETS))
        return {name: found[name] for name in SHEETS if name in found}

    def fault(self, place: tuple[str, ...], code: str, **params: str) -> None:
        self.faults.append(Reason(code, (self._file.name, *place), params))

    def _sheet(self, title: str, name: str) -> Iterator[Placed]:
        """The rows of a sheet that hold anything, by column."""
        columns: list[str] = []
        with spreadsheet_workbook.open_sheet(self._file, title) as sheet:
            for number, cells in sheet.rows:
                texts = [str(cell).strip() if not isinstance(cell, Broken) else "" for cell in cells]
                if not columns:
                    columns = [text.lower() for text in texts] if any(texts) else []
                    self._judge_heading(title, number, columns, SHEETS[name])
                elif any(texts) or any(isinstance(cell, Broken) for cell in cells):
                    yield self._row(title, number, columns, cells)

    def _judge_heading(self, title: str, number: int, columns: Sequence[str], known: Sequence[str]) -> None:
        place = (title, f"row {number}")
        for column in dict.fromkeys(filter(None, columns)):
            if column not in known:
                self.fault(place, "scheduling.column_unknown", column=column, known=", ".join(known))
            if columns.count(column) > 1:
                self.fault(place, "scheduling.column_twice", column=column)

    def _row(self, title: str, number: int, columns: Sequence[str], cells: Sequence[Cell]) -> Placed:
        row = Placed((title, f"row {number}"))
        for i, cell in enumerate(cells):
            column = columns[i] if i < len(columns) else ""
            if isinstance(cell, Broken):
                self.fault((title, f"row {number}", column or "-"), f"scheduling.{cell.rule}", value=cell.value)
            elif cell != "" and not column:
                self.fault((title, f"row {number}"), "scheduling.cell_outside", value=str(cell))
            elif cell != "":
                row[column] = _written(cell) if column in _WORDS else cell
        return row

    def tables(self) -> Values:
        """All of it. Instants of cells are in the shop's zone."""
        rows = self._rows
        plain = {key: self._value(value) for key, value in self._shop.items()}
        made: Values = dict(plain)
        openings, receipts = self._by("openings", "calendar"), self._by("receipts", "material")
        made["calendar"] = [self._calendar(row, openings.pop(row.get("id"), [])) for row in rows.get("calendars", [])]
        made["setups"] = self._setups(rows.get("setups", []))
        made["machine"] = [self._machine(row) for row in rows.get("machines", [])]
        made["resource"] = [self._listed(row, "skills") for row in rows.get("resources", [])]
        made["material"] = [self._material(row, receipts.pop(row.get("id"), [])) for row in rows.get("materials", [])]
        made["order"] = self._orders()
        for sheet, column, left in (("openings", "calendar", openings), ("receipts", "material", receipts)):
            for row in (row for rows in left.values() for row in rows):
                self.fault(
                    row.place, "scheduling.row_of_nothing", sheet=sheet, column=column, value=str(row.get(column, "-"))
                )
        return {key: value for key, value in made.items() if value != []}

    def _by(self, sheet: str, column: str) -> dict[Any, list[Placed]]:
        found: dict[Any, list[Placed]] = {}
        for row in self._rows.get(sheet, []):
            found.setdefault(row.get(column), []).append(row)
        return found

    def _value(self, cell: Cell) -> Any:
        """A cell as TOML would state it: a whole number whole, a date an instant, a time of day a duration."""
        if isinstance(cell, datetime):
            return cell.replace(tzinfo=self._zone) if self._zone is not None else cell
        if isinstance(cell, time):
            return f"{cell.hour * 3600 + cell.minute * 60 + cell.second}s"
        if isinstance(cell, timedelta):
            return f"{round(cell.total_seconds())}s"
        if isinstance(cell, float) and cell.is_integer():
            return int(cell)
        return cell.strip() if isinstance(cell, str) else cell

    def _plain(self, row: Placed, *without: str) -> Placed:
        return Placed(row.place, {k: self._value(v) for k, v in row.items() if k not in without})

    def _listed(self, row: Placed, *columns: str, each: Callable[[str], Any] = str) -> Placed:
        made = self._plain(row)
        for column in columns:
            if column in made:
                made[column] = [each(part.strip()) for part in str(made[column]).split(";") if part.strip()]
        return made

    def _calendar(self, row: Placed, openings: Sequence[Placed]) -> Placed:
        made = self._listed(row, "weekly")
        if isinstance(row.get("closed"), datetime):
            made["closed"] = [row["closed"].date()]
        elif "closed" in made:
            made["closed"] = [_date(part.strip()) for part in str(made["closed"]).split(";") if part.strip()]
        if openings:
            made["openings"] = [
                [self._value(o.get(key, "")) for key in ("start", "end", "rate") if key != "rate" or "rate" in o]
                for o in openings
            ]
        return made

    def _setups(self, rows: Sequence[Placed]) -> list[Placed]:
        """Rows of one id are one matrix; the row without before and after is its default."""
        found: dict[Any, Placed] = {}
        for row in rows:
            one = found.setdefault(
                row.get("id"), Placed(row.place, {"id": self._value(row.get("id", "")), "times": []})
            )
            if "attached" in row:
                one["attached"] = self._yes(row, "attached")
            if "before" in row or "after" in row:
                one["times"].append([self._value(row.get(key, "")) for key in ("before", "after", "time")])
            elif "time" in row:
                one["default"] = self._value(row["time"])
        return list(found.values())

    def _machine(self, row: Placed) -> Placed:
        made = self._plain(row, "capacity", "wait")
        batch = {key: self._value(row[key]) for key in ("capacity", "wait") if key in row}
        return Placed(row.place, {**made, "batch": Placed(row.place, batch)}) if batch else made

    def _material(self, row: Placed, receipts: Sequence[Placed]) -> Placed:
        made = self._plain(row)
        if receipts:
            made["receipts"] = [[self._value(r.get(key, "")) for key in ("at", "quantity")] for r in receipts]
        return made

    def _yes(self, row: Placed, column: str) -> Any:
        return _YES.get(str(row[column]).strip().lower(), row[column])

    def _orders(self) -> list[Placed]:
        orders = [self._plain(row) for row in self._rows.get("orders", [])]
        known = {order.get("id"): order for order in orders}
        links = self._by("links", "order")
        for row in self._rows.get("operations", []):
            order = known.get(self._value(row.get("order", "")))
            if order is None:
                self.fault(
                    row.place,
                    "scheduling.row_of_nothing",
                    sheet="operations",
                    column="order",
                    value=str(row.get("order", "-")),
                )
                continue
            self._operation(order.setdefault("operation", []), row)
        for key, rows in links.items():
            for row in rows:
                self._link(known.get(self._value(key if key is not None else "")), row)
        return orders

    def _operation(self, operations: list[Placed], row: Placed) -> None:
        """The rows of one operation are its machines; the first says the rest."""
        id_ = self._value(row.get("id", ""))
        on = {str(self._value(row.get("machine", ""))): self._value(row.get("time", ""))}
        same = next((op for op in operations if op.get("id") == id_), None)
        if same is not None:
            same["on"].update(on)
            return
        made = Placed(row.place, {"id": id_, "on": Placed(row.place, on)})
        made |= {key: self._value(row[key]) for key in ("state", "key", "size", "split") if key in row}
        made |= {key: self._yes(row, key) for key in ("must_fit",) if key in row}
        made |= {key: self._amounts(row, key) for key in ("uses", "makes") if key in row}
        if "needs" in row:
            made["needs"] = [self._need(row, part) for part in str(row["needs"]).split(";") if part.strip()]
        for name, keys in (("pin", PIN), ("progress", PROGRESS)):
            stated = {key: self._value(row[column]) for key, column in keys.items() if column in row}
            if stated:
                made[name] = Placed(row.place, stated)
        operations.append(made)

    def _need(self, row: Placed, text: str) -> Placed:
        """``skill``, ``skill:2`` or ``skill:2:all``."""
        skill, *more = (part.strip() for part in text.split(":"))
        made = Placed(row.place, {"skill": skill})
        if more:
            made["count"] = int(more[0]) if more[0].isdigit() else more[0]
        if more[1:]:
            made["during"] = ":".join(more[1:])
        return made

    def _amounts(self, row: Placed, column: str) -> Placed:
        """``board:40; glue:2``."""
        made = Placed(row.place)
        for part in filter(None, (part.strip() for part in str(row[column]).split(";"))):
            material, _, quantity = part.rpartition(":")
            made[material.strip() or part] = int(quantity) if quantity.strip().isdigit() else quantity
        return made

    def _link(self, order: Placed | None, row: Placed) -> None:
        """What goes before an operation, or before a whole order where the row names none."""
        operations = [] if order is None else order.get("operation", [])
        operation = self._value(row.get("operation", ""))
        target = order if not operation else next((op for op in operations if op.get("id") == operation), None)
        if target is None:
            value = f"{row.get('order', '-')}/{operation or '-'}"
            self.fault(row.place, "scheduling.row_of_nothing", sheet="links", column="order, operation", value=value)
            return
        link = {"id": str(self._value(row.get("after", "")))}
        link |= {key: self._value(row[key]) for key in ("least", "most") if key in row}
        target.setdefault("after", []).append(Placed(row.place, link))


def _written(cell: Cell) -> str:
    """A cell as it is shown."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _date(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
