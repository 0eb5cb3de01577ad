"""A plan as a text a planner can read: what each machine does when, and what each operation waited for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dengta.cli.printing import language, tr
from dengta.cli.schedule_answers import last_of, moment, told
from dengta.core.reason import Reason
from dengta.engines.scheduling import Plan, Problem
from dengta.words import say


def as_text(plan: Plan) -> str:
    """Machine by machine, then the late orders with what holds them, last first, then the wishes that are broken."""
    return "\n".join(_lines(plan)) + "\n"


def _lines(plan: Plan) -> Iterator[str]:
    p, s = plan.problem, plan.sheet
    for m in range(len(p.columns.machine_calendar)):
        here = np.flatnonzero(s.machine == m)
        yield p.names.of("machines", m)
        for i in here[np.lexsort((here, s.end[here], s.start[here]))].tolist():
            yield from _operation(plan, i)
        yield ""
    for order in plan.late().tolist():
        due, done = moment(p, int(p.columns.due[order])), moment(p, int(plan.done()[order]))
        yield tr("scheduling.late_order", order=p.names.of("orders", order), due=due, done=done)
        for binding in plan.why(last_of(plan, order)):
            yield f"  {p.operation_name(binding.operation)} {_said(p, binding.reason)}"
    for reason in plan.wishes:
        yield say(told(p, reason), language())


def _operation(plan: Plan, i: int) -> Iterator[str]:
    p, s = plan.problem, plan.sheet
    if s.setup[i]:
        yield f"  {_span(p, int(s.setup_start[i]), int(s.setup_end[i]))}  {tr('scheduling.set_up')}"
    held = s.who[p.columns.slot_ptr[i] : p.columns.slot_ptr[i + 1]].tolist()
    who = sorted({p.names.of("resources", one) for one in held if one >= 0})
    name = p.operation_name(i) + (f" ({', '.join(who)})" if who else "")
    yield f"  {_span(p, int(s.start[i]), int(s.end[i]))}  {name} {_said(p, plan.why(i)[0].reason)}"


def _span(problem: Problem, start: int, end: int) -> str:
    """From when to when; the day of the end only where it is another one."""
    first, last = moment(problem, start), moment(problem, end)
    return f"{first} - {last[11:] if problem.origin and first[:10] == last[:10] else last}"


def _said(problem: Problem, reason: Reason) -> str:
    """The sentence alone: what it is of stands before it."""
    return say(Reason(reason.code, (), told(problem, reason).params), language())
