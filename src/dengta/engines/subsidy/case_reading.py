"""A case as JSON: facts, projects with their contract items and loans. Money is text in yuan, days are ISO dates.

Every fault at once, among them statements that do not add up: a balance that falls without a repayment the case lists,
money paid to a supplier beyond the item, a day in the future of the case.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from dengta.core import toml_reading
from dengta.core.money import Money
from dengta.core.reason import Reason, Refusal
from dengta.core.toml_reading import shown
from dengta.engines.subsidy.model import MILLION, Case, Dated, Item, Loan, Project

_MOST_FEN = 10**13  # a hundred billion yuan


class Table(toml_reading.Table):
    """A table of a case. `today`: no fact of the case is later."""

    today: date = date.max

    def inner(self, data: object, place: str) -> Table:
        """A table in it, which knows the day of the case."""
        table = super().inner(data, place)
        table.today = self.today
        return table

    def day(self, key: str, *, needed: bool = True, future: bool = False) -> date | None:
        """An ISO date, not after the case's day unless the `future` may be told."""
        value = self.stated(key, needed=needed)
        return None if value is None else self.as_day(key, value, future)

    def as_day(self, place: str, value: object, future: bool = False) -> date | None:
        """A stated value as a day."""
        try:
            day = date.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            day = None
        if day is None:
            self.fault("subsidy.not_date", place, value=shown(value))
        elif day > self.today and not future:
            self.fault("subsidy.future", place, day=str(day), today=str(self.today))
        return day

    def fen(self, key: str, default: int | None = None) -> int:
        """Yuan as text or whole number, exact to the fen."""
        value = self.stated(key, needed=default is None)
        return (default or 0) if value is None else self.as_fen(key, value)

    def as_fen(self, place: str, value: object) -> int:
        """A stated value as fen."""
        try:
            exact = Decimal(value) * 100 if isinstance(value, str | int) and not isinstance(value, bool) else None
        except InvalidOperation:
            exact = None
        if exact is None or not exact.is_finite() or exact != exact.to_integral_value() or not 0 <= exact <= _MOST_FEN:
            self.fault("subsidy.not_money", place, value=shown(value))
            return 0
        return int(exact)

    def amounts(self, key: str) -> tuple[Dated, ...]:
        """A list of ``[day, yuan]``, in order of days."""
        return self._dated(key, self.as_fen)

    def rates(self, key: str) -> tuple[Dated, ...]:
        """A list of ``[day, percent a year]``, exact to a millionth."""
        return self._dated(key, self._rate)

    def _rate(self, place: str, value: object) -> int:
        try:
            exact = Fraction(str(value)) * MILLION / 100 if isinstance(value, str | int | Decimal) else None
        except ValueError:
            exact = None
        if exact is None or exact.denominator != 1 or not 0 <= exact <= MILLION:
            self.fault("subsidy.not_rate", place, value=shown(value))
            return 0
        return int(exact)

    def _dated(self, key: str, read: Any) -> tuple[Dated, ...]:
        found: list[Dated] = []
        for k, entry in enumerate(self.entries(key, needed=False), 1):
            place = f"{key}[{k}]"
            if not isinstance(entry, list) or len(entry) != 2:
                self.fault("subsidy.not_dated", place, value=shown(entry))
                continue
            day = self.as_day(place, entry[0])
            amount = read(place, entry[1])
            if day is not None and found and day < found[-1].day:
                self.fault("subsidy.out_of_order", place, day=str(day), before=str(found[-1].day))
            if day is not None:
                found.append(Dated(day, amount))
        return tuple(found)


def from_json(text: str, source: str) -> Case:
    """The case of a JSON text. Refusal with every fault; places begin with `source`."""
    try:
        data = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Refusal(Reason("subsidy.not_json", (source,), {"why": str(error)})) from None
    if not isinstance(data, dict):
        raise Refusal(Reason("toml.not_table", (source,), {"value": shown(data)}))
    return from_data(data, source)


def from_data(data: dict[str, Any], source: str) -> Case:
    """The case of a JSON text's object; a table that is `toml_reading.Placed` names its own place in faults."""
    top = Table(data, (source,))
    top.has("schema")
    day = top.day("day")
    top.today = day or date.max
    year = top.whole("year", 1990, 2200) if top.has("year") else None
    if year is not None and day is not None and year > day.year:
        top.fault("subsidy.future", "year", day=str(year), today=str(day))
    case = Case(
        top.text("enterprise"),
        top.text("article", needed=False),
        day or date.min,
        year,
        _facts(top),
        tuple(_project(one) for one in top.tables("projects")),
        _granted(top),
    )
    top.finish()
    return case


def _facts(top: Table) -> dict[str, int | str | bool]:
    if not top.has("facts"):
        return {}
    inner = top.table("facts")
    found: dict[str, int | str | bool] = {}
    for key in inner:
        value = inner.stated(key)
        if isinstance(value, int | str):
            found[key] = value
        else:
            inner.fault("subsidy.not_fact", key, value=shown(value))
    return found


def _granted(top: Table) -> dict[int, int]:
    if not top.has("granted"):
        return {}
    inner = top.table("granted")
    found = {}
    for year in inner:
        if year.isdigit():
            found[int(year)] = inner.fen(year)
        else:
            inner.has(year)
            inner.fault("subsidy.not_year", year)
    return found


def _project(table: Table) -> Project:
    return Project(
        table.text("id"),
        table.day("filed", needed=False),
        table.day("applied", needed=False),
        tuple(_item(one) for one in table.tables("items")),
        tuple(_loan(one) for one in table.tables("loans")),
        table.texts("used", needed=False),
    )


def _item(table: Table) -> Item:
    item = Item(
        table.text("id"),
        table.text("kind"),
        table.fen("net"),
        table.fen("vat", 0),
        table.day("contract", needed=False),
        table.day("invoice", needed=False),
        table.amounts("paid"),
    )
    paid = sum(payment.amount for payment in item.paid)
    if paid > item.net + item.vat:
        table.fault("subsidy.paid_too_much", "paid", paid=str(Money(paid)), cost=str(Money(item.net + item.vat)))
    return item


def _loan(table: Table) -> Loan:
    loan = Loan(
        table.text("id"),
        table.fen("amount"),
        table.amounts("balances"),
        table.rates("rates"),
        table.amounts("interest"),
        table.amounts("overdue"),
        table.texts("policies", needed=False),
    )
    drawings, repayments = table.amounts("drawings"), table.amounts("repayments")
    if drawings or repayments:
        _add_up(table, loan.balances, drawings, repayments)
    if loan.balances and (not loan.rates or loan.rates[0].day > loan.balances[0].day):
        table.fault("subsidy.rate_unstated", "rates", day=str(loan.balances[0].day))
    return loan


def _add_up(table: Table, balances: Sequence[Dated], drawings: Sequence[Dated], repayments: Sequence[Dated]) -> None:
    """Each balance is what was drawn less what was paid back by that day."""
    for k, (day, balance) in enumerate(balances, 1):
        drawn = sum(one.amount for one in drawings if one.day <= day)
        back = sum(one.amount for one in repayments if one.day <= day)
        if balance != drawn - back:
            told = {"day": str(day), "balance": str(Money(balance)), "sum": str(Money(drawn - back))}
            table.fault("subsidy.does_not_add_up", f"balances[{k}]", **told)
