"""`pip install .` in an empty environment: `dengta log` works without Django, node or a compiler.

`.ci/bare` does that with a real empty environment at the end of `make test`; here the same verbs run with the web half,
node and compilers out of reach, so that a slip shows early.
"""

from __future__ import annotations

import json
import subprocess
import sys

from tests.stories.conftest import ROOT, Terminal

WITHOUT_WEB = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in {'django', 'ninja', 'uvicorn', 'babel', 'psycopg'}:
            raise ModuleNotFoundError(f'{name} is not part of the bare package', name=name)
sys.meta_path.insert(0, Absent())
from dengta.cli.main import main
main()
"""


def bare(terminal: Terminal, *words: str, feed: str | None = None) -> str:
    """`dengta words...` where only the bare package can be imported."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_WEB, *words],
        env=terminal.environment(PATH="/nowhere", CC="/nowhere/cc"),
        cwd=ROOT,
        input=feed,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_log_keeps_and_gives_back(terminal: Terminal) -> None:
    """Two events in, the same two lines out, and a log that verifies."""
    line = (
        '{"stream":7,"epoch":1,"seq":0,"ts":1000000,"recv":2000000,"clock":"device",'
        '"type":"state","subject":"saw-1","code":"running"}\n'
        '{"stream":7,"epoch":1,"seq":1,"ts":3000000,"recv":4000000,"clock":"device",'
        '"type":"good","subject":"saw-1","value":3}\n'
    )
    bare(terminal, "log", "append", "-", "--site", "bench", feed=line)
    assert bare(terminal, "log", "export", "--site", "bench") == line
    assert json.loads(bare(terminal, "log", "verify", "--site", "bench", "--json"))["damage"] == []
    assert json.loads(bare(terminal, "log", "status", "--site", "bench", "--json"))["events"] == 2
