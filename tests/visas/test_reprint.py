"""Printing a visa again: a new copy of the newest page about it, by number or from the file, and no new document."""

import pytest

from muqeem.operations.models import Document, Print, Receipt
from muqeem.operations.perform import perform
from muqeem.operations.tasks import produce
from residency.models import Visa
from tests.factories import AccountFactory
from tests.operations.journeys import Household, Person, said
from tests.visas.existing import abroad, broken, done, errors, form_for, obstacles, someone, state_of, visa_of
from visas.existing.operations import ReprintVisa

pytestmark = pytest.mark.django_db

SLUG = "visa-reprint"


def employer(**person) -> Person:
    return Person(resident=someone(), **{"by_app": True, "language": "en"} | person)


def issued(person: Person, slug: str = "exit-reentry-issue") -> Visa:
    done(person, slug)
    return person.resident.visas.latest("pk")


def copies(document: Document) -> list[int]:
    return sorted(document.prints.values_list("copy", flat=True))


# --- which page -----------------------------------------------------------------------------------
@pytest.mark.parametrize("slug", ["exit-reentry-issue", "final-exit-issue"])
def test_a_copy_is_of_the_same_document(slug):
    person = employer()
    issued(person, slug)
    receipt = done(person, SLUG)
    document = Document.objects.get()
    assert copies(document) == [1, 2]
    assert document.prints.get(copy=2).receipt == receipt
    assert list(receipt.pages()) == [document]
    assert receipt.documents.count() == 0
    assert receipt.facts["document_number"] == document.serial
    assert broken() == []


def test_of_a_cancelled_visa_the_slip_is_printed_and_no_longer_the_visa():
    person = employer()
    issued(person)
    slip = done(person, "exit-reentry-cancel").documents.get()
    receipt = done(person, SLUG)
    assert list(receipt.pages()) == [slip]
    assert receipt.facts["printed_page"]["en"] == "Exit/Re-entry Visa Cancellation Notice"


def test_of_an_extended_visa_the_new_dates_are_printed():
    person = employer()
    visa = abroad(issued(person))
    extended = done(person, "exit-reentry-extend", visa_number=visa.number).documents.get()
    assert list(done(person, SLUG).pages()) == [extended]


def test_each_of_a_family_has_a_page_to_print_again():
    family = Household()
    token = family.token("final-exit-issue")
    from_form = {**family.asked(*family.members)}
    assert family.post(token, **from_form).status_code == 302
    token.refresh_from_db()
    perform(token, token.fingerprint)
    visa = family.son.visas.get()
    receipt = done(family, SLUG, iqama_number=family.son.iqama_number, visa_number=visa.number)
    assert [page.resident for page in receipt.pages()] == [family.son]


# --- whose and which ------------------------------------------------------------------------------
def test_somebody_elses_visa_is_not_found():
    visa = issued(employer())
    mine = issued(employer())
    words = "This resident has no visa with this number. Check the digits on the visa or in the resident's file."
    assert errors(form_for(ReprintVisa, mine, visa_number=visa.number)) == {"visa_number": [words]}


def test_a_visa_without_a_page_of_ours_is_none_that_is_printed():
    visa = visa_of()
    assert obstacles(ReprintVisa, visa.resident) == {"no-visa-page": "Available once a visa is issued"}
    assert errors(form_for(ReprintVisa, visa)) == {
        "visa_number": ["Exit/re-entry visa, single: valid. This service is for a visa whose page was made here."]
    }


def test_from_the_file_the_chosen_visa_is_filled_in_among_several():
    person = employer()
    first = issued(person)
    done(person, "exit-reentry-cancel")
    second = issued(person)
    token = person.start(SLUG, resident=person.resident.uuid)
    assert "visa_number" not in token.prefill
    form = ReprintVisa.form_class(account=person.account, terms=None, branches=[])
    for visa in (first, second):
        assert form.prefill(person.resident, str(visa.uuid))["visa_number"] == visa.number


# --- what it does ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ["The copy is ready", "Exit/Re-entry Visa"]), ("ar", ["النسخة جاهزة", "تأشيرة خروج وعودة"])],
)
def test_over_http_a_copy_is_printed_in_both_languages(language, words):
    person = employer(language=language)
    visa = issued(person)
    token = person.start(SLUG, resident=person.resident.uuid, about=visa.uuid)
    assert person.post(token, code=person.code(token)).status_code == 302
    assert person.post(token, **token.prefill).status_code == 302
    token.refresh_from_db()
    assert visa.number in said(person.get(token))
    answer = person.confirm(token)
    document = Document.objects.get()
    shown = said(person.client.get(answer.url))
    assert all(each in shown for each in words)
    for printed in Print.objects.all():
        produce(printed.pk)
    page = person.client.get(answer.url)
    assert f"/documents/{document.serial}/copies/" in page.content.decode()
    assert 'name="copy" value="2"' in page.content.decode()
    file = person.client.get(f"/documents/{document.serial}.pdf")
    assert file.getvalue().startswith(b"%PDF")
    assert file.headers["Content-Disposition"].endswith(f'{document.serial}-2.pdf"')


def test_a_copy_spends_nothing_and_costs_nothing():
    person = employer(operations=1)
    issued(person)
    before = state_of(person)
    receipt = done(person, SLUG)
    after = state_of(person)
    assert (receipt.spent, receipt.total) == (0, 0)
    assert after[:3] == before[:3]  # visas, balance, operations
    assert (Receipt.objects.count(), Document.objects.count(), Print.objects.count()) == (2, 1, 2)


def test_a_copy_of_a_page_that_another_account_made_opens_for_who_asked_for_it():
    person = employer()
    visa = issued(person)
    own = Person(resident=person.resident, account=AccountFactory(individual=True, number=person.resident.iqama_number))
    serial = Document.objects.get().serial
    assert own.client.get(f"/documents/{serial}/").status_code == 404
    receipt = done(own, SLUG, visa_number=visa.number)
    for printed in Print.objects.all():
        produce(printed.pk)
    assert own.client.get(f"/documents/{serial}/").url == f"/receipts/{receipt.uuid}/"
    assert own.client.get(f"/documents/{serial}.pdf").getvalue().startswith(b"%PDF")
    assert own.client.post(f"/documents/{serial}/copies/", {"copy": "2"}).url == f"/documents/{serial}.pdf"
    assert person.client.get(f"/documents/{serial}/").url == f"/receipts/{Receipt.objects.earliest('pk').uuid}/"
    stranger = Person()
    assert stranger.client.get(f"/documents/{serial}.pdf").status_code == 404


def test_a_page_that_is_new_since_the_review_is_not_printed_unseen():
    person = employer()
    issued(person)
    token = person.ready(slug=SLUG)
    done(person, "exit-reentry-cancel")
    answer = person.confirm(token)
    assert answer.status_code == 409
    assert "Cancellation Notice" in said(answer)
    assert Print.objects.filter(receipt__isnull=False).count() == 0
