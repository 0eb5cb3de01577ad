"""A programme as TOML -> its articles. Every fault at once: a value without a source, spans that overlap, a hole.

[programme]         id, name = { en, zh }
[[article]]         id, instrument, title, document, clause, source, certainty, from, until, mode
  words = { day_count = "actual/360" }, unread = ["day_count"]: words no source was read for
  [[article.parameter]]   id, unit
    [[article.parameter.value]]   from, until, is = "0.2" | ["0.9", "0.8"], source, certainty
  [[article.requires]]    fact, clause, least | most | is, certainty
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from dengta.core import toml_reading
from dengta.core.toml_reading import shown
from dengta.engines.subsidy.caps import ROUNDINGS
from dengta.engines.subsidy.compute import INSTRUMENTS
from dengta.engines.subsidy.interest import DAY_COUNTS
from dengta.engines.subsidy.model import Article, Certainty, Parameter, Programme, Requirement, Span, Text, Value

UNITS = ("share", "yuan", "months", "days", "count", "percentage_points")
_CHOICES = {
    "day_count": DAY_COUNTS, "rounding": ROUNDINGS, "vat": ("excluded", "included"), "cover": ("paid", "cost"),
}  # fmt: skip


class Table(toml_reading.Table):
    """A table of a programme."""

    def day(self, key: str, *, needed: bool = True) -> date | None:
        """A TOML date."""
        value = self.stated(key, needed=needed)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if value is not None:
            self.fault("subsidy.not_date", key, value=shown(value))
        return None

    def span(self) -> Span:
        """``from`` and, not needed, ``until`` (the day behind the last)."""
        start, end = self.day("from"), self.day("until", needed=False)
        if start is not None and end is not None and end <= start:
            self.fault("subsidy.span_backwards", "until", start=str(start), end=str(end))
        return Span(start or date.min, end)

    def certainty(self) -> Certainty:
        """The mark of a fact."""
        mark = self.one_of("certainty", [one.value for one in Certainty if one is not Certainty.PROPOSAL])
        return Certainty(mark) if mark else Certainty.MEMORY

    def both(self, key: str) -> Text:
        """A text in both languages."""
        table = self.table(key)
        return Text(table.text("en"), table.text("zh"))

    def numbers(self, key: str) -> tuple[Fraction, ...]:
        """One exact number, or one for each step: as texts, so that nobody's floating point has touched them."""
        value = self.stated(key)
        entries = value if isinstance(value, list) else [value]
        found = []
        for entry in entries:
            try:
                number = Decimal(entry) if isinstance(entry, int | str | Decimal) else None
            except InvalidOperation:
                number = None
            if number is None or isinstance(entry, bool) or not number.is_finite() or number < 0:
                self.fault("subsidy.not_number", key, value=shown(entry))
            else:
                found.append(Fraction(number))
        return tuple(found) or (Fraction(0),)


def from_toml(text: str, source: str) -> Programme:
    """The programme of a TOML text. Refusal with every fault; places begin with `source`."""
    top = Table.of(text, source)
    head = top.table("programme")
    programme = head.text("id"), head.both("name")
    tables = top.tables("article", needed=True)
    articles = [_article(table) for table in tables]
    for place, (table, article) in enumerate(zip(tables, articles, strict=True)):
        for other in articles[:place]:
            if other.id == article.id and other.span.meets(article.span):
                table.fault("subsidy.articles_overlap", article=article.id, start=str(other.span.start))
    top.finish()
    return Programme(*programme, tuple(articles))


def _article(table: Table) -> Article:
    instrument = table.one_of("instrument", list(INSTRUMENTS))
    span = table.span()
    parameters = [_parameter(one, span) for one in table.tables("parameter")]
    words = _words(table, instrument)
    if instrument:
        kind = INSTRUMENTS[instrument]
        stated = [p.id for p in parameters]
        for name in kind.needs:
            if name not in stated:
                table.fault("subsidy.parameter_missing", parameter=name, instrument=instrument)
        for name in stated:
            if name not in (*kind.needs, *kind.may):
                known = ", ".join((*kind.needs, *kind.may))
                table.fault("subsidy.parameter_unknown", parameter=name, instrument=instrument, known=known)
            if stated.count(name) > 1:
                table.fault("subsidy.parameter_twice", parameter=name)
    return Article(
        table.text("id"),
        instrument,
        table.both("title"),
        table.text("document"),
        table.text("clause"),
        table.text("source"),
        table.certainty(),
        span,
        {p.id: p for p in parameters},
        words,
        tuple(_requirement(one) for one in table.tables("requires")),
        table.text("mode", needed=False),
        _unread(table, words),
    )


def _unread(table: Table, words: dict[str, str]) -> tuple[str, ...]:
    names = table.texts("unread", needed=False)
    for name in names:
        if name not in words:
            table.fault("subsidy.word_unknown", "unread", known=", ".join(words) or "-")
    return names


def _words(table: Table, instrument: str) -> dict[str, str]:
    if not table.has("words"):
        if instrument == "loan_discount":
            table.fault("subsidy.word_missing", word="day_count")
        return {}
    inner = table.table("words")
    found = {key: inner.text(key, empty=True) for key in inner}
    allowed = INSTRUMENTS[instrument].words if instrument else tuple(found)
    for key, value in found.items():
        if key not in allowed:
            inner.fault("subsidy.word_unknown", key, known=", ".join(allowed) or "-")
        elif key in _CHOICES and value not in _CHOICES[key]:
            inner.fault("toml.not_one_of", key, value=value, allowed=", ".join(_CHOICES[key]))
        elif key.startswith("window_") and not _is_date(value):
            inner.fault("subsidy.not_date", key, value=value)
    if instrument == "loan_discount" and "day_count" not in found:
        inner.fault("subsidy.word_missing", word="day_count")
    return found


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _parameter(table: Table, span: Span) -> Parameter:
    values = [_value(one) for one in table.tables("value", needed=True)]
    _judge(table, values, span)
    return Parameter(table.text("id"), table.one_of("unit", UNITS), tuple(values))


def _value(table: Table) -> Value:
    return Value(table.span(), table.numbers("is"), table.text("source"), table.certainty())


def _judge(table: Table, values: Sequence[Value], span: Span) -> None:
    """Values follow each other without overlap or hole, for as long as the article holds."""
    at: date | None = span.start
    for value in sorted(values, key=lambda v: v.span.start):
        if at is None or value.span.start < at:
            table.fault("subsidy.values_overlap", start=str(value.span.start))
        elif value.span.start > at:
            table.fault("subsidy.values_hole", start=str(at), end=str(value.span.start))
        at = value.span.end
    if at is not None and (span.end is None or at < span.end):
        table.fault("subsidy.values_hole", start=str(at), end=str(span.end or "-"))


def _requirement(table: Table) -> Requirement:
    least = table.whole("least", 0) if table.has("least") else None
    most = table.whole("most", 0) if table.has("most") else None
    equals = table.stated("is", needed=False)
    if least is None and most is None and equals is None:
        table.fault("subsidy.requires_nothing")
    word = None if equals is None else str(equals).lower() if isinstance(equals, bool) else str(equals)
    mark = table.certainty() if table.has("certainty") else Certainty.FOUND
    return Requirement(table.text("fact"), table.text("clause"), least, most, word, mark)
