"""How every loop of the fold is compiled."""

from __future__ import annotations

from typing import Any

from dengta.core.compiled import njit

_OPTIONS: Any = {"cache": True, "nogil": True, "_nrt": False}

compiled: Any = njit(**_OPTIONS)
"""Without numba's reference counts: they are atomic, and cost more than the loops when one function hands its arrays to
another. So nothing that is compiled with it may make an array."""

inlined: Any = njit(**_OPTIONS, forceinline=True)
"""The same, put into its callers: for what happens at every event."""
