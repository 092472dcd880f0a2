"""The amounts and periods in force on one day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


class NotInForce(LookupError):
    """A parameter that a rule needs has no value on this day."""


@dataclass(frozen=True)
class Terms:
    """A day and what was in force on it. Rules and fees read nothing else of the calendar."""

    on: date
    values: Mapping[str, str]

    def numbers(self, code: str) -> list[int]:
        """A list of whole numbers: durations, fines by offence."""
        return [int(part) for part in self._text(code).split(",")]

    def number(self, code: str) -> int:
        """One whole number: days, months, an age."""
        return int(self._text(code))

    def money(self, code: str) -> Decimal:
        """One amount in riyals, to the halala."""
        return Decimal(self._text(code)).quantize(Decimal("0.01"))

    def rate(self, code: str) -> Decimal:
        """A share or a factor, as written."""
        return Decimal(self._text(code))

    def flag(self, code: str) -> bool:
        """A switch: 0 or 1."""
        return self.number(code) != 0

    def get(self, code: str, default: int) -> int:
        """One whole number, or the default where no row speaks of it."""
        return self.number(code) if code in self.values else default

    def _text(self, code: str) -> str:
        try:
            return self.values[code]
        except KeyError:
            raise NotInForce(f"{code} has no value on {self.on}") from None
