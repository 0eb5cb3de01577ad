"""The two forms of `compiled.Kernel`, as numba's dispatchers."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from numba import njit, types
from numba.core.registry import CPUDispatcher


class _Within(CPUDispatcher):
    """The form for other kernels. Python must not call it: there is nothing to be called."""

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """As numba does, for the types of the arguments and not for their values."""
        unliteral: Any = types.unliteral
        values = {name: unliteral(kind) for name, kind in kws.items()}
        return super().get_call_template(tuple(map(unliteral, args)), values)


def from_python(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    """numba's own."""
    return njit(**options)(function)


def within(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    """Without the wrappers by which Python and C would call it."""
    chosen = {"nopython": True, "boundscheck": None, "no_cpython_wrapper": True, "no_cfunc_wrapper": True} | options
    cached = chosen.pop("cache", False)
    form = _Within(_named_within(function), targetoptions=chosen)
    if cached:
        form.enable_caching()
    return form


def _named_within(function: Any) -> FunctionType:
    """The same function under a name of its own, by which numba's cache tells the forms apart."""
    same = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    same.__kwdefaults__, same.__module__, same.__doc__ = function.__kwdefaults__, function.__module__, function.__doc__
    same.__qualname__ = f"{function.__qualname__}.within"
    return same
