"""The words an event may use: types, machine states with their ISO 22400 time element, whose clock, quality flags."""

from __future__ import annotations

from enum import IntEnum, IntFlag, StrEnum


class EventType(IntEnum):
    """What an event reports. The numbers are stored: never renumber, only add."""

    STATE = 1
    COUNTER = 2
    OPERATION_START = 3
    OPERATION_END = 4
    GOOD = 5
    SCRAP = 6
    REWORK = 7
    MEASUREMENT = 8
    ENERGY = 9
    LOGIN = 10
    LOGOUT = 11
    GAP = 12
    CORRECTION = 13
    ORDER = 14
    ORDER_LINE = 15
    SHIPMENT = 16

    @property
    def word(self) -> str:
        """The word in exports: ``operation_start``."""
        return self.name.lower()


VALUED = frozenset(EventType) - {EventType.STATE, EventType.OPERATION_START, EventType.LOGIN, EventType.LOGOUT}
"""Types whose `value` means something; the others carry none (stored as 0, not exported)."""

POINTING = frozenset({EventType.GAP, EventType.CORRECTION})
"""Types that name another event's key: the one corrected, or the first one lost. Any other type names one as a twin."""


class TimeElement(StrEnum):
    """ISO 22400-2 time elements a machine's minute can fall into, and the two that stand outside planned busy time."""

    APT = "APT"  # actual production time: adds value
    ASUT = "ASUT"  # actual unit setup time
    ADET = "ADET"  # actual unit delay time: malfunctions, minor stops, waiting during an order
    ADOT = "ADOT"  # actual unit down time: could work, has no order or nobody
    PMT = "PMT"  # planned maintenance: not planned busy
    REST = "REST"  # breaks and closed hours: not planned busy
    UNKNOWN = "UNKNOWN"  # nobody knows: never counted as anything else


STATE_ELEMENT: dict[str, TimeElement] = {
    "running": TimeElement.APT,
    "setup": TimeElement.ASUT,
    "minor_stop": TimeElement.ADET,
    "down": TimeElement.ADET,
    "starved": TimeElement.ADET,
    "blocked": TimeElement.ADET,
    "waiting": TimeElement.ADET,
    "idle": TimeElement.ADOT,
    "maintenance": TimeElement.PMT,
    "break": TimeElement.REST,
    "off": TimeElement.REST,
    "unknown": TimeElement.UNKNOWN,
}
"""Machine state -> time element. A reason of the plant book may say otherwise for its events."""

ACTIVITY_ELEMENT: dict[str, TimeElement] = {
    "run": TimeElement.APT,
    "setup": TimeElement.ASUT,
    "breakdown": TimeElement.ADET,
}
"""Activity of an operation report (`code` of operation_start and operation_end) -> time element."""


class ClockSource(IntEnum):
    """Whose clock `ts` is. Most "wrong time" complaints are a missing statement of this."""

    DEVICE = 1  # the machine's controller
    SERVER = 2  # a system: an OPC UA server between, the ordering system
    EDGE = 3  # ours, at receipt
    PERSON = 4  # the terminal on which somebody tapped
    RECORD = 5  # a report or file written afterwards
    PAPER = 6  # a third party's paper: a supplier's bill, an inspector's record
    STATEMENT = 7  # what somebody says, without a record

    @property
    def word(self) -> str:
        """The word in exports: ``device``."""
        return self.name.lower()


class Flag(IntFlag):
    """Quality flags; bits are stored: never reassign, only add."""

    NONE = 0
    HISTORICAL = 1  # buffered at the source and sent later
    UNCERTAIN = 2  # the source said its value is uncertain
    BAD = 4  # the source said its value is bad: kept, not counted
    OVERFLOW = 8  # the source lost values before this one
    SYNTHETIC = 16  # made by a model, not by a plant
    REPAIRED = 32  # an importer changed it by a stated rule
    CLOCK_AHEAD = 64  # `ts` lay ahead of receipt by more than the stream's tolerance
    TWIN = 128  # says what another stream's event says, whose key is `ref_*`: kept, not counted


UNCOUNTED = Flag.BAD | Flag.TWIN
"""Events with one of these are kept and shown, and no figure counts them."""

LARGEST_FLAGS = (1 << len(Flag)) - 1
