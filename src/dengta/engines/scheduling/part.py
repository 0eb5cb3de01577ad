"""Part of a problem: some of its operations, with what hangs on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dengta.engines.scheduling.flatten import cuts, successors
from dengta.engines.scheduling.kernels_layout import Columns, Ints

_BY_OPERATION = (
    "order", "state", "size", "key", "must_fit", "pin_machine", "pin_start", "begun", "remaining", "ended",
)  # fmt: skip
_BY_WAY = ("way_machine", "way_time")
_BY_NEED = ("need_skill", "need_count", "need_when")
_BY_USE = ("use_material", "use_quantity")


def part(c: Columns, keep: Ints) -> Columns:
    """The problem of the operations `keep`, in that order and numbered so. Arcs from and to others are gone."""
    number = np.full(len(c.order), -1, np.int64)
    number[keep] = np.arange(len(keep))
    ways, way_ptr = _runs(c.way_ptr, keep)
    needs, need_ptr = _runs(c.need_ptr, keep)
    uses, use_ptr = _runs(c.use_ptr, keep)
    arcs, arc_ptr = _runs(c.pred_ptr, keep)
    inside = number[c.pred[arcs]] >= 0
    pred_ptr = np.concatenate([[0], np.cumsum(inside)])[arc_ptr].astype(np.int64)
    arcs = arcs[inside]
    pred = number[c.pred[arcs]]
    succ_ptr, succ, succ_arc = successors(pred_ptr, pred)
    changed: dict[str, Ints] = {name: getattr(c, name)[keep] for name in _BY_OPERATION}
    changed |= {name: getattr(c, name)[ways] for name in _BY_WAY}
    changed |= {name: getattr(c, name)[needs] for name in _BY_NEED}
    changed |= {name: getattr(c, name)[uses] for name in _BY_USE}
    return c._replace(
        **changed,
        way_ptr=way_ptr,
        way_operation=number[c.way_operation[ways]],
        need_ptr=need_ptr,
        slot_ptr=cuts(np.diff(c.slot_ptr)[keep].tolist()),
        use_ptr=use_ptr,
        pred_ptr=pred_ptr,
        pred=pred,
        lag=c.lag[arcs],
        lag_most=c.lag_most[arcs],
        succ_ptr=succ_ptr,
        succ=succ,
        succ_arc=succ_arc,
    )


def with_ways(c: Columns, allowed: NDArray[np.bool_]) -> Columns:
    """The problem with some of its ways (w,) taken away; each operation keeps at least one."""
    kept = np.concatenate([[0], np.cumsum(allowed)]).astype(np.int64)
    ways = {name: getattr(c, name)[allowed] for name in (*_BY_WAY, "way_operation")}
    return c._replace(**ways, way_ptr=kept[c.way_ptr])


def _runs(ptr: Ints, keep: Ints) -> tuple[Ints, Ints]:
    """Where the runs of `keep` stand in a column cut by `ptr`, and their own cuts."""
    lengths = np.diff(ptr)[keep]
    own = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    places = np.arange(own[-1]) + np.repeat(ptr[:-1][keep] - own[:-1], lengths)
    return places.astype(np.int64), own
