"""An analyst asks what another rule would do to everybody; a firm asks what it could get before it files anything."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal

from dengta.engines.register import code_of
from dengta.engines.subsidy.sample import Filed, sample_loans
from tests.stories.conftest import ROOT, Terminal

CASE = str(ROOT / "examples" / "cases" / "loan-discount.json")


def test_half_the_share_for_the_whole_register(terminal: Terminal) -> None:
    """A 50 % share instead of the full discount: budget by year, who gets less, by town; nobody gets more."""
    told = terminal.json("subsidy", "what-if", "--article", "loan-discount", "--set", "share=0.5", "--sample")
    assert told["changes"] == [
        {"name": "share", "before": "100 %", "after": "50 %", "from": "2022-05-11", "certainty": "P"}
    ]
    assert [one["year"] for one in told["budget"]] == [2022, 2023, 2024, 2025]
    by_year = sum(Decimal(one["difference"]) for one in told["budget"])
    by_town = sum(Decimal(one["after"]) - Decimal(one["before"]) for one in told["towns"])
    assert by_year == by_town == Decimal(told["losers"]["difference"]) < 0
    assert told["winners"]["firms"] == 0
    assert told["losers"]["firms"] + told["unchanged"] == told["firms"] > 1000
    assert sum(one["firms"] for one in told["distribution"]) == told["losers"]["firms"]
    largest = told["largest"][0]
    assert Decimal(largest["after"]) - Decimal(largest["before"]) == Decimal(largest["difference"])


def test_several_changes_and_a_day_they_begin(terminal: Terminal) -> None:
    """What begins in 2025 leaves the years before as they are."""
    told = terminal.json(
        "subsidy", "what-if", "--set", "share=0.5@2025-01-01", "--set", "cap_year=1000000@2025-01-01", "--sample"
    )
    assert [one["before"] == one["after"] for one in told["budget"]] == [True, True, True, False]


def test_nonsense_is_refused_with_every_fault(terminal: Terminal) -> None:
    """A share of two, a number nobody knows: both at once, each with its rule."""
    answer = terminal.run("subsidy", "what-if", "--set", "share=2", "--set", "colour=1", "--sample", expect=1)
    assert "is a share from 0 to 1" in answer.stderr
    assert "the article has no colour" in answer.stderr


def test_a_firm_is_told_what_excludes_what_and_where_to_find_what_is_missing(terminal: Terminal) -> None:
    """Two articles of one mode name each other; what is missing comes with its clause and where it is found."""
    options = {one["article"]: one for one in terminal.json("subsidy", "options", CASE)["options"]}
    assert options["upgrade"]["excludes"] == ["loan-discount"]
    assert options["loan-discount"]["excludes"] == ["upgrade"]
    words = terminal.run("subsidy", "options", CASE).stdout
    assert "a project takes this or one of: Full discount of interest on digital loans; not both" in words
    assert "the completion report of a third-party evaluator" in words


LOADED = """
import django; django.setup()
from datetime import date
from django.core.management import call_command
call_command("migrate", verbosity=0)
from dengta.apps.loans import loading
from dengta.engines.register import code_of
from dengta.engines.subsidy.sample import Filed, sample_loans
firms = [Filed(code_of("91", "442000", 36_000_000 + k), "442000118", date(2023, 1, 1)) for k in range(50)]
loading.sample_of = lambda data, sure: sample_loans(firms, date(2026, 3, 31), 3)
loading.load_sample(programme="zhongshan", at=1)
"""


def test_the_same_question_over_a_homes_own_loans(terminal: Terminal) -> None:
    """What is in the database of a home is what is computed; nothing in it changes."""
    environment = terminal.environment(DJANGO_SETTINGS_MODULE="dengta.web.settings")
    subprocess.run([sys.executable, "-c", LOADED], env=environment, cwd=ROOT, check=True, timeout=120)
    asked = ("subsidy", "what-if", "--set", "share=0.5", "--home", str(terminal.home))
    told, again = terminal.json(*asked), terminal.json(*asked)
    assert told == again
    assert (told["sample"], 0 < told["firms"] < 50) == (False, True)
    assert [town["town"] for town in told["towns"]] == ["442000118"]
    firms = [Filed(code_of("91", "442000", 36_000_000 + k), "442000118", date(2023, 1, 1)) for k in range(50)]
    assert told["firms"] == len(sample_loans(firms, date(2026, 3, 31), 3))
