"""How long a visa is asked for, and how far the residency lets it reach."""

from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import Account
from muqeem.hijri import add_months
from muqeem.record.terms import Terms
from residency.models import Period, Resident


@dataclass(frozen=True)
class Asked:
    """One of three: months from the day of travel, days from the day of issue, or a last day of return."""

    months: int | None = None
    days: int | None = None
    return_before: date | None = None

    def ends(self, terms: Terms) -> date:
        """The last day, if one leaves on the day of issue."""
        if self.months:
            return add_months(terms.on, self.months)
        return self.return_before or terms.on + timedelta(days=self.days or 0)

    def period(self, resident: Resident, terms: Terms) -> Period:
        """What is granted to somebody; a visa by months reaches to the end of the residency at most."""
        if self.months:
            assert resident.iqama is not None
            return Period.from_travel(self.months, resident.iqama.expires_on, terms)
        return Period.until(self.ends(terms))

    def fee_months(self, terms: Terms) -> int:
        """Months of the fee: begun blocks of days count whole."""
        return self.months or -(-(self.ends(terms) - terms.on).days // terms.number("er.month_days"))


def latest_end(resident: Resident, account: Account, terms: Terms) -> date | None:
    """The last day that a visa may have: the residency outlasts it, by more where a worker or a dependant travels unasked."""
    if resident.iqama is None:
        return None
    end = resident.iqama.expires_on
    if resident.is_dependant:
        return end - timedelta(days=terms.number("er.dependant.iqama_margin_days"))
    if resident.iqama_number == account.number:
        return add_months(end, -terms.number("er.self_request.iqama_margin_months"))
    return end
