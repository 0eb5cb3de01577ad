"""What a case gets: the article that holds on its day, its requirements, its instrument, the amount and every step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from dengta.core.reason import Reason, Refusal
from dengta.engines.subsidy import awards, loan_discount
from dengta.engines.subsidy.eligibility import judged
from dengta.engines.subsidy.model import Article, Award, Case, Programme, Step


@dataclass(frozen=True, slots=True)
class Instrument:
    """A kind of article: how it is computed, and which parameters and words it needs and may have."""

    compute: Callable[[Article, Case], tuple[Step, list[Reason]]]
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    contingent: bool = False


INSTRUMENTS = {
    "loan_discount": Instrument(
        loan_discount.discount, loan_discount.REQUIRED, loan_discount.OPTIONAL, loan_discount.WORDS
    ),
    "equipment_reward": Instrument(
        awards.equipment, ("share",), ("cap_project", "cap_year", "cap_term", "least_cost"),
        ("kinds", "vat", "rounding", "window_start", "window_end"),
    ),
    "fixed_award": Instrument(awards.fixed, ("amount",), ("quota",), ("rounding",)),
    "level_award": Instrument(
        awards.by_level, (), ("level_1", "level_2", "level_3", "level_4"),
        ("kinds", "vat", "rounding", "window_start", "window_end"),
    ),
    "pre_award": Instrument(awards.ahead, ("share",), ("cap_project",), ("rounding",), contingent=True),
}  # fmt: skip


def compute(programme: Programme, case: Case) -> Award:
    """What `case` gets under its article as it holds on the case's day.

    Where something is missing the amount is what follows from what is known, None where nothing does; `Award.reasons`
    say what is missing. A requirement that is missed makes it nothing. Refusal where no such article holds that day.
    """
    article = programme.article(case.article, case.day)
    if article is None:
        known = ", ".join(a.id for a in programme.on(case.day)) or "-"
        params = {"article": case.article, "day": str(case.day), "known": known}
        raise Refusal(Reason("subsidy.no_article", (programme.id,), params))
    instrument = INSTRUMENTS[article.instrument]
    requirements = judged(article, case)
    step, reasons = instrument.compute(article, case)
    amount = None if step.amount is None else int(step.amount)
    award = Award(article, amount, step, requirements, tuple(reasons))
    if award.eligible is False:
        return replace(award, amount=0)
    return replace(award, contingent=award.amount or 0) if instrument.contingent else award


def rivals(programme: Programme, article: Article, day: date) -> tuple[Article, ...]:
    """The other articles of its mode on a day: a project takes one of them, not two."""
    others = (one for one in programme.on(day) if one.mode == article.mode and one.id != article.id)
    return tuple(others) if article.mode else ()


def options(programme: Programme, case: Case) -> tuple[Award, ...]:
    """What the firm of `case` would get under each article that holds on the case's day, the most first."""
    found = [compute(programme, replace(case, article=article.id)) for article in programme.on(case.day)]
    return tuple(sorted(found, key=lambda a: (a.eligible is False, -(a.amount or 0), a.article.id)))
