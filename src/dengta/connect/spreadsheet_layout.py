"""Where the table is in a file nobody has described yet: kind, encoding, delimiter, sheet, heading row."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal

from dengta.connect import spreadsheet_workbook
from dengta.connect.spreadsheet_mapping import Layout
from dengta.connect.spreadsheet_table import LONGEST_CELL, Broken, Cell, is_workbook, open_sheet, refuse_binary
from dengta.core.reason import Reason, Refusal

Sure = Literal["seen", "likely", "guess", "unknown"]
"""How sure a guess is: nothing else fits, much speaks for it, something does, nobody can know from the file."""
LOOKED_AT = 4 << 20
"""Bytes from the beginning of a text file that are looked at for its encoding and delimiter."""
HEAD_ROWS = 40
DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Guess:
    """One thing that was found out: its value, how sure, what was seen, what else it could be."""

    value: str
    sure: Sure
    seen: Reason
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundLayout:
    """The layout, and why, by the mapping's key."""

    layout: Layout
    guesses: dict[str, Guess] = field(default_factory=dict)
    workbook: bool = False


def find_layout(file: Path) -> FoundLayout:
    """The layout of `file`. Refusal where it holds no table."""
    if file.stat().st_size == 0:
        raise Refusal(Reason("import.file_empty", (file.name,)))
    return _of_workbook(file) if is_workbook(file) else _of_text(file)


def _of_text(file: Path) -> FoundLayout:
    with file.open("rb") as data:
        head = data.read(LOOKED_AT)
    encoding = _encoding(head, whole=len(head) == file.stat().st_size)
    codec = {"utf-8": "utf-8-sig"}.get(encoding.value, encoding.value)
    refuse_binary(file, codec)
    text = codecs.getincrementaldecoder(codec)(errors="replace").decode(head)
    delimiter = _delimiter(text)
    rows = _parsed(text, delimiter.value)[:HEAD_ROWS]
    heading = _heading(rows, (file.name,))
    guesses = {"delimiter": delimiter, "encoding": encoding, "heading_row": heading}
    return FoundLayout(Layout(delimiter.value, codec, "", int(heading.value)), guesses)


def _of_workbook(file: Path) -> FoundLayout:
    found: dict[str, tuple[int, list[Sequence[Cell]]]] = {}
    for name in spreadsheet_workbook.sheets(file):
        with open_sheet(file, Layout(sheet=name)) as sheet:
            rows = [cells for _, cells in islice(sheet.rows, HEAD_ROWS)]
            filled = sum(1 for cells in rows if sum(map(_holds, cells)) > 1)
            found[name] = (filled, rows)
    best = max(found, key=lambda name: found[name][0], default="")
    if not best or not found[best][0]:
        raise Refusal(Reason("import.file_empty", (file.name, *found)))
    heading = _heading(found[best][1], (file.name, best))
    others = tuple(name for name in found if name != best)
    seen = Reason("import.seen_sheet", params={"sheets": len(found)})
    guesses = {
        "sheet": Guess(best, "likely" if others else "seen", seen, others),
        "heading_row": heading,
    }
    return FoundLayout(Layout(sheet=best, heading_row=int(heading.value)), guesses, workbook=True)


_GB_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
_GB_COMMON = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")


def _encoding(head: bytes, *, whole: bool) -> Guess:
    """The encoding by which the first bytes read without a fault, and read like words."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if head.startswith(mark):
            return Guess(name, "seen", Reason("import.seen_mark"))
    if head.isascii() and b"\0" not in head:
        return Guess("utf-8", "seen" if whole else "likely", Reason("import.seen_ascii"), ("gbk",))
    zeros = [head[half:4000:2].count(0) for half in (0, 1)]
    if max(zeros) > 200 and min(zeros) * 10 < max(zeros):
        return Guess("utf-16-be" if zeros[0] > zeros[1] else "utf-16-le", "likely", Reason("import.seen_zeros"))
    odd = sum(byte > 127 for byte in head)
    if _reads(head, "utf-8", whole=whole):
        return Guess("utf-8", "seen", Reason("import.seen_utf8", params={"bytes": odd}))
    common, pairs = len(_GB_COMMON.findall(head)), len(_GB_PAIR.findall(head))
    if _reads(head, "gb18030", whole=whole) and common >= 0.8 * pairs:
        return Guess("gb18030", "likely", Reason("import.seen_gbk", params={"words": common}), ("cp1252",))
    if common * 2 >= 0.8 * odd:  # most of it reads as Chinese: some other bytes were mixed in
        wrong = head.decode("gb18030", "replace").count("\ufffd")
        return Guess("gb18030", "guess", Reason("import.seen_mixed", params={"wrong": wrong}), ("utf-8",))
    wrong = head.decode("utf-8", "replace").count("\ufffd")
    if wrong * 4 < odd:  # most of it reads as UTF-8
        return Guess("utf-8", "guess", Reason("import.seen_mixed", params={"wrong": wrong}), ("gb18030", "cp1252"))
    return Guess("cp1252", "guess", Reason("import.seen_western", params={"bytes": odd}), ("gb18030", "latin-1"))


def _reads(head: bytes, codec: str, *, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(codec)().decode(head, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def _parsed(text: str, delimiter: str) -> list[list[str]]:
    """The first rows of `text`; fewer where a quote does not fit."""
    csv.field_size_limit(LONGEST_CELL)
    rows: list[list[str]] = []
    lines = text.splitlines(keepends=True)[:400]
    try:
        rows.extend(csv.reader(lines, delimiter=delimiter))
    except csv.Error as fault:
        rows.append([str(fault)])
    return rows


def _delimiter(text: str) -> Guess:
    """The sign by which most rows have the same number of cells, and more than one."""
    scores: list[tuple[float, int, str]] = []
    for sign in DELIMITERS:
        widths = Counter(len(row) for row in _parsed(text, sign) if row)
        width, rows = max(widths.items(), key=lambda one: (one[1], one[0]), default=(1, 0))
        if width > 1:
            scores.append((rows / max(sum(widths.values()), 1), width, sign))
    scores.sort(reverse=True)
    if not scores:
        return Guess(",", "unknown", Reason("import.seen_one_column"))
    share, width, sign = scores[0]
    others = tuple(other for score, _, other in scores[1:] if score > 0.9 * share)
    seen = Reason("import.seen_delimiter", params={"share": round(100 * share), "width": width})
    return Guess(sign, "guess" if others else "seen" if share > 0.95 else "likely", seen, others)


def _heading(rows: Sequence[Sequence[Cell]], place: tuple[str, ...]) -> Guess:
    """The first row that is as wide as the table and holds words only, none of them twice."""
    widths = Counter(filled for row in rows if (filled := sum(map(_holds, row))) > 1)
    if not widths:
        raise Refusal(Reason("import.file_empty", place))
    wide = max(width for width, times in widths.items() if times >= max(widths.values()) / 2)
    for number, row in enumerate(rows, 1):
        cells = [cell for cell in row if _holds(cell)]
        words = [cell for cell in cells if isinstance(cell, str) and not _NUMBER.fullmatch(cell.strip())]
        if len(cells) >= 0.7 * wide and len(words) >= 0.9 * len(cells):
            seen = Reason("import.seen_heading", params={"cells": len(cells), "before": number - 1})
            return Guess(str(number), "seen" if number == 1 else "likely", seen)
    return Guess("1", "unknown", Reason("import.seen_no_heading"))


_NUMBER = re.compile(r"[-+]?[\d.,:/ -]+")


def _holds(cell: Cell) -> bool:
    return not isinstance(cell, Broken) and str(cell).strip() != ""
