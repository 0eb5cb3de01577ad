"""One thread a log that folds what is new, so that a page finds the fold ready.

It wakes when somebody looks, and by itself every two seconds for five minutes after the last look: a log that nobody
tails seals its hours, and whoever comes too late for the tail folds everything again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import NamedTuple

from dengta.apps.performance.site_fold import Folded, SiteFold
from dengta.core.time import Micros

_log = logging.getLogger(__name__)
BEAT_S = 2.0
LINGER_BEATS = 150


class Look(NamedTuple):
    """What a page gets: the last fold (None: nothing to fold, or none yet), and whether it holds all that was asked."""

    folded: Folded | None
    ready: bool


class Follower:
    """Keeps a `SiteFold` up to date with `now`, the site's clock. Threads may share it."""

    def __init__(self, fold: SiteFold, now: Callable[[], Micros], prepare: Callable[[Folded], None]) -> None:
        """`prepare` works out in advance what pages will ask of a fold; it runs once nobody waits."""
        self._fold, self._now, self._prepare = fold, now, prepare
        self._turn = threading.Condition()
        self._asked = self._done = 0
        self._thread: threading.Thread | None = None
        self._folded: Folded | None = None
        self._fault: Exception | None = None

    def look(self, patience_s: float) -> Look:
        """The fold as it is now, or what there is of it after `patience_s`. Raises what went wrong in the thread."""
        with self._turn:
            self._asked += 1
            ask = self._asked
            if self._thread is None:
                self._thread = threading.Thread(target=self._follow, name="performance-fold", daemon=True)
                self._thread.start()
            self._turn.notify_all()
            ready = self._turn.wait_for(lambda: self._done >= ask, patience_s)
            if ready and self._fault is not None:
                raise self._fault
            return Look(self._folded, ready)

    def _follow(self) -> None:
        idle = 0
        while True:
            with self._turn:
                if self._asked == self._done:
                    self._turn.wait(BEAT_S)
                idle = idle + 1 if self._asked == self._done else 0
                if idle > LINGER_BEATS:
                    self._thread = None
                    return
                ask = self._asked
            folded: Folded | None = None
            fault: Exception | None = None
            try:
                folded = self._fold.catch_up(self._now())
            except Exception as broken:  # noqa: BLE001 - whoever looks is told
                fault = broken
            with self._turn:
                self._folded, self._fault, self._done = folded, fault, ask
                self._turn.notify_all()
                waited_for = self._asked > ask
            if folded is not None and not waited_for:
                self._prepared(folded)

    def _prepared(self, folded: Folded) -> None:
        try:
            self._prepare(folded)
        except Exception:  # noqa: BLE001 - logged; the fold itself stands
            _log.exception("figures could not be prepared; pages work them out when they are asked for")
