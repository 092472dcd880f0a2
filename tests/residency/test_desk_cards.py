"""The permit card: recorded once for a version of the residency, undone within ten minutes and with a reason."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from accounts.models import Office, User
from muqeem import clock
from muqeem.operations.models import Document
from muqeem.record.journal import faults
from muqeem.record.models import Event
from residency.models import Card, Iqama, Resident
from tests.accounts.people import all_at_once, signed_in
from tests.factories import IqamaFactory, OfficeFactory, ResidentFactory, UserFactory
from tests.operations.journeys import Person, said

SERIAL = "C20261107"


@pytest.fixture
def page(db: None) -> Document:
    return renewed()


@pytest.fixture
def huda(db: None) -> User:
    return UserFactory(username="huda", clerk=True, with_app=True, language="en")


@pytest.fixture
def desk(huda: User) -> Client:
    return signed_in(huda)


def renewed() -> Document:
    return Person(resident=ResidentFactory(domestic=True)).renewed().documents.get()


def print_card(desk: Client, page: Document, serial: str = SERIAL) -> Any:
    return desk.post(f"/desk/documents/{page.serial}/card/", {"card": serial}, follow=True)


def undo(desk: Client, page: Document, reason: str = "The printer jammed") -> Any:
    return desk.post(f"/desk/documents/{page.serial}/card/undo/", {"reason": reason}, follow=True)


def waits(page: Document) -> bool:
    return page.resident.iqamas.get(version=page.facts["card_version"]).awaits_card


# --- recording ---


def test_a_card_is_recorded_and_its_renewal_waits_no_longer(desk: Client, huda: User, page: Document) -> None:
    assert waits(page)
    answer = print_card(desk, page, " c2026-1107 ")
    card = Card.objects.get()
    assert (card.serial, card.resident, card.document, card.user, card.office) == (SERIAL, page.resident, page, huda, huda.office)
    assert card.iqama.version == page.facts["card_version"]
    assert not waits(page)
    assert "Card C20261107 is recorded. It can be undone until" in said(answer)
    assert "autofocus" in str(answer.context["form"]["scan"])
    event = Event.objects.get(kind="card-printed")
    assert event.seq is not None
    assert (event.actor, event.data["card"], event.data["serial"], event.data["office"]) == ("huda", SERIAL, page.serial, huda.office.code)
    assert list(faults()) == []


def test_after_a_card_the_answer_to_the_scan_stays(desk: Client, page: Document) -> None:
    address = desk.post("/desk/", {"scan": "https://portal.example/check/#" + page.seal}).url
    look = address.partition("?")[2]
    assert f"/card/?{look}" in desk.get(address).content.decode()
    answer = desk.post(f"/desk/documents/{page.serial}/card/?{look}", {"card": SERIAL}, follow=True)
    assert answer.context["verdict"].title == "Genuine, and as the register"


def test_the_same_card_posted_twice_is_one(desk: Client, page: Document) -> None:
    print_card(desk, page)
    assert print_card(desk, page).status_code == 200
    assert Card.objects.count() == 1
    assert Event.objects.filter(kind="card-printed").count() == 1


def test_a_version_gets_one_card_and_the_second_clerk_is_told(desk: Client, page: Document) -> None:
    print_card(desk, page)
    colleague = signed_in(UserFactory(clerk=True, with_app=True, language="en"))
    assert "Card C20261107 was recorded for this renewal already" in said(print_card(colleague, page, "C20261108"))
    assert Card.objects.get().serial == SERIAL


def test_a_card_is_given_to_one_person(desk: Client, page: Document) -> None:
    print_card(desk, page)
    other = renewed()
    answer = print_card(desk, other)
    assert answer.status_code == 422
    assert "A card with this serial has been recorded already." in said(answer)
    assert "autofocus" in str(answer.context["card"]["form"]["card"])
    assert waits(other)
    assert Card.objects.count() == 1


@pytest.mark.parametrize("number", ["serial", "receipt", "iqama", "code"])
def test_a_number_of_the_page_or_the_person_is_no_cards_serial(desk: Client, page: Document, number: str) -> None:
    typed = {"serial": page.serial, "receipt": page.receipt.number, "iqama": page.resident.iqama_number, "code": page.code}[number]
    answer = print_card(desk, page, str(typed))
    assert "This is a number of the page or the person, not of the card." in said(answer)
    assert answer.status_code == 422
    assert waits(page)


@pytest.mark.parametrize("typed", ["", "AB1", "https://portal.example/check/#x.y.z", "بطاقة"])
def test_what_is_no_serial_is_said_to_beside_the_field(desk: Client, page: Document, typed: str) -> None:
    answer = print_card(desk, page, typed)
    assert answer.status_code == 422
    assert "Error:" in said(answer)
    assert not Card.objects.exists()


def died(page: Document) -> None:
    Resident.objects.filter(pk=page.resident_id).update(deceased_on=clock.today())


def left(page: Document) -> None:
    Resident.objects.filter(pk=page.resident_id).update(left_on=clock.today())


def renewed_again(page: Document) -> None:
    IqamaFactory(resident=page.resident, expires_on=clock.today() + timedelta(days=900))


def ran_out(page: Document) -> None:
    today = clock.today()
    Iqama.objects.filter(resident=page.resident).update(starts_on=today - timedelta(days=90), expires_on=today - timedelta(days=1))


def vanished(page: Document) -> None:
    Iqama.objects.filter(resident=page.resident, version=page.facts["card_version"]).delete()


@pytest.mark.parametrize(
    ("happened", "reason"),
    [
        (died, "A death was recorded on"),
        (left, "The resident left for good on"),
        (renewed_again, "A newer version of the residency is on record: 3."),
        (ran_out, "The residency expired on"),
        (vanished, "This page tells of no residency"),
    ],
)
def test_no_card_is_printed_for_whom_none_is_due(desk: Client, page: Document, happened: Callable[[Document], None], reason: str) -> None:
    happened(page)
    assert reason in said(print_card(desk, page))
    assert not Card.objects.exists()
    assert not Event.objects.filter(kind="card-printed").exists()
    shown = desk.get(f"/desk/documents/{page.serial}/")
    assert 'name="card"' not in shown.content.decode()
    assert happened is vanished or reason in said(shown)


def test_a_residency_renewed_after_its_card_gets_another_card(desk: Client, page: Document) -> None:
    print_card(desk, page)
    IqamaFactory(resident=page.resident, expires_on=clock.today() + timedelta(days=900))
    assert "C20261107" in said(desk.get(f"/desk/documents/{page.serial}/"))


# --- undoing ---


@pytest.mark.parametrize(
    ("elapsed", "undone"),
    [
        (timedelta(0), True),
        (timedelta(minutes=9, seconds=59), True),
        (timedelta(minutes=10), False),
        (timedelta(minutes=10, seconds=1), False),
    ],
)
def test_a_card_is_undone_within_ten_minutes(
    desk: Client, huda: User, page: Document, shift: Callable[[timedelta], None], elapsed: timedelta, *, undone: bool
) -> None:
    at = print_card(desk, page) and Card.objects.get().at
    shift(elapsed - (clock.now() - at))
    offered = "Undo the card" in said(desk.get(f"/desk/documents/{page.serial}/"))
    shift(elapsed - (clock.now() - at) + current_shift())
    answer = undo(desk, page)
    card = Card.objects.get()
    assert offered is undone
    assert waits(page) is undone
    assert Event.objects.filter(kind="card-undone").exists() is undone
    if undone:
        assert "Card C20261107 is undone; the renewal waits for its card again." in said(answer)
        assert (card.undone_by, card.undo_reason) == (huda, "The printer jammed")
    else:
        assert "The card can no longer be undone here. Nothing was changed." in said(answer)
        assert card.undone_at is None


def current_shift() -> timedelta:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_shift FROM record_demonstration")
        found: timedelta = cursor.fetchone()[0]
    return found


def test_an_undoing_is_chained_with_its_reason(desk: Client, page: Document) -> None:
    print_card(desk, page)
    undo(desk, page)
    event = Event.objects.get(kind="card-undone")
    assert event.seq is not None
    assert (event.data["card"], event.data["reason"]) == (SERIAL, "The printer jammed")
    assert list(faults()) == []


def test_nothing_is_undone_without_a_reason(desk: Client, page: Document) -> None:
    print_card(desk, page)
    answer = undo(desk, page, "  ")
    assert answer.status_code == 422
    assert "Enter reason." in said(answer)
    assert '<details class="undo" open>' in " ".join(answer.content.decode().split())
    assert not waits(page)


def test_a_card_is_undone_at_its_own_office(desk: Client, page: Document, huda: User) -> None:
    print_card(desk, page)
    elsewhere = signed_in(UserFactory(clerk=True, with_app=True, language="en"))
    assert "Undo the card" not in said(elsewhere.get(f"/desk/documents/{page.serial}/"))
    undo(elsewhere, page)
    assert Card.objects.standing().exists()
    beside = UserFactory(office=huda.office, with_app=True)
    undo(signed_in(beside), page)
    assert Card.objects.get().undone_by == beside


def test_what_was_undone_can_be_printed_anew_and_is_not_undone_again(desk: Client, page: Document) -> None:
    print_card(desk, page)
    undo(desk, page)
    assert "The card can no longer be undone here" in said(undo(desk, page, "Again"))
    print_card(desk, page)
    print_card(desk, renewed(), "C20261109")
    assert list(Card.objects.order_by("pk").values_list("serial", "undo_reason")) == [
        (SERIAL, "The printer jammed"),
        (SERIAL, ""),
        ("C20261109", ""),
    ]


# --- what the tables hold themselves ---


@pytest.fixture
def card(desk: Client, page: Document) -> Card:
    print_card(desk, page)
    return Card.objects.get()


@pytest.mark.parametrize(
    "change",
    [
        {"serial": "C99999999"},
        {"at": None},
        {"undone_at": "now"},
        {"undo_reason": "why"},
        {"serial": "c20261107"},
    ],
)
def test_a_row_is_changed_by_nothing_but_its_undoing(card: Card, huda: User, change: dict[str, Any]) -> None:
    change = {name: clock.now() if value == "now" else value for name, value in change.items()}
    with pytest.raises(DatabaseError), transaction.atomic():
        Card.objects.filter(pk=card.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Card.objects.all().delete()
    card.undo(huda, "once")
    with pytest.raises(DatabaseError), transaction.atomic():
        Card.objects.filter(pk=card.pk).update(undo_reason="twice")


def test_the_table_takes_no_second_card_of_a_version_and_no_second_person_of_a_card(card: Card, huda: User) -> None:
    other = renewed()
    assert other.resident.iqama is not None
    same = {"office": huda.office, "user": huda, "document": other}
    with pytest.raises(IntegrityError, match="card_one_a_version"), transaction.atomic():
        Card.objects.create(resident=card.resident, iqama=card.iqama, serial="C99999999", **same)
    with pytest.raises(IntegrityError, match="card_serial_once"), transaction.atomic():
        Card.objects.create(resident=other.resident, iqama=other.resident.iqama, serial=card.serial, **same)


# --- many at once ---


@pytest.mark.django_db(transaction=True)
def test_of_simultaneous_cards_for_a_renewal_one_is_recorded() -> None:
    page, office = renewed(), OfficeFactory()
    desks = [signed_in(UserFactory(office=office, with_app=True, language="en")) for _number in range(8)]
    answers = all_at_once(lambda number: desks[number].post(f"/desk/documents/{page.serial}/card/", {"card": f"C2026110{number}"}), 8)
    assert [getattr(answer, "status_code", answer) for answer in answers] == [302] * 8
    assert Card.objects.count() == 1
    assert Event.objects.filter(kind="card-printed").count() == 1
    assert list(faults()) == []


@pytest.mark.django_db(transaction=True)
def test_of_simultaneous_people_for_a_card_one_gets_it() -> None:
    pages, office = [renewed() for _number in range(4)], OfficeFactory()
    desks = [signed_in(UserFactory(office=office, with_app=True, language="en")) for _number in range(4)]
    answers = all_at_once(lambda n: desks[n].post(f"/desk/documents/{pages[n].serial}/card/", {"card": SERIAL}), 4)
    assert sorted(getattr(answer, "status_code", 0) for answer in answers) == [302, 422, 422, 422]
    assert Card.objects.count() == 1
    assert Iqama.objects.filter(awaits_card=True).count() == 3


@pytest.mark.django_db(transaction=True)
def test_of_simultaneous_undoings_one_counts() -> None:
    page, office = renewed(), OfficeFactory()
    desks = [signed_in(UserFactory(office=office, with_app=True, language="en")) for _number in range(6)]
    print_card(desks[0], page)
    reasons = [{"reason": f"{number} was first"} for number in range(6)]
    answers = all_at_once(lambda number: desks[number].post(f"/desk/documents/{page.serial}/card/undo/", reasons[number]), 6)
    assert [getattr(answer, "status_code", answer) for answer in answers] == [302] * 6
    assert Event.objects.filter(kind="card-undone").count() == 1
    assert Card.objects.get().undo_reason == Event.objects.get(kind="card-undone").data["reason"]
    assert Office.objects.get() == office
