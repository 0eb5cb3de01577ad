"""Where the example plants lie: beside the package in a clone, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path

import dengta
from dengta.core.reason import Reason, Refusal


def plants() -> Path:
    """The folder of the example plants: ``<site>.toml`` and, where the plant is simulated, ``<site>.sim.toml``."""
    package = Path(dengta.__file__).parent
    inside = package / "examples" / "plants"
    return inside if inside.is_dir() else package.parents[1] / "examples" / "plants"


def plant(site: str) -> Path:
    """The example plant book of `site`. Refusal when there is none."""
    book = plants() / f"{site}.toml"
    if not book.is_file():
        known = sorted(f.stem for f in plants().glob("*.toml") if not f.stem.endswith(".sim"))
        raise Refusal(Reason("process.no_example", params={"site": site, "known": ", ".join(known)}))
    return book


def model(book: Path) -> Path | None:
    """The simulation that belongs to a plant book: ``<site>.sim.toml`` beside ``<site>.toml``, if there is one."""
    beside = book.with_suffix(".sim.toml")
    return beside if beside.is_file() else None
