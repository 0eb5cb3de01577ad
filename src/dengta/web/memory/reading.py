"""What the log says of itself, for the page and for the API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dengta.core.ids import stream_id
from dengta.core.time import Micros
from dengta.engines.plantbook import PlantBook
from dengta.log import EpochMark, KeyRange, LogReader
from dengta.log.status import LogStatus
from dengta.site.home import SiteFolder


@dataclass(frozen=True, slots=True)
class StreamView:
    """One producer's stream: its name where known, and what the log holds of it by epoch."""

    stream: int
    name: str
    marks: tuple[EpochMark, ...]

    @property
    def held(self) -> int:
        """Events held."""
        return sum(mark.next + sum(hi - lo for lo, hi in mark.above) for mark in self.marks)

    @property
    def missing(self) -> int:
        """Events known to be missing below the highest seen."""
        return sum(hi - lo for mark in self.marks for lo, hi in mark.holes)


@dataclass(frozen=True, slots=True)
class LogView:
    """The log of a site at one instant, with the names people know its streams by."""

    status: LogStatus
    streams: tuple[StreamView, ...]
    age: Micros | None

    def name(self, stream: int) -> str:
        """What people call a stream."""
        return next((s.name for s in self.streams if s.stream == stream and s.name), str(stream))

    def span(self, keys: KeyRange) -> dict[str, Any]:
        """A range of keys in words: which stream, which epoch, first and last seq."""
        return {
            "stream": keys.stream,
            "name": self.name(keys.stream),
            "epoch": keys.epoch,
            "first": keys.lo,
            "last": keys.hi - 1,
            "events": keys.hi - keys.lo,
        }


def log_view(folder: SiteFolder, book: PlantBook | None, now: Micros) -> LogView:
    """The log of `folder`'s site at the site's time `now`. Refusal where it cannot be read at all."""
    reader = LogReader(folder.log)
    status, marks, names = reader.status(), reader.all_marks(), dict(reader.producers())
    for machine in book.machines.values() if book else ():
        for producer in machine.producers:
            names.setdefault(stream_id(folder.site, producer), producer)
    streams = [StreamView(s, names.get(s, ""), tuple(marks.stream(s))) for s in marks.streams()]
    streams.sort(key=lambda one: (not one.name, one.name, one.stream))
    age = now - status.last_recv if status.last_recv else None
    return LogView(status, tuple(streams), age)


def as_dict(view: LogView) -> dict[str, Any]:
    """The same for machines."""
    status = view.status
    return {
        "site": status.site,
        "events": status.events,
        "sealed": {
            "events": status.sealed_events,
            "segments": status.sealed_segments,
            "bytes": status.sealed_bytes,
            "bytes_per_event": status.sealed_bytes_per_event,
        },
        "unsealed": {"events": status.unsealed_events, "bytes": status.unsealed_bytes},
        "last_ts": status.last_ts or None,
        "last_recv": status.last_recv or None,
        "age_us": view.age,
        "streams": [
            {
                "stream": one.stream,
                "name": one.name,
                "events": one.held,
                "missing": one.missing,
                "epochs": [
                    {"epoch": m.epoch, "next": m.next, "above": [list(span) for span in m.above]} for m in one.marks
                ],
            }
            for one in view.streams
        ],
        "holes": [view.span(keys) for keys in status.holes],
        "damage": [
            {**one.reason.as_dict(), "found_at": one.found_at, "ranges": [view.span(keys) for keys in one.ranges]}
            for one in status.damage
        ],
        "lost": status.lost,
        "head": status.head.hex() or None,
        "outbox": [
            {"destination": one.destination, "segments": one.segments, "bytes": one.bytes} for one in status.outbox
        ],
    }
