"""`dengta import`: an account of every row that adds up, and nothing new the second time."""

from __future__ import annotations

import json
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dengta.cli.main import app
from dengta.connect.sender import write_door_file
from dengta.core.time import MINUTE
from dengta.core.vocabulary import Flag
from dengta.log import Log, LogReader
from dengta.site.bookshelf import Bookshelf
from dengta.site.home import Home
from tests.cli.shop import EXAMPLES, REAL, SAMPLE, Columns, reckon
from tests.connect.served import now, serving

FILE, MAPPING = EXAMPLES / "sample-shop.csv", EXAMPLES / "sample-shop.toml"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal speaks English."""
    monkeypatch.setenv("DENGTA_LANG", "en")


def bring(home: Path, file: Path, mapping: Path, *options: str, expect: int = 0) -> str:
    """`dengta import`, its standard output (and error)."""
    done = CliRunner().invoke(app, ["import", str(file), "--mapping", str(mapping), "--home", str(home), *options])
    assert done.exit_code == expect, done.output + repr(done.exception)
    return done.output


def account(home: Path, file: Path, mapping: Path, at: Columns) -> dict[str, Any]:
    """Import twice; the rows are those of an independent reading, the second time nothing is new."""
    report = json.loads(bring(home, file, mapping, "--json"))
    aliases = set(tomllib.loads(mapping.read_text())["machines"])
    truth = reckon(file, at, aliases.__contains__)
    rows = report["rows"]
    assert rows["total"] == truth.rows == rows["accepted"] + rows["repaired"] + rows["duplicate"] + rows["rejected"]
    listed = {
        result: [r["row"] for r in report["listed"] if r["result"] == result] for result in ("duplicate", "rejected")
    }
    assert listed == {"duplicate": truth.duplicate, "rejected": truth.rejected}
    again = json.loads(bring(home, file, mapping, "--json"))
    assert again["events"] == {
        "total": report["events"]["total"],
        "accepted": 0,
        "duplicates": report["events"]["total"],
    }
    assert again["rows"] == rows
    return dict(report)


def test_every_row_of_the_sample_is_accounted_for(tmp_path: Path) -> None:
    """Accepted, repaired, duplicate, rejected; with row, column and reason."""
    report = account(tmp_path, FILE, MAPPING, SAMPLE)
    assert min(report["rows"].values()) > 0, "the sample has every sin"
    assert report["listed"][0] == {
        "row": 12,
        "result": "rejected",
        "column": "Station",
        "code": "import.machine_unknown",
        "params": {"value": "Outside"},
        "sentence": "Outside is neither an alias of the mapping nor a machine of the plant book; "
        "add it to the mapping's machines",
    }
    assert {note["code"] for note in report["notes"]} == {
        "import.note_zero_minutes",
        "import.note_zero_pieces",
        "import.note_overlap",
    }


@pytest.mark.shared
def test_every_row_of_the_real_shop_is_accounted_for(tmp_path: Path, shared_data: Path) -> None:
    """2,489 rows, seven of them told before, none that cannot be read."""
    report = account(tmp_path, shared_data / "real-shop" / "operation-reports.csv", EXAMPLES / "real-shop.toml", REAL)
    assert report["rows"] == {"total": 2489, "accepted": 2482, "repaired": 0, "duplicate": 7, "rejected": 0}


def test_the_plant_book_goes_on_the_shelf_once(tmp_path: Path) -> None:
    """And every mapping is kept beside the log."""
    bring(tmp_path, FILE, MAPPING)
    bring(tmp_path, FILE, MAPPING)
    folder = Home.at(tmp_path).site("sample")
    assert [r.by for r in Bookshelf(folder.books).revisions()] == ["dengta import"]
    assert [f.read_bytes() for f in (folder.path / "imports").iterdir()] == [MAPPING.read_bytes()]


def test_a_dry_run_keeps_nothing(tmp_path: Path) -> None:
    """The same account, no event, no folder."""
    report = json.loads(bring(tmp_path, FILE, MAPPING, "--json", "--dry-run"))
    assert report["dry_run"] is True
    assert report["events"]["accepted"] == 0
    assert not (tmp_path / "sites").exists()


def test_while_the_plant_runs_it_goes_through_the_door(tmp_path: Path) -> None:
    """The process that owns the log takes the events; a reader beside it finds what was imported before."""
    folder = Home.at(tmp_path).site("sample")
    with Log.open(folder.log, "sample", now) as log, serving(log, "sample") as address:
        write_door_file(folder, address)
        assert json.loads(bring(tmp_path, FILE, MAPPING, "--json"))["events"]["accepted"] == 470
        assert json.loads(bring(tmp_path, FILE, MAPPING, "--json"))["events"]["accepted"] == 0


def test_a_person_sees_the_account(tmp_path: Path) -> None:
    """A table, the odd rows, what was strange; also in Chinese."""
    shown = bring(tmp_path, FILE, MAPPING)
    for words in ("sample-shop.csv into sample", "duplicate", "zero minutes", "470 new events, 0 known before"):
        assert words in shown
    dry = CliRunner().invoke(
        app,
        ["import", str(FILE), "--mapping", str(MAPPING), "--home", str(tmp_path), "--dry-run"],
        env={"DENGTA_LANG": "zh"},
    )
    assert "将发送 470 个事件" in dry.output


def test_what_cannot_be_imported_is_refused_in_words(tmp_path: Path) -> None:
    """No file; a changed row; a mapping whose machines the plant book does not know; another site's book."""
    assert "there is no such file" in bring(tmp_path, tmp_path / "none.csv", MAPPING, expect=1)
    bring(tmp_path, FILE, MAPPING)
    changed = tmp_path / "changed.csv"
    changed.write_text(FILE.read_text().replace("258.0", "259.0", 1))
    assert "row 2: the row says otherwise" in bring(tmp_path, changed, MAPPING, expect=1)
    odd = tmp_path / "odd.toml"
    odd.write_text(MAPPING.read_text().replace('"lathe-1"', '"lathe-9"'))
    assert "lathe-9 is no machine of the plant book" in bring(tmp_path, FILE, odd, expect=1)
    assert "they must be the same" in bring(tmp_path, FILE, MAPPING, "--site", "elsewhere", expect=1)
    assert len(LogReader(Home.at(tmp_path).site("sample").log).read()) == 470


def make(path: Path, *options: str) -> Path:
    """Another variant of the sample, by its generator."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["make_sample.py", str(path), *options])
        runpy.run_path(str(EXAMPLES / "make_sample.py"), run_name="__main__")
    return path


def adds_up(report: dict[str, Any]) -> None:
    """The two equations of an account."""
    rows, kept = report["rows"], report["kept"]
    assert rows["total"] == rows["accepted"] + rows["repaired"] + rows["duplicate"] + rows["rejected"]
    assert rows["accepted"] + rows["repaired"] == kept["facts"] + kept["twins"]
    assert report["twins"]["matched"] == kept["twins"]


def test_a_second_export_is_a_second_source_and_counts_nothing(tmp_path: Path) -> None:
    """Matched, only in the log, only in the file; the figures do not move; the second time nothing is new."""
    bring(tmp_path, FILE, MAPPING)
    other, how = make(tmp_path / "t.csv", "--times"), EXAMPLES / "sample-times.toml"
    before = CliRunner().invoke(app, ["kpi", "--by", "machine", "--json", "--home", str(tmp_path)]).output
    report = json.loads(bring(tmp_path, other, how, "--json"))
    adds_up(report)
    twins = report["twins"]
    assert twins["matched"] > 0.95 * (twins["matched"] + twins["only_log"])
    unmatched = {one["row"] for one in report["listed"] if one["code"] == "import.unmatched"}
    assert len(unmatched) == twins["only_file"] > 0
    assert unmatched.isdisjoint(pair["row"] for pair in twins["pairs"])
    assert len(twins["alone"]) == twins["only_log"] > 0
    assert report["events"]["accepted"] == 2 * twins["matched"]
    after = CliRunner().invoke(app, ["kpi", "--by", "machine", "--json", "--home", str(tmp_path)]).output
    assert json.loads(after)["figures"] == json.loads(before)["figures"]
    again = json.loads(bring(tmp_path, other, how, "--json"))
    assert again["events"]["accepted"] == 0
    assert (again["rows"], again["kept"]) == (report["rows"], report["kept"])
    assert (again["twins"]["matched"], again["twins"]["only_log"]) == (twins["matched"], twins["only_log"])
    assert json.loads(bring(tmp_path, FILE, MAPPING, "--json"))["events"]["accepted"] == 0
    shown = bring(tmp_path, other, how)
    assert "twins: kept as a second source, not counted" in shown


def test_a_twin_says_which_fact_it_repeats(tmp_path: Path) -> None:
    """Each of its events names the event of the fact, has its machine, and its own key."""
    bring(tmp_path, FILE, MAPPING)
    bring(tmp_path, make(tmp_path / "t.csv", "--times"), EXAMPLES / "sample-times.toml")
    events = list(LogReader(Home.at(tmp_path).site("sample").log).read())
    by_key = {event.key: event for event in events}
    twins = [event for event in events if Flag.TWIN in event.flags]
    assert twins
    for twin in twins:
        assert twin.ref is not None
        fact = by_key[twin.ref]
        assert (fact.type, fact.order, fact.subject, fact.code) == (twin.type, twin.order, twin.subject, twin.code)
        assert abs(fact.ts - twin.ts) <= MINUTE
        assert fact.stream != twin.stream
        assert Flag.TWIN not in fact.flags


def test_a_second_source_before_the_first_says_so(tmp_path: Path) -> None:
    """No row of it can be a fact; once the first is there, the same file finds its twins."""
    other, how = make(tmp_path / "t.csv", "--times"), EXAMPLES / "sample-times.toml"
    report = json.loads(bring(tmp_path, other, how, "--json"))
    adds_up(report)
    assert (report["kept"], report["events"]["accepted"]) == ({"facts": 0, "twins": 0}, 0)
    bring(tmp_path, FILE, MAPPING)
    assert json.loads(bring(tmp_path, other, how, "--json"))["kept"]["twins"] > 100


def test_the_workbook_of_the_same_reports_is_the_same_file(tmp_path: Path) -> None:
    """Same producer, same reports: a workbook read first and the text after it agree on all that both can say."""
    report = json.loads(bring(tmp_path, make(tmp_path / "s.xlsx"), EXAMPLES / "sample-shop-xlsx.toml", "--json"))
    adds_up(report)
    assert {one["code"] for one in report["listed"]} >= {"import.cell_formula", "import.cell_merged"}
    rest = json.loads(bring(tmp_path, FILE, MAPPING, "--json"))
    assert rest["events"]["total"] == 470
    assert rest["events"]["accepted"] == 470 - report["events"]["accepted"]


@pytest.mark.shared
def test_the_real_shops_second_export_has_nearly_all_twins(tmp_path: Path, shared_data: Path) -> None:
    """Over 97 % of the operation reports, once each file is read in its own zone."""
    folder = shared_data / "real-shop"
    bring(tmp_path, folder / "operation-reports.csv", EXAMPLES / "real-shop.toml")
    report = json.loads(bring(tmp_path, folder / "operation-times.csv", EXAMPLES / "real-shop-times.toml", "--json"))
    adds_up(report)
    twins = report["twins"]
    assert twins["matched"] > 0.97 * 2482
    assert twins["matched"] + twins["only_log"] == 2482


def test_a_draft_goes_where_it_is_asked_and_names_what_is_missing(tmp_path: Path) -> None:
    """On standard output, or into a file that is not there yet; with a site it knows the machines and the zone."""
    run = CliRunner()
    told = run.invoke(app, ["import", str(FILE), "--suggest", "--home", str(tmp_path)])
    assert told.exit_code == 0
    assert 'zone = ""' in told.stdout
    assert "whose clock this is cannot be known" in told.stderr
    bring(tmp_path, FILE, MAPPING)
    other, out = make(tmp_path / "t.csv", "--times", "--rows", "200"), tmp_path / "draft.toml"
    words = ["import", str(other), "--suggest", "--site", "sample", "--home", str(tmp_path), "--out", str(out)]
    assert run.invoke(app, words).exit_code == 0
    assert 'zone = "Europe/Berlin"' in out.read_text()
    report = json.loads(bring(tmp_path, other, out, "--json"))
    assert report["kept"]["twins"] > 0.9 * 184
    assert "is there already" in run.invoke(app, words).stderr
    nothing = run.invoke(app, ["import", str(FILE), "--home", str(tmp_path)])
    assert (nothing.exit_code, "--suggest" in nothing.stderr) == (1, True)


def test_the_zone_is_measured_beside_another_file(tmp_path: Path) -> None:
    """Without a site: the other export and its mapping."""
    other = make(tmp_path / "t.csv", "--times")
    words = ["import", str(other), "--suggest", "--home", str(tmp_path), "--against", str(FILE)]
    assert "--against-mapping" in CliRunner().invoke(app, words).stderr
    told = CliRunner().invoke(app, [*words, "--against-mapping", str(MAPPING)])
    assert 'zone = "Europe/Berlin"' in told.stdout
