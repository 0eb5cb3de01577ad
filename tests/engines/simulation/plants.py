"""Small plants for tests: always open, one kind of part, as many parts a day as one likes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from dengta.core.intervals import Interval
from dengta.core.shifts import ShiftOccurrence
from dengta.core.time import DAY, Micros
from dengta.engines.simulation.demand import Shifts

ORIGIN: Micros = 20_600 * DAY
_EPOCH = date(1970, 1, 1)


def always(machine: str, window: Interval) -> list[ShiftOccurrence]:
    """One shift a day, of 24 hours, without breaks."""
    return shifts_of([(0, DAY)])(machine, window)


def shifts_of(planned: Sequence[tuple[Micros, Micros]]) -> Shifts:
    """Every day the same planned pieces of one shift, from midnight UTC."""

    def shifts(machine: str, window: Interval) -> list[ShiftOccurrence]:
        del machine
        found = []
        for day in range(window.start // DAY, -(-window.end // DAY)):
            pieces = tuple(Interval(day * DAY + start, day * DAY + end) for start, end in planned)
            whole = Interval(pieces[0].start, pieces[-1].end)
            found.append(ShiftOccurrence("day", _EPOCH + timedelta(days=day), whole, pieces))
        return found

    return shifts


def line(
    means_s: Sequence[float],
    buffers: Sequence[int],
    failures: Sequence[tuple[float, float]] = (),
    law: str = "exponential = { mean = %s }",
    parts: int = 100_000,
) -> str:
    """A saturated line of machines m1, m2, ... in TOML; `failures`: mean seconds (up, while working; down) of each."""
    orders = f'[[order]]\nid = "all"\nparts = {{ part = [{parts}, {parts}] }}'
    text = ["[release]\norders = [1, 1]", orders]
    stations = ", ".join(f'"s{i}"' for i in range(1, len(means_s) + 1))
    text.append(f'[[item]]\nid = "part"\nroute = [{stations}]')
    for i, mean in enumerate(means_s):
        buffer = f"buffer = {buffers[i - 1]}\n" if i else ""
        run = f"{{ {law % mean} }}" if "=" in law else law % mean
        text.append(f'[[station]]\nid = "s{i + 1}"\nmachines = ["m{i + 1}"]\n{buffer}run_s = {run}')
        if failures:
            up, down = failures[i]
            text.append(f"[[station.stop]]\nevery_s = {{ exponential = {{ mean = {up} }} }}")
            text.append(f"lasts_s = {{ exponential = {{ mean = {down} }} }}")
    return "\n".join(text)
