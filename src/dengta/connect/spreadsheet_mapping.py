"""The mapping file: how to read one kind of spreadsheet export as operation reports (`docs/guides/import.md`)."""

from __future__ import annotations

import codecs
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.core.vocabulary import ACTIVITY_ELEMENT

STYLES: dict[str, tuple[str, ...]] = {"end+minutes": ("end", "minutes"), "start+end": ("start", "end")}
"""Report style -> the roles that say when: completion and length, or both ends."""
REQUIRED = ("machine", "activity")
OPTIONAL = ("order", "operation", "person", "reason", "item", "good", "scrap", "withheld", "rework")
WITHHELD = "review-board"
"""Reason of the SCRAP event that stands for pieces withheld until somebody decides."""
_SECTIONS = ("file", "time", "columns", "activity", "reasons", "unknown", "machines")


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
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise Refusal(Reason("import.mapping_absent", (str(path),))) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise Refusal(Reason("import.mapping_not_toml", (path.name,), {"fault": str(fault)})) from None
    return _Document(path, document).mapping()


class _Document:
    """Reads one mapping document and collects what is wrong with it."""

    def __init__(self, path: Path, document: dict[str, Any]) -> None:
        self._path, self._document = path, document
        self._faults: list[Reason] = []

    def mapping(self) -> ReportMapping:
        """The mapping, or Refusal with all faults."""
        unknown = self._document.keys() - {"site", "producer", "plant", *_SECTIONS}
        for key in sorted(unknown):
            self._fault("mapping_key_unknown", key)
        file, time = self._section("file"), self._section("time")
        style = self._text(time, "time", "style", "end+minutes")
        if style not in STYLES:
            self._fault("mapping_style", "time.style", value=style, allowed=", ".join(STYLES))
        plant = self._document.get("plant")
        read = ReportMapping(
            site=self._text(self._document, "", "site"),
            producer=self._text(self._document, "", "producer"),
            plant=(self._path.parent / plant).resolve() if isinstance(plant, str) else None,
            delimiter=self._delimiter(file),
            encoding=self._encoding(file),
            zone=self._zone(time),
            time_format=self._text(time, "time", "format"),
            style=style,
            columns=self._columns(style),
            activity=self._activity(),
            reasons=self._words("reasons"),
            nobody=frozenset(self._section("unknown").get("person", [])),
            machines=self._words("machines"),
        )
        refuse_if(self._faults)
        return read

    def _fault(self, code: str, *place: str, **params: str) -> None:
        self._faults.append(Reason(f"import.{code}", (self._path.name, *place), params))

    def _section(self, name: str) -> dict[str, Any]:
        section = self._document.get(name, {})
        if isinstance(section, dict):
            return section
        self._fault("mapping_not_table", name)
        return {}

    def _text(self, section: dict[str, Any], name: str, key: str, default: str | None = None) -> str:
        value = section.get(key, default)
        if not isinstance(value, str) or not value:
            self._fault("mapping_text_missing", f"{name}.{key}" if name else key)
            return ""
        return value

    def _words(self, name: str) -> dict[str, str]:
        words = self._section(name)
        for key, value in words.items():
            if not isinstance(value, str):
                self._fault("mapping_text_missing", f"{name}.{key}")
        return {str(key).strip(): str(value) for key, value in words.items()}

    def _delimiter(self, file: dict[str, Any]) -> str:
        delimiter = self._text(file, "file", "delimiter", ",")
        if len(delimiter) > 1:
            self._fault("mapping_delimiter", "file.delimiter", value=delimiter)
        return delimiter

    def _encoding(self, file: dict[str, Any]) -> str:
        encoding = self._text(file, "file", "encoding", "utf-8")
        try:
            name = codecs.lookup(encoding).name
            b"".decode(name)  # some codecs are not of texts
        except LookupError:
            self._fault("mapping_encoding", "file.encoding", value=encoding)
            return encoding
        return "utf-8-sig" if name == "utf-8" else name

    def _zone(self, time: dict[str, Any]) -> ZoneInfo:
        name = self._text(time, "time", "zone")
        try:
            return ZoneInfo(name or "UTC")
        except (KeyError, ValueError, OSError):
            self._fault("mapping_zone", "time.zone", value=name)
            return ZoneInfo("UTC")

    def _columns(self, style: str) -> dict[str, str]:
        given = self._section("columns")
        when = STYLES.get(style, ())
        known = {*REQUIRED, *OPTIONAL, *when}
        for role in sorted(given.keys() - known):
            self._fault("mapping_role_unknown", f"columns.{role}", allowed=", ".join(sorted(known)))
        for role in (*REQUIRED, *when):
            self._text(given, "columns", role)
        return {role: given[role] for role in sorted(known) if isinstance(given.get(role), str) and given[role]}

    def _activity(self) -> dict[str, str]:
        words = self._words("activity")
        if not words:
            self._fault("mapping_text_missing", "activity")
        for word, activity in words.items():
            if activity not in ACTIVITY_ELEMENT:
                allowed = ", ".join(ACTIVITY_ELEMENT)
                self._fault("mapping_activity", f"activity.{word}", value=activity, allowed=allowed)
        return words
