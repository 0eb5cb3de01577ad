"""Quantities, money, ids, budgets, reasons: exact, or refused."""

from __future__ import annotations

import math
import os
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengta.core.budget import Budget
from dengta.core.ids import stream_id, uuid7
from dengta.core.money import Money
from dengta.core.quantity import Quantity
from dengta.core.reason import Reason, Refusal, refuse_if


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_float_is_kept_exactly(number: float) -> None:
    kept = Quantity.of(number)
    assert float(kept.as_decimal()) == number
    assert Decimal(repr(number)) == kept.as_decimal()


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_integers_stay_integers(number: int) -> None:
    kept = Quantity.of(number)
    assert kept.as_decimal() == number


def test_a_reading_keeps_its_digits() -> None:
    assert Quantity.of("12.503", "mm") == Quantity(12503, -3, "mm")
    assert Quantity.of(1500) == Quantity(1500)
    assert Quantity.of(0.0) == Quantity(0)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, "12345678901234567890123", 2**70])
def test_what_cannot_be_kept_is_refused(number: float) -> None:
    with pytest.raises(Refusal):
        Quantity.of(number)


def test_money_is_whole_fen() -> None:
    assert Money.yuan("0.10") + Money.yuan("0.20") == Money.yuan("0.30")
    assert str(Money.yuan(5_000_000_000)) == "5,000,000,000.00"
    assert Money.rounded(Decimal("0.005")) == Money(1)
    assert -Money(5) - Money(1) == Money(-6)
    with pytest.raises(Refusal):
        Money.yuan("0.001")


@given(st.lists(st.integers(0, 2**47), min_size=2, max_size=2, unique=True), st.binary(min_size=20, max_size=20))
def test_uuid7_sorts_by_time(times: list[int], entropy: bytes) -> None:
    early, late = sorted(times)
    first, second = uuid7(early * 1000, entropy[:10]), uuid7(late * 1000, entropy[10:])
    assert first.version == second.version == 7
    assert first.variant == "specified in RFC 4122"
    assert str(first) < str(second)


def test_uuid7_takes_all_its_entropy() -> None:
    assert uuid7(0, os.urandom(10)) != uuid7(0, os.urandom(10))
    with pytest.raises(ValueError, match="ten random bytes"):
        uuid7(0, b"short")


def test_stream_ids_are_the_same_everywhere_and_exact_in_json() -> None:
    assert stream_id("furniture", "saw-1") == 7049032072690713  # printf furniture/saw-1 | sha256sum
    assert stream_id("furniture", "saw-1") != stream_id("furniture", "saw-2")
    assert 0 <= stream_id("x", "y") < 2**53


def test_a_budget_ends_by_work_or_by_wish() -> None:
    assert Budget(work=10).left(9)
    assert not Budget(work=10).left(10)
    assert not Budget(stop=lambda: True).left(0)
    assert Budget().left(10**12)
    with pytest.raises(ValueError, match="negative"):
        Budget(work=-1)


def test_a_refusal_carries_all_reasons() -> None:
    reasons = [Reason("a.b", ("file", "row 1")), Reason("c.d", params={"n": 2})]
    with pytest.raises(Refusal) as refused:
        refuse_if(iter(reasons))
    assert refused.value.reasons == tuple(reasons)
    refuse_if([])
    assert reasons[0].at("folder").as_dict() == {"code": "a.b", "place": ["folder", "file", "row 1"], "params": {}}
    with pytest.raises(ValueError, match="at least one reason"):
        Refusal([])
