"""Each line of a renewal's fee, at its edge days and to the halala."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from muqeem.hijri import add_months, from_hijri
from muqeem.record.models import Parameter
from muqeem.sentences import Sentence
from residency.fees import renewal_fee
from residency.models import Clearance, Movement, Resident
from tests.factories import AccountFactory, ClearanceFactory, IqamaFactory, MovementFactory, ResidentFactory, VisaFactory

pytestmark = pytest.mark.django_db

END = date(2026, 6, 30)
TODAY = date(2026, 6, 1)
GREEN = {"saudis": 20, "expatriates": 20}
RED = {"saudis": 19, "expatriates": 20}


def fee_of(resident, months, day=TODAY, account=None):
    """The fee of a renewal on a day."""
    resident = Resident.objects.get(pk=resident.pk)
    return renewal_fee(resident, resident.iqama, months, account or resident.sponsor, Parameter.objects.terms(day))


def line(code, resident, months=12, **named):
    """One line: its amount, and its note in English."""
    found = {line.code: line for line in fee_of(resident, months, **named).lines}[code]
    with override("en"):
        return found.amount, str(found.note or "")


def worker(**named):
    """A worker whose residency ends on END."""
    return ResidentFactory(**{"expiring_in": END} | named)


# --- whole bills ----------------------------------------------------------------------------------
def test_three_months_with_two_dependants_of_an_employer_with_fewer_saudis():
    head = worker(sponsor=AccountFactory(**RED))
    ResidentFactory.create_batch(2, dependant=True, head=head)
    fee = fee_of(head, 3)
    assert fee.total == Decimal("4987.50")
    assert [(line.code, line.amount) for line in fee.lines] == [
        ("residency", Decimal("162.50")),
        ("work-permit", Decimal("25.00")),
        ("levy", Decimal("2400.00")),
        ("dependants", Decimal("2400.00")),
        ("late", Decimal("0.00")),
    ]


def test_a_year_of_a_worker_alone_whose_employer_has_as_many_saudis():
    fee = fee_of(worker(sponsor=AccountFactory(**GREEN)), 12)
    assert fee.total == Decimal("9150.00")
    assert [(line.code, line.amount) for line in fee.lines] == [
        ("residency", Decimal("650.00")),
        ("work-permit", Decimal("100.00")),
        ("levy", Decimal("8400.00")),
        ("dependants", Decimal("0.00")),
        ("late", Decimal("0.00")),
    ]


def test_a_half_of_a_halala_is_rounded_up():
    Parameter.objects.filter(code="iqama.work.year_fee").update(value="650.02")
    assert line("residency", worker(), 3)[0] == Decimal("162.51")


def test_amounts_follow_the_day_from_which_they_are_in_force():
    Parameter.objects.create(code="iqama.work.year_fee", from_on=TODAY, value="700", source="test", confidence="A")
    assert line("residency", worker(), day=TODAY - timedelta(days=1))[0] == Decimal("650.00")
    assert line("residency", worker(), day=TODAY)[0] == Decimal("700.00")
    assert line("residency", worker(), day=TODAY + timedelta(days=1))[0] == Decimal("700.00")


# --- residency ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("months", "amount"),
    [(3, "162.50"), (6, "325.00"), (9, "487.50"), (12, "650.00"), (15, "812.50"), (18, "975.00"), (21, "1137.50"), (24, "1300.00")],
)
def test_a_workers_residency_is_paid_by_the_quarter(months, amount):
    assert line("residency", worker(), months) == (Decimal(amount), "")


@pytest.mark.parametrize(("months", "amount"), [(12, "600.00"), (24, "1200.00")])
def test_a_domestic_workers_residency_is_paid_by_the_year(months, amount):
    assert line("residency", worker(domestic=True), months) == (Decimal(amount), "")


@pytest.mark.parametrize(
    ("kind", "amount", "doubled"),
    [("worker", "650.00", False), ("domestic", "1200.00", True), ("dependant", "1300.00", True), ("companion", "1300.00", True)],
)
def test_families_and_domestic_workers_abroad_pay_double(kind, amount, doubled):
    person = worker(**{kind: True})
    MovementFactory(resident=person, direction=Movement.Direction.OUT, crossed_on=date(2026, 3, 15))
    note = "From abroad, outside the Kingdom since 15 March 2026 (26 Ramadan 1447 AH): 2 times the fee" if doubled else ""
    assert line("residency", person) == (Decimal(amount), note)
    MovementFactory(resident=person, direction=Movement.Direction.IN, crossed_on=date(2026, 3, 16))
    assert line("residency", person)[1] == ""


# --- work permit and levy -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("permit_until", "missing"),
    [
        (date(2026, 5, 1), 12),
        (END - timedelta(days=1), 12),
        (END, 12),
        (END + timedelta(days=1), 12),
        (date(2026, 7, 30), 11),
        (date(2026, 7, 29), 12),
        (date(2027, 5, 29), 2),
        (date(2027, 5, 30), 1),
        (date(2027, 6, 29), 1),
        (date(2027, 6, 30), 0),
        (date(2027, 7, 1), 0),
    ],
)
def test_permit_and_levy_are_charged_for_the_months_that_no_permit_covers(permit_until, missing):
    person = worker(permitted_until=permit_until, sponsor=AccountFactory(**GREEN))
    permit = (Decimal(100) * missing / 12).quantize(Decimal("0.01"))
    assert line("work-permit", person)[0] == permit
    assert line("levy", person)[0] == Decimal(700 * missing)


def test_a_permit_that_reaches_the_new_end_says_so_on_both_lines():
    person = worker(permitted_until=date(2027, 6, 30))
    note = "Paid with the permit until 30 June 2027 (25 Muharram 1449 AH)"
    assert line("work-permit", person) == (Decimal("0.00"), note)
    assert line("levy", person) == (Decimal("0.00"), note)


def test_a_permit_that_reaches_half_way_says_what_is_missing():
    person = worker(permitted_until=date(2026, 12, 30))
    assert line("work-permit", person) == (
        Decimal("50.00"),
        "The permit is paid until 30 December 2026 (21 Rajab 1448 AH); due for 6 months",
    )


@pytest.mark.parametrize(
    ("saudis", "levy", "note"),
    [
        (19, "9600.00", "Saudis are fewer than expatriates"),
        (20, "8400.00", "Saudis are at least as many as expatriates"),
        (21, "8400.00", "Saudis are at least as many as expatriates"),
    ],
)
def test_the_levy_follows_the_share_of_saudis(saudis, levy, note):
    person = worker(sponsor=AccountFactory(saudis=saudis, expatriates=20))
    assert line("levy", person) == (Decimal(levy), note)


@pytest.mark.parametrize("months", [3, 6, 9])
def test_the_levy_of_quarters_is_a_part_of_the_years(months):
    assert line("levy", worker(sponsor=AccountFactory(**GREEN)), months)[0] == 2100 * months // 3
    assert line("levy", worker(sponsor=AccountFactory(**RED)), months)[0] == 2400 * months // 3


@pytest.mark.parametrize(
    ("kind", "note"),
    [
        ("domestic", "Not due for domestic workers"),
        ("dependant", "Not due for dependants and companions"),
        ("companion", "Not due for dependants and companions"),
    ],
)
def test_only_workers_pay_permit_and_levy(kind, note):
    person = worker(**{kind: True})
    assert line("work-permit", person) == (Decimal("0.00"), note)
    assert line("levy", person) == (Decimal("0.00"), note)


# --- very small establishments --------------------------------------------------------------------
LAST_EXEMPT = date(2027, 1, 22)  # 14 Sha'ban 1448
EXEMPT = "Exempt: establishment of 9 or fewer workers whose owner works there full time"
OWNER_ALONE = {"saudis": 1, "expatriates": 8, "owner_full_time": True}
ONE_MORE_SAUDI = {"saudis": 2, "expatriates": 7, "owner_full_time": True}


def shop(count=1, **named):
    """A very small establishment and its workers, in the order in which they came; all residencies end on END."""
    account = AccountFactory(**OWNER_ALONE | named)
    people = ResidentFactory.create_batch(count, sponsor=account, expiring_in=False)
    for place, person in enumerate(people):
        IqamaFactory(resident=person, expires_on=END, issued_on=date(2020, 1, 1) + timedelta(days=place))
    return people


def exempt(people):
    """Who of them pays no levy for the next three months, by place."""
    return [place for place, person in enumerate(people) if line("levy", person, 3) == (Decimal("0.00"), EXEMPT)]


def test_a_very_small_establishment_pays_no_levy_but_the_permit():
    (person,) = shop()
    assert line("levy", person, 3) == (Decimal("0.00"), EXEMPT)
    assert line("work-permit", person, 3) == (Decimal("25.00"), "")


@pytest.mark.parametrize(("expatriates", "spared"), [(7, True), (8, True), (9, False)])
def test_with_the_tenth_worker_an_establishment_is_no_longer_very_small(expatriates, spared):
    (person,) = shop(expatriates=expatriates)
    assert exempt([person]) == ([0] if spared else [])
    assert spared or line("levy", person, 3) == (Decimal("2400.00"), "Saudis are fewer than expatriates")


@pytest.mark.parametrize(
    ("staff", "spared"), [(OWNER_ALONE | {"saudis": 0}, [0, 1]), (OWNER_ALONE, [0, 1]), (ONE_MORE_SAUDI, [0, 1, 2, 3])]
)
def test_two_expatriates_are_exempt_and_four_beside_one_more_saudi(staff, spared):
    assert exempt(shop(5, **staff)) == spared


@pytest.mark.parametrize("staff", [OWNER_ALONE, ONE_MORE_SAUDI])
def test_nobody_is_exempt_where_the_owner_does_not_work_full_time(staff):
    assert exempt(shop(2, **staff | {"owner_full_time": False})) == []


def test_nobody_is_exempt_where_the_exemption_is_switched_off():
    people = shop(2)
    assert exempt(people) == [0, 1]
    Parameter.objects.filter(code="levy.small.in_force").update(value="0")
    assert exempt(people) == []


def test_the_exempt_are_those_with_the_earliest_first_permit_whatever_came_later():
    people = shop(3)
    IqamaFactory(resident=people[0], version=2, issued_on=date(2026, 5, 1), expires_on=END)
    IqamaFactory(resident=people[2], version=7, issued_on=date(2019, 12, 31), expires_on=END)
    assert exempt(people) == [0, 2]


def test_of_equally_long_standing_workers_the_first_in_the_register_are_exempt():
    people = shop(3)
    for person in people:
        person.iqamas.update(issued_on=date(2020, 1, 1))
    assert exempt(people) == [0, 1]


@pytest.mark.parametrize("gone", [{"left_on": date(2026, 5, 1)}, {"deceased_on": date(2026, 5, 1)}, {"kind": "domestic"}])
def test_whoever_is_no_worker_there_any_more_leaves_the_place_to_the_next(gone):
    people = shop(3)
    Resident.objects.filter(pk=people[0].pk).update(**gone)
    assert exempt(people[1:]) == [0, 1]


def test_families_and_workers_without_a_permit_take_nobodys_place():
    people = shop(3)
    ResidentFactory(dependant=True, head=people[0], expiring_in=date(2015, 1, 1))
    ResidentFactory(sponsor=people[0].sponsor, expiring_in=False)
    Resident.objects.filter(pk=people[1].pk).update(left_on=TODAY)
    assert exempt([people[0], people[2]]) == [0, 1]


@pytest.mark.parametrize(("end", "due"), [(LAST_EXEMPT - timedelta(days=1), 0), (LAST_EXEMPT, 0), (LAST_EXEMPT + timedelta(days=1), 1)])
def test_the_exemption_reaches_to_its_last_day(end, due):
    (person,) = shop()
    person.iqamas.update(expires_on=add_months(end, -3))
    assert line("levy", person, 3)[0] == 800 * due


def test_a_period_that_reaches_beyond_the_exemption_pays_for_its_later_months():
    (person,) = shop()
    words = "The exemption of establishments of 9 or fewer workers ends on 22 January 2027 (14 Shaban 1448 AH); due for 6 months"
    assert line("levy", person, 12) == (Decimal("4800.00"), words)
    assert line("work-permit", person, 12) == (Decimal("100.00"), "")


def test_of_the_exemption_it_is_said_that_its_source_is_uncertain():
    uncertain = {row.code: row.uncertain for row in Parameter.objects.filter(code__startswith="levy.small.")}
    assert uncertain == dict.fromkeys(
        [f"levy.small.{name}" for name in ("in_force", "last_day", "workers", "free", "free_with_saudi")], True
    )


def test_after_the_exemption_the_levy_is_charged_as_of_everybody():
    (person,) = shop()
    person.iqamas.update(expires_on=LAST_EXEMPT)
    assert line("levy", person, 3) == (Decimal("2400.00"), "Saudis are fewer than expatriates")


@pytest.mark.parametrize(
    ("permit_until", "due", "words"),
    [
        (date(2026, 9, 30), 6, "The exemption of establishments of 9 or fewer workers ends on"),
        (date(2027, 3, 30), 3, "The permit is paid until 30 March 2027"),
        (date(2027, 6, 30), 0, "Paid with the permit until"),
    ],
)
def test_permit_and_exemption_do_not_spare_the_same_month_twice(permit_until, due, words):
    (person,) = shop()
    ClearanceFactory(resident=person, kind=Clearance.Kind.WORK_PERMIT, until_on=permit_until)
    amount, note = line("levy", person, 12)
    assert amount == 800 * due
    assert note.startswith(words)


def test_only_a_very_small_establishment_with_the_exemption_in_force_costs_a_query():
    def queries(person):
        fresh = Resident.objects.select_related("sponsor").get(pk=person.pk)
        iqama, terms = fresh.iqama, Parameter.objects.terms(TODAY)
        with CaptureQueriesContext(connection) as seen:
            renewal_fee(fresh, iqama, 12, fresh.sponsor, terms)
        return len(seen)

    usual = queries(worker())
    (small,), (large,), (absent,) = shop(), shop(expatriates=9), shop(owner_full_time=False)
    assert [queries(small), queries(large), queries(absent)] == [usual + 1, usual, usual]
    Parameter.objects.filter(code="levy.small.in_force").update(value="0")
    assert queries(small) == usual


# --- the calendar of the period -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("permit_until", "missing"),
    [
        (from_hijri(1448, 7, 14), 7),
        (from_hijri(1448, 7, 15), 6),
        (from_hijri(1448, 7, 16), 6),
        (from_hijri(1448, 8, 14), 6),
        (from_hijri(1448, 8, 15), 5),
        (from_hijri(1449, 1, 14), 1),
        (from_hijri(1449, 1, 15), 0),
    ],
)
def test_a_period_in_hijri_months_is_charged_by_them(permit_until, missing):
    person = worker(expiring_in=from_hijri(1448, 1, 15), permitted_until=permit_until, sponsor=AccountFactory(**GREEN))
    Parameter.objects.filter(code="iqama.term_calendar").update(value="1")
    assert line("levy", person, 12)[0] == 700 * missing
    assert line("residency", person, 12)[0] == Decimal("650.00")


# --- dependants -----------------------------------------------------------------------------------
def test_everybody_on_the_file_is_paid_for_whatever_the_kinship():
    head = worker()
    for kind in ("dependant", "son", "daughter", "companion"):
        ResidentFactory(**{kind: True}, head=head)
    ResidentFactory(dependant=True)
    assert line("dependants", head, 3) == (Decimal("4800.00"), "For 4 dependants and companions")


def test_a_dependant_with_a_final_exit_who_has_not_gone_is_paid_for():
    head = worker()
    VisaFactory(final=True, resident=ResidentFactory(dependant=True, head=head))
    assert line("dependants", head, 6) == (Decimal("2400.00"), "For 1 dependant or companion")


def test_those_who_left_or_died_are_not_paid_for():
    head = worker()
    ResidentFactory(dependant=True, head=head, left=True)
    ResidentFactory(son=True, head=head, deceased=True)
    assert line("dependants", head) == (Decimal("0.00"), "No dependants or companions on file")


def test_a_dependants_own_renewal_does_not_charge_the_fee_again():
    dependant = worker(dependant=True)
    assert line("dependants", dependant) == (Decimal("0.00"), "Paid with the residency of the head of household")


# --- lateness -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("days", "earlier", "fine"),
    [
        (-1, 0, "0.00"),
        (0, 0, "0.00"),
        (1, 0, "0.00"),
        (3, 1, "0.00"),
        (3, 0, "0.00"),
        (4, 0, "500.00"),
        (5, 0, "500.00"),
        (4, 1, "1000.00"),
    ],
)
def test_the_fine_by_days_after_the_end_and_by_offence(days, earlier, fine):
    person = worker(expiring_in=False)
    for past in range(earlier):
        IqamaFactory(resident=person, version=past + 1, days_late=4, expires_on=END - timedelta(days=365 * (past + 1)))
    IqamaFactory(resident=person, version=9, expires_on=END)
    assert line("late", person, day=END + timedelta(days=days))[0] == Decimal(fine)


@pytest.mark.parametrize(("earlier_delay", "fine"), [(3, "500.00"), (4, "1000.00"), (5, "1000.00")])
def test_an_earlier_delay_within_the_grace_was_no_offence(earlier_delay, fine):
    person = worker(expiring_in=False)
    IqamaFactory(resident=person, version=1, days_late=earlier_delay, expires_on=END - timedelta(days=365))
    IqamaFactory(resident=person, version=2, expires_on=END)
    assert line("late", person, day=END + timedelta(days=4))[0] == Decimal(fine)


@pytest.mark.parametrize(
    ("days", "note"),
    [
        (-1, "Renewed before the end, no fine"),
        (0, "Renewed before the end, no fine"),
        (1, "Within the grace period, no fine"),
        (3, "Within the grace period, no fine"),
        (4, "4 days after the end, late renewal number 1"),
    ],
)
def test_the_line_of_the_fine_says_why(days, note):
    assert line("late", worker(), day=END + timedelta(days=days))[1] == note


# --- who pays -------------------------------------------------------------------------------------
def test_a_worker_who_pays_himself_is_told_what_the_law_puts_on_the_employer():
    person = worker()
    ResidentFactory(dependant=True, head=person)
    own = AccountFactory(number=person.iqama_number)
    notes = {code: line(code, person, account=own)[1] for code in ("residency", "work-permit", "levy", "dependants", "late")}
    assert notes == {
        "residency": "The law puts this fee on the employer.",
        "work-permit": "The law puts this fee on the employer.",
        "levy": "The law puts this fee on the employer.",
        "dependants": "For 1 dependant or companion",
        "late": "Renewed before the end, no fine",
    }


def test_a_kept_note_is_read_back_as_it_was_said():
    fee = fee_of(worker(permitted_until=date(2026, 12, 30)), 12)
    kept = json.loads(json.dumps(fee.stored()))
    with override("en"):
        assert [note and str(Sentence.of(note)) for note in (row["note"] for row in kept)] == [
            line.note and str(line.note) for line in fee.lines
        ]
