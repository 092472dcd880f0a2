"""Whether a service is open to a resident. Each rule looks at the person, the acting account and the terms of the day.

A rule that does not concern the person says nothing: nobody is ticked for a proof that is not asked of them.
"""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Account
from muqeem.hijri import add_months
from muqeem.operations.findings import Finding, met, unmet
from muqeem.record.terms import Terms
from muqeem.sentences import Sentence, say, sentence
from residency.models import Clearance, Hold, Resident
from residency.standing import covered_until, ended, hold, holds, late_offence, total

ONE_DAY = timedelta(days=1)
COMPETENT_AUTHORITY = _("the competent authority")

# What several rules say about mending.
SETTLE_REPORT = sentence("settle-report-with", pgettext_lazy("an absence report", "Settle it with %(authority)s"))
SETTLE_VIOLATION = sentence("settle-violation-with", pgettext_lazy("a violation", "Settle it with %(authority)s"))
RECORD_PROOF = sentence("record-proof-with", _("Record the proof with %(authority)s"))

ALIVE = sentence("alive", _("No death recorded"))
DECEASED = sentence("deceased", _("A death was recorded on %(date)s"))
DECEASED_MEND = sentence("deceased-mend", _("Correct the record or complete formalities at a passport office"))

NOT_LEFT = sentence("not-left", _("No final departure recorded"))
LEFT = sentence("left", _("Left for good on %(date)s"))
LEFT_MEND = sentence("left-mend", _("If that is not so: correct the record at a passport office"))

ISSUED = sentence("residency-issued", _("Residency issued"))
NOT_ISSUED = sentence("residency-not-issued", _("No residency has been issued yet"))
ISSUE_FIRST = sentence("issue-first", _("Issue the iqama first"))

RESIDENCY_VALID = sentence("residency-valid", _("Residency valid"))
RESIDENCY_ENDED = sentence("residency-ended", _("The residency ended on %(date)s"))
RENEW_FIRST = sentence("renew-first", _("Renew the residency first"))

NOT_REPORTED = sentence("card-not-reported", _("No card reported missing"))
REPORTED = sentence("card-reported", _("The card was reported missing on %(date)s, report number %(number)s"))
REPLACE_IT = sentence("replace-card", _('Replace it with the service "Replace lost or damaged iqama"'))

NOT_ABSENT = sentence("not-absent", _("No absence report"))
ABSENT = sentence("absent", _("Absent from work since %(date)s"))
ABSENCE_REPORTED = sentence("absence-reported", _("Absence reported, term until %(date)s"))
BEFORE_TERM = sentence("before-term", _("Before the term ends: transfer, settle or leave for good"))

NO_RECRUITMENT = sentence("no-recruitment-violation", _("No recruitment violation"))
RECRUITMENT = sentence("recruitment-violation", _("A recruitment violation was recorded on %(date)s"))

FINES_PAID = sentence("fines-paid", _("No unpaid traffic violations"))
FINES_UNPAID = sentence("fines-unpaid", _("Unpaid traffic violations: %(amount)s"))
FINES_OF_UNKNOWN_SUM = sentence("fines-of-unknown-sum", _("Unpaid traffic violations, recorded without a sum"))
FINES_IN_PART_KNOWN = sentence("fines-in-part-known", _("Unpaid traffic violations: %(amount)s, and others recorded without a sum"))
PAY_FINES = sentence("pay-fines", _("Pay them; the record updates when notice of payment arrives"))

NO_ARREARS = sentence("no-arrears", _("No arrears"))
ARREARS = sentence("arrears", _("Levy arrears: %(amount)s, payable in full"))
ARREARS_OF_UNKNOWN_SUM = sentence("arrears-of-unknown-sum", _("Levy arrears, recorded without a sum, payable in full"))
ARREARS_IN_PART_KNOWN = sentence("arrears-in-part-known", _("Levy arrears: %(amount)s, and others recorded without a sum, payable in full"))
PAY_ARREARS = sentence("pay-arrears", _("Pay the whole amount"))

BIOMETRICS = sentence("biometrics", _("Biometrics recorded"))
BIOMETRICS_LATER = sentence("biometrics-later", _("Biometrics are not needed before age %(age)d"))
NO_BIOMETRICS = sentence("no-biometrics", _("Biometrics (fingerprints and photo) not recorded; required from age %(age)d"))
TAKE_BIOMETRICS = sentence("take-biometrics", _("Have them taken at a passport office"))

PASSPORT_VALID = sentence("passport-valid", _("Passport valid long enough"))
PASSPORT_EXPIRED = sentence("passport-expired", _("The recorded passport expired on %(date)s"))
NO_PASSPORT = sentence("no-passport", _("No passport on record"))
PASSPORT_RECORDED = sentence("passport-recorded", _("Passport on record"))
RECORD_PASSPORT = sentence("record-passport", _('Record it with "Passport: new passport"'))
UPDATE_PASSPORT = sentence("update-passport", _('If it was renewed or extended: use "Passport: new" or "extended"'))

INSURED = sentence("insured", _("Health insurance valid until %(date)s"))
NOT_INSURED = sentence("not-insured", _("No health insurance on record"))
INSURANCE_ENDED = sentence("insurance-ended", _("Health insurance ended on %(date)s"))
EXTEND_INSURANCE = sentence("extend-insurance", _("Extend it with the insurer"))

PERMIT_HELD = sentence("permit-held", _("Work permit valid"))
PERMIT_WITH_RENEWAL = sentence("permit-with-renewal", _("The work permit is paid with the renewal"))
NO_PERMIT = sentence("no-permit", _("No work permit on record"))
PERMIT_EXPIRED = sentence("permit-expired", _("The work permit expired on %(date)s"))
RENEW_PERMIT = sentence("renew-permit", _("Renew it with the labour authority"))

INSIDE = sentence("inside", _("Inside the Kingdom"))
OUTSIDE = sentence("outside", _("Outside the Kingdom since %(date)s"))
OUTSIDE_ALLOWED = sentence("outside-allowed", _("Outside the Kingdom since %(date)s; renewal is open from abroad"))
RETURN_OR_EMPLOYER = sentence("return-or-employer", _("The employer can renew it; otherwise available after return"))

OPEN_NOW = sentence("open-now", _("Open now"))
OPENS = sentence("opens", _("Opens on %(date)s"))
START_THEN = sentence("start-then", _("You can start it from that day on"))

NOT_LATE_AGAIN = sentence("not-late-again", _("No repeated late renewal"))
THIRD_LATE = sentence("third-late", _("This is the third late renewal"))
GO_TO_OFFICE = sentence("go-to-office", _("Go to a passport office"))

YOUNG_ENOUGH = sentence("young-enough", _("Dependant's age within the limit"))
TOO_OLD = sentence("too-old", _("At %(age)d the residency cannot be renewed as a dependant"))
MOVE_OR_LEAVE = sentence("move-or-leave", _('Use "Move a dependant to an employer" or final exit'))

PROVEN = sentence("proven", _("Dependant's proofs complete (study, unmarried)"))
NOT_STUDYING = sentence("no-study-proof", _("No proof of study, required from age %(age)d"))
NOT_UNMARRIED = sentence("no-unmarried-proof", _("No proof of being unmarried"))

PROOFS: dict[str, tuple[str, str]] = {  # by kinship: the proof, and what is said without it
    Resident.Relationship.SON: (Clearance.Kind.STUDY, NOT_STUDYING),
    Resident.Relationship.DAUGHTER: (Clearance.Kind.UNMARRIED, NOT_UNMARRIED),
}


# --- the person -----------------------------------------------------------------------------------
def not_deceased(resident: Resident, account: Account, terms: Terms) -> Finding:
    """No death is recorded."""
    if resident.deceased_on:
        return unmet(DECEASED, date=resident.deceased_on, mend=say(DECEASED_MEND))
    return met(ALIVE)


def not_left_for_good(resident: Resident, account: Account, terms: Terms) -> Finding:
    """The person has not left the Kingdom for good."""
    if resident.left_on:
        return unmet(LEFT, date=resident.left_on, mend=say(LEFT_MEND))
    return met(NOT_LEFT)


def biometrics_taken(resident: Resident, account: Account, terms: Terms) -> Finding:
    """Fingerprints and photo are recorded of everybody who is `biometric.min_age` or older."""
    age = terms.number("biometric.min_age")
    if resident.biometrics_on:
        return met(BIOMETRICS)
    if resident.age(terms.on) < age:
        return met(BIOMETRICS_LATER, age=age)
    return unmet(NO_BIOMETRICS, age=age, mend=say(TAKE_BIOMETRICS))


def renewable_from_where_they_are(resident: Resident, account: Account, terms: Terms) -> Finding:
    """Inside; or abroad, if the employer renews a worker, or the person is a dependant or a domestic worker."""
    since = resident.outside_since()
    if since is None:
        return met(INSIDE)
    if resident.kind == Resident.Kind.WORKER and account.pk != resident.sponsor_id:
        return unmet(OUTSIDE, date=since, mend=say(RETURN_OR_EMPLOYER))
    return met(OUTSIDE_ALLOWED, date=since)


# --- what stands against them ---------------------------------------------------------------------
def not_absent(resident: Resident, account: Account, terms: Terms) -> Finding:
    """Nobody has reported the person absent from work, or the report was settled."""
    absent = hold(resident, terms, Hold.Kind.ABSENT)
    if absent:
        return unmet(ABSENT, date=absent.since_on, mend=say(SETTLE_REPORT, authority=absent.authority or COMPETENT_AUTHORITY))
    reported = hold(resident, terms, Hold.Kind.ABSENCE_REPORTED)
    if reported and reported.term_on:
        return unmet(ABSENCE_REPORTED, date=reported.term_on, mend=say(BEFORE_TERM))
    if reported:
        return unmet(ABSENT, date=reported.since_on, mend=say(SETTLE_REPORT, authority=reported.authority or COMPETENT_AUTHORITY))
    return met(NOT_ABSENT)


def no_recruitment_violation(resident: Resident, account: Account, terms: Terms) -> Finding:
    """No violation of the recruitment rules stands."""
    violation = hold(resident, terms, Hold.Kind.RECRUITMENT)
    if violation:
        mend = say(SETTLE_VIOLATION, authority=violation.authority or COMPETENT_AUTHORITY)
        return unmet(RECRUITMENT, date=violation.since_on, mend=mend)
    return met(NO_RECRUITMENT)


def fines_paid(resident: Resident, account: Account, terms: Terms) -> Finding:
    """All traffic violations are paid."""
    standing = holds(resident, terms, Hold.Kind.TRAFFIC)
    if standing:
        return _owed(standing, FINES_UNPAID, FINES_IN_PART_KNOWN, FINES_OF_UNKNOWN_SUM, mend=say(PAY_FINES))
    return met(FINES_PAID)


def no_arrears(resident: Resident, account: Account, terms: Terms) -> Finding:
    """Nothing is owed of earlier levies, which cannot be paid in parts."""
    standing = holds(resident, terms, Hold.Kind.ARREARS)
    if standing:
        return _owed(standing, ARREARS, ARREARS_IN_PART_KNOWN, ARREARS_OF_UNKNOWN_SUM, mend=say(PAY_ARREARS))
    return met(NO_ARREARS)


def _owed(standing: list[Hold], known: str, in_part: str, unknown: str, *, mend: Sentence) -> Finding:
    """What is owed, by holds of which some may come without a sum: no number stands for what nobody reported."""
    if not total(standing):
        return unmet(unknown, mend=mend)
    return unmet(known if all(hold.amount for hold in standing) else in_part, amount=total(standing), mend=mend)


# --- their papers ---------------------------------------------------------------------------------
def residency_issued(resident: Resident, account: Account, terms: Terms) -> Finding:
    """A residency has been issued."""
    if resident.iqama is None:
        return unmet(NOT_ISSUED, mend=say(ISSUE_FIRST))
    return met(ISSUED)


def residency_valid(resident: Resident, account: Account, terms: Terms) -> Finding | None:
    """The residency is valid today."""
    if resident.iqama is None:
        return None
    if resident.iqama.expires_on < terms.on:
        return unmet(RESIDENCY_ENDED, date=resident.iqama.expires_on, mend=say(RENEW_FIRST))
    return met(RESIDENCY_VALID)


def card_not_reported(resident: Resident, account: Account, terms: Terms) -> Finding:
    """No report of a missing card is open."""
    report = resident.missing_report
    return unmet(REPORTED, date=report.filed_on, number=report.number, mend=say(REPLACE_IT)) if report else met(NOT_REPORTED)


def passport_valid(resident: Resident, account: Account, terms: Terms) -> Finding:
    """The passport on record is valid today."""
    if resident.passport is None:
        return unmet(NO_PASSPORT, mend=say(UPDATE_PASSPORT))
    if resident.passport.expires_on < terms.on:
        return unmet(PASSPORT_EXPIRED, date=resident.passport.expires_on, mend=say(UPDATE_PASSPORT))
    return met(PASSPORT_VALID)


def passport_recorded(resident: Resident, account: Account, terms: Terms) -> Finding:
    """A passport is on record, valid or not."""
    return met(PASSPORT_RECORDED) if resident.passport else unmet(NO_PASSPORT, mend=say(RECORD_PASSPORT))


def insured(resident: Resident, account: Account, terms: Terms) -> Finding:
    """Health insurance is in force today. Whether it lasts for the period asked is judged with the answers."""
    until = covered_until(resident, Clearance.Kind.INSURANCE, terms.on)
    if until:
        return met(INSURED, date=until)
    ended_on = ended(resident, Clearance.Kind.INSURANCE, terms.on)
    if ended_on:
        return unmet(INSURANCE_ENDED, date=ended_on, mend=say(EXTEND_INSURANCE))
    return unmet(NOT_INSURED, mend=say(EXTEND_INSURANCE))


def work_permit_held(resident: Resident, account: Account, terms: Terms) -> Finding | None:
    """A worker's permit is in force, or its fee is collected with the renewal."""
    if resident.kind != Resident.Kind.WORKER:
        return None
    if covered_until(resident, Clearance.Kind.WORK_PERMIT, terms.on):
        return met(PERMIT_HELD)
    if terms.flag("labour.collected_here"):
        return met(PERMIT_WITH_RENEWAL)
    ended_on = ended(resident, Clearance.Kind.WORK_PERMIT, terms.on)
    if ended_on:
        return unmet(PERMIT_EXPIRED, date=ended_on, mend=say(RENEW_PERMIT))
    return unmet(NO_PERMIT, mend=say(RENEW_PERMIT))


# --- renewal --------------------------------------------------------------------------------------
def within_renewal_window(resident: Resident, account: Account, terms: Terms) -> Finding | None:
    """The residency has ended, or ends so soon that it may be renewed."""
    if resident.iqama is None:
        return None
    kind = "domestic" if resident.kind == Resident.Kind.DOMESTIC else "work"
    opens_on = add_months(resident.iqama.expires_on, -terms.number(f"iqama.renew.window_months.{kind}")) + ONE_DAY
    if terms.on < opens_on:  # "less than so many months left": on the day of exactly so many it is not open yet
        return unmet(OPENS, date=opens_on, mend=say(START_THEN))
    return met(OPEN_NOW)


def not_late_too_often(resident: Resident, account: Account, terms: Terms) -> Finding | None:
    """There is still a fine for a renewal as late as this; after the last one the passport office decides."""
    if resident.iqama is None:
        return None
    if late_offence(resident, resident.iqama, terms) > len(terms.numbers("iqama.renew.late_fine")):
        return unmet(THIRD_LATE, mend=say(GO_TO_OFFICE))
    return met(NOT_LATE_AGAIN)


# --- dependants -----------------------------------------------------------------------------------
def dependant_young_enough(resident: Resident, account: Account, terms: Terms) -> Finding | None:
    """A son below the age at which he must move to an employer."""
    if resident.relationship != Resident.Relationship.SON or not resident.is_dependant:
        return None
    limit = terms.number("dependant.male_transfer_age")
    if resident.age(terms.on) >= limit:
        return unmet(TOO_OLD, age=limit, mend=say(MOVE_OR_LEAVE))
    return met(YOUNG_ENOUGH)


def dependant_proven(resident: Resident, account: Account, terms: Terms) -> Finding | None:
    """A grown son studies, a grown daughter is not married: by a proof in force today."""
    age = terms.number("dependant.proof_of_study_age")
    asked = PROOFS.get(resident.relationship)
    if asked is None or not resident.is_dependant or resident.age(terms.on) < age:
        return None
    kind, missing = asked
    if not covered_until(resident, kind, terms.on):
        return unmet(missing, age=age, mend=say(RECORD_PROOF, authority=COMPETENT_AUTHORITY))
    return met(PROVEN)
