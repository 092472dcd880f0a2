"""What an operation costs, line by line."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from muqeem.sentences import Sentence


@dataclass(frozen=True)
class FeeLine:
    """One line of a fee. A line of zero stays and says why."""

    code: str
    amount: Decimal
    note: Sentence | None = None

    def stored(self) -> dict[str, Any]:
        """The JSON form, as receipts keep it."""
        return {"code": self.code, "amount": f"{self.amount:.2f}", "note": self.note and self.note.stored()}


@dataclass(frozen=True)
class Fee:
    """What an operation costs."""

    lines: list[FeeLine] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal("0.00"))

    def stored(self) -> list[dict[str, Any]]:
        """The JSON form of all lines."""
        return [line.stored() for line in self.lines]
