"""Groups of related firms, against a judge that compares every pair."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dengta.engines.register import KINDS, comparable, related

TOLD = st.lists(
    st.tuples(st.sampled_from([f"f{n}" for n in range(12)]), st.sampled_from(KINDS), st.sampled_from("abcdefgh")),
    max_size=40,
)


def naive(told: list[tuple[str, str, str]], most: int) -> set[frozenset[str]]:
    """Grow each firm's circle until nothing is added."""
    holders = {(kind, key): {f for f, k, v in told if (k, v) == (kind, key)} for _, kind, key in told}
    joining = [firms for firms in holders.values() if 1 < len(firms) <= most]
    found = set()
    for start in {firm for firms in joining for firm in firms}:
        circle, before = {start}, set()
        while circle != before:
            before = set(circle)
            for firms in joining:
                if firms & circle:
                    circle |= firms
        found.add(frozenset(circle))
    return found


@given(TOLD, st.integers(2, 6))
def test_groups_are_what_a_judge_finds_and_every_piece_of_evidence_is_true(told, most):
    found = related(told, most)
    assert {frozenset(group.firms) for group in found.groups} == naive(told, most)
    for group in found.groups:
        for one in group.evidence:
            assert set(one.firms) <= set(group.firms)
            assert all((firm, one.kind, one.key) in told for firm in one.firms)
    assert all(len(one.firms) > most for one in found.common)


def test_ways_of_writing_are_one():
    assert comparable("phone", "+86 760-8888 1234") == comparable("phone", "０７６０８８８８１２３４")[1:]
    assert comparable("phone", "0086 138 0000 0000") == comparable("phone", "138-0000-0000")
    assert comparable("account", "示例银行 0000 12") == comparable("account", "000012")
    assert comparable("address", "示例路１２号 3栋") == comparable("address", "示例路12号3栋")
    assert comparable("name", "示例（中山）有限公司") == comparable("name", "示例(中山)有限公司")
    assert comparable("controller", "陈　某") == comparable("controller", "陈某")


def test_what_is_empty_joins_nobody():
    assert related([("a", "phone", ""), ("b", "phone", "")]).groups == ()
