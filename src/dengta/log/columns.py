"""Integer columns as bytes: each column constant, or its distance from the least value in the smallest width that holds
it, or (where eight bytes would be needed and few values differ) numbers into its own sorted list of values.

Layout, little endian: ``DTC1``, columns u16, rows u32, length of `extra` u32, one bit a column that is not all zero
(u64), for each of those (coding u8, least i64), `extra`, the columns' data, CRC-32 of everything before.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from dengta.core.grid import Grid
from dengta.core.reason import Reason, Refusal

MAGIC = b"DTC1"
LARGEST = 1 << 20
"""Rows at most: constant columns cost nothing in bytes, so the bytes alone would not bound the memory."""

_HEAD = struct.Struct("<4sHIIQ")
_COLUMN = struct.Struct("<Bq")
_COUNT = struct.Struct("<I")
_DTYPES: dict[int, np.dtype] = {1: np.dtype("u1"), 2: np.dtype("<u2"), 4: np.dtype("<u4"), 8: np.dtype("<u8")}
_LISTED = 0x10  # added to the width of the numbers into the list of values


def encode(grid: Grid, extra: bytes = b"") -> bytes:
    """The columns of `grid` (at most 64) and some bytes that belong to them."""
    from dengta.log.kernels import write

    k, n = grid.values.shape
    if k > 64 or n > LARGEST:
        raise ValueError(f"{k} columns of {n} rows; at most 64 of {LARGEST} fit one block")
    out = np.empty(_HEAD.size + len(extra) + k * (_COLUMN.size + 8 * n) + _COUNT.size, np.uint8)
    end, filled = write(grid.values, grid.ends, out, _HEAD.size, len(extra))
    filled %= 2**64  # the loop counts in signed numbers
    behind_heads = _HEAD.size + _COLUMN.size * filled.bit_count()
    block = out.data
    _HEAD.pack_into(block, 0, MAGIC, k, n, len(extra), filled)
    block[behind_heads : behind_heads + len(extra)] = extra
    _COUNT.pack_into(block, end, zlib.crc32(block[:end]))
    return bytes(block[: end + _COUNT.size])


def is_whole(block: bytes) -> bool:
    """Whether the CRC at its end fits the bytes before."""
    return len(block) >= 4 and zlib.crc32(memoryview(block)[:-4]) == _COUNT.unpack_from(block, len(block) - 4)[0]


def decode(block: bytes, columns: int) -> tuple[list[NDArray], bytes]:
    """The int64 columns of `block` and its extra bytes. Refusal for damage or another number of columns."""
    if len(block) < _HEAD.size + 4 or block[:4] != MAGIC:
        raise Refusal(Reason("log.packed_unknown"))
    if not is_whole(block):
        raise Refusal(Reason("log.packed_damaged"))
    _, k, n, extra_bytes, filled = _HEAD.unpack_from(block)
    if k != columns or n > LARGEST:
        raise Refusal(Reason("log.packed_unknown"))
    try:
        return _columns(block, k, n, extra_bytes, filled)
    except (struct.error, ValueError, IndexError, KeyError):  # a CRC can be right over bytes nobody of us wrote
        raise Refusal(Reason("log.packed_damaged")) from None


def _columns(block: bytes, k: int, n: int, extra_bytes: int, filled: int) -> tuple[list[NDArray], bytes]:
    heads = [_COLUMN.unpack_from(block, _HEAD.size + _COLUMN.size * i) for i in range(filled.bit_count())]
    at = _HEAD.size + _COLUMN.size * len(heads)
    extra, at = block[at : at + extra_bytes], at + extra_bytes
    told = iter(heads)
    found: list[NDArray] = []
    for i in range(k):
        if not filled >> i & 1:
            found.append(np.zeros(n, np.int64))
            continue
        coding, low = next(told)
        if coding == 0:
            found.append(np.full(n, low, np.int64))
            continue
        listed = None
        if coding > _LISTED:
            (count,) = _COUNT.unpack_from(block, at)
            listed = np.frombuffer(block, "<i8", count, at + _COUNT.size)
            at += _COUNT.size + 8 * count
        dtype = _DTYPES[coding % _LISTED]
        codes = np.frombuffer(block, dtype, n, at)
        at += n * dtype.itemsize
        found.append(listed[codes] if listed is not None else _from_least(codes, low))
    if at != len(block) - 4:
        raise ValueError("bytes left over")
    return found, extra


def _from_least(codes: NDArray, low: int) -> NDArray:
    if codes.dtype.itemsize == 8:
        return (codes + np.uint64(low % 2**64)).view(np.int64)
    values: NDArray = codes.astype(np.int64)
    values += low
    return values
