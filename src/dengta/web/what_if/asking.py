"""What the address of a what-if asks: an article, changed numbers, each from a day on if one is named."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from dengta.core.reason import Reason, Refusal
from dengta.engines.subsidy import Article, Programme
from dengta.engines.subsidy.what_if import WORDS, Setting, changeable, setting, unit_of
from dengta.web.rules.shown import language, number
from dengta.web.rules.shown import settings as words_of
from dengta.words.subsidy_terms import term

SHOWN = ("share", "points", "months", "cap_year", "cap_term", "filings", "lapse_months")


class Row(NamedTuple):
    """A number that may be changed: its name, what it is today, what was typed, from when; choices of a word."""

    name: str
    label: str
    today: str
    value: str
    start: str
    hint: str
    options: tuple[str, ...] = ()


class Asked(NamedTuple):
    """An article and the changes asked for, as typed. keep: the address of the same question."""

    article: Article
    texts: tuple[str, ...]
    rows: list[Row]

    @property
    def settings(self) -> list[Setting]:
        """The changes. Refusal: one that is none, with every fault."""
        found: list[Setting] = []
        faults: list[Reason] = []
        for text in self.texts:
            try:
                found.append(setting(text))
            except Refusal as refusal:
                faults.extend(refusal.reasons)
        if faults:
            raise Refusal(faults)
        return found

    @property
    def keep(self) -> str:
        """The same question as a query."""
        pairs = [("article", self.article.id)]
        for row in self.rows:
            pairs += [(f"v.{row.name}", row.value)] if row.value else []
            pairs += [(f"from.{row.name}", row.start)] if row.value and row.start else []
        return urlencode(pairs)

    def command(self, programme: str) -> str:
        """The same question at the command line."""
        told = " ".join(f"--set {shlex.quote(text)}" for text in self.texts)
        return f"dengta subsidy what-if --article {self.article.id} {told} --programme {programme} --home …"


def articles(programme: Programme) -> list[Article]:
    """The articles a register of loans can be computed under: the last version of each."""
    found: dict[str, Article] = {}
    for one in sorted(programme.articles, key=lambda a: a.span.start):
        if one.instrument == "loan_discount":
            found[one.id] = one
    return list(found.values())


def asked(get: Mapping[str, str], article: Article) -> Asked:
    """The question of an address."""
    rows = list(_rows(get, article))
    texts = tuple(f"{row.name}={row.value}" + (f"@{row.start}" if row.start else "") for row in rows if row.value)
    return Asked(article, tuple(map(_plain, texts)), rows)


def _rows(get: Mapping[str, str], article: Article) -> Iterator[Row]:
    words = {name: value for _label, value, _meaning, _mark in words_of(article) for name in WORDS
             if article.words.get(name) == value}  # fmt: skip
    for name in (*SHOWN, *WORDS):
        if name not in changeable(article):
            continue
        value, start = get.get(f"v.{name}", "").strip(), get.get(f"from.{name}", "").strip()
        if name in WORDS:
            label = term("term", name, language())
            yield Row(name, label, words.get(name, "–"), value, "", "", WORDS[name])
            continue
        parameter = article.parameters.get(name)
        today = _("none")
        if parameter:
            today = number(name, parameter.unit, parameter.values[-1])
        yield Row(name, term("parameter", name, language()), today, value, start, _hint(unit_of(name)))


def _hint(unit: str) -> str:
    return {
        "share": _("0.5 or 50 %; year by year of a loan with commas: 0.9, 0.8"),
        "yuan": _("yuan"),
        "months": _("months"),
        "count": _("a whole number"),
        "percentage_points": _("percentage points a year"),
    }[unit]


def _plain(text: str) -> str:
    """A change as the command line writes it: percent as a share, amounts without commas."""
    name, _eq, rest = text.partition("=")
    value, at, day = rest.partition("@")
    if name == "share":
        value = ",".join(_share(part) for part in value.replace("，", ",").split(","))
    else:
        value = value.replace(",", "").replace(" ", "")
    return f"{name}={value}{at}{day}"


def _share(part: str) -> str:
    text = part.strip()
    if not text.endswith(("%", "％")):
        return text
    try:
        return f"{Decimal(text[:-1].strip()) / 100:f}"
    except InvalidOperation:
        return text


def article_of(get: Mapping[str, str], programme: Programme) -> Article:
    """The article asked for, else the first. Refusal: there is none of that name."""
    known = articles(programme)
    wanted = get.get("article", "")
    found = next((one for one in known if one.id == wanted), None) if wanted else next(iter(known), None)
    if found is None:
        params = {"article": wanted or "-", "day": "-", "known": ", ".join(one.id for one in known) or "-"}
        raise Refusal(Reason("subsidy.no_article", (programme.id,), params))
    return found
