"""The packed form: round trip of any batch, small, and no damaged byte passes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.core.batch import EventBatch
from dengta.core.event import FIELDS, TEXT_FIELDS
from dengta.core.reason import Refusal
from dengta.log import packed
from tests.log.plant import SAW, keys_of, run


@st.composite
def batches(draw):
    n = draw(st.integers(0, 40))
    texts = ["", *draw(st.lists(st.text(min_size=1, max_size=6), max_size=6, unique=True))]
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    columns = {}
    for field in FIELDS:
        info = np.iinfo(field.dtype)
        spread = draw(st.sampled_from(["none", "small", "wide", "few"]))
        if field.name in TEXT_FIELDS:
            columns[field.name] = rng.integers(0, len(texts), n)
        elif spread == "wide":
            columns[field.name] = rng.integers(info.min, info.max, n, dtype=field.dtype, endpoint=True)
        elif spread == "few":
            columns[field.name] = rng.choice(np.array([info.min, info.max, 7], field.dtype), n)
        elif spread == "small":
            columns[field.name] = rng.integers(0, 100, n)
    return EventBatch.from_columns(n, texts, **columns)


@settings(max_examples=80, deadline=None)
@given(batches())
def test_a_batch_comes_back_as_it_was(batch):
    back = packed.unpack(packed.pack(batch))
    for field in FIELDS:
        if field.kind == "text":
            assert back.text(field.name).tolist() == batch.text(field.name).tolist()
        else:
            assert back[field.name].dtype == field.dtype
            assert back[field.name].tolist() == batch[field.name].tolist()


def test_only_texts_in_use_travel():
    batch = run(SAW, 0, 3).take([0])
    assert set(packed.unpack(packed.pack(batch)).texts) == {"", "pieces", batch.text("subject")[0], "WO-1"}


def test_no_single_damaged_byte_passes():
    block = bytearray(packed.pack(run(SAW, 0, 30)))
    for place in range(len(block)):
        block[place] ^= 0x10
        with pytest.raises(Refusal):
            packed.unpack(bytes(block))
        block[place] ^= 0x10
    assert keys_of(packed.unpack(bytes(block))) == keys_of(run(SAW, 0, 30))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_right_crc_over_nonsense_is_refused_or_a_batch(data):
    import struct
    import zlib

    block = bytearray(packed.pack(run(SAW, 0, 20))[:-4])
    for _ in range(data.draw(st.integers(1, 4))):
        block[data.draw(st.integers(4, len(block) - 1))] = data.draw(st.integers(0, 255))
    forged = bytes(block) + struct.pack("<I", zlib.crc32(bytes(block)))
    try:
        batch = packed.unpack(forged)
    except Refusal:
        return
    for name in TEXT_FIELDS:
        batch.text(name)


def test_an_event_outside_its_dictionary_is_our_fault():
    with pytest.raises(ValueError, match="dictionary"):
        packed.pack(EventBatch.from_columns(1, ("",), subject=3))
