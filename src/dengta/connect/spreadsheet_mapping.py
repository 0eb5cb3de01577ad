"""The mapping file: how to read one kind of spreadsheet export as operation reports (`docs/guides/import.md`)."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from dengta.core.reason import Reason, Refusal
from dengta.core.toml_reading import Table, decode
from dengta.core.vocabulary import ACTIVITY_ELEMENT

STYLES: dict[str, tuple[str, ...]] = {"end+minutes": ("end", "minutes"), "start+end": ("start", "end")}
"""Report style -> the roles that say when: completion and length, or both ends."""
USUAL_STYLE = "end+minutes"
REQUIRED = ("machine", "activity")
OPTIONAL = ("order", "operation", "person", "reason", "item", "good", "scrap", "withheld", "rework")
WITHHELD = "review-board"
"""Reason of the SCRAP event that stands for pieces withheld until somebody decides."""


@dataclass(frozen=True, slots=True)
class ReportMapping:
    """How to read one kind of file.

    columns: role -> heading, only roles that are there. activity: word in the file -> run, setup or breakdown.
    reasons: word in the `reason` column -> reason (a word not listed stays as it is; ``""`` means none).
    nobody: words of the person column that name no person. machines: name in the source -> machine id.
    """

    site: str
    producer: str
    plant: Path | None
    delimiter: str
    encoding: str
    zone: ZoneInfo
    time_format: str
    style: str
    columns: Mapping[str, str]
    activity: Mapping[str, str]
    reasons: Mapping[str, str]
    nobody: frozenset[str]
    machines: Mapping[str, str]


def read_mapping(path: Path) -> ReportMapping:
    """The mapping in the TOML file at `path`. Raises Refusal with every fault of it."""
    if not path.is_file():
        raise Refusal(Reason("import.mapping_absent", (str(path),)))
    top = Table.of(decode(path.read_bytes(), path.name), path.name)
    mapping = _mapping(top, path.parent)
    top.finish()
    return mapping


def _mapping(top: Table, folder: Path) -> ReportMapping:
    file, time = top.table("file", needed=False), top.table("time")
    style = time.one_of("style", STYLES, needed=False) or USUAL_STYLE
    reasons, machines = top.table("reasons", needed=False), top.table("machines", needed=False)
    plant = top.text("plant", needed=False)
    return ReportMapping(
        site=top.text("site"),
        producer=top.text("producer"),
        plant=(folder / plant).resolve() if plant else None,
        delimiter=_delimiter(file),
        encoding=_encoding(file),
        zone=time.zone("zone"),
        time_format=time.text("format"),
        style=style,
        columns=_columns(top.table("columns"), STYLES[style]),
        activity=_activity(top.table("activity")),
        reasons={word.strip(): reasons.text(word, empty=True) for word in reasons},
        nobody=frozenset(top.table("unknown", needed=False).texts("person", needed=False)),
        machines={name.strip(): machines.text(name) for name in machines},
    )


def _delimiter(file: Table) -> str:
    delimiter = file.text("delimiter", empty=True) if file.has("delimiter") else ","  # a tab is one too
    if len(delimiter) != 1:
        file.fault("import.mapping_delimiter", "delimiter", value=delimiter)
    return delimiter


def _encoding(file: Table) -> str:
    encoding = file.text("encoding", needed=False) or "utf-8"
    try:
        name = codecs.lookup(encoding).name
        b"".decode(name)  # some codecs are not of texts
    except (LookupError, ValueError):  # a name with a NUL in it is a ValueError
        file.fault("import.mapping_encoding", "encoding", value=encoding)
        return encoding
    return "utf-8-sig" if name == "utf-8" else name


def _columns(table: Table, when: tuple[str, ...]) -> dict[str, str]:
    needed = {*REQUIRED, *when}
    headings = {role: table.text(role, needed=role in needed) for role in sorted({*needed, *OPTIONAL})}
    return {role: heading for role, heading in headings.items() if heading}


def _activity(table: Table) -> dict[str, str]:
    if not table.data:
        table.fault("toml.empty")
    return {word.strip(): table.one_of(word, ACTIVITY_ELEMENT) for word in table}
