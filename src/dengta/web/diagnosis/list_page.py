"""What firms submitted, as officers see it: how many stand at each level, by town, and the list behind any figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dengta import programmes
from dengta.apps.diagnosis import queries
from dengta.apps.diagnosis.drafting import zone_of
from dengta.apps.diagnosis.filled import edition
from dengta.apps.diagnosis.models import Diagnosis
from dengta.apps.diagnosis.queries import SORTS, Wanted
from dengta.apps.register import queries as register
from dengta.apps.register.policies import Sight
from dengta.core.time import local_day
from dengta.documents.table import Kind, Table, TableColumn
from dengta.engines.maturity import Edition
from dengta.figures.levels import LevelBar, LevelsView, levels_svg
from dengta.web.diagnosis.words import said, shown
from dengta.web.download import as_csv, as_workbook

PAGE = 25
FORMS = ("csv", "xlsx")


class Row(NamedTuple):
    """One firm's diagnosis in force."""

    found: Diagnosis
    name: str
    town: str
    level: str
    points: str
    grade: str


class TownRow(NamedTuple):
    """A town: how many stand at each level, and in all."""

    code: str
    name: str
    counts: Sequence[int]
    total: int


@dataclass(frozen=True, slots=True)
class ListPage:
    """Everything on the page."""

    sight: Sight
    asked: Wanted
    words: str
    own_town: str
    figure: SafeString
    levels: Sequence[tuple[int, str]]
    towns: Sequence[TownRow]
    town_choices: Sequence[tuple[str, str]]
    editions: Sequence[tuple[str, str]]
    sorts: Sequence[tuple[str, str]]
    all: int
    total: int
    listed: QuerySet[Diagnosis]
    rows: Sequence[Row]
    page: int
    pages: int
    query: str
    zone: Any


def build(request: HttpRequest, sight: Sight) -> ListPage:
    """The page that an address asks for; what it asks wrongly is set aside."""
    words = request.GET.get("q", "").strip()[:60]
    asked = _asked(request, sight, words)
    about = edition(asked.edition)
    names = {code: _said_town(sight, code) for code in register.city_of(sight.programme).names}
    counts, found = queries.by_level(sight, asked), queries.submitted(sight, asked)
    pager = Paginator(found, PAGE)
    here = pager.get_page(request.GET.get("page", "1"))
    levels = [(0, _("below the first level")), *((one.number, said(one.name)) for one in about.levels)]
    return ListPage(
        sight=sight,
        asked=asked,
        words=words,
        own_town=names.get(sight.town, ""),
        figure=mark_safe(_figure(counts, levels, asked, words)),  # noqa: S308 (the figure escapes its words)
        levels=levels,
        towns=_towns(sight, asked, names, levels),
        town_choices=[] if sight.town else list(names.items()),
        editions=[(name, said(edition(name).name)) for name in reversed(programmes.editions())],
        sorts=[(name, str(_sort_word(name))) for name in SORTS],
        all=sum(counts.values()),
        total=pager.count,
        listed=found,
        rows=rows(here.object_list, about, names, sight.programme),
        page=here.number,
        pages=pager.num_pages,
        query=query(asked, words),
        zone=zone_of(sight.programme),
    )


def _asked(request: HttpRequest, sight: Sight, words: str) -> Wanted:
    got, known = request.GET, programmes.editions()
    level, town = got.get("level", ""), got.get("town", "")
    asked = got.get("edition", "")
    return Wanted(
        edition=asked if asked in known else known[-1],
        town=town if town in register.city_of(sight.programme).names else "",
        level=int(level) if level.isdecimal() and len(level) == 1 else None,
        firms=queries.firms_called(sight, words) if words else None,
        sort=got.get("sort", "") if got.get("sort", "") in SORTS else "submitted",
    )


def query(asked: Wanted, words: str, **changed: object) -> str:
    """The list as an address, some of it changed."""
    told = {"q": words, "town": asked.town, "level": asked.level, "sort": asked.sort, "edition": asked.edition}
    return urlencode({name: value for name, value in (told | changed).items() if value not in ("", None)})


def rows(found: Any, about: Edition, towns: dict[str, str], programme: str) -> list[Row]:
    """The diagnoses of a page with what firms and levels are called."""
    some = list(found)
    firms, grades = queries.names(programme, {one.enterprise for one in some}), queries.grades(some)
    levels = {one.number: f"{one.number} {said(one.name)}" for one in about.levels}
    return [
        Row(
            one,
            firms.get(one.enterprise, one.enterprise),
            towns.get(one.town, one.town),
            levels.get(one.level or 0, "0"),
            "" if one.points is None else shown(Fraction(one.points)),
            grades.get(one.pk, ""),
        )
        for one in some
    ]


def export(page: ListPage, form: str) -> HttpResponse:
    """The whole list as a file."""
    names = {code: _said_town(page.sight, code) for code in register.city_of(page.sight.programme).names}
    columns = [
        TableColumn(_("Enterprise")),
        TableColumn(_("Credit code")),
        TableColumn(_("Town")),
        TableColumn(_("Level"), Kind.COUNT),
        TableColumn(_("Points"), Kind.DECIMAL),
        TableColumn(_("Evidence")),
        TableColumn(_("Submitted"), Kind.DATE),
        TableColumn("SHA-256"),
    ]
    listed = [
        (
            row.name,
            row.found.enterprise,
            row.town,
            row.found.level,
            None if row.found.points is None else Fraction(row.found.points),
            row.grade,
            local_day(row.found.submitted_at, page.zone),
            row.found.sha256,
        )
        for row in rows(page.listed, edition(page.asked.edition), names, page.sight.programme)
    ]
    table = Table(_("diagnoses"), columns, listed)
    return as_csv(table, table.name) if form == "csv" else as_workbook([table], table.name)


def _figure(counts: dict[int, int], levels: Sequence[tuple[int, str]], asked: Wanted, words: str) -> str:
    total = sum(counts.values())
    bars = [
        LevelBar(
            f"{number} {name}",
            counts.get(number, 0),
            _("{n} firms, {share} %").format(n=counts.get(number, 0), share=round(100 * counts.get(number, 0) / total))
            if total
            else "0",
            asked.level == number,
            "?" + query(asked, words, level=None if asked.level == number else number),
        )
        for number, name in levels
    ]
    return levels_svg(LevelsView(bars, _("Diagnoses in force by level, {n} in all").format(n=total)))


def _towns(sight: Sight, asked: Wanted, names: dict[str, str], levels: Sequence[tuple[int, str]]) -> list[TownRow]:
    """Towns with any, those with most first."""
    found = [
        TownRow(code, names.get(code, code), [counts.get(number, 0) for number, _name in levels], sum(counts.values()))
        for code, counts in queries.by_town(sight, asked).items()
    ]
    return sorted(found, key=lambda row: (-row.total, row.code))


def _said_town(sight: Sight, code: str) -> str:
    english, chinese = register.city_of(sight.programme).names[code]
    return chinese if (get_language() or "en").startswith("zh") else english


def _sort_word(name: str) -> str:
    return {"submitted": _("latest first"), "points": _("most points"), "level": _("highest level"), "name": _("name")}[
        name
    ]
