"""Where planned time went (loss waterfall), and which reasons cost most (Pareto)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dengta.core.reason import Reason
from dengta.core.time import Micros
from dengta.core.vocabulary import TimeElement
from dengta.engines.kpi.figures import Figure, Where, figures
from dengta.engines.kpi.model import Column, Rows

PIECE_COLUMNS = (Column.SCRAP, Column.REWORK)


@dataclass(frozen=True, slots=True)
class Step:
    """One step from planned time to good time: what it took (negative: it gave), and what is left after it.

    name: planned, unknown, rest, maintenance, idle, delay (one a `loss`), setup, speed, scrap, rework, good; or
    production, with the reason why it cannot be split further.
    """

    name: str
    took: Micros
    left: Micros
    reason: Reason | None = None
    loss: str = ""


def waterfall(figure: Figure) -> list[Step]:
    """Planned busy time to good time; what the steps after the first took sums to the first exactly.

    Work outside planned time is in `figure.outside`. Where a piece has no planned cycle, the last step is production.
    An empty list where nobody said when there is work.
    """
    if figure.planned is None:
        return []
    part = figure.inside
    left = figure.planned
    steps = [Step("planned", 0, left)]
    for name, element in (
        ("unknown", TimeElement.UNKNOWN),
        ("rest", TimeElement.REST),
        ("maintenance", TimeElement.PMT),
        ("idle", TimeElement.ADOT),
    ):
        left -= part.of[Column[element.name]]
        steps.append(Step(name, part.of[Column[element.name]], left))
    for loss, took in sorted(part.delays.items(), key=lambda d: -d[1]):
        if took:
            left -= took
            steps.append(Step("delay", took, left, loss=loss))
    left -= part.of[Column.ASUT]
    steps.append(Step("setup", part.of[Column.ASUT], left))
    if part.unplanned:
        steps.append(Step("production", left, 0, figure.clauses["effectiveness"].reason))
        return steps
    for name, took in (("speed", left - part.run), ("scrap", part.run_scrap), ("rework", part.run_rework)):
        left -= took
        steps.append(Step(name, took, left))
    steps.append(Step("good", left, 0))
    return steps


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a Pareto: what a reason cost, how often, and the share of all up to and with it, exact.

    state: for stops without a reason, the state that was told. time: microseconds; pieces: scrap and rework.
    """

    reason: str
    state: str
    time: Micros
    times: int
    pieces: int
    until_here: int
    total: int


def pareto(rows: Rows, where: Where | None = None, elements: Sequence[TimeElement] = (TimeElement.ADET,)) -> list[Bar]:
    """Stops by what they cost in time, longest first; equal ones by how often, then by name."""
    bars: dict[tuple[str, str], tuple[int, int]] = {}
    for figure in figures(only(rows, [Column[e.name] for e in elements]), ("reason", "code"), where):
        time = sum(figure.whole.of[Column[e.name]] for e in elements)
        if time:
            key = (figure.key["reason"], "" if figure.key["reason"] else figure.key["code"])
            before = bars.get(key, (0, 0))
            bars[key] = (before[0] + time, before[1] + figure.whole.of[Column.TIMES])
    return _bars({key: (time, times, 0) for key, (time, times) in bars.items()}, 0)


def defects(rows: Rows, where: Where | None = None) -> list[Bar]:
    """Scrap and rework by reason, most pieces first."""
    bars: dict[tuple[str, str], tuple[int, int, int]] = {}
    for figure in figures(only(rows, PIECE_COLUMNS), ("reason",), where):
        pieces = sum(figure.whole.of[c] for c in PIECE_COLUMNS)
        if pieces:
            bars[figure.key["reason"], ""] = (0, figure.whole.of[Column.TIMES], pieces)
    return _bars(bars, 2)


def only(rows: Rows, columns: Sequence[Column]) -> Rows:
    """The rows in which one of `columns` says something, one a key: what is said of it stays together."""
    rows = rows.merged()
    chosen = rows.values[:, list(columns)].any(axis=1)
    return replace(rows, keys=rows.keys[chosen], facts=rows.facts[chosen])


def _bars(bars: Mapping[tuple[str, str], tuple[int, int, int]], by: int) -> list[Bar]:
    total, until_here, made = sum(b[by] for b in bars.values()), 0, []
    for key, (time, times, pieces) in sorted(bars.items(), key=lambda b: (-b[1][by], -b[1][1], b[0])):
        until_here += (time, times, pieces)[by]
        made.append(Bar(*key, time, times, pieces, until_here, total))
    return made
