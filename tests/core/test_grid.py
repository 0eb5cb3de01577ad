"""A batch as one array of integers with its extremes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dengta.core.batch import EventBatch
from dengta.core.event import FIELDS
from dengta.core.grid import Grid
from tests.core.events import legal_events


@given(arrays.arrays(np.int64, st.tuples(st.integers(1, 5), st.integers(0, 30))))
@settings(max_examples=50, deadline=None)
def test_the_extremes_are_those_of_each_column(values):
    grid = Grid.over(values)
    assert grid.ends.tolist() == [[min(row, default=0) for row in values], [max(row, default=0) for row in values]]


@given(st.lists(legal_events(), max_size=6))
@settings(max_examples=30, deadline=None)
def test_the_grid_holds_every_field_of_a_batch(events):
    batch = EventBatch.of(events)
    grid = Grid.of(batch)
    for field, row in zip(FIELDS, grid.values, strict=True):
        assert row.tolist() == batch[field.name].tolist() == grid.field(field.name).tolist()
        assert (grid.least(field.name), grid.most(field.name)) == (min(row, default=0), max(row, default=0))


@pytest.mark.parametrize("code", [-1, 2])
def test_an_event_outside_its_dictionary_is_our_fault(code):
    with pytest.raises(ValueError, match="dictionary"):
        Grid.of(EventBatch.from_columns(1, ("", "saw"), subject=1, lot=code))
