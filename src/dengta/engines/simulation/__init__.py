"""A plant on flat arrays: machines, buffers, people, shifts, orders -> the events a real one would send.

`parse(text)` reads a model; ``Simulation(model, shifts, origin, seed).until(at)`` runs it, in as many steps as one
likes, and from a `State` taken of it; `summarise` says what it came to, `judge` whether it kept every law.
"""

from dengta.engines.simulation.check import judge, unknown_names
from dengta.engines.simulation.model import PlantModel
from dengta.engines.simulation.next_event import Simulation, State
from dengta.engines.simulation.reading import parse
from dengta.engines.simulation.summary import Summary, summarise
from dengta.engines.simulation.trace import SimulatedEvents

__all__ = [
    "PlantModel",
    "SimulatedEvents",
    "Simulation",
    "State",
    "Summary",
    "judge",
    "parse",
    "summarise",
    "unknown_names",
]
