"""The door for a hundred thousand operations and more: columns in, no Python object for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dengta.core.reason import Param, Reason, refuse_if
from dengta.engines.scheduling.flatten import successors
from dengta.engines.scheduling.kernels_layout import NEVER, Columns, Ints
from dengta.engines.scheduling.problem import Names, Problem

_MOST = 2**53
_SHOWN = 20  # faults of one kind that are listed one by one


def from_arrays(
    *,
    order: ArrayLike,
    way_ptr: ArrayLike,
    way_machine: ArrayLike,
    way_time: ArrayLike,
    machines: int | None = None,
    pred_ptr: ArrayLike | None = None,
    pred: ArrayLike | None = None,
    release: ArrayLike | None = None,
    due: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    state: ArrayLike | None = None,
    setup: ArrayLike | None = None,
    machine_setups: ArrayLike | None = None,
    permutation: bool = False,
    names: Names | None = None,
) -> Problem:
    """A problem of n operations in N orders on `machines` machines, always open, one operation at a time.

    order (n,): of each operation, 0..N-1. way_ptr (n + 1,) cuts way_machine and way_time (w,): where it may run, and
    how long.
    pred_ptr (n + 1,) cuts pred: what goes before; left out, an operation follows the one before it in its order.
    release, due (-1 none), weight (N,). state (n,): -1 none; setup (k, states, states): ticks from state to state;
    machine_setups (m,): which of the k, -1 none, left out: the first. `permutation`: every machine takes
    the orders in one sequence. Times are ticks. Refusal with every fault.
    """
    columns: dict[str, Ints] = {"order": _ints(order), "way_ptr": _ints(way_ptr)}
    columns |= {"way_machine": _ints(way_machine), "way_time": _ints(way_time)}
    n = len(columns["order"])
    count = int(columns["order"].max(initial=-1)) + 1
    m = machines if machines is not None else int(columns["way_machine"].max(initial=-1)) + 1
    if pred_ptr is None or pred is None:
        columns["pred_ptr"], columns["pred"] = _in_turn(columns["order"])
    else:
        columns["pred_ptr"], columns["pred"] = _ints(pred_ptr), _ints(pred)
    columns["release"] = _given(release, count, 0)
    columns["due"] = _given(due, count, -1)
    columns["weight"] = _given(weight, count, 1)
    columns["state"] = _given(state, n, -1)
    columns["setup"] = np.zeros((1, 1, 1), np.int64) if setup is None else _ints(setup)
    columns["machine_setups"] = _given(machine_setups, m, -1 if setup is None else 0)
    refuse_if(_faults(columns, n, count, m))
    columns["due"] = np.where(columns["due"] < 0, NEVER, columns["due"])
    problem = Problem(_complete(columns, n, count, m), names or Names(), permutation=permutation)
    _ = problem.topological  # refuses a ring
    return problem


def _ints(values: ArrayLike) -> Ints:
    return np.ascontiguousarray(values, np.int64)


def _given(values: ArrayLike | None, n: int, default: int) -> Ints:
    return np.full(n, default, np.int64) if values is None else _ints(values)


def _in_turn(order: Ints) -> tuple[Ints, Ints]:
    """Each operation after the one before it in its order, wherever that stands."""
    n = len(order)
    by_order = np.argsort(order, kind="stable")
    follows = order[by_order[1:]] == order[by_order[:-1]]
    before = np.full(n, -1, np.int64)
    before[by_order[1:][follows]] = by_order[:-1][follows]
    return np.concatenate([[0], np.cumsum(before >= 0)]).astype(np.int64), before[before >= 0]


def _faults(c: dict[str, Ints], n: int, orders: int, machines: int) -> Iterator[Reason]:
    def fault(code: str, *place: str, **params: Param) -> Reason:
        return Reason(f"scheduling.{code}", place, params)

    def each(column: str, low: int, high: int) -> Iterator[Reason]:
        wrong = np.flatnonzero((c[column].ravel() < low) | (c[column].ravel() > high))
        for i in wrong[:_SHOWN].tolist():
            yield fault("column_value", column, str(i), value=int(c[column].ravel()[i]), low=low, high=high)
        if len(wrong) > _SHOWN:
            yield fault("column_more", column, count=len(wrong) - _SHOWN)

    lengths = {
        "way_ptr": n + 1, "pred_ptr": n + 1, "state": n, "release": orders, "due": orders, "weight": orders,
        "way_time": len(c["way_machine"]), "machine_setups": machines,
    }  # fmt: skip
    if not n:
        yield fault("no_orders")
    wrong = [fault("column_length", k, length=c[k].size, wanted=v) for k, v in lengths.items() if c[k].shape != (v,)]
    if c["setup"].ndim != 3 or c["setup"].shape[1] != c["setup"].shape[2]:
        wrong.append(fault("setup_shape", "setup", shape=str(c["setup"].shape)))
    if wrong:
        yield from wrong
        return
    for name, column in (("way_ptr", "way_machine"), ("pred_ptr", "pred")):
        if c[name][0] != 0 or c[name][-1] != len(c[column]) or (np.diff(c[name]) < 0).any():
            yield fault("column_cuts", name, column=column, length=len(c[column]))
    for i in np.flatnonzero(np.diff(c["way_ptr"]) == 0)[:_SHOWN].tolist():
        yield fault("no_machine", "operation", str(i))
    matrices, states = len(c["setup"]), c["setup"].shape[1]
    bounds: dict[str, tuple[int, int]] = {
        "order": (0, orders - 1), "way_machine": (0, machines - 1), "way_time": (0, _MOST), "pred": (0, n - 1),
        "release": (0, _MOST), "due": (-1, _MOST), "weight": (0, _MOST), "state": (-1, states - 1),
        "setup": (0, _MOST), "machine_setups": (-1, matrices - 1),
    }  # fmt: skip
    for column, (low, high) in bounds.items():
        yield from each(column, low, high)


def _complete(c: dict[str, Ints], n: int, orders: int, machines: int) -> Columns:
    """The columns that were given, and empty ones for all that this shop does not have."""
    succ_ptr, succ, succ_arc = successors(c["pred_ptr"], c["pred"])
    none, free, arcs = np.zeros(0, np.int64), np.full(n, -1, np.int64), len(c["pred"])
    rest: dict[str, Any] = {
        "deadline": np.full(orders, NEVER, np.int64), "size": np.ones(n, np.int64), "key": free,
        "must_fit": np.zeros(n, np.int64), "lag": np.zeros(arcs, np.int64), "lag_most": np.full(arcs, NEVER, np.int64),
        "succ_ptr": succ_ptr, "succ": succ, "succ_arc": succ_arc,
        "way_operation": np.repeat(np.arange(n), np.diff(c["way_ptr"])).astype(np.int64),
        "need_skill": none, "need_count": none, "need_when": none, "use_material": none, "use_quantity": none,
        "pin_machine": free, "pin_start": free, "begun": free, "remaining": free, "ended": free,
        "machine_calendar": np.full(machines, -1, np.int64), "machine_state": np.full(machines, -1, np.int64),
        "capacity": np.zeros(machines, np.int64), "wait": np.zeros(machines, np.int64),
        "buffer": np.full(machines, -1, np.int64),
        "attached": np.zeros(len(c["setup"]), np.int64),
        "open_start": none, "open_end": none, "open_rate": none, "resource_calendar": none, "skill_resource": none,
        "stock_known": none, "stock_at": none, "stock_change": none, "now": np.zeros(1, np.int64),
    }  # fmt: skip
    rest |= {name: np.zeros(n + 1, np.int64) for name in ("need_ptr", "slot_ptr", "use_ptr")}
    rest |= {name: np.zeros(1, np.int64) for name in ("open_ptr", "skill_ptr", "stock_ptr")}
    return Columns(**c, **rest)
