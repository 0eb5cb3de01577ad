"""Where the model plant stood, kept in a file, so that the next boot need not simulate from the origin.

Only a convenience: whoever finds it missing, torn or of another run simulates again and comes to the same. So it is
written whole beside the old one, but nobody waits for the disk.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dengta.engines.simulation import State
from dengta.engines.simulation.demand import Order

_META, _TOLD, _UNTOLD, _TABLE = "meta", "told", "untold", "table."


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A state of the run that `run` names, and how many of its rows each producer keeps to itself."""

    run: str
    state: State
    untold: NDArray[np.int64]

    def save(self, path: Path) -> None:
        """Keep it in `path`, whole or not at all; the archive carries checksums of its own."""
        state = self.state
        meta = {
            "run": self.run,
            "now": state.now,
            "covered": state.covered,
            "released": state.released,
            "crews": state.crews,
            "orders": [asdict(order) for order in state.orders],
        }
        text = np.frombuffer(json.dumps(meta).encode(), np.uint8)
        arrays: dict[str, NDArray[Any]] = {_META: text, _TOLD: state.told, _UNTOLD: self.untold}
        arrays |= {_TABLE + name: table for name, table in state.tables.items()}
        fresh = path.with_suffix(".new")
        with fresh.open("wb") as out:
            np.savez(out, allow_pickle=False, **arrays)
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path, run: str) -> Snapshot | None:
        """The one kept in `path`; None where there is none, where it cannot be read, or where it is of another run."""
        try:
            with np.load(path, allow_pickle=False) as kept:
                meta = json.loads(bytes(kept[_META]))
                if meta["run"] != run:
                    return None
                tables = {name.removeprefix(_TABLE): kept[name] for name in kept.files if name.startswith(_TABLE)}
                told, untold = kept[_TOLD], kept[_UNTOLD]
        except (FileNotFoundError, zipfile.BadZipFile, ValueError, KeyError, EOFError):
            return None
        orders = tuple(Order(**one | {"lines": tuple((i, n) for i, n in one["lines"])}) for one in meta["orders"])
        crews = tuple(meta["crews"])
        return cls(run, State(meta["now"], meta["covered"], meta["released"], told, crews, orders, tables), untold)
