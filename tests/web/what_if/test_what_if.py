"""What if in the browser: the digits of the engine, paging and files, two computations of a firm, and who may ask."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from dengta.apps.loans import columns, loading, queries
from dengta.core.money import Money
from dengta.engines.register import code_of
from dengta.engines.subsidy import Register
from dengta.engines.subsidy.sample import Borrower, Filed, sample_loans
from dengta.engines.subsidy.what_if import WhatIf, setting, what_if, years_of
from dengta.web.programme import programme

PAGE = "/city/what-if/"
HALF = {"article": "loan-discount", "v.share": "50 %", "v.cap_year": "1,500,000", "from.cap_year": "2024-01-01"}
FIRMS = 160


@pytest.fixture
def drawn(db: None, monkeypatch: pytest.MonkeyPatch) -> list[Borrower]:
    """A small city's loans in the database."""
    towns = ("442000118", "442000105")
    firms = [
        Filed(code_of("91", "442000", 33_000_000 + k), towns[k % 2], date(2023, 1, 1) + timedelta(days=k))
        for k in range(FIRMS)
    ]
    made = sorted(sample_loans(firms, date(2026, 3, 31), 11), key=lambda one: one.code)
    monkeypatch.setattr(loading, "sample_of", lambda data, sure: made)
    loading.load_sample(programme="zhongshan", at=1)
    return made


@pytest.fixture
def expected(drawn: list[Borrower]) -> WhatIf:
    """What the engine says of them, without the database."""
    article = programme().articles[0]
    cases = [one.case for one in drawn]
    register = Register.of(article, cases, years_of(article, cases))
    return what_if(
        register, [one.town for one in drawn], article, [setting("share=0.5"), setting("cap_year=1500000@2024-01-01")]
    )


def test_the_page_has_the_digits_of_the_engine(expected: WhatIf, client_of: Any) -> None:
    page = client_of("analyst").get(PAGE, HALF).content.decode()
    for year, before, after in expected.changed.budget:
        row = f"<td>{year}</td>"
        assert row in page
        assert str(Money(before)) in page
        assert str(Money(after - before)) in page
    assert f"{expected.losers.firms} firms. Each opens" in page
    assert "Proposal, ours: no rule says so" in page
    assert "30,000,000.00 yuan → 1,500,000.00 yuan from 2024-01-01" in page
    assert "--set share=0.5 --set cap_year=1500000@2024-01-01" in page
    assert "Xiaolan" in page


def test_a_file_has_every_firm_to_the_fen(expected: WhatIf, client_of: Any) -> None:
    answer = client_of("analyst").get(PAGE, HALF | {"export": "firms.csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    told = [row for row in rows if len(row) == 6][1:]
    assert [row[1] for row in told] == [expected.changed.firms[k] for k in expected.ranked()]
    fen = [round(float(row[5]) * 100) for row in told]
    assert sum(fen) == expected.losers.fen + expected.winners.fen
    assert any("proposal, no rule" in cell for row in rows for cell in row)
    workbook = client_of("analyst").get(PAGE, HALF | {"export": "all.xlsx"})
    assert workbook.content.startswith(b"PK")
    assert client_of("analyst").get(PAGE, HALF | {"export": "nothing.csv"}).status_code == 404


def test_pages_of_firms_show_each_once(expected: WhatIf, client_of: Any) -> None:
    client: Client = client_of("analyst")
    seen: list[str] = []
    for number in range(1, -(-expected.losers.firms // 25) + 1):
        page = client.get(PAGE, HALF | {"page": str(number)}).content.decode()
        seen += re.findall(r'href="/city/what-if/(\w{18})/', page)
    assert seen == [expected.changed.firms[k] for k in expected.ranked()]
    nobody = client.get(PAGE, HALF | {"side": "more"}).content.decode()
    assert "Nobody" in nobody


def test_a_firm_has_both_computations_side_by_side(expected: WhatIf, client_of: Any) -> None:
    place = expected.ranked()[0]
    code = expected.changed.firms[place]
    page = client_of("analyst").get(f"{PAGE}{code}/", HALF | {"year": "2024"}).content.decode()
    year = expected.changed.years.index(2024)
    for amount in (expected.changed.before[place, year], expected.changed.after[place, year]):
        assert f'<p class="big">{Money(int(amount))} ' in page
    assert page.count('class="steps"') == 2
    assert "proposal, ours: no rule says so" in page
    assert client_of("analyst").get(f"{PAGE}914420000000000000/", HALF).status_code == 404


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"v.share": "-0.5"}, "is a share from 0 to 1"),
        ({"v.share": "50 % of it"}, "is a share from 0 to 1"),
        ({"v.share": "0.5", "from.share": "2031-01-01"}, "choose a day in it"),
        ({"v.share": "0.5", "from.share": "soon"}, "soon is no date"),
        ({"v.rounding": "up"}, "must be one of"),
        ({"article": "no-such", "v.share": "1"}, "no article no-such"),
    ],
)
def test_nonsense_is_refused_in_words(drawn: list[Borrower], client_of: Any, change: dict[str, str], told: str) -> None:
    answer = client_of("analyst").get(PAGE, change)
    assert answer.status_code == 400
    assert told in answer.content.decode()


def test_only_analysts_may_ask(drawn: list[Borrower], client_of: Any) -> None:
    for role in ("town", "firm", "operator", "engineer"):
        client = client_of(role)
        assert client.get(PAGE).status_code == 403
        assert client.get(f"{PAGE}{drawn[0].code}/", HALF).status_code == 403
    assert client_of("administrator").get(PAGE).status_code == 200


def test_without_loans_the_page_says_what_to_do(client_of: Any) -> None:
    page = client_of("analyst").get(PAGE, HALF).content.decode()
    assert "dengta subsidy what-if --article loan-discount --set share=0.5 --sample" in page


def test_columns_are_loaded_once_for_every_change(
    drawn: list[Borrower], client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second question loads nothing; after a change of the loans everything is loaded again."""
    article, loads = programme().articles[0], []
    whole = queries.borrowers
    monkeypatch.setattr(queries, "borrowers", lambda **asked: loads.append(1) or whole(**asked))
    columns._kept.clear()
    columns.proposed("zhongshan", article, [setting("share=0.5")])
    columns.proposed("zhongshan", article, [setting("share=0.4")])
    assert len(loads) == 1
    from dengta.apps.loans.recording import mark

    mark("zhongshan")
    columns.proposed("zhongshan", article, [setting("share=0.4")])
    assert len(loads) == 2
