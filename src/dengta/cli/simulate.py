"""`dengta simulate`: a plant from plain files, run for some days: what its machines did, what became of its orders."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from dengta.cli.printing import answers, language, print_json, print_table, tr
from dengta.core import canonical
from dengta.core.intervals import Interval
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.core.time import HOUR, Micros, instant, local_day, to_iso
from dengta.core.toml_reading import decode
from dengta.engines import plantbook
from dengta.engines.plantbook import PlantBook
from dengta.engines.simulation import SimulatedEvents, Simulation, Summary, judge, parse, summarise, unknown_names
from dengta.engines.simulation.arrays import STATES

app = typer.Typer(add_completion=False)


@app.command(name="simulate", help=tr("simulation.about"))
@answers
def simulate(
    file: Path,
    plant: Annotated[Path, typer.Option("--plant", help=tr("simulation.option_plant"))],
    days: Annotated[int, typer.Option("--days", help=tr("simulation.option_days"))] = 30,
    seed: Annotated[int, typer.Option("--seed", help=tr("simulation.option_seed"))] = 1,
    start: Annotated[str | None, typer.Option("--from", help=tr("simulation.option_from"))] = None,
    out: Annotated[Path | None, typer.Option("--out", help=tr("simulation.option_out"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=tr("simulation.option_json"))] = False,
) -> None:
    """Run a plant from its files."""
    if not 1 <= days <= 3650:
        raise Refusal(Reason("simulation.window", ("--days",), {"days": days}))
    book = plantbook.parse(_text(plant), plant.name)
    model = parse(_text(file), file.name)
    refuse_if(unknown_names(model, book))
    day = _date(start) if start else local_day(book.valid_from, book.zone)
    window = Interval(instant(day, 0, book.zone), instant(day + timedelta(days=days), 0, book.zone))

    run = Simulation(model, lambda machine, window: book.resolver(machine).occurrences(window), window.start, seed)
    events = run.until(window.end)
    refuse_if(judge(model, run.shifts, window, run.orders, run.parts(), events.whole))
    if out is not None:
        _write(events, book, out)
    summary = summarise(events.whole, run.orders, len(model.machines), window.end)
    if as_json:
        print_json("simulate", _as_data(summary, model.machines, book, window, seed, len(events)))
    else:
        _show(summary, model.machines, book, window.start, days, seed, len(events))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(Reason("simulation.not_date", ("--from",), {"value": text})) from None


def _text(path: Path) -> str:
    if not path.is_file():
        raise Refusal(Reason("simulation.file", (str(path),)))
    return decode(path.read_bytes(), path.name)


def _write(events: SimulatedEvents, book: PlantBook, out: Path) -> None:
    modulus = {m.id: c.modulus for m in book.machines.values() for c in m.counters if c.code == "pieces" and c.modulus}
    with out.open("w", encoding="utf-8") as lines:
        lines.writelines(f"{line}\n" for line in canonical.lines(events.batch(book.site, modulus)).to_pylist())


def _show(s: Summary, machines: tuple[str, ...], book: PlantBook, start: Micros, days: int, seed: int, n: int) -> None:
    name = book.name.zh if language() == "zh_Hans" else book.name.en
    title = tr("simulation.title", name=name, days=days, start=to_iso(start, book.zone)[:10], seed=seed)
    shown = [k for k, state in enumerate(STATES) if state not in ("off", "break") and s.in_state[:, k].any()]
    headings = [(tr("simulation.machine"), False), *((tr(f"simulation.state_{STATES[k]}"), True) for k in shown)]
    rows = [
        [machine, *(f"{100 * s.in_state[i, k] / busy:.1f}" if busy else None for k in shown), int(s.pieces[i])]
        for i, (machine, busy) in enumerate(zip(machines, s.planned.tolist(), strict=True))
    ]
    print_table(title, [*headings, (tr("simulation.pieces"), True)], rows)
    if not len(s.flow):
        typer.echo(tr("simulation.no_flow"))
        return
    flow = f"{s.flow.mean() / HOUR:.1f}"
    typer.echo(tr("simulation.summary", released=s.released, done=len(s.flow), late=s.late, flow_h=flow, events=n))


def _as_data(
    s: Summary, machines: tuple[str, ...], book: PlantBook, window: Interval, seed: int, n: int
) -> dict[str, object]:
    return {
        "site": book.site,
        "plant_book": book.hash,
        "from": to_iso(window.start, book.zone),
        "to": to_iso(window.end, book.zone),
        "seed": seed,
        "machines": [
            {
                "machine": machine,
                "state_us": {state: int(s.in_state[i, k]) for k, state in enumerate(STATES)},
                "pieces": int(s.pieces[i]),
            }
            for i, machine in enumerate(machines)
        ],
        "orders": {
            "released": s.released,
            "done": len(s.flow),
            "late": s.late,
            "mean_flow_us": round(s.flow.mean()) if len(s.flow) else None,
        },
        "events": n,
    }
