"""From a stranger's request to a subscription that runs: the form, its limits, what staff decide, the bill, the main user."""

from datetime import timedelta
from typing import Any

import pytest
from captcha.models import CaptchaStore
from django.contrib.auth.models import Permission
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from accounts import cities
from accounts.models import Account, Attempt, Bill, Invitation, Package, Payment, PhoneCode, Subscription, SubscriptionRequest
from accounts.models.limits import REQUESTS_ABOUT_ONE, REQUESTS_OF_ONE_ADDRESS, count_request
from accounts.models.requests import ANSWERS, State, Subscribed, UnderReview
from muqeem import clock, codes
from muqeem.record.models import Event, Message
from tests.accounts.people import all_at_once, signed_in
from tests.factories import AccountFactory, MembershipFactory, PackageFactory, UserFactory

pytestmark = pytest.mark.django_db

FORM = "/subscribe/"
ASKED = {
    "company": "Najd Bakeries", "company_number": "7012345678", "city": "0101", "name": "Noura Alamri", "id_number": "1000000008",
    "phone": "0500000777", "email": "noura@example.com",
}  # fmt: skip


@pytest.fixture
def package() -> Package:
    return PackageFactory(code="shamil-50", name_en="Shamil", price="2000.00", residents_up_to=50)


@pytest.fixture
def staff() -> Client:
    return signed_in(UserFactory(staff=True, is_superuser=True, with_app=True, language="en"), verified=True)


@pytest.fixture
def stranger() -> Client:
    browser = Client()
    browser.cookies["language"] = "en"
    return browser


def seen(browser: Client) -> dict[str, str]:
    """The form with its picture, and what the picture shows."""
    browser.get(FORM)
    store = CaptchaStore.objects.latest("pk")
    return {"verification_0": store.hashkey, "verification_1": store.response}


def ask(browser: Client, **changed: str) -> Any:
    return browser.post(FORM, {**ASKED, "package": "shamil-50", **seen(browser), **changed})


def filed(package: Package, **changed: Any) -> SubscriptionRequest:
    told = {**ASKED, "phone": "+966500000777", "package": package, "language": "en", **changed}
    return SubscriptionRequest.file(**told)


def decide(staff: Client, request: SubscriptionRequest, decision: str, words: str = "") -> Any:
    path = f"/admin/accounts/subscriptionrequest/{request.pk}/decide/"
    return staff.post(path, {"decision": decision, "words": words}, follow=True)


def pay(bill: Bill, reference: str = "SADAD-1") -> Payment:
    total = Bill.objects.get(pk=bill.pk).total
    return Payment.receive(reference=reference, bill_number=bill.number, amount=total, paid_at=clock.now(), source="sadad")


# --- asking ---


def test_a_request_gets_a_reference_by_e_mail_that_leads_to_its_state(stranger: Client, package: Package) -> None:
    answer = ask(stranger)
    request = SubscriptionRequest.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/subscribe/{request.reference}/")
    assert (request.state, request.phone, request.language) == (State.REVIEW, "+966500000777", "en")
    mail = Message.objects.get(channel="mail")
    assert (mail.receiver, mail.template) == (ASKED["email"], "request-received")
    page = Client().get(answer.url).content.decode()
    assert request.state_in_words in page
    assert not any(ASKED[fact] in page for fact in ("name", "email", "company", "company_number", "id_number"))


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("company_number", "1012345678", "starts with 7"),
        ("company", "", "Enter establishment"),
        ("company", "Najd \u202eBakeries", "hidden character"),
        ("city", "9999", "not one of the available"),
        ("city", "", "Choose the city"),
        ("phone", "0112345678", "landline"),
        ("phone", "+1 202 555 0100", "Saudi mobile"),
        ("email", "x", "incomplete"),
        ("id_number", "1000000001", "check the digits"),
        ("package", "nothing", "not one of the available"),
        ("name", "x" * 10_000, "At most 150"),
        ("verification_1", "000000", "does not match"),
        ("verification_1", "", "Enter the verification number"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_the_rest_is_kept(
    stranger: Client, package: Package, field: str, typed: str, says: str
) -> None:
    answer = ask(stranger, **{field: typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert (ASKED["email"] if field != "email" else ASKED["name"]) in page
    assert not SubscriptionRequest.objects.exists()


@pytest.mark.parametrize("typed", ["0500000777", "+966 50 000 0777", "00966500000777", "٠٥٠٠٠٠٠٧٧٧", "\u200e050-000-0777\u200f"])
def test_a_mobile_number_in_any_form_is_the_same_number(stranger: Client, package: Package, typed: str) -> None:
    assert ask(stranger, phone=typed).status_code == 302
    assert SubscriptionRequest.objects.get().phone == "+966500000777"


def test_a_verification_number_is_good_for_one_request(stranger: Client, package: Package) -> None:
    number = seen(stranger)
    form = {**ASKED, "package": "shamil-50", **number}
    assert stranger.post(FORM, form).status_code == 302
    answer = stranger.post(FORM, {**form, "company_number": "7099999999"})
    assert answer.status_code == 422
    assert "does not match" in answer.content.decode()
    assert SubscriptionRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_verification_number_that_comes_from_many_windows_at_once_files_one_request() -> None:
    PackageFactory(code="shamil-50", price="2000.00")
    form = {**ASKED, "package": "shamil-50", **seen(Client())}

    def press(number: int) -> int:
        own = {"company_number": f"701234567{number}", "email": f"n{number}@example.com"}
        return int(Client().post(FORM, {**form, **own}).status_code)

    assert sorted(all_at_once(press, 4)) == [302, 422, 422, 422]
    assert SubscriptionRequest.objects.count() == 1


def test_a_wrong_verification_number_uses_the_picture_up(stranger: Client, package: Package) -> None:
    number = seen(stranger)
    form = {**ASKED, "package": "shamil-50", **number}
    assert stranger.post(FORM, {**form, "verification_1": "111111"}).status_code == 422
    assert stranger.post(FORM, form).status_code == 422


def test_the_verification_number_is_read_in_the_digits_of_any_keyboard(stranger: Client, package: Package) -> None:
    number = seen(stranger)
    arabic = number["verification_1"].translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert stranger.post(FORM, {**ASKED, "package": "shamil-50", **number, "verification_1": arabic}).status_code == 302


def test_the_picture_is_a_picture_and_of_a_number_that_was_asked_for(stranger: Client, package: Package) -> None:
    key = seen(stranger)["verification_0"]
    answer = stranger.get(f"/verification/{key}.png")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")
    assert stranger.get("/verification/none.png").status_code in {404, 410}


def test_who_cannot_see_the_picture_gets_a_code_by_text(stranger: Client, package: Package) -> None:
    assert b"verification_1" not in stranger.get(f"{FORM}?by-text=1").content
    answer = stranger.post(f"{FORM}?by-text=1", {**ASKED, "package": "shamil-50"})
    assert (answer.status_code, answer.url) == (302, "/subscribe/code/")
    assert not SubscriptionRequest.objects.exists()
    code = PhoneCode.objects.get()
    assert code.number == "+966500000777"
    assert stranger.post("/subscribe/code/", {"code": "1"}).status_code == 422
    answer = stranger.post("/subscribe/code/", {"code": codes.derive(str(code.uuid), code.sends)})
    assert answer.url == f"/subscribe/{SubscriptionRequest.objects.get().reference}/"
    assert stranger.get("/subscribe/code/").url == FORM


def test_a_code_to_one_mobile_files_no_request_with_another(stranger: Client, package: Package) -> None:
    """Also where the second gets no code, because one was sent a moment ago for another browser."""
    form = {**ASKED, "package": "shamil-50"}
    stranger.post(f"{FORM}?by-text=1", form)
    first = PhoneCode.objects.get()
    Client().post(f"{FORM}?by-text=1", {**form, "phone": "0500000999"})
    stranger.post(f"{FORM}?by-text=1", {**form, "phone": "0500000999"})
    stranger.post("/subscribe/code/", {"code": codes.derive(str(first.uuid), first.sends)})
    assert not SubscriptionRequest.objects.exists()


def test_a_package_that_is_withdrawn_while_the_code_is_on_its_way_is_said_to_be_gone(stranger: Client, package: Package) -> None:
    stranger.post(f"{FORM}?by-text=1", {**ASKED, "package": "shamil-50"})
    Package.objects.update(price=0)
    code = PhoneCode.objects.get()
    answer = stranger.post("/subscribe/code/", {"code": codes.derive(str(code.uuid), code.sends)}, follow=True)
    assert "not offered any more" in answer.content.decode()
    assert not SubscriptionRequest.objects.exists()


def test_a_code_without_a_request_leads_to_the_form(stranger: Client) -> None:
    assert stranger.get("/subscribe/code/").url == FORM


def test_many_requests_of_one_address_are_refused_and_counted_in_the_database(stranger: Client, package: Package) -> None:
    for number in range(REQUESTS_OF_ONE_ADDRESS):
        answer = ask(stranger, company_number=f"70123{number:05}", email=f"n{number}@example.com")
        assert answer.status_code == 302
    answer = ask(stranger, company_number="7099999999", email="last@example.com")
    assert answer.status_code == 422
    assert "Too many requests" in answer.content.decode()
    assert SubscriptionRequest.objects.count() == REQUESTS_OF_ONE_ADDRESS, count_request


def test_nobody_is_flooded_with_mails(stranger: Client, package: Package) -> None:
    outcomes = [ask(stranger, company_number=f"70123{number:05}").status_code for number in range(REQUESTS_ABOUT_ONE + 2)]
    assert outcomes == [302] * REQUESTS_ABOUT_ONE + [422] * 2
    assert Message.objects.filter(channel="mail").count() == REQUESTS_ABOUT_ONE
    assert Attempt.objects.filter(kind="request").count() == 2 * REQUESTS_ABOUT_ONE


def test_a_request_that_is_sent_again_is_the_same_one(package: Package) -> None:
    assert filed(package) == filed(package)
    assert SubscriptionRequest.objects.count() == 1


def test_a_second_request_of_an_establishment_waits_for_the_first(stranger: Client, package: Package) -> None:
    filed(package)
    with pytest.raises(UnderReview):
        filed(package, email="other@example.com")
    assert "under review" in ask(stranger, email="other@example.com").content.decode()
    request = SubscriptionRequest.objects.get()
    request.pk, request.reference = None, "other"
    with pytest.raises(IntegrityError), transaction.atomic():
        request.save()


@pytest.mark.django_db(transaction=True)
def test_sent_from_two_windows_at_once_it_is_one_request() -> None:
    package = PackageFactory(price="2000.00")
    outcomes = all_at_once(lambda _number: filed(package).pk, 4)
    assert set(outcomes) == {SubscriptionRequest.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_a_crowd_at_one_moment_files_no_more_than_the_limits_allow() -> None:
    outcomes = all_at_once(lambda _number: count_request("an address", "an e-mail"), 3 * REQUESTS_ABOUT_ONE)
    assert outcomes.count(None) == REQUESTS_ABOUT_ONE
    others = all_at_once(lambda number: count_request("an address", f"e-mail {number}"), 20)
    assert others.count(None) == REQUESTS_OF_ONE_ADDRESS - REQUESTS_ABOUT_ONE


@pytest.mark.django_db(transaction=True)
def test_whoever_asks_from_both_ends_of_two_limits_waits_for_nobody_in_a_circle() -> None:
    outcomes = all_at_once(lambda number: [count_request(*("one", "two")[:: 1 - number % 2 * 2]) for _time in range(2)], 2)
    assert not any(isinstance(outcome, DatabaseError) for outcome in outcomes)


def test_an_establishment_that_has_an_account_is_led_to_its_main_user(stranger: Client, package: Package) -> None:
    MembershipFactory(account=AccountFactory(number=ASKED["company_number"]), is_main=True)
    with pytest.raises(Subscribed):
        filed(package)
    assert "Its main user can invite you" in ask(stranger).content.decode()


def test_a_city_that_the_file_no_longer_has_is_shown_by_its_code() -> None:
    assert cities.name_of("0202")["en"] == "Jeddah"
    assert cities.name_of("0000") == {"ar": "0000", "en": "0000"}
    assert len({name for names in cities.cities().values() for name in names.values()}) == 2 * len(cities.cities())


# --- following ---


def test_a_reference_typed_from_the_mail_leads_to_the_request(stranger: Client, package: Package) -> None:
    request = filed(package)
    answer = stranger.post("/subscribe/follow/", {"reference": f" {str(request).lower()} "})
    assert answer.url == f"/subscribe/{request.reference}/"
    assert "no request with this number" in stranger.post("/subscribe/follow/", {"reference": "0" * 12}).content.decode()
    assert stranger.post("/subscribe/follow/", {"reference": "x"}).status_code == 422
    assert stranger.get("/subscribe/000000000000/").status_code == 404
    assert stranger.get("/subscribe/x/").status_code == 404


def test_references_cannot_be_tried_without_end(stranger: Client, settings: Any) -> None:
    settings.CHECK_MISSES_AN_HOUR = 2
    for _time in range(2):
        assert "no request" in stranger.post("/subscribe/follow/", {"reference": "0" * 12}).content.decode()
    assert "Too many checks" in stranger.post("/subscribe/follow/", {"reference": "0" * 12}).content.decode()


# --- what staff decide ---


def test_approval_opens_the_account_and_issues_the_bill_and_payment_lets_the_main_user_in(staff: Client, package: Package) -> None:
    request = filed(package)
    assert "Decided" in decide(staff, request, "approve").content.decode()
    request.refresh_from_db()
    account = Account.objects.get(number=ASKED["company_number"])
    assert request.state == State.PAYMENT
    assert request.bill.account == account
    assert (account.name_en, account.name_ar) == (ASKED["company"], ASKED["company"])
    mail = Message.objects.get(template="request-approved")
    assert mail.arguments["facts"] == {"bill_number": request.bill.number, "total_sar": "2300.00"}
    assert request.bill.number in Client().get(f"/subscribe/{request.reference}/").content.decode()
    assert not Invitation.objects.exists()
    pay(request.bill)
    request.refresh_from_db()
    assert request.state == State.ACTIVE
    invitation = Invitation.objects.get()
    assert (invitation.account, invitation.is_main, invitation.email, invitation.invited_by) == (account, True, ASKED["email"], None)
    assert Message.objects.filter(template="account-ready").count() == 1
    assert list(Event.objects.chained().values_list("kind", flat=True)) == ["request-approved", "subscription", "invited"]


def test_paid_twice_it_lets_one_main_user_in_once(staff: Client, package: Package) -> None:
    request = filed(package)
    request.approve(by="huda")
    pay(request.bill)
    assert pay(request.bill, "SADAD-2").outcome == "again"
    assert Invitation.objects.count() == 1


def test_two_requests_of_one_establishment_have_a_bill_each_and_one_main_user_comes_in(package: Package) -> None:
    """The second is filed while the first, which nobody may ever pay, waits for its payment."""
    first, second = filed(package), None
    first.approve(by="huda")
    second = filed(package, email="owner@example.com", id_number="2000000005", name="Omar")
    second.approve(by="huda")
    assert first.bill != second.bill
    pay(second.bill)
    assert Invitation.objects.get().email == "owner@example.com"
    pay(first.bill, "SADAD-2")
    assert Invitation.objects.get().email == "owner@example.com"
    assert Subscription.objects.count() == 2


def test_where_a_main_user_acts_by_now_nobody_else_becomes_one(package: Package) -> None:
    request = filed(package)
    request.approve(by="huda")
    MembershipFactory(account=request.bill.account, is_main=True)
    pay(request.bill)
    assert not Invitation.objects.exists()
    assert SubscriptionRequest.objects.get().state == State.ACTIVE


def test_whoever_acts_for_the_establishment_already_is_not_invited_by_the_payment(package: Package) -> None:
    request = filed(package)
    request.approve(by="huda")
    MembershipFactory(account=request.bill.account, user=UserFactory(id_number=ASKED["id_number"]))
    assert pay(request.bill).outcome == "settled"
    assert not Invitation.objects.exists()


def test_a_subscription_that_ended_is_said_to_be_over(package: Package, shift: Any) -> None:
    request = filed(package)
    request.approve(by="huda")
    pay(request.bill)
    shift(timedelta(days=400))
    assert SubscriptionRequest.objects.get().state == State.OVER


def test_more_is_asked_for_and_answered_and_the_request_is_back_in_the_queue(staff: Client, stranger: Client, package: Package) -> None:
    request = filed(package)
    decide(staff, request, "ask", "the number of the commercial register")
    request.refresh_from_db()
    assert request.state == State.MORE
    assert request not in SubscriptionRequest.objects.waiting()
    assert Message.objects.get(template="request-more").arguments["reason"] == request.question
    assert Event.objects.chained().get(kind="request-more").data["question"] == request.question
    path = f"/subscribe/{request.reference}/"
    assert "commercial register" in stranger.get(path).content.decode()
    assert stranger.post(path, {"answer": ""}).status_code == 422
    assert stranger.post(path, {"answer": "1010101010"}).status_code == 302
    request.refresh_from_db()
    assert request.state == State.REVIEW
    assert request.answer == "the number of the commercial register: 1010101010"
    assert request in SubscriptionRequest.objects.waiting()
    assert stranger.post(path, {"answer": "again"}).status_code in {200, 302, 422}
    request.refresh_from_db()
    assert "again" not in request.answer


def test_of_many_long_answers_the_last_are_kept(package: Package) -> None:
    request = filed(package)
    for letter in "abc":
        request.ask("q" * 300, by="huda")
        assert request.reply(letter * 500)
    request.refresh_from_db()
    assert len(request.answer) == ANSWERS
    assert request.answer.endswith("c" * 500)


def test_a_refusal_says_why_and_leaves_the_way_open_for_another(staff: Client, stranger: Client, package: Package) -> None:
    request = filed(package)
    assert "must be told" in decide(staff, request, "refuse").content.decode()
    decide(staff, request, "refuse", "the number is of another establishment")
    request.refresh_from_db()
    assert request.state == State.REFUSED
    assert "another establishment" in stranger.get(f"/subscribe/{request.reference}/").content.decode()
    assert Message.objects.get(template="request-refused").arguments["reason"] == request.reason
    assert Event.objects.chained().get(kind="request-refused").data["reason"] == request.reason
    assert filed(package) != request


def test_what_is_decided_stays_decided(staff: Client, package: Package) -> None:
    request = filed(package)
    decide(staff, request, "approve")
    assert "decided meanwhile" in decide(staff, request, "refuse", "too late").content.decode()
    assert not request.ask("too late", by="huda")
    assert not request.reply("too late")
    request.refresh_from_db()
    assert request.state == State.PAYMENT
    assert Bill.objects.count() == 1
    assert b"/decide/" not in staff.get(f"/admin/accounts/subscriptionrequest/{request.pk}/change/").content


@pytest.mark.django_db(transaction=True)
def test_approved_by_two_at_once_it_has_one_bill() -> None:
    request = filed(PackageFactory(price="2000.00"))
    outcomes = all_at_once(lambda number: SubscriptionRequest.objects.get(pk=request.pk).approve(by=f"staff{number}"), 4)
    assert sorted(map(bool, outcomes)) == [False, False, False, True]
    assert Bill.objects.count() == 1


def test_only_who_may_change_requests_decides(package: Package) -> None:
    request = filed(package)
    reader = UserFactory(staff=True, with_app=True, language="en")
    reader.user_permissions.add(Permission.objects.get(codename="view_subscriptionrequest"))
    client = signed_in(reader, verified=True)
    page = client.get(f"/admin/accounts/subscriptionrequest/{request.pk}/change/").content.decode()
    assert ASKED["company"] in page
    assert "/decide/" not in page
    assert decide(client, request, "approve").status_code == 403
    assert request.state == State.REVIEW


def test_the_queue_counts_what_waits_for_staff(staff: Client, package: Package) -> None:
    filed(package)
    home = staff.get("/admin/").content.decode()
    assert "Requests to decide" in home
    listed = staff.get("/admin/accounts/subscriptionrequest/?state=waiting").content.decode()
    assert ASKED["company"] in listed
    path = f"/admin/accounts/subscriptionrequest/{SubscriptionRequest.objects.get().pk}"
    assert f"{path}/decide/" in staff.get(f"{path}/change/").content.decode()
    assert str(SubscriptionRequest.objects.get()) in staff.get(f"{path}/decide/").content.decode()


def test_an_arabic_name_is_the_arabic_name_of_the_account(package: Package) -> None:
    request = filed(package, company="مخابز نجد")
    request.approve(by="huda")
    assert Account.objects.get(number=ASKED["company_number"]).names == {"ar": "مخابز نجد", "en": ""}
