"""What a row can report besides a completion with its minutes, and the stated rules for strange rows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.connect.spreadsheet_mapping import ReportMapping
from dengta.connect.spreadsheet_rows import wall_reader
from dengta.core.reason import Refusal
from dengta.core.time import HOUR, MINUTE, from_iso
from dengta.core.vocabulary import EventType, Flag
from tests.connect.sheets import Site, faults, mapping, repairs

NINE = from_iso("2026-03-02T09:00:00+08:00")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site without events."""
    return Site(tmp_path)


def csv(folder: Path, *lines: str) -> Path:
    """A file of `lines`."""
    path = folder / "r.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def quantities() -> ReportMapping:
    """Pieces at a time."""
    return mapping("""
        [time]
        format = "%Y-%m-%d %H:%M"
        style = "quantities"
        [columns]
        machine = "M"
        at = "At"
        good = "Good"
        scrap = "Bad"
        reason = "Why"
        order = "O"
    """)


def test_pieces_at_a_time_become_counts_without_a_duration(site: Site) -> None:
    """Zero good pieces are said; no scrap is not; the row's reason goes with it."""
    rows = ("saw-1,2026-03-02 09:00,5,1,chipped,A1", "saw-1,2026-03-02 10:00,0,,,A1")
    file = csv(site.folder, "M,At,Good,Bad,Why,O", *rows)
    judged, sent = site.take(file, quantities())
    assert (judged.tally.facts, sent) == (2, 3)
    told = [(e.ts, e.type, e.value, e.reason, e.order) for e in site.events()]
    assert told == [
        (NINE, EventType.GOOD, 5, "chipped", "A1"),
        (NINE, EventType.SCRAP, 1, "chipped", "A1"),
        (NINE + HOUR, EventType.GOOD, 0, "", "A1"),
    ]
    assert site.take(file, quantities())[1] == 0
    assert (
        site.take(csv(site.folder, "M,At,Good,Bad,Why,O", *rows, "saw-2,2026-03-02 09:00,1,0,,"), quantities())[1] == 1
    )


def test_a_row_of_pieces_needs_its_good_ones(site: Site) -> None:
    """Unknown is not zero, and a row that says nothing is none."""
    judged = site.judge(csv(site.folder, "M,At,Good,Bad,Why,O", "saw-1,2026-03-02 09:00,,1,,A1"), quantities())
    assert faults(judged) == [(2, "Good", "cell_empty")]


def states() -> ReportMapping:
    """A machine's state from a time on."""
    return mapping("""
        [time]
        format = "%Y-%m-%d %H:%M"
        style = "states"
        [columns]
        machine = "M"
        at = "Since"
        state = "State"
        reason = "Why"
        [states]
        "加工" = "running"
        "停机" = "down"
    """)


def test_state_changes_become_states(site: Site) -> None:
    """A word the mapping does not know is named with those it does."""
    rows = ["saw-1,2026-03-02 09:00,加工,", "saw-1,2026-03-02 09:30,停机,blade", "saw-1,2026-03-02 09:40,?,"]
    judged, sent = site.take(csv(site.folder, "M,Since,State,Why", *rows), states())
    assert faults(judged) == [(4, "State", "state_unknown")]
    assert sent == 2
    assert [(e.ts, e.type, e.code, e.reason) for e in site.events()] == [
        (NINE, EventType.STATE, "running", ""),
        (NINE + 30 * MINUTE, EventType.STATE, "down", "blade"),
    ]
    assert site.take(csv(site.folder, "M,Since,State,Why", *rows), states())[1] == 0


def test_one_stream_has_one_style(site: Site) -> None:
    """Its reports could not be told apart."""
    site.take(csv(site.folder, "M,Since,State,Why", "saw-1,2026-03-02 09:00,加工,"), states())
    with pytest.raises(Refusal) as caught:
        site.judge(csv(site.folder, "M,At,Good,Bad,Why,O", "saw-1,2026-03-02 09:00,1,0,,"), quantities())
    assert [reason.code for reason in caught.value.reasons] == ["import.style_changed"]


def lengths(extra: str = "", time: str = "") -> ReportMapping:
    """A start and a length, of a machine that only runs."""
    return mapping(f"""
        [file]
        delimiter = ";"
        decimal = ","
        thousands = "."
        [time]
        format = "%d/%m/%Y %H:%M"
        style = "start+minutes"
        {time}
        [columns]
        machine = "M"
        start = "From"
        minutes = "Long"
        [activity]
        "*" = "run"
        [rules]
        {extra}
    """)


def test_a_start_and_a_length_in_hours_with_a_decimal_comma(site: Site) -> None:
    """No column says what was done: every row is taken for what the mapping says."""
    rows = ("saw-1;02/03/2026 09:00;1,5", "saw-1;03/03/2026 09:00;1.000,25", "saw-1;04/03/2026 09:00;1.5")
    file = csv(site.folder, "M;From;Long", *rows)
    judged, _ = site.take(file, lengths(time='unit = "h"'))
    assert faults(judged) == [(4, "Long", "cell_number")], "a point groups thousands here, three digits each"
    ends = [e for e in site.events() if e.type is EventType.OPERATION_END]
    assert next((e.ts - e.value, e.value, e.code) for e in ends) == (NINE, 90 * MINUTE, "run")
    assert sorted(e.value for e in ends) == [90 * MINUTE, 1000 * HOUR + 15 * MINUTE]


def test_rules_for_machines_and_durations(site: Site) -> None:
    """An unknown or missing machine may stand for a pool, which is a repair; zero minutes may be rejected."""
    rows = ("saw-9;02/03/2026 09:00;5", ";02/03/2026 10:00;5", "saw-1;02/03/2026 11:00;0", "saw-1;02/03/2026 11:00;-5")
    file = csv(site.folder, "M;From;Long", *rows)
    strict = site.judge(file, lengths('zero_duration = "reject"'))
    assert faults(strict) == [
        (2, "M", "machine_unknown"),
        (3, "M", "cell_empty"),
        (4, "From", "zero_duration"),
        (5, "Long", "minutes_negative"),
    ]
    judged, _ = site.take(
        file, lengths('unknown_machine = "pool"\nmissing_machine = "pool"'.replace("\n", "\n        "))
    )
    assert repairs(judged) == [(2, "M", "repaired_machine"), (3, "M", "repaired_no_machine")]
    assert [e.subject for e in site.events() if Flag.REPAIRED in e.flags] == ["pool"] * 4
    with pytest.raises(Refusal) as caught:
        site.judge(file, lengths('unknown_machine = "saw-8"'))
    assert [(r.code, r.place) for r in caught.value.reasons] == [("import.rule_machine", ("rules", "unknown_machine"))]


def test_rows_without_anything_are_passed_over_and_said(site: Site) -> None:
    """As exports end."""
    judged = site.judge(csv(site.folder, "M;From;Long", "saw-1;02/03/2026 09:00;5", ";;", ";;"), lengths())
    assert (judged.tally.total, judged.tally.notes["import.note_blank"][0]) == (1, 2)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(
        ["%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M:%S", "%m/%d/%Y", "%Y%m%d %H%M", "%d/%m/%y %H:%M", "%Y年%m月%d日 %H:%M"]
    ),
    st.one_of(
        st.datetimes(datetime(1000, 1, 1), datetime(9999, 1, 1)).map(lambda at: at.strftime("%Y-%m-%d %H:%M")),  # noqa: DTZ001
        st.from_regex(
            r"[0-9]{1,4}[-./年][0-9]{1,2}[-./月][0-9]{1,4}日? {0,2}([0-9]{1,2}:?[0-9]{1,2}(:[0-9]{1,2})?)?",
            fullmatch=True,
        ),
        st.datetimes(datetime(1000, 1, 1), datetime(9999, 1, 1)).map(lambda at: at.strftime("%d.%m.%Y  %H:%M:%S")),  # noqa: DTZ001
    ),
)
def test_times_are_read_as_the_standard_library_reads_them(form: str, text: str) -> None:
    """The quick way accepts and answers exactly what `strptime` does."""
    try:
        expected: datetime | None = datetime.strptime(text, form)  # noqa: DTZ007
    except ValueError:
        expected = None
    if expected is None:
        with pytest.raises(ValueError, match=r"time data|unconverted|day is out of range|must be in"):
            wall_reader(form)(text)
    else:
        assert wall_reader(form)(text) == expected


def test_a_heading_may_stand_further_down(site: Site) -> None:
    """Rows are counted as a spreadsheet counts them; what is above the heading is not read."""
    head = ["Report of March", "", "printed 31 March", "", "", ""]
    file = csv(site.folder, *head, "M;From;Long", "saw-7;02/03/2026 09:00;5")
    how = mapping("""
        [file]
        delimiter = ";"
        heading_row = 7
        [time]
        format = "%d/%m/%Y %H:%M"
        style = "start+minutes"
        [columns]
        machine = "M"
        start = "From"
        minutes = "Long"
        [activity]
        "*" = "run"
    """)
    assert faults(site.judge(file, how)) == [(8, "M", "machine_unknown")]
