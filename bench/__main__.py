"""`python -m bench`: every bench of this folder, one after the other; name some to run only those.

A bench is a module `bench/<name>.py` with a docstring, a `main()` that answers 0 when all contestants' answers were
right, and `--full` for the long run. What it prints goes into `docs/benchmarks.md`.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


def benches() -> dict[str, str]:
    """Name -> first line of the docstring, of every bench here."""
    found: dict[str, str] = {}
    for file in sorted(HERE.glob("*.py")):
        if not file.name.startswith("_"):
            found[file.stem] = (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").partition("\n")[0]
    return found


def main() -> int:
    """Run them; 1 when one of them failed or judged an answer wrong."""
    known = benches()
    about = "\n".join(f"  {name:12} {line}" for name, line in known.items())
    ask = argparse.ArgumentParser(
        prog="python -m bench", epilog=f"benches:\n{about}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ask.add_argument("names", nargs="*", metavar="NAME", help="which to run; all when none is named")
    ask.add_argument("--full", action="store_true", help="the long runs (hours); without, about 15 minutes for all")
    told = ask.parse_args()
    unknown = [name for name in told.names if name not in known]
    if unknown:
        ask.error(f"no such bench: {', '.join(unknown)}; there are: {', '.join(known)}")
    failed = []
    for name in told.names or known:
        print(f"\n## {name}: {known[name]}\n", flush=True)
        start = time.monotonic()
        full = ["--full"] if told.full else []
        if subprocess.run([sys.executable, "-m", f"bench.{name}", *full], cwd=HERE.parent, check=False).returncode:
            failed.append(name)
        print(f"\n({name}: {time.monotonic() - start:.0f} s)", flush=True)
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main())
