"""Rules as code: what an enterprise gets from a programme, recomputable to the fen, each step with its clause.

``from_toml`` reads a programme (articles with dated parameters, each with source and certainty), ``from_json`` a case;
``compute`` gives an `Award`: the amount and the tree of steps behind it, ``options`` every article a firm could ask
for. `Register` holds a whole register's cases in columns, `changed` says what another article would do to it.
``recomputed`` is the independent judge: day by day, by the plainest way there is.
"""

from dengta.engines.subsidy.case_reading import from_data, from_json
from dengta.engines.subsidy.case_writing import as_data
from dengta.engines.subsidy.check import recomputed
from dengta.engines.subsidy.compute import INSTRUMENTS, compute, options, rivals
from dengta.engines.subsidy.example import example
from dengta.engines.subsidy.model import Article, Award, Case, Certainty, Finding, Programme, Step
from dengta.engines.subsidy.programme_reading import from_toml
from dengta.engines.subsidy.register import Changed, Register, changed

__all__ = [
    "INSTRUMENTS",
    "Article",
    "Award",
    "Case",
    "Certainty",
    "Changed",
    "Finding",
    "Programme",
    "Register",
    "Step",
    "as_data",
    "changed",
    "compute",
    "example",
    "from_data",
    "from_json",
    "from_toml",
    "options",
    "recomputed",
    "rivals",
]
