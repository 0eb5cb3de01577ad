"""Pull the plug: kill -9 any process. Nothing acknowledged is lost, nothing counted twice, damage is named.

Two hundred kills are in bench/kill9.py, every cut of the power in tests/log; this is the sentence once, by hand.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.stories.conftest import Terminal

WRITER = """
import sys
from pathlib import Path
from dengta.core.batch import EventBatch
from dengta.log import Log
import numpy as np
log = Log.open(Path(sys.argv[1]), "bench", lambda: 1_000_000)
seq = int(sys.argv[2])
while True:
    n = 50
    batch = EventBatch.from_columns(n, ["", "saw-1"], stream=7, epoch=1, seq=np.arange(seq, seq + n),
        ts=np.arange(seq, seq + n) * 1000, clock=1, type=5, subject=1, value=1)
    log.append(batch).result()
    seq += n
    print(seq, flush=True)
"""


def test_what_was_acknowledged_is_there_once(terminal: Terminal) -> None:
    """Kill the writer at work, five times; each time everything it acknowledged is there, once."""
    folder = terminal.home / "sites" / "bench" / "log"
    folder.mkdir(parents=True)
    acknowledged = 0
    for _ in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), str(acknowledged)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            for line in writer.stdout:
                acknowledged = int(line)
                if acknowledged % 1000 == 500:
                    os.kill(writer.pid, signal.SIGKILL)
                    break
            acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
        lines = [json.loads(line) for line in terminal.run("log", "export").stdout.splitlines()]
        seqs = [line["seq"] for line in lines]
        assert len(seqs) == len(set(seqs)), "counted twice"
        assert set(range(acknowledged)) <= set(seqs), "acknowledged and lost"


def test_a_flipped_byte_is_named(terminal: Terminal) -> None:
    """One byte of a sealed file changes; verify names the file and the exact events."""
    line = (
        '{{"stream":7,"epoch":1,"seq":{0},"ts":1{0:03}000000,"recv":0,"clock":"device",'
        '"type":"good","subject":"saw-1","value":1}}\n'
    )
    terminal.run("log", "append", "-", "--site", "bench", feed="".join(line.format(i) for i in range(100)))
    terminal.run("log", "seal", "--until", "2020-01-01T00:00:00Z")
    (file,) = (terminal.home / "sites" / "bench" / "log" / "sealed").rglob("*.parquet")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0x10
    file.write_bytes(content)
    done = terminal.run("log", "verify", "--json", expect=1)
    (damage,) = json.loads(done.stdout)["damage"]
    assert Path(damage["place"]).name == file.name
    assert damage["keys"] == [{"stream": 7, "epoch": 1, "first": 0, "last": 99}]
