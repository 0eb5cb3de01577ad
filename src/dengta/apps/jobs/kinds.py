"""The kinds of job there are: a name, the function that does it, and the permission to ask for it.

A function is named ``module:function`` and takes a `dengta.processes.worker.Task`; only the worker imports it.
"""

from __future__ import annotations

from dataclasses import dataclass

from dengta.apps.accounts.policies import Permission


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of job."""

    function: str
    permission: Permission


KINDS: dict[str, Kind] = {
    "diagnosis.prove": Kind("dengta.apps.diagnosis.proving:run", Permission.OWN_FIRM),
    "diagnosis.sample": Kind("dengta.apps.diagnosis.sample_load:run", Permission.KEEP_REGISTER),
    "loans.sample": Kind("dengta.apps.loans.loading:run", Permission.KEEP_REGISTER),
    "log.verify": Kind("dengta.processes.log_jobs:verify", Permission.VERIFY_LOG),
    "import.check": Kind("dengta.processes.import_jobs:check", Permission.IMPORT),
    "import.run": Kind("dengta.processes.import_jobs:run", Permission.IMPORT),
    "register.sample": Kind("dengta.apps.register.sample_load:run", Permission.KEEP_REGISTER),
    "log.seal": Kind("dengta.processes.log_jobs:seal", Permission.VERIFY_LOG),
}
