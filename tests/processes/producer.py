"""A producer whose every event follows from its seq alone: ``python -m tests.processes.producer HOME SITE``.

After a death it asks the log how far it came and goes on from there, as the model plant does.
"""

from __future__ import annotations

import sys

import numpy as np

from dengta.connect.sender import DoorSender
from dengta.core.batch import EventBatch
from dengta.core.ids import stream_id
from dengta.core.time import SECOND
from dengta.core.vocabulary import ClockSource, EventType
from dengta.processes import lifeline
from dengta.site.home import Home

EPOCH = 1_789_999_200 * SECOND  # a full hour


def made(site: str, first: int, last: int) -> EventBatch:
    """The events ``first <= seq < last`` of the producer, received when they happened."""
    seq = np.arange(first, last)
    return EventBatch.from_columns(
        len(seq),
        ["", "saw-1", "saw-2"],
        stream=stream_id(site, "test"),
        epoch=1,
        seq=seq,
        ts=EPOCH + seq * SECOND,
        recv=EPOCH + seq * SECOND,
        clock=ClockSource.DEVICE,
        type=EventType.GOOD,
        subject=1 + seq % 2,
        value=1 + seq % 7,
    )


def main() -> None:
    """Produce until killed."""
    lifeline.follow()
    home, site = sys.argv[1:]
    with DoorSender(Home.at(home).site(site)) as sender:
        marks = sender.marks(stream_id(site, "test"))
        seq = marks[0].next if marks else 0
        while True:
            sender.send(made(site, seq, seq + 40))
            seq += 40


if __name__ == "__main__":
    main()
