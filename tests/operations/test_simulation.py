"""What it would cost and whether it could be done, on any day to come: the judgement of the engine, and nothing of its deed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from accounts.models import Attempt, OperationToken
from muqeem import clock, facts, hijri
from muqeem.operations.base import registry
from muqeem.record.models import Parameter
from tests.factories import HoldFactory, ResidentFactory, in_days
from tests.operations.journeys import RENEWAL, Person, said
from tests.operations.test_perform import the_world

pytestmark = pytest.mark.django_db


def simulated(person: Person, day: date, slug: str = RENEWAL, **answers: Any) -> Any:
    on = {"on_day": day.day, "on_month": day.month, "on_year": day.year, "on_calendar": "gregorian"}
    return person.client.post(f"/services/{slug}/simulate/", on | person.answers(slug=slug) | answers)


def arabic(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))


def kept() -> dict[str, Any]:
    return the_world() | {"tokens": OperationToken.objects.count(), "attempts": Attempt.objects.count()}


@pytest.mark.parametrize("slug", list(registry))
def test_every_service_can_be_tried_and_nothing_is_kept(slug: str) -> None:
    person = Person(resident=ResidentFactory(expiring_in=100), by_app=True, language="en")
    answers, before = person.answers(slug=slug), kept()
    assert person.client.get(f"/services/{slug}/simulate/?resident={person.resident.uuid}").status_code == 200
    answer = simulated(person, clock.today(), slug, **answers)
    assert answer.status_code == 200, said(answer)
    assert "Fees" in said(answer)
    assert "it could be done" in said(answer)
    assert kept() == before


def test_it_costs_what_the_journey_then_asks_for() -> None:
    person = Person()
    answer = simulated(person, clock.today())
    receipt = person.renewed()
    assert f"{receipt.total:,.2f}" in said(answer)


def test_the_fee_is_that_of_the_day() -> None:
    person = Person(resident=ResidentFactory(expiring_in=100), by_app=True, language="en")
    Parameter.objects.create(code="iqama.work.year_fee", from_on=in_days(30), value="977.00", source="x", confidence="S")
    assert "977.00" not in said(simulated(person, in_days(29)))
    assert "977.00" in said(simulated(person, in_days(30)))


def test_so_are_the_requirements_and_whoever_is_refused_reads_why() -> None:
    person = Person(resident=ResidentFactory(expiring_in=300), by_app=True, language="en")
    refused = said(simulated(person, clock.today()))
    assert "it could not be done" in refused
    assert "Opens on" in refused
    assert "it could be done" in said(simulated(person, in_days(299)))
    HoldFactory(resident=person.resident)
    assert "Unpaid traffic violations" in said(simulated(person, in_days(299)))


@pytest.mark.parametrize("days", [-1, 731])
def test_a_day_that_is_past_or_too_far_is_refused(days: int) -> None:
    assert simulated(Person(), in_days(days)).status_code == 422


def test_the_day_may_be_hijri_and_in_arabic_digits() -> None:
    person = Person(language="en")
    day = hijri.to_hijri(in_days(20))
    assert day is not None
    typed = {"on_day": arabic(day.day), "on_month": arabic(day.month), "on_year": arabic(day.year), "on_calendar": "hijri"}
    answer = simulated(person, in_days(20), **typed)
    with override("en"):
        assert facts.dates_in_text(in_days(20)) in said(answer)


def test_what_is_wrong_stands_beside_its_field_and_the_rest_is_kept() -> None:
    person = Person(language="en")
    answer = simulated(person, clock.today(), iqama_number="12", months="24")
    assert answer.status_code == 422
    assert 'value="12"' in answer.content.decode()
    assert "it could" not in said(answer)


def test_somebody_elses_resident_is_as_if_there_were_none() -> None:
    person, other = Person(language="en"), ResidentFactory()
    assert "There is no resident with this number" in said(simulated(person, clock.today(), iqama_number=other.iqama_number))
    assert person.client.get(f"/services/{RENEWAL}/simulate/?resident={other.uuid}").status_code == 404


def test_a_service_that_does_not_exist_has_no_simulation() -> None:
    assert Person().client.get("/services/none/simulate/").status_code == 404


def test_it_is_reached_from_the_file_the_service_and_the_fees() -> None:
    person = Person()
    address = f"/services/{RENEWAL}/simulate/"
    for page in (f"/residents/{person.resident.uuid}/", f"/services/{RENEWAL}/", "/fees/"):
        assert address in person.client.get(page).content.decode()


def test_two_years_ahead_is_the_furthest() -> None:
    answer = simulated(Person(language="en"), clock.today() + timedelta(days=730), months="24")
    assert answer.status_code == 200, said(answer)
