"""Each requirement of the renewal on the day before, on the day and on the day after."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override

from muqeem import clock
from muqeem.record.models import Parameter
from residency import rules
from residency.models import Clearance, Hold, Movement
from residency.standing import covered_until
from tests.factories import (
    AccountFactory,
    ClearanceFactory,
    HoldFactory,
    IqamaFactory,
    MovementFactory,
    PassportFactory,
    ResidentFactory,
    in_days,
)

pytestmark = pytest.mark.django_db


def terms_on(day, **changed):
    """What is in force on a day; `changed` sets parameters by their code, with __ for a point."""
    for code, value in changed.items():
        Parameter.objects.filter(code=code.replace("__", ".")).update(value=str(value))
    return Parameter.objects.terms(day)


def judged(rule, resident, day=None, account=None, **changed):
    """What a rule finds on a day, read afresh."""
    fresh = type(resident).objects.get(pk=resident.pk)
    return rule(fresh, account or fresh.sponsor, terms_on(day or clock.today(), **changed))


def said(finding):
    """The fact and the mend in English."""
    with override("en"):
        return str(finding.fact), str(finding.mend or "")


@pytest.fixture
def today():
    return clock.today()


# --- the person -----------------------------------------------------------------------------------
def test_nobody_renews_for_the_dead():
    finding = judged(rules.not_deceased, ResidentFactory(deceased_on=date(2026, 3, 15)))
    assert not finding.met
    assert said(finding) == (
        "A death was recorded on 15 March 2026 (26 Ramadan 1447 AH)",
        "Correct the record or complete formalities at a passport office",
    )


def test_the_living_are_ticked():
    finding = judged(rules.not_deceased, ResidentFactory())
    assert finding.met
    assert said(finding) == ("No death recorded", "")


def test_whoever_left_for_good_renews_no_more():
    finding = judged(rules.not_left_for_good, ResidentFactory(left_on=date(2026, 3, 15)))
    assert not finding.met
    assert said(finding)[0] == "Left for good on 15 March 2026 (26 Ramadan 1447 AH)"
    assert judged(rules.not_left_for_good, ResidentFactory()).met


@pytest.mark.parametrize(("days_to_sixth_birthday", "met"), [(1, True), (0, False), (-1, False)])
def test_biometrics_are_asked_from_the_sixth_birthday(today, days_to_sixth_birthday, met):
    child = ResidentFactory(daughter=True, biometrics_on=None, birth_on=date(2020, 6, 10))
    finding = judged(rules.biometrics_taken, child, day=date(2026, 6, 10) - timedelta(days=days_to_sixth_birthday))
    assert finding.met is met
    if met:
        assert said(finding)[0] == "Biometrics are not needed before age 6"
    else:
        assert said(finding)[0] == "Biometrics (fingerprints and photo) not recorded; required from age 6"


def test_recorded_biometrics_are_enough_at_any_age():
    finding = judged(rules.biometrics_taken, ResidentFactory(aged=40))
    assert finding.met
    assert said(finding)[0] == "Biometrics recorded"


# --- holds ----------------------------------------------------------------------------------------
HOLD_RULES = [
    (rules.not_absent, Hold.Kind.ABSENT),
    (rules.not_absent, Hold.Kind.ABSENCE_REPORTED),
    (rules.no_recruitment_violation, Hold.Kind.RECRUITMENT),
    (rules.fines_paid, Hold.Kind.TRAFFIC),
    (rules.no_arrears, Hold.Kind.ARREARS),
]


@pytest.mark.parametrize(("rule", "kind"), HOLD_RULES)
@pytest.mark.parametrize(("since", "met"), [(-1, False), (0, False), (1, True)])
def test_a_hold_blocks_from_its_first_day(rule, kind, since, met):
    resident = ResidentFactory()
    HoldFactory(resident=resident, kind=kind, since_on=in_days(since))
    assert judged(rule, resident).met is met


@pytest.mark.parametrize(("rule", "kind"), HOLD_RULES)
@pytest.mark.parametrize(("cleared", "met"), [(-1, True), (0, True), (1, False), (None, False)])
def test_a_hold_blocks_until_the_day_it_is_cleared(rule, kind, cleared, met):
    resident = ResidentFactory()
    HoldFactory(resident=resident, kind=kind, cleared_on=None if cleared is None else in_days(cleared))
    assert judged(rule, resident).met is met


@pytest.mark.parametrize(("rule", "kind"), HOLD_RULES)
def test_somebody_elses_hold_does_not_block(rule, kind):
    HoldFactory(kind=kind)
    assert judged(rule, ResidentFactory()).met


def test_a_hold_of_the_employer_blocks_the_people_under_it():
    resident, other = ResidentFactory(), ResidentFactory()
    HoldFactory(of_account=resident.sponsor, kind=Hold.Kind.ARREARS, amount=Decimal("8400.00"))
    finding = judged(rules.no_arrears, resident)
    assert said(finding) == ("Levy arrears: SAR\N{NO-BREAK SPACE}8,400.00, payable in full", "Pay the whole amount")
    assert judged(rules.no_arrears, other).met


@pytest.mark.parametrize(
    ("rule", "kind", "amounts", "fact"),
    [
        (rules.fines_paid, "traffic", [None], "Unpaid traffic violations, recorded without a sum"),
        (rules.fines_paid, "traffic", ["0.00"], "Unpaid traffic violations, recorded without a sum"),
        (rules.fines_paid, "traffic", ["150.00", None], "Unpaid traffic violations: SAR 150.00, and others recorded without a sum"),
        (rules.no_arrears, "arrears", [None], "Levy arrears, recorded without a sum, payable in full"),
        (rules.no_arrears, "arrears", [None, "80.00"], "Levy arrears: SAR 80.00, and others recorded without a sum, payable in full"),
    ],
)
def test_no_number_stands_for_a_sum_that_nobody_reported(rule, kind, amounts, fact):
    resident = ResidentFactory()
    for amount in amounts:
        HoldFactory(resident=resident, kind=kind, amount=amount)
    assert said(judged(rule, resident))[0].replace("\N{NO-BREAK SPACE}", " ") == fact


def test_all_standing_fines_are_added_up():
    resident = ResidentFactory()
    HoldFactory(resident=resident, amount=Decimal("300.00"))
    HoldFactory(resident=resident, amount=Decimal("150.50"))
    HoldFactory(resident=resident, amount=Decimal("999.00"), cleared_on=in_days(-1))
    assert said(judged(rules.fines_paid, resident)) == (
        "Unpaid traffic violations: SAR\N{NO-BREAK SPACE}450.50",
        "Pay them; the record updates when notice of payment arrives",
    )


def test_an_absence_names_its_day_and_the_authority():
    resident = ResidentFactory()
    HoldFactory(resident=resident, kind=Hold.Kind.ABSENT, since_on=date(2026, 3, 15), authority="MHRSD")
    assert said(judged(rules.not_absent, resident, day=date(2026, 5, 1))) == (
        "Absent from work since 15 March 2026 (26 Ramadan 1447 AH)",
        "Settle it with MHRSD",
    )


def test_a_reported_absence_names_the_end_of_its_term():
    resident = ResidentFactory()
    HoldFactory(resident=resident, kind=Hold.Kind.ABSENCE_REPORTED, since_on=date(2026, 2, 1), term_on=date(2026, 3, 15))
    assert said(judged(rules.not_absent, resident, day=date(2026, 3, 1))) == (
        "Absence reported, term until 15 March 2026 (26 Ramadan 1447 AH)",
        "Before the term ends: transfer, settle or leave for good",
    )


def test_an_authority_that_is_not_named_is_the_competent_one():
    resident = ResidentFactory()
    HoldFactory(resident=resident, kind=Hold.Kind.RECRUITMENT, since_on=date(2026, 3, 15))
    finding = judged(rules.no_recruitment_violation, resident, day=date(2026, 5, 1))
    assert said(finding) == (
        "A recruitment violation was recorded on 15 March 2026 (26 Ramadan 1447 AH)",
        "Settle it with the competent authority",
    )


# --- papers ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(("ends_in", "met"), [(-1, False), (0, True), (1, True)])
def test_a_passport_is_valid_on_its_last_day(ends_in, met):
    assert judged(rules.passport_valid, ResidentFactory(passport_until=ends_in)).met is met


def test_an_expired_passport_names_its_day_and_the_service_that_mends_it():
    resident = ResidentFactory(passport_until=date(2026, 3, 15))
    assert said(judged(rules.passport_valid, resident, day=date(2026, 3, 16))) == (
        "The recorded passport expired on 15 March 2026 (26 Ramadan 1447 AH)",
        'If it was renewed or extended: use "Passport: new" or "extended"',
    )


def test_a_replaced_passport_does_not_count():
    resident = ResidentFactory(passport_until=False)
    PassportFactory(resident=resident, replaced_on=in_days(-1))
    assert said(judged(rules.passport_valid, resident))[0] == "No passport on record"


@pytest.mark.parametrize(("ends_in", "met"), [(-1, False), (0, True), (1, True)])
def test_insurance_covers_its_last_day(ends_in, met):
    assert judged(rules.insured, ResidentFactory(insured_until=ends_in)).met is met


@pytest.mark.parametrize(("begins_in", "met"), [(-1, True), (0, True), (1, False)])
def test_insurance_covers_from_its_first_day(begins_in, met):
    resident = ResidentFactory(insured_until=False)
    ClearanceFactory(resident=resident, from_on=in_days(begins_in), until_on=in_days(400))
    assert judged(rules.insured, resident).met is met


def test_missing_and_ended_insurance_are_told_apart():
    assert said(judged(rules.insured, ResidentFactory(insured_until=False)))[0] == "No health insurance on record"
    ended = ResidentFactory(insured_until=date(2026, 3, 15))
    assert said(judged(rules.insured, ended, day=date(2026, 4, 1))) == (
        "Health insurance ended on 15 March 2026 (26 Ramadan 1447 AH)",
        "Extend it with the insurer",
    )


def test_insurances_that_follow_each_other_without_a_gap_count_as_one(today):
    resident = ResidentFactory(insured_until=10)
    ClearanceFactory(resident=resident, from_on=in_days(11), until_on=in_days(100))
    ClearanceFactory(resident=resident, from_on=in_days(102), until_on=in_days(500))
    assert covered_until(resident, Clearance.Kind.INSURANCE, today) == in_days(100)


@pytest.mark.parametrize(("ends_in", "met"), [(-1, False), (0, True), (1, True)])
def test_a_work_permit_is_valid_on_its_last_day(ends_in, met):
    worker = ResidentFactory(permitted_until=ends_in)
    assert judged(rules.work_permit_held, worker, labour__collected_here=0).met is met


def test_without_a_permit_the_renewal_collects_its_fee_where_that_is_switched_on():
    worker = ResidentFactory()
    finding = judged(rules.work_permit_held, worker, labour__collected_here=1)
    assert finding.met
    assert said(finding)[0] == "The work permit is paid with the renewal"
    finding = judged(rules.work_permit_held, worker, labour__collected_here=0)
    assert said(finding) == ("No work permit on record", "Renew it with the labour authority")


def test_an_expired_permit_names_its_day():
    worker = ResidentFactory(permitted_until=date(2026, 3, 15))
    finding = judged(rules.work_permit_held, worker, day=date(2026, 4, 1), labour__collected_here=0)
    assert said(finding)[0] == "The work permit expired on 15 March 2026 (26 Ramadan 1447 AH)"


@pytest.mark.parametrize("kind", ["domestic", "dependant", "companion"])
def test_only_workers_need_a_work_permit(kind):
    assert judged(rules.work_permit_held, ResidentFactory(**{kind: True}), labour__collected_here=0) is None


def test_a_residency_that_was_never_issued_is_not_renewed():
    resident = ResidentFactory(expiring_in=False)
    assert said(judged(rules.residency_issued, resident)) == ("No residency has been issued yet", "Issue the iqama first")
    assert judged(rules.within_renewal_window, resident) is None
    assert judged(rules.not_late_too_often, resident) is None
    assert judged(rules.residency_issued, ResidentFactory()).met


# --- the window -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "met"),
    [
        (date(2027, 1, 14), False),
        (date(2027, 1, 15), False),
        (date(2027, 1, 16), True),
        (date(2027, 7, 15), True),
        (date(2027, 7, 16), True),
    ],
)
def test_a_worker_renews_when_less_than_six_months_are_left(day, met):
    worker = ResidentFactory(expiring_in=date(2027, 7, 15))
    assert judged(rules.within_renewal_window, worker, day=day).met is met


@pytest.mark.parametrize(("day", "met"), [(date(2027, 2, 28), False), (date(2027, 3, 1), True)])
def test_the_window_of_a_residency_that_ends_on_a_31st_opens_after_the_shorter_month(day, met):
    worker = ResidentFactory(expiring_in=date(2027, 8, 31))
    assert judged(rules.within_renewal_window, worker, day=day).met is met


@pytest.mark.parametrize(("day", "met"), [(date(2026, 5, 14), False), (date(2026, 5, 15), False), (date(2026, 5, 16), True)])
def test_a_domestic_worker_renews_when_less_than_fourteen_months_are_left(day, met):
    domestic = ResidentFactory(domestic=True, expiring_in=date(2027, 7, 15))
    assert judged(rules.within_renewal_window, domestic, day=day).met is met


def test_a_closed_window_names_the_day_it_opens():
    worker = ResidentFactory(expiring_in=date(2026, 9, 14))
    assert said(judged(rules.within_renewal_window, worker, day=date(2026, 3, 1))) == (
        "Opens on 15 March 2026 (26 Ramadan 1447 AH)",
        "You can start it from that day on",
    )


# --- lateness -------------------------------------------------------------------------------------
def late_before(*days_late, today, ended):
    """A resident renewed earlier with these delays, whose residency ended so many days ago."""
    resident = ResidentFactory(expiring_in=False)
    for years, days in enumerate(reversed(days_late), start=1):
        IqamaFactory(resident=resident, version=50 - years, days_late=days, expires_on=today - timedelta(days=365 * years + ended))
    IqamaFactory(resident=resident, version=50, expires_on=today - timedelta(days=ended))
    return resident


@pytest.mark.parametrize(
    ("earlier", "ended", "met"),
    [((4, 9), 3, True), ((4, 9), 4, False), ((4, 3), 4, True), ((4,), 4, True), ((), 400, True), ((4, 9, 9), -1, True)],
)
def test_a_third_late_renewal_goes_to_the_passport_office(today, earlier, ended, met):
    resident = late_before(*earlier, today=today, ended=ended)
    finding = judged(rules.not_late_too_often, resident)
    assert finding.met is met
    assert said(finding) == (("No repeated late renewal", "") if met else ("This is the third late renewal", "Go to a passport office"))


# --- the border -----------------------------------------------------------------------------------
def test_the_employer_renews_a_worker_who_is_abroad():
    worker = ResidentFactory(outside=True)
    assert judged(rules.renewable_from_where_they_are, worker).met


def test_a_worker_abroad_does_not_renew_for_himself():
    worker = ResidentFactory()
    MovementFactory(resident=worker, direction=Movement.Direction.OUT, crossed_on=date(2026, 3, 15))
    own = AccountFactory(number=worker.iqama_number)
    finding = judged(rules.renewable_from_where_they_are, worker, account=own)
    assert not finding.met
    assert said(finding)[0] == "Outside the Kingdom since 15 March 2026 (26 Ramadan 1447 AH)"


@pytest.mark.parametrize("kind", ["domestic", "dependant", "companion"])
def test_families_and_domestic_workers_are_renewed_while_abroad(kind):
    person = ResidentFactory(**{kind: True}, outside=True)
    assert judged(rules.renewable_from_where_they_are, person, account=AccountFactory(individual=True)).met


def test_whoever_came_back_is_inside():
    worker = ResidentFactory(outside=True)
    MovementFactory(resident=worker, direction=Movement.Direction.IN, crossed_on=in_days(-5))
    finding = judged(rules.renewable_from_where_they_are, worker, account=AccountFactory(individual=True))
    assert said(finding)[0] == "Inside the Kingdom"


# --- dependants -----------------------------------------------------------------------------------
BORN = date(2001, 6, 10)


@pytest.mark.parametrize(("day", "met"), [(date(2026, 6, 9), True), (date(2026, 6, 10), False), (date(2026, 6, 11), False)])
def test_a_son_of_25_is_no_longer_renewed_as_a_dependant(day, met):
    son = ResidentFactory(son=True, birth_on=BORN)
    finding = judged(rules.dependant_young_enough, son, day=day)
    assert finding.met is met
    if not met:
        assert said(finding) == (
            "At 25 the residency cannot be renewed as a dependant",
            'Use "Move a dependant to an employer" or final exit',
        )


@pytest.mark.parametrize("kind", ["worker", "dependant", "companion", "daughter"])
def test_only_sons_are_too_old_at_25(kind):
    assert judged(rules.dependant_young_enough, ResidentFactory(**{kind: True}, aged=40)) is None


@pytest.mark.parametrize(("day", "met"), [(date(2022, 6, 9), None), (date(2022, 6, 10), False), (date(2022, 6, 11), False)])
@pytest.mark.parametrize(
    ("child", "words"), [("son", "No proof of study, required from age 21"), ("daughter", "No proof of being unmarried")]
)
def test_proofs_are_asked_from_the_twenty_first_birthday(day, met, child, words):
    finding = judged(rules.dependant_proven, ResidentFactory(**{child: True}, birth_on=BORN), day=day)
    if met is None:
        assert finding is None
    else:
        assert not finding.met
        assert said(finding) == (words, "Record the proof with the competent authority")


@pytest.mark.parametrize(("child", "kind"), [("son", Clearance.Kind.STUDY), ("daughter", Clearance.Kind.UNMARRIED)])
@pytest.mark.parametrize(("until", "met"), [(-1, False), (0, True), (1, True)])
def test_a_proof_counts_until_its_last_day(child, kind, until, met):
    grown = ResidentFactory(**{child: True}, aged=22)
    ClearanceFactory(resident=grown, kind=kind, until_on=in_days(until))
    assert judged(rules.dependant_proven, grown).met is met


def test_one_proof_does_not_stand_for_the_other():
    son = ResidentFactory(son=True, aged=22)
    ClearanceFactory(resident=son, kind=Clearance.Kind.UNMARRIED)
    assert not judged(rules.dependant_proven, son).met


@pytest.mark.parametrize("kind", ["worker", "domestic", "dependant", "companion"])
def test_nobody_but_grown_children_brings_proofs(kind):
    assert judged(rules.dependant_proven, ResidentFactory(**{kind: True}, aged=45)) is None
