"""The one door to every search: a problem and a budget in, the best plan found out, judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dengta.core.budget import Budget
from dengta.core.reason import Reason, Refusal
from dengta.engines.scheduling.beam import chained, look_ahead
from dengta.engines.scheduling.bounds import makespan_bound
from dengta.engines.scheduling.decoder import DUE_RULES, RULES, Decoder
from dengta.engines.scheduling.flowshop import FlowShop, flowshop
from dengta.engines.scheduling.from_columns import from_arrays
from dengta.engines.scheduling.hands import ALONE, Hands
from dengta.engines.scheduling.hybrid import Hybrid
from dengta.engines.scheduling.incumbent import Incumbent
from dengta.engines.scheduling.model import Shop
from dengta.engines.scheduling.objective import Goal
from dengta.engines.scheduling.plan import Plan
from dengta.engines.scheduling.portfolio import Climb
from dengta.engines.scheduling.problem import Problem
from dengta.engines.scheduling.sequencing import Sequencing
from dengta.engines.scheduling.team import run, search_for

THOROUGH = Budget(work=1000)
_WARM = 100  # units of work after which every kernel has been used
_LARGE = 2500  # operations, from which on the graph search alone is too slow
_SLICE = 20  # plans of the climb at a time
_MANY = 5_000  # from so many operations on, a plan by rule of a shop with everything takes a tenth of a second and more


def solve(
    shop: Shop | Problem,
    goal: Goal | None = None,
    budget: Budget = THOROUGH,
    seed: int = 1,
    *,
    judged: bool = True,
    hands: Hands = ALONE,
) -> Plan:
    """The best plan of `shop` that `budget` allows; the same seed and work give the same plan.

    There is always a plan: what it cannot fulfil is in `Plan.wishes`. `judged` False leaves out the independent judge,
    who otherwise refuses (as a fault of the engine) a plan that breaks a law. `hands` carry out several searches, from
    which the same seed, work and count give the same plan.
    """
    problem = shop.problem if isinstance(shop, Shop) else shop
    goal = problem.goal if goal is None else goal
    best = Incumbent(problem, goal, budget, makespan_bound(problem))
    _search(problem, best, seed, hands)
    plan = Plan(problem, best.plan, goal, best.bound, best.work)
    if judged:
        plan.check()
    return plan


def warm(problem: Problem, goal: Goal) -> None:
    """Load, or compile, the kernels that `solve` will use for such a problem and goal, so that no clock counts it."""
    line = flowshop(problem)
    ways = 2 if line is not None and line.hybrid else 1
    shapes = [[0, 1, 2] * 3 if line is not None else [0, 1, 2, 0, 2, 1, 1, 2, 0]]
    if line is None and _worth_looking_ahead(problem):
        shapes.append([0, 1, 0, 1, 0, 1, 0, 1, 0])
    for stages in shapes:
        tiny = from_arrays(
            order=np.repeat(np.arange(3), 3),
            way_ptr=np.arange(0, 9 * ways + 1, ways),
            way_machine=[ways * stage + k for stage in stages for k in range(ways)],
            way_time=np.repeat([3, 2, 2, 2, 1, 4, 4, 2, 3], ways),
            due=[1, 1, 1],
            permutation=problem.permutation,
        )
        if not problem.plain and not problem.permutation:  # places before machines: enough to go the whole way
            tiny = replace(tiny, columns=tiny.columns._replace(buffer=np.full(ways * 3, 3, np.int64)))
        _search(tiny, Incumbent(tiny, goal, Budget(work=_WARM)), 1, ALONE)
    makespan_bound(tiny)


def _search(problem: Problem, best: Incumbent, seed: int, hands: Hands) -> None:
    """Every search that fits the shop and the goal."""
    if problem.permutation:
        _in_one_sequence(problem, best, seed, hands)
    else:
        _freely(problem, best, seed, hands)


def _in_one_sequence(problem: Problem, best: Incumbent, seed: int, hands: Hands) -> None:
    """Every machine takes the orders in the same sequence. Refusal where the orders do not flow so."""
    shop = flowshop(problem)
    if shop is None or shop.hybrid:
        raise Refusal(Reason("scheduling.not_yet_permutation"))
    chances = [np.random.default_rng([seed, k] if k else seed) for k in range(hands.count)]
    team = [Sequencing(shop, best.branch(), chance) for chance in chances]
    hands.carry([search.begin for search in team])
    for search in team:
        best.join(search.best)
    run(team, best, hands)


def _along_the_line(shop: FlowShop, best: Incumbent, seed: int) -> None:
    """A flow shop, before the search that knows every plan: as long as sequences of the orders gain something."""
    if best.go_on():
        search = (Hybrid if shop.hybrid else Sequencing)(shop, best, np.random.default_rng(seed))
        search.begin()
        while best.go_on() and not search.settled:
            search.step(1)


def _worth_looking_ahead(problem: Problem) -> bool:
    """Large shops, and those whose orders come back to machines; else the graph search finds more meanwhile."""
    n, c = len(problem.columns.order), problem.columns
    return n >= _LARGE or n > len(c.release) * len(np.unique(c.way_machine))


def _freely(problem: Problem, best: Incumbent, seed: int, hands: Hands) -> None:
    """The portfolio first; then the search that knows most of this kind of shop and goal."""
    climb = Climb(Decoder(problem), best, np.random.default_rng(seed))
    shop = flowshop(problem)
    ahead = shop is None and chained(problem) and best.goal.kinds == {"makespan"} and _worth_looking_ahead(problem)
    dear = not problem.plain and len(problem.columns.order) > _MANY
    starts = climb.begin(RULES[:1] if ahead else DUE_RULES if dear else RULES)
    if not best.go_on():
        return  # before anything is laid out for searches
    if ahead:
        starts = look_ahead(climb.decoder, best, seed, hands) or starts
    if shop is not None:
        _along_the_line(shop, best, seed + 2)
    if not ahead:
        climb.run(10 * _SLICE if dear else _SLICE)  # a large list is not yet made as good as its plan
    chances = [np.random.default_rng([seed, k]) for k in range(hands.count)]
    team = [
        search_for(problem, best.branch(), one, [best.plan, *starts[k :: len(chances)]], place=k)
        for k, one in enumerate(chances)
    ]
    run(team, best, hands)
