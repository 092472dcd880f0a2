"""What is paid for a visa that exists: its extension, or the fine of one that was left to expire."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from muqeem.operations.fee import Fee, FeeLine
from muqeem.record.terms import Terms
from muqeem.sentences import say, sentence
from residency.models import Resident, Visa
from residency.standing import unused_fine, unused_offence

NOTHING = Decimal("0.00")

FROM_ABROAD = sentence("fee-from-abroad", _("%(extra_months)s more, %(each_sar)s each from abroad"))
NOT_REFUNDED = sentence("fee-not-refunded", _("Cancelling is free of charge. The visa fee is not refunded."))
CANCELLED_FREE = sentence("fee-cancelled-free", _("Cancelling is free of charge"))
OFFENCE = sentence("fee-offence", _("Unused visa number %(offence)d of this resident"))


def extension_fee(visa: Visa, return_before: date, terms: Terms) -> Fee:
    """What more time costs: begun months count whole, and each costs a multiple from abroad."""
    months = -(-(return_before - visa.last_day).days // terms.number("er.month_days"))
    each = (terms.money(f"er.{visa.kind}.extra_month") * terms.rate("er.abroad_multiplier")).quantize(NOTHING)
    return Fee([FeeLine("abroad", months * each, say(FROM_ABROAD, extra_months=months, each_sar=each))])


def cancellation_fee(kind: str) -> Fee:
    """Nothing; and nothing comes back of what the visa had cost. A final exit visa had cost nothing."""
    note = CANCELLED_FREE if kind == Visa.Kind.FINAL else NOT_REFUNDED
    return Fee([FeeLine("cancellation", NOTHING, say(note))])


def fine_fee(resident: Resident, visa: Visa, terms: Terms) -> Fee:
    """The fine of a visa that was left to expire; for an exit/re-entry visa it grows with each of them."""
    fine = unused_fine(resident, visa, terms)
    if visa.kind == Visa.Kind.FINAL:
        return Fee([FeeLine("final-exit-expired", fine)])
    return Fee([FeeLine("unused", fine, say(OFFENCE, offence=unused_offence(resident)))])
