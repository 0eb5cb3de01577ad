"""A plant on flat arrays: machines, buffers, people, shifts, orders -> the events a real one would send.

`parse(text)` reads a model; ``Simulation(model, shifts, origin, seed).until(at)`` runs it, as often as one likes.
"""

from dengta.engines.simulation.model import PlantModel
from dengta.engines.simulation.next_event import Simulation
from dengta.engines.simulation.reading import parse
from dengta.engines.simulation.trace import SimulatedEvents

__all__ = ["PlantModel", "SimulatedEvents", "Simulation", "parse"]
