"""Exact decimals: an integer and a power of ten, so that a reading is never rounded on its way."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from dengta.core.reason import Reason, Refusal

LARGEST = 2**63 - 1
SCALES = range(-400, 401)


@dataclass(frozen=True, slots=True)
class Quantity:
    """``value * 10**scale`` in `unit`: 12.503 mm is ``Quantity(12503, -3, "mm")``.

    Every finite float has such a form (its shortest decimal), so nothing a device can send is lost.
    """

    value: int
    scale: int = 0
    unit: str = ""

    def __post_init__(self) -> None:
        if not -LARGEST <= self.value <= LARGEST or self.scale not in SCALES:
            raise Refusal(Reason("quantity.out_of_range", params={"value": str(self.value), "scale": self.scale}))

    @classmethod
    def of(cls, number: int | float | str | Decimal, unit: str = "") -> Quantity:
        """The exact decimal of `number`; a float by its shortest text. Not finite or over 18 digits is refused."""
        decimal = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
        if not decimal.is_finite():
            raise Refusal(Reason("quantity.not_finite", params={"value": str(number)}))
        sign, digits, exponent = decimal.as_tuple()
        value = int("".join(map(str, digits)))
        scale = int(exponent)
        while value and value % 10 == 0:
            value, scale = value // 10, scale + 1
        if value == 0:
            scale = 0
        elif 0 < scale <= 18 and value * 10**scale <= LARGEST:
            value, scale = value * 10**scale, 0  # integers stay integers
        return cls(-value if sign else value, scale, unit)

    def as_decimal(self) -> Decimal:
        """The number without its unit, exactly."""
        return Decimal(self.value).scaleb(self.scale)
