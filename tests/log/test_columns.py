"""Columns as bytes: what the compiled writer makes is, byte for byte, what the layout says."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.core.grid import Grid
from dengta.core.reason import Refusal
from dengta.log import columns

LARGEST = 2**63 - 1
SPREADS = (0, 1, 2**8 - 1, 2**8, 2**16 - 1, 2**16, 2**32 - 1, 2**32, 2**63, 2**64 - 1)


@st.composite
def grids(draw):
    """Columns that fill each width to its border, and wide ones of few and of many values."""
    n = draw(st.integers(1, 40))
    rows = []
    for _ in range(draw(st.integers(1, 64 if draw(st.booleans()) else 4))):
        spread = draw(st.sampled_from(SPREADS))
        low = draw(
            st.sampled_from(
                [x for x in (0, 7, -LARGEST - 1, LARGEST - spread) if -LARGEST - 1 <= x <= LARGEST - spread]
            )
        )
        few = [low + draw(st.integers(0, spread)) for _ in range(draw(st.sampled_from([2, n])))]
        rows.append([low, low + spread, *(draw(st.sampled_from(few)) for _ in range(n))][: max(n, 2)])
    return np.array(rows, np.int64)


def as_the_layout_says(values, extra):
    """The layout in the head of `log.columns`, in the plainest Python there is."""
    heads, data, filled = b"", b"", 0
    for number, row in enumerate(values.tolist()):
        if not any(row):
            continue
        filled |= 1 << number
        spread = max(row) - min(row)
        width = next(w for w in (0, 1, 2, 4, 8) if spread < 256**w)
        coding, listed = width, sorted(set(row))
        if width == 8 and len(listed) * 4 <= len(row):
            width = 1 if len(listed) <= 256 else 2 if len(listed) <= 65536 else 4
            coding = 16 + width
            data += struct.pack(f"<I{len(listed)}q", len(listed), *listed)
            row = [listed.index(value) for value in row]
        heads += struct.pack("<Bq", coding, min(values[number].tolist()))
        least = min(row) if coding < 16 else 0
        data += b"".join((value - least).to_bytes(width, "little") for value in row)
    block = struct.pack("<4sHIIQ", b"DTC1", *values.shape, len(extra), filled) + heads + extra + data
    return block + struct.pack("<I", zlib.crc32(block))


@given(grids(), st.binary(max_size=9))
@settings(max_examples=150, deadline=None)
def test_the_bytes_are_those_of_the_layout_and_come_back(values, extra):
    block = columns.encode(Grid.over(values), extra)
    assert block == as_the_layout_says(values, extra)
    found, told = columns.decode(block, len(values))
    assert (np.array(found).tolist(), told) == (values.tolist(), extra)


@pytest.mark.parametrize(("few", "coding"), [(255, 17), (256, 17), (257, 18)])
def test_a_list_of_values_is_numbered_in_the_smallest_width(few, coding):
    values = (np.arange(4 * few, dtype=np.int64) % few * 2**40)[np.newaxis]
    block = columns.encode(Grid.over(values))
    assert block[22] == coding
    assert block == as_the_layout_says(values, b"")


def test_what_does_not_fit_one_block_is_refused():
    for shape in ((65, 1), (1, columns.LARGEST + 1)):
        with pytest.raises(ValueError, match="fit one block"):
            columns.encode(Grid.over(np.zeros(shape, np.int64)))
    with pytest.raises(Refusal):
        columns.decode(columns.encode(Grid.over(np.zeros((2, 3), np.int64))), 3)
