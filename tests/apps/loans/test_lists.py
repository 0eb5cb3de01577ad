"""A bank's list: looked at, brought in as a whole or refused with every fault; the same once more is one fact."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from dengta.apps.accounts.journal import Call, Outcome
from dengta.apps.accounts.models import User
from dengta.apps.loans import commands, queries
from dengta.apps.loans.models import Batch, Line, Loan, State
from dengta.core.reason import Refusal
from dengta.core.time import from_iso
from dengta.engines.subsidy.model import Dated
from tests.apps.loans.test_commands import CODE, PLACE, filed, people  # noqa: F401

NOW = from_iso("2026-04-01T10:00:00+08:00")
HEAD = "信用代码,项目编号,借款合同号,银行,合同金额,日期,放款,还款,余额,年利率(%),付息,其中逾期"
PROJECT = "edge-banding line"
ROWS = (
    f'{CODE},{PROJECT},L-1,七星银行,"10,000,000.00",2023-01-05,10000000,,10000000,3.95,,',
    f"{CODE},{PROJECT},L-1,七星银行,,2023/3/21,,,10000000,3.95,82291.67,",
    f"{CODE},{PROJECT},L-1,七星银行,,2023-06-21,,2500000.00,7500000.00,3.8,100944.44,1000",
)


def listed(*rows: str) -> bytes:
    return "\n".join([HEAD, *rows, ""]).encode("utf-8-sig")


def receive(who: User, content: bytes, name: str = "may.csv", **more: bool) -> Outcome:
    return commands.receive(call=Call.fresh(who, NOW), programme=PLACE, name=name, content=content, **more)


def bring_in(who: User, batch: object) -> Outcome:
    assert isinstance(batch, int)
    return commands.bring_in(call=Call.fresh(who, NOW), programme=PLACE, batch_id=batch)


def codes(content: bytes, who: User, **more: bool) -> list[tuple[str, str]]:
    """Place and code of every fault of a list."""
    with pytest.raises(Refusal) as refused:
        receive(who, content, **more)
    return [(" > ".join(one.place[1:]), one.code) for one in refused.value.reasons]


@pytest.fixture
def analyst(people: dict[str, User]) -> User:  # noqa: F811
    """Somebody who keeps loans; the example's project is filed."""
    filed(people)
    return people["analyst"]


def test_a_list_is_looked_at_and_then_is_the_loan_it_tells(analyst: User) -> None:
    done = receive(analyst, listed(*ROWS))
    assert Loan.objects.count() == Line.objects.count() == 0
    before = queries.revision(programme=PLACE)
    assert bring_in(analyst, done["batch"])["lines"] == 3
    assert queries.revision(programme=PLACE) == before + 1
    (held,) = queries.borrowers(programme=PLACE)
    (loan,) = held.case.projects[0].loans
    assert (loan.id, loan.amount) == ("L-1", 10_000_000_00)
    assert loan.balances == (Dated(date(2023, 1, 5), 10_000_000_00), Dated(date(2023, 6, 21), 7_500_000_00))
    assert loan.rates == (Dated(date(2023, 1, 5), 39_500), Dated(date(2023, 6, 21), 38_000))
    assert loan.interest == (Dated(date(2023, 3, 21), 82_291_67), Dated(date(2023, 6, 21), 100_944_44))
    assert loan.overdue == (Dated(date(2023, 6, 21), 1_000_00),)


def test_a_workbook_says_the_same(analyst: User) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEAD.split(","))
    sheet.append(
        [CODE, PROJECT, "L-1", "七星银行", 10_000_000, datetime(2023, 1, 5), 10_000_000, None, 10_000_000, 3.95]  # noqa: DTZ001  a cell has no zone
    )
    sheet.append([CODE, PROJECT, "L-1", None, None, "2023-03-21", None, None, 10_000_000, "3.95%", 82291.67])
    out = io.BytesIO()
    book.save(out)
    bring_in(analyst, receive(analyst, out.getvalue(), "may.xlsx")["batch"])
    assert list(Line.objects.order_by("day").values_list("balance", "interest")) == [
        (10_000_000_00, 0), (10_000_000_00, 82_291_67),
    ]  # fmt: skip


def test_the_same_list_and_the_same_days_are_one_fact(analyst: User) -> None:
    first = receive(analyst, listed(*ROWS[:2]))
    bring_in(analyst, first["batch"])
    assert receive(analyst, listed(*ROWS[:2])) == {"batch": first["batch"], "fresh": False}
    assert bring_in(analyst, first["batch"])["lines"] == 0
    longer = receive(analyst, listed(*ROWS))
    assert bring_in(analyst, longer["batch"])["lines"] == 1
    assert Line.objects.count() == 3


def test_a_correction_supersedes_and_nothing_is_lost(analyst: User) -> None:
    bring_in(analyst, receive(analyst, listed(*ROWS))["batch"])
    other = listed(ROWS[1].replace("82291.67", "82000.00"))
    assert codes(other, analyst) == [("row 2", "loans.told_otherwise")]
    done = receive(analyst, other, corrects=True)
    assert bring_in(analyst, done["batch"])["lines"] == 1
    day = Line.objects.filter(day=date(2023, 3, 21))
    assert sorted(day.values_list("interest", "superseded_by")) == [(82_000_00, None), (82_291_67, done["batch"])]
    assert queries.borrowers(programme=PLACE)[0].case.projects[0].loans[0].interest[0].amount == 82_000_00


def test_every_fault_at_once_and_nothing_is_kept(analyst: User) -> None:
    wrong = CODE[:-1] + ("A" if CODE[-1] != "A" else "B")
    rows = (
        f"{wrong},{PROJECT},L-1,,1000,2023-01-05,1000,,1000,3.95,,",
        f"91442000MA0000000A,{PROJECT},L-1,,1000,2023-01-05,1000,,1000,3.95,,",
        f"{CODE},another,L-1,,1000,2023-01-05,1000,,1000,3.95,,",
        f"{CODE},{PROJECT},L-1,,1000,2030-01-05,1000,,1000,3.95,5,9",
    )
    found = codes(listed(*rows), analyst)
    assert ("row 2", "register.code_check") in found
    assert ("row 4", "loans.unknown_project") in found
    assert ("row 5 > day", "subsidy.future") in found
    assert ("row 5 > overdue", "loans.late_more_than_paid") in found
    assert not Batch.objects.exists()
    unread = codes(listed(f"{CODE},{PROJECT},,,x,soon,1,,ten,400,,"), analyst)
    assert {place for place, _ in unread} == {f"row 2 > {c}" for c in ("loan", "amount", "day", "balance", "rate")}
    assert codes(b"a,b\n1,2\n", analyst)[0][1] == "loans.column_missing"
    for nothing in (b"", b"\x00\x01\x02", (HEAD + "\n").encode()):
        assert codes(nothing, analyst)
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("7500000.00,3.8", "7600000.00,3.8"), "loans.does_not_add_up"),
        (("10000000,,10000000", "11000000,,11000000"), "loans.more_than_lent"),
        (('"10,000,000.00"', ""), "loans.amount_missing"),
        (("2023-06-21", "2023-03-21"), "loans.day_twice"),
        (("2023/3/21,,,10000000", "2023/3/21,,,9999999"), "loans.does_not_add_up"),
    ],
)
def test_balances_that_do_not_add_up_are_named(analyst: User, change: tuple[str, str], code: str) -> None:
    text = "\n".join([HEAD, *ROWS]).replace(*change)
    assert code in {fault for _, fault in codes(text.encode(), analyst)}
    assert not Batch.objects.exists()


def test_a_list_that_has_become_wrong_is_refused_when_it_is_brought_in(analyst: User) -> None:
    """Two people look at lists of the same days; the second cannot bring in what now contradicts the first."""
    first, second = receive(analyst, listed(*ROWS)), receive(analyst, listed(ROWS[0].replace("3.95", "4.1")))
    bring_in(analyst, first["batch"])
    with pytest.raises(Refusal, match="told_otherwise"):
        bring_in(analyst, second["batch"])
    assert Batch.objects.get(pk=second["batch"]).state == State.OPEN
    commands.discard(call=Call.fresh(analyst, NOW), programme=PLACE, batch_id=int(str(second["batch"])))
    with pytest.raises(Refusal, match="no_batch"):
        bring_in(analyst, second["batch"])
    with pytest.raises(Refusal, match="in_already"):
        commands.discard(call=Call.fresh(analyst, NOW), programme=PLACE, batch_id=int(str(first["batch"])))


def test_a_repeated_key_answers_the_first_outcome(analyst: User) -> None:
    call = Call.fresh(analyst, NOW)
    asked = {"call": call, "programme": PLACE, "name": "a.csv", "content": listed(*ROWS)}
    assert commands.receive(**asked) == commands.receive(**asked)  # type: ignore[arg-type]
    assert Batch.objects.count() == 1


def test_who_may_bring_lists_in(people: dict[str, User], analyst: User) -> None:  # noqa: F811
    for role in ("firm", "town", "engineer"):
        with pytest.raises(Refusal, match="may_not"):
            receive(people[role], listed(*ROWS))
