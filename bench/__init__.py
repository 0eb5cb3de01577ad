"""One script per published claim: `python -m bench` lists and runs them, `docs/benchmarks.md` keeps the last tables."""
