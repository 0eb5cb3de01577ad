"""A small plant with routes, and any history of its orders: late, corrected, nonsensical in its counts."""

from __future__ import annotations

from hypothesis import strategies as st

from dengta.core.event import Event, Key
from dengta.core.time import HOUR, MINUTE, SECOND, from_iso
from dengta.core.vocabulary import ClockSource, EventType, Flag
from dengta.engines import plantbook

BOOK = plantbook.parse(
    """
[book]
site = "shop"
name = { en = "Shop", zh = "车间" }
zone = "Asia/Shanghai"
valid_from = 2026-01-01
calendar = "two"
[[area]]
id = "hall"
name = { en = "Hall", zh = "车间" }
[[kind]]
id = "any"
name = { en = "Any", zh = "任意" }
"""
    + "".join(
        f"""
[[line]]
id = "{op}-line"
area = "hall"
name = {{ en = "{op}", zh = "{op}线" }}
[[operation]]
id = "{op}"
name = {{ en = "{op}", zh = "{op}" }}
{"gathers = true" if op == "pack" else ""}
[[cycle]]
operation = "{op}"
line = "{op}-line"
seconds = {seconds}
"""
        + "".join(
            f"""
[[machine]]
id = "{op}-{i}"
line = "{op}-line"
kind = "any"
name = {{ en = "{op} {i}", zh = "{op} {i}" }}
"""
            for i in (1, 2)
        )
        for op, seconds in (("saw", 10), ("edge", 20), ("pack", 30))
    )
    + """
[[route]]
item = "door"
operations = ["saw", "edge", "pack"]
[[route]]
item = "back"
operations = ["saw", "pack"]
[[calendar]]
id = "two"
name = { en = "Two shifts", zh = "两班" }
[[calendar.shift]]
id = "day"
name = { en = "Day", zh = "白班" }
weekdays = ["mon", "tue", "wed", "thu", "fri"]
start = "08:00"
end = "16:00"
breaks = [{ start = "12:00", end = "12:30" }]
[[calendar.shift]]
id = "night"
name = { en = "Night", zh = "夜班" }
weekdays = ["mon", "tue", "wed", "thu", "fri"]
start = "22:00"
end = "06:00"
"""
)
START = from_iso("2026-06-03T08:00:00+08:00")  # a Wednesday
MACHINES = tuple(BOOK.machines)


def told(seq: int, at: int, kind: EventType, code: str = "", value: int = 0, **more: object) -> Event:
    """One event `at` microseconds after START; orders' events come from the site, others from a machine."""
    of_order = kind in (EventType.ORDER, EventType.ORDER_LINE, EventType.SHIPMENT)
    subject = more.pop("subject", "shop" if of_order else "saw-1")
    clock = ClockSource.SERVER if of_order else ClockSource.DEVICE
    return Event(
        stream=1, epoch=1, seq=seq, ts=START + at, clock=clock, type=kind, subject=str(subject), code=code, value=value,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Up to forty events of three orders, sorted by nothing in particular."""
    events: list[Event] = []
    orders = st.sampled_from(["A", "B", "C"])
    items = st.sampled_from(["door", "back"])
    at = st.integers(0, 30 * HOUR // MINUTE).map(lambda n: n * MINUTE)
    for seq in range(draw(st.integers(1, 40))):
        kind = draw(st.sampled_from([
            EventType.ORDER, EventType.ORDER_LINE, EventType.ORDER_LINE, *[EventType.GOOD] * 6, EventType.SCRAP,
            EventType.REWORK, EventType.SHIPMENT, EventType.CORRECTION, EventType.OPERATION_START,
            EventType.OPERATION_END,
        ]))  # fmt: skip
        order, when = draw(orders), draw(at)
        if kind is EventType.ORDER:
            due = draw(st.one_of(st.just(0), at.map(lambda n: START + n)))
            events.append(told(seq, when, kind, value=due, order=order, lot="W1"))
        elif kind is EventType.ORDER_LINE:
            events.append(told(seq, when, kind, draw(items), draw(st.integers(0, 6)), order=order))
        elif kind is EventType.SHIPMENT:
            events.append(told(seq, when, kind, value=draw(st.integers(0, 8)), order=order))
        elif kind is EventType.CORRECTION:
            if not events:
                continue
            target = draw(st.sampled_from(events))
            code = draw(st.sampled_from(["retract", "value"]))
            events.append(told(seq, when, kind, code, draw(st.integers(0, 5)), ref=Key(1, 1, target.seq)))
        elif kind in (EventType.OPERATION_START, EventType.OPERATION_END):
            machine = draw(st.sampled_from(MACHINES))
            operation = machine.partition("-")[0]
            events.append(told(seq, when, kind, "run", order=order, operation=operation, subject=machine))
        else:
            machine = draw(st.sampled_from(MACHINES))
            flags = draw(st.sampled_from([Flag.NONE] * 9 + [Flag.BAD]))
            item = draw(st.one_of(items, items, items, st.just("")))
            operation = machine.partition("-")[0]
            value = draw(st.integers(0, 5))
            events.append(
                told(seq, when, kind, item, value, order=order, operation=operation, subject=machine, flags=flags)
            )
    return events


RUSH = 2 * HOUR
"""When the orders of `rushes` are looked at, after START."""


@st.composite
def rushes(draw: st.DrawFn) -> list[Event]:
    """Three orders, due within minutes or hours of RUSH, each somewhere on its way; some have jobs under way."""
    events: list[Event] = []

    def tell(at: int, kind: EventType, code: str = "", value: int = 0, **more: object) -> None:
        events.append(told(len(events), at, kind, code, value, **more))

    for order in ("A", "B", "C"):
        due = RUSH + draw(st.integers(-1, 60)) * MINUTE + draw(st.integers(0, 59)) * SECOND
        tell(draw(st.integers(0, 3)), EventType.ORDER, value=START + due, order=order)
        for item in ("door", "back"):
            left = draw(st.integers(0, 60))
            tell(1, EventType.ORDER_LINE, item, left, order=order)
            for operation in BOOK.routes[item]:
                left = draw(st.integers(0, left))
                at, machine = draw(st.integers(1, 119)) * MINUTE, f"{operation}-{draw(st.sampled_from((1, 2)))}"
                job = {"order": order, "operation": operation, "subject": machine}
                tell(at, EventType.GOOD, item, left, **job)
                if draw(st.booleans()):
                    tell(draw(st.integers(0, 119)) * MINUTE, EventType.OPERATION_START, "run", **job)
                if draw(st.integers(0, 3)) == 0:
                    tell(draw(st.integers(0, 119)) * MINUTE, EventType.OPERATION_END, "run", **job)
    return events
