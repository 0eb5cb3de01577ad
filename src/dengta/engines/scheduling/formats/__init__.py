"""Files -> problems: the formats of the public instance sets, and Dengta's own `shop.toml`."""

from collections.abc import Callable
from typing import NamedTuple

from dengta.engines.scheduling.formats import flow, shop_toml, shops
from dengta.engines.scheduling.formats.shop_toml import from_tables
from dengta.engines.scheduling.objective import Goal
from dengta.engines.scheduling.problem import Problem

MAKESPAN, TARDINESS = "makespan", "tardiness, makespan"


class Format(NamedTuple):
    """How a file is read, and what its instances are measured by."""

    read: Callable[[str, str], Problem]
    goal: str


FORMATS: dict[str, Format] = {
    "jsp": Format(shops.jsp, MAKESPAN),
    "rjsp": Format(shops.rjsp, MAKESPAN),
    "fjsp": Format(shops.fjsp, MAKESPAN),
    "fajsp": Format(shops.fajsp, MAKESPAN),
    "sdst": Format(shops.sdst, TARDINESS),
    "hfsp": Format(flow.hfsp, MAKESPAN),
    "npfsp": Format(flow.npfsp, MAKESPAN),
    "sdst-pfsp": Format(flow.sdst_pfsp, MAKESPAN),
    "tt-pfsp": Format(flow.tt_pfsp, "tardiness"),
    "toml": Format(shop_toml.from_toml, TARDINESS),
    "json": Format(shop_toml.from_json, TARDINESS),
}


def read(text: str, source: str, form: str) -> tuple[Problem, Goal]:
    """The problem a file states, and its kind of goal. Refusal with every fault, KeyError: no such format."""
    one = FORMATS[form]
    return one.read(text, source), Goal.of(one.goal)


__all__ = ["FORMATS", "Format", "from_tables", "read"]
