"""A computation as a tree that opens: each step with its amount, sentence, clause and mark, down to the days."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from dengta.core.money import Money
from dengta.engines.subsidy import Step
from dengta.web.rules.shown import language, marked
from dengta.words.subsidy_terms import sentence

_OPEN = 3
"""Levels that are open when the page comes."""


def tree(step: Step) -> SafeString:
    """The steps below and including `step`, as nested lists."""
    return mark_safe(f'<ul class="steps">{_item(step, 0)}</ul>')  # noqa: S308  every text is escaped below


def exact(step: Step) -> str:
    """Yuan to the fen; what is behind it as a fraction of a fen, never rounded away."""
    if step.amount is None:
        return ""
    whole, rest = divmod(step.amount, 1)
    return f"{Money(int(whole))}" + (" " + _("+ {rest} fen").format(rest=rest) if rest else "")


def _item(step: Step, depth: int) -> str:
    if not step.steps:
        return f"<li><p>{_told(step)}</p></li>"
    if all(inner.code == "subsidy.stretch" for inner in step.steps):
        inside = _days(step.steps)
    else:
        inside = f"<ul>{''.join(_item(inner, depth + 1) for inner in step.steps)}</ul>"
    return f"<li><details{' open' if depth < _OPEN else ''}><summary>{_told(step)}</summary>{inside}</details></li>"


def _told(step: Step) -> str:
    parts = [f'<b class="amount">{escape(exact(step))}</b>', escape(sentence(step.code, step.params, language()))]
    if step.clause:
        clause = _("clause {clause}").format(clause=step.clause)
        parts.append(f'<span class="tag">{escape(clause)}</span>')
    if step.certainty.draft:
        mark = marked(step.certainty)
        parts.append(f'<span class="mark draft">{mark.shape} {escape(mark.word)}</span>')
    return " ".join(parts)


def _days(steps: Iterable[Step]) -> str:
    """Stretches of days in which nothing changes, as a table."""
    heads = (_("from"), _("before"), _("days"), _("balance"), _("of it counts"), _("rate a year"), _("interest"))
    keys = ("start", "end", "days", "balance", "eligible", "rate")
    head = "".join(f'<th scope="col"{_right(k)}>{escape(h)}</th>' for k, h in enumerate(heads))
    rows = "".join(
        "<tr>"
        + "".join(f"<td{_right(k)}>{escape(str(step.params[key]))}</td>" for k, key in enumerate(keys))
        + f'<td class="n">{escape(exact(step))}</td></tr>'
        for step in steps
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    label = _("Days")
    return f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(label)}">{table}</div>'


def _right(place: int) -> str:
    return ' class="n"' if place > 1 else ' class="t"'
