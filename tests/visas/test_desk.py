"""A visa at the passport office's desk: the page beside the register, and what became of the visa since."""

import pytest
from django.test import Client

from muqeem import clock
from muqeem.operations.models import Document
from muqeem.operations.perform import perform
from residency.models import Movement
from tests.accounts.people import signed_in
from tests.factories import MovementFactory, UserFactory, in_days
from tests.operations.journeys import Household, Person, said
from tests.visas.people import worker
from visas.operations import IssueExitReentry

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    """The browser of a clerk."""
    return signed_in(UserFactory(clerk=True, with_app=True, language="en"))


def pages() -> list[Document]:
    family = Household()
    family.performed(IssueExitReentry.slug, **family.asked(family.wife))
    return list(Document.objects.select_related("resident").order_by("pk"))


def shown(desk: Client, page: Document) -> str:
    return said(desk.get(f"/desk/documents/{page.serial}/"))


def test_a_fresh_visa_is_as_the_register(desk):
    for page in pages():
        assert "On record, and as the register" in shown(desk, page)


def test_a_visa_that_was_cancelled_or_used_differs(desk):
    head, wife = pages()
    head.resident.visas.get().cancel(clock.today())
    MovementFactory(resident=wife.resident, direction=Movement.Direction.OUT, crossed_on=clock.today())
    for page, state in ((head, "cancelled"), (wife, "in use, resident abroad")):
        words = shown(desk, page)
        assert "1 fact differs" in words
        assert state in words


@pytest.mark.parametrize("slug", ["final-exit-issue", "exit-reentry-extend", "exit-reentry-cancel", "final-exit-cancel"])
def test_the_fresh_page_of_every_service_about_a_visa_is_as_the_register(desk, slug):
    person = Person(resident=worker(), by_app=True)
    page = perform(token := person.ready(slug=slug), token.fingerprint).documents.select_related("resident").get()
    assert "On record, and as the register" in shown(desk, page)


def test_a_visa_that_was_extended_since_differs(desk):
    person = Person(resident=worker(), by_app=True)
    page = perform(token := person.ready(slug="exit-reentry-extend"), token.fingerprint).documents.select_related("resident").get()
    person.resident.visas.get().extend(in_days(40))
    assert "1 fact differs" in shown(desk, page)


def test_the_page_of_a_visa_that_the_register_does_not_hold_differs(desk):
    head, _wife = pages()
    head.resident.visas.all().delete()
    assert "On record, but the register has changed since" in shown(desk, head)
