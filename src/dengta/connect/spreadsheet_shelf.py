"""What an import leaves on a site's shelf beside events: its plant book, once, and every mapping it was read by."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from dengta.connect.spreadsheet_mapping import ReportMapping, read_mapping
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.core.time import Micros
from dengta.core.toml_reading import decode
from dengta.engines.plantbook import PlantBook, parse
from dengta.site.bookshelf import Bookshelf
from dengta.site.home import SiteFolder

OF_FILES = "import:"
"""A stream so named is one of files; a plant book may name it for machines that are known by their reports alone."""


@dataclass(frozen=True, slots=True, eq=False)
class ImportPlant:
    """The plant book an import is judged by; `text` is what goes on the shelf, None where a book is there already."""

    book: PlantBook
    text: str | None

    @property
    def machines(self) -> frozenset[str]:
        """The machines a row may name."""
        return frozenset(self.book.machines)


def plant_of(mapping: ReportMapping, folder: SiteFolder) -> ImportPlant:
    """The site's last plant book, else the mapping's. Refusal: none, another site's, aliases of no machine,
    or a stream that a machine speaks on."""
    revisions = Bookshelf(folder.books).revisions()
    if revisions:
        plant = ImportPlant(revisions[-1].book, None)
    elif mapping.plant is None:
        raise Refusal(Reason("import.no_plant", params={"site": mapping.site}))
    elif not mapping.plant.is_file():
        raise Refusal(Reason("import.plant_absent", (str(mapping.plant),)))
    else:
        text = decode(mapping.plant.read_bytes(), mapping.plant.name)
        plant = ImportPlant(parse(text, mapping.plant.name), text)
    if plant.book.site != mapping.site:
        raise Refusal(Reason("import.site_differs", params={"book": plant.book.site, "mapping": mapping.site}))
    refuse_if(
        [
            *(
                Reason("import.alias_unknown", ("machines", alias), {"machine": machine})
                for alias, machine in mapping.machines.items()
                if machine not in plant.book.machines
            ),
            *(
                Reason("import.producer_taken", ("producer",), {"producer": mapping.producer, "machine": machine.id})
                for machine in plant.book.machines.values()
                if mapping.producer in machine.producers and not mapping.producer.startswith(OF_FILES)
            ),
        ]
    )
    return plant


def machine_names(book: PlantBook) -> dict[str, str]:
    """Whatever the book calls its machines -> their ids."""
    names: dict[str, str] = {}
    for machine in book.machines.values():
        for name in (machine.name["en"], machine.name["zh_Hans"], machine.id):
            names[name] = machine.id
    return names


def keep_mapping(folder: SiteFolder, data: bytes, at: Micros) -> None:
    """Keep the mapping `data` beside the log: whoever recomputes must know how the file was read. Once each."""
    short = hashlib.sha256(data).hexdigest()[:12]
    shelf = folder.path / "imports"
    if not any(shelf.glob(f"*-{short}.toml")):
        shelf.mkdir(parents=True, exist_ok=True)
        fresh = shelf / f".{short}.tmp"
        fresh.write_bytes(data)
        fresh.replace(shelf / f"{at:016d}-{short}.toml")


def kept_mappings(folder: SiteFolder) -> Iterator[ReportMapping]:
    """The mappings that files were imported by, the last one first; one that no longer loads is passed over, as what
    once was read by it need not be read again."""
    for file in sorted((folder.path / "imports").glob("*.toml"), reverse=True):
        try:
            yield read_mapping(file)
        except Refusal:
            continue


def source_names(folder: SiteFolder) -> dict[str, str]:
    """Machine id -> what the imported files call it, by the mappings kept; the last mapping wins."""
    names: dict[str, str] = {}
    for file in sorted((folder.path / "imports").glob("*.toml")):
        aliases = tomllib.loads(decode(file.read_bytes(), file.name)).get("machines", {})
        names |= {machine: alias for alias, machine in reversed(list(aliases.items()))}
    return names
