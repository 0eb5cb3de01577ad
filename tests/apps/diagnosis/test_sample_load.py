"""Sample diagnoses: at the levels the register has accepted; hash and score of each follow from its rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dengta.apps.accounts.journal import Call
from dengta.apps.diagnosis import queries
from dengta.apps.diagnosis.models import Diagnosis
from dengta.apps.diagnosis.sample_load import load_sample
from dengta.apps.register.models import Enterprise, Kind
from dengta.core.reason import Refusal
from tests.apps.register.stage import CITY, CODES, state

LEVELS = dict(zip(CODES, (2, 1, 3, 4), strict=False))


@pytest.fixture
def accepted(small: list[str], call: Callable[..., Call]) -> None:
    """Four of five firms are accepted, at every level; one was at level 1 before."""
    state(call, CODES[2], Kind.ACCEPTED, "2023-02-01", level=1)
    for code, level in list(LEVELS.items())[1:]:
        state(call, code, Kind.ACCEPTED, "2024-03-01", level=level)
    Enterprise.objects.filter(code=CODES[2]).update(site="furniture")


def test_levels_agree_with_the_register(accepted: None, call: Callable[..., Call]) -> None:
    done = load_sample(call=call(), programme=CITY, plants={"furniture": 26})
    assert done == {"diagnoses": 4, "answers": 4 * 31}
    found = {one.enterprise: one for one in Diagnosis.objects.all()}
    assert {code: one.level for code, one in found.items()} == LEVELS
    towns = dict(Enterprise.objects.values_list("code", "town"))
    for code, one in found.items():
        now = queries.filled(one)
        assert (now.sha256, now.score.level, now.score.complete) == (one.sha256, one.level, True)
        assert one.town == towns[code]
        assert one.begun_at < min(row.answered_at for row in now.rows.values())
        assert max(row.answered_at for row in now.rows.values()) < one.submitted_at
    plant = queries.filled(found[CODES[2]])
    assert plant.stated["equipment-networked"] == {"networked": 24, "all": 26}
    assert plant.stated["scene-equipment"] == 3


def test_so_many_and_the_plants_firm_always(accepted: None, call: Callable[..., Call]) -> None:
    load_sample(call=call(), programme=CITY, plants={"furniture": 26}, firms=0)
    assert Diagnosis.objects.get().enterprise == CODES[2]


def test_only_where_nothing_is_and_only_by_its_keeper(
    small: list[str], call: Callable[..., Call], accepted: None
) -> None:
    with pytest.raises(Refusal, match="may_not"):
        load_sample(call=call("town"), programme=CITY)
    load_sample(call=call(), programme=CITY)
    with pytest.raises(Refusal, match="not_empty"):
        load_sample(call=call(), programme=CITY)


def test_it_waits_for_a_register(people: dict[str, Any], call: Callable[..., Call]) -> None:
    with pytest.raises(Refusal, match="nobody_accepted"):
        load_sample(call=call(), programme=CITY)
