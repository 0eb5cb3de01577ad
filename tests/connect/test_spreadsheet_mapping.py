"""A mapping file: every fault at once, each at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from dengta.connect.spreadsheet_mapping import read_mapping
from dengta.core.reason import Refusal
from dengta.words import LANGUAGES, say


def faults(path: Path) -> set[str]:
    """What is wrong with a mapping: each fault as place and code."""
    with pytest.raises(Refusal) as caught:
        read_mapping(path)
    assert all(say(reason, language) for reason in caught.value.reasons for language in LANGUAGES)
    return {" ".join((*reason.place, reason.code)) for reason in caught.value.reasons}


def test_every_fault_of_a_mapping_at_once(tmp_path: Path) -> None:
    """One reading, all reasons."""
    path = tmp_path / "m.toml"
    path.write_text(
        'site = "x"\nplant = 7\nsurprise = 1\n[file]\ndelimiter = ";;"\nencoding = "utf-9"\nquote = 1\n[time]\n'
        'zone = "Mars/Olympus"\nstyle = "guess"\n[columns]\nmachine = "M"\ncolour = "C"\nend = 1\n'
        '[activity]\nD = "fly"\n[reasons]\na = ""\nb = 1\n[unknown]\nperson = "?"\n[machines]\nM = ""\n'
    )
    assert faults(path) == {
        "m.toml toml.missing",  # producer
        "m.toml plant toml.not_text",
        "m.toml toml.unknown_key",
        "m.toml file delimiter import.mapping_delimiter",
        "m.toml file encoding import.mapping_encoding",
        "m.toml file toml.unknown_key",
        "m.toml time zone toml.not_zone",
        "m.toml time style toml.not_one_of",
        "m.toml time toml.missing",  # format
        "m.toml columns toml.missing",  # activity, minutes
        "m.toml columns toml.unknown_key",
        "m.toml columns end toml.not_text",
        "m.toml activity D toml.not_one_of",
        "m.toml reasons b toml.not_text",
        "m.toml unknown person toml.not_list",
        "m.toml machines M toml.empty",
    }
    path.write_text('site = "x"\nproducer = "y"\nfile = 1\n[activity]\n')
    assert faults(path) == {"m.toml file toml.not_table", "m.toml toml.missing", "m.toml activity toml.empty"}
    path.write_text("= 1")
    assert faults(path) == {"m.toml toml.broken"}
    path.write_bytes("site = '车间'".encode("gbk"))
    assert faults(path) == {"m.toml toml.not_utf8"}
    for absent in (tmp_path / "none.toml", tmp_path):
        assert faults(absent) == {f"{absent} import.mapping_absent"}
