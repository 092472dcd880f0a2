"""A visa at the passport office's desk: the page beside the register, and what became of the visa since."""

import pytest
from django.test import Client

from muqeem import clock
from muqeem.operations.models import Document
from residency.models import Movement
from tests.accounts.people import signed_in
from tests.factories import MovementFactory, UserFactory
from tests.operations.journeys import Household, said
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
