"""Who may: every requirement of an article held against the facts of a case. What is not stated is not failed."""

from __future__ import annotations

from dengta.engines.subsidy.model import Article, Case, Finding, Judged, Requirement


def judged(article: Article, case: Case) -> tuple[Judged, ...]:
    """Each requirement of `article`, in its order, with what `case` says of it."""
    return tuple(Judged(one, _finding(one, case), case.facts.get(one.fact)) for one in article.requirements)


def _finding(one: Requirement, case: Case) -> Finding:
    stated = case.facts.get(one.fact)
    if stated is None:
        return Finding.UNKNOWN
    if one.equals is not None:
        word = str(stated).lower() if isinstance(stated, bool) else str(stated)
        return Finding.MET if word == one.equals else Finding.MISSED
    if isinstance(stated, str):
        return Finding.UNKNOWN  # a text where the rule counts says nothing
    low = one.least is None or stated >= one.least
    high = one.most is None or stated <= one.most
    return Finding.MET if low and high else Finding.MISSED
