"""The kinds of job there are: a name, the function that does it, and who may ask for it.

A function is named ``module:function`` and takes a `dengta.processes.worker.Task`; only the worker imports it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of job."""

    function: str
    roles: frozenset[str]


KINDS: dict[str, Kind] = {
    "log.verify": Kind(
        "dengta.processes.log_jobs:verify", frozenset({"engineer", "quality", "manager", "administrator"})
    ),
    "log.seal": Kind("dengta.processes.log_jobs:seal", frozenset({"administrator"})),
}
