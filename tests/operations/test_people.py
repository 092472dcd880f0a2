"""An operation about several people: one receipt, a page each, all of it or nothing; and one that gives only a copy."""

import io
from contextlib import suppress
from decimal import Decimal
from threading import Event as Signal
from threading import Thread
from typing import Any

import pypdf
import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from muqeem import pdf
from muqeem.operations.invariants import violations
from muqeem.operations.judge import judge, verify
from muqeem.operations.models import Document, Print, Receipt
from muqeem.operations.perform import Refused, TokenSpent, perform
from muqeem.operations.tasks import produce
from muqeem.record.models import Event, Message, Parameter
from residency.models import Resident, View
from tests.accounts.people import all_at_once
from tests.factories import HoldFactory, in_days
from tests.operations.journeys import Household, said
from tests.operations.services import StampAgain, StampFamily

pytestmark = pytest.mark.django_db


class Family(Household):
    """A household that has itself stamped."""

    def stamped(self, *members: Resident) -> Receipt:
        token = self.token("stamp-family")
        assert verify(token, self.asked(*members)).facts is not None
        return perform(token, token.fingerprint)


@pytest.fixture
def printing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are made at once, each saying whose it is."""

    def page(_template: str, context: Any) -> bytes:
        sheet = pypdf.PdfWriter()
        sheet.add_blank_page(100, 100)
        sheet.add_metadata({"/Title": context["facts"]["name"]["en"]})
        written = io.BytesIO()
        sheet.write(written)
        return written.getvalue()

    monkeypatch.setattr(pdf, "render", page)


def print_all() -> None:
    for pk in Print.objects.filter(rendered_at=None).values_list("pk", flat=True):
        produce(pk)


def broken() -> set[str]:
    """The promises about receipts and paper that do not hold; tokens of tests open themselves."""
    return {violation.code for violation in violations()} & {"I01", "I02", "I04", "I06", "I10", "I12", "I16", "I17", "I23", "I24"}


# --- all of it --------------------------------------------------------------------------------------------------------
def test_a_family_is_one_receipt_of_the_head_with_a_page_for_each(stamp_family: type[StampFamily]) -> None:
    family = Family()
    receipt = family.stamped(family.wife, family.son)
    assert (receipt.resident, receipt.spent, receipt.total) == (family.resident, 3, Decimal("30.00"))
    pages = list(receipt.documents.order_by("pk"))
    assert [page.resident for page in pages] == [family.resident, family.wife, family.son]
    assert [page.facts["iqama_number"] for page in pages] == [each.iqama_number for each in (family.resident, *family.members)]
    assert [page.valid_until for page in pages] == [in_days(300)] * 3
    assert len({page.seal for page in pages}) == len({page.serial for page in pages}) == 3
    assert {view.resident for view in View.objects.all()} == {family.resident, family.wife, family.son}
    assert Event.objects.get(kind="operation").data["pages"] == 3
    assert broken() == set()


def test_everybody_with_a_number_is_told_once_and_of_themselves(stamp_family: type[StampFamily]) -> None:
    family = Family()
    family.stamped(family.wife, family.son)
    told = {message.receiver: message.arguments["last4"] for message in Message.objects.filter(channel=Message.Channel.TEXT)}
    assert told == {family.resident.phone: family.resident.last4, family.wife.phone: family.wife.last4}
    assert Message.objects.filter(channel=Message.Channel.TEXT).count() == 2


def test_people_of_one_number_are_told_in_one_text(stamp_family: type[StampFamily]) -> None:
    family = Family()
    Resident.objects.filter(pk=family.wife.pk).update(phone=family.resident.phone)
    family.stamped(family.wife, family.son)
    assert Message.objects.get(channel=Message.Channel.TEXT).arguments["last4"] == family.resident.last4


def test_who_is_not_included_has_no_page(stamp_family: type[StampFamily]) -> None:
    family = Family()
    receipt = family.stamped(family.son)
    assert [page.resident for page in receipt.documents.order_by("pk")] == [family.resident, family.son]
    assert receipt.spent == 2


def test_each_person_spends_as_many_operations_as_the_parameter_says(stamp_family: type[StampFamily]) -> None:
    Parameter.objects.create(code="stamp-family.spends", from_on=in_days(-1), value="2", source="test", confidence="S")
    family = Family(operations=6)
    assert family.stamped(family.wife, family.son).spent == 6
    family.subscription.refresh_from_db()
    assert family.subscription.operations_left == 0


# --- or nothing -------------------------------------------------------------------------------------------------------
def nothing_was_done(family: Family) -> bool:
    family.wallet.refresh_from_db()
    family.subscription.refresh_from_db()
    untouched = (family.wallet.balance, family.subscription.operations_left) == (Decimal("100000.00"), family.subscription.operations_left)
    return untouched and not Receipt.objects.exists() and not Document.objects.exists() and not View.objects.exists()


@pytest.mark.parametrize(("left", "done"), [(2, False), (3, True)])
def test_a_family_of_three_needs_three_operations(stamp_family: type[StampFamily], left: int, done: bool) -> None:
    family = Family(operations=left)
    if done:
        assert family.stamped(family.wife, family.son)
        return
    with pytest.raises(Refused, match="quota-used"):
        family.stamped(family.wife, family.son)
    assert nothing_was_done(family)
    assert family.subscription.operations_left == left


def test_what_stands_against_a_family_member_is_said_with_the_name(stamp_family: type[StampFamily]) -> None:
    family = Family()
    HoldFactory(resident=family.son)
    judgement = judge(family.token("stamp-family"), family.asked(family.wife, family.son))
    fines = [str(finding.fact) for finding in judgement.obstacles]
    assert len(fines) == 1
    assert fines[0].startswith(f"{family.son.name_ar}: ")
    assert judge(family.token("stamp-family"), family.asked(family.wife)).obstacles == []


def test_one_of_the_family_who_fails_at_the_confirmation_stops_them_all(stamp_family: type[StampFamily]) -> None:
    family = Family(language="en")
    token = family.token("stamp-family")
    verify(token, family.asked(family.wife, family.son))
    HoldFactory(resident=family.son)
    answer = family.confirm(token)
    assert answer.status_code == 409
    assert f"{family.son.name_en}: Unpaid traffic violations: SAR\N{NO-BREAK SPACE}300.00" in answer.content.decode()
    assert nothing_was_done(family)
    refusal = Event.objects.get(kind="refusal")
    assert refusal.data["reason"][0] == "of-somebody"
    assert "Unpaid traffic violations" in said(family.client.get("/operations/"))


def test_of_simultaneous_confirmations_one_wins(stamp_family: type[StampFamily], transactional_db: None) -> None:
    family = Family()
    token = family.token("stamp-family")
    verify(token, family.asked(family.wife, family.son))
    done: list[Any] = []

    def confirm(_number: int) -> None:
        try:
            done.append(perform(type(token).objects.get(pk=token.pk), token.fingerprint))
        except TokenSpent as spent:
            done.append(spent.receipt)

    all_at_once(confirm, 4)
    assert len({receipt.pk for receipt in done}) == 1
    assert (Receipt.objects.count(), Document.objects.count(), View.objects.count()) == (1, 3, 3)


def test_everybody_is_locked_as_long_as_the_operation_lasts(
    stamp_family: type[StampFamily], transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    family, applying, looked = Family(), Signal(), Signal()
    token = family.token("stamp-family")
    verify(token, family.asked(family.wife, family.son))
    apply = stamp_family.apply

    def slowly(self: Any) -> Any:
        applying.set()
        assert looked.wait(10)
        return apply(self)

    def operate() -> None:
        try:
            perform(type(token).objects.get(pk=token.pk), token.fingerprint)
        finally:
            connection.close()

    monkeypatch.setattr(stamp_family, "apply", slowly)
    acting = Thread(target=operate)
    acting.start()
    assert applying.wait(10)
    free = [each.pk for each in (family.resident, *family.members) if can_be_locked(each)]
    looked.set()
    acting.join()
    assert free == []
    assert Receipt.objects.count() == 1


def can_be_locked(person: Resident) -> bool:
    with suppress(OperationalError), transaction.atomic():
        return Resident.objects.select_for_update(nowait=True).filter(pk=person.pk).exists()
    return False


def test_a_household_is_locked_in_the_order_of_its_rows(stamp_family: type[StampFamily], transactional_db: None) -> None:
    family = Family()
    token = family.token("stamp-family")
    verify(token, family.asked(family.son))
    with CaptureQueriesContext(connection) as asked:
        perform(token, token.fingerprint)
    locks = [query["sql"] for query in asked if 'FOR UPDATE OF "residency_resident"' in query["sql"]]
    assert len(locks) == 1
    assert 'ORDER BY "residency_resident"."id" ASC FOR UPDATE' in locks[0]


# --- on paper ---------------------------------------------------------------------------------------------------------
def titles(answer: Any) -> list[str]:
    file = b"".join(answer.streaming_content)
    return [str(pypdf.PdfReader(io.BytesIO(file)).metadata.title)] * len(pypdf.PdfReader(io.BytesIO(file)).pages)


def test_a_familys_pages_are_shown_by_name_and_printed_as_one_file(stamp_family: type[StampFamily], printing: None) -> None:
    family = Family(language="en")
    receipt = family.stamped(family.wife, family.son)
    address = f"/receipts/{receipt.uuid}/"
    assert family.client.get(f"/receipts/{receipt.uuid}.pdf").url == address  # not ready
    assert "Print all pages" not in said(family.client.get(address))
    print_all()
    shown = said(family.client.get(address))
    assert "Print all pages" in shown
    assert all(each.name_en in shown for each in (family.resident, *family.members))
    pages = {page.serial: "1" for page in receipt.documents.all()}
    answer = family.client.post(f"{address}copies/", pages)
    assert answer.url == f"/receipts/{receipt.uuid}.pdf"
    assert len(titles(family.client.get(answer.url))) == 3
    assert set(Print.objects.values_list("copy", "taken_by")) == {(1, family.user.pk)}
    assert family.client.post(f"{address}copies/", pages).url == answer.url  # posted twice: the same copies
    assert Print.objects.count() == 3
    assert family.client.post(f"{address}copies/", dict.fromkeys(pages, "2")).url == address
    assert Print.objects.filter(copy=2).count() == 3


def test_a_file_that_is_missing_is_said_to_be_so(stamp_family: type[StampFamily], printing: None) -> None:
    family = Family()
    receipt = family.stamped(family.wife)
    print_all()
    lost = Print.objects.latest("pk")
    lost.file.storage.delete(lost.file.name)
    assert family.client.get(f"/receipts/{receipt.uuid}.pdf").status_code == 404


def test_an_operation_may_give_a_copy_of_an_earlier_page_and_no_paper_of_its_own(
    stamp_family: type[StampFamily], stamp_again: type[StampAgain], printing: None
) -> None:
    family = Family()
    page = family.stamped(family.wife).documents.get(resident=family.resident)
    print_all()
    token = family.ready(slug="stamp-again")
    receipt = perform(token, token.fingerprint)
    copy = receipt.copies.get()
    assert (copy.document, copy.copy, receipt.documents.count()) == (page, 2, 0)
    assert list(receipt.pages()) == [page]
    assert Event.objects.filter(kind="operation").latest("pk").data["pages"] == 1
    print_all()
    assert page.serial in family.client.get(f"/receipts/{receipt.uuid}/").content.decode().replace("-", "")
    assert broken() == set()
