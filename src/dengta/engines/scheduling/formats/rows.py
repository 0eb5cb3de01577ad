"""Files of numbers: rows with their line, every fault of a file at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dengta.core.reason import Param, Reason, refuse_if

MOST = 2**53
_ABSENT = -MOST - 1  # stands for a number a short row does not have


class Row(NamedTuple):
    """A line of whole numbers."""

    line: int
    values: list[int]


class Rows:
    """The rows of a file, taken one after the other; what is wrong is noted, `finish` refuses with all of it."""

    def __init__(self, text: str, source: str) -> None:
        self._source = source
        self._faults: list[Reason] = []
        self._rows = list(self._read(text))
        self._at = 0

    def _read(self, text: str) -> Iterator[Row]:
        for line, words in enumerate(map(str.split, text.lstrip("\ufeff").splitlines()), 1):
            values: list[int] = []
            for column, word in enumerate(words, 1):
                if word.lstrip("-").isdecimal() and word.isascii() and abs(int(word)) <= MOST:
                    values.append(int(word))
                else:
                    self.fault("scheduling.file_not_number", line, f"column {column}", word=word[:40])
            if words:
                yield Row(line, values)

    def fault(self, code: str, line: int, *place: str, **params: Param) -> None:
        """Note what is wrong on a line."""
        self._faults.append(Reason(code, (self._source, f"row {line}", *place), params))

    @property
    def left(self) -> int:
        """Rows not taken yet."""
        return len(self._rows) - self._at

    def take(self, what: str, length: int | None = None) -> Row:
        """The next row, which states `what`, in `length` numbers. What a short row does not have counts as nothing."""
        if not self.left:
            last = self._rows[-1].line if self._rows else 0
            self._faults.append(Reason("scheduling.file_ends", (self._source, f"row {last}"), {"what": what}))
            self.finish()
        row = self._rows[self._at]
        self._at += 1
        if length is not None and len(row.values) != length:
            self.fault("scheduling.file_length", row.line, what=what, wanted=length, found=len(row.values))
            return Row(row.line, (row.values + [_ABSENT] * length)[:length])
        return row

    def count(self, row: Row, place: int, what: str, least: int = 1, most: int = MOST) -> int:
        """The number at `place` of a row, `least` where it is not in its bounds."""
        value = row.values[place]
        if value == _ABSENT:
            return least
        if not least <= value <= most:
            self.fault(
                "scheduling.file_bounds",
                row.line,
                f"column {place + 1}",
                what=what,
                value=value,
                least=least,
                most=most,
            )
            return least
        return value

    def finish(self) -> None:
        """All that was wanted is taken. Refusal with every fault, among them rows nobody asked for."""
        if self.left and not self._faults:
            row = self._rows[self._at]
            self.fault("scheduling.file_more", row.line, count=self.left)
        refuse_if(self._faults)
