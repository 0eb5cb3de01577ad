"""The cost of a project that counts: kinds an article names, with or without VAT, dates inside its window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from dengta.core.reason import Reason
from dengta.engines.subsidy.caps import yuan
from dengta.engines.subsidy.interest import paid_by
from dengta.engines.subsidy.model import Article, Dated, Item, Project, Span, Step


@dataclass(frozen=True, slots=True)
class Cost:
    """Items that count, what they cost in fen, and the step that says so."""

    items: tuple[Item, ...]
    fen: int
    step: Step


def eligible(
    article: Article, project: Project, place: tuple[str, ...], reasons: list[Reason], window: Span | None = None
) -> Cost:
    """The cost of `project` under `article`; what is left out is told in `reasons`.

    window: contract, invoice and every payment of an item lie in it; an item without one of these dates cannot be said
    to.
    """
    kinds = [kind.strip() for kind in article.words.get("kinds", "").split(",")]
    found, steps = [], []
    for item in project.items:
        where = (*place, f"item {item.id}")
        if item.kind not in kinds:
            reasons.append(Reason("subsidy.kind_left_out", where, {"kind": item.kind, "kinds": ", ".join(kinds)}))
        elif window is not None and not _inside(item, window, where, reasons):
            continue
        else:
            found.append(item)
            fen = cost_of(article, item)
            steps.append(Step("subsidy.item", Fraction(fen), params={"item": item.id, "kind": item.kind}))
    total = sum(cost_of(article, item) for item in found)
    vat = article.words.get("vat", "excluded")
    mark = article.of_word("vat")
    step = Step("subsidy.eligible_cost", Fraction(total), article.clause, {"vat": vat}, mark, tuple(steps))
    return Cost(tuple(found), total, step)


def cost_of(article: Article, item: Item) -> int:
    """Fen of an item that count."""
    return item.net + (item.vat if article.words.get("vat") == "included" else 0)


def covered(article: Article, cost: Cost) -> tuple[Dated, ...]:
    """What loans may cover from each day on: what was paid to suppliers, or all the cost from the first day."""
    if article.words.get("cover", "paid") == "cost":
        return (Dated(date.min, cost.fen),)
    payments = [payment for item in cost.items for payment in _up_to(item.paid, cost_of(article, item))]
    return paid_by(payments)


def _up_to(payments: Sequence[Dated], most: int) -> list[Dated]:
    """Payments, no more in all than an item costs."""
    found, left = [], most
    for day, amount in sorted(payments):
        found.append(Dated(day, min(amount, left)))
        left -= min(amount, left)
    return found


def _inside(item: Item, window: Span, where: tuple[str, ...], reasons: list[Reason]) -> bool:
    """Whether the three dates of an item lie in the window."""
    dates = {"contract": item.contract, "invoice": item.invoice}
    dates |= {f"payment {k}": day for k, (day, _) in enumerate(item.paid, 1)}
    missing = [name for name, day in dates.items() if day is None] + ([] if item.paid else ["payment"])
    outside = [f"{name} {day}" for name, day in dates.items() if day is not None and not window.holds(day)]
    params = {"start": str(window.start), "end": str(window.end or "-"), "cost": yuan(item.net)}
    if outside:
        reasons.append(Reason("subsidy.outside_window", where, {"dates": ", ".join(outside), **params}))
    elif missing:
        reasons.append(Reason("subsidy.date_unstated", where, {"dates": ", ".join(missing), **params}))
    return not outside and not missing
