"""The journey over HTTP: each step, each thing that can go wrong in it, and the words that say so in both languages."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext, override

from accounts.models import Attempt, Membership, OperationToken, PhoneDevice, Subscription
from accounts.models.attempts import name_key
from accounts.models.tokens import Step
from accounts.sessions import ACCOUNT
from muqeem import clock
from muqeem.operations.base import registry
from muqeem.operations.models import Receipt
from muqeem.operations.views import journey as views
from muqeem.record.models import Event, Message, Parameter
from residency.models import Resident
from tests.factories import HoldFactory, MembershipFactory, ResidentFactory, UserFactory, in_days
from tests.operations.journeys import RENEWAL, Person, said

pytestmark = pytest.mark.django_db

Shift = Callable[[timedelta], None]
BOTH = pytest.mark.parametrize("language", ["ar", "en"])


def later(person: Person, shift: Shift, by: timedelta) -> None:
    """Time passes; the person signed in again meanwhile."""
    shift(by)
    person.sign_in()


def hour_of(token: OperationToken) -> str:
    assert token.expires_at
    return f"{timezone.localtime(token.expires_at):%H:%M}"


# --- as it should be --------------------------------------------------------------------------------------------------
@BOTH
def test_a_residency_is_renewed_from_the_menu_to_the_receipt(language: str) -> None:
    person = Person(language=language)
    before = person.resident.iqama.expires_on
    assert person.client.get("/services/").status_code == 200
    assert person.client.get("/services/iqama-renewal/").status_code == 200
    token = person.start()
    code_page = person.get(token)
    assert code_page.status_code == 200
    sent = {"ar": "أُرسل رمز الأمان إلى الجوال الذي آخره", "en": "We sent a security code to the mobile ending"}
    assert sent[language] in said(code_page)
    assert person.post(token, code=person.code(token)).status_code == 302
    details = person.get(token)
    assert details.status_code == 200
    assert {"ar": "الرمز صحيح", "en": "The code is correct"}[language] in said(details)
    assert person.give(token).status_code == 302
    review = person.get(token)
    assert review.status_code == 200
    assert {"ar": "البيانات صحيحة", "en": "The data is correct"}[language] in said(review)
    token.refresh_from_db()
    done = person.confirm(token)
    receipt = token.receipts.get()
    assert done.url == f"/receipts/{receipt.uuid}/"
    page = person.client.get(done.url)
    assert page.status_code == 200
    assert {"ar": "اكتمل تجديد الإقامة", "en": "Residency renewed"}[language] in said(page)
    assert receipt.number in said(page)
    assert {"ar": "تنتهي قبل التجديد في", "en": "Expires before renewal"}[language] in said(page)  # true of what was done, too
    person.resident.refresh_from_db()
    assert person.resident.iqamas.latest("version").expires_on == before.replace(year=before.year + 1)


def test_the_review_shows_every_fact_the_fee_and_what_is_left_of_the_wallet() -> None:
    person = Person(language="en", holding="1000.00")
    page = person.get(token := person.reviewed())
    text = said(page)
    for fact in (person.resident.name_en, person.resident.iqama_number, "12 months", "600.00", "400.00", "Renew residency for SAR"):
        assert fact in text, fact
    assert token.fingerprint in page.content.decode()


def test_arabic_digits_serve_as_well_as_ascii() -> None:
    person = Person()
    token = person.start()
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    assert person.post(token, code=person.code(token).translate(arabic)).status_code == 302
    answer = person.post(token, iqama_number=person.resident.iqama_number.translate(arabic), months="١٢")
    assert answer.status_code == 302
    token.refresh_from_db()
    assert person.confirm(token).status_code == 302
    assert token.receipts.get().facts["months"] == 12


def test_a_service_that_begins_at_the_menu_leads_to_where_its_requirements_are_shown() -> None:
    person = Person(language="en")
    page = person.client.get(f"/services/{RENEWAL}/")
    assert "The resident's file shows each one" in said(page)
    assert "The resident's file shows each one" not in said(person.client.get(f"/services/{RENEWAL}/?resident={person.resident.uuid}"))


def test_a_service_begins_at_a_file_with_its_ticks_and_the_number_filled_in() -> None:
    person = Person(language="en")
    HoldFactory(resident=person.resident, amount=Decimal("450.00"))
    start = person.client.get(f"/services/{RENEWAL}/?resident={person.resident.uuid}")
    text = said(start)
    assert start.status_code == 200
    assert "Met: Passport valid long enough" in text
    assert "Not met: Unpaid traffic violations: SAR\N{NO-BREAK SPACE}450.00".replace("\N{NO-BREAK SPACE}", " ") in text
    assert not OperationToken.objects.exists()
    token = person.start(resident=str(person.resident.uuid))
    assert token.prefill == {"iqama_number": person.resident.iqama_number}
    person.post(token, code=person.code(token))
    assert person.resident.iqama_number in person.get(token).content.decode()


def test_a_resident_without_an_iqama_number_is_named_by_no_other() -> None:
    person = Person()
    Resident.objects.filter(pk=person.resident.pk).update(iqama_number=None)
    assert person.start(resident=str(person.resident.uuid)).prefill == {}


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_file_of_somebody_else_starts_nothing(method: str) -> None:
    person = Person()
    for uuid in (ResidentFactory(domestic=True).uuid, uuid4(), "nobody"):
        answer = getattr(person.client, method)(f"/services/{RENEWAL}/", {"resident": str(uuid)})
        assert answer.status_code == 404
    assert not OperationToken.objects.exists()


def test_with_an_authenticator_app_no_text_is_sent() -> None:
    person = Person(by_app=True, language="en")
    assert "Your authenticator app" in said(person.client.get(f"/services/{RENEWAL}/"))
    token = person.start()
    assert "current code of your authenticator app" in said(person.get(token))
    assert not Message.objects.exists()
    assert person.post(token, code=person.code(token)).status_code == 302
    token.refresh_from_db()
    assert token.step() == Step.DETAILS


# --- the code ---------------------------------------------------------------------------------------------------------
@BOTH
def test_a_wrong_code_says_how_many_tries_are_left(language: str) -> None:
    person = Person(language=language)
    token = person.start()
    answer = person.post(token, code=person.wrong_code(token))
    assert answer.status_code == 422
    assert {"ar": "الرمز غير صحيح. المتبقي: 4 محاولات.", "en": "The code is not correct. 4 attempts left."}[language] in said(answer)
    assert person.post(token, code=person.code(token)).status_code == 302


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "12 34", "²²²²²²"])
def test_what_is_no_code_is_no_try(typed: str) -> None:
    person = Person(language="en")
    token = person.start()
    answer = person.post(token, code=typed)
    assert answer.status_code == 422
    assert ("A security code has 6 digits." in said(answer)) == bool(typed)
    token.refresh_from_db()
    assert token.tries == 0


@BOTH
def test_an_expired_code_says_so_and_a_new_one_can_be_asked_for(language: str, shift: Shift) -> None:
    person = Person(language=language)
    token = person.start()
    old = person.code(token)
    later(person, shift, timedelta(seconds=301))
    answer = person.post(token, code=old)
    assert answer.status_code == 422
    words = {"ar": "انتهت مهلة الرمز ولم يتغير شيء.", "en": "The code has expired; nothing changed. Ask for a new one."}
    assert words[language] in said(answer)
    assert person.post(token, again="1").status_code == 302
    assert person.post(token, code=old).status_code == 422
    assert person.post(token, code=person.code(token)).status_code == 302


@BOTH
def test_five_wrong_codes_close_the_operation(language: str) -> None:
    person = Person(language=language)
    token = person.start()
    for _try in range(4):
        assert person.post(token, code=person.wrong_code(token)).status_code == 422
    assert person.post(token, code=person.wrong_code(token)).status_code == 302
    closed = person.get(token)
    assert closed.status_code == 410
    words = {"ar": "تجاوزت المحاولات الحد، فأُغلقت هذه العملية.", "en": "Too many tries: this operation is closed."}
    assert words[language] in said(closed)
    right = person.post(token, code=person.code(token))
    assert right.status_code == 302
    assert person.get(token).status_code == 410


@BOTH
def test_ten_wrong_codes_pause_the_codes(language: str) -> None:
    person = Person(language=language)
    token = person.start()
    for _wrong in range(10):
        Attempt.objects.create(name=name_key(person.user.username), kind=Attempt.Kind.CODE)
    answer = person.post(token, code=person.code(token))
    assert answer.status_code == 422
    assert {"ar": "طلب الرموز متوقف مؤقتًا حتى", "en": "Codes are paused until"}[language] in said(answer)
    token.refresh_from_db()
    assert token.step() == Step.CODE


def test_a_code_of_the_app_that_was_used_asks_for_the_next_and_is_no_failure() -> None:
    person = Person(by_app=True, language="en")
    code = person.code(first := person.start())
    assert person.post(first, code=code).status_code == 302
    token = person.start()
    answer = person.post(token, code=code)
    assert answer.status_code == 422
    assert "This code has been used. Wait for the next one." in said(answer)
    token.refresh_from_db()
    assert token.tries == 0


@BOTH
def test_a_second_code_within_a_minute_must_wait(language: str) -> None:
    person = Person(language=language)
    token = person.start()
    answer = person.post(token, again="1")
    assert answer.status_code == 429
    assert {"ar": "يمكنك طلب رمز جديد بعد", "en": "You can ask for a new code in"}[language] in said(answer)
    start = person.client.post(f"/services/{RENEWAL}/")
    assert start.status_code == 429
    assert {"ar": "يمكنك طلب رمز جديد بعد", "en": "You can ask for a new code in"}[language] in said(start)
    assert OperationToken.objects.count() == Message.objects.count() == 1


def test_after_five_codes_in_an_hour_the_next_must_wait(shift: Shift) -> None:
    person = Person(language="en")
    token = person.start()
    for minutes in range(2, 10, 2):
        later(person, shift, timedelta(minutes=minutes))
        assert person.post(token, again="1").status_code == 302
    later(person, shift, timedelta(minutes=12))
    answer = person.post(token, again="1")
    assert answer.status_code == 429
    assert "Too many codes were sent. You can ask again at" in said(answer)


def test_a_text_that_the_gateway_refused_is_told_and_another_may_be_asked_for(shift: Shift) -> None:
    person = Person(language="en")
    token = person.start()
    assert "We sent a security code" in said(person.get(token))
    Message.objects.get().fail("status 400")
    page = said(person.get(token))
    assert "Sorry, we could not send the text message. You can ask for a new code" in page
    assert "We sent a security code" not in page
    later(person, shift, timedelta(seconds=61))
    assert person.post(token, again="1").status_code == 302
    assert "We sent a security code" in said(person.get(token))


def test_without_a_phone_there_is_no_code() -> None:
    person = Person(language="en")
    PhoneDevice.objects.all().delete()
    answer = person.client.post(f"/services/{RENEWAL}/")
    assert answer.status_code == 409
    assert "There is no mobile number on record." in said(answer)
    assert not OperationToken.objects.exists()


def test_a_code_posted_again_after_it_was_right_leads_on() -> None:
    person = Person()
    token = person.start()
    code = person.code(token)
    assert person.post(token, code=code).status_code == 302
    for posted in (code, person.wrong_code(token)):
        assert person.post(token, code=posted).url == f"/operations/{token.uuid}/"
    token.refresh_from_db()
    assert (token.step(), token.tries) == (Step.DETAILS, 1)


# --- the data ---------------------------------------------------------------------------------------------------------
@BOTH
@pytest.mark.parametrize("whose", ["nobody's", "somebody else's"])
def test_a_resident_outside_the_reach_does_not_exist(language: str, whose: str) -> None:
    person = Person(language=language)
    other = ResidentFactory(domestic=True)
    if whose == "nobody's":
        other.delete()
    answer = person.post(person.opened(), iqama_number=other.iqama_number, months="12")
    assert answer.status_code == 422
    words = {"ar": "لا يوجد مقيم بهذا الرقم في حسابك.", "en": "There is no resident with this number in your account."}
    assert words[language] in said(answer)


@BOTH
def test_what_is_not_met_is_crossed_with_its_mend(language: str) -> None:
    person = Person(language=language)
    HoldFactory(resident=person.resident, amount=Decimal("450.00"))
    token = person.opened()
    answer = person.give(token)
    assert answer.status_code == 422
    assert {"ar": "مخالفات مرورية غير مسددة", "en": "Unpaid traffic violations"}[language] in said(answer)
    assert {"ar": "إشعار السداد", "en": "Pay them; the record updates when notice of payment arrives"}[language] in said(answer)
    token.refresh_from_db()
    assert token.step() == Step.DETAILS


def test_a_correction_takes_the_place_of_the_first_answers() -> None:
    person = Person(language="en")
    token = person.reviewed(12)
    form = person.get(token, "?edit=1")
    assert form.status_code == 200
    assert person.resident.iqama_number in form.content.decode()
    assert "Verify data" in said(form)
    assert person.give(token, 24).status_code == 302
    assert "24 months" in said(person.get(token))


def test_going_back_and_posting_the_data_again_leads_to_the_same_review() -> None:
    person = Person()
    token = person.reviewed()
    fingerprint = token.fingerprint
    assert person.give(token).status_code == 302
    token.refresh_from_db()
    assert (token.step(), token.fingerprint) == (Step.REVIEW, fingerprint)


# --- the deed: what changed meanwhile ---------------------------------------------------------------------------------
@BOTH
def test_changed_facts_are_named_and_can_be_confirmed(language: str) -> None:
    person = Person(language=language)
    token = person.reviewed()
    Resident.objects.filter(pk=person.resident.pk).update(first_en="MOHAMED", occupation=None)
    answer = person.confirm(token)
    assert answer.status_code == 409
    words = {"ar": "تغيرت البيانات بعد المراجعة.", "en": "The facts changed after your review."}
    named = {"ar": "الاسم، المهنة", "en": "Name, Occupation"}
    assert words[language] in said(answer)
    assert named[language] in said(answer)
    assert "MOHAMED" in said(answer)
    old = token.fingerprint
    token.refresh_from_db()
    assert token.fingerprint != old
    assert token.fingerprint in answer.content.decode()
    assert person.confirm(token).url == f"/receipts/{token.receipts.get().uuid}/"


@BOTH
def test_a_changed_price_is_said_and_can_be_confirmed(language: str) -> None:
    person = Person(language=language)
    token = person.reviewed()
    Parameter.objects.create(code="iqama.domestic.year_fee", from_on=clock.today(), value="777", source="test", confidence="S")
    answer = person.confirm(token)
    assert answer.status_code == 409
    words = {"ar": "تغير الرسم من 600.00 ريال إلى 777.00 ريال.", "en": "The fee changed from SAR 600.00 to SAR 777.00."}
    assert words[language] in said(answer)
    assert "777.00" in said(answer)
    token.refresh_from_db()
    assert person.confirm(token).status_code == 302
    assert token.receipts.get().total == Decimal("777.00")


def test_a_fee_that_is_made_otherwise_but_as_high_is_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(language="en")
    token = person.reviewed()
    service = registry[RENEWAL]
    whole = service.fee
    monkeypatch.setattr(service, "fee", lambda self: type(whole(self))(whole(self).lines[::-1]))
    answer = person.confirm(token)
    assert answer.status_code == 409
    assert "Changed: Fees" in said(answer)


def test_a_fact_that_is_gone_is_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(language="en")
    token = person.reviewed()
    service = registry[RENEWAL]
    whole = service.facts
    monkeypatch.setattr(service, "facts", lambda self: {key: value for key, value in whole(self).items() if key != "nationality"})
    answer = person.confirm(token)
    assert answer.status_code == 409
    assert "Changed: Nationality" in said(answer)


def test_an_answer_that_is_not_good_any_more_is_asked_for_again() -> None:
    person = Person(language="en")
    token = person.reviewed()
    Resident.objects.filter(pk=person.resident.pk).update(sponsor=ResidentFactory(domestic=True).sponsor)
    answer = person.confirm(token)
    assert answer.status_code == 409
    assert "There is no resident with this number in your account." in said(answer)
    assert not Receipt.objects.exists()


@BOTH
def test_a_new_obstacle_refuses_with_reason_and_mend(language: str) -> None:
    person = Person(language=language)
    token = person.reviewed()
    hold = HoldFactory(resident=person.resident, amount=Decimal("450.00"))
    answer = person.confirm(token)
    assert answer.status_code == 409
    assert {"ar": "مخالفات مرورية غير مسددة", "en": "Unpaid traffic violations: SAR 450.00"}[language] in said(answer)
    assert {"ar": "الحل:", "en": "Next step:"}[language] in said(answer)
    type(hold).objects.update(cleared_on=clock.today())
    assert person.confirm(token).status_code == 302


def test_a_journey_that_lapses_while_it_is_refused_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person()
    token = person.reviewed()
    Resident.objects.filter(pk=person.resident.pk).update(first_en="MOHAMED")

    def too_late(token: OperationToken, data: Any) -> None:
        raise views.TokenClosed

    monkeypatch.setattr(views, "verify", too_late)
    assert person.confirm(token).url == f"/operations/{token.uuid}/"
    assert person.give(token).url == f"/operations/{token.uuid}/"


# --- the deed: money and package --------------------------------------------------------------------------------------
@BOTH
def test_a_wallet_too_low_says_what_is_there_needed_and_lacking_and_until_when(language: str) -> None:
    person = Person(language=language, holding="150.00")
    token = person.reviewed()
    answer = person.confirm(token)
    assert answer.status_code == 409
    words = {
        "ar": f"رصيد المحفظة 150.00 ريال والمطلوب 600.00 ريال. لم يُنفذ الطلب ولم يُخصم شيء. بعد إيداع 450.00 ريال يمكنك التأكيد حتى الساعة {hour_of(token)}.",
        "en": f"The wallet holds SAR 150.00; SAR 600.00 is needed. Nothing was done or charged. Add SAR 450.00, then confirm until {hour_of(token)}.",
    }
    assert words[language] in said(answer)
    assert 'href="/account/money/deposit/"' in answer.content.decode()
    person.wallet.credit(Decimal("450.00"), reference="deposit-2", reason="deposit", actor="staff")
    assert person.confirm(token).status_code == 302


@BOTH
def test_a_package_without_operations_says_so(language: str) -> None:
    person = Person(language=language)
    token = person.reviewed()
    Subscription.objects.update(operations_left=0)
    answer = person.confirm(token)
    assert answer.status_code == 409
    assert {"ar": "نفدت عمليات الباقة.", "en": "Your package has no operations left."}[language] in said(answer)
    assert 'href="/account/subscription/"' in answer.content.decode()
    assert Event.objects.latest("pk").kind == "refusal"


@BOTH
def test_a_subscription_that_ended_says_when(language: str) -> None:
    person = Person(language=language)
    token = person.reviewed()
    Subscription.objects.update(ends_on=in_days(-1))
    answer = person.confirm(token)
    assert answer.status_code == 409
    assert {"ar": "انتهى الاشتراك في", "en": "The subscription ended on"}[language] in said(answer)
    assert str(in_days(-1).year) in said(answer)


def test_a_privilege_that_goes_between_page_and_deed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(language="en")
    token = person.reviewed()
    whole = views.perform

    def too_late(token: OperationToken, fingerprint: str) -> Receipt:
        Membership.objects.update(is_main=False)
        return whole(token, fingerprint)

    monkeypatch.setattr(views, "perform", too_late)
    answer = person.confirm(token)
    assert answer.status_code == 409
    assert "Not among your privileges" in said(answer)
    assert "Ask the main user." in said(answer)
    links = set(re.findall(r'(?:href|action)="(/(?!static/)[^"]+)"', answer.content.decode()))
    assert "/operations/" in links
    assert [link for link in links if person.client.get(link).status_code == 404] == []


# --- the deed: twice, in two tabs, late -------------------------------------------------------------------------------
@BOTH
def test_a_double_click_or_a_lost_connection_leads_to_the_one_receipt(language: str) -> None:
    person = Person(language=language)
    token = person.reviewed()
    first = person.confirm(token)
    receipt = token.receipts.get()
    for _again in range(2):
        answer = person.confirm(token)
        assert answer.url == f"/receipts/{receipt.uuid}/?again=1"
    page = said(person.client.get(answer.url))
    assert {"ar": "سبق تنفيذ هذه العملية في", "en": "This operation was done at"}[language] in page
    assert receipt.number in page
    assert "?again" not in first.url
    assert Receipt.objects.count() == 1


def test_whatever_is_posted_or_opened_after_the_deed_leads_to_the_receipt() -> None:
    person = Person()
    token = person.reviewed()
    person.confirm(token)
    receipt = token.receipts.get()
    for data in ({"code": "123456"}, person.answers(), {"again": "1"}, {"extend": "1"}, {}):
        answer = person.post(token, **data)
        assert answer.status_code == 302
    assert person.get(token).url == person.get(token, "?edit=1").url == f"/receipts/{receipt.uuid}/"
    assert person.post(token, fingerprint="older").url == f"/receipts/{receipt.uuid}/?again=1"
    assert Receipt.objects.count() == 1


@BOTH
def test_the_older_of_two_tabs_is_told_and_shows_the_newer_data(language: str) -> None:
    person = Person(language=language)
    token = person.reviewed(12)
    old = token.fingerprint
    person.give(token, 24)
    answer = person.post(token, fingerprint=old)
    assert answer.status_code == 409
    words = {"ar": "هذه الصفحة أقدم من آخر مراجعة.", "en": "This page is older than your last review."}
    assert words[language] in said(answer)
    assert {"ar": "24 شهرًا", "en": "24 months"}[language] in said(answer)
    token.refresh_from_db()
    assert token.fingerprint in answer.content.decode()
    assert not Receipt.objects.exists()


@BOTH
def test_a_journey_lapses_after_a_quarter_of_an_hour(language: str, shift: Shift) -> None:
    person = Person(language=language)
    token = person.reviewed()
    later(person, shift, timedelta(minutes=15))
    for data in ({"fingerprint": token.fingerprint}, person.answers(), {"extend": "1"}):
        assert person.post(token, **data).url == f"/operations/{token.uuid}/"
    page = person.get(token)
    assert page.status_code == 410
    words = {"ar": "انقضت مهلة هذه العملية ولم يُنفذ شيء.", "en": "This operation has lapsed; nothing was done."}
    assert words[language] in said(page)
    assert not Receipt.objects.exists()


def test_the_time_can_be_extended_ten_times(shift: Shift) -> None:
    person = Person(language="en")
    token = person.reviewed()
    later(person, shift, timedelta(minutes=14))
    for _ in range(10):
        assert "Extend the time" in said(person.get(token))
        assert person.post(token, extend="1").status_code == 302
    assert "Extend the time" not in said(person.get(token))
    end = OperationToken.objects.get(pk=token.pk).expires_at
    assert person.post(token, extend="1").status_code == 302
    assert OperationToken.objects.get(pk=token.pk).expires_at == end
    later(person, shift, timedelta(minutes=14 + 150))
    assert person.confirm(token).status_code == 302
    assert Receipt.objects.count() == 1


def test_a_fingerprint_before_the_review_confirms_nothing() -> None:
    person = Person()
    for token in (person.start(), person.token()):
        for fingerprint in ("", "0" * 12):
            assert person.post(token, fingerprint=fingerprint).url == f"/operations/{token.uuid}/"
    assert not Receipt.objects.exists()


# --- discarded --------------------------------------------------------------------------------------------------------
def begun(person: Person) -> OperationToken:
    return person.start()


def opened(person: Person) -> OperationToken:
    return person.opened()


def reviewed(person: Person) -> OperationToken:
    return person.reviewed()


@BOTH
@pytest.mark.parametrize("until", [begun, opened, reviewed])
def test_a_journey_is_discarded_before_it_is_confirmed_and_says_that_nothing_was_done(
    language: str, until: Callable[[Person], OperationToken]
) -> None:
    person = Person(language=language)
    token = until(person)
    with override(language):
        assert f'name="discard" value="1">{gettext("Discard")}</button>' in person.get(token).content.decode()
    assert person.post(token, discard="1").url == f"/operations/{token.uuid}/"
    page = person.get(token)
    assert page.status_code == 410
    with override(language):
        assert gettext("This operation was discarded. Nothing was done or charged. You can start a new one.") in said(page)
    assert f'href="/services/{RENEWAL}/"' in page.content.decode()
    assert not Receipt.objects.exists()
    person.wallet.refresh_from_db()
    person.subscription.refresh_from_db()
    assert (person.wallet.balance, person.subscription.operations_left) == (Decimal("100000.00"), 100)


def test_nothing_can_be_done_any_more_with_what_was_discarded() -> None:
    person = Person(language="en")
    token = person.reviewed()
    for _again in range(2):
        person.post(token, discard="1")
    for data in ({"fingerprint": token.fingerprint}, person.answers(), {"extend": "1"}, {"code": "123456"}, {"again": "1"}):
        assert person.post(token, **data).url == f"/operations/{token.uuid}/"
        assert "This operation was discarded." in said(person.get(token))
    assert str(token.uuid) not in person.client.get("/operations/").content.decode()
    assert not Receipt.objects.exists()
    token = person.start()
    assert person.get(token).status_code == 200


def test_what_was_done_cannot_be_discarded() -> None:
    person = Person()
    token = person.reviewed()
    person.confirm(token)
    assert person.post(token, discard="1").url == f"/operations/{token.uuid}/"
    assert person.get(token).url == f"/receipts/{token.receipts.get().uuid}/"


def test_whoever_discards_does_not_confirm_whatever_else_is_posted() -> None:
    person = Person()
    token = person.reviewed()
    person.post(token, fingerprint=token.fingerprint, discard="1")
    assert not Receipt.objects.exists()


def test_a_journey_of_somebody_else_is_not_discarded() -> None:
    token = Person().reviewed()
    assert Person().post(token, discard="1").status_code == 404
    token.refresh_from_db()
    assert token.step() == Step.REVIEW


def test_a_code_asked_for_in_the_tab_of_a_discarded_journey_leads_to_what_became_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(language="en")
    token = person.start()
    send_code = OperationToken.send_code

    def discarded_meanwhile(token: OperationToken) -> Any:
        token.close()
        return send_code(token)

    monkeypatch.setattr(OperationToken, "send_code", discarded_meanwhile)
    assert person.post(token, again="1").url == f"/operations/{token.uuid}/"
    assert "This operation was discarded." in said(person.get(token))


def test_a_journey_closed_by_wrong_codes_was_not_discarded_and_one_left_after_some_was() -> None:
    person = Person(language="en")
    token = person.start()
    for _try in range(5):
        person.post(token, code=person.wrong_code(token))
    assert "Too many tries" in said(person.get(token))
    Attempt.objects.all().delete()
    other = person.start()
    for _try in range(4):
        person.post(other, code=person.wrong_code(other))
    person.post(other, discard="1")
    assert "This operation was discarded." in said(person.get(other))
    Attempt.objects.all().delete()
    last = person.start()
    for _try in range(4):
        person.post(last, code=person.wrong_code(last))
    person.post(last, code=person.code(last))
    person.post(last, discard="1")
    assert "This operation was discarded." in said(person.get(last))


# --- whose journey it is ----------------------------------------------------------------------------------------------
def test_a_journey_of_another_user_does_not_exist() -> None:
    token = Person().reviewed()
    stranger = Person()
    colleague = MembershipFactory(account=token.account, main=True, user=UserFactory())
    stranger.membership, stranger.user = colleague, colleague.user
    for person in (Person(), stranger):
        person.sign_in()
        assert person.get(token).status_code == 404
        assert person.confirm(token).status_code == 404
    assert person.client.get(f"/operations/{uuid4()}/").status_code == 404
    assert not Receipt.objects.exists()


def test_a_journey_for_another_account_than_the_chosen_does_not_exist() -> None:
    person = Person()
    token = person.reviewed()
    other = MembershipFactory(user=person.user, main=True, account=ResidentFactory(domestic=True).sponsor).account
    session = person.client.session
    session[ACCOUNT] = str(other.uuid)
    session.save()
    assert person.get(token).status_code == 404
    assert person.confirm(token).status_code == 404
    assert not Receipt.objects.exists()


def test_a_journey_without_leave_or_service_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(privileges=[RENEWAL])
    token = person.reviewed()
    monkeypatch.delitem(registry, RENEWAL)
    assert person.get(token).status_code == 404
    monkeypatch.undo()
    Membership.objects.update(privileges=["other"])
    assert person.get(token).status_code == 404
    assert person.confirm(token).status_code == 404


def test_leave_that_goes_while_the_page_is_made_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person()
    token = person.opened()
    step = OperationToken.step

    def leave_goes(token: OperationToken) -> Step:
        Membership.objects.update(removed_at=clock.now())
        return step(token)

    monkeypatch.setattr(OperationToken, "step", leave_goes)
    assert person.get(token).status_code == 404


def test_a_visitor_is_led_to_the_sign_in() -> None:
    token = Person().reviewed()
    for answer in (
        Client().get(f"/operations/{token.uuid}/"),
        Client().post(f"/operations/{token.uuid}/", {"fingerprint": token.fingerprint}),
    ):
        assert answer.status_code == 302
        assert answer.url.startswith("/sign-in/")
    assert not Receipt.objects.exists()


# --- the title of what went wrong -------------------------------------------------------------------------------------
def title(answer: Any) -> str:
    found = re.search(r"<title>(.*?)</title>", answer.content.decode(), re.DOTALL)
    assert found
    return " ".join(found[1].split())


@BOTH
def test_the_title_says_first_that_something_is_wrong(language: str) -> None:
    person = Person(language=language)
    error, name = {"ar": ("خطأ:", "تجديد الإقامة"), "en": ("Error:", "Renew residency")}[language]
    token = person.start()
    assert title(person.get(token)).startswith(name)
    wrong_code = person.post(token, code=person.wrong_code(token))
    person.post(token, code=person.code(token))
    assert title(person.get(token)).startswith(name)
    no_period = person.give(token, 7)
    hold = HoldFactory(resident=person.resident)
    unmet = person.give(token)
    type(hold).objects.update(cleared_on=clock.today())
    person.give(token)
    review = person.get(token)
    assert title(review).startswith(name)
    token.refresh_from_db()
    old_page = person.post(token, fingerprint="older")
    Subscription.objects.update(operations_left=0)
    refused = person.confirm(token)
    for answer in (wrong_code, no_period, unmet, old_page, refused):
        assert answer.status_code in {409, 422}
        assert title(answer).startswith(f"{error} {name}"), title(answer)
        assert title(answer).count(error) == 1


# --- the menu ---------------------------------------------------------------------------------------------------------
@BOTH
def test_a_service_without_the_privilege_stays_visible_with_whom_to_ask(language: str) -> None:
    person = Person(language=language, privileges=[])
    MembershipFactory(account=person.account, main=True, user=UserFactory(name_ar="نورة العتيبي", name_en="Noura Alotaibi"))
    words = {
        "ar": "ليست ضمن صلاحياتك. يمكنك طلبها من المستخدم الرئيسي: نورة العتيبي",
        "en": "Not among your privileges. Ask the main user, Noura Alotaibi",
    }
    for answer in (person.client.get("/services/"), person.client.get(f"/services/{RENEWAL}/")):
        assert answer.status_code == 200
        assert words[language] in said(answer)
    refused = person.client.post(f"/services/{RENEWAL}/")
    assert refused.status_code == 409
    assert not OperationToken.objects.exists()


def test_without_a_main_user_nobody_is_named() -> None:
    person = Person(language="en", privileges=[])
    assert "Not among your privileges" in said(person.client.get("/services/"))


def test_without_a_subscription_services_are_shown_and_cannot_be_started() -> None:
    person = Person(language="en")
    Subscription.objects.all().update(ends_on=in_days(-1))
    assert person.client.get("/services/").status_code == 200
    assert "The account has no subscription in force." in said(person.client.get(f"/services/{RENEWAL}/"))
    assert person.client.post(f"/services/{RENEWAL}/").status_code == 409
    assert not OperationToken.objects.exists()


def test_an_unknown_service_does_not_exist() -> None:
    person = Person()
    assert person.client.get("/services/levitation/").status_code == 404
    assert person.client.post("/services/levitation/").status_code == 404
