"""The programme a verb of `dengta subsidy` is about: one that is shipped, or a file."""

from __future__ import annotations

from pathlib import Path

from dengta import programmes
from dengta.core.reason import Reason, Refusal
from dengta.core.toml_reading import decode
from dengta.engines import subsidy
from dengta.engines.subsidy import Programme


def programme_of(name: str) -> Programme:
    """A shipped programme by name, or a ``rules.toml`` by path. Refusal: there is none, or it is faulty."""
    if name.endswith(".toml"):
        path = Path(name)
        if not path.is_file():
            raise Refusal(Reason("subsidy.no_file", (name,)))
        return subsidy.from_toml(decode(path.read_bytes(), path.name), path.name)
    if name not in programmes.known():
        raise Refusal(Reason("subsidy.no_programme", (name,), {"known": ", ".join(programmes.known())}))
    return subsidy.from_toml(programmes.rules(name), name)
