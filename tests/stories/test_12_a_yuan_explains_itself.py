"""A yuan explains itself: an amount with every step behind it, a level with what is missing, a rate of any day."""

from __future__ import annotations

from tests.stories.conftest import ROOT, Terminal

CASES = ROOT / "examples" / "cases"


def test_an_amount_and_the_chain_that_made_it(terminal: Terminal) -> None:
    """The amount and the chain of articles, parameters with dates, inputs, caps and roundings that made it."""
    told = terminal.json("subsidy", "compute", str(CASES / "loan-discount.json"))
    assert told["amount"] == "882083.33"
    words = terminal.run("subsidy", "compute", str(CASES / "loan-discount.json"), "--explain").stdout
    for part in (
        "882,083.33 + 1/3 fen",
        "365 days",
        "actual/360",
        "since 2022-05-11",
        "no more than the interest paid",
    ):
        assert part in words


def test_a_firm_asks_before_it_files(terminal: Terminal) -> None:
    """Which policies can I get, how much, what is missing?"""
    options = terminal.json("subsidy", "options", str(CASES / "loan-discount.json"))["options"]
    unknown = {one["article"]: one["requirements"] for one in options if one["eligible"] is None}
    assert {fact["fact"] for facts in unknown.values() for fact in facts} >= {"recognised", "completion_evaluated"}


def test_a_level_and_what_is_missing_for_the_next(terminal: Terminal) -> None:
    """Score, level, what is missing for the next, each item with its clause."""
    told = terminal.json("maturity", "score", str(CASES / "answers.json"))
    assert (told["level"], told["next"]["level"]) == (2, 3)
    assert all(item["clause"] for item in told["items"])


def test_the_rate_of_any_day(terminal: Terminal) -> None:
    """Straight after setup, and the same as published."""
    told = terminal.json("register", "rate", "--as-of", "2024-12-31")
    assert told["rate"] == 0.7656
    steps = told["reconciliation"]
    assert steps["filed"] - steps["left"] - steps["not_accepted"] + steps["accepted_unfiled"] == steps["accepted"]
