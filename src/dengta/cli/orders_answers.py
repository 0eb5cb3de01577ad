"""How `dengta orders` answers: JSON with exact fractions, and tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Protocol

import typer

from dengta.cli.printing import language, print_table, tr
from dengta.core.reason import Reason
from dengta.core.time import HOUR, MINUTE, Micros, to_datetime, to_iso
from dengta.engines import orders
from dengta.engines.calendars import Name
from dengta.engines.orders import Board, DayMeasures, Entry, Line, Measure, Sighting, Standing, Waiting
from dengta.engines.plantbook import PlantBook
from dengta.words import say


class _Named(Protocol):
    @property
    def name(self) -> Name: ...


def head(book: PlantBook, at: Micros) -> dict[str, Any]:
    """What every JSON answer begins with."""
    return {"site": book.site, "at": to_iso(at, book.zone), "plant_book": book.hash}


def as_data(book: PlantBook, board: Board, measures: Sequence[DayMeasures], shown: Sequence[str]) -> dict[str, Any]:
    """The board and the measures as JSON; `shown`: which of today and tomorrow."""
    days = {"today": (board.today, board.due_today), "tomorrow": (board.tomorrow, board.due_tomorrow)}
    due = {
        name: {
            "date": days[name][0].date.isoformat(),
            "counts": {str(outlook): n for outlook, n in board.counts(days[name][1]).items()},
            "orders": [_entry_data(book, entry) for entry in days[name][1]],
        }
        for name in shown
    }
    loads = [
        {"line": x.line, "pieces": x.pieces, "planned_us": x.planned, "pieces_unplanned": x.pieces_unplanned}
        for x in board.loads
    ]
    return {
        **head(book, board.at),
        "due": due,
        "undated": [_entry_data(book, entry) for entry in board.undated],
        "silent": [_entry_data(book, entry) for entry in board.silent],
        "waiting_by_line": loads,
        "measures": [_measures_data(book, of) for of in measures],
    }


def order_data(book: PlantBook, s: Standing) -> dict[str, Any]:
    """One order as JSON."""
    return {
        "order": s.order,
        "wave": s.wave,
        "released": _iso(s.released, book),
        "due": _iso(s.due, book),
        "state": str(s.state),
        "ordered": s.ordered,
        "shipped": s.shipped,
        "shipped_at": _iso(s.shipped_at, book),
        "completed": _iso(s.completed, book),
        "last_report": s.last and _sighting_data(book, s.last),
        "off_route": s.off_route,
        "unknown": [reason.as_dict() for reason in s.unknown],
        "lines": [_line_data(book, line) for line in s.lines],
    }


def _entry_data(book: PlantBook, entry: Entry) -> dict[str, Any]:
    reason = entry.reason.as_dict() if entry.reason else None
    return {**order_data(book, entry.standing), "outlook": str(entry.outlook), "reason": reason}


def _line_data(book: PlantBook, line: Line) -> dict[str, Any]:
    passed = dict(zip(line.route, line.passed, strict=True)) if line.route else None
    return {
        "item": line.item,
        "ordered": line.ordered,
        "done": line.done,
        "missing": line.missing,
        "good": dict(line.good),
        "passed": passed,
        "waiting": [_waiting_data(book, w) for w in line.waiting],
    }


def _waiting_data(book: PlantBook, w: Waiting) -> dict[str, Any]:
    last = w.last and _sighting_data(book, w.last)
    return {"pieces": w.pieces, "operation": w.operation, "gathered": w.gathered, "last_seen": last}


def _sighting_data(book: PlantBook, seen: Sighting) -> dict[str, Any]:
    return {
        "machine": seen.machine,
        "operation": seen.operation,
        "at": to_iso(seen.ts, book.zone),
        "scrapped": seen.scrapped,
    }


def _measures_data(book: PlantBook, of: DayMeasures) -> dict[str, Any]:
    return {
        "date": of.day.date.isoformat(),
        "from": to_iso(of.day.start, book.zone),
        "to": to_iso(of.day.end, book.zone),
        "labour_from": of.labour_from,
        "figures": {name: _measure_data(m) for name, m in of.measures.items()},
        "output": [row._asdict() for row in of.output],
        "labour": [{"person": r.person, "time_us": r.time, "open": r.open} for r in of.labour],
        "cycles": [
            {"order": r.order, "released": _iso(r.released, book), "completed": _iso(r.completed, book)}
            for r in of.cycles
        ],
        "accuracy": [
            {
                "order": r.order,
                "due": _iso(r.due, book),
                "exact": r.exact,
                "missing": r.missing,
                "surplus": r.surplus,
                "reason": r.reason.as_dict() if r.reason else None,
            }
            for r in of.accuracy
        ],
    }


def _measure_data(m: Measure) -> dict[str, Any]:
    told: dict[str, Any] = {"numerator": m.numerator, "denominator": m.denominator, "left_out": m.left_out}
    if m.value is None:
        assert m.reason is not None, "a figure or why there is none"
        return {**told, "value": None, "undefined": m.reason.as_dict(), "sentence": say(m.reason, language())}
    return {**told, "value": float(m.value), "exact": f"{m.value.numerator}/{m.value.denominator}"}


def _iso(at: Micros | None, book: PlantBook) -> str | None:
    return None if at is None else to_iso(at, book.zone)


# -- tables


def show(book: PlantBook, board: Board, measures: Sequence[DayMeasures], shown: Sequence[str]) -> None:
    """The board and the measures for people."""
    typer.echo(tr("orders.title", site=_text(book.name), at=_clock(board.at, book)))
    neighbour = (board.tomorrow.date - board.today.date).days == 1
    days = {
        "today": ("orders.due_today", board.today, board.due_today),
        "tomorrow": ("orders.due_tomorrow" if neighbour else "orders.due_next", board.tomorrow, board.due_tomorrow),
    }
    for name in shown:
        title, day, entries = days[name]
        _show_entries(title, entries, board, book, date=day.date)
    if board.undated:
        _show_entries("orders.undated", board.undated, board, book)
    if board.silent:
        _show_entries("orders.given_up", board.silent, board, book)
    typer.echo()
    if board.loads and board.loads[0].pieces:
        first = board.loads[0]
        minutes = f"{first.planned // MINUTE:,}"
        typer.echo(tr("orders.holds", line=_called(book.lines, first.line), minutes=minutes, pieces=first.pieces))
    else:
        typer.echo(tr("orders.holds_nothing"))
    for of in measures:
        _show_measures(of)


def show_order(book: PlantBook, s: Standing, at: Micros) -> None:
    """One order for people: its lines by operation, and where each missing part was seen last."""
    typer.echo(tr("orders.title", site=_text(book.name), at=_clock(at, book)))
    due = _clock(s.due, book) if s.due is not None else "-"
    typer.echo(f"{s.order}  {tr('orders.due')} {due}  {tr(f'orders.state_{s.state}')}")
    operations = [o for o in book.operations if any(o in (line.route or line.good) for line in s.lines)]
    columns = [(tr("orders.item"), False), (tr("orders.ordered"), True)]
    columns += [(_called(book.operations, o), True) for o in operations]
    rows = []
    for line in s.lines:
        passed = dict(zip(line.route, line.passed, strict=True)) if line.route else dict(line.good)
        rows.append([line.item, line.ordered, *(passed.get(o) for o in operations)])
    print_table("", [*columns], rows)
    for waiting in (w for line in s.lines for w in line.waiting):
        typer.echo(_missing(waiting, book, at))
    for reason in s.unknown:
        typer.echo(_said(reason, book))


def _show_entries(title: str, entries: Sequence[Entry], board: Board, book: PlantBook, **params: object) -> None:
    comma = "、" if language() == "zh_Hans" else ", "
    counts = [f"{n} {tr(f'orders.state_{outlook}')}" for outlook, n in board.counts(tuple(entries)).items() if n]
    typer.echo()
    typer.echo(tr(title, n=len(entries), parts=comma.join(counts) or tr("orders.none"), **params))
    said = [e.reason for e in entries if e.reason]
    shared = said[0].code if len(said) > 1 and len({_shared(r) for r in said}) == 1 else ""
    rows = [
        [
            e.standing.order,
            "" if e.standing.due is None else _clock(e.standing.due, book),
            tr(f"orders.state_{e.outlook}"),
            "\n".join(_held_up(e.standing, book, board.at)),
            "" if e.reason is None or shared else _said(e.reason, book),
        ]
        for e in entries
        if e.outlook is not orders.Outlook.COMPLETE
    ]
    if rows:
        names = ("order", "due", "state", "missing", "why")
        print_table("", [(tr(f"orders.{name}"), False) for name in names[: 4 if shared else 5]], [
            row[: 4 if shared else 5] for row in rows
        ])  # fmt: skip
    if shared:
        typer.echo(_said(said[0], book))


def _shared(reason: Reason) -> tuple[object, ...]:
    """What makes two reasons say the same of different orders."""
    return (reason.code, *sorted(reason.params.items()))


def _held_up(s: Standing, book: PlantBook, at: Micros) -> list[str]:
    """What a begun order lacks: the parts that have not come to where its parts gather, or that all have come."""
    if not s.begun:
        return []
    if s.state is orders.State.UNKNOWN and s.last is not None:
        return [tr("orders.last", machine=_called(book.machines, s.last.machine), at=_clock(s.last.ts, book, at))]
    away = [_missing(w, book, at) for w in s.away]
    if away or not s.gathered:
        return away
    operation = _called(book.operations, s.gathered[0].operation)
    return [tr("orders.gathered", n=sum(w.pieces for w in s.gathered), operation=operation)]


def _missing(w: Waiting, book: PlantBook, at: Micros) -> str:
    waits = tr("orders.waits", n=w.pieces, item=w.item, operation=_called(book.operations, w.operation))
    if w.last is None:
        return tr("orders.never", waits=waits)
    seen = "orders.scrapped" if w.last.scrapped else "orders.seen"
    return tr(seen, waits=waits, machine=_called(book.machines, w.last.machine), at=_clock(w.last.ts, book, at))


def _show_measures(of: DayMeasures) -> None:
    rows = []
    for name, m in of.measures.items():
        value, made = "-", ""
        if m.value is None:
            assert m.reason is not None, "a figure or why there is none"
            made = say(m.reason, language()).partition(": ")[2]
        elif name == orders.EFFICIENCY:
            value = tr("orders.unit_efficiency", value=_decimal(m.value))
            hours = _decimal(Fraction(m.denominator, HOUR))
            made = tr("orders.made_efficiency", pieces=f"{m.numerator:,}", hours=hours)
        elif name == orders.ACCURACY:
            value = f"{_decimal(m.value * 100)} %"
            made = tr("orders.made_accuracy", n=m.numerator, due=m.denominator)
        else:
            value = tr("orders.unit_cycle", value=_decimal(m.value / HOUR))
            made = tr("orders.made_cycle", n=len(of.cycles))
        rows.append([tr(f"orders.{name}"), value, made, m.left_out or None])
    columns = [(tr("orders.measure"), False), (tr("orders.value"), True), (tr("orders.made_of"), False)]
    typer.echo()
    print_table(tr("orders.measures", date=of.day.date), [*columns, (tr("orders.left_out"), True)], rows)


def _decimal(value: Fraction) -> str:
    return f"{float(value):,.2f}"


def _said(reason: Reason, book: PlantBook) -> str:
    """The reason's sentence, operations by name; the order it is about stands beside it already."""
    params = dict(reason.params)
    if isinstance(params.get("operation"), str):
        params["operation"] = _called(book.operations, str(params["operation"]))
    return say(Reason(reason.code, (), params), language())


def _called(known: Mapping[str, _Named], id_: str) -> str:
    return _text(known[id_].name) if id_ in known else id_


def _text(name: Name) -> str:
    return str(name.zh if language() == "zh_Hans" else name.en)


def _clock(at: Micros, book: PlantBook, today: Micros | None = None) -> str:
    there = to_datetime(at, book.zone)
    same = today is not None and there.date() == to_datetime(today, book.zone).date()
    return f"{there:%H:%M}" if same else f"{there:%m-%d %H:%M}" if today is not None else f"{there:%Y-%m-%d %H:%M}"
