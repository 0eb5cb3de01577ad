"""The sheets of a shop that is a workbook, and their columns, named as the keys of `shop.toml` are."""

from __future__ import annotations

SHEETS: dict[str, tuple[str, ...]] = {
    "shop": ("start", "zone", "tick", "days", "now"),
    "calendars": ("id", "weekly", "closed", "rate"),
    "openings": ("calendar", "start", "end", "rate"),
    "setups": ("id", "before", "after", "time", "attached"),
    "machines": ("id", "calendar", "setups", "state", "capacity", "wait", "buffer"),
    "resources": ("id", "skills", "calendar"),
    "materials": ("id", "stock"),
    "receipts": ("material", "at", "quantity"),
    "orders": ("id", "release", "due", "deadline", "weight"),
    "operations": (
        "order", "id", "machine", "time", "state", "needs", "uses", "makes", "key", "size", "must_fit", "split",
        "pin_start", "pin_machine", "pin_after", "begun_on", "begun_at", "remaining", "ended_at",
    ),
    "links": ("order", "operation", "after", "least", "most"),
}  # fmt: skip
"""Only machines, orders and operations have to be there. In setups, the row without before and after is the default;
operations of one id are one operation on several machines; links without an operation are of the whole order."""

PIN = {"start": "pin_start", "machine": "pin_machine", "after": "pin_after"}
PROGRESS = {"machine": "begun_on", "start": "begun_at", "remaining": "remaining", "end": "ended_at"}
