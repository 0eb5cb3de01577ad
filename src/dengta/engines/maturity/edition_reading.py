"""An edition as TOML: read strictly, every fault at once: points that do not add up, bins out of order."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from dengta.core import toml_reading
from dengta.core.toml_reading import Register, shown
from dengta.engines.maturity.model import Bin, Dimension, Edition, Item, Kind, Level, Option, Scene, Text

MARKS = ("F", "S", "M", "C")


class Table(toml_reading.Table):
    """A table of an edition."""

    def both(self, key: str, *, needed: bool = True) -> Text:
        """A text in both languages."""
        value = self.stated(key, needed=needed)
        return Text("", "") if value is None else self.as_text(key, value)

    def as_text(self, place: str, value: Any) -> Text:
        """``{ en, zh }`` that stands at `place`."""
        inner = self.inner(value, place)
        return Text(inner.text("en"), inner.text("zh"))

    def exact(self, key: str) -> Fraction:
        """An exact number, written as text or whole."""
        return self.as_exact(key, self.stated(key))

    def as_exact(self, place: str, value: Any) -> Fraction:
        """A stated value as an exact number."""
        try:
            return Fraction(Decimal(value)) if not isinstance(value, bool | float | list | dict) else Fraction(-1)
        except (InvalidOperation, TypeError, ValueError):
            self.fault("maturity.not_number", place, value=shown(value))
            return Fraction(0)


def from_toml(text: str, source: str) -> Edition:
    """The edition of a TOML text. Refusal with every fault; places begin with `source`."""
    top = Table.of(text, source)
    head = top.table("edition")
    ids = Register()
    dimensions = [
        (t, Dimension(ids.new(t, "id", t.text("id")), t.both("name"), t.exact("points")))
        for t in top.tables("dimension")
    ]
    known = [d.id for _, d in dimensions]
    items = tuple(_item(t, ids, known) for t in top.tables("item"))
    for table, dimension in dimensions:
        total = sum((i.points for i in items if i.dimension == dimension.id), Fraction(0))
        if items and total != dimension.points:
            table.fault("maturity.points_do_not_add_up", points=str(dimension.points), sum=str(total))
    scenes = tuple(_scene(t, ids) for t in top.tables("scene"))
    levels = tuple(_level(t, number) for number, t in enumerate(top.tables("level", needed=True), 1))
    edition = Edition(
        head.text("id"),
        head.both("name"),
        head.text("document"),
        head.text("source"),
        head.one_of("certainty", MARKS),
        tuple(d for _, d in dimensions),
        items,
        scenes,
        levels,
    )
    top.finish()
    return edition


def _item(table: Table, ids: Register, dimensions: list[str]) -> Item:
    kind = Kind(table.one_of("kind", [k.value for k in Kind]) or "single")
    item = Item(
        ids.new(table, "id", table.text("id")),
        table.ref("dimension", "dimension", dimensions),
        table.both("name"),
        kind,
        table.exact("points"),
        table.text("clause"),
        tuple(_option(one, own) for own in [Register()] for one in table.tables("option")),
        tuple(_bin(table, k, entry) for k, entry in enumerate(table.entries("bins", needed=kind is Kind.SHARE), 1)),
        table.texts("parts", needed=False),
        table.both("evidence", needed=False),
        table.text("predicate", needed=False),
        tuple(table.as_text(f"part_names[{k}]", v) for k, v in enumerate(table.entries("part_names", needed=False), 1)),
    )
    if item.part_names and len(item.part_names) != len(item.parts):
        table.fault("maturity.part_names", "part_names", parts=len(item.parts), names=len(item.part_names))
    best = max([b.points for b in item.bins] + [o.points for o in item.options], default=Fraction(0))
    if kind is Kind.MULTI:
        best = sum((o.points for o in item.options), Fraction(0))
    if best != item.points:
        table.fault("maturity.points_do_not_add_up", points=str(item.points), sum=str(best))
    if [b.most for b in item.bins] != sorted({b.most for b in item.bins}):
        table.fault("maturity.bins_out_of_order", "bins")
    return item


def _option(table: Table, own: Register) -> Option:
    return Option(own.new(table, "id", table.text("id")), table.both("name"), table.exact("points"))


def _bin(table: Table, k: int, entry: Any) -> Bin:
    place = f"bins[{k}]"
    if not isinstance(entry, list) or len(entry) != 2:
        table.fault("maturity.not_bin", place, value=shown(entry))
        return Bin(Fraction(0), Fraction(0))
    return Bin(table.as_exact(place, entry[0]), table.as_exact(place, entry[1]))


def _scene(table: Table, ids: Register) -> Scene:
    levels = tuple(table.as_text(f"levels[{k}]", entry) for k, entry in enumerate(table.entries("levels", least=1), 1))
    return Scene(
        ids.new(table, "id", table.text("id")),
        table.both("name"),
        table.yes("binding"),
        levels,
        table.text("clause"),
        table.text("predicate", needed=False),
    )


def _level(table: Table, number: int) -> Level:
    return Level(
        number,
        table.both("name"),
        table.exact("score"),
        table.whole("scenes", 0, default=0),
        table.whole("binding", 0, default=0),
        table.text("source"),
        table.one_of("certainty", MARKS),
    )
