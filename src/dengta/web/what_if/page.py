"""What a what-if came to, as a page shows it: changes, budget, sides, towns, distribution, firms page by page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dengta.core.money import Money
from dengta.documents import Kind, Table, TableColumn
from dengta.documents.table import Value
from dengta.engines.register import CityData
from dengta.engines.subsidy.model import Certainty
from dengta.engines.subsidy.what_if import WhatIf
from dengta.figures import DistributionBar, DistributionView, distribution_svg
from dengta.web.performance.shown import table_html
from dengta.web.rules.shown import language, number
from dengta.words.subsidy_terms import term

PAGE = 25
Naming = Callable[[Sequence[str]], Mapping[str, str]]
SIDES = ("", "more", "less")


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the template needs. tables: for files, by name."""

    changes: list[tuple[str, str, str, str]]
    figures: list[tuple[str, str, str]]
    budget: str
    towns: str
    distribution: str
    firms: str
    sides: list[tuple[str, str, bool]]
    pages: list[tuple[str, str, bool]]
    tables: dict[str, Table]
    count: int


def build(
    found: WhatIf, city: CityData, naming: Naming, keep: str, side: str, number_of_page: int, *, whole: bool = False
) -> Page:
    """The page of `found`; `naming`: names of firms by credit code. whole: every firm of its tables is named."""
    towns = _towns(found, city)
    listed = _firms(found, city, side)
    count = len(listed.rows)
    last = max(1, -(-count // PAGE))
    page = min(max(1, number_of_page), last)
    some = _named(listed.rows[(page - 1) * PAGE : page * PAGE], naming)
    listed = replace(listed, rows=_named(listed.rows, naming)) if whole else listed
    hrefs = [f"{reverse('what-if-firm', args=[str(row[1])])}?{keep}" for row in some]
    budget = _budget(found)
    return Page(
        _changes(found),
        _figures(found),
        table_html(budget),
        table_html(towns),
        _distribution(found),
        table_html(Table(listed.name, listed.columns, some), hrefs) if some else "",
        [(f"?{keep}&{urlencode({'side': one})}#firms", label, one == side) for one, label in _sides()],
        _pages(page, last, f"?{keep}&{urlencode({'side': side})}"),
        {"budget": budget, "towns": towns, "firms": listed},
        count,
    )


def _sides() -> list[tuple[str, str]]:
    return list(zip(SIDES, (_("all changes"), _("who gets more"), _("who gets less")), strict=True))


def _pages(page: int, last: int, address: str) -> list[tuple[str, str, bool]]:
    shown = sorted({1, last, *range(max(1, page - 2), min(last, page + 2) + 1)})
    return [(f"{address}&page={k}#firms", str(k), k == page) for k in shown] if last > 1 else []


def _changes(found: WhatIf) -> list[tuple[str, str, str, str]]:
    """Name, before, after, from when: what is ours and no rule."""
    told = []
    for name, parameter in found.proposal.parameters.items():
        for value in parameter.values:
            if value.certainty is not Certainty.PROPOSAL:
                continue
            old = found.article.parameters.get(name)
            was = old.at(value.span.start) if old else None
            before = number(name, parameter.unit, was) if was else _("none")
            label = term("parameter", name, language())
            told.append((label, before, number(name, parameter.unit, value), str(value.span.start)))
    for name, word in found.proposal.words.items():
        if found.article.words.get(name) != word:
            before = found.article.words.get(name, _("none"))
            told.append((term("term", name, language()), before, word, str(found.article.span.start)))
    return told


def _figures(found: WhatIf) -> list[tuple[str, str, str]]:
    """Label, figure, what it stands on."""
    before = sum(old for _year, old, _new in found.changed.budget)
    after = sum(new for _year, _old, new in found.changed.budget)
    years = f"{found.changed.years[0]}–{found.changed.years[-1]}"
    firms = _("{n} firms").format
    return [
        (_("Paid as the rule stands"), _in_10k(before), years),
        (_("Paid under the proposal"), _in_10k(after), years),
        (_("Difference"), _in_10k(after - before, sign=True), years),
        (_("Get more"), firms(n=f"{found.winners.firms:,}"), _in_10k(found.winners.fen, sign=True)),
        (_("Get less"), firms(n=f"{found.losers.firms:,}"), _in_10k(found.losers.fen, sign=True)),
        (_("Get the same"), firms(n=f"{found.unchanged:,}"), ""),
    ]


def _in_10k(fen: int, sign: bool = False) -> str:
    """Fen in the unit people plan with; the tables have them to the fen."""
    unit, digits = (10_000, 0) if (get_language() or "").startswith("zh") else (1_000_000, 1)
    told = f"{Decimal(fen) / (100 * unit):{'+' if sign else ''},.{digits}f}"
    return _("{n} M yuan").format(n=told)


def _money_columns(first: str) -> list[TableColumn]:
    heads = (_("as the rule stands"), _("under the proposal"), _("difference"))
    return [TableColumn(first), *(TableColumn(head, Kind.YUAN) for head in heads)]


def _budget(found: WhatIf) -> Table:
    rows: list[list[str | int]] = [[str(year), old, new, new - old] for year, old, new in found.changed.budget]
    total = [sum(int(row[k]) for row in rows) for k in (1, 2, 3)]
    return Table(_("budget"), _money_columns(_("Year")), [*rows, [_("all years"), *total]])


def _towns(found: WhatIf, city: CityData) -> Table:
    columns = [*_money_columns(_("Town")), TableColumn(_("more"), Kind.COUNT), TableColumn(_("less"), Kind.COUNT)]
    rows: list[Sequence[str | int]] = [
        [town_name(city, town), before, after, after - before, more, less]
        for town, (before, after, more, less) in found.by_town().items()
    ]
    return Table(_("towns"), columns, rows)


def _named(rows: Sequence[Sequence[Value]], naming: Naming) -> list[Sequence[Value]]:
    """Rows of firms with their names in place of their codes."""
    names = naming([str(row[1]) for row in rows])
    return [[names.get(str(row[1]), row[1]), *row[1:]] for row in rows]


def _firms(found: WhatIf, city: CityData, side: str) -> Table:
    """Every firm whose amount changes, the largest change first."""
    before, after = found.changed.before.sum(axis=1).tolist(), found.changed.after.sum(axis=1).tolist()
    columns = [TableColumn(_("Firm")), TableColumn(_("Credit code")), TableColumn(_("Town")), *_money_columns("")[1:]]
    rows: list[Sequence[str | int]] = []
    for k in found.ranked():
        difference = after[k] - before[k]
        if (side == "more" and difference < 0) or (side == "less" and difference > 0):
            continue
        code = found.changed.firms[k]
        town = town_name(city, found.towns[k])
        rows.append([code, code, town, before[k], after[k], difference])
    return Table(_("firms"), columns, rows)


def _distribution(found: WhatIf) -> str:
    bars = [
        DistributionBar(_span(low, high), count, high is not None and high <= 0)
        for low, high, count in found.distribution()
    ]
    sides = {"more": found.winners.firms, "less": found.losers.firms, "same": found.unchanged}
    label = _("Firms by how much they would get more or less: {more} more, {less} less, {same} the same").format(
        **sides
    )
    return distribution_svg(DistributionView(bars, label))


def _span(low: int | None, high: int | None) -> str:
    if low is None:
        return _("more than {n} yuan less").format(n=f"{-(high or 0):,}")
    if high is None:
        return _("{n} yuan more, and above").format(n=f"{low:,}")
    if high <= 0:
        return _("{a} to {b} yuan less").format(a=f"{-high:,}", b=f"{-low:,}")
    return _("{a} to {b} yuan more").format(a=f"{low:,}", b=f"{high:,}")


def town_name(city: CityData, code: str) -> str:
    """A town in the reader's language; its code where the city has no such town."""
    names = city.names.get(code)
    return code if names is None else names[1 if language() == "zh_Hans" else 0]


def yuan(fen: int) -> str:
    """Fen as yuan."""
    return str(Money(fen))
