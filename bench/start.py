"""From a fresh clone to a plant that moves, and the start after that.

Clones HEAD into a temporary folder, runs `make run` there and watches /healthz until the number of events grows, then
starts a few times more. The compiled kernels' cache is always empty at first; the caches of the package tools are the
user's own, or with --full empty too, so that every package is fetched again.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
LIMIT_S = 600.0
AGAIN = 3
GOALS = {"first start": 60.0, "first start, no package cached": 120.0, "start again": 5.0}


class Start(NamedTuple):
    """Seconds from the command to the address, and to a plant that moves."""

    address: float
    moving: float


def start(command: list[str], folder: Path, environment: dict[str, str]) -> Start:
    """Run `command` until the plant moves, then stop it as Ctrl-C does."""
    began = time.monotonic()
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            address, said = "", ""
            for said in process.stdout:
                if found := re.search(r"http://[\w.:\[\]-]+", said):
                    address = found.group(0)
                    break
            if not address:
                raise SystemExit(f"it ended without an address; its last words: {said}")
            known = time.monotonic() - began
            first = events(address)
            while events(address) <= first:
                if time.monotonic() - began > LIMIT_S:
                    raise SystemExit(f"the plant did not move within {LIMIT_S:.0f} s")
                time.sleep(0.05)
            return Start(known, time.monotonic() - began)
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.communicate(timeout=60)


def events(address: str) -> int:
    """How many events the plant's log holds, by the pages' own word; -1 while they do not answer."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=10) as answer:
            return int(json.load(answer)["events"])
    except (urllib.error.URLError, TimeoutError):
        return -1


def main() -> int:
    """Measure and print; 1 when a goal was missed."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--full", action="store_true", help="fetch every package again")
    full = ask.parse_args().full
    with tempfile.TemporaryDirectory(prefix="dengta-start-") as place:
        environment = {**os.environ, "XDG_CACHE_HOME": f"{place}/cache"}
        if full:
            environment |= {f"{tool}_CACHE_DIR": f"{place}/{tool}" for tool in ("UV", "PIP")}
            environment["npm_config_cache"] = f"{place}/npm"
        else:  # the kernels' cache is under XDG_CACHE_HOME, and so are by default those of the package tools
            caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
            environment |= {f"{tool}_CACHE_DIR": str(caches / tool.lower()) for tool in ("UV", "PIP")}
        for name in ("VIRTUAL_ENV", "DENGTA_HOME", "NUMBA_CACHE_DIR"):
            environment.pop(name, None)
        began = time.monotonic()
        subprocess.run(["git", "clone", "--quiet", str(ROOT), f"{place}/dengta"], check=True)
        clone = time.monotonic() - began
        folder = Path(place) / "dengta"
        command = ["make", "--silent", "run", "RUN_ARGS=--port 0"]
        first = start(command, folder, environment)
        again = [start(command, folder, environment) for _ in range(AGAIN)]
    label = "first start, no package cached" if full else "first start"
    measured = {
        label: Start(clone + first.address, clone + first.moving),
        "start again": Start(*(statistics.median(column) for column in zip(*again, strict=True))),
    }
    print(f"{'':32} {'address':>9} {'moving':>9} {'goal':>7}")
    for name, seconds in measured.items():
        print(f"{name:32} {seconds.address:7.1f} s {seconds.moving:7.1f} s {GOALS[name]:5.0f} s")
    return int(any(seconds.moving > GOALS[name] for name, seconds in measured.items()))


if __name__ == "__main__":
    raise SystemExit(main())
