"""How kernels are compiled: numba's ``njit``, without what a kernel called by another kernel has no use for.

numba makes each function callable from Python, which for one that takes tuples of sixty arrays is more code than the
function itself; and it compiles a function again for each constant that a caller gives it. Whoever compiles pays for
both, and most kernels are called by kernels only. Here a function has two compiled forms, each made when it is asked
for: one for Python, and one for other kernels, in which what a caller gives is a value and never a constant.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from numba import types
from numba.core.registry import CPUDispatcher


class _Within(CPUDispatcher):
    """The form for other kernels. Python must not call it: there is nothing to be called."""

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """As numba does, for the types of the arguments and not for their values."""
        unliteral: Any = types.unliteral
        values = {name: unliteral(kind) for name, kind in kws.items()}
        return super().get_call_template(tuple(map(unliteral, args)), values)


class _Kernel(CPUDispatcher):
    """The form for Python; a kernel that names it gets the other."""

    within: Any

    @property
    def _numba_type_(self) -> types.Dispatcher:
        return types.Dispatcher(self.within)


def njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Decorates a kernel; `options` as numba's ``njit`` takes them."""

    def compiled(function: Callable[..., Any]) -> Any:
        cached, chosen = options.get("cache", False), {"nopython": True, "boundscheck": None} | options
        chosen.pop("cache", None)
        kernel = _Kernel(function, targetoptions=chosen)
        kernel.within = _Within(
            _named_within(function), targetoptions=chosen | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        )
        if cached:
            kernel.enable_caching()
            kernel.within.enable_caching()
        return kernel

    return compiled


def _named_within(function: Any) -> FunctionType:
    """The same function under a name of its own, by which numba's cache tells the forms apart."""
    same = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    same.__kwdefaults__, same.__module__, same.__doc__ = function.__kwdefaults__, function.__module__, function.__doc__
    same.__qualname__ = f"{function.__qualname__}.within"
    return same
