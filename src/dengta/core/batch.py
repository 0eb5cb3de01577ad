"""Events in columns: one numpy array a field, texts as numbers into the batch's own dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dengta.core.event import FIELD, FIELDS, TEXT_FIELDS, Event, Key
from dengta.core.vocabulary import ClockSource, EventType, Flag

Columns = Mapping[str, NDArray]


@dataclass(frozen=True, slots=True, eq=False)
class EventBatch:
    """n events. `columns[name]` has shape (n,) and the dtype of `FIELD[name]`; `texts[0]` is always ``""``.

    Build one with `of` (events), `from_columns` (arrays) or `concat`; every method returns a new batch.
    """

    columns: Columns
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.columns["ts"])

    def __getitem__(self, name: str) -> NDArray:
        return self.columns[name]

    @classmethod
    def empty(cls) -> EventBatch:
        """No events."""
        return cls({f.name: np.empty(0, f.dtype) for f in FIELDS}, ("",))

    @classmethod
    def from_columns(cls, n: int, texts: Sequence[str] = ("",), **columns: object) -> EventBatch:
        """n events from arrays or scalars by field name; fields not given are 0. Text fields take codes into `texts`.

        Raises ValueError for an unknown field, a wrong length or a dictionary that does not begin with ``""``.
        """
        unknown = columns.keys() - FIELD.keys()
        if unknown:
            raise ValueError(f"no such event fields: {sorted(unknown)}")
        if not texts or texts[0] != "":
            raise ValueError('the dictionary of a batch begins with ""')
        built: dict[str, NDArray] = {}
        for field in FIELDS:
            given = np.asarray(columns.get(field.name, 0))
            if given.ndim and given.shape != (n,):
                raise ValueError(f"{field.name}: {given.shape} values for {n} events")
            array = np.empty(n, field.dtype)
            array[:] = given
            built[field.name] = array
        return cls(built, tuple(texts))

    @classmethod
    def of(cls, events: Iterable[Event]) -> EventBatch:
        """The batch of single events."""
        rows = list(events)
        codes: dict[str, int] = {"": 0}
        columns: dict[str, object] = {}
        for field in FIELDS:
            if field.kind == "text":
                columns[field.name] = [codes.setdefault(getattr(e, field.name), len(codes)) for e in rows]
            elif field.name.startswith("ref_"):
                part = field.name.removeprefix("ref_")
                columns[field.name] = [getattr(e.ref, part) if e.ref else 0 for e in rows]
            else:
                columns[field.name] = [int(getattr(e, field.name)) for e in rows]
        return cls.from_columns(len(rows), list(codes), **{k: np.array(v, FIELD[k].dtype) for k, v in columns.items()})

    @classmethod
    def concat(cls, batches: Sequence[EventBatch]) -> EventBatch:
        """All events of `batches` in their order, over one dictionary."""
        if len(batches) == 1:
            return batches[0]
        codes: dict[str, int] = {"": 0}
        parts: dict[str, list[NDArray]] = {f.name: [] for f in FIELDS}
        for batch in batches:
            same = len(codes) == 1 or batch.texts == tuple(codes)
            moved = np.array([codes.setdefault(t, len(codes)) for t in batch.texts], np.int32)
            for name, array in batch.columns.items():
                parts[name].append(moved[array] if name in TEXT_FIELDS and not same else array)
        merged = {f.name: np.concatenate(parts[f.name]) if batches else np.empty(0, f.dtype) for f in FIELDS}
        return cls(merged, tuple(codes))

    def take(self, rows: NDArray | slice) -> EventBatch:
        """The events at `rows` (indices, mask or slice), over the same dictionary."""
        return EventBatch({name: array[rows] for name, array in self.columns.items()}, self.texts)

    def replace(self, **columns: object) -> EventBatch:
        """The same events with some columns exchanged (arrays or scalars)."""
        n = len(self)
        fresh = dict(self.columns)
        for name, given in columns.items():
            array = np.empty(n, FIELD[name].dtype)
            array[:] = np.asarray(given)
            fresh[name] = array
        return EventBatch(fresh, self.texts)

    def text(self, name: str) -> NDArray:
        """The texts of a text field, as an object array of shape (n,)."""
        words: NDArray = np.array(self.texts, object)
        return words.take(self.columns[name])

    def named(self, name: str, text: str) -> NDArray[np.bool_]:
        """Which events have `text` in a text field; shape (n,)."""
        found: NDArray[np.bool_] = self.columns[name] == (self.texts.index(text) if text in self.texts else -1)
        return found

    def sorted(self) -> EventBatch:
        """By (ts, stream, epoch, seq): the order across streams that every reader sees."""
        c = self.columns
        return self.take(np.lexsort((c["seq"], c["epoch"], c["stream"], c["ts"])))

    def __iter__(self) -> Iterator[Event]:
        """Single events: for people and tests, not for millions."""
        plain = {name: array.tolist() for name, array in self.columns.items()}
        for i in range(len(self)):
            row: dict[str, object] = {}
            for field in FIELDS:
                if field.name.startswith("ref_"):
                    continue
                cell = plain[field.name][i]
                row[field.name] = self.texts[cell] if field.kind == "text" else cell
            ref = Key(plain["ref_stream"][i], plain["ref_epoch"][i], plain["ref_seq"][i])
            yield Event(
                **{
                    **row,
                    "clock": ClockSource(plain["clock"][i]),
                    "type": EventType(plain["type"][i]),
                    "flags": Flag(plain["flags"][i]),
                    "ref": ref if ref.epoch else None,
                }  # type: ignore[arg-type]
            )
