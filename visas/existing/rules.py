"""Whether a visa that exists may be extended, cancelled or printed again, and whether a fine of one is due."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from muqeem.operations.findings import Finding, met, unmet
from muqeem.record.terms import Terms
from muqeem.sentences import say, sentence
from residency import rules as of_register
from residency.models import Resident, Visa, VisaState
from residency.standing import unused_fine, unused_visa
from visas import rules
from visas.existing.standing import RAN_OUT_ABROAD, final_exit_to_cancel, visa_to_cancel, visa_to_extend, visas_with_pages

ABROAD = sentence("visa-holder-abroad", _("Outside the Kingdom"))
NOT_ABROAD = sentence("visa-holder-inside", _("Inside the Kingdom; only visas of residents abroad are extended"))
CANCEL_AND_ISSUE = sentence("cancel-and-issue-visa", _("For a longer stay, cancel the visa and issue another"))

NO_VISA = sentence("no-exit-reentry-visa", _("No exit/re-entry visa in force"))
NO_FINAL_EXIT = sentence("no-final-exit-visa", _("No final exit visa in force"))
ONCE_ISSUED = sentence("once-visa-issued", _("Available once a visa is issued"))

VISA_VALID = sentence("visa-valid", _("Visa valid"))
RAN_OUT = sentence("visa-ran-out", _("The visa expired on %(date)s and cannot be extended"))
LEFT_OTHERWISE = sentence("left-without-visa", _("The resident did not leave with this visa"))
CONTACT_AUTHORITY = sentence("contact-authority", _("Contact the competent authority"))

COVERED = sentence("residency-covers", _("Residency covers the period"))
ENDS_BEFORE_RETURN = sentence("residency-ends-before", _("The residency ends on %(date)s, before the return date %(return_on)s"))

NOT_USED = sentence("visa-not-used", _("Visa not used"))
USED = sentence("visa-used", _("This visa was used on %(date)s"))
EXTEND_IT = sentence("extend-visa", _("For more time, extend the visa"))

IN_TIME = sentence("within-cancellation-period", _("Within the cancellation period"))
TOO_LATE = sentence("cancellation-period-ended", _("The cancellation period ended on %(date)s"))
USE_OR_PAY = sentence("use-visa-or-pay", _("It can still be used until %(date)s; unused, a fine is due"))
PAY_BEFORE_ANOTHER = sentence("pay-before-another-visa", _('Pay the fine with the service "Pay an unused-visa fine" before another visa'))

NO_EXIT_FINE = sentence("no-final-exit-fine", _("No final-exit fine"))
PAY_THEN_CANCEL = sentence("pay-fine-then-cancel", _('Pay the fine with the service "Pay an unused-visa fine", then cancel'))

PAGE_HELD = sentence("visa-page-held", _("A visa page was made here"))
NO_PAGE = sentence("no-visa-page", _("No visa page was made here"))

FINE_DUE = sentence("visa-fine-due", _("A visa was neither used nor cancelled; its fine: %(fine_sar)s"))
NO_FINE = sentence("no-visa-fine-due", _("No unused-visa fine is due"))
NOTHING_TO_PAY = sentence("nothing-to-pay", _("Nothing needs to be paid"))


# --- extending ------------------------------------------------------------------------------------
def visa_in_force(resident: Resident, account: Account, terms: Terms) -> Finding:
    """An exit/re-entry visa is in force, and whoever is abroad left with it; once it has run out abroad it is not extended."""
    visa = visa_to_extend(resident, terms)
    if visa is None:
        return unmet(NO_VISA, mend=say(ONCE_ISSUED))
    if visa.state(terms) == VisaState.VALID and resident.outside_since():  # before it was issued: its return has no last day yet
        return unmet(LEFT_OTHERWISE, mend=say(CONTACT_AUTHORITY))
    if visa.state(terms) in RAN_OUT_ABROAD:
        return unmet(RAN_OUT, date=visa.last_day, mend=say(CONTACT_AUTHORITY))
    return met(VISA_VALID)


def outside(resident: Resident, account: Account, terms: Terms) -> Finding:
    """The person is outside the Kingdom."""
    return met(ABROAD) if resident.outside_since() else unmet(NOT_ABROAD, mend=say(CANCEL_AND_ISSUE))


def residency_covers_an_extension(resident: Resident, account: Account, terms: Terms) -> Finding | None:
    """The residency lasts `er.min_days` longer than the visa does now. How long an extension fits in is judged with the answers."""
    visa = visa_to_extend(resident, terms)
    if visa is None or resident.iqama is None:
        return None
    first = visa.last_day + timedelta(days=terms.number("er.min_days"))
    if resident.iqama.expires_on < first:
        return unmet(ENDS_BEFORE_RETURN, date=resident.iqama.expires_on, return_on=first, mend=say(of_register.RENEW_FIRST))
    return met(COVERED)


# --- cancelling -----------------------------------------------------------------------------------
def exit_reentry_cancellable(resident: Resident, account: Account, terms: Terms) -> Finding:
    """An exit/re-entry visa is valid and was issued no more than `er.cancel.max_days_from_issue` days ago."""
    visa = visa_to_cancel(resident, terms)
    return _in_time(visa, terms) if visa else unmet(NO_VISA, mend=say(ONCE_ISSUED))


def not_used_up(resident: Resident, account: Account, terms: Terms) -> Finding | None:
    """Nobody has left with the visa, if it is a single one; a multiple one is cancelled between two trips as well."""
    visa = visa_to_cancel(resident, terms)
    if visa is None or visa.kind != Visa.Kind.SINGLE:
        return None
    return unmet(USED, date=visa.travelled_on, mend=say(EXTEND_IT)) if visa.travelled_on else met(NOT_USED)


def no_earlier_fine(resident: Resident, account: Account, terms: Terms) -> Finding | None:
    """No other visa was left to expire before whose fine is not paid."""
    return None if unused_visa(resident, terms) == visa_to_cancel(resident, terms) else rules.no_unused_fine(resident, account, terms)


def final_exit_cancellable(resident: Resident, account: Account, terms: Terms) -> Finding | None:
    """A final exit visa was issued no more than `fe.cancel.max_days` days ago; one that was left to expire waits for its fine alone."""
    visa = final_exit_to_cancel(resident, terms)
    if visa is None:
        return unmet(NO_FINAL_EXIT, mend=say(ONCE_ISSUED))
    return _in_time(visa, terms) if visa.is_open(terms) else None


def no_final_exit_fine(resident: Resident, account: Account, terms: Terms) -> Finding:
    """The final exit visa was not left to expire, or its fine is paid."""
    visa = final_exit_to_cancel(resident, terms)
    if visa and visa.state(terms) == VisaState.EXPIRED_UNUSED:
        return unmet(rules.EXPIRED_FINE, date=visa.last_day, fine_sar=unused_fine(resident, visa, terms), mend=say(PAY_THEN_CANCEL))
    return met(NO_EXIT_FINE)


def _in_time(visa: Visa, terms: Terms) -> Finding:
    last = visa.cancel_by(terms)
    if terms.on <= last:
        return met(IN_TIME)
    mend = say(USE_OR_PAY, date=visa.last_day) if visa.is_open(terms) else say(PAY_BEFORE_ANOTHER)
    return unmet(TOO_LATE, date=last, mend=mend)


# --- copies and fines -----------------------------------------------------------------------------
def page_held(resident: Resident, account: Account, terms: Terms) -> Finding:
    """The portal made a page of a visa of the person."""
    return met(PAGE_HELD) if visas_with_pages(resident) else unmet(NO_PAGE, mend=say(ONCE_ISSUED))


def fine_due(resident: Resident, account: Account, terms: Terms) -> Finding:
    """A visa was left to expire and its fine is not paid."""
    visa = unused_visa(resident, terms)
    if visa is None:
        return unmet(NO_FINE, mend=say(NOTHING_TO_PAY))
    return met(FINE_DUE, fine_sar=unused_fine(resident, visa, terms))
