"""A sealed segment: the events of one or more hours of a day that were there when it was sealed, as one Parquet file
that never changes.

Rows are sorted by subject, ts, stream, epoch, seq; the leaves of the Merkle root are the canonical lines in that order.
The file's metadata under ``dengta`` says in JSON what it holds; the CRC-32 of the whole file is in its name:
``sealed/<YYYY-MM-DD>/<HH>-<no>-<crc>.parquet`` (UTC).
"""

from __future__ import annotations

import base64
import io
import json
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dengta.core.batch import EventBatch
from dengta.core.canonical import chain, leaves, merkle_root
from dengta.core.event import FIELD, FIELDS, SCHEMA_VERSION, TEXT_FIELDS
from dengta.core.time import HOUR, Micros, to_datetime
from dengta.log import keys
from dengta.log.keys import KeyRange, Runs
from dengta.log.selection import Selection

FOLDER = "sealed"
_METADATA = b"dengta"
_NUMBERS = ("no", "hour", "events", "t0", "t1", "recv1", "arrived")
_HASHES = ("root", "previous", "link")
_STEADY = ("ts", "recv", "seq", "value")  # neighbours differ by little: delta encoding halves them
_ROW_GROUP = 1 << 16

_open_parquet = partial(
    pq.ParquetWriter,
    compression="zstd",
    use_dictionary=[f.name for f in FIELDS if f.name not in _STEADY],
    column_encoding=dict.fromkeys(_STEADY, "DELTA_BINARY_PACKED"),
    write_page_checksum=True,
    write_statistics=["ts", "subject"],  # what readers prune by
    store_schema=False,  # FIELDS is the schema; pyarrow's copy of it would cost three kilobytes a file
)


@dataclass(frozen=True, slots=True)
class SealedSegment:
    """One sealed segment as the manifest and the file's own metadata describe it.

    no: 1, 2, 3 ... the order of the chain. hour: the start of its first. t0, t1: least and largest ts; recv1: largest
    recv; arrived: the log's clock when the last of its events came; size: bytes of the file.
    link = SHA-256(previous link || Merkle root).
    """

    no: int
    file: str
    hour: Micros
    events: int
    t0: Micros
    t1: Micros
    recv1: Micros
    arrived: Micros
    size: int
    crc: int
    root: bytes
    previous: bytes
    link: bytes
    ranges: tuple[KeyRange, ...]


def build(batch: EventBatch, *, site: str, no: int, previous: bytes, arrived: Micros) -> tuple[SealedSegment, bytes]:
    """Seal `batch` (of one UTC day, not empty) as segment `no` after the link `previous`: the segment, its file."""
    batch = _by_subject(batch)
    root = merkle_root(leaves(batch))
    ts = batch["ts"]
    hour = int(ts.min()) // HOUR * HOUR
    told = {
        "schema": SCHEMA_VERSION,
        "site": site,
        "no": no,
        "hour": hour,
        "events": len(batch),
        "t0": int(ts.min()),
        "t1": int(ts.max()),
        "recv1": int(batch["recv"].max()),
        "arrived": arrived,
        "root": root.hex(),
        "previous": previous.hex(),
        "link": chain(previous, root).hex(),
        "keys": base64.b64encode(Runs.of(batch).encode()).decode(),
    }
    out, rows = io.BytesIO(), table(batch)
    with _open_parquet(out, rows.schema) as file:
        file.write_table(rows, row_group_size=_ROW_GROUP)
        file.add_key_value_metadata({_METADATA: json.dumps(told)})
    data = out.getvalue()
    crc = zlib.crc32(data)
    start = to_datetime(hour)
    file = f"{FOLDER}/{start:%Y-%m-%d}/{start:%H}-{no}-{crc:08x}.parquet"
    return _segment(told, file, data), data


def describe(file: str, data: bytes) -> SealedSegment:
    """What a segment's file says of itself. ValueError when it is not one."""
    try:
        metadata = pq.read_metadata(pa.BufferReader(data)).metadata or {}
        return _segment(json.loads(metadata[_METADATA]), file, data)
    except Exception as error:
        raise ValueError(f"{file}: not a sealed segment ({error})") from error


def _segment(told: dict[str, Any], file: str, data: bytes) -> SealedSegment:
    facts: dict[str, Any] = {name: told[name] for name in _NUMBERS}
    facts |= {name: bytes.fromhex(told[name]) for name in _HASHES}
    return SealedSegment(
        file=file,
        size=len(data),
        crc=zlib.crc32(data),
        ranges=tuple(keys.decode(base64.b64decode(told["keys"]))),
        **facts,
    )


def crc_in_name(file: str) -> int:
    """The CRC-32 a segment's file name promises. ValueError when it is not the name of one."""
    return int(file.removesuffix(".parquet").rpartition("-")[2], 16)


def _by_subject(batch: EventBatch) -> EventBatch:
    rank = np.empty(len(batch.texts), np.int64)
    rank[np.argsort(np.array(batch.texts, object), kind="stable")] = np.arange(len(batch.texts))
    c = batch.columns
    return batch.take(np.lexsort((c["seq"], c["epoch"], c["stream"], c["ts"], rank[c["subject"]])))


def table(batch: EventBatch) -> pa.Table:
    """The batch as an Arrow table: integers as they are, texts as dictionary<int32, string>, "" where there is none."""
    arrays = [
        _dictionary(batch[f.name], batch.texts) if f.kind == "text" else pa.array(np.ascontiguousarray(batch[f.name]))
        for f in FIELDS
    ]
    return pa.table(arrays, names=[f.name for f in FIELDS])


def _dictionary(codes: NDArray, texts: tuple[str, ...]) -> pa.DictionaryArray:
    used = np.bincount(codes, minlength=len(texts)) > 0
    fresh = (np.cumsum(used) - 1).astype(np.int32)[codes]
    return pa.DictionaryArray.from_arrays(fresh, pa.array([texts[i] for i in np.flatnonzero(used)], pa.string()))


def read(source: str | pa.BufferReader, wanted: Selection, columns: Collection[str] | None = None) -> EventBatch:
    """The wanted events of a segment, in the order of the file. Row groups that cannot hold any are not read, nor
    columns other than `columns` (None: all); ts, type and subject are read always."""
    with pq.ParquetFile(source, read_dictionary=list(TEXT_FIELDS), page_checksum_verification=True) as file:
        groups = [g for g in range(file.num_row_groups) if _may_hold(file.metadata.row_group(g), wanted)]
        names = None if columns is None else [n for n in FIELD if n in {*columns, "ts", "type", "subject"}]
        return wanted.of_batch(_batch(file.read_row_groups(groups, columns=names)))


_TS, _SUBJECT = (list(FIELD).index(name) for name in ("ts", "subject"))


def _may_hold(group: pq.RowGroupMetaData, wanted: Selection) -> bool:
    ts, subject = group.column(_TS).statistics, group.column(_SUBJECT).statistics
    if ts.max < wanted.start or ts.min >= wanted.end:
        return False
    return wanted.subjects is None or any(subject.min <= name <= subject.max for name in wanted.subjects)


def _batch(read: pa.Table) -> EventBatch:
    read = read.unify_dictionaries().combine_chunks()
    codes: dict[str, int] = {"": 0}
    columns: dict[str, NDArray] = {}
    for name in read.column_names:
        column = read.column(name)
        if not column.num_chunks:
            return EventBatch.empty()
        chunk = column.chunk(0)
        if name in TEXT_FIELDS:
            here = [codes.setdefault(text, len(codes)) for text in chunk.dictionary.to_pylist()]
            columns[name] = np.array(here, np.int32)[chunk.indices.to_numpy()]
        else:
            columns[name] = chunk.to_numpy()
    return EventBatch(columns, tuple(codes))
