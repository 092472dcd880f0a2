"""The service desk: what a clerk finds by an exact number, what is noted of it, and who sees none of it."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files import storage
from django.core.files.base import ContentFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership, User
from muqeem import clock, seal
from muqeem.operations.models import Document, Print
from muqeem.record.journal import faults
from muqeem.record.models import Event
from muqeem.serials import in_a_sentence
from residency.desk import queue
from residency.desk.reading import read
from residency.models import Passport, Resident, View
from tests.accounts.people import send, signed_in
from tests.factories import (
    AccountFactory,
    HoldFactory,
    IqamaFactory,
    MembershipFactory,
    OfficeFactory,
    ResidentFactory,
    UserFactory,
)
from tests.operations.journeys import Person, said

pytestmark = pytest.mark.django_db

SITE = "https://portal.example/check/#"


@pytest.fixture
def huda() -> User:
    """A clerk."""
    return UserFactory(username="huda", clerk=True, with_app=True)


@pytest.fixture
def desk(huda: User) -> Client:
    """Her browser."""
    return signed_in(huda)


@pytest.fixture
def page() -> Document:
    """The page of a renewal."""
    return renewed()


def renewed(**person: Any) -> Document:
    return Person(language="en", **person).renewed().documents.get()


def scan(desk: Client, text: str) -> Any:
    """The page that a scan leads to."""
    answer = desk.post("/desk/", {"scan": text})
    return desk.get(answer.url) if answer.status_code == 302 else answer


def resealed(page: Document, **other: Any) -> str:
    """A seal of our own key under the number of a page, over other facts."""
    payload = seal.open_seal(page.seal)
    told = {"serial": payload.serial, "kind": payload.kind, "last_four": payload.last_four, "birth_year": payload.birth_year}
    return seal.seal(seal.Payload(**told | other, dates=payload.dates))


def forged(text: str) -> str:
    return text[:-9] + ("A" if text[-9] != "A" else "Q") + text[-8:]


# --- who sees it ---

ADDRESSES = [
    "/desk/",
    "/desk/documents/{serial}/",
    "/desk/documents/{serial}.pdf",
    "/desk/documents/{serial}/copy/",
    "/desk/documents/{serial}/copies/",
    "/desk/documents/{serial}/card/",
    "/desk/documents/{serial}/card/undo/",
    "/desk/residents/{resident}/",
    "/desk/shift/",
    "/desk/queue/",
]


def somebody(kind: str) -> Client:
    if kind == "staff":
        return signed_in(UserFactory(is_staff=True, is_superuser=True, with_app=True), verified=True)
    if kind == "resident":
        account = AccountFactory(individual=True)
        return Person(resident=ResidentFactory(iqama_number=account.number, sponsor=account, domestic=True)).client
    return Person(by_app=True).client


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("kind", ["resident", "main user", "staff"])
def test_nobody_but_a_clerk_learns_that_there_is_a_desk(kind: str, address: str, page: Document) -> None:
    path = address.format(serial=page.serial, resident=page.resident.uuid)
    client = somebody(kind)
    assert client.get(path).status_code == 404
    assert client.post(path, {"scan": page.serial, "card": "C20261107", "reason": "none"}).status_code == 404
    assert Client().get(path).url.startswith("/sign-in/")
    assert not View.objects.exists()
    assert page.prints.count() == 1


def test_a_clerk_comes_home_to_the_desk_and_sees_it_named_with_the_office(desk: Client) -> None:
    assert desk.get("/").url == "/desk/"
    shown = said(desk.get("/desk/"))
    assert "Service desk" in shown
    assert "Riyadh passport office" in shown
    assert "E-services" not in shown


@pytest.mark.parametrize("path", ["/residents/", "/services/", "/services/iqama-renewal/", "/operations/"])
def test_a_clerk_sees_no_establishments_screens_even_with_a_membership(path: str, desk: Client, huda: User, page: Document) -> None:
    MembershipFactory(user=huda, account=page.receipt.account, main=True)
    assert desk.get(path).status_code == 403
    assert desk.get(f"/receipts/{page.receipt.uuid}/").status_code == 403
    assert desk.get(f"/documents/{page.serial}.pdf").status_code == 403
    assert desk.get("/").url == "/desk/"


def test_clerks_are_not_given_accounts_and_members_are_not_given_offices(huda: User) -> None:
    with pytest.raises(ValidationError) as refused:
        Membership(user=huda, account=AccountFactory()).full_clean()
    assert list(refused.value.message_dict) == ["user"]
    member = MembershipFactory().user
    member.office = OfficeFactory()
    with pytest.raises(ValidationError) as refused:
        member.clean()
    assert list(refused.value.message_dict) == ["office"]
    Membership.objects.update(removed_at=clock.now())
    member.clean()


# --- what is found ---


def test_a_scanned_page_opens_as_it_was_issued_beside_the_register(desk: Client, page: Document) -> None:
    answer = scan(desk, SITE + page.seal)
    assert answer.context["verdict"].title == "Genuine, and as the register"
    assert answer.context["verdict"].tone == "good"
    assert not any(row.differs for row in answer.context["rows"])
    shown = said(answer)
    for value in (page.resident.iqama_number, page.resident.name_ar, page.receipt.number, "Valid until", "the same"):
        assert value in shown


def test_companions_are_on_the_page_as_in_the_register(desk: Client) -> None:
    head = ResidentFactory(permitted_until=1500)
    for kind in (Resident.Kind.DEPENDANT, Resident.Kind.COMPANION):
        ResidentFactory(dependant=True, head=head, kind=kind)
    page = renewed(resident=head, by_app=True)
    assert (page.facts["dependants"], page.facts["companions"]) == (1, 1)
    assert scan(desk, page.serial).context["verdict"].title == "On record, and as the register"


@pytest.mark.parametrize("number", ["serial", "receipt", "iqama", "iqama in arabic digits"])
def test_a_typed_number_opens_the_same_page_and_says_that_the_paper_was_not_looked_at(desk: Client, page: Document, number: str) -> None:
    typed = {
        "serial": page.serial.lower(),
        "receipt": page.receipt.number,
        "iqama": page.resident.iqama_number,
        "iqama in arabic digits": str(page.resident.iqama_number).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    }[number]
    answer = scan(desk, typed)
    assert answer.context["document"] == page
    assert (answer.context["verdict"].title, answer.context["verdict"].tone) == ("On record, and as the register", "info")
    assert "checked by scanning its QR code" in said(answer)


def test_an_iqama_number_opens_the_page_of_the_residency_before_a_newer_one_of_another_kind(desk: Client, page: Document) -> None:
    other = Document.objects.create(
        receipt=renewed().receipt, resident=page.resident, serial="00000000000A", page="x.html", facts={}, seal="", issued_on=page.issued_on
    )
    assert other.pk > page.pk
    assert scan(desk, page.resident.iqama_number).context["document"] == page


@pytest.mark.parametrize(("kind", "title"), [("forged", "The seal is not genuine"), ("other", "The seal is not that of this page")])
def test_a_page_whose_seal_is_not_the_one_on_record_is_told_in_red_and_nothing_is_done_for_it(
    desk: Client, page: Document, kind: str, title: str
) -> None:
    answer = scan(desk, SITE + (forged(page.seal) if kind == "forged" else resealed(page, birth_year=1911)))
    assert answer.context["verdict"].title == title
    assert answer.context["verdict"].is_bad
    html = answer.content.decode()
    assert "verdict--bad" in html
    assert "/copies/" not in html
    assert "/card/" not in html


def test_a_seal_of_a_key_that_was_never_ours_is_told_in_red(desk: Client, page: Document, settings: Any) -> None:
    ours, settings.SEAL_KEY = settings.SEAL_KEY, "2001x:" + "B" * 43 + "="
    foreign = resealed_with_any_key(page)
    settings.SEAL_KEY = ours
    assert scan(desk, SITE + foreign).context["verdict"].title == "The seal is of an unknown key"


def resealed_with_any_key(page: Document) -> str:
    return seal.seal(seal.Payload(page.serial, page.receipt.slug, "0000", 1990, {"issued_on": page.issued_on}))


def test_a_record_whose_own_seal_does_not_hold_is_for_staff(desk: Client, page: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    payload = seal.open_seal(page.seal)
    monkeypatch.setattr("residency.desk.comparison.seal.open_seal", lambda text: payload.__class__(**vars(payload) | {"kind": "other"}))
    assert scan(desk, page.serial).context["verdict"].title == "The page on record has a broken seal"

    def broken(text: str) -> None:
        raise seal.Forged

    monkeypatch.setattr("residency.desk.comparison.seal.open_seal", broken)
    assert scan(desk, page.serial).context["verdict"].title == "The page on record has a broken seal"


def test_what_changed_in_the_register_is_marked_in_words_and_stands_first(desk: Client, page: Document) -> None:
    old = page.resident.passport
    assert old is not None
    Passport.objects.filter(pk=old.pk).update(replaced_on=clock.today())
    Passport.objects.create(resident=page.resident, number="NEW123", country="PK", expires_on=date(2035, 1, 1))
    answer = scan(desk, SITE + page.seal)
    assert (answer.context["verdict"].title, answer.context["verdict"].tone) == ("Genuine, but the register has changed since", "warn")
    assert [row.differs for row in answer.context["rows"]][:3] == [True, True, False]
    shown = said(answer)
    assert "2 facts differ; they are marked below." in shown
    assert f"Passport number {old.number} differs NEW123" in shown


def test_a_person_who_lost_the_passport_on_record_can_be_looked_up(desk: Client, page: Document) -> None:
    Passport.objects.update(replaced_on=clock.today())
    assert "Not recorded" in said(scan(desk, page.serial))


def test_a_page_past_its_last_day_says_so(desk: Client, page: Document, huda: User, shift: Callable[[timedelta], None]) -> None:
    shift(timedelta(days=800))
    answer = scan(signed_in(huda), SITE + page.seal)
    assert answer.context["verdict"].title.startswith("Genuine, but expired on ")
    assert answer.context["verdict"].tone == "warn"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2000000006", "Nobody in the register has the iqama number 2000000006."),
        ("123456789012", "No receipt has the number 123456789012."),
        ("00000000000A".replace("A", "0"), "No receipt has the number 000000000000."),
        ("AAAAAAAAAAAA", "This document number is not correct"),
        ("hello", "This is not a number of a page or a person."),
        ("  ", "Nothing was scanned or typed."),
        ("", "Nothing was scanned or typed."),
        ("https://example.com/#x", "This QR code is not one of this portal's pages."),
    ],
)
def test_what_is_not_found_is_said_beside_the_field_which_keeps_it(desk: Client, typed: str, sentence: str) -> None:
    answer = desk.post("/desk/", {"scan": typed})
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert "Error:" in said(answer)
    html = answer.content.decode()
    assert f'value="{typed}"' in html or not typed
    assert "autofocus" in html
    assert not View.objects.exists()


def test_a_number_that_is_nearly_somebodys_finds_nobody(desk: Client, page: Document) -> None:
    for exact in (str(page.resident.iqama_number), page.serial, page.receipt.number):
        *near, piece = (*nearly(exact), exact[:-1])
        assert near
        for typed in (*near, piece):
            answer = desk.post("/desk/", {"scan": typed})
            assert (answer.status_code, page.resident.name_en in said(answer)) == (422, False), typed
    assert not View.objects.exists()


def nearly(exact: str) -> list[str]:
    """Numbers of the same kind, all but the end of which are the same."""
    signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ" if len(exact) == 12 else "0123456789"
    ends = (exact[:-2] + one + other for one in signs for other in signs)
    return [end for end in ends if end != exact and _is_a_number(end)][:3]


def _is_a_number(text: str) -> bool:
    try:
        return bool(read(text))
    except ValidationError:
        return False


def test_a_genuine_looking_page_that_was_never_issued_is_not_found(desk: Client, page: Document) -> None:
    unknown = resealed(page, serial="000000000000")
    assert f"No page has the document number {in_a_sentence('0000-0000-0000')}." in said(scan(desk, SITE + unknown))
    assert "The seal is not genuine, and no page has its number" in said(scan(desk, SITE + forged(unknown)))


def test_a_person_without_a_page_is_shown_as_the_register_is(desk: Client) -> None:
    person = ResidentFactory()
    answer = scan(desk, person.iqama_number)
    assert answer.status_code == 200
    assert "In the register, without a page" in said(answer)
    assert f"Iqama number {person.iqama_number}" in said(answer)
    assert "Valid until" in said(answer)


def test_a_person_before_the_first_residency_is_shown_too(desk: Client) -> None:
    newcomer = ResidentFactory(expiring_in=False, passport_until=False, occupation=None)
    assert "awaiting issue" in said(scan(desk, newcomer.iqama_number))


def test_what_stands_against_a_person_is_seen_at_once(desk: Client, page: Document) -> None:
    HoldFactory(resident=page.resident)
    Resident.objects.filter(pk=page.resident_id).update(deceased_on=clock.today())
    shown = said(scan(desk, page.serial))
    assert "Traffic violations" in shown
    assert "deceased" in shown


@pytest.mark.parametrize(
    "path", ["/desk/documents/000000000000/", "/desk/documents/x/", "/desk/documents/%00/", f"/desk/residents/{uuid.UUID(int=7)}/"]
)
def test_an_address_that_names_nothing_is_not_found(desk: Client, path: str) -> None:
    assert desk.get(path).status_code == 404


def test_the_desk_in_arabic_is_complete(desk: Client, page: Document) -> None:
    User.objects.update(language="ar")
    for answer in (scan(desk, SITE + page.seal), desk.get("/desk/"), desk.get("/desk/shift/"), desk.get("/desk/queue/")):
        assert answer.status_code == 200
        assert 'dir="rtl"' in answer.content.decode()


# --- what is noted ---


def test_every_look_is_noted_with_the_office_and_the_person_can_be_told(desk: Client, huda: User, page: Document) -> None:
    scan(desk, page.serial)
    noted = View.objects.get()
    assert (noted.resident, noted.user, noted.office, noted.account) == (page.resident, huda, huda.office, None)
    desk.get(f"/desk/documents/{page.serial}/")
    assert View.objects.count() == 2
    person = ResidentFactory()
    desk.get(f"/desk/residents/{person.uuid}/")
    assert View.objects.latest("pk").resident == person


def test_the_journal_tells_what_was_read_and_holds_no_number_of_a_person(desk: Client, huda: User, page: Document) -> None:
    scan(desk, SITE + forged(page.seal))
    scan(desk, "2000000006")
    missing, fake = Event.objects.filter(kind="desk-look").order_by("-id")
    assert (fake.actor, fake.data["serial"], fake.data["seal"], fake.data["last4"]) == ("huda", page.serial, "forged", page.resident.last4)
    assert fake.data["office"] == huda.office.code
    assert (missing.data["found"], missing.data["number"]) == (False, "0006")
    assert page.resident.iqama_number not in str([missing.data, fake.data])


def test_a_verdict_is_believed_from_the_clerks_own_scan_of_that_page_only(desk: Client, page: Document) -> None:
    look = desk.post("/desk/", {"scan": SITE + page.seal}).url.rpartition("=")[2]
    other, colleague = renewed(), signed_in(UserFactory(clerk=True, with_app=True, language="en"))

    def title(client: Client, document: Document, look: str) -> str:
        return client.get(f"/desk/documents/{document.serial}/", {"look": look}).context["verdict"].title

    assert title(desk, page, look) == "Genuine, and as the register"
    for client, document, claimed in (
        (colleague, page, look),
        (desk, other, look),
        (desk, page, str(uuid.uuid4())),
        (desk, page, "genuine"),
        (desk, page, "\x00"),
    ):
        assert title(client, document, claimed) == "On record, and as the register"


# --- copies ---


def ask(desk: Client, page: Document, copy: int = 0) -> Any:
    """Press the button of a page that was just opened, or of one that promised a certain copy."""
    return desk.post(f"/desk/documents/{page.serial}/copies/", {"copy": copy or page.prints.count() + 1})


def rendered(printed: Print) -> Print:
    """The copy with its file, as a worker leaves it."""
    name = storage.default_storage.save(f"{printed.pk}.pdf", ContentFile(b"%PDF-1.7"))
    assert printed.rendered(name, "0" * 64)
    printed.refresh_from_db()
    return printed


def test_print_makes_a_new_copy_in_the_clerks_name_and_opens_it(desk: Client, huda: User, page: Document) -> None:
    answer = ask(desk, page)
    assert answer.url == f"/desk/documents/{page.serial}/copy/?wait=1"
    copy = rendered(page.prints.get(copy=2))
    assert copy.printed_by == huda.names
    assert desk.get(answer.url).url == f"/desk/documents/{page.serial}.pdf"
    file = desk.get(f"/desk/documents/{page.serial}.pdf")
    assert file["Content-Type"] == "application/pdf"
    assert b"".join(file.streaming_content).startswith(b"%PDF")
    event = Event.objects.get(kind="desk-print")
    assert event.seq is not None
    assert (event.actor, event.data["serial"], event.data["copy"]) == ("huda", page.serial, 2)
    assert View.objects.filter(user=huda).count() == 1  # the file shows the person, too


def test_a_button_makes_the_copy_that_it_promised_once_however_often_it_is_pressed(desk: Client, page: Document) -> None:
    for _twice in range(2):
        ask(desk, page, copy=2)
    rendered(page.prints.get(copy=2))
    ask(desk, page, copy=2)
    assert page.prints.count() == 2
    ask(desk, page, copy=3)
    ask(signed_in(UserFactory(clerk=True, with_app=True)), page, copy=3)  # from a page of before: her own is the fourth
    assert page.prints.count() == 4
    assert Event.objects.filter(kind="desk-print").count() == 3


@pytest.mark.parametrize("copy", ["", "0", "-1", "9", "٢", "2" * 400, "x"])
def test_no_copy_is_made_that_no_button_promised(desk: Client, page: Document, copy: str) -> None:
    answer = desk.post(f"/desk/documents/{page.serial}/copies/", {"copy": copy})
    assert answer.url == f"/desk/documents/{page.serial}/"
    assert page.prints.count() == 1


def test_a_copy_whose_file_is_missing_is_told_to_staff(desk: Client, page: Document) -> None:
    ask(desk, page)
    rendered(page.prints.get(copy=2))
    Print.objects.filter(copy=2).update(file="nowhere.pdf")
    answer = desk.get(f"/desk/documents/{page.serial}.pdf")
    assert answer.status_code == 404
    assert "we cannot find the file" in said(answer)


def test_a_copy_on_its_way_says_so_and_one_that_failed_too(desk: Client, page: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("residency.desk.views.WAIT", 0.15)
    path = f"/desk/documents/{page.serial}/copy/"
    ask(desk, page)
    assert "The copy is being drawn." in said(desk.get(path + "?wait=1"))
    assert desk.get(f"/desk/documents/{page.serial}.pdf").url == path
    page.prints.get(copy=2).fail("no ink")
    assert "the copy could not be made" in said(desk.get(path))
    rendered(retried(page.prints.get(copy=2)))
    assert "Open the copy" in said(desk.get(path))


def retried(printed: Print) -> Print:
    printed.retry()
    return printed


def test_a_clerk_opens_only_copies_that_she_asked_for(desk: Client, page: Document) -> None:
    name = storage.default_storage.save("x.pdf", ContentFile(b"%PDF-1.7"))
    Print.objects.update(file=name, sha256="0" * 64, rendered_at=clock.now(), taken_at=clock.now())
    ask(signed_in(UserFactory(clerk=True, with_app=True)), page)
    for path in (f"/desk/documents/{page.serial}.pdf", f"/desk/documents/{page.serial}/copy/"):
        assert desk.get(path).status_code == 404


@pytest.mark.parametrize("path", ["copies/", "card/", "card/undo/"])
def test_nothing_is_done_by_looking(desk: Client, page: Document, path: str) -> None:
    assert desk.get(f"/desk/documents/{page.serial}/{path}").status_code == 405


# --- the queue ---


def test_renewals_wait_for_their_card_the_oldest_first(desk: Client) -> None:
    first, second = renewed(), renewed()
    assert [row.document for row in desk.get("/desk/queue/").context["rows"]] == [first, second]
    shown = said(desk.get("/desk/"))
    assert first.resident.last4 in shown
    for secret in (first.resident.iqama_number, first.resident.name_en, first.resident.name_ar):
        assert secret not in shown


def test_who_needs_no_card_does_not_wait(desk: Client) -> None:
    dead, gone, renewed_elsewhere, waiting = renewed(), renewed(), renewed(), renewed()
    Resident.objects.filter(pk=dead.resident_id).update(deceased_on=clock.today())
    Resident.objects.filter(pk=gone.resident_id).update(left_on=clock.today())
    IqamaFactory(resident=renewed_elsewhere.resident, expires_on=clock.today() + timedelta(days=900))
    ResidentFactory()  # whose residency was not renewed here
    assert [row.document for row in desk.get("/desk/queue/").context["rows"]] == [waiting]


def test_pages_of_the_queue_follow_each_other(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [renewed() for _number in range(3)]
    monkeypatch.setattr(queue.page, "__defaults__", ("", 2))
    first = desk.get("/desk/queue/")
    assert ([row.document for row in first.context["rows"]], first.context["count"]) == (pages[:2], "3")
    second = desk.get(f"/desk/queue/?{first.context['next']}")
    assert ([row.document for row in second.context["rows"]], second.context["next"]) == (pages[2:], "")
    for odd in ("x", "%00", "000000000000", "9" * 3000):
        assert [row.document for row in desk.get(f"/desk/queue/?after={odd}").context["rows"]] == pages[:2]


def test_a_long_queue_is_counted_up_to_a_thousand(desk: Client, page: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "COUNTED", 1)
    assert desk.get("/desk/queue/").context["count"] == "1,000+"


def test_an_empty_queue_and_an_empty_shift_say_so(desk: Client) -> None:
    assert "No renewal awaits a card." in said(desk.get("/desk/"))
    assert "No renewal awaits a card." in said(desk.get("/desk/queue/"))
    assert "Nothing yet today." in said(desk.get("/desk/shift/"))


def test_a_renewal_is_opened_from_the_queue_by_its_number_and_noted(desk: Client, page: Document) -> None:
    assert f'name="scan" value="{page.serial}"' in " ".join(desk.get("/desk/queue/").content.decode().split())
    assert scan(desk, page.serial).context["document"] == page
    assert Event.objects.filter(kind="desk-look").count() == 1


@pytest.mark.parametrize("number", [1, 3])
def test_the_queue_takes_as_many_queries_for_one_renewal_as_for_three(
    desk: Client, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(number):
        renewed()
    desk.get("/desk/queue/")
    with django_assert_num_queries(10):
        assert len(desk.get("/desk/queue/").context["rows"]) == number


# --- the shift ---


def test_the_shift_shows_what_this_clerk_did_today_the_newest_first(
    desk: Client, huda: User, page: Document, shift: Callable[[timedelta], None]
) -> None:
    scan(desk, SITE + page.seal)
    scan(desk, SITE + forged(page.seal))
    scan(desk, "123456789012")
    scan(desk, page.receipt.number)
    ask(desk, page)
    desk.post(f"/desk/documents/{page.serial}/card/", {"card": "C20261107"})
    desk.post(f"/desk/documents/{page.serial}/card/undo/", {"reason": "Misprinted"})
    signed_in(UserFactory(clerk=True, with_app=True)).post("/desk/", {"scan": page.serial})
    rows = desk.get("/desk/shift/").context["rows"]
    outcomes = ["Card undone", "Card printed", "Copy 2", "By number", "Not found", "Not genuine", "Genuine"]
    assert [row.outcome for row in rows] == outcomes
    assert [(line["label"], line["n"]) for line in desk.get("/desk/shift/").context["tally"]] == [
        ("Looked up", 4),
        ("Copies printed", 1),
        ("Cards recorded", 1),
        ("Cards undone", 1),
    ]
    assert rows[0].reason == "Misprinted"
    assert [row.outcome for row in desk.get("/desk/").context["latest"]] == outcomes[:6]
    assert list(faults()) == []
    shift(timedelta(days=1))
    assert signed_in(huda).get("/desk/shift/").context["rows"] == []


def test_a_page_that_was_not_found_is_noted_by_its_number_in_groups(desk: Client) -> None:
    for asked in ("7K3M9PQ2XRTE", "123456789012"):
        scan(desk, asked)
    assert [row.shown for row in desk.get("/desk/shift/").context["rows"]] == ["123456789012", "7K3M-9PQ2-XRTE"]


def test_pages_of_a_long_shift_follow_each_other(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("residency.desk.views.ACTS", 2)
    for n in range(3):
        scan(desk, f"12345678901{n}")
    first = desk.get("/desk/shift/")
    assert [row.shown for row in first.context["rows"]] == ["123456789012", "123456789011"]
    second = desk.get(f"/desk/shift/?{first.context['next']}")
    assert ([row.shown for row in second.context["rows"]], second.context["next"]) == (["123456789010"], "")
    for odd in ("x", "%00", "٣", "9" * 400):
        assert len(desk.get(f"/desk/shift/?before={odd}").context["rows"]) == 2


# --- bad input ---

ODD = ["\x00", "\ud800", "a" * 10_000, "لا" * 5000, "\u202e2955000001", "'", "<script>", "#" * 40, "]", "2" * 400]


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("path", ["", "documents/{serial}/card/", "documents/{serial}/card/undo/"])
def test_whatever_is_posted_gets_an_answer(desk: Client, page: Document, path: str, text: str) -> None:
    if "undo" in path:
        desk.post(f"/desk/documents/{page.serial}/card/", {"card": "C20261107"})
    answer = send(desk, f"/desk/{path.format(serial=page.serial)}", scan=text, card=text, reason=text)
    assert answer.status_code in {302, 400, 422}
