"""What if: a whole register under a rule and under another, in arrays, beside the same claims case by case.

Every loan of the sample city day by day over all years of the rule, twice. Case by case is the explained computation
that a page shows for one firm; both must agree to the fen, firm by firm and year by year.
"""

from __future__ import annotations

import argparse
import statistics

import numpy as np

from bench.stand.rounds import interleaved, judged, machine
from dengta.apps.loans.sample_city import city_data, sample_of
from dengta.engines.subsidy import Article, Programme, Register, compute, from_toml
from dengta.engines.subsidy.kernels import Ints
from dengta.engines.subsidy.sample import Borrower
from dengta.engines.subsidy.what_if import one_year as year_of
from dengta.engines.subsidy.what_if import proposal, setting, what_if, years_of
from dengta.programmes import rules

CLAIM_S = 1.0
CHANGES = ("share=0.5", "cap_year=2000000@2024-01-01")


def main() -> int:
    """Print the table; 1 when both ways differ by a fen."""
    ask = argparse.ArgumentParser(prog="python -m bench.what_if")
    ask.add_argument("--rounds", type=int, default=5)
    ask.add_argument("--full", action="store_true", help="nine rounds, and every firm case by case")
    told = ask.parse_args()
    rounds, every = (9, 1) if told.full else (told.rounds, 10)
    programme = from_toml(rules("zhongshan"), "zhongshan")
    article = programme.articles[0]
    borrowers = sample_of(city_data(programme.id))
    cases, towns = [one.case for one in borrowers], [one.town for one in borrowers]
    years = years_of(article, cases)
    register = Register.of(article, cases, years)
    settings = [setting(text) for text in CHANGES]
    some = borrowers[::every]
    other = proposal(article, settings)
    answers: dict[str, tuple[Ints, Ints]] = {}

    def arrays(_: int) -> float:
        found = what_if(register, towns, article, settings).changed
        answers["arrays"] = found.before[::every], found.after[::every]
        return 0.0

    def loading(_: int) -> float:
        Register.of(article, cases, years)
        return 0.0

    def one_by_one(_: int) -> float:
        answers["case by case"] = amounts(programme, article, some, years), amounts(programme, other, some, years)
        return 0.0

    laps = interleaved({"arrays": arrays, "columns from cases": loading, "case by case": one_by_one}, rounds, seed=1)
    loans = [(one.case.day, loan) for one in borrowers for p in one.case.projects for loan in p.loans]
    days = sum((end - loan.balances[0].day).days for end, loan in loans)
    print(f"{machine()}; {len(cases):,} firms, {len(years)} years, {days:,} days of balances, {rounds} rounds")
    print(f"case by case: {len(some):,} firms\n")
    print("| way | firm-years | ms, median | CPU ms | µs a firm-year | claimed |")
    print("|---|---:|---:|---:|---:|---|")
    for name, lap in laps.items():
        work = 2 * len(years) * (len(some) if name == "case by case" else len(cases))
        wall, cpu = statistics.median(lap.wall), statistics.median(lap.cpu)
        claim = f"<= {CLAIM_S:.0f} s {'holds' if wall <= CLAIM_S else 'MISSED'}" if name == "arrays" else ""
        print(f"| {name} | {work:,} | {wall * 1e3:.0f} | {cpu * 1e3:.0f} | {wall / work * 1e6:.1f} | {claim} |")
    same = all(np.array_equal(a, b) for a, b in zip(answers["arrays"], answers["case by case"], strict=True))
    return int(judged({"arrays": "" if same else "other fen than case by case"}))


def amounts(programme: Programme, article: Article, some: tuple[Borrower, ...], years: tuple[int, ...]) -> Ints:
    """(firms, years): fen by the explained computation."""
    alone = Programme(programme.id, programme.name, (article,))
    out = np.zeros((len(some), len(years)), np.int64)
    for k, one in enumerate(some):
        granted: dict[int, int] = {}
        for n, year in enumerate(years):
            out[k, n] = granted[year] = compute(alone, year_of(one.case, article, year, granted)).amount or 0
    return out


if __name__ == "__main__":
    raise SystemExit(main())
