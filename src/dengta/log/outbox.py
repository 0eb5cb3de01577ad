"""The outbox: what each destination has not acknowledged yet. The packed segments themselves are the outbox; a packed
form goes only when it is sealed and every destination has it."""

from __future__ import annotations

from dengta.core.reason import Reason, Refusal
from dengta.log.marks import Marks
from dengta.log.reader import LogReader
from dengta.log.sealing import drop_packed
from dengta.log.status import waiting
from dengta.log.store import Store
from dengta.log.writer import Writer


class Outbox:
    """The outbox of an open log. Delivery is at least once, in order of arrival; the receiver's marks make it once."""

    def __init__(self, reader: LogReader, writer: Writer, largest_bytes: int) -> None:
        self._reader, self._writer, self._largest = reader, writer, largest_bytes
        self._change("UPDATE site SET outbox_bytes = ?", largest_bytes)

    def add(self, destination: str) -> None:
        """Keep for `destination` whatever comes from now on; nothing when it is known."""
        last = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'packed'"
        self._change(f"INSERT OR IGNORE INTO outbox VALUES (?, ({last}))", destination)  # noqa: S608

    def remove(self, destination: str) -> None:
        """Keep nothing for `destination` any more."""
        self._change("DELETE FROM outbox WHERE destination = ?", destination)

    def acknowledge(self, destination: str, id_: int) -> None:
        """`destination` durably has every segment up to `id_`."""
        self._change("UPDATE outbox SET acknowledged = max(acknowledged, ?) WHERE destination = ?", id_, destination)

    def _change(self, sql: str, *params: object) -> None:
        def change(kept: Store, _: Marks) -> None:
            kept.db.execute(sql, params)
            drop_packed(kept.db)

        self._writer.run(change)
        self._measure()

    def pending(self, destination: str) -> tuple[int, bytes] | None:
        """The next packed segment for `destination` and its id, None when it has everything."""
        with self._reader.connection() as db:
            row = (
                db
                and db.execute(
                    "SELECT id, block FROM packed WHERE id > (SELECT acknowledged FROM outbox WHERE destination = ?)"
                    " ORDER BY id LIMIT 1",
                    (destination,),
                ).fetchone()
            )
        return row or None

    def refuse_when_full(self) -> None:
        """Refusal when the slowest destination is behind by the limit: better to stop than to lose silently."""
        if self._slowest is not None and self._bytes() >= self._largest:
            raise Refusal(Reason("log.outbox_full", (self._slowest,), {"bytes": self._bytes(), "most": self._largest}))

    def _bytes(self) -> int:
        return self._base + self._writer.written - self._from

    def _measure(self) -> None:
        self._from = self._writer.written
        with self._reader.connection() as db:
            lines = waiting(db) if db else []
        slowest = max(lines, key=lambda line: line.bytes, default=None)
        self._slowest = slowest.destination if slowest else None
        self._base = slowest.bytes if slowest else 0
