"""The public check of a printed page: by its number and code, or by its scanned seal, without a script."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as portal
from django.test import Client, override_settings
from django.utils.translation import override

from muqeem import clock
from muqeem.hijri import format_gregorian
from muqeem.operations.models import Document
from muqeem.serials import new_serial, show_serial
from residency.check.answers import of_document
from tests.factories import VisaFactory
from tests.operations.journeys import Person, said
from tests.residency.test_desk_reading import LAYOUTS, sealed, typed_through

pytestmark = pytest.mark.django_db

OUR_ID = portal.SEAL_KEY.partition(":")[0]
OTHER_SECRET = base64.b64encode(b"another secret of thirty-two byt").decode()


def check(**typed: str) -> Any:
    return Client().post("/check/", typed, headers={"Cookie": "language=en"})


@pytest.fixture
def document() -> Document:
    return Person().renewed().documents.get()


# --- its number and its code ------------------------------------------------------------------------------------------
def test_a_document_is_found_by_its_number_and_its_code(document: Document) -> None:
    for serial, code in (
        (document.serial, document.code),
        (show_serial(document.serial), show_serial(document.code)),
        (document.serial.lower(), document.code.lower()),
    ):
        answer = check(serial=serial, code=code)
        assert answer.status_code == 200
        assert "This document is genuine, issued" in said(answer)
        assert document.receipt.facts["iqama_number"][-4:] in said(answer)


def test_the_answer_names_nobody_and_no_whole_number(document: Document) -> None:
    text = said(check(serial=document.serial, code=document.code))
    facts = document.facts
    for secret in (facts["name"]["en"], facts["name"]["ar"], facts["iqama_number"], facts["passport_number"], document.receipt.number):
        assert secret not in text


def test_a_wrong_code_and_a_wrong_number_get_the_same_answer(document: Document) -> None:
    wrong_code = check(serial=document.serial, code="0" * 12)
    wrong_number = check(serial=new_serial(), code=document.code)
    assert wrong_code.status_code == wrong_number.status_code == 404
    assert "No document has this number and code." in said(wrong_code)
    assert said(wrong_code) == said(wrong_number)


def test_a_document_past_its_last_day_is_genuine_but_expired(document: Document, shift: Callable[[timedelta], None]) -> None:
    assert document.valid_until
    days = (document.valid_until - clock.today()).days
    shift(timedelta(days=days))
    assert "This document is genuine" in said(check(serial=document.serial, code=document.code))
    shift(timedelta(days=days + 1))
    assert "Genuine, but expired on" in said(check(serial=document.serial, code=document.code))


def test_a_document_without_an_end_is_valid_as_issued(document: Document) -> None:
    document.valid_until = None
    with override("en"):
        assert "This document is genuine" in of_document(document).sentence


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"serial": "7K3M", "code": ""}, "A document number has 12 letters and digits"),
        ({"serial": "", "code": "x"}, "Enter document number or QR code."),
        ({"serial": new_serial()}, "Enter document code."),
        ({"serial": "https://example.com/#a.b.c"}, "This QR code is not one of this portal’s pages."),
        ({"serial": "#" + "a" * 10_000}, "This is not a number of a page or a person."),
        ({}, "Enter document number or QR code."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(typed: dict[str, str], sentence: str) -> None:
    answer = check(**typed)
    assert answer.status_code == 422
    assert sentence.replace("’", "'") in said(answer).replace("’", "'")


# --- its seal ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("form", ["http://testserver/check/#{}", "#{}", " https://elsewhere.example/check/#{}\n"])
def test_a_seal_is_genuine_however_it_was_scanned_and_the_register_is_asked(document: Document, layout: dict[str, str], form: str) -> None:
    for scanned in (form.format(document.seal), typed_through(layout, form.format(document.seal))):
        answer = check(serial=scanned)
        assert answer.status_code == 200
        assert "This document is genuine, issued" in said(answer)
        assert show_serial(document.serial) in said(answer) or document.serial in said(answer)


def test_a_seal_without_the_address_is_read(document: Document) -> None:
    assert "This document is genuine" in said(check(serial=document.seal))


def test_a_seal_whose_page_is_not_on_record_is_genuine_by_itself() -> None:
    text = said(check(serial=f"#{sealed(last_four='4321')}"))
    assert "The seal is genuine" in text
    assert "4321" in text


@pytest.mark.parametrize("place", [20, -4])
def test_a_seal_with_a_wrong_sign_is_not_genuine_though_its_page_is_on_record(document: Document, place: int) -> None:
    wrong = "A" if document.seal[place] != "A" else "B"
    forged = f"{document.seal[:place]}{wrong}{document.seal[place + 1 or None :]}"
    answer = check(serial=f"#{forged}")
    assert answer.status_code == 404
    assert "The seal is not genuine" in said(answer)
    assert document.receipt.facts["iqama_number"][-4:] not in said(answer)


def test_a_seal_of_a_key_that_is_not_known_is_neither() -> None:
    with override_settings(SEAL_KEY=f"elsewhere:{OTHER_SECRET}"):
        foreign = sealed()
    answer = check(serial=f"#{foreign}")
    assert answer.status_code == 404
    assert "The seal cannot be verified here" in said(answer)


def test_the_page_says_without_a_script_what_it_says_with_one() -> None:
    page = said(Client().get("/check/", headers={"Cookie": "language=en"}))
    for said_by_both in ("The seal is genuine", "The seal is not genuine", "The seal cannot be verified here"):
        assert said_by_both in page


# --- a visa that was cancelled since ----------------------------------------------------------------------------------
def test_a_page_of_a_visa_that_was_cancelled_since_is_genuine_and_says_so(document: Document) -> None:
    visa = VisaFactory()
    document.facts = {"visa_number": visa.number}
    with override("en"):
        assert "valid until" in of_document(document).sentence
        visa.cancel(clock.today())
        assert of_document(document).sentence == f"Genuine, but the visa was cancelled on {format_gregorian(clock.today())}."
        document.facts["cancelled_on"] = clock.today().isoformat()  # the page is the slip that says so
        assert "valid until" in of_document(document).sentence
