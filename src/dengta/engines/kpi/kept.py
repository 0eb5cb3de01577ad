"""What was published last of a bucket, and whether what is known of it now is a next revision."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dengta.core.time import EARLIEST, Micros
from dengta.engines.kpi.kernels_table import KEYS
from dengta.engines.kpi.model import Fact, Ints


class Kept(NamedTuple):
    """What was published last of a bucket; `heard`: when the news came; was: the revision before."""

    revision: int
    rows: Ints
    heard: Micros
    was: Kept | None = None

    @classmethod
    def after(cls, kept: Kept | None, rows: Ints, heard: Micros | None, settled: Micros) -> Kept:
        """What is to be published now; `kept` itself where nothing changed."""
        if kept is not None and np.array_equal(kept.rows, rows):
            return kept
        told = _figured(rows)
        last = kept.heard if kept else EARLIEST
        is_news = heard is None or heard > max(settled, last)
        if kept is None or kept.revision == 0 or (kept.revision == 1 and not is_news):
            return cls(int(told[:, KEYS + Fact.GRADE].any()), rows, max(last, heard or EARLIEST))
        if np.array_equal(_figured(kept.rows), told):
            return kept._replace(rows=rows)
        if is_news:
            return cls(kept.revision + 1, rows, heard or last, kept._replace(was=None))
        if kept.was is not None and np.array_equal(_figured(kept.was.rows), told):
            return kept.was._replace(rows=rows)  # taken back in the same moment
        return kept._replace(rows=rows)


_SILENT = [KEYS + fact for fact in (Fact.LATE, Fact.RESETS, Fact.ENERGY, Fact.METERED)]
"""What makes no revision: the energy of a time is known only once a meter is read after it; remarks on samples."""


def _figured(rows: Ints) -> Ints:
    """`rows` as far as what they say is a revision where it changes."""
    told = rows.copy()
    told[:, _SILENT] = 0
    kept: Ints = told[told[:, KEYS + Fact.TIME :].any(axis=1)]
    return kept
