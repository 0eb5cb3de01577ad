"""Job shops: plain (jsp), re-entrant (rjsp), flexible (fjsp), of assemblies (fajsp), with setups and dates (sdst)."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np

from dengta.core.reason import Reason, Refusal
from dengta.engines.scheduling.flatten import cuts, ints
from dengta.engines.scheduling.formats.rows import MOST, Row, Rows
from dengta.engines.scheduling.from_columns import from_arrays
from dengta.engines.scheduling.problem import Problem


class _Ways(NamedTuple):
    """Operations as they are read: the order of each, its (machine, time) pairs."""

    order: list[int]
    ways: list[list[tuple[int, int]]]

    def columns(self) -> dict[str, Any]:
        return {
            "order": ints(self.order),
            "way_ptr": cuts(map(len, self.ways)),
            "way_machine": ints(machine for one in self.ways for machine, _ in one),
            "way_time": ints(time for one in self.ways for _, time in one),
        }


def jsp(text: str, source: str) -> Problem:
    """First ``jobs machines``, then a row a job of ``machine time`` pairs, machines from 0."""
    return _in_pairs(text, source, ended=False)


def rjsp(text: str, source: str) -> Problem:
    """As `jsp`, jobs of any length, each ended by ``-1 -1``."""
    return _in_pairs(text, source, ended=True)


def _in_pairs(text: str, source: str, ended: bool) -> Problem:
    rows = Rows(text, source)
    head = rows.take("jobs and machines", 2)
    jobs, machines = rows.count(head, 0, "jobs"), rows.count(head, 1, "machines")
    found = _Ways([], [])
    for job in range(jobs):
        row = rows.take("a job")
        values = row.values
        if ended:
            if values[-2:] != [-1, -1]:
                rows.fault("scheduling.file_no_end", row.line)
            values = values[:-2]
        if len(values) % 2 or not values:
            rows.fault("scheduling.file_pairs", row.line, found=len(values))
            continue
        for place in range(0, len(values), 2):
            found.order.append(job)
            found.ways.append([_pair(rows, row, place, machines)])
    rows.finish()
    return from_arrays(**found.columns(), machines=machines)


def _pair(rows: Rows, row: Row, place: int, machines: int) -> tuple[int, int]:
    return rows.count(row, place, "machine", 0, machines - 1), rows.count(row, place + 1, "time", 0)


def _alternatives(rows: Rows, row: Row, place: int, machines: int) -> tuple[list[tuple[int, int]], int]:
    """``count (machine time)*`` from `place` on -> the pairs, and the place behind them."""
    count = row.values[place] if place < len(row.values) else 0
    end = place + 1 + 2 * count
    if count < 1 or end > len(row.values):
        rows.fault(
            "scheduling.file_alternatives",
            row.line,
            f"column {place + 1}",
            count=count,
            found=len(row.values) - place - 1,
        )
        return [], len(row.values)
    pairs = [_pair(rows, row, at, machines) for at in range(place + 1, end, 2)]
    if len({machine for machine, _ in pairs}) < count:
        rows.fault("scheduling.file_machine_twice", row.line, f"column {place + 1}")
    return pairs, end


def _jobs(rows: Rows) -> tuple[_Ways, int]:
    """The head and the jobs of a flexible shop -> operations, machines."""
    head = rows.take("jobs and machines")
    if len(head.values) not in (2, 3):
        rows.fault("scheduling.file_length", head.line, what="jobs and machines", wanted=2, found=len(head.values))
        rows.finish()
    jobs, machines = rows.count(head, 0, "jobs"), rows.count(head, 1, "machines")
    found = _Ways([], [])
    for job in range(jobs):
        row = rows.take("a job")
        count, place = rows.count(row, 0, "operations") if row.values else 0, 1
        for _ in range(count):
            pairs, place = _alternatives(rows, row, place, machines)
            if not pairs:
                break
            found.order.append(job)
            found.ways.append(pairs)
        else:
            if place != len(row.values):
                rows.fault("scheduling.file_length", row.line, what="a job", wanted=place, found=len(row.values))
    return found, machines


def fjsp(text: str, source: str) -> Problem:
    """First ``jobs machines [flexibility]``, then a row a job: ``operations``, of each ``count (machine time)*``."""
    rows = Rows(_whole_flexibility(text), source)
    found, machines = _jobs(rows)
    rows.finish()
    return from_arrays(**found.columns(), machines=machines)


def _whole_flexibility(text: str) -> str:
    """The first row without its third number, the mean count of alternatives, which is stated as a decimal."""
    first, line, rest = text.partition("\n")
    return re.sub(r"^(\s*\d+\s+\d+)\s+[\d.]+\s*$", r"\1", first) + line + rest


def fajsp(text: str, source: str) -> Problem:
    """First ``operations precedences machines``, then ``before after`` rows, then a row an operation of alternatives.

    Operations that hang together are one order.
    """
    rows = Rows(text, source)
    head = rows.take("operations, precedences and machines", 3)
    n, arcs, machines = (rows.count(head, k, what) for k, what in enumerate(("operations", "precedences", "machines")))
    into: list[list[int]] = [[] for _ in range(n)]
    whole = list(range(n))
    for _ in range(arcs):
        row = rows.take("a precedence", 2)
        before, after = (rows.count(row, k, "operation", 0, n - 1) for k in (0, 1))
        into[after].append(before)
        whole[_root(whole, after)] = _root(whole, before)
    ways = []
    for _ in range(n):
        row = rows.take("an operation")
        pairs, end = _alternatives(rows, row, 0, machines)
        ways.append(pairs)
        if pairs and end != len(row.values):
            rows.fault("scheduling.file_length", row.line, what="an operation", wanted=end, found=len(row.values))
    rows.finish()
    roots = [_root(whole, i) for i in range(n)]
    number = {root: k for k, root in enumerate(dict.fromkeys(roots))}
    found = _Ways([number[root] for root in roots], ways)
    return from_arrays(
        **found.columns(), machines=machines, pred_ptr=cuts(map(len, into)), pred=ints(i for one in into for i in one)
    )


def _root(whole: list[int], i: int) -> int:
    while whole[i] != i:
        whole[i] = whole[whole[i]]
        i = whole[i]
    return i


def sdst(text: str, source: str) -> Problem:
    """An `fjsp` file, ``FAMILIES n`` and families by job, ``SETUP`` and the matrix, ``JOBS`` of release due weight."""
    heads = re.findall(r"^(FAMILIES[^\n]*|SETUP[^\n]*|JOBS[^\n]*)$", text, re.MULTILINE)
    if [head.split()[0] for head in heads] != ["FAMILIES", "SETUP", "JOBS"]:
        raise Refusal(Reason("scheduling.file_sections", (source,), {"found": ", ".join(heads) or "-"}))
    rows = Rows(_without_words(_whole_flexibility(text)), source)
    found, machines = _jobs(rows)
    head = rows.take("families", 1)
    families = rows.count(head, 0, "families")
    jobs = found.order[-1] + 1 if found.order else 0
    lengths = np.bincount(ints(found.order), minlength=jobs).tolist()
    state: list[int] = []
    for length in lengths:
        row = rows.take("families of a job", length)
        state += [rows.count(row, k, "family", 0, families - 1) for k in range(length)]
    setup = []
    for _ in range(families):
        row = rows.take("setup times", families)
        setup.append([rows.count(row, k, "setup time", 0) for k in range(families)])
    dates = []
    for _ in range(jobs):
        row = rows.take("release, due, weight", 3)
        dates.append([rows.count(row, k, what, 0, MOST) for k, what in enumerate(("release", "due", "weight"))])
    rows.finish()
    release, due, weight = np.array(dates, np.int64).T
    return from_arrays(
        **found.columns(), machines=machines, state=state, setup=[setup], release=release, due=due, weight=weight
    )


def _without_words(text: str) -> str:
    return re.sub(r"^(SETUP|JOBS)[^\n]*$", "", re.sub(r"^FAMILIES", "", text, flags=re.MULTILINE), flags=re.MULTILINE)
