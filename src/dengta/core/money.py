"""Money: integer fen. A float never enters; rounding happens once, where a rule says so."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from dengta.core.reason import Reason, Refusal


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in fen (1/100 yuan)."""

    fen: int

    @classmethod
    def yuan(cls, amount: int | str | Decimal) -> Money:
        """Exactly `amount` yuan; more than two decimals are refused, use `rounded` where a rule rounds."""
        exact = Decimal(amount) * 100
        if exact != exact.to_integral_value():
            raise Refusal(Reason("money.part_of_a_fen", params={"value": str(amount)}))
        return cls(int(exact))

    @classmethod
    def rounded(cls, amount: Decimal, rounding: str = ROUND_HALF_UP) -> Money:
        """`amount` yuan rounded to the fen by a named rule of `decimal`."""
        return cls(int((amount * 100).quantize(Decimal(1), rounding=rounding)))

    def __add__(self, other: Money) -> Money:
        return Money(self.fen + other.fen)

    def __sub__(self, other: Money) -> Money:
        return Money(self.fen - other.fen)

    def __neg__(self) -> Money:
        return Money(-self.fen)

    def as_decimal(self) -> Decimal:
        """The amount in yuan, exactly."""
        return Decimal(self.fen) / 100

    def __str__(self) -> str:
        return f"{self.as_decimal():,.2f}"
