"""The tables of a shop, as `shop.toml` states them, laid out as the sheets of a workbook: read back, it is the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from dengta.documents.table import Table, TableColumn, Value
from dengta.engines.scheduling.formats.sheets import PIN, PROGRESS, SHEETS

Row = dict[str, Any]


def shop_sheets(tables: Mapping[str, Any]) -> list[Table]:
    """A sheet for each kind of thing the shop has, in the order of `SHEETS`."""
    rows: dict[str, list[Row]] = {name: [] for name in SHEETS}
    rows["shop"] = [{key: tables[key] for key in SHEETS["shop"] if key in tables}]
    for one in tables.get("calendar", ()):
        listed = {key: "; ".join(map(_text, one[key])) for key in ("weekly", "closed") if key in one}
        rows["calendars"].append({**one, **listed})
        for start, end, *rate in one.get("openings", ()):
            rows["openings"].append(
                {"calendar": one["id"], "start": start, "end": end, **({"rate": rate[0]} if rate else {})}
            )
    for one in tables.get("setups", ()):
        rows["setups"] += list(_setups(one))
    rows["machines"] = [{**one, **one.get("batch", {})} for one in tables.get("machine", ())]
    rows["resources"] = [{**one, "skills": "; ".join(one["skills"])} for one in tables.get("resource", ())]
    for one in tables.get("material", ()):
        rows["materials"].append(one)
        rows["receipts"] += [{"material": one["id"], "at": at, "quantity": n} for at, n in one.get("receipts", ())]
    for one in tables.get("order", ()):
        rows["orders"].append(one)
        rows["links"] += _links(one["id"], "", one.get("after", ()))
        for op in one.get("operation", ()):
            rows["operations"] += list(_operation(one["id"], op))
            rows["links"] += _links(one["id"], op["id"], op.get("after", ()))
    return [_sheet(name, rows[name]) for name in SHEETS if rows[name]]


def _sheet(name: str, rows: list[Row]) -> Table:
    columns = SHEETS[name]
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    return Table(name, [TableColumn(column) for column in columns], cells)


def _cell(value: object) -> Value:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _setups(one: Mapping[str, Any]) -> Iterator[Row]:
    head = {"id": one["id"], **({"attached": one["attached"]} if "attached" in one else {})}
    for before, after, time in one.get("times", ()):
        yield {**head, "before": before, "after": after, "time": time}
    if "default" in one:
        yield {**head, "time": one["default"]}


def _links(order: str, operation: str, after: Any) -> list[Row]:
    links = [{"id": one} if isinstance(one, str) else one for one in after]
    head = {"order": order, "operation": operation or None}
    return [{**head, "after": one["id"], "least": one.get("least"), "most": one.get("most")} for one in links]


def _operation(order: str, op: Mapping[str, Any]) -> Iterator[Row]:
    """A row for each machine; the first says the rest."""
    rest: Row = {key: op[key] for key in ("state", "key", "size", "must_fit", "split") if key in op}
    if "needs" in op:
        needs = [(n["skill"], n.get("count", 1), n.get("during", "run")) for n in op["needs"]]
        rest["needs"] = "; ".join(f"{skill}:{count}:{during}" for skill, count, during in needs)
    for key in ("uses", "makes"):
        if key in op:
            rest[key] = "; ".join(f"{material}:{quantity}" for material, quantity in op[key].items())
    for name, keys in (("pin", PIN), ("progress", PROGRESS)):
        rest |= {column: op[name][key] for key, column in keys.items() if key in op.get(name, {})}
    for machine, time in op["on"].items():
        yield {"order": order, "id": op["id"], "machine": machine, "time": time, **rest}
        rest = {}
