"""The one door to every search: a problem and a budget in, the best plan found out, judged."""

from __future__ import annotations

import numpy as np

from dengta.core.budget import Budget
from dengta.core.reason import Reason, Refusal
from dengta.engines.scheduling.anneal import Anneal
from dengta.engines.scheduling.bounds import makespan_bound
from dengta.engines.scheduling.decoder import Decoder
from dengta.engines.scheduling.flowshop import FlowShop, flowshop
from dengta.engines.scheduling.hybrid import Hybrid
from dengta.engines.scheduling.incumbent import Incumbent
from dengta.engines.scheduling.model import Shop
from dengta.engines.scheduling.objective import Goal
from dengta.engines.scheduling.plan import Plan
from dengta.engines.scheduling.portfolio import Climb
from dengta.engines.scheduling.problem import Problem
from dengta.engines.scheduling.sequencing import Sequencing
from dengta.engines.scheduling.tabu import Tabu

THOROUGH = Budget(work=1000)
_SLICE = 20  # plans of the climb at a time


def solve(
    shop: Shop | Problem, goal: Goal | None = None, budget: Budget = THOROUGH, seed: int = 1, *, judged: bool = True
) -> Plan:
    """The best plan of `shop` that `budget` allows; the same seed and work give the same plan.

    There is always a plan: what it cannot fulfil is in `Plan.wishes`. `judged` False leaves out the independent judge,
    who otherwise refuses (as a fault of the engine) a plan that breaks a law.
    """
    problem = shop.problem if isinstance(shop, Shop) else shop
    goal = problem.goal if goal is None else goal
    best = Incumbent(problem, goal, budget, makespan_bound(problem))
    if problem.permutation:
        _in_one_sequence(problem, best, seed)
    else:
        _freely(problem, best, seed)
    plan = Plan(problem, best.plan, goal, best.bound, best.work)
    if judged:
        plan.check()
    return plan


def _in_one_sequence(problem: Problem, best: Incumbent, seed: int) -> None:
    """Every machine takes the orders in the same sequence. Refusal where the orders do not flow so."""
    shop = flowshop(problem)
    if shop is None or shop.hybrid:
        raise Refusal(Reason("scheduling.not_yet_permutation"))
    search = Sequencing(shop, best, np.random.default_rng(seed))
    search.begin()
    while best.go_on():
        search.run()


def _along_the_line(shop: FlowShop, best: Incumbent, seed: int) -> None:
    """A flow shop, before the search that knows every plan: as long as sequences of the orders gain something."""
    if shop.hybrid and best.go_on():
        search = Hybrid(shop, best, np.random.default_rng(seed))
        search.begin()
        while best.go_on() and not search.settled:
            search.run()


def _freely(problem: Problem, best: Incumbent, seed: int) -> None:
    """The portfolio first; then the search that knows most of this kind of shop and goal."""
    climb = Climb(Decoder(problem), best, np.random.default_rng(seed))
    starts = climb.begin()
    shop = flowshop(problem)
    if shop is not None:
        _along_the_line(shop, best, seed + 2)
    if problem.plain and best.goal.kinds == {"makespan"}:
        climb.run(_SLICE)
        tabu = Tabu(problem, best, np.random.default_rng(seed + 1))
        tabu.begin([best.plan, *starts])
        while best.go_on():
            tabu.run()
    elif problem.plain:
        climb.run(_SLICE)
        anneal = Anneal(problem, best, np.random.default_rng(seed + 1))
        while best.go_on():
            anneal.run()
    while best.go_on():
        climb.run(_SLICE)
