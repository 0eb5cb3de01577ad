"""The plant book: what a plant says about itself, in one TOML document with a date and a hash.

`parse` reads the text or refuses it with every fault; `PlantBook` is what everybody asks; `diff` compares revisions.
The document is explained key by key in docs/guides/plant-book.md.
"""

from dengta.engines.calendars import Name
from dengta.engines.plantbook.check import judge
from dengta.engines.plantbook.content import Change, diff
from dengta.engines.plantbook.model import (
    Area,
    Counter,
    Cycle,
    Line,
    Loss,
    Machine,
    Meter,
    Operation,
    Person,
    PlantBook,
    StopReason,
    Term,
)
from dengta.engines.plantbook.parsing import parse

__all__ = [
    "Area",
    "Change",
    "Counter",
    "Cycle",
    "Line",
    "Loss",
    "Machine",
    "Meter",
    "Name",
    "Operation",
    "Person",
    "PlantBook",
    "StopReason",
    "Term",
    "diff",
    "judge",
    "parse",
]
