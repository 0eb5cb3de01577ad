"""How a rule's own names are said: parameters, facts, kinds of cost. A name no catalogue knows is said as it is."""

from __future__ import annotations

from collections.abc import Mapping

from dengta.words import catalogue, word

_TERMS = {
    "cap": "parameter", "kind": "kind", "vat": "vat_rule", "rounding": "rounding_rule",
}  # fmt: skip
"""Parameters of a step's sentence that are names themselves -> the family of words they belong to."""


def term(family: str, name: str, language: str) -> str:
    """The word for `name` of a family ("fact", "parameter", "instrument"); the name itself where there is none."""
    return catalogue(language).get(f"subsidy.{family}.{name}", name)


def sentence(code: str, params: Mapping[str, object], language: str) -> str:
    """The sentence of a step, with the names in it said too."""
    told = {key: term(_TERMS[key], str(value), language) if key in _TERMS else value for key, value in params.items()}
    return word(code, language, **told)


def kinds(stated: str, language: str) -> str:
    """A list of kinds of cost, each said."""
    comma = "、" if language.startswith("zh") else ", "
    return comma.join(term("kind", one.strip(), language) for one in stated.split(",") if one.strip())
