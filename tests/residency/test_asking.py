"""Asking the employer to renew, and the band that an establishment has outgrown."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import PhoneDevice
from muqeem.record.models import Event, Message
from muqeem.record.texts import words
from residency.models import Resident
from tests.factories import AccountFactory, MembershipFactory, PackageFactory, ResidentFactory, SubscriptionFactory, UserFactory
from tests.operations.journeys import Person

pytestmark = pytest.mark.django_db

ADDRESS = "/residents/ask-employer/iqama-renewal/"


def worker_with_an_account() -> Person:
    """A worker of an establishment, acting for himself."""
    resident = ResidentFactory(permitted_until=800)
    return Person(resident=resident, account=AccountFactory(individual=True, number=resident.iqama_number), language="en")


def employer_of(resident: Resident) -> PhoneDevice:
    return MembershipFactory(account=resident.sponsor, main=True, user=UserFactory(language="ar")).user.phonedevice_set.get()


def test_the_review_says_that_the_law_puts_the_fee_on_the_employer_and_offers_to_ask() -> None:
    person = worker_with_an_account()
    page = person.get(person.reviewed()).content.decode()
    assert "The law puts this fee on the employer." in page
    assert "Ask my employer" in page


def test_an_employer_who_renews_is_not_offered_to_ask_himself() -> None:
    person = Person(language="en")
    assert "Ask my employer" not in person.get(person.reviewed()).content.decode()


def test_the_employer_gets_one_text_a_day(shift: Callable[[timedelta], None]) -> None:
    person = worker_with_an_account()
    phone = employer_of(person.resident)
    for _twice in range(2):
        answer = person.client.post(ADDRESS, {"iqama_number": person.resident.iqama_number})
        assert answer.url == f"/residents/{person.resident.uuid}/"
    text = words(Message.objects.get(receiver=phone.number))
    assert text.startswith("طلب من عامل لديك: تجديد الإقامة\n")
    assert person.resident.iqama_number[-4:] in text
    assert Event.objects.filter(kind="asked-employer", actor=person.user.username).count() == 1
    shift(timedelta(days=1, seconds=1))
    person.sign_in()
    person.client.post(ADDRESS, {"iqama_number": person.resident.iqama_number})
    assert Message.objects.filter(receiver=phone.number).count() == 2


def test_an_employer_outside_the_portal_cannot_be_asked_and_the_person_is_told() -> None:
    person = worker_with_an_account()
    page = person.client.post(ADDRESS, {"iqama_number": person.resident.iqama_number}, follow=True)
    assert "does not use the portal" in page.content.decode()
    assert not Message.objects.filter(template="ask-employer").exists()


@pytest.mark.parametrize("number", ["", "2000000000", "\x00", "x" * 10_000])
def test_a_number_that_is_none_is_not_found(number: str) -> None:
    assert worker_with_an_account().client.post(ADDRESS, {"iqama_number": number}).status_code == 404


def test_nobody_asks_for_somebody_elses_worker_or_for_a_service_that_is_none() -> None:
    person = worker_with_an_account()
    stranger = ResidentFactory()
    assert person.client.post(ADDRESS, {"iqama_number": stranger.iqama_number}).status_code == 404
    nothing = ADDRESS.replace("iqama-renewal", "nothing")
    assert person.client.post(nothing, {"iqama_number": person.resident.iqama_number}).status_code == 404


@pytest.mark.parametrize(("limit", "said"), [(1, True), (2, False)])
def test_an_establishment_over_its_band_is_asked_for_the_next_one_and_services_stay(limit: int, *, said: bool) -> None:
    resident = ResidentFactory()
    ResidentFactory(sponsor=resident.sponsor)
    person = Person(resident=resident, language="en", by_app=True)
    person.subscription.delete()
    SubscriptionFactory(account=person.account, unlimited=True, package=PackageFactory(residents_up_to=limit))
    page = person.client.get("/").content.decode()
    assert ("reached the limit of its band" in page) is said
    assert person.client.get("/services/iqama-renewal/").status_code == 200
