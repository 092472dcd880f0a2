"""Whether a visa service is open to a resident; beside the rules of the register, which all services share."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from muqeem.operations.findings import Finding, Rule, met, unmet
from muqeem.record.terms import Terms
from muqeem.sentences import say, sentence
from residency.models import Hold, Resident, Visa
from residency.rules import (
    INSIDE,
    NO_PASSPORT,
    OUTSIDE,
    PASSPORT_EXPIRED,
    PASSPORT_VALID,
    RENEW_FIRST,
    RESIDENCY_ENDED,
    UPDATE_PASSPORT,
)
from residency.standing import holds, open_visa, unused_fine, unused_visa
from visas.asked import latest_end

AFTER_RETURN = sentence("after-return", _("Available after return"))

PASSPORT_SHORT = sentence("passport-short", _("Passport validity left: %(left_days)s; needed: at least %(min_days)s"))

NO_OTHER_VISA = sentence("no-other-visa", _("No other valid visa"))
OTHER_VISA = sentence("other-visa", _("Visa %(number)s is valid until %(date)s"))
USE_OR_CANCEL = sentence("use-or-cancel-visa", _("Use it or cancel it first"))

NO_UNUSED_FINE = sentence("no-unused-visa-fine", _("No unused-visa fine"))
UNUSED_FINE = sentence("unused-visa-fine", _("A visa was neither used nor cancelled; fine %(fine_sar)s"))
EXPIRED_FINE = sentence("final-exit-fine", _("The final exit visa expired unused on %(date)s; fine %(fine_sar)s"))
PAY_FINE = sentence("pay-visa-fine", _("Pay the fine"))

RESIDENCY_LASTS = sentence("residency-lasts", _("Enough residency left"))
RESIDENCY_SHORT = sentence("residency-short", _("Residency left: %(left_days)s; needed: at least %(min_days)s"))
RENEW_OR_EMPLOYER = sentence("renew-or-employer", _("Renew the residency first, or ask the employer for the visa"))

NO_VEHICLE = sentence("no-vehicle", _("No vehicle registered"))
VEHICLES = sentence("vehicles", _("Vehicles registered to the resident: %(n)d"))
DEREGISTER = sentence("deregister-vehicles", _("Transfer or deregister them"))


def inside(resident: Resident, account: Account, terms: Terms) -> Finding:
    """The person is inside the Kingdom."""
    since = resident.outside_since()
    return met(INSIDE) if since is None else unmet(OUTSIDE, date=since, mend=say(AFTER_RETURN))


def passport_lasts(code: str) -> Rule:
    """The passport is valid for so many days more, as a parameter says."""

    def rule(resident: Resident, account: Account, terms: Terms) -> Finding:
        if resident.passport is None:
            return unmet(NO_PASSPORT, mend=say(UPDATE_PASSPORT))
        left, least = (resident.passport.expires_on - terms.on).days, terms.number(code)
        if left < 0:
            return unmet(PASSPORT_EXPIRED, date=resident.passport.expires_on, mend=say(UPDATE_PASSPORT))
        if left < least:
            return unmet(PASSPORT_SHORT, left_days=left, min_days=least, mend=say(UPDATE_PASSPORT))
        return met(PASSPORT_VALID)

    rule.__doc__ = f"The passport is valid for as many more days as `{code}` says."
    return rule


def no_other_visa(resident: Resident, account: Account, terms: Terms) -> Finding:
    """No visa is open with which the person may leave."""
    visa = open_visa(resident, terms)
    if visa:
        return unmet(OTHER_VISA, number=visa.number, date=visa.last_day, mend=say(USE_OR_CANCEL))
    return met(NO_OTHER_VISA)


def no_unused_fine(resident: Resident, account: Account, terms: Terms) -> Finding:
    """No visa was left to expire whose fine is not paid."""
    visa = unused_visa(resident, terms)
    if visa is None:
        return met(NO_UNUSED_FINE)
    fine = unused_fine(resident, visa, terms)
    if visa.kind == Visa.Kind.FINAL:
        return unmet(EXPIRED_FINE, date=visa.last_day, fine_sar=fine, mend=say(PAY_FINE))
    return unmet(UNUSED_FINE, fine_sar=fine, mend=say(PAY_FINE))


def residency_lasts_for_a_visa(resident: Resident, account: Account, terms: Terms) -> Finding | None:
    """The residency leaves room for a visa of `er.min_days`. How long a visa fits in is judged with the answers."""
    latest = latest_end(resident, account, terms)
    if latest is None or resident.iqama is None:
        return None
    least = terms.number("er.min_days") + (resident.iqama.expires_on - latest).days
    oneself = resident.iqama_number == account.number
    return _lasts(resident.iqama.days_left(terms.on), least, resident, RENEW_OR_EMPLOYER if oneself else RENEW_FIRST)


def residency_lasts_for_final_exit(resident: Resident, account: Account, terms: Terms) -> Finding | None:
    """The residency lasts for as many more days as `fe.iqama_min_days` says."""
    if resident.iqama is None:
        return None
    return _lasts(resident.iqama.days_left(terms.on), terms.number("fe.iqama_min_days"), resident, RENEW_FIRST)


def _lasts(left: int, least: int, resident: Resident, mend: str) -> Finding:
    assert resident.iqama is not None
    if left < 0:
        return unmet(RESIDENCY_ENDED, date=resident.iqama.expires_on, mend=say(RENEW_FIRST))
    if left < least:
        return unmet(RESIDENCY_SHORT, left_days=left, min_days=least, mend=say(mend))
    return met(RESIDENCY_LASTS)


def no_vehicle(resident: Resident, account: Account, terms: Terms) -> Finding:
    """No vehicle is registered to the person."""
    vehicles = [hold for hold in holds(resident, terms, Hold.Kind.VEHICLE) if hold.resident_id]
    return unmet(VEHICLES, n=len(vehicles), mend=say(DEREGISTER)) if vehicles else met(NO_VEHICLE)
