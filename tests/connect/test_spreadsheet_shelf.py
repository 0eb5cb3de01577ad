"""What an import is judged by and what it leaves beside the log."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dengta.connect.spreadsheet_mapping import read_mapping
from dengta.connect.spreadsheet_shelf import keep_mapping, plant_of, source_names
from dengta.core.reason import Refusal
from dengta.site.bookshelf import Bookshelf
from dengta.site.home import Home

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "imports"
SAMPLE = read_mapping(EXAMPLES / "sample-shop.toml")


def test_the_book_on_the_shelf_goes_before_the_mappings(tmp_path: Path) -> None:
    """A site that has a plant book keeps it; the import does not replace it."""
    folder = Home.at(tmp_path).site("sample")
    first = plant_of(SAMPLE, folder)
    assert first.text is not None
    Bookshelf(folder.books).add(first.text, 1)
    again = plant_of(replace(SAMPLE, plant=None), folder)
    assert (again.text, again.book.hash) == (None, first.book.hash)
    assert "inspection" in again.machines


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"plant": None}, "import.no_plant"),
        ({"plant": EXAMPLES / "none.toml"}, "import.plant_absent"),
        ({"site": "elsewhere"}, "import.site_differs"),
        ({"machines": {"x": "lathe-9", "y": "lathe-8"}}, "import.alias_unknown"),
    ],
)
def test_without_a_fitting_plant_book_nothing_is_imported(tmp_path: Path, change: dict[str, object], code: str) -> None:
    """Each with its reason; every wrong alias at once."""
    mapping = replace(SAMPLE, **change)  # type: ignore[arg-type]
    with pytest.raises(Refusal) as caught:
        plant_of(mapping, Home.at(tmp_path).site(mapping.site))
    assert {reason.code for reason in caught.value.reasons} == {code}
    assert len(caught.value.reasons) == (2 if "machines" in change else 1)


def test_mappings_are_kept_once_and_name_machines(tmp_path: Path) -> None:
    """The last mapping's names win; an earlier one's stay for machines it alone knows."""
    folder = Home.at(tmp_path).site("sample")
    assert source_names(folder) == {}
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text('[machines]\n"Lathe A" = "lathe-1"\n"Mill" = "mill-1"\n')
    new.write_text('[machines]\n"Lathe B" = "lathe-1"\n"Lathe B (old)" = "lathe-1"\n')
    for at, file in enumerate((old, new, old)):
        keep_mapping(folder, file.read_bytes(), at)
    assert len(list((folder.path / "imports").iterdir())) == 2
    assert source_names(folder) == {"lathe-1": "Lathe B", "mill-1": "Mill"}
