"""The engines stand alone: every verb that needs no Django, run as a person runs it, in an environment with only the
bare package. `.ci/bare` makes that environment and starts this script beside a copy of `examples/`.

A plain script: no pytest there. One line a verb; exit code 1 when any of them did not do what it says.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
if not EXAMPLES.is_dir():
    EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
FORBIDDEN = ("django", "ninja", "uvicorn", "pytest")


def dengta(*arguments: str | Path, code: int = 0, stdin: str | None = None) -> str:
    """What `dengta ARGUMENTS` prints; AssertionError with all it said when it ends with another exit code."""
    command = ["dengta", *map(str, arguments)]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == code, f"exit {done.returncode}, not {code}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def dengta_json(*arguments: str | Path, stdin: str | None = None) -> dict[str, Any]:
    """The JSON answer of a verb."""
    answer: dict[str, Any] = json.loads(dengta(*arguments, "--json", stdin=stdin))
    return answer


def no_framework(home: Path) -> str:
    there = [name for name in FORBIDDEN if importlib.util.find_spec(name)]
    assert not there, f"not a bare environment: {there} can be imported"
    return f"no {', no '.join(FORBIDDEN)}"


def version(home: Path) -> str:
    told = dengta("--version").strip()
    assert told.startswith("dengta "), told
    return told


def plant_check(home: Path) -> str:
    books = sorted(EXAMPLES.glob("plants/*.toml"))
    books = [book for book in books if not book.name.endswith(".sim.toml")]
    assert books
    for book in books:
        dengta("plant", "check", book)
    home.mkdir(exist_ok=True)
    broken = home / "broken.toml"
    broken.write_text(books[0].read_text("utf-8").replace("zone", "zoen", 1), "utf-8")
    dengta("plant", "check", broken, code=1)
    return f"{len(books)} sound, a broken one refused"


def import_(home: Path) -> str:
    call = ("import", EXAMPLES / "imports/sample-shop.csv", "--mapping", EXAMPLES / "imports/sample-shop.toml")
    first, again = (dengta_json(*call, "--home", home) for _ in range(2))
    assert first["events"]["accepted"] == first["events"]["total"] > 0
    assert again["events"]["accepted"] == 0
    assert again["events"]["duplicates"] == first["events"]["total"]
    assert first["rows"]["total"] == sum(first["rows"][k] for k in ("accepted", "repaired", "duplicate", "rejected"))
    return f"{first['rows']['total']} rows, {first['events']['total']} events, again: none new"


def suggest(home: Path) -> str:
    told = dengta("import", EXAMPLES / "imports/sample-shop.csv", "--suggest", "--home", home)
    assert 'machine = "Station"' in told
    assert 'zone = ""' in told
    return "a draft that says what it does not know"


def reconcile(home: Path) -> str:
    file, mapping = EXAMPLES / "imports/sample-shop.csv", EXAMPLES / "imports/sample-shop.toml"
    told = dengta_json("reconcile", file, file, "--mapping-a", mapping, "--mapping-b", mapping, "--home", home)
    assert told["matched"] == told["a"]["reports"] == told["b"]["reports"] > 0
    assert told["only_a"] == told["only_b"] == []
    return f"{told['matched']} reports are their own twins"


def kpi(home: Path) -> str:
    call = ("import", EXAMPLES / "imports/sample-shop.csv", "--mapping", EXAMPLES / "imports/sample-shop.toml")
    sums = dengta_json(*call, "--home", home, "--dry-run")["sums"]
    machines = dengta_json("kpi", "--by", "machine", "--home", home)["figures"]
    for name in ("run_min", "setup_min", "breakdown_min", "good"):
        wanted = sums["accepted"][name] + sums["repaired"][name]
        found = sum(machine[name] for machine in machines)
        assert found == wanted, f"{name}: {found} by machine, {wanted} in the file"
    return f"{len(machines)} machines agree with the file to the minute and the piece"


def log_status(home: Path) -> str:
    told = dengta_json("log", "status", "--home", home)
    assert (told["missing"], told["lost"], told["damage"]) == (0, 0, [])
    assert "sample" in dengta("log", "status", "--home", home)
    return f"{told['events']} events"


def log_export_append(home: Path) -> str:
    text = dengta("log", "export", "--home", home)
    other = home.with_name("other")
    told = dengta_json("log", "append", "-", "--home", other, "--site", "copy", stdin=text)
    assert told["accepted"] == len(text.splitlines()) > 0
    assert dengta("log", "export", "--home", other) == text
    dengta("log", "append", "-", "--home", other, stdin=text.replace('"epoch":1', '"epoch":0', 1), code=1)
    return f"{told['accepted']} lines out, in and out again the same; a faulty file refused"


def log_seal_verify(home: Path) -> str:
    before = dengta("log", "export", "--home", home)
    sealed = dengta_json("log", "seal", "--until", "2030-01-01T00:00:00Z", "--home", home)["segments"]
    assert sum(one["events"] for one in sealed) == len(before.splitlines())
    assert dengta_json("log", "verify", "--home", home)["damage"] == []
    assert dengta("log", "export", "--home", home) == before
    file = next((home / "sites").rglob("*.parquet"))
    whole = file.read_bytes()
    file.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    dengta("log", "verify", "--home", home, code=1)
    file.write_bytes(whole)
    dengta("log", "verify", "--home", home)
    return f"{len(sealed)} segments, verified; a flipped bit found"


def schedule(home: Path) -> str:
    shop, plan = EXAMPLES / "shops" / "furniture.toml", home / "plan.json"
    told = dengta_json("schedule", shop, "--iterations", "50", "--out", plan, "--gantt", home / "plan.svg")
    assert told["wishes"] == []
    assert len(json.loads(plan.read_text("utf-8"))["operations"]) == told["operations"] == 11
    return f"{told['operations']} operations planned, {told['makespan']} ticks"


def simulate(home: Path) -> str:
    model, book = EXAMPLES / "plants/furniture.sim.toml", EXAMPLES / "plants/furniture.toml"
    files = [home / f"simulated-{name}.ndjson" for name in ("first", "again", "other")]
    for file, seed in zip(files, ("1", "1", "2"), strict=True):
        call = ("simulate", model, "--plant", book, "--from", "2026-03-02", "--days", "1", "--seed", seed)
        answer = dengta_json(*call, "--out", file)
    assert len(answer["machines"]) == 20
    first, again, other = (file.read_text("utf-8") for file in files)
    assert first == again != other
    told = dengta_json("log", "append", files[0], "--home", home.with_name("simulated"), "--site", "furniture")
    assert told["accepted"] == len(first.splitlines()) > 1_000
    return f"a day of 20 machines, {told['accepted']} events, the same again for the same seed"


def orders(home: Path) -> str:
    book, export = EXAMPLES / "plants/furniture.toml", home / "simulated-first.ndjson"
    due = dengta_json("orders", "--events", export, "--book", book, "--at", "2026-03-02T20:00:00+08:00")["due"]["today"]
    assert due["counts"]["complete"] > 10
    assert sum(due["counts"].values()) == len(due["orders"])
    return f"{due['counts']['complete']} of {len(due['orders'])} orders due are complete"


def compiles(home: Path) -> str:
    """Kernels that nobody has compiled yet are compiled here, where there is no C compiler."""
    kept, before = home / "kernels", os.environ.get("NUMBA_CACHE_DIR")
    os.environ["NUMBA_CACHE_DIR"] = str(kept)
    try:
        call = ("simulate", EXAMPLES / "plants/furniture.sim.toml", "--plant", EXAMPLES / "plants/furniture.toml")
        dengta_json(*call, "--from", "2026-03-02", "--days", "1", "--seed", "1", "--out", home / "compiled.ndjson")
    finally:
        del os.environ["NUMBA_CACHE_DIR"]
        if before is not None:
            os.environ["NUMBA_CACHE_DIR"] = before
    made = sum(1 for _ in kept.rglob("*.nbc"))
    assert made > 0
    return f"{made} compiled from nothing"


def subsidy(home: Path) -> str:
    case = EXAMPLES / "cases" / "loan-discount.json"
    told = dengta_json("subsidy", "compute", case)
    assert (told["amount"], told["eligible"]) == ("882083.33", True)
    assert "1/3 fen" in dengta("subsidy", "compute", case, "--explain")
    options = dengta_json("subsidy", "options", case)["options"]
    return f"{told['amount']} yuan and how, {len(options)} articles to ask for"


def maturity(home: Path) -> str:
    told = dengta_json("maturity", "score", EXAMPLES / "cases" / "answers.json")
    assert told["level"] == 2
    return f"{told['points']} points, level {told['level']}"


def register(home: Path) -> str:
    told = dengta_json("register", "rate", "--as-of", "2024-12-31")
    assert told["rate"] == 0.7656
    return f"{told['transformed']} of {told['listed']} firms on {told['day']}"


VERBS: dict[str, Callable[[Path], str]] = {
    "bare environment": no_framework,
    "dengta --version": version,
    "dengta plant check": plant_check,
    "dengta import": import_,
    "dengta import --suggest": suggest,
    "dengta reconcile": reconcile,
    "dengta kpi": kpi,
    "dengta schedule": schedule,
    "dengta simulate": simulate,
    "dengta orders": orders,
    "dengta subsidy": subsidy,
    "dengta maturity": maturity,
    "dengta register": register,
    "kernels from nothing": compiles,
    "dengta log status": log_status,
    "dengta log export, append": log_export_append,
    "dengta log seal, verify": log_seal_verify,
}


def main() -> int:
    """Every verb in turn, on a home of its own."""
    work = Path(tempfile.mkdtemp(prefix="dengta-bare-"))
    failed = 0
    for name, verb in VERBS.items():
        began = time.monotonic()
        try:
            said = verb(work / "home")
        except Exception as fault:  # noqa: BLE001 - whatever it was, the others are tried too
            failed += 1
            print(f"FAILED  {name}: {type(fault).__name__}: {fault}")
        else:
            print(f"passed  {name}: {said} ({time.monotonic() - began:.1f} s)")
    shutil.rmtree(work)
    print(f"{len(VERBS) - failed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
