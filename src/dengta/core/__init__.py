"""What everybody speaks: events, intervals, shifts, quantities, money, ids, time, reasons, budgets.

Imports nothing else of Dengta. Nothing here reads a clock, a disk or a network: the time is always an argument.
"""
