"""Shift calendars as a plant states them: wall-clock hours by weekday, and dated exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

DAY_MINUTES = 1440
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Name:
    """What a thing is called, in both languages."""

    en: str
    zh: str

    def __getitem__(self, language: str) -> str:
        """The name in ``en``, or in ``zh`` for any spelling of Chinese (zh, zh_Hans, zh-hans)."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Wall-clock minutes ``[start, end)`` after midnight of the business date; `end` may pass 1,440."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span of the day ends after it starts: [{self.start}, {self.end})")


@dataclass(frozen=True, slots=True)
class Hours:
    """One shift's working day: at most 24 hours by the wall clock, starting on the business date; breaks inside it."""

    span: Span
    breaks: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if self.span.start >= DAY_MINUTES or self.span.end - self.span.start > DAY_MINUTES:
            raise ValueError(f"a shift starts on its date and lasts at most 24 hours: {self.span}")
        edges = [self.span.start, *(m for b in self.breaks for m in (b.start, b.end)), self.span.end]
        if edges != sorted(edges):
            raise ValueError(f"breaks lie inside their shift, in order, and do not overlap: {self.breaks}")


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift and the weekdays (0 is Monday) on which it works when no exception says otherwise."""

    id: str
    name: Name
    hours: Hours
    weekdays: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DatedException:
    """What is different on the dates `first` to `last`, both included.

    Which shifts work: `shifts` (none of them: closed), or those of another weekday (`works_as`, 0 is Monday), or, with
    neither, those that would work anyway. When they work: `hours` by shift id, for the shifts that keep other hours.
    """

    first: date
    last: date
    name: Name
    shifts: tuple[str, ...] | None = None
    works_as: int | None = None
    hours: tuple[tuple[str, Hours], ...] = ()

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def names_shifts(self) -> bool:
        """True where it says which shifts work, not only when."""
        return self.shifts is not None or self.works_as is not None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Shifts and exceptions on top of `base`'s: a shift of the same id replaces it, an own exception goes first.

    A calendar without any shift is *unplanned*: nobody said when there is work, so planned busy time is undefined.
    That is not the same as closed, where it is zero.
    """

    id: str
    name: Name
    shifts: tuple[Shift, ...] = ()
    exceptions: tuple[DatedException, ...] = ()
    base: Calendar | None = None

    def layers(self) -> Iterator[Calendar]:
        """This calendar, its base, that one's base, ..."""
        layer: Calendar | None = self
        while layer is not None:
            yield layer
            layer = layer.base

    def all_shifts(self) -> dict[str, Shift]:
        """Every shift by id, the base's first."""
        found: dict[str, Shift] = {}
        for layer in reversed(list(self.layers())):
            found.update((shift.id, shift) for shift in layer.shifts)
        return found

    @property
    def unplanned(self) -> bool:
        """True where no layer states a shift."""
        return not any(layer.shifts for layer in self.layers())

    def exception(self, day: date) -> DatedException | None:
        """The exception that says which shifts work on `day`."""
        return next((e for c in self.layers() for e in c.exceptions if e.names_shifts and day in e), None)

    def working(self, day: date) -> list[tuple[Shift, Hours]]:
        """The shifts that work on `day` with their hours that day, by start."""
        shifts = self.all_shifts()
        said = self.exception(day)
        if said is not None and said.shifts is not None:
            here = [shifts[i] for i in said.shifts]
        else:
            weekday = day.weekday() if said is None or said.works_as is None else said.works_as
            here = [s for s in shifts.values() if weekday in s.weekdays]
        return sorted(((s, self.hours(s, day)) for s in here), key=lambda pair: pair[1].span)

    def hours(self, shift: Shift, day: date) -> Hours:
        """The hours of `shift` on `day`, if it works."""
        changes = (e for c in self.layers() for e in c.exceptions if e.hours and day in e)
        return next((h for e in changes for i, h in e.hours if i == shift.id), shift.hours)
