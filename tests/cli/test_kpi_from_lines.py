"""Every figure again from the lines of `dengta log export`, with the standard library alone, to the last digit."""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dengta.cli.main import app
from tests.cli.shop import EXAMPLES
from tests.cli.test_import import bring
from tests.cli.test_kpi import figures

Span = tuple[int, int]
MINUTE, DAY = 60_000_000, 86_400_000_000
UNCOUNTED = 4 | 128
ORDER = ("run", "setup", "breakdown")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal speaks English."""
    monkeypatch.setenv("DENGTA_LANG", "en")


def exported(home: Path) -> list[dict[str, Any]]:
    """The lines, parsed; those that no figure counts left out."""
    done = CliRunner().invoke(app, ["log", "export", "--home", str(home)])
    assert done.exit_code == 0, done.output
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert not any(e["type"] == "correction" for e in told)
    return [e for e in told if not e.get("flags", 0) & UNCOUNTED]


def union(spans: list[Span]) -> list[Span]:
    """Sorted and disjoint."""
    merged: list[list[int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return [(a, b) for a, b in merged if a < b]


def total(spans: list[Span]) -> int:
    """Their length."""
    return sum(b - a for a, b in spans)


def meet(spans: list[Span], others: list[Span]) -> list[Span]:
    """What both lists share."""
    return [(max(a, c), min(b, d)) for a, b in spans for c, d in others if max(a, c) < min(b, d)]


class Shop:
    """The figures of a shop that reports operations, by lists of intervals."""

    def __init__(self, told: list[dict[str, Any]]) -> None:
        self.ends = [e for e in told if e["type"] == "operation_end"]
        self.pieces = [e for e in told if e["type"] in ("good", "scrap", "rework")]

    def row(self, machine: str, within: list[Span] | None = None) -> dict[str, Any]:
        """What `dengta kpi` says of a machine, in all time or in some spans of it."""
        here = [e for e in self.ends if e["subject"] == machine]
        spans = {k: [(e["ts"] - e["value"], e["ts"]) for e in here if e["code"] == k] for k in ORDER}
        everything = within or [(0, 10**18)]
        taken: list[Span] = []
        row: dict[str, Any] = {}
        for kind in ORDER:
            row[f"{kind}_min"] = total([s for span in spans[kind] for s in meet([span], everything)])
            before = total(meet(union(taken), everything))
            taken += spans[kind]
            row[f"machine_{kind}_min"] = total(meet(union(taken), everything)) - before
        at = [e for e in self.pieces if e["subject"] == machine and any(a <= e["ts"] < b for a, b in everything)]
        for kind in ("good", "scrap", "rework"):
            row[kind] = sum(e["value"] for e in at if e["type"] == kind)
        row["reports"] = sum(any(a <= e["ts"] < b for a, b in everything) for e in here)
        return row

    def machines(self) -> list[str]:
        """Every machine that reported anything."""
        return sorted({e["subject"] for e in (*self.ends, *self.pieces)})


def agree(told: dict[str, Any], truth: dict[str, Any]) -> None:
    """Each figure, exactly; and the ratios from the same integers."""
    for key, value in truth.items():
        expected = Fraction(value, MINUTE) if key.endswith("_min") else value
        assert Fraction(told[key] or 0) == expected, (told, key)
    apt, asut, adet = (truth[f"machine_{kind}_min"] for kind in ORDER)
    ratios = {
        "technical_efficiency": (apt, apt + adet),
        "setup_rate": (asut, asut + apt),
        "quality_ratio": (truth["good"], truth["good"] + truth["scrap"] + truth["rework"]),
    }
    for name, (above, below) in ratios.items():
        exact = told["ratios"][name].get("exact")
        assert exact == (
            None if below == 0 else f"{Fraction(above, below).numerator}/{Fraction(above, below).denominator}"
        )


def shares(answer: dict[str, Any], truths: list[dict[str, Any]]) -> None:
    """Setup and breakdown shares, as reported and after the overlap rules."""
    for prefix, way in (("", "as_reported"), ("machine_", "after_overlap_rules")):
        sums = {kind: sum(t[f"{prefix}{kind}_min"] for t in truths) for kind in ORDER}
        for kind in ("setup", "breakdown"):
            expected = Fraction(sums[kind], sum(sums.values()))
            assert Fraction(answer["shares"][kind][way]["exact"]) == expected


def test_the_sample_shop_by_machine_and_by_shift(tmp_path: Path) -> None:
    """Shifts of the plant book are worked out here from its clock times alone."""
    bring(tmp_path, EXAMPLES / "sample-shop.csv", EXAMPLES / "sample-shop.toml")
    shop = Shop(exported(tmp_path))
    answer = figures(tmp_path)
    assert sorted(row["machine"] for row in answer["figures"]) == shop.machines()
    truths = [shop.row(row["machine"]) for row in answer["figures"]]
    for row, truth in zip(answer["figures"], truths, strict=True):
        agree(row, truth)
    shares(answer, truths)
    occurrences = _occurrences(EXAMPLES / "sample-plant.toml", shop)
    for row in figures(tmp_path, "--by", "machine,date,shift")["figures"]:
        if row["shift"]:
            agree(row, shop.row(row["machine"], occurrences[row["date"], row["shift"]]))


PLANTS = EXAMPLES.parent / "plants"
MWH = {"mWh": 0, "Wh": 3, "kWh": 6}


def stood_at(readings: list[tuple[int, int]], at: int) -> int | None:
    """mWh that a meter stood at: between two readings it rises evenly, rounded down; None before the first and after
    the last one."""
    for (since, before), (until, after) in pairwise(readings):
        if since <= at <= until:
            return before + (after - before) * (at - since) // (until - since)
    return None


def test_energy_by_machine_and_a_piece(tmp_path: Path) -> None:
    """Two days of the model plant: what each meter used in windows of any hours, and what was used a piece."""
    lines = tmp_path / "events.jsonl"
    files = [str(PLANTS / "furniture.sim.toml"), "--plant", str(PLANTS / "furniture.toml")]
    done = CliRunner().invoke(app, ["simulate", *files, "--days", "2", "--from", "2026-11-17", "--out", str(lines)])
    assert done.exit_code == 0, done.output
    told = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    meters: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for e in told:
        if e["type"] == "energy" and not e.get("flags", 0) & UNCOUNTED:
            reading = Fraction(e["value"]) * Fraction(10) ** (e.get("scale", 0) + MWH[e["unit"]])
            meters[e["subject"]].append((e["ts"], int(reading)))
    assert len(meters) > 10
    assert all(a <= b for readings in meters.values() for (_, a), (_, b) in pairwise(sorted(readings)))
    window = (min(e["ts"] for e in told), max(e["ts"] for e in told))
    start, divided = datetime.fromisoformat("2026-11-17T08:07:30+08:00"), 0
    for hours in (5, 11, 24):
        begin, end = (int((start + timedelta(hours=h)).timestamp()) * 10**6 for h in (hours - 5, hours))
        assert window[0] < begin < end < window[1]
        instants = [(start + timedelta(hours=h)).isoformat() for h in (hours - 5, hours)]
        options = ["--events", str(lines), "--book", str(PLANTS / "furniture.toml"), "--from", instants[0]]
        asked = CliRunner().invoke(app, ["kpi", *options, "--to", instants[1], "--json"])
        assert asked.exit_code == 0, asked.output
        answer = json.loads(asked.stdout)
        used = {m: (stood_at(sorted(r), end) or 0) - (stood_at(sorted(r), begin) or 0) for m, r in meters.items()}
        assert {row["machine"]: Fraction(str(row["energy_wh"])) for row in answer["figures"] if row["energy_wh"]} == {
            machine: Fraction(n, 1000) for machine, n in used.items() if n
        }
        made = [e for e in told if e["type"] in ("good", "scrap", "rework") and begin < e["ts"] <= end]
        if {e["subject"] for e in made} <= used.keys():
            divided += 1
            for name, kinds in (
                ("energy_per_piece", ("good", "scrap", "rework")),
                ("energy_per_good_piece", ("good",)),
            ):
                pieces = sum(e["value"] for e in made if e["type"] in kinds)
                assert Fraction(answer["total"]["ratios"][name]["exact"]) == Fraction(sum(used.values()), 1000 * pieces)
    assert divided


def _occurrences(book: Path, shop: Shop) -> dict[tuple[str, str], list[Span]]:
    """Shift occurrences by business date and shift, of a book with one calendar in a zone without clock changes."""
    told = tomllib.loads(book.read_text("utf-8"))
    (calendar,) = [c for c in told["calendar"] if c.get("shift")]
    assert not calendar.get("exception")
    from zoneinfo import ZoneInfo

    zone, found = ZoneInfo(told["book"]["zone"]), defaultdict(list)
    day = datetime.fromtimestamp(min(e["ts"] for e in shop.ends) // 10**6, zone).date() - timedelta(days=3)
    for _ in range(60):
        for shift in calendar["shift"]:
            if day.strftime("%a").lower() in shift["weekdays"]:
                start, end = (
                    datetime.fromisoformat(f"{day}T{shift[k]}").replace(tzinfo=zone) for k in ("start", "end")
                )
                end += timedelta(days=0 if end > start else 1)
                found[day.isoformat(), shift["id"]].append(
                    (int(start.timestamp()) * 10**6, int(end.timestamp()) * 10**6)
                )
        day += timedelta(days=1)
    return found


@pytest.mark.shared
def test_the_real_shop(tmp_path: Path, shared_data: Path) -> None:
    """Three months of twenty machines, and the shares of setup and breakdown, to the last digit."""
    bring(tmp_path, shared_data / "real-shop" / "operation-reports.csv", EXAMPLES / "real-shop.toml")
    shop = Shop(exported(tmp_path))
    answer = figures(tmp_path)
    assert sorted(row["machine"] for row in answer["figures"]) == shop.machines()
    truths = [shop.row(row["machine"]) for row in answer["figures"]]
    for row, truth in zip(answer["figures"], truths, strict=True):
        agree(row, truth)
    shares(answer, truths)


@pytest.mark.shared
def test_the_real_shop_has_an_oee_only_by_assumption(tmp_path: Path, shared_data: Path) -> None:
    """With --assume cycles and shifts are derived, hashed and printed; the same data give the same hash."""
    bring(tmp_path, shared_data / "real-shop" / "operation-reports.csv", EXAMPLES / "real-shop.toml")
    assert all(row["ratios"]["oee"]["value"] is None for row in figures(tmp_path)["figures"])
    answer = figures(tmp_path, "--assume")
    assumed = answer["assumptions"]
    assert assumed["hash"] == figures(tmp_path, "--assume")["assumptions"]["hash"]
    shop = Shop(exported(tmp_path))
    known = {(c["item"], c["operation"]): c["us"] for c in assumed["cycles"]}
    cycles: dict[tuple[str, str], list[Fraction]] = defaultdict(list)
    made: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for e in shop.pieces:
        made[tuple(str(e.get(k, "")) for k in ("subject", "order", "operation", "person", "ts"))].append(e)
    for e in shop.ends:
        of = made[tuple(str(e.get(k, "")) for k in ("subject", "order", "operation", "person", "ts"))]
        items, count = {p.get("code", "") for p in of}, sum(p["value"] for p in of)
        if e["code"] == "run" and e["value"] > 0 and count and len(items) == 1:
            cycles[items.pop(), e.get("operation", "")].append(Fraction(e["value"], count))
    for key, each in cycles.items():
        ranked = sorted(each)
        middle = (ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]) / 2
        assert known[key] == middle.numerator // middle.denominator
    assert known.keys() == cycles.keys()
    defined = [row for row in answer["figures"] if row["ratios"]["oee"]["value"] is not None]
    assert len(defined) >= 10
