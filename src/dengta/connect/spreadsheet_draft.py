"""A first mapping for a file nobody has described: every guess with what was seen, how sure, what else it could be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from dengta.connect.spreadsheet_layout import FoundLayout, Guess, find_layout
from dengta.connect.spreadsheet_mapping import QUANTITIES, STATES, Layout
from dengta.connect.spreadsheet_profile import Profile, profiles
from dengta.connect.spreadsheet_roles import assign
from dengta.connect.spreadsheet_table import is_workbook, open_sheet
from dengta.core.reason import Reason, Refusal
from dengta.core.vocabulary import ACTIVITY_ELEMENT, STATE_ELEMENT

ROWS = 50_000
"""Rows that are looked at."""
_KINDS = {
    "run": r"run|work|prod|process|machining|加工|生产|运行|laufen|fertig",
    "setup": r"set.?up|^s$|change|adjust|prepar|调机|换型|调试|准备|换模|rüst",
    "breakdown": r"break|^b$|fault|down|fail|repair|故障|维修|停机|störung",
}
_STATES = {
    "running": r"run|work|prod|auto|加工|运行|生产",
    "setup": r"set.?up|change|调机|换型|调试|准备",
    "down": r"down|fault|alarm|break|error|故障|报警|停机",
    "idle": r"idle|free|ready|空闲|待机|空转",
    "waiting": r"wait|等待|待料",
    "maintenance": r"maint|service|保养|维护",
    "break": r"break time|lunch|休息",
    "off": r"^off|power ?off|关机|断电",
}
NOBODY = frozenset({"?", "-", "--", "other", "n/a", "na", "none", "unknown", "无", "不详", "其他", "未知"})
NOTHING = NOBODY | {"missing", "nan", "null"}


@dataclass(frozen=True, slots=True)
class Draft:
    """What was found out of a file: guesses by the mapping's tables. `unused`: columns without a role."""

    file: Path
    found: FoundLayout
    style: Guess
    columns: Mapping[str, Guess]
    time_format: Guess
    decimal: Guess
    activity: Mapping[str, Guess] = field(default_factory=dict)
    states: Mapping[str, Guess] = field(default_factory=dict)
    machines: Mapping[str, Guess] = field(default_factory=dict)
    nobody: tuple[str, ...] = ()
    nothing: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    rows: int = 0
    whole: bool = True

    @property
    def unused(self) -> tuple[str, ...]:
        """Columns nobody reads."""
        used = {guess.value for guess in self.columns.values()}
        return tuple(heading for heading in self.headings if heading and heading not in used)


def suggest(file: Path, machines: Mapping[str, str] | None = None, layout: Layout | None = None) -> Draft:
    """Look at `file`. machines: what the plant book calls its machines (any name -> id), where there is a book.
    layout: where the table is, if somebody knows better.

    Raises Refusal where the file holds no table.
    """
    names = machines or {}
    found = find_layout(file) if layout is None else FoundLayout(layout, {}, is_workbook(file))
    with open_sheet(file, found.layout) as sheet:
        heading = sheet.heading(found.layout.heading_row)
        rows = [cells for _, cells in islice(sheet.rows, ROWS + 1) if any(cell != "" for cell in cells)]
    columns = profiles(heading, rows[:ROWS])
    if not rows:
        raise Refusal(Reason("import.no_rows", (file.name,)))
    roles = assign(columns, frozenset(names))
    by_role = {role: next(c for c in columns if c.heading == guess.value) for role, guess in roles.items()}
    style = _style(roles)
    return Draft(
        file,
        found,
        style,
        _fitting(roles, style.value),
        _time_format([by_role[role] for role in ("start", "end", "at") if role in by_role]),
        _decimal(columns),
        _activities(by_role, rows) if style.value not in (QUANTITIES, STATES) else {},
        {word: _word(word, _STATES, tuple(STATE_ELEMENT)) for word in by_role["state"].words}
        if "state" in by_role
        else {},
        _machines(by_role.get("machine"), names),
        _among(by_role.get("person"), NOBODY),
        _among(by_role.get("reason"), NOTHING),
        tuple(heading),
        min(len(rows), ROWS),
        len(rows) <= ROWS,
    )


def _fitting(roles: Mapping[str, Guess], style: str) -> dict[str, Guess]:
    """The roles the style has; of three times, two are enough."""
    drop = {"end+minutes": {"start", "at", "state"}, "start+end": {"minutes", "at", "state"}}.get(
        style, {"at", "state"}
    )
    if style == QUANTITIES:
        drop = {"start", "end", "minutes", "activity", "state"}
    if style == STATES:
        drop = {"start", "end", "minutes", "activity", "good", "scrap", "withheld", "rework", "item"}
    return {role: guess for role, guess in roles.items() if role not in drop}


def _style(roles: Mapping[str, Guess]) -> Guess:
    has = roles.keys()
    if {"start", "end"} <= has:
        return Guess(
            "start+end", "seen", Reason("import.seen_style_ends"), ("end+minutes",) if "minutes" in has else ()
        )
    if {"end", "minutes"} <= has:
        return Guess("end+minutes", "likely", Reason("import.seen_style_minutes"), ("start+minutes",))
    if {"start", "minutes"} <= has:
        return Guess("start+minutes", "likely", Reason("import.seen_style_minutes"), ("end+minutes",))
    if {"at", "state"} <= has:
        return Guess(STATES, "likely", Reason("import.seen_style_states"), ())
    if {"at", "good"} <= has:
        return Guess(QUANTITIES, "likely", Reason("import.seen_style_quantities"), ())
    return Guess("end+minutes", "unknown", Reason("import.seen_style_none"), ("start+end", QUANTITIES, STATES))


def _time_format(columns: Sequence[Profile]) -> Guess:
    """The form that every time column has in common; day before month only where a day above 12 proves it."""
    if columns and all(column.dates > 0.9 * column.filled for column in columns):
        return Guess("", "seen", Reason("import.seen_dates", params={"cells": sum(c.dates for c in columns)}))
    forms = [form for column in columns[:1] for form in column.formats or ()]
    forms = [form for form in forms if all(form in (column.formats or ()) for column in columns)]
    if not forms:
        return Guess("", "unknown", Reason("import.seen_no_format"))
    example = next(iter(columns[0].words))
    if len(forms) == 1:
        return Guess(forms[0], "seen", Reason("import.seen_format", params={"example": example}))

    def span(form: str) -> float:
        ends = [column.firsts[form] for column in columns]
        return (max(last for _, last in ends) - min(first for first, _ in ends)).total_seconds()

    best = min(forms, key=lambda form: (span(form), forms.index(form)))
    others = tuple(form for form in forms if form != best)
    return Guess(best, "guess", Reason("import.seen_formats", params={"example": example}), others)


def _decimal(columns: Sequence[Profile]) -> Guess:
    comma, point = sum(c.comma for c in columns), sum(c.point - c.whole for c in columns)
    if comma > point:
        return Guess(",", "likely", Reason("import.seen_decimal", params={"cells": comma}), (".",))
    return Guess(".", "likely" if point else "guess", Reason("import.seen_decimal", params={"cells": point}), (",",))


def _activities(by_role: Mapping[str, Profile], rows: Sequence[Sequence[object]]) -> dict[str, Guess]:
    """run, setup or breakdown for each word: by the word, else by the pieces that are reported with it."""
    column, good = by_role.get("activity"), by_role.get("good")
    if column is None:
        return {}
    guesses = {word: _word(word, _KINDS, tuple(ACTIVITY_ELEMENT)) for word, _ in column.words.most_common(50)}
    unclear = [word for word, guess in guesses.items() if guess.sure == "unknown"]
    if good is None or not unclear or any(guess.value == "run" for guess in guesses.values()):
        return guesses
    with_pieces = dict.fromkeys(guesses, 0)
    for cells in rows:
        if max(column.at, good.at) < len(cells) and str(cells[good.at]).strip() not in ("", "0", "0.0"):
            word = str(cells[column.at]).strip()
            with_pieces[word] = with_pieces.get(word, 0) + 1
    best = max(unclear, key=lambda word: with_pieces[word])
    share = with_pieces[best] / max(sum(with_pieces.values()), 1)
    if share > 0.6:
        seen = Reason("import.seen_pieces", params={"share": round(100 * share)})
        guesses[best] = Guess("run", "likely", seen, ("setup", "breakdown"))
    return guesses


def _word(word: str, patterns: Mapping[str, str], others: tuple[str, ...]) -> Guess:
    for meaning, pattern in patterns.items():
        if re.search(pattern, word, re.IGNORECASE):
            rest = tuple(other for other in others if other != meaning)[:3]
            return Guess(meaning, "likely" if len(word) > 1 else "guess", Reason("import.seen_word"), rest)
    return Guess("", "unknown", Reason("import.seen_word_unknown", params={"others": ", ".join(others)}))


def _machines(column: Profile | None, names: Mapping[str, str]) -> dict[str, Guess]:
    """A machine of the book for each name of the file: the same name, else the same number and words."""
    if column is None:
        return {}
    plain = {_plain(name): machine for name, machine in names.items()}
    guesses: dict[str, Guess] = {}
    for word, times in column.words.most_common():
        seen = Reason("import.seen_rows", params={"rows": times})
        if word in names.values():
            continue
        if _plain(word) in plain:
            guesses[word] = Guess(plain[_plain(word)], "likely", seen)
        else:
            guesses[word] = Guess("", "unknown", seen)
    return guesses


def _plain(name: str) -> str:
    """A name without signs, its words in order: ``Wire Cut - Machine 13`` is ``Machine 13: wire cut``."""
    return " ".join(sorted(re.findall(r"[a-z]+|\d+|[\u4e00-\u9fff]+", name.lower())))


def _among(column: Profile | None, known: frozenset[str]) -> tuple[str, ...]:
    return () if column is None else tuple(word for word in column.words if word.lower() in known)
