"""How `dengta kpi` answers: JSON with every figure's exact fractions, tables for people."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from dengta.cli.printing import language, print_table, print_text, tr
from dengta.core.intervals import Interval
from dengta.core.reason import Reason
from dengta.core.time import HOUR, MINUTE, Micros, in_minutes, to_iso
from dengta.engines import kpi
from dengta.engines.kpi import Assumptions, Change, Column, Figure, Part, Ratio, Rows
from dengta.engines.kpi.assume import in_words
from dengta.engines.plantbook import PlantBook
from dengta.words import say

WIDE = 110
REPORTED = {
    "run_min": Column.REPORTED_RUN,
    "setup_min": Column.REPORTED_SETUP,
    "breakdown_min": Column.REPORTED_BREAKDOWN,
    "machine_run_min": Column.MACHINE_RUN,
    "machine_setup_min": Column.MACHINE_SETUP,
    "machine_breakdown_min": Column.MACHINE_BREAKDOWN,
}
PIECES = {"good": Column.GOOD, "scrap": Column.SCRAP, "rework": Column.REWORK, "counted": Column.COUNTED}
COUNTERS = {"late_samples": Column.LATE, "counter_resets": Column.RESETS}
SHOWN = ("oee", "availability", "effectiveness", "quality_ratio", "setup_rate", "technical_efficiency")
ENERGY = ("kwh_planned", "kwh_outside", "kwh", "wh_piece", "wh_good", "metered_h")
KWH = 1_000_000
"""mWh."""
Names = Mapping[str, tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is answered: `figures` by `by`, and `total`, the one figure of everything that was asked for. heard:
    what was received later is not in it; changes: what late events changed of the window, None where nobody asked."""

    site: str
    zone: ZoneInfo
    window: Interval
    book: PlantBook | None
    by: tuple[str, ...]
    figures: Sequence[Figure]
    total: Figure | None
    rows: Rows
    assumed: Assumptions | None
    names: Names
    heard: Micros | None = None
    changes: Sequence[Change] | None = None


def to_json(answer: Answer) -> dict[str, Any]:
    """The whole answer. Clauses whose inputs no event gives are listed once, under `not_from_events`."""
    heard = answer.rows.first <= answer.rows.last
    machines = zip(answer.rows.setting.machines, heard.tolist(), strict=True)
    return {
        "site": answer.site,
        "by": list(answer.by),
        "window": {"from": to_iso(answer.window.start, answer.zone), "to": to_iso(answer.window.end, answer.zone)},
        "plant_book": answer.book.hash if answer.book else None,
        "assumptions": in_words(answer.assumed, answer.zone) if answer.assumed else None,
        "definitions": {
            d.id: {
                "clause": f"C{d.number}",
                "version": d.version,
                "formula": d.formula,
                "unit": d.unit,
                "better": d.trend,
                "source": d.source,
            }
            for d in kpi.DEFINITIONS.values()
        },
        "not_from_events": {d.id: d.missing_from_events for d in kpi.DEFINITIONS.values() if d.missing_from_events},
        "unread_events": answer.rows.unread,
        "silent": [m for m, was in machines if not was],
        "names": {m: {"name": name, "source_name": source} for m, (name, source) in answer.names.items()},
        "figures": [_figure(f) for f in answer.figures],
        "total": _total(answer.total) if answer.total else None,
        "heard_by": None if answer.heard is None else to_iso(answer.heard, answer.zone),
        **({} if answer.changes is None else {"revisions": [_change(c, answer.zone) for c in answer.changes]}),
        "shares": {name: _share(share) for name, share in shares(answer.total).items()} if answer.total else {},
    }


def _change(c: Change, zone: ZoneInfo) -> dict[str, Any]:
    """A revision of one machine's shift; with `--heard-by` its `before` the figures before it are folded again."""
    return {
        "machine": c.machine,
        "from": to_iso(c.span.start, zone),
        "to": to_iso(c.span.end, zone),
        "revision": c.revision,
        "changed_at": to_iso(c.at, zone),
        "before": to_iso(c.known_by, zone),
        "events": c.events,
        "first": {**c.first._asdict(), "ts": c.first_at, "at": to_iso(c.first_at, zone)},
    }


def _figure(f: Figure) -> dict[str, Any]:
    whole = f.whole
    return {
        **f.key,
        "grade": f.grade,
        **{key: in_minutes(whole.of[column]) if whole.has_reports else None for key, column in REPORTED.items()},
        **{key: whole.of[column] for key, column in PIECES.items()},
        "reports": whole.of[Column.REPORTS],
        "energy_wh": in_wh(whole.energy),
        "metered_us": whole.of[Column.METERED],
        **{key: whole.of[column] for key, column in COUNTERS.items()},
        "planned_us": f.planned,
        "planned_run_us": None if whole.unplanned else whole.run,
        "elements_us": {str(e): length for e, length in f.elements.items()},
        "inside_us": _inside(f.inside) if f.planned is not None else None,
        "delays_us": {loss: length for loss, length in whole.delays.items() if length},
        "ratios": {
            name: _ratio(ratio) for name, ratio in f.clauses.items() if not kpi.DEFINITIONS[name].missing_from_events
        },
    }


def _total(f: Figure) -> dict[str, Any]:
    """The whole of what was asked for, in which nothing reported is nought minutes."""
    return {**_figure(f), **{key: in_minutes(f.whole.of[column]) for key, column in REPORTED.items()}}


def _inside(part: Part) -> dict[str, int]:
    return {c.name: part.of[c] for c in Column if Column.APT <= c <= Column.UNKNOWN}


def _ratio(ratio: Ratio) -> dict[str, Any]:
    if ratio.value is None:
        assert ratio.reason is not None
        return {"value": None, "undefined": ratio.reason.as_dict(), "sentence": say(ratio.reason, language())}
    return {**_exact(ratio.value), **({"above_one": True} if ratio.above_one else {})}


def _exact(value: Fraction) -> dict[str, Any]:
    return {"value": float(value), "exact": f"{value.numerator}/{value.denominator}"}


def shares(figure: Figure) -> dict[str, tuple[Fraction | None, Fraction | None]]:
    """Setup and breakdown in reported time: as reported (sum), and after the overlap rules (union)."""
    of = figure.whole.of
    labour = (Column.REPORTED_RUN, Column.REPORTED_SETUP, Column.REPORTED_BREAKDOWN)
    machine = (Column.MACHINE_RUN, Column.MACHINE_SETUP, Column.MACHINE_BREAKDOWN)
    totals = [sum(of[c] for c in columns) for columns in (labour, machine)]
    return {
        name: tuple(
            Fraction(of[columns[i]], total) if total else None
            for columns, total in zip((labour, machine), totals, strict=True)
        )  # type: ignore[misc]
        for i, name in ((1, "setup"), (2, "breakdown"))
    }


def _share(share: tuple[Fraction | None, Fraction | None]) -> dict[str, Any]:
    keys = ("as_reported", "after_overlap_rules")
    return {key: _exact(value) if value is not None else None for key, value in zip(keys, share, strict=True)}


def show(answer: Answer) -> None:
    """Tables within the width of the terminal, then what is undefined and why, each reason once."""
    window = answer.window
    start, end = to_iso(window.start, answer.zone), to_iso(window.end, answer.zone)
    print_text(tr("kpi.title", site=answer.site or "-", start=start, end=end))
    print_text(tr("kpi.book", hash=answer.book.short) if answer.book else tr("kpi.no_book"))
    if answer.heard is not None:
        print_text(tr("kpi.heard_by", at=to_iso(answer.heard, answer.zone)))
    if answer.assumed:
        cycles, days = len(answer.assumed.cycles), len(answer.assumed.shifts)
        print_text(tr("kpi.assumed", hash=answer.assumed.hash[:12], cycles=cycles, days=days))
    figures = [f for f in answer.figures if not _is_trifle(f)]
    reported = [f for f in figures if f.whole.has_reports]
    if reported:
        keys = ["run", "setup", "breakdown", "machine_min", "good", "scrap", "rework", "reports"]
        shown = len(keys) if len(answer.by) < 2 or _is_wide() else 6  # a second dimension needs the room
        total = [_reported(answer.total)[:shown]] if answer.total else []
        _table(answer, "reported", keys[:shown], reported, [_reported(f)[:shown] for f in reported], total)
        if answer.total:
            _show_shares(answer.total)
    stated = [f for f in figures if _speaks(f)]
    if stated:
        elements = [str(e) for e in stated[0].elements]
        _table(answer, "stated", [*elements, "good", "scrap", "counted"], stated, [_stated(f) for f in stated])
    metered = [f for f in figures if f.whole.energy is not None]
    if metered:
        _table(answer, "energy", ENERGY, metered, [_metered(f) for f in metered])
    _table(answer, "ratios", [f"short_{n}" for n in SHOWN], figures, [_shown(f) for f in figures])
    _show_notes(figures)
    if answer.changes is not None:
        _show_changes(answer, answer.changes)
    print_text(tr("kpi.grades"))


def _show_changes(answer: Answer, changes: Sequence[Change]) -> None:
    """A line a revision; that there is none is said too."""
    if not changes:
        print_text(tr("kpi.no_revisions"))
    for c in changes:
        told = {"machine": c.machine, "revision": c.revision, "events": c.events}
        times = {"start": c.span.start, "end": c.span.end, "at": c.at, "first": c.first_at, "before": c.known_by}
        print_text(tr("kpi.revised", **told, **{name: to_iso(at, answer.zone) for name, at in times.items()}))


def _speaks(f: Figure) -> bool:
    """Whether the machines told states: not all that is known of their time is the union of reports."""
    of = f.whole.of
    union = [of[c] for c in (Column.MACHINE_RUN, Column.MACHINE_SETUP, Column.MACHINE_BREAKDOWN)]
    known = [of[c] for c in (Column.APT, Column.ASUT, Column.ADET)]
    return not f.whole.has_reports or known != union or any(of[c] for c in (Column.ADOT, Column.PMT, Column.REST))


def _is_trifle(f: Figure) -> bool:
    """Less than a minute in which nothing was made: the last event of a window lies in it, and may begin a shift."""
    pieces = any(f.whole.of[c] for c in (*PIECES.values(), Column.REPORTS))
    return sum(f.elements.values()) < MINUTE and not pieces and not f.whole.has_reports


def _show_shares(total: Figure) -> None:
    for name, (told, union) in shares(total).items():
        if told and union:
            print_text(tr("kpi.share", what=tr(f"kpi.{name}_whole"), told=_percent(told), union=_percent(union)))


def _show_notes(figures: Sequence[Figure]) -> None:
    print()
    reasons: dict[tuple[str, str, str], Reason] = {}
    above_one = False
    for f in figures:
        told = f.clauses
        above_one |= any(told[name].above_one for name in SHOWN)
        for name in SHOWN:
            reason = told[name].reason
            if reason is not None and name != "oee":
                reasons.setdefault((name, reason.code, str(reason.params.get("input", ""))), reason)
    for (name, _, _), reason in list(reasons.items())[:6]:
        where = "" if reason.place == (name,) else f"{' > '.join(reason.place)}: "
        print_text(f"– {tr(f'kpi.short_{name}')}: {where}{say(Reason(reason.code, (), reason.params), language())}")
    if any(reason.params.get("input") == "PBT" and "input" in reason.code for reason in reasons.values()):
        print_text(tr("kpi.hint_calendar"))
    if above_one:
        print_text("! " + tr("kpi.above_one"))
    outside = sum(f.outside.of[Column.APT] for f in figures if f.planned is not None)
    if outside:
        print_text(tr("kpi.outside", hours=f"{outside / HOUR:,.1f}"))


def _percent(value: Fraction) -> str:
    return f"{float(100 * value):.1f} %"


def _shown(f: Figure) -> list[str]:
    cells, told = [], f.clauses
    for name in SHOWN:
        ratio = told[name]
        cells.append("–" if ratio.value is None else f"{float(100 * ratio.value):.1f}{' !' if ratio.above_one else ''}")
    return cells


def _reported(f: Figure) -> list[str]:
    of = f.whole.of
    labour = (Column.REPORTED_RUN, Column.REPORTED_SETUP, Column.REPORTED_BREAKDOWN)
    machine = sum(of[c] for c in (Column.MACHINE_RUN, Column.MACHINE_SETUP, Column.MACHINE_BREAKDOWN))
    counts = (Column.GOOD, Column.SCRAP, Column.REWORK, Column.REPORTS)
    return [
        *(f"{length / MINUTE:,.0f}" for length in (*(of[c] for c in labour), machine)),
        *(f"{of[c]:,}" for c in counts),
    ]


def _stated(f: Figure) -> list[str]:
    counts = (Column.GOOD, Column.SCRAP, Column.COUNTED)
    return [
        *(f"{length / MINUTE:,.0f}" for length in f.elements.values()),
        *(f"{f.whole.of[c]:,}" for c in counts),
    ]


def _metered(f: Figure) -> list[str]:
    told = [f.clauses[name].value for name in ("energy_per_piece", "energy_per_good_piece")]
    return [
        *(f"{(part.energy or 0) / KWH:,.1f}" for part in (f.inside, f.outside, f.whole)),
        *("–" if value is None else f"{float(value):,.1f}" for value in told),
        f"{f.whole.of[Column.METERED] / HOUR:,.1f}",
    ]


def in_wh(energy: int | None) -> float | int | None:
    """mWh as JSON reads them, in Wh."""
    return energy if energy is None else energy // 1000 if energy % 1000 == 0 else energy / 1000


def _is_wide() -> bool:
    return shutil.get_terminal_size().columns >= WIDE


def _table(
    answer: Answer,
    title: str,
    keys: Sequence[str],
    figures: Sequence[Figure],
    cells: Sequence[list[str]],
    total: Sequence[list[str]] = (),
) -> None:
    named = "machine" in answer.by and _is_wide()
    rows = []
    for f, line in zip(figures, cells, strict=True):
        machine = f.key.get("machine", "")
        called = [answer.names.get(machine, (machine, None))[0]] if named else []
        rows.append([*(word or "–" for word in f.key.values()), *called, f.grade, *line])
    blanks = [""] * (len(answer.by) + named)
    rows += [[tr("kpi.total"), *blanks, *line] for line in total if answer.by]
    heads = [(tr(f"kpi.{key}") if key.islower() else key, True) for key in keys]
    name = [(tr("kpi.name"), False)] if named else []
    print()
    print_table(
        tr(f"kpi.{title}"), [*((tr(f"kpi.by_{d}"), False) for d in answer.by), *name, ("", False), *heads], rows
    )
