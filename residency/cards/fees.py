"""What a missing or a damaged card costs. Sources disagree on the fines; the public page of fees says so."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from muqeem.operations.fee import Fee, FeeLine
from muqeem.record.terms import Terms
from muqeem.sentences import say, sentence
from residency.fees import NOTHING
from residency.models import Resident

REPORT_FREE = sentence("fee-report-free", _("Reporting is free of charge; the fine is due when the card is replaced"))
LOST_OFFENCE = sentence("fee-lost-offence", _("Lost card number %(offence)d of this resident"))
NOT_LOST = sentence("fee-not-lost", _("None: the card is damaged, not lost"))


def report_fee() -> Fee:
    """Nothing yet."""
    return Fee([FeeLine("missing-report", NOTHING, say(REPORT_FREE))])


def replacement_fee(resident: Resident, terms: Terms, *, lost: bool) -> Fee:
    """The new card and, for a lost one, a fine that grows with each until its last amount."""
    card = FeeLine("replacement", terms.money("lost.replacement_fee"))
    if not lost:
        return Fee([card, FeeLine("lost-card", NOTHING, say(NOT_LOST))])
    fines, offence = terms.numbers("lost.fine"), resident.cards_lost + 1
    fine = Decimal(fines[min(offence, len(fines)) - 1]).quantize(NOTHING)
    return Fee([card, FeeLine("lost-card", fine, say(LOST_OFFENCE, offence=offence))])
