"""Every text of pages and Python that gettext translates, found the way Django finds it.

``python -m tests.web.msgids [web] [floor] ...`` adds the missing ones to the catalogues, untranslated.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

import dengta

SOURCE = Path(dengta.__file__).parent
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
HOMES = {
    "web": SOURCE / CATALOGUE,
    **{found.parent.name: found.parent / CATALOGUE for found in sorted((SOURCE / "web").glob("*/locale"))},
}
"""A room of the web that has a `locale` keeps its texts there."""
_WORDS = ["_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"]

_IDLE = ('"Project-Id', '"Report-', '"POT-', '"PO-Rev', '"Last-', '"Language-Team', '"Generated')


class Found(NamedTuple):
    """One text in the source: where, its context (or None), its singular and plural (or None)."""

    where: str
    context: str | None
    text: str
    plural: str | None


def found() -> Iterator[Found]:
    """Every translatable text of the product."""
    for file in sorted(SOURCE.rglob("*.html")):
        yield from _in(file, templatize(file.read_text("utf-8"), origin=str(file)))
    for room in ("web", "apps"):
        for file in sorted((SOURCE / room).rglob("*.py")):
            yield from _in(file, file.read_text("utf-8"))


def _in(file: Path, code: str) -> Iterator[Found]:
    place = str(file.relative_to(SOURCE))
    for line, function, texts, _ in extract_python(io.BytesIO(code.encode()), _WORDS, [], {}):
        parts = [texts] if isinstance(texts, str) else [t for t in texts or () if t is not None]
        where = f"{place}:{line}"
        if function.startswith("pgettext") and len(parts) == 2:
            yield Found(where, parts[0], parts[1], None)
        elif function.startswith("ngettext"):
            yield Found(where, None, parts[0], parts[1])
        elif parts and "pgettext" not in function:  # a call with a variable names no text
            yield Found(where, None, parts[0], None)


def home_of(where: str) -> Path:
    """The catalogue a text found at `where` belongs to."""
    room = where.split("/")[1] if where.startswith("web/") else ""
    return HOMES.get(room, HOMES["web"])


def read(path: Path) -> Catalog:
    """The catalogue at `path`; an empty one where there is none yet."""
    if not path.exists():
        return Catalog(locale="zh_Hans", project="dengta", charset="utf-8", fuzzy=False)
    with path.open("rb") as text:
        return read_po(text, locale="zh_Hans")


def write(path: Path, catalogue: Catalog) -> None:
    """Put `catalogue` at `path`; its header keeps what gettext needs and no dates: it changes with its texts only."""
    text = io.BytesIO()
    catalogue.header_comment = "# 灯塔 Dengta: 简体中文"
    write_po(text, catalogue, sort_output=True, width=120, no_location=True)
    lines = text.getvalue().decode().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(_IDLE)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(kept), "utf-8")


def main(rooms: list[str]) -> None:
    """Add what is missing to the catalogues of `rooms` ("web", "floor"), drop what nobody says any more."""
    for path in (HOMES[room] for room in rooms):
        old, new = read(path), Catalog(locale="zh_Hans", project="dengta", charset="utf-8", fuzzy=False)
        for one in found():
            if home_of(one.where) != path:
                continue
            known = old.get(one.text, one.context)
            ids = (one.text, one.plural) if one.plural else one.text
            new.add(ids, known.string if known else None, context=one.context)
        write(path, new)


if __name__ == "__main__":
    main(sys.argv[1:] or list(HOMES))
