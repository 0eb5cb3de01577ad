"""Programmes and cases are read strictly: every fault at once, with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dengta.core.reason import Refusal
from dengta.engines.subsidy import compute, from_json, from_toml
from dengta.programmes import known, rules
from tests.engines.subsidy.cases import programme

EXAMPLES = Path(__file__).parents[3] / "examples" / "cases"


@pytest.mark.parametrize("name", known())
def test_every_shipped_value_has_a_source_and_a_mark(name: str) -> None:
    for article in from_toml(rules(name), name).articles:
        assert article.source
        assert all(value.source for p in article.parameters.values() for value in p.values)


def test_the_example_is_the_golden_number() -> None:
    one = from_json((EXAMPLES / "loan-discount.json").read_text("utf-8"), "loan-discount.json")
    assert compute(programme(), one).amount == 882_083_33


FAULTY = """
[programme]
id = "p"
name = { en = "P", zh = "P" }

[[article]]
id = "a"
instrument = "loan_discount"
title = { en = "A", zh = "A" }
document = "d"
clause = "1"
source = "s"
certainty = "F"
from = 2022-01-01
until = 2024-01-01

[article.words]
day_count = "30/360"

[[article.parameter]]
id = "share"
unit = "share"

[[article.parameter.value]]
from = 2022-01-01
until = 2023-01-01
is = "1"
certainty = "F"

[[article.parameter.value]]
from = 2023-02-01
is = 0.5
source = "s"
certainty = "X"

[[article.parameter]]
id = "colour"
unit = "share"

[[article.parameter.value]]
from = 2022-01-01
is = "1"
source = "s"
certainty = "F"

[[article]]
id = "a"
instrument = "fixed_award"
title = { en = "A", zh = "A" }
document = "d"
clause = "1"
source = "s"
certainty = "F"
from = 2023-06-01
"""


def test_every_fault_of_a_programme_is_told_at_once() -> None:
    with pytest.raises(Refusal) as refused:
        from_toml(FAULTY, "rules.toml")
    codes = {reason.code for reason in refused.value.reasons}
    assert codes == {
        "toml.missing",  # a value without a source
        "toml.not_one_of",  # day count, certainty
        "subsidy.values_hole",
        "subsidy.parameter_missing",  # months; amount
        "subsidy.parameter_unknown",
        "subsidy.articles_overlap",
    }
    assert all(reason.place[0] == "rules.toml" for reason in refused.value.reasons)


def test_every_fault_of_a_case_is_told_at_once() -> None:
    stated = json.loads((EXAMPLES / "loan-discount.json").read_text("utf-8"))
    loan, item = stated["projects"][0]["loans"][0], stated["projects"][0]["items"][0]
    loan["balances"].append(["2023-06-01", "19000000"])
    loan["rates"] = [["2023-01-01", "4.35"]]
    loan["interest"] = [["2025-01-01", "5.001"]]
    item["paid"] = [["2022-12-15", "99000000"]]
    stated["projects"][0]["filed"] = "1 September"
    with pytest.raises(Refusal) as refused:
        from_json(json.dumps(stated), "case.json")
    codes = {reason.code.removeprefix("subsidy.") for reason in refused.value.reasons}
    assert codes == {"does_not_add_up", "rate_unstated", "future", "not_money", "paid_too_much", "not_date"}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"day": 5}'])
def test_what_is_no_case_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        from_json(text, "case.json")
