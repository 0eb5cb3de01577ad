"""The rule browser: every article on a day, the history of its numbers, a case computed as the command computes it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.test import Client

from dengta.engines.subsidy import as_data, compute, example, from_json
from dengta.programmes import known
from dengta.web.programme import programme
from dengta.web.rules.draft import Draft

ARTICLES = [(name, article.id) for name in known() for article in programme(name).articles]
CASE = Path(__file__).parents[3] / "examples" / "cases" / "loan-discount.json"
LOAN = "/city/rules/loan-discount/calculator/"


@pytest.fixture
def client(client_of) -> Client:
    return client_of("firm")


def posted(draft: Draft) -> dict[str, str]:
    """The form as a browser sends it."""
    fields = {**draft.own, **{f"facts.{k}": v for k, v in draft.facts.items()}, "granted": draft.granted}
    for k, project in enumerate(draft.projects, 1):
        fields |= {f"p{k}.{key}": text for key, text in project.own.items()}
        for kind in ("items", "loans"):
            for n, row in enumerate(getattr(project, kind), 1):
                fields |= {f"p{k}.{kind}{n}.{key}": text for key, text in row.items()}
    return fields


def test_every_article_is_listed_with_its_state_on_the_day(client: Client) -> None:
    page = client.get("/city/rules/?on=2026-03-01").content.decode()
    for name, article in ARTICLES:
        assert f"/city/rules/{article}/?programme={name}" in page
    assert page.count("ended") >= 5
    assert "ended" not in client.get("/city/rules/?on=2025-06-01").content.decode()


def test_a_day_that_is_none_is_told(client: Client) -> None:
    answer = client.get("/city/rules/?on=yesterday")
    assert answer.status_code == 400
    assert "yesterday is no date" in answer.content.decode()


@pytest.mark.parametrize(("name", "article"), ARTICLES)
def test_an_article_shows_every_number_with_source_and_mark(client: Client, name: str, article: str) -> None:
    page = client.get(f"/city/rules/{article}/?programme={name}").content.decode()
    stated = next(one for one in programme(name).articles if one.id == article)
    for parameter in stated.parameters.values():
        assert f"<code>{parameter.id}</code>" in page
    values = [value.certainty for p in stated.parameters.values() for value in p.values]
    needs = [one.certainty for one in stated.requirements]
    marks = {stated.certainty, *values, *needs, *(stated.of_word(one) for one in stated.words)}
    assert ("remembered, source unread" in page) == ("M" in marks)
    assert ("second-hand source" in page) == ("S" in marks)


def test_what_is_not_there_is_not_found(client: Client) -> None:
    assert client.get("/city/rules/nothing/").status_code == 404
    assert client.get("/city/rules/loan-discount/?programme=atlantis").status_code == 404


@pytest.mark.parametrize(("name", "article"), ARTICLES)
def test_the_form_gives_the_digits_of_the_engine(client: Client, name: str, article: str) -> None:
    """The example through the form, and as the file that is handed out."""
    stated = next(one for one in programme(name).articles if one.id == article)
    case = example(stated)
    address = f"/city/rules/{article}/calculator/?programme={name}&on={case.day}"
    fields = posted(Draft.of_case(case))
    award = compute(programme(name), case)
    page = client.post(address, fields | {"compute": "1"}).content.decode()
    assert f'<p class="big">{award.amount / 100:,.2f} ' in page
    file = client.post(address, fields | {"download": "1"}).content.decode()
    assert from_json(file, "case.json") == case


def test_a_pasted_case_is_the_golden_number_with_its_chain(client: Client) -> None:
    page = client.post(LOAN, {"read": "1", "case": CASE.read_text("utf-8")}).content.decode()
    assert '<p class="big">882,083.33 ' in page
    for part in ("882,083.33 + 1/3 fen", "actual/360", "since 2022-05-11", "remembered, source unread"):
        assert part in page


def test_an_uploaded_case_fills_the_form(client: Client) -> None:
    with CASE.open("rb") as file:
        page = client.post(LOAN, {"read": "1", "file": file}).content.decode()
    assert 'name="p1.loans1.id" value="2022-0417"' in page


def test_faults_stand_beside_their_fields(client: Client) -> None:
    draft = Draft.of_case(example(programme().articles[0]))
    draft.own["day"] = ""
    draft.projects[0].items[0]["net"] = "many"
    draft.projects[0].loans[0]["balances"] = "2022-12-28"
    draft.facts["months_in_city"] = "long"
    answer = client.post(LOAN, posted(draft) | {"compute": "1"})
    page = answer.content.decode()
    assert answer.status_code == 400
    for field in ("day", "p1.items1.net", "p1.loans1.balances", "facts.months_in_city"):
        assert re.search(rf'name="{re.escape(field)}"[^>]*aria-invalid', page), field
        assert f'id="fault-{field}"' in page


def test_rows_can_be_added_and_empty_ones_count_nothing(client: Client) -> None:
    case = example(programme().articles[0])
    fields = posted(Draft.of_case(case))
    page = client.post(LOAN, fields | {"more": "p1.loans"}).content.decode()
    assert 'name="p1.loans2.amount"' in page
    file = client.post(LOAN, fields | {"p1.loans2.amount": "", "download": "1"}).content.decode()
    assert json.loads(file) == as_data(case)


def test_text_of_a_case_is_never_markup(client: Client) -> None:
    text = CASE.read_text("utf-8").replace("2022-0417", "<script>alert(1)</script>")
    page = client.post(LOAN, {"read": "1", "case": text}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("text", ["", "{", "[]", '{"day": "x"}', "\x00", '{"enterprise": {}, "day": 5}'])
def test_what_is_no_case_is_refused_in_words(client: Client, text: str) -> None:
    answer = client.post(LOAN, {"read": "1", "case": text})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


def test_nobody_reads_it_without_signing_in() -> None:
    assert Client().get("/city/rules/").status_code == 302
