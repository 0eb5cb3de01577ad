"""Rewards that are no interest: a share of equipment, a fixed award with what was granted before, an award by level, a
part paid ahead. Each takes an article and a case and answers a step with what is missing or left out.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from dengta.core.reason import Param, Reason
from dengta.engines.subsidy.caps import capped, percent, rounded, value_of, yuan
from dengta.engines.subsidy.eligible_cost import eligible
from dengta.engines.subsidy.model import Article, Case, Project, Span, Step

_NOTHING = Fraction(0)


def equipment(article: Article, case: Case) -> tuple[Step, list[Reason]]:
    """A share of the cost of each project, up to a cap a project, if the project is large enough."""
    reasons: list[Reason] = []
    window = window_of(article)
    steps = [_share_of_cost(article, case, project, window, reasons) for project in case.projects]
    total = Step("subsidy.sum", sum((step.amount or _NOTHING for step in steps), _NOTHING), steps=tuple(steps))
    total = capped(article, "cap_year", case.day, total, case.granted.get(case.day.year, 0))
    return rounded(article, capped(article, "cap_term", case.day, total, sum(case.granted.values()))), reasons


def _share_of_cost(article: Article, case: Case, project: Project, window: Span | None, reasons: list[Reason]) -> Step:
    place = (f"project {project.id}",)
    other = [used for used in project.used if used != article.id]
    if other and article.mode:
        reasons.append(Reason("subsidy.one_mode", place, {"other": ", ".join(other)}))
        return Step("subsidy.nothing", _NOTHING, article.clause, {"project": project.id})
    cost = eligible(article, project, place, reasons, window)
    least = value_of(article, "least_cost", case.day)
    if least is not None and cost.fen < least.number * 100:
        told = {"cost": yuan(cost.fen), "least": yuan(int(least.number * 100))}
        reasons.append(Reason("subsidy.too_small", place, told))
        return Step("subsidy.nothing", _NOTHING, article.clause, {"project": project.id}, least.certainty, (cost.step,))
    share = article.parameters["share"].at(case.day)
    if share is None:
        return Step("subsidy.nothing", _NOTHING, article.clause, {"project": project.id}, steps=(cost.step,))
    params: dict[str, Param] = {
        "share": percent(share.number),
        "nth": 1,
        "source": share.source,
        "from": str(share.span.start),
    }
    step = Step("subsidy.share", cost.fen * share.number, article.clause, params, share.certainty, (cost.step,))
    return capped(article, "cap_project", case.day, step, 0)


def fixed(article: Article, case: Case) -> tuple[Step, list[Reason]]:
    """One award a firm; what it was granted before under a lower article is taken off: the difference is paid."""
    amount = article.parameters["amount"].at(case.day)
    if amount is None:
        return Step("subsidy.nothing", _NOTHING, article.clause), []
    params = {"source": amount.source, "from": str(amount.span.start)}
    step = Step("subsidy.fixed", amount.number * 100, article.clause, params, amount.certainty)
    return _less_before(article, case, step), []


def by_level(article: Article, case: Case) -> tuple[Step, list[Reason]]:
    """An award by the digital level that was reached; an earlier one for a lower level is taken off."""
    level = case.facts.get("level")
    if not isinstance(level, int) or isinstance(level, bool):
        return Step("subsidy.unknown", None, article.clause), [Reason("subsidy.level_unstated")]
    amount = value_of(article, f"level_{level}", case.day)
    reasons: list[Reason] = []
    window = window_of(article)
    costs = [eligible(article, project, (f"project {project.id}",), reasons, window) for project in case.projects]
    if amount is None:
        return Step("subsidy.nothing", _NOTHING, article.clause, {"level": level}), reasons
    params: dict[str, Param] = {"level": level, "source": amount.source, "from": str(amount.span.start)}
    step = Step("subsidy.level", amount.number * 100, article.clause, params, amount.certainty)
    if case.projects:
        spent = sum(cost.fen for cost in costs)
        parts = tuple(cost.step for cost in costs)
        if spent < (step.amount or _NOTHING):
            step = Step("subsidy.no_more_than_cost", Fraction(spent), article.clause, {}, steps=(step, *parts))
    return _less_before(article, case, step), reasons


def ahead(article: Article, case: Case) -> tuple[Step, list[Reason]]:
    """A part of an expected reward, paid before it is earned: all of it has to come back if it never is."""
    share = article.parameters["share"].at(case.day)
    expected = case.facts.get("expected_fen")
    if share is None:
        return Step("subsidy.nothing", _NOTHING, article.clause), []
    if not isinstance(expected, int) or isinstance(expected, bool):
        return Step("subsidy.unknown", None, article.clause), [Reason("subsidy.expected_unstated")]
    base = Step("subsidy.expected", Fraction(expected))
    params: dict[str, Param] = {
        "share": percent(share.number),
        "nth": 1,
        "source": share.source,
        "from": str(share.span.start),
    }
    step = Step("subsidy.share", expected * share.number, article.clause, params, share.certainty, (base,))
    step = capped(article, "cap_project", case.day, step, sum(case.granted.values()))
    return rounded(article, step), []


def _less_before(article: Article, case: Case, step: Step) -> Step:
    before = sum(case.granted.values())
    if not before:
        return rounded(article, step)
    left = max(_NOTHING, (step.amount or _NOTHING) - before)
    return rounded(article, Step("subsidy.difference", left, article.clause, {"before": yuan(before)}, steps=(step,)))


def window_of(article: Article) -> Span | None:
    """The days in which contract, invoice and payment have to lie; None where the article names none."""
    start, end = article.words.get("window_start"), article.words.get("window_end")
    if start is None:
        return None
    return Span(date.fromisoformat(start), date.fromisoformat(end) if end else None)
