"""Rules as code: what an enterprise gets from a programme, recomputable to the fen, each step with its clause.

``from_toml`` reads a programme (articles with dated parameters, each with source and certainty), ``from_json`` a case;
``compute`` gives an `Award`: the amount and the tree of steps behind it, ``options`` every article a firm could ask
for. ``recomputed`` is the independent judge: day by day, by the plainest way there is.
"""

from dengta.engines.subsidy.case_reading import from_json
from dengta.engines.subsidy.check import recomputed
from dengta.engines.subsidy.compute import INSTRUMENTS, compute, options
from dengta.engines.subsidy.model import Article, Award, Case, Certainty, Finding, Programme, Step
from dengta.engines.subsidy.programme_reading import from_toml

__all__ = [
    "INSTRUMENTS",
    "Article",
    "Award",
    "Case",
    "Certainty",
    "Finding",
    "Programme",
    "Step",
    "compute",
    "from_json",
    "from_toml",
    "options",
    "recomputed",
]
