"""The graph of a plain shop for its searches: made once, loaded with one plan after the other."""

from __future__ import annotations

import numpy as np

from dengta.engines.scheduling.decoder import empty_sheet
from dengta.engines.scheduling.kernels_graph import MANY, NODE, Graph, Net, write
from dengta.engines.scheduling.kernels_layout import Ints, Sheet
from dengta.engines.scheduling.problem import Problem


def empty_graph(problem: Problem, ready: Ints | None = None) -> Graph:
    """Room for a plan of `problem`. ready (n,): earliest starts; left out, by the releases."""
    c = problem.columns
    n = len(c.order)

    node = np.zeros(n, NODE)
    for name, ptr, arcs in (("pred", c.pred_ptr, np.arange(len(c.pred))), ("succ", c.succ_ptr, c.succ_arc)):
        count = np.diff(ptr)
        one = np.flatnonzero(count == 1)
        node[name] = np.where(count > 1, MANY, -1)
        node[name][one] = (c.pred if name == "pred" else c.succ)[ptr[one]]
        node[f"{name}_lag"][one] = c.lag[arcs[ptr[one]]]
    node["ready"] = np.maximum(c.release[c.order] if ready is None else ready, c.now[0])

    def column(size: int = n) -> Ints:
        return np.zeros(size, np.int64)

    return Graph(
        node=node,
        first=column(len(c.machine_calendar)),
        order=column(),
        noted=column(),
        moved=column(),
        ends=np.flatnonzero(np.diff(c.succ_ptr) == 0).astype(np.int64),
        setups=np.array([(c.machine_setups >= 0).any()], np.int64),
        visits=column(1),
    )


def net_of(problem: Problem) -> Net:
    """The columns of a problem that the kernels of the graph read."""
    return Net._make(getattr(problem.columns, name) for name in Net._fields)


def ways_of(problem: Problem, sheet: Sheet) -> Ints:
    """(n,) the way each operation of a whole plan takes."""
    c = problem.columns
    taken = np.flatnonzero(c.way_machine == sheet.machine[c.way_operation])
    ways = np.empty(len(c.order), np.int64)
    ways[c.way_operation[taken]] = taken
    return ways


def order_of(problem: Problem, start: Ints, end: Ints) -> Ints:
    """The operations in order of time: each after all its predecessors, and in its machine's sequence."""
    rank = np.empty(len(start), np.int64)
    rank[problem.topological] = np.arange(len(start))
    return np.lexsort((rank, end, start)).astype(np.int64)


def sheet_of(problem: Problem, graph: Graph) -> Sheet:
    """The graph's plan."""
    sheet = empty_sheet(problem)
    write(net_of(problem), graph, sheet)
    return sheet
