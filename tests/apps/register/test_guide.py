"""The guides name the columns that lists have, and their example is a list."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dengta import programmes
from dengta.apps.register.lists_read import LISTS, read
from dengta.engines.register import FIRMS, city_of, sample

GUIDES = Path(__file__).parents[3] / "docs" / "guides"
DATA = city_of(*programmes.city("zhongshan"), "zhongshan")
CHINESE = {"register.md": False, "register.zh.md": True}


@pytest.mark.parametrize("name", CHINESE)
def test_the_guide_names_every_column_of_every_list(name: str) -> None:
    text = (GUIDES / name).read_text("utf-8")
    for kind, what in LISTS.items():
        line = [line for line in text.splitlines() if re.match(rf"\| (\S+ )?{kind} \|", line)][-1]
        for column in what.columns.values():
            heading = next((one for one in column.headings if not one.isascii()), "") if CHINESE[name] else ""
            heading = heading or column.headings[0]
            assert heading in line
            assert column.needed or re.search(rf"[(（]{re.escape(heading)}[)）]", line), heading


@pytest.mark.parametrize("name", CHINESE)
def test_the_guides_example_is_a_list_of_firms_of_the_sample(name: str, tmp_path: Path) -> None:
    found = re.search(r"```csv\n(.*?)```", (GUIDES / name).read_text("utf-8"), re.S)
    assert found is not None
    file = tmp_path / "list.csv"
    file.write_text(found.group(1), "utf-8")
    lines = read(file, "list.csv", "accepted", DATA, 800_000)
    points = [*(one.point for one in DATA.published), *DATA.assumed]
    codes = set(sample(points, DATA.towns, FIRMS, seed=1).register.codes)
    assert [line.values["level"] for line in lines] == [3, 2]
    assert {line.values["code"] for line in lines} <= codes
