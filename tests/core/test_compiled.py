"""Two forms of a kernel: for Python, and for other kernels."""

import subprocess
import sys
from typing import Any, NamedTuple

import numpy as np

from dengta.core.compiled import njit


class Pair(NamedTuple):
    left: Any
    right: Any


@njit(nogil=True)
def pick(pair: Pair, right: bool, factor: int = 1) -> int:
    return factor * (pair.right[0] if right else pair.left[0])


@njit(nogil=True)
def both(pair: Pair) -> int:
    return pick(pair, False) + pick(pair, True, factor=2) + pick(pair, pair.left[0] > 0, 3)


@njit(nogil=True, _nrt=False, forceinline=True)
def lay(values: Any, at: int, value: int) -> None:
    values[at] = value


@njit(nogil=True, _nrt=False)
def fill(values: Any) -> None:
    for i in range(len(values)):
        lay(values, i, 7)


PAIR = Pair(np.array([3]), np.array([5]))


def test_a_kernel_is_called_by_kernels_and_from_python() -> None:
    assert both(PAIR) == 3 + 2 * 5 + 3 * 5
    assert (pick(PAIR, False), pick(PAIR, True, 2)) == (3, 10)
    values = np.zeros(4, np.int64)
    fill(values)
    lay(values, 0, 1)
    assert values.tolist() == [1, 7, 7, 7]


def test_it_is_compiled_once_for_all_constants_of_its_callers_and_for_python_only_if_python_asks() -> None:
    @njit()
    def scaled(x: int, by: int) -> int:
        return x * by

    @njit()
    def called(x: int) -> int:
        return scaled(x, 2) + scaled(x, 3) + scaled(4, x)

    assert called(5) == 45
    assert len(scaled.within.signatures) == 1
    assert scaled.from_python.signatures == called.within.signatures == []
    assert scaled(2, 2) == 4
    assert len(scaled.from_python.signatures) == 1


def test_each_form_is_kept_by_itself() -> None:
    from dengta.engines.scheduling.kernels_flow import tails

    assert tails.from_python.stats.cache_path == tails.within.stats.cache_path
    assert tails.within.py_func.__qualname__ == "tails.within"
    assert tails.from_python.py_func.__code__ is tails.within.py_func.__code__


def test_who_names_kernels_does_not_load_numba() -> None:
    engines = (
        "import sys, dengta.engines.kpi, dengta.engines.simulation, dengta.engines.scheduling, dengta.engines.subsidy"
    )
    ask = f"{engines}; print('numba' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
