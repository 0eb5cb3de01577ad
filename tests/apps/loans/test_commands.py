"""Loans in the database: what is filed comes back as it was, the sample is loaded once, changes are counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dengta.apps.accounts import commands as accounts
from dengta.apps.accounts.journal import Call
from dengta.apps.accounts.models import User
from dengta.apps.jobs.kinds import KINDS
from dengta.apps.loans import commands, loading, queries
from dengta.apps.loans.models import Borrower, Line
from dengta.apps.loans.policies import Sight, sight
from dengta.core.reason import Refusal
from dengta.engines.register import code_of
from dengta.engines.subsidy import Register, example
from dengta.engines.subsidy.sample import Filed, sample_loans
from dengta.engines.subsidy.what_if import claim_days, years_of
from dengta.processes.worker import Task, resolve
from dengta.site.home import Home
from tests.engines.subsidy.cases import programme

CODE = code_of("91", "442000", 31_000_001)
PLACE = "zhongshan"


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """The demo's people by role."""
    accounts.ensure_demo_people(at=1)
    return {user.groups.get().name: user for user in User.objects.all()}


def filed(people: dict[str, User], code: str = CODE, **more: Any) -> Call:
    """The example's project, filed."""
    case = example(programme().articles[0])
    project = replace(case.projects[0], loans=(), **more)
    call = Call.fresh(people["analyst"], 1)
    commands.file_project(call=call, programme=PLACE, code=code, town="442000118", facts=case.facts, project=project)
    return call


def test_what_is_filed_comes_back_and_is_counted(people: dict[str, User]) -> None:
    before = queries.revision(programme=PLACE)
    filed(people)
    case = example(programme().articles[0])
    (held,) = queries.borrowers(programme=PLACE)
    assert held.case.projects == (replace(case.projects[0], loans=()),)
    assert (held.code, held.town, held.case.facts) == (CODE, "442000118", case.facts)
    assert queries.revision(programme=PLACE) > before == 0
    assert queries.revision(programme="elsewhere") == 0


def test_a_project_is_filed_once_and_by_those_who_may(people: dict[str, User]) -> None:
    filed(people)
    with pytest.raises(Refusal, match="filed_already"):
        filed(people)
    with pytest.raises(Refusal, match=r"code_(check|organisation)"):
        filed(people, CODE[:-1] + ("A" if CODE[-1] != "A" else "B"))
    with pytest.raises(Refusal, match="may_not"):
        filed(people | {"analyst": people["firm"]})
    with pytest.raises(Refusal, match="not_filed"):
        filed(people, filed=None)
    assert Borrower.objects.count() == 1


def test_the_sample_is_loaded_once_and_computes_as_it_was_drawn(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A smaller city: what comes out of the database gives, firm by firm and year by year, what was drawn."""
    firms = [Filed(code_of("91", "442000", 32_000_000 + k), "442000118", date(2023, 1, 1)) for k in range(150)]
    drawn = sorted(sample_loans(firms, date(2026, 3, 31), 5), key=lambda one: one.code)
    monkeypatch.setattr(loading, "sample_of", lambda data, sure: drawn)
    count = loading.load_sample(programme=PLACE, at=1)
    assert count == Line.objects.count() > 500
    assert loading.load_sample(programme=PLACE, at=2) == 0
    held = queries.borrowers(programme=PLACE)
    article = programme().articles[0]
    cases = [[one.case for one in some] for some in (drawn, held)]
    years = years_of(article, cases[0])
    first, second = (Register.of(article, some, years) for some in cases)
    assert first.firms == second.firms
    days = claim_days(article, years)
    assert (first.amounts(article, days) == second.amounts(article, days)).all()
    assert queries.standing(programme=PLACE).lines == count


def test_who_sees_whose_loans(people: dict[str, User]) -> None:
    people["town"].town = "442000118"
    assert sight(people["analyst"]) == Sight()
    assert sight(people["town"]) == Sight(town="442000118")
    assert sight(people["firm"]) == Sight(firm=people["firm"].enterprise)
    assert Sight(town="a").holds("x", "a")
    assert not Sight(firm="y").holds("x", "a")
    with pytest.raises(Refusal):
        sight(people["operator"])


def test_the_sample_comes_by_a_job(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As the worker calls it; a second time finds nothing to do."""
    firms = [Filed(code_of("91", "442000", 32_000_000 + k), "442000118", date(2023, 1, 1)) for k in range(40)]
    monkeypatch.setattr(loading, "sample_of", lambda data, sure: sample_loans(firms, date(2026, 3, 31), 5))
    function = resolve(KINDS[loading.KEY].function)
    task = Task(Home(tmp_path), "", {"programme": PLACE})
    assert queries.is_empty(PLACE)
    assert function(task)["lines"] == Line.objects.count() > 0
    assert function(task) == {"lines": 0}
    assert not queries.is_empty(PLACE)
