"""What a column holds: numbers, times, a few words, many; and in which form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from datetime import time as wall_time
from itertools import product

from dengta.connect.spreadsheet_table import Broken, Cell

MOST_WORDS = 2_000
"""Different words of a column that are told apart; beyond, it is "many"."""
_DAYS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y年%m月%d日",
    "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%Y%m%d", "%b %d %Y", "%d %b %Y",
)  # fmt: skip
_HOURS = (
    " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S", "T%H:%M", "T%H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p",
    "T%H:%M:%S%z", "T%H:%M%z", " %H:%M%z", " %H:%M:%S%z", " %H时%M分", " %H%M", "",
)  # fmt: skip
_FIELD, _DIGITS, _LETTERS = re.compile(r"%[A-Za-z]"), re.compile(r"\d+"), re.compile(r"[A-Za-z]+")


def _shape(text: str) -> str:
    """A text with its numbers and words reduced to one sign each, so that few formats have to be tried."""
    return _LETTERS.sub("A", _DIGITS.sub("9", text))


def _shapes(form: str) -> set[str]:
    ends = ("9",) if "%z" not in form else ("+9:9", "-9:9", "+9", "-9", "Z")
    told = _FIELD.sub(lambda one: "Mon" if one[0] in ("%b", "%p") else one[0] if one[0] == "%z" else "9", form)
    return {_shape(told.replace("%z", end)) for end in ends}


FORMATS: dict[str, list[str]] = {}
for _form in (day + hour for day, hour in product(_DAYS, _HOURS)):
    for _one in _shapes(_form):
        FORMATS.setdefault(_one, []).append(_form)
_POINT = re.compile(r"[-+]?\d+(\.\d+)?")
_COMMA = re.compile(r"[-+]?\d+,\d+")
_GROUPED = re.compile(r"[-+]?\d{1,3}([.,' ])\d{3}(\1\d{3})*([.,]\d+)?")


@dataclass(slots=True)
class Profile:
    """A column of the rows that were looked at. formats: those by which every one of its texts is a time."""

    heading: str
    at: int
    filled: int = 0
    words: Counter[str] = field(default_factory=Counter)
    many: bool = False
    dates: int = 0
    spans: int = 0
    point: int = 0
    comma: int = 0
    grouped: int = 0
    whole: int = 0
    negative: int = 0
    most: float = 0
    formats: list[str] | None = None
    unread: int = 0
    firsts: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)

    def add(self, cell: Cell) -> None:
        """Look at one more cell."""
        if isinstance(cell, Broken) or cell == "":
            return
        self.filled += 1
        if isinstance(cell, datetime):
            self.dates += 1
            return
        if isinstance(cell, timedelta | wall_time):
            self.spans += 1
            return
        text = str(cell).strip()
        new = text not in self.words
        if not new or len(self.words) < MOST_WORDS:
            self.words[text] += 1
        else:
            self.many = True
        self._number(text)
        if new and self.formats != []:
            self._time(text)

    def _number(self, text: str) -> None:
        if _POINT.fullmatch(text):
            self.point += 1
            number = float(text)
            self.whole += number == int(number)
            self.negative += number < 0
            self.most = max(self.most, number)
        elif _COMMA.fullmatch(text):
            self.comma += 1
            self.most = max(self.most, float(text.replace(",", ".")))
        elif _GROUPED.fullmatch(text):
            self.grouped += 1

    def _time(self, text: str) -> None:
        formats = FORMATS.get(_shape(text), []) if self.formats is None else self.formats
        read = {form: moment for form in formats if (moment := _parsed(text, form)) is not None}
        if not read:  # one odd cell among times is a fault of its row, not of the column
            self.unread += 1
            if self.unread > 5 + len(self.words) // 20:
                self.formats = []
            return
        self.formats = list(read)
        for form, moment in read.items():
            first, last = self.firsts.get(form, (moment, moment))
            self.firsts[form] = (min(first, moment), max(last, moment))

    @property
    def is_time(self) -> bool:
        """Whether nearly everything in it is a time."""
        return self.filled > 0 and (self.dates > 0.9 * self.filled or (bool(self.formats) and not self.is_number))

    @property
    def is_number(self) -> bool:
        """Whether nearly everything in it is a number."""
        return self.filled > 0 and self.point + self.comma + self.grouped > 0.9 * self.filled

    @property
    def is_count(self) -> bool:
        """Whether nearly everything in it is a whole number that is not negative."""
        return self.is_number and self.whole - self.negative > 0.9 * self.filled

    @property
    def is_length(self) -> bool:
        """Whether it can be how long something took."""
        return self.spans > 0.9 * self.filled > 0 or (self.is_number and self.negative < 0.1 * self.filled)

    @property
    def is_words(self) -> bool:
        """Whether it holds texts."""
        return self.filled > 0 and not self.is_number and not self.is_time and not self.spans


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=None)  # noqa: DTZ007 - only its order matters here
    except ValueError:
        return None


def profiles(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> list[Profile]:
    """A profile for each column of `heading`."""
    columns = [Profile(name, at) for at, name in enumerate(heading)]
    for cells in rows:
        for column, cell in zip(columns, cells, strict=False):
            column.add(cell)
    return columns
