"""The example of every shipped article gets something, and a case written is the case that is read again."""

from __future__ import annotations

import json

import pytest

from dengta.engines.subsidy import as_data, compute, example, from_json, recomputed
from dengta.programmes import known
from tests.engines.subsidy.cases import programme

ARTICLES = [(name, article.id) for name in known() for article in programme(name).articles]


@pytest.mark.parametrize(("name", "article"), ARTICLES)
def test_the_example_of_an_article_gets_something(name: str, article: str) -> None:
    rules = programme(name)
    stated = next(one for one in rules.articles if one.id == article)
    case = example(stated)
    award = compute(rules, case)
    assert award.eligible is True
    assert award.amount
    if stated.instrument == "loan_discount":
        assert award.amount == recomputed(stated, case)


@pytest.mark.parametrize(("name", "article"), ARTICLES)
def test_a_case_written_is_read_as_it_was(name: str, article: str) -> None:
    case = example(next(one for one in programme(name).articles if one.id == article))
    assert from_json(json.dumps(as_data(case)), "case.json") == case
