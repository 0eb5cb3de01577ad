"""Caps, and the one rounding of a claim: a step that takes less than the step below it says so."""

from __future__ import annotations

from datetime import date
from decimal import Context, Decimal
from fractions import Fraction

from dengta.core.money import Money
from dengta.engines.subsidy.model import Article, Step, Value

ROUNDINGS = ("half_up", "half_even", "down")
_EXACT = Context(prec=60)


def value_of(article: Article, name: str, day: date) -> Value | None:
    """What a parameter was on a day; None where the article does not have it, or said nothing then."""
    parameter = article.parameters.get(name)
    return None if parameter is None else parameter.at(day)


def capped(article: Article, name: str, day: date, step: Step, used: int, of: int | None = None) -> Step:
    """`step`, or no more than the cap `name` leaves. `used`: fen of it that are gone; `of`: a share of what."""
    cap = value_of(article, name, day)
    if cap is None or step.amount is None:
        return step
    most = cap.number * (100 if of is None else of)
    left = max(Fraction(0), most - used)
    if step.amount <= left:
        return step
    params = {"cap": name, "most": yuan(int(most)), "used": yuan(used), "source": cap.source}
    return Step("subsidy.cap", left, article.clause, params, cap.certainty, (step,))


def rounded(article: Article, step: Step) -> Step:
    """`step` to the fen, by the article's rounding. Once a claim."""
    exact = step.amount or Fraction(0)
    rule = article.words.get("rounding", "half_up")
    fen = to_fen(exact, rule)
    if fen == exact:
        return step
    mark = article.of_word("rounding")
    return Step("subsidy.rounded", Fraction(fen), article.clause, {"rounding": rule}, mark, (step,))


def to_fen(exact: Fraction, rule: str) -> int:
    """Exact fen to whole fen."""
    whole, rest = divmod(exact.numerator, exact.denominator)
    if rule == "half_up":
        return whole + (2 * rest >= exact.denominator)
    if rule == "half_even":
        return whole + (2 * rest > exact.denominator or (2 * rest == exact.denominator and whole % 2 == 1))
    return whole


def yuan(fen: int) -> str:
    """Fen as yuan, exactly."""
    return str(Money(fen))


def percent(share: Fraction) -> str:
    """A share as percent, exactly where it has an end."""
    value = _EXACT.divide(Decimal(share.numerator * 100), Decimal(share.denominator))
    return f"{value.normalize(Context(prec=12)):f} %"
