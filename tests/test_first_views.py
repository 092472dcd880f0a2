"""What a page takes before it is seen: few questions to the database, however much there is, and few bytes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from muqeem.operations.base import registry
from muqeem.operations.judge import verify
from muqeem.operations.models import Receipt
from muqeem.operations.perform import perform
from residency.models import Resident
from tests.bench.first_views import WHO, Count, View, seen, views, weighed
from tests.factories import (
    ClearanceFactory,
    HoldFactory,
    MovementFactory,
    ResidentFactory,
    VisaFactory,
)
from tests.operations.journeys import Household, Person
from tests.test_architecture import manager, resident

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12
FIRST = 14_000  # bytes of HTML and style: what a server sends before it waits for the browser
WHOLE = 60_000  # bytes of everything but fonts
CHECK = 30_000  # bytes of the public check, which is asked from airports abroad

EARLIER = {"final-exit-cancel": "final-exit-issue", "visa-reprint": "exit-reentry-issue"}  # services whose visa another grants


def too_much(every: list[View], measure: Callable[[View], int], most: int) -> dict[str, int]:
    return {f"{view.name} {view.language}": measure(view) for view in every if measure(view) > most}


@pytest.mark.parametrize("who", WHO, ids=lambda who: who.__name__ if who else "visitor")
def test_every_page_takes_few_queries_and_few_bytes(who: Callable[[], Person] | None) -> None:
    every = list(views(who))
    assert {view.language for view in every} == {"ar", "en"}
    assert too_much(every, lambda view: view.queries, MOST_QUERIES) == {}
    assert too_much(every, lambda view: view.first, FIRST) == {}
    assert too_much(every, lambda view: view.whole, WHOLE) == {}


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("slug", registry)
def test_every_step_of_every_service_takes_few_queries_and_few_bytes(slug: str, language: str) -> None:
    """With a family, from the resident's file to the receipt."""
    family = Household(expiring_in=60, language=language)
    steps = list(seen(family.client, steps_of(family, slug), language))
    names = ["(code)", "(details)", "(review)", "/receipts/…/"]
    assert [view.name.removeprefix("/operations/…/ ") for view in steps] == [f"/services/{slug}/?resident=…", *names]
    assert too_much(steps, lambda view: view.queries, MOST_QUERIES) == {}
    assert too_much(steps, lambda view: view.first, FIRST) == {}


def steps_of(family: Household, slug: str) -> Iterator[str]:
    """The pages of a journey, each as soon as it is there."""
    everybody = family.asked(*family.members)
    if earlier := EARLIER.get(slug):
        granted = family.token(earlier)
        verify(granted, family.answers(slug=earlier) | everybody)
        perform(granted, granted.fingerprint)
    answers = family.answers(slug=slug) | everybody
    yield f"/services/{slug}/?resident={family.resident.uuid}"
    token = family.start(slug, resident=family.resident.uuid)
    yield f"/operations/{token.uuid}/"
    family.post(token, code=family.code(token))
    yield f"/operations/{token.uuid}/"
    family.post(token, **answers)
    yield f"/operations/{token.uuid}/"
    token.refresh_from_db()
    yield family.confirm(token).url


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_public_check_works_on_a_slow_network(language: str) -> None:
    visa = VisaFactory()
    typed = {"number": visa.number, "fact": "passport_number", "passport_number": visa.resident.passports.get().number}
    answer = Client(headers={"Cookie": f"language={language}"}).post("/check/", typed)
    assert answer.status_code == 200
    assert weighed("/check/", answer.content, language).whole <= CHECK


def test_a_page_is_weighed_with_what_it_names() -> None:
    home = next(view for view in views(None) if view.name == "/")
    assert 1000 < home.html < home.first < home.whole


# --- however much there is --------------------------------------------------------------------------------------------
def queries(client: Client, page: str) -> int:
    count = Count()
    with connection.execute_wrapper(count):
        assert client.get(page).status_code == 200
    return count.queries


def grows(person: Person, page: str, more: Callable[[], Any]) -> bool:
    """Whether a page takes more queries for fifty rows than for two."""
    for _ in range(2):
        more()
    few = queries(person.client, page)
    for _ in range(48):
        more()
    return queries(person.client, page) != few


def family(head: Resident) -> Resident:
    return ResidentFactory(dependant=True, head=head)


def test_the_watch_sees_a_page_that_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    person = resident()
    get = person.client.get

    def asks_for_each(page: str) -> Any:
        assert [person.head for person in Resident.objects.all()]
        return get(page)

    monkeypatch.setattr(person.client, "get", asks_for_each)
    assert grows(person, "/", lambda: family(person.resident))


@pytest.mark.parametrize("page", ["/", "/residents/", "/residents/?q=KHAN"])
def test_pages_of_an_establishment_do_not_grow_with_its_residents(page: str) -> None:
    person = manager()
    assert not grows(person, page, lambda: ResidentFactory(sponsor=person.account, expiring_in=10))


def test_the_home_of_a_resident_does_not_grow_with_the_family() -> None:
    person = resident()
    assert not grows(person, "/", lambda: family(person.resident))


@pytest.mark.parametrize(
    "more",
    [
        family,
        lambda resident: VisaFactory(resident=resident, cancelled_on=resident.entered_on),
        lambda resident: MovementFactory(resident=resident),
        lambda resident: HoldFactory(resident=resident),
        lambda resident: ClearanceFactory(resident=resident),
    ],
    ids=["family", "visas", "movements", "holds", "clearances"],
)
def test_a_residents_file_does_not_grow_with_what_is_in_it(more: Callable[[Resident], Any]) -> None:
    person = manager()
    assert not grows(person, f"/residents/{person.resident.uuid}/", lambda: more(person.resident))


@pytest.mark.parametrize("page", ["/operations/", "/"])
def test_my_operations_do_not_grow_with_what_was_done(page: str) -> None:
    person = manager()
    account = person.account

    def renewed() -> Receipt:
        person.resident = ResidentFactory(sponsor=account, permitted_until=1500)
        token = person.ready()
        return perform(token, token.fingerprint)

    assert not grows(person, page, renewed)
