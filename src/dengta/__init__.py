"""Dengta (灯塔): from the machine's event to the figure anyone can recompute."""

__version__ = "0.1.0"
