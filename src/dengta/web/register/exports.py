"""What is seen as a file: the whole list over all its pages, as CSV or Excel."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dengta.apps.register import queries
from dengta.apps.register.finding import Time
from dengta.apps.register.policies import Sight
from dengta.apps.register.queries import Asked
from dengta.documents import Kind, Table, TableColumn
from dengta.web.download import as_csv, as_workbook
from dengta.web.register.words import STANDINGS, industry, town

FORMS = ("csv", "xlsx")
_AT_ONCE = 500


def as_file(table: Table, name: str, form: str) -> HttpResponse:
    """`table` in one of `FORMS`."""
    return as_csv(table, name) if form == "csv" else as_workbook([table], name, table.facts, _("Stands on"))


def of_list(sight: Sight, asked: Asked) -> Table:
    """Every enterprise of a list."""
    city, at, rows = queries.city_of(sight.programme), Time.of(asked.day, asked.known), []
    firms = list(queries.enterprises(sight, asked))
    for begin in range(0, len(firms), _AT_ONCE):
        for one in queries.standings(firms[begin : begin + _AT_ONCE], at):
            level, since = one.accepted or (None, None)
            rows.append(
                [
                    one.enterprise.code,
                    one.name,
                    town(city, one.town),
                    town(city, one.office),
                    industry(one.industry),
                    _day(one.listed),
                    _day(one.filed),
                    level,
                    _day(since),
                    _day(one.verified[1] if one.verified else None),
                ]
            )
    columns = [
        TableColumn(_("Credit code")),
        TableColumn(_("Name")),
        TableColumn(_("Town")),
        TableColumn(_("Responsible office")),
        TableColumn(_("Industry")),
        TableColumn(_("On the list since"), Kind.DATE),
        TableColumn(pgettext("register", "Filed"), Kind.DATE),
        TableColumn(_("Level"), Kind.COUNT),
        TableColumn(pgettext("register", "Accepted"), Kind.DATE),
        TableColumn(pgettext("register", "Verified"), Kind.DATE),
    ]
    facts = [(_("As of"), str(asked.day)), (_("Rows"), str(len(rows)))]
    if asked.standing:
        facts.append((_("Standing"), str(STANDINGS[asked.standing])))
    return Table(_("Register"), columns, rows, facts)


def _day(ordinal: int | None) -> date | None:
    return None if ordinal is None else date.fromordinal(ordinal)
