"""How long a visa is granted for."""

from dataclasses import dataclass
from datetime import date

from muqeem.hijri import add_months
from muqeem.record.terms import Terms


@dataclass(frozen=True)
class Period:
    """The last days of a visa. One by months has no day of return before the day of travel is known."""

    leave_before: date
    return_before: date | None
    ends_on: date
    months: int | None = None

    @classmethod
    def until(cls, day: date) -> "Period":
        """From the day of issue to a last day, by which one leaves and returns."""
        return cls(leave_before=day, return_before=day, ends_on=day)

    @classmethod
    def to_leave(cls, day: date) -> "Period":
        """To a last day by which one leaves for good."""
        return cls(leave_before=day, return_before=None, ends_on=day)

    @classmethod
    def from_travel(cls, months: int, permit_end: date, terms: Terms) -> "Period":
        """So many months from the day of travel, which is soon; nothing reaches beyond the permit."""
        leave_before = min(add_months(terms.on, terms.number("er.month_mode.travel_within_months")), permit_end)
        return cls(leave_before, None, min(add_months(leave_before, months), permit_end), months)
