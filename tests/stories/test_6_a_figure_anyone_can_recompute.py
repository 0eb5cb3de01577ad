"""`dengta import reports.csv --suggest` drafts a mapping, `--mapping` brings three months of a real shop in,
`dengta kpi --by machine,shift --json` prints its figures, and each can be recomputed from `dengta log export`.
"""

from __future__ import annotations

from pathlib import Path

from tests.stories.conftest import ROOT, Terminal

EXAMPLES = ROOT / "examples" / "imports"


def test_a_mapping_is_drafted_from_the_file_itself(terminal: Terminal, tmp_path: Path) -> None:
    """The draft names what it saw, and says what nobody can see in a file."""
    draft = tmp_path / "mapping.toml"
    terminal.run("import", str(EXAMPLES / "sample-shop.csv"), "--suggest", "--out", str(draft))
    said = draft.read_text("utf-8")
    assert 'style = "end+minutes"' in said
    assert "zone" in said


def test_figures_by_machine_and_shift_sum_to_those_by_machine(terminal: Terminal) -> None:
    """Whoever cuts a window gets parts of the whole."""
    terminal.run("import", str(EXAMPLES / "sample-shop.csv"), "--mapping", str(EXAMPLES / "sample-shop.toml"), "--json")
    whole = {row["machine"]: row for row in terminal.json("kpi", "--by", "machine")["figures"]}
    parts = terminal.json("kpi", "--by", "machine,shift")["figures"]
    assert len(parts) > len(whole)
    for machine, row in whole.items():
        assert sum(part["good"] for part in parts if part["machine"] == machine) == row["good"]


def test_anybody_recomputes_them_from_the_export_alone(terminal: Terminal, tmp_path: Path) -> None:
    """The lines of `dengta log export` and the plant book give the same digits without the home they came from."""
    terminal.run("import", str(EXAMPLES / "sample-shop.csv"), "--mapping", str(EXAMPLES / "sample-shop.toml"), "--json")
    lines = tmp_path / "events.jsonl"
    lines.write_text(terminal.run("log", "export").stdout, "utf-8")
    book = str(EXAMPLES / "sample-plant.toml")
    told = terminal.json("kpi", "--by", "machine,shift")
    again = terminal.json("kpi", "--by", "machine,shift", "--events", str(lines), "--book", book)
    assert again["figures"] == told["figures"]
