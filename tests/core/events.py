"""Hypothesis strategies for events that are legal at the door."""

from __future__ import annotations

from hypothesis import strategies as st

from dengta.core.event import Event, Key
from dengta.core.event_check import CORRECTIONS
from dengta.core.time import LATEST
from dengta.core.vocabulary import (
    ACTIVITY_ELEMENT,
    LARGEST_FLAGS,
    POINTING,
    STATE_ELEMENT,
    VALUED,
    ClockSource,
    EventType,
    Flag,
)

TEXT = st.one_of(
    st.sampled_from(["", "saw-1", "锯-1", 'a"b\\c', "O-1/2"]),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12),
)
_CLOSED = {
    EventType.STATE: STATE_ELEMENT,
    EventType.OPERATION_START: ACTIVITY_ELEMENT,
    EventType.OPERATION_END: ACTIVITY_ELEMENT,
    EventType.CORRECTION: CORRECTIONS,
}
_OF_ORDERS = {EventType.ORDER, EventType.ORDER_LINE, EventType.SHIPMENT}
_WHOLE = {EventType.GOOD, EventType.SCRAP, EventType.REWORK, EventType.OPERATION_END, *_OF_ORDERS}


@st.composite
def legal_events(draw: st.DrawFn) -> Event:
    """Any event that the door lets in."""
    kind = draw(st.sampled_from(list(EventType)))
    flags = Flag(draw(st.integers(0, LARGEST_FLAGS))) & ~(Flag.TWIN if kind in POINTING else Flag.NONE)
    low = 0 if kind in _WHOLE else -(2**63) + 1
    high = LATEST if kind is EventType.ORDER else 2**63 - 1
    words = dict.fromkeys(("reason", "order", "operation", "lot", "person", "unit", "gauge"), TEXT)
    if kind in _OF_ORDERS:
        words["order"] = TEXT.filter(bool)
    code = TEXT.filter(bool) if kind is EventType.ORDER_LINE else TEXT
    return Event(
        stream=draw(st.integers(0, 2**53 - 1)),
        epoch=draw(st.integers(1, 2**31 - 1)),
        seq=draw(st.integers(0, 2**62)),
        ts=draw(st.integers(0, LATEST)),
        recv=draw(st.integers(0, LATEST)),
        clock=draw(st.sampled_from(list(ClockSource))),
        type=kind,
        subject=draw(TEXT.filter(bool)),
        code=draw(st.sampled_from(sorted(_CLOSED[kind])) if kind in _CLOSED else code),
        **{name: draw(text) for name, text in words.items()},
        value=draw(st.integers(low, high)) if kind in VALUED else 0,
        scale=0 if kind in _WHOLE else draw(st.integers(-400, 400)),
        subgroup=draw(st.integers(0, 2**62)),
        sample=draw(st.integers(0, 2**31 - 1)),
        ref=Key(draw(st.integers(0, 2**53 - 1)), draw(st.integers(1, 2**31 - 1)), draw(st.integers(0, 2**62)))
        if kind in POINTING or Flag.TWIN in flags
        else None,
        flags=flags,
    )
