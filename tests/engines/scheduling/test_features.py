"""No field of the model is left unread: what can be stated reaches the columns, the decoder and the judge."""

from __future__ import annotations

import ast
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

import dengta.engines.scheduling as package
from dengta.engines.scheduling import model
from dengta.engines.scheduling.kernels_layout import Columns

HOME = Path(package.__file__).parent
NOT_IN_LAWS = {
    "weight": "a price: the goal's",
    "due": "a price: the goal's",
    "succ_ptr": "the arcs of `pred` once more",
    "succ": "the arcs of `pred` once more",
    "succ_arc": "the arcs of `pred` once more",
    "way_ptr": "the ways by operation once more: the judge reads `way_operation`",
}
ONLY_IN = {"deadline": "list", "succ_arc": "decoder", "ended": "decoder"}
"""The goal counts deadlines; the list takes lags from `pred`, and what has begun from the plan it is made of."""
FILES = {
    "decoder": ("decoder.py", *(f"kernels_{k}.py" for k in ("decode", "trial", "buffer", "stock", "time", "desk"))),
    "list": (
        "activity_list.py",
        *(f"kernels_{k}.py" for k in ("list", "serial", "list_moves", "list_load", "trial", "time")),
    ),
}


def attributes(*names: str) -> set[str]:
    """Every attribute that is read in these files of the engine."""
    found = set()
    for name in names:
        tree = ast.parse((HOME / name).read_text("utf-8"))
        found |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return found


def stated() -> list[tuple[str, str]]:
    classes = [c for c in vars(model).values() if is_dataclass(c) and c.__module__ == model.__name__]
    return [(c.__name__, field.name) for c in classes for field in fields(c)]


@pytest.mark.parametrize(("kind", "field"), stated())
def test_what_can_be_stated_reaches_the_columns(kind: str, field: str) -> None:
    assert field in attributes("flatten.py", "precedence.py", "lot_streaming.py", "model.py"), f"{kind}.{field}"


@pytest.mark.parametrize("column", Columns._fields)
def test_every_column_is_judged(column: str) -> None:
    assert column in NOT_IN_LAWS or column in attributes("check.py", "check_time.py")


@pytest.mark.parametrize("plans", FILES)
@pytest.mark.parametrize("column", Columns._fields)
def test_every_column_is_planned_with(column: str, plans: str) -> None:
    assert ONLY_IN.get(column, plans) != plans or column in attributes(*FILES[plans])
