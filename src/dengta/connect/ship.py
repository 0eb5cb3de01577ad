"""Factory to hub: the packed segments of a log's outbox go through the hub's door, in order of arrival.

A segment is freed only when the hub's own durable marks hold every key of it; that the hub answered is not enough.
Whatever is lost on the way, or at the hub before its commit, is still here and goes again; twice counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dengta.connect.sender import DoorSender
from dengta.core.budget import never
from dengta.core.reason import Reason, Refusal
from dengta.log import EpochMark, KeyRange, packed
from dengta.log.keys import Runs
from dengta.log.outbox import Outbox


class Shipper:
    """Ships the outbox of one log to one destination. Belongs to one thread."""

    def __init__(self, outbox: Outbox, destination: str, hub: DoorSender) -> None:
        """`destination` is enrolled in the outbox: from the first time on, what comes is kept for it."""
        self._outbox, self._destination, self._hub = outbox, destination, hub
        outbox.add(destination)

    def step(self, *, deadline: float | None = None) -> bool:
        """Ship the next segment; False when the hub has everything.

        Raises Refusal, with the segment kept: the hub did not acknowledge within `deadline` seconds, or refused it.
        """
        waiting = self._outbox.pending(self._destination)
        if waiting is None:
            return False
        segment, block = waiting
        marks = self._hub.deliver(block, deadline=deadline)
        absent = missing(Runs.of(packed.unpack(block)).ranges(), marks)
        if absent:
            events = sum(one.hi - one.lo for one in absent)
            raise Refusal(Reason("door.hub_lacks", (self._destination, f"segment {segment}"), {"events": events}))
        self._outbox.acknowledge(self._destination, segment)
        return True

    def drain(self, stop: Callable[[], bool] = never, *, deadline: float | None = None) -> int:
        """Ship until the hub has everything or `stop()`; how many segments it took. Refusal as of `step`."""
        shipped = 0
        while not stop() and self.step(deadline=deadline):
            shipped += 1
        return shipped


def missing(keys: Sequence[KeyRange], marks: Mapping[int, Sequence[EpochMark]]) -> list[KeyRange]:
    """The ranges that `marks` (by stream) do not hold whole."""
    return [one for one in keys if not any(_holds(mark, one) for mark in marks.get(one.stream, ()))]


def _holds(mark: EpochMark, keys: KeyRange) -> bool:
    spans = [(0, mark.next), *mark.above]
    return mark.epoch == keys.epoch and any(lo <= keys.lo and keys.hi <= hi for lo, hi in spans)
