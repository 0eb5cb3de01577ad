"""A plan as the command line answers it: a table, JSON, a file of operations, a Gantt chart."""

from __future__ import annotations

import json
import tomllib
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import typer

from dengta.cli.printing import language, print_table, tr
from dengta.core.reason import Reason, Refusal
from dengta.core.time import DAY, MINUTE, to_iso
from dengta.engines.scheduling import Plan, Problem, read
from dengta.engines.scheduling.check_time import Hours
from dengta.figures.gantt import Bar, GanttView, Span, gantt_svg
from dengta.words import say

_LATE_SHOWN = 5
_TIMES = frozenset({"start", "since", "free", "deadline", "end", "pinned"})
_DURATIONS = frozenset({"lag", "setup", "most"})
_ROWS_SHOWN = 40


def moment(problem: Problem, tick: int) -> str:
    """A tick as people read it: an instant where the shop has a calendar date, else the number."""
    return stamp(problem, tick)[:16].replace("T", " ") if problem.origin else str(tick)


def stamp(problem: Problem, tick: int) -> str:
    """A tick as ISO 8601 in the shop's zone."""
    return to_iso(problem.at(tick), ZoneInfo(problem.zone) if problem.zone else None)


def duration(problem: Problem, ticks: int) -> str:
    """Ticks as hours and minutes where the shop has a calendar date, else their number."""
    if not problem.origin:
        return str(ticks)
    hours, minutes = divmod(round(ticks * problem.tick / MINUTE), 60)
    return f"{hours} h {minutes} min" if hours and minutes else f"{hours} h" if hours else f"{minutes} min"


def told(problem: Problem, reason: Reason) -> Reason:
    """A reason whose ticks are written as `moment` and `duration` have them."""
    whole = {k: v for k, v in reason.params.items() if isinstance(v, int)}
    times = {k: moment(problem, v) for k, v in whole.items() if k in _TIMES}
    times |= {k: duration(problem, v) for k, v in whole.items() if k in _DURATIONS}
    return Reason(reason.code, reason.place, {**reason.params, **times})


def as_data(plan: Plan, seed: int, threads: int) -> dict[str, Any]:
    """The answer for machines."""
    problem, terms = plan.problem, plan.terms
    return {
        "operations": len(plan.machine),
        "orders": len(problem.columns.release),
        "machines": len(problem.columns.machine_calendar),
        "seed": seed,
        "threads": threads,
        "objective": str(plan.goal),
        "value": list(plan.value[1:]),
        "makespan": terms["makespan"],
        "bound": plan.bound,
        "gap": None if plan.gap is None else round(plan.gap, 6),
        "terms": terms,
        "iterations": plan.work,
        "tick_us": problem.tick,
        "wishes": [reason.as_dict() for reason in plan.wishes],
        "late": [_late(plan, o) for o in plan.late()[:_LATE_SHOWN].tolist()],
    }


def _late(plan: Plan, order: int) -> dict[str, Any]:
    c, done = plan.problem.columns, int(plan.done()[order])
    return {
        "order": plan.problem.names.of("orders", order),
        "due": int(c.due[order]),
        "done": done,
        "why": [binding.reason.as_dict() for binding in plan.why(last_of(plan, order))],
    }


def last_of(plan: Plan, order: int) -> int:
    """The operation that ends an order."""
    own = np.flatnonzero(plan.problem.columns.order == order)
    return int(own[np.argmax(plan.end[own])])


def as_file(plan: Plan) -> str:
    """Every operation, in order of start, as JSON."""
    p, s = plan.problem, plan.sheet
    rows = []
    for i in np.lexsort((s.machine, s.start)).tolist():
        order, _, operation = p.operation_name(i).rpartition("/")
        row: dict[str, Any] = {"order": order, "operation": operation}
        if s.machine[i] < 0:
            rows.append({**row, "machine": None})
            continue
        row |= {"machine": p.names.of("machines", int(s.machine[i])), "start": int(s.start[i]), "end": int(s.end[i])}
        if s.setup[i]:
            row |= {"setup_start": int(s.setup_start[i]), "setup_end": int(s.setup_end[i])}
        if s.batch[i] >= 0:
            row["batch"] = p.operation_name(int(s.batch[i]))
        held = s.who[p.columns.slot_ptr[i] : p.columns.slot_ptr[i + 1]].tolist()
        if held:
            row["resources"] = [p.names.of("resources", who) for who in held if who >= 0]
        if p.origin:
            row |= {"start_at": stamp(p, int(s.start[i])), "end_at": stamp(p, int(s.end[i]))}
        rows.append(row)
    head = {"schema": "dengta.plan/1", "origin": stamp(p, 0) if p.origin else None, "tick_us": p.tick}
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return json.dumps(head)[:-1] + f', "operations": [\n{lines}\n]}}\n'


def as_workbook(text: str, source: str, form: str) -> bytes:
    """A shop that is stated as TOML or JSON as a workbook to go on with. Refusal where it is something else."""
    from dengta.documents.shop_sheets import shop_sheets  # both load openpyxl
    from dengta.documents.workbook import workbook_bytes

    if form not in ("toml", "json"):
        raise Refusal(Reason("scheduling.not_a_shop", (source,), {"format": form}))
    read(text, source, form)
    tables = tomllib.loads(text) if form == "toml" else json.loads(text)
    return workbook_bytes(shop_sheets(tables))


def show(plan: Plan, name: str) -> None:
    """A table of the machines, the terms, the costliest late orders with what holds them."""
    p, s = plan.problem, plan.sheet
    machines = len(p.columns.machine_calendar)
    planned = s.machine >= 0
    counts = np.bincount(s.machine[planned], minlength=machines)
    once = (s.batch < 0) | (s.batch == np.arange(len(s.batch)))  # a batch works once, however many share it
    worked = np.zeros(len(s.machine), np.int64)
    taken = np.flatnonzero(p.columns.way_machine == s.machine[p.columns.way_operation])
    worked[p.columns.way_operation[taken]] = p.columns.way_time[taken]
    busy = np.bincount(s.machine[planned], (worked * once)[planned], machines)
    setups = np.bincount(s.machine[planned], s.setup[planned], machines)
    length = max(1, plan.makespan)
    headings = [(tr("scheduling.machine"), False)]
    headings += [(tr(f"scheduling.{key}"), True) for key in ("count", "busy", "setup_share", "last_end")]
    rows = [
        [p.names.of("machines", m), int(counts[m]), f"{100 * busy[m] / length:.1f}", f"{100 * setups[m] / length:.1f}",
         moment(p, int(s.end[s.machine == m].max(initial=0)))]
        for m in np.argsort(-busy, kind="stable")[:_ROWS_SHOWN].tolist()
    ]  # fmt: skip
    print_table(tr("scheduling.title", name=name, operations=len(s.machine), machines=machines), headings, rows)
    if machines > _ROWS_SHOWN:
        typer.echo(tr("scheduling.more_machines", count=machines - _ROWS_SHOWN))
    gap = "-" if plan.gap is None else f"{100 * plan.gap:.2f} %"
    typer.echo(tr("scheduling.length", makespan=moment(p, plan.makespan), bound=moment(p, plan.bound), gap=gap))
    typer.echo(tr("scheduling.terms", **plan.terms))
    for order in plan.late()[:_LATE_SHOWN].tolist():
        late = {"order": p.names.of("orders", order), "due": moment(p, int(p.columns.due[order]))}
        typer.echo(tr("scheduling.late_order", **late, done=moment(p, int(plan.done()[order]))))
        for binding in plan.why(last_of(plan, order))[:_LATE_SHOWN]:
            typer.echo("  " + say(told(p, binding.reason), language()))


def as_gantt(plan: Plan, name: str) -> str:
    """The plan as an SVG."""
    p, s = plan.problem, plan.sheet
    late = set(plan.late().tolist())
    end = max(1, plan.makespan)
    drawn, setups = [], []
    for i in np.flatnonzero(s.machine >= 0).tolist():
        row, order = int(s.machine[i]), int(p.columns.order[i])
        label = p.operation_name(i)
        title = f"{label}: {moment(p, int(s.start[i]))} - {moment(p, int(s.end[i]))}"
        drawn.append(Bar(row, int(s.start[i]), int(s.end[i]), p.names.of("orders", order), title, order in late))
        if s.setup[i]:
            setups.append(Span(row, int(s.setup_start[i]), int(s.setup_end[i])))
    machines = range(len(p.columns.machine_calendar))
    now = int(p.columns.now[0])
    return gantt_svg(
        GanttView(
            label=tr("scheduling.gantt_label", name=name),
            rows=[p.names.of("machines", m) for m in machines],
            end=end,
            bars=drawn,
            ticks=_ticks(p, end),
            words={key: tr(f"scheduling.gantt_{key}") for key in ("run", "setup", "late", "closed")},
            setups=setups,
            closed=_closed(p, end),
            now=now or None,
        )
    )


def _closed(problem: Problem, end: int) -> list[Span]:
    hours, found = Hours(problem.columns), []
    for m in np.flatnonzero(problem.columns.machine_calendar >= 0).tolist():
        at = 0
        for piece in hours.of(m, []):
            if piece.start > at:
                found.append(Span(m, at, min(end, piece.start)))
            at = max(at, piece.end)
            if at >= end:
                break
        if at < end:
            found.append(Span(m, at, end))
    return [span for span in found if span.end > span.start]


def _ticks(problem: Problem, end: int) -> list[tuple[int, str]]:
    """About ten marks at round numbers, or at round times of day."""
    if not problem.origin:
        step = next(s * 10**k for k in range(19) for s in (1, 2, 5) if s * 10**k * 10 >= end)
        return [(at, str(at)) for at in range(0, end + 1, step)]
    minutes = (15, 30, 60, 120, 240, 480, 1440, 2 * 1440, 7 * 1440, 28 * 1440, 364 * 1440)
    step = next((m for m in minutes if m * MINUTE * 10 >= end * problem.tick), minutes[-1]) * MINUTE // problem.tick
    found = []
    for at in range(0, end + 1, max(1, step)):
        face = stamp(problem, at)
        found.append((at, face[5:10] if step * problem.tick >= DAY else face[5:16].replace("T", " ")))
    return found
