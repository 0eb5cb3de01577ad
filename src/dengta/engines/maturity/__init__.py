"""Digital maturity: questionnaires as data, scored exactly, with what is missing for the next level.

``from_toml`` reads an edition, ``from_json`` (``answers_of``: a table) answers to it, ``to_json`` writes them again;
``score`` gives points, level and what cannot be said yet, ``advice`` every step to the next level; ``again`` is the
independent judge. "Not answered" is never "failed".
"""

from dengta.engines.maturity.advice import Step, Way, advice
from dengta.engines.maturity.answers_reading import edition_of, from_json
from dengta.engines.maturity.answers_reading import of as answers_of
from dengta.engines.maturity.answers_writing import Stated, canonical, to_json
from dengta.engines.maturity.check import again
from dengta.engines.maturity.edition_reading import from_toml
from dengta.engines.maturity.model import Answers, Edition, Gap, Kind, Score
from dengta.engines.maturity.predicates import (
    NETWORKING,
    OEE,
    OEE_LEVEL,
    Comparison,
    Finding,
    compared,
    networking,
    oee_recomputable,
)
from dengta.engines.maturity.sample import sample_answers
from dengta.engines.maturity.scoring import gap_to, score

__all__ = [
    "NETWORKING",
    "OEE",
    "OEE_LEVEL",
    "Answers",
    "Comparison",
    "Edition",
    "Finding",
    "Gap",
    "Kind",
    "Score",
    "Stated",
    "Step",
    "Way",
    "advice",
    "again",
    "answers_of",
    "canonical",
    "compared",
    "edition_of",
    "from_json",
    "from_toml",
    "gap_to",
    "networking",
    "oee_recomputable",
    "sample_answers",
    "score",
    "to_json",
]
