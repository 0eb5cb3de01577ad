"""Integer columns as one array with the least and largest of each: what judging a batch and packing it begin with."""

from __future__ import annotations

from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dengta.core.batch import EventBatch
from dengta.core.event import FIELD, FIELDS, TEXT_FIELDS

ROW = {name: row for row, name in enumerate(FIELD)}
"""Field -> its row."""
TEXTS = slice(ROW[TEXT_FIELDS[0]], ROW[TEXT_FIELDS[-1]] + 1)
"""The rows of the text fields."""
if tuple(FIELD)[TEXTS] != TEXT_FIELDS:
    raise TypeError("the text fields of an event stand side by side; grid and packed form count on it")
_columns = itemgetter(*FIELD)


class Grid(NamedTuple):
    """Columns as the rows of one array; nobody changes it.

    values: int64, shape (columns, n)
    ends: int64, shape (2, columns), the least and the largest of each; 0 where n is 0
    """

    values: NDArray
    ends: NDArray

    @classmethod
    def of(cls, batch: EventBatch) -> Grid:
        """The columns of a batch in the order of `FIELDS`. ValueError when an event points outside its dictionary."""
        values = np.concatenate(_columns(batch.columns), dtype=np.int64)
        grid = cls.over(values.reshape(len(FIELDS), len(batch)))
        least, most = grid.ends[:, TEXTS].tolist()
        if min(least) < 0 or max(most) >= len(batch.texts):
            raise ValueError("an event points outside the dictionary of its batch")
        return grid

    @classmethod
    def over(cls, values: NDArray) -> Grid:
        """Over int64 values of shape (columns, n)."""
        from dengta.core.kernels import extremes

        return cls(values, extremes(values))

    def field(self, name: str) -> NDArray:
        """The values of a field of the event."""
        values: NDArray = self.values[ROW[name]]
        return values

    def least(self, field: str) -> int:
        """The least value of a field of the event."""
        return int(self.ends[0, ROW[field]])

    def most(self, field: str) -> int:
        """The largest value of a field of the event."""
        return int(self.ends[1, ROW[field]])
