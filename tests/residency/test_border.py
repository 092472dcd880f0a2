"""What crossings make of visas: in any order, corrected and withdrawn, by import and by hand."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from muqeem import clock
from muqeem.hijri import add_months
from muqeem.record.models import Parameter
from residency.imports.loading import import_facts
from residency.models import Movement, Period, Resident, Visa, VisaState
from residency.standing import open_visa, unused_fine, unused_visa
from tests.factories import MovementFactory, ResidentFactory, VisaFactory, in_days

pytestmark = pytest.mark.django_db

OUT, IN = Movement.Direction.OUT, Movement.Direction.IN


def terms(day: date | None = None):
    return Parameter.objects.terms(day or clock.today())


def single(**changed: Any) -> Visa:
    """A single visa of twenty days ago, good for sixty days."""
    return VisaFactory(**{"issued_on": in_days(-20), "resident": ResidentFactory()} | changed)


def crossing(visa: Visa, direction: str, days: int, *, named: bool = True) -> Movement:
    return MovementFactory(resident=visa.resident, direction=direction, crossed_on=in_days(days), visa=visa if named else None)


def again(visa: Visa) -> Visa:
    return Visa.objects.get(pk=visa.pk)


def stands(visa: Visa) -> tuple[date | None, date | None, date | None]:
    found = again(visa)
    return found.travelled_on, found.returned_on, found.used_on


def state(visa: Visa, days: int = 0) -> VisaState:
    return again(visa).state(terms(in_days(days)))


# --- a single visa --------------------------------------------------------------------------------
def test_a_single_visa_is_travelled_with_and_used_up_by_the_return():
    visa = single()
    assert (stands(visa), state(visa)) == ((None, None, None), VisaState.VALID)
    crossing(visa, OUT, -15)
    assert (stands(visa), state(visa)) == ((in_days(-15), None, None), VisaState.TRAVELLED)
    crossing(visa, IN, -5)
    assert (stands(visa), state(visa)) == ((in_days(-15), in_days(-5), in_days(-5)), VisaState.USED)


def test_a_crossing_that_names_no_visa_belongs_to_the_newest_that_was_good():
    resident = ResidentFactory()
    cancelled = single(resident=resident, cancelled_on=in_days(-16))
    visa = single(resident=resident, issued_on=in_days(-16))
    crossing(visa, OUT, -15, named=False)
    crossing(visa, IN, -5, named=False)
    assert stands(cancelled) == (None, None, None)
    assert stands(visa) == (in_days(-15), in_days(-5), in_days(-5))


def test_a_visa_that_is_written_after_its_crossings_knows_them():
    resident = ResidentFactory()
    MovementFactory(resident=resident, direction=OUT, crossed_on=in_days(-15))
    assert stands(single(resident=resident)) == (in_days(-15), None, None)


def test_a_second_crossing_does_not_open_a_used_visa():
    visa = single()
    for direction, days in ((OUT, -15), (IN, -10), (OUT, -5)):
        crossing(visa, direction, days)
    assert stands(visa) == (in_days(-15), in_days(-10), in_days(-10))


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_whatever_order_crossings_arrive_they_mean_the_same(order):
    visa = single(kind=Visa.Kind.MULTIPLE)
    crossings = [(OUT, -18), (IN, -12), (OUT, -9), (IN, -3)]
    for place in order:
        crossing(visa, *crossings[place])
    assert (stands(visa), state(visa)) == ((in_days(-18), in_days(-3), None), VisaState.VALID)


def test_a_crossing_that_is_corrected_or_withdrawn_is_forgotten():
    visa = single()
    crossing(visa, OUT, -15)
    back = crossing(visa, IN, -5)
    Movement.objects.filter(pk=back.pk).update(crossed_on=in_days(-4))
    assert stands(visa) == (in_days(-15), in_days(-4), in_days(-4))
    back.delete()
    assert (stands(visa), state(visa)) == ((in_days(-15), None, None), VisaState.TRAVELLED)
    Movement.objects.all().delete()
    assert (stands(visa), state(visa)) == ((None, None, None), VisaState.VALID)


def test_a_crossing_that_passes_to_another_person_is_taken_from_the_first():
    visa, other = single(), single()
    moved = crossing(visa, OUT, -15, named=False)
    Movement.objects.filter(pk=moved.pk).update(resident=other.resident)
    assert (stands(visa)[0], stands(other)[0]) == (None, in_days(-15))


def test_a_crossing_passes_to_a_newer_visa_and_back():
    resident = ResidentFactory()
    old = single(resident=resident, ends_on=in_days(-11), issued_on=in_days(-30))
    gone = crossing(old, OUT, -12, named=False)
    Visa.objects.filter(pk=old.pk).update(cancelled_on=in_days(-13))
    new = single(resident=resident, issued_on=in_days(-13))
    assert (stands(old)[0], stands(new)[0]) == (None, in_days(-12))
    new.delete()
    Visa.objects.filter(pk=old.pk).update(cancelled_on=None)
    assert stands(old)[0] == gone.crossed_on


def test_a_visa_does_not_open_again_beside_another():
    visa = single()
    gone, back = crossing(visa, OUT, -15), crossing(visa, IN, -10)
    other = single(resident=visa.resident, issued_on=in_days(-9))
    Movement.objects.filter(pk__in=[gone.pk, back.pk]).delete()
    assert stands(visa) == (None, None, in_days(-10))
    other.delete()
    assert open_visa(Resident.objects.get(pk=visa.resident_id), terms()) is None


def test_a_day_of_use_that_was_reported_stays():
    visa = single(used_on=in_days(-8))
    assert state(visa) == VisaState.USED
    crossing(visa, OUT, -15)
    crossing(visa, IN, -7)
    Movement.objects.all().delete()
    assert stands(visa)[2] == in_days(-8)


def test_whatever_is_written_into_the_columns_the_truth_stands_there():
    visa = single()
    crossing(visa, OUT, -15)
    Visa.objects.filter(pk=visa.pk).update(travelled_on=None, returned_on=in_days(-1))
    assert stands(visa) == (in_days(-15), None, None)
    visa.save()  # with the old values
    assert stands(visa) == (in_days(-15), None, None)


# --- days -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("day", "expected"), [(40, VisaState.VALID), (41, VisaState.EXPIRED_UNUSED)])
def test_a_visa_is_unused_from_the_day_after_its_last(day, expected):
    assert state(single(), day) == expected


@pytest.mark.parametrize("dependant", [False, True])
def test_who_does_not_return_is_abroad_and_after_two_months_did_not_return(dependant):
    visa = single(resident=ResidentFactory(dependant=dependant))
    crossing(visa, OUT, -15)
    awaited = (add_months(in_days(40), 2) - clock.today()).days
    days = {40: VisaState.TRAVELLED, 41: VisaState.EXPIRED_ABROAD, awaited: VisaState.EXPIRED_ABROAD}
    days[awaited + 1] = VisaState.EXPIRED_ABROAD if dependant else VisaState.NOT_RETURNED
    assert {day: state(visa, day) for day in days} == days


def test_a_multiple_visa_that_was_used_ends_used():
    visa = single(kind=Visa.Kind.MULTIPLE)
    crossing(visa, OUT, -15)
    assert state(visa) == VisaState.TRAVELLED
    crossing(visa, IN, -5)
    assert [state(visa, day) for day in (0, 40, 41)] == [VisaState.VALID, VisaState.VALID, VisaState.USED]


def test_a_cancelled_and_a_fined_visa_are_no_longer_open():
    cancelled, fined = single(), single(issued_on=in_days(-90))
    cancelled.cancel(clock.today())
    fined.pay_fine(clock.today())
    assert [state(cancelled), state(fined)] == [VisaState.CANCELLED, VisaState.EXPIRED]


def test_other_visas_than_those_of_travel_end_on_their_day():
    visa = single(kind=Visa.Kind.VISIT)
    MovementFactory(resident=visa.resident, direction=OUT, crossed_on=in_days(-1), visa=visa)
    assert [state(visa, day) for day in (40, 41)] == [VisaState.VALID, VisaState.EXPIRED]


def by_months(months: int = 3, permit_in: int = 1000) -> Visa:
    """A visa by months, granted today."""
    resident = ResidentFactory(expiring_in=permit_in)
    return resident.issue_visa(Visa.Kind.SINGLE, Period.from_travel(months, in_days(permit_in), terms()), clock.today())


@pytest.mark.parametrize("waited", [0, 10, 80])
def test_a_visa_by_months_runs_from_the_day_of_travel(waited):
    visa = by_months(2)
    assert (again(visa).return_by, visa.leave_before) == (None, add_months(clock.today(), 3))
    crossing(visa, OUT, waited)
    assert again(visa).return_by == add_months(in_days(waited), 2)
    assert state(visa, (add_months(in_days(waited), 2) - clock.today()).days) == VisaState.TRAVELLED
    assert state(visa, (add_months(in_days(waited), 2) - clock.today()).days + 1) == VisaState.EXPIRED_ABROAD


def test_a_visa_by_months_ends_with_the_permit():
    visa = by_months(3, permit_in=100)
    crossing(visa, OUT, 80)
    assert (again(visa).return_by, visa.ends_on) == (in_days(100), in_days(100))
    soon = by_months(1, permit_in=40)
    assert (soon.leave_before, soon.ends_on) == (in_days(40), in_days(40))


def test_a_visa_by_months_that_nobody_left_with_expires_when_one_had_to_leave():
    visa = by_months(3)
    last = (visa.leave_before - clock.today()).days
    assert [state(visa, last), state(visa, last + 1)] == [VisaState.VALID, VisaState.EXPIRED_UNUSED]
    assert visa.ends_on > visa.leave_before


def test_an_extension_moves_the_return():
    visa = by_months(2)
    crossing(visa, OUT, 0)
    again(visa).extend(in_days(90))
    assert (again(visa).return_by, again(visa).ends_on, state(visa, 90)) == (in_days(90), in_days(90), VisaState.TRAVELLED)


@pytest.mark.parametrize(("lasting", "by"), [(60, 60), (200, 90)])
def test_a_visa_is_cancelled_by_its_end_or_ninety_days_after_issue(lasting, by):
    visa = VisaFactory(ends_on=in_days(lasting))
    assert visa.cancel_by(terms()) == in_days(by)


# --- fines ----------------------------------------------------------------------------------------
def test_each_unused_visa_costs_more_than_the_one_before_until_the_last_amount():
    resident, fines = ResidentFactory(), []
    for year in (4, 3, 2, 1):
        visa = single(resident=resident, issued_on=in_days(-365 * year))
        resident.refresh_from_db()
        assert unused_visa(resident, terms()) == visa
        fines.append(unused_fine(resident, visa, terms()))
        visa.pay_fine(clock.today())
    assert [int(fine) for fine in fines] == [1000, 2000, 3000, 3000]
    resident.refresh_from_db()
    assert unused_visa(resident, terms()) is None


def test_a_final_exit_that_expired_costs_one_amount():
    visa = VisaFactory(final=True, issued_on=in_days(-90))
    assert unused_fine(visa.resident, visa, terms()) == 1000


# --- final exit -----------------------------------------------------------------------------------
def final() -> Visa:
    return VisaFactory(final=True, issued_on=in_days(-20))


def left_on(visa: Visa) -> date | None:
    return Resident.objects.get(pk=visa.resident_id).left_on


def test_who_leaves_with_a_final_exit_visa_has_left_for_good():
    visa = final()
    gone = crossing(visa, OUT, -3)
    assert (stands(visa), left_on(visa), state(visa)) == ((in_days(-3), None, in_days(-3)), in_days(-3), VisaState.LEFT)
    Movement.objects.filter(pk=gone.pk).update(crossed_on=in_days(-2))
    assert left_on(visa) == in_days(-2)
    gone.delete()
    assert (left_on(visa), state(visa)) == (None, VisaState.VALID)


def test_who_comes_again_later_has_not_left_for_good():
    visa = final()
    crossing(visa, OUT, -10)
    crossing(visa, IN, -1)
    assert left_on(visa) is None


def test_a_departure_for_good_that_was_reported_otherwise_stays():
    visa = final()
    Resident.objects.filter(pk=visa.resident_id).update(left_on=in_days(-7))
    crossing(visa, OUT, -3).delete()
    assert left_on(visa) == in_days(-7)


def test_nobody_takes_a_departure_for_good_away_by_saving_an_old_row():
    visa = final()
    before = Resident.objects.get(pk=visa.resident_id)
    crossing(visa, OUT, -3)
    before.save()
    assert left_on(visa) == in_days(-3)


# --- granting -------------------------------------------------------------------------------------
def test_a_visa_gets_a_number_that_no_other_has(monkeypatch):
    taken = VisaFactory(number="1000000000")
    drawn = iter([0, 0, 5])
    monkeypatch.setattr("residency.models.visas.secrets.randbelow", lambda _below: next(drawn))
    visa = ResidentFactory().issue_visa(Visa.Kind.SINGLE, Period.until(in_days(30)), clock.today())
    assert (taken.number, visa.number) == ("1000000000", "1000000005")


@pytest.mark.parametrize("what", ["open", "cancelled", "fined", "used"])
def test_a_second_visa_is_granted_only_where_the_first_is_not_open(what):
    visa = single()
    match what:
        case "cancelled":
            visa.cancel(clock.today())
        case "fined":
            visa.pay_fine(clock.today())
        case "used":
            crossing(visa, OUT, -15)
            crossing(visa, IN, -10)
    period = Period.until(in_days(30))
    if what == "open":
        with pytest.raises(IntegrityError, match="visa_one_open"), transaction.atomic():
            visa.resident.issue_visa(Visa.Kind.SINGLE, period, clock.today())
    else:
        assert visa.resident.issue_visa(Visa.Kind.SINGLE, period, clock.today()).pk


def test_what_was_done_with_a_visa_is_on_the_persons_file_at_once():
    resident = ResidentFactory()
    visa = resident.issue_visa(Visa.Kind.SINGLE, Period.until(in_days(30)), clock.today())
    assert open_visa(resident, terms()) == visa
    resident.file.visas[0].cancel(clock.today())
    assert open_visa(resident, terms()) is None


# --- by import ------------------------------------------------------------------------------------
def load(kind: str, text: str) -> dict[str, int]:
    return import_facts(text.encode(), kind, file_name=kind).counts


def test_an_import_of_crossings_drives_visas_and_an_import_of_visas_takes_nothing_back():
    visa, leaver = single(), final()
    rows = [(visa, "out", -15), (visa, "in", -5), (leaver, "out", -3)]
    lines = [f"R{n},{each.resident.iqama_number},{direction},{in_days(days)}" for n, (each, direction, days) in enumerate(rows)]
    assert load("movements", "\n".join(["reference,resident,direction,crossed_on", *lines]))["new"] == 3
    assert (stands(visa)[2], left_on(leaver)) == (in_days(-5), in_days(-3))
    header = "number,resident,kind,issued_on,leave_before,return_before,used_on,cancelled_on\n"
    row = f"{visa.number},{visa.resident.iqama_number},single,{visa.issued_on},{visa.leave_before},{visa.return_before},,\n"
    assert load("visas", header + row)["unchanged"] == 1
    assert stands(visa)[2] == in_days(-5)


def test_a_crossing_of_one_person_leaves_the_others_alone():
    visa, other = single(), single()
    crossing(visa, OUT, -15)
    before = Visa.objects.filter(pk=other.pk).values().get()
    crossing(visa, IN, -10)
    assert Visa.objects.filter(pk=other.pk).values().get() == before
    assert visa.issued_on + timedelta(days=60) == visa.ends_on
