"""What the table of towns shows: rates, targets with their documents, the way to the year's end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dengta.apps.register import queries, towns
from dengta.apps.register.policies import Sight
from dengta.apps.register.queries import Asked
from dengta.apps.register.towns import TownRow
from dengta.documents import Kind, Table, TableColumn
from dengta.engines.register import Definition
from dengta.figures import spark_svg
from dengta.web.register.asking import query
from dengta.web.register.words import percent, town

MEASURES = {"new": gettext_lazy("new in the year"), "total": gettext_lazy("in total by its end")}


@dataclass(frozen=True, slots=True)
class AimRow:
    """One target; `stated`: by a document of the city, with its mark."""

    firms: int
    measure: str
    document: str
    mark: str
    done: int
    gap: int
    ahead: int


@dataclass(frozen=True, slots=True)
class Line:
    """A town, or the city."""

    name: str
    whole: bool
    listed: int
    rates: Sequence[tuple[str, int, str]]
    spark: str
    ahead: str
    aims: Sequence[AimRow]
    query: str

    @property
    def span(self) -> int:
        """Rows of the table it takes."""
        return max(len(self.aims), 1)


def lines(sight: Sight, day: date) -> list[Line]:
    """The rows of the page."""
    return [_line(one, sight, day) for one in towns.rows(sight, day)]


def years(sight: Sight) -> list[int]:
    """The years for which anybody stated a target."""
    return towns.years(sight.programme)


def _line(one: TownRow, sight: Sight, day: date) -> Line:
    name = town(queries.city_of(sight.programme), one.town) if one.town else _("Whole city")
    rates = [
        (percent(rate.value), rate.transformed, query(Asked(day, town=one.town, standing=definition.value)))
        for definition, rate in one.rates.items()
    ]
    aims = [
        AimRow(
            aim.target.firms,
            str(MEASURES[aim.target.measure]),
            aim.target.source.document,
            aim.target.certainty,
            aim.done,
            aim.gap,
            aim.ahead,
        )
        for aim in one.aims
    ]
    return Line(
        name=name,
        whole=not one.town,
        listed=one.rates[Definition.FILED].listed,
        rates=rates,
        spark=spark_svg([None if share is None else float(share) for share in one.shares]),
        ahead=percent(one.ahead.value),
        aims=aims,
        query=query(Asked(day, town=one.town, standing="listed")),
    )


def table(sight: Sight, day: date) -> Table:
    """The same as a file: a row a target."""
    heads = [
        (_("Town"), Kind.TEXT),
        (_("On the list"), Kind.COUNT),
        (_("Filed"), Kind.COUNT),
        (_("Rate as filed"), Kind.SHARE),
        (_("Accepted"), Kind.COUNT),
        (_("Verified"), Kind.COUNT),
        (_("Target"), Kind.COUNT),
        (_("Measure"), Kind.TEXT),
        (_("Document"), Kind.TEXT),
        (_("Done"), Kind.COUNT),
        (_("Gap"), Kind.COUNT),
        (_("Forecast for 31 December"), Kind.COUNT),
    ]
    city, rows = queries.city_of(sight.programme), []
    for one in towns.rows(sight, day):
        filed, accepted, verified = (one.rates[d] for d in Definition)
        name = town(city, one.town) if one.town else _("Whole city")
        head = [name, filed.listed, filed.transformed, filed.value, accepted.transformed, verified.transformed]
        for aim in one.aims:
            of = aim.target
            told = [of.firms, str(MEASURES[of.measure]), of.source.document, aim.done, aim.gap, aim.ahead]
            rows.append([*head, *told])
        if not one.aims:
            rows.append([*head, None, None, None, None, None, None])
    return Table(_("Towns"), [TableColumn(*head) for head in heads], rows, [(_("As of"), str(day))])
