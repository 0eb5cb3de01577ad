"""How a file is to be read, as the fields of a form: out of a draft, out of a mapping, out of what somebody sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.http import QueryDict

from dengta.connect.spreadsheet_draft import Draft
from dengta.connect.spreadsheet_draft_text import is_second_source
from dengta.connect.spreadsheet_mapping import (
    CONTEXT,
    EVERY,
    OPERATIONS,
    PIECES,
    QUANTITIES,
    REJECT,
    STATES,
    STYLES,
    Layout,
    ReportMapping,
)
from dengta.core.time import MINUTE

ROLES = ("machine", "start", "end", "minutes", "at", "activity", "state", *CONTEXT, *PIECES)
PLAIN = ("producer", "zone", "format", "style", "unit", "decimal", "thousands", "nobody", "tolerance", "every")
LAYOUT = ("delimiter", "encoding", "sheet", "heading_row")
TAB = "\t"


@dataclass(frozen=True, slots=True)
class Choices:
    """The fields. columns: heading -> role. activity, states, machines: word -> what it means, ``""`` nothing."""

    site: str
    producer: str
    layout: Layout
    zone: str = ""
    format: str = ""
    style: str = "end+minutes"
    unit: str = "min"
    decimal: str = "."
    thousands: str = ""
    tolerance: str = "1"
    every: str = "run"
    nobody: str = ""
    only: bool = False
    zero_rejected: bool = False
    unknown_machine: str = REJECT
    columns: Mapping[str, str] = field(default_factory=dict)
    activity: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    machines: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_draft(cls, draft: Draft, site: str, name: str, zone: str) -> Choices:
        """What the draft proposes for the file that people call `name`."""
        return cls(
            site,
            f"import:{Path(name).stem}"[:100],
            draft.found.layout,
            zone,
            draft.time_format.value,
            draft.style.value,
            decimal=draft.decimal.value,
            nobody=", ".join(draft.nobody),
            only=is_second_source(draft),
            columns={guess.value: role for role, guess in draft.columns.items()},
            activity={word: guess.value for word, guess in draft.activity.items()},
            states={word: guess.value for word, guess in draft.states.items()},
            machines={name: guess.value for name, guess in draft.machines.items()},
            reasons=dict.fromkeys(draft.nothing, ""),
        )

    def with_mapping(self, mapping: ReportMapping) -> Choices:
        """The same file read as `mapping` says; words it does not list keep what was proposed."""
        return replace(
            self,
            producer=mapping.producer,
            layout=mapping.layout,
            zone=mapping.zone.key,
            format=mapping.time_format,
            style=mapping.style,
            unit=next(unit for unit, length in _UNITS.items() if length == mapping.unit),
            decimal=mapping.decimal,
            thousands=mapping.thousands,
            tolerance=f"{mapping.tolerance / MINUTE:g}",
            every=mapping.activity.get(EVERY, "run"),
            nobody=", ".join(sorted(mapping.nobody)),
            only=mapping.twins_only,
            zero_rejected=mapping.rules.zero_duration == REJECT,
            unknown_machine=mapping.rules.unknown_machine,
            columns={heading: role for role, heading in mapping.columns.items()},
            activity={**dict.fromkeys(self.activity, ""), **{w: m for w, m in mapping.activity.items() if w != EVERY}},
            states={**dict.fromkeys(self.states, ""), **mapping.states},
            machines={**dict.fromkeys(self.machines, ""), **mapping.machines},
            reasons=dict(mapping.reasons),
        )

    @classmethod
    def of_post(cls, sent: QueryDict, site: str) -> Choices:
        """What somebody sent. Nonsense is told by the mapping that it becomes."""
        row = sent.get("heading_row", "1")
        layout = Layout(
            TAB if sent.get("delimiter") == "tab" else sent.get("delimiter", ","),
            sent.get("encoding", "utf-8"),
            sent.get("sheet", ""),
            int(row) if row.isdecimal() and len(row) < 6 and int(row) else 1,
        )
        plain: dict[str, Any] = {name: sent.get(name, "").strip() for name in PLAIN}
        return cls(
            site=site,
            layout=layout,
            only=sent.get("only") == "on",
            zero_rejected=sent.get("zero_rejected") == "on",
            unknown_machine=sent.get("unknown_machine") or REJECT,
            columns=_group(sent, "role"),
            activity=_group(sent, "activity"),
            states=_group(sent, "states"),
            machines=_group(sent, "machines"),
            reasons=_group(sent, "reasons"),
            **plain,
        )

    def toml(self) -> str:
        """The mapping, as `dengta import --mapping` reads it."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield f"site = {_quoted(self.site)}"
        yield f"producer = {_quoted(self.producer)}"
        yield from ("", "[file]", f"heading_row = {self.layout.heading_row}")
        told = {"sheet": self.layout.sheet} if self.layout.sheet else {}
        encoding = self.layout.encoding.replace("utf-8-sig", "utf-8")
        told |= {"delimiter": self.layout.delimiter, "encoding": encoding, "decimal": self.decimal}
        yield from (f"{key} = {_quoted(value)}" for key, value in told.items())
        if self.thousands:
            yield f"thousands = {_quoted(self.thousands)}"
        yield from ("", "[time]")
        for key, value in (("zone", self.zone), ("format", self.format), ("style", self.style), ("unit", self.unit)):
            yield f"{key} = {_quoted(value)}"
        yield from ("", "[columns]")
        yield from (f"{role} = {_quoted(heading)}" for heading, role in self.columns.items() if self._reads(role))
        yield from self._tables()

    def _reads(self, role: str) -> bool:
        """Whether rows of this style have the role: a column that was right for another style is left out."""
        if not role or role not in ROLES:
            return bool(role)
        needed = STYLES.get(self.style, ())
        if role in ("start", "end", "minutes", "at", "state"):
            return role in needed
        if role == "activity":
            return self.style in OPERATIONS
        return role not in PIECES or self.style != STATES

    def _tables(self) -> Iterator[str]:
        if self.style in OPERATIONS:
            yield from ("", "[twins]", f"only = {str(self.only).lower()}", f"tolerance_min = {_number(self.tolerance)}")
            yield from ("", "[rules]", f'zero_duration = "{"reject" if self.zero_rejected else "keep"}"')
        else:
            yield from ("", "[rules]")
        yield f"unknown_machine = {_quoted(self.unknown_machine)}"
        words = {"states": self.states} if self.style == STATES else {}
        if self.style not in (STATES, QUANTITIES) and not (self.only and "activity" not in self.columns.values()):
            words = {"activity": self.activity if "activity" in self.columns.values() else {EVERY: self.every}}
        for table, meanings in {**words, "machines": self.machines}.items():
            yield from ("", f"[{table}]")
            yield from (f"{_quoted(word)} = {_quoted(meaning)}" for word, meaning in meanings.items() if meaning)
        if "reason" in self.columns.values():
            yield from ("", "[reasons]", *(f"{_quoted(word)} = {_quoted(to)}" for word, to in self.reasons.items()))
        nobody = [word.strip() for word in self.nobody.split(",") if word.strip()]
        if nobody:
            yield from ("", "[unknown]", f"person = [{', '.join(_quoted(word) for word in dict.fromkeys(nobody))}]")


_UNITS = {"s": MINUTE // 60, "min": MINUTE, "h": 60 * MINUTE}


def _group(sent: QueryDict, name: str) -> dict[str, str]:
    """The fields ``name:word`` of a form, by word."""
    start = f"{name}:"
    return {key.removeprefix(start): str(sent[key]) for key in sent if key.startswith(start)}


def _number(text: str) -> str:
    return (
        text if text.replace(".", "", 1).isdecimal() and text.isascii() and text[0] != "." and text[-1] != "." else "-1"
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
