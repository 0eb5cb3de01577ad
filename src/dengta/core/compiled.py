"""How kernels are compiled: numba's ``njit``, without what a kernel called by another kernel has no use for.

numba makes each function callable from Python, which for one that takes tuples of sixty arrays is more code than the
function itself; and it compiles a function again for each constant that a caller gives it. Whoever compiles pays for
both, and most kernels are called by kernels only. Here a function has two compiled forms, each made when it is asked
for: one for Python, and one for other kernels, in which what a caller gives is a value and never a constant.

numba itself is loaded with the first form: who only names a kernel does not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import Any


class Kernel:
    """A compiled function."""

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]) -> None:
        update_wrapper(self, function)
        self._function, self._options = function, options

    def __call__(self, *arguments: Any) -> Any:
        return self.from_python(*arguments)

    @cached_property
    def from_python(self) -> Any:
        """The form for Python: numba's dispatcher."""
        from dengta.core.compiled_forms import from_python

        return from_python(self._function, self._options)

    @cached_property
    def within(self) -> Any:
        """The form for other kernels."""
        from dengta.core.compiled_forms import within

        return within(self._function, self._options)

    @property
    def _numba_type_(self) -> Any:
        """What numba takes a kernel for that another one names."""
        return self.within._numba_type_


def njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Decorates a kernel; `options` as numba's ``njit`` takes them. Arguments are given by place."""
    return lambda function: Kernel(function, options)
