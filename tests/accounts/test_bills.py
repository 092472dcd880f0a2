"""Bills, the payments that arrive for them, and what an account sees of its money."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils.translation import override

from accounts import payments
from accounts.models import Account, Bill, Entry, Package, Payment, Preference, Subscription, User, Wallet
from accounts.models.bills import Contradicted
from accounts.models.notices import Kind
from muqeem import clock
from muqeem.record.mails import letter
from muqeem.record.models import Event, Message
from muqeem.record.texts import words
from tests.accounts.people import all_at_once, signed_in
from tests.factories import AccountFactory, MembershipFactory, PackageFactory, SubscriptionFactory, UserFactory, WalletFactory, in_days

pytestmark = pytest.mark.django_db

KEY = "k" * 40
NOTICE = "/payments/"


@pytest.fixture
def account() -> Account:
    return AccountFactory()


@pytest.fixture
def main_user(account: Account) -> Client:
    user = UserFactory(with_app=True, language="en")
    MembershipFactory(user=user, account=account, is_main=True)
    return signed_in(user)


def deposit_bill(account: Account, amount: str = "250.00") -> Bill:
    return Bill.for_deposit(account, Decimal(amount), UserFactory())


def pay(bill: Bill, reference: str = "SADAD-1", **told: Any) -> Payment:
    return Payment.receive(
        **{
            "reference": reference,
            "bill_number": bill.number,
            "amount": Bill.objects.get(pk=bill.pk).total,
            "paid_at": clock.now(),
            "source": Payment.Source.NOTIFICATION,
            **told,
        }
    )


def balance(account: Account) -> Decimal:
    return Wallet.of_or_empty(account).balance


# --- what a payment does ---


def test_a_paid_deposit_comes_into_the_wallet_with_its_reference(account: Account) -> None:
    bill = deposit_bill(account)
    payment = pay(bill)
    assert payment.outcome == "settled"
    [entry] = Wallet.of(account).entries.all()
    assert (entry.kind, entry.amount, entry.balance, entry.reference, entry.reason) == ("credit", 250, 250, "SADAD-1", bill.number)
    bill.refresh_from_db()
    assert bill.paid_at == payment.paid_at
    assert Event.objects.filter(kind="credit", account=account.number).count() == 1


def test_a_payment_that_is_told_again_is_the_same_payment(account: Account) -> None:
    bill, at = deposit_bill(account), clock.now()
    assert pay(bill, paid_at=at) == pay(bill, paid_at=at)
    assert balance(account) == 250


@pytest.mark.parametrize("differs", [{"amount": Decimal("99.00")}, {"bill_number": "9000000000"}])
def test_a_reference_that_says_otherwise_the_second_time_changes_nothing(account: Account, differs: dict[str, Any]) -> None:
    bill, at = deposit_bill(account), clock.now()
    pay(bill, paid_at=at)
    with pytest.raises(Contradicted):
        pay(bill, paid_at=at, **differs)
    assert balance(account) == 250


def test_a_bill_that_is_paid_twice_credits_once_and_waits_for_staff(account: Account) -> None:
    bill = deposit_bill(account)
    pay(bill)
    second = pay(bill, "SADAD-2")
    assert second.outcome == "again"
    assert balance(account) == 250
    assert list(Payment.unsettled()) == [second]
    Wallet.of(account).credit(second.amount, reference="SADAD-2", reason="paid twice", actor="huda")
    assert not Payment.unsettled().exists()
    assert balance(account) == 500


def test_what_staff_credited_by_hand_is_not_credited_when_it_is_told(account: Account) -> None:
    bill = deposit_bill(account)
    Wallet.of(account).credit(Decimal("250.00"), reference="SADAD-1", reason="by telephone", actor="huda")
    assert pay(bill).outcome == "again"
    assert balance(account) == 250
    assert not Payment.unsettled().exists()


def test_another_amount_pays_nothing_and_waits_for_staff(account: Account) -> None:
    bill = deposit_bill(account)
    payment = pay(bill, amount=Decimal("249.99"))
    assert payment.outcome == "amount"
    assert (balance(account), list(Payment.unsettled())) == (0, [payment])
    bill.refresh_from_db()
    assert bill.paid_at is None


def test_a_payment_for_no_bill_is_kept(account: Account) -> None:
    payment = pay(deposit_bill(account), bill_number="9000000000")
    assert (payment.outcome, payment.bill) == ("unknown", None)
    assert list(Payment.unsettled()) == [payment]


@pytest.mark.usefixtures("transactional_db")
def test_of_twenty_payments_at_the_same_moment_one_pays_the_bill() -> None:
    account = AccountFactory()
    bill, at = deposit_bill(account), clock.now()
    outcomes = all_at_once(lambda n: pay(bill, f"SADAD-{n}", paid_at=at).outcome, 20)
    assert sorted(outcomes) == ["again"] * 19 + ["settled"]
    assert balance(account) == 250


@pytest.mark.usefixtures("transactional_db")
def test_one_payment_told_twenty_times_at_the_same_moment_is_one_payment() -> None:
    account = AccountFactory()
    bill, at = deposit_bill(account), clock.now()
    told = all_at_once(lambda _n: pay(bill, paid_at=at).pk, 20)
    assert len(set(told)) == 1
    assert (balance(account), Entry.objects.count()) == (250, 1)


@pytest.mark.parametrize(
    "sentence", ["UPDATE accounts_payment SET amount = 1", "DELETE FROM accounts_payment", "TRUNCATE accounts_payment"]
)
def test_payments_are_never_rewritten(account: Account, sentence: str) -> None:
    pay(deposit_bill(account))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sentence)


def test_if_the_wallet_cannot_be_credited_the_payment_has_not_arrived(account: Account, monkeypatch) -> None:
    bill = deposit_bill(account)
    monkeypatch.setattr(Event.objects, "seal", lambda *_args, **_kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        pay(bill)
    assert not Payment.objects.exists()
    bill.refresh_from_db()
    assert bill.paid_at is None


# --- who is told ---


def told_of(user: User) -> list[tuple[str, str]]:
    phone = user.phone()
    receivers = [user.email, phone.number if phone else ""]
    return sorted(Message.objects.filter(receiver__in=receivers).values_list("channel", "template"))


def test_main_users_are_told_of_a_deposit_that_arrived_and_others_are_not(account: Account) -> None:
    main, second = (MembershipFactory(user=UserFactory(language="en"), account=account, is_main=True).user for _number in range(2))
    delegated = MembershipFactory(account=account, privileges=["iqama-renewal"]).user
    WalletFactory(account=account, holding="1000.00")
    bill = deposit_bill(account)
    pay(bill)
    assert told_of(main) == told_of(second) == [("mail", "deposit-paid"), ("text", "deposit-paid")]
    assert told_of(delegated) == []
    mail, text = (Message.objects.get(channel=channel, receiver__in=[main.email, main.phone().number]) for channel in ("mail", "text"))
    assert "Payment received: SAR 250.00 is in your wallet. Balance SAR 1,250.00." in words(text)
    written = letter(mail)
    assert written.subject == "Payment received: SAR\xa0250.00"
    assert "Balance SAR\xa01,250.00." in written.text
    assert f"/account/bills/{bill.number}/" in written.text
    notice = main.notices.get()
    assert (notice.kind, notice.account, notice.leads_to) == ("payment", account, f"/account/bills/{bill.number}/")
    with override("en"):
        assert str(notice.sentence) == f"Payment received: SAR\xa0250.00 for bill {bill.number}."


def test_the_main_user_is_told_from_when_to_when_a_paid_package_holds(account: Account) -> None:
    main = MembershipFactory(user=UserFactory(language="en"), account=account, is_main=True).user
    pay(package_bill(account, PackageFactory(name_en="Shamil", price=Decimal("950.00"))))
    assert told_of(main) == [("mail", "package-paid"), ("text", "package-paid")]
    begun = Subscription.objects.get()
    text, mail = Message.objects.get(channel="text"), Message.objects.get(channel="mail")
    assert "Payment received: SAR 1,092.50. The Shamil subscription holds until" in words(text)
    assert f"{begun.ends_on.year}" in words(text)
    assert "The subscription to Shamil holds from" in letter(mail).text


def test_of_payments_people_are_told_as_they_prefer(account: Account) -> None:
    main = MembershipFactory(account=account, is_main=True).user
    Preference.objects.create(user=main, kind=Kind.PAYMENT, by_text=False, by_mail=True)
    pay(deposit_bill(account))
    assert told_of(main) == [("mail", "deposit-paid")]


@pytest.mark.parametrize("otherwise", [{"amount": Decimal("1.00")}, {"bill_number": "9000000000"}])
def test_of_what_settles_no_bill_and_of_what_is_told_again_nobody_hears(account: Account, otherwise: dict[str, Any]) -> None:
    main = MembershipFactory(account=account, is_main=True).user
    bill, at = deposit_bill(account), clock.now()
    pay(bill, **otherwise)
    assert not main.notices.exists()
    for _time in range(2):
        pay(bill, "SADAD-2", paid_at=at)
    assert main.notices.count() == 1


def test_of_a_payment_that_is_rolled_back_nobody_hears(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    main = MembershipFactory(account=account, is_main=True).user
    bill = deposit_bill(account)
    monkeypatch.setattr(Event.objects, "seal", lambda *_args, **_kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        pay(bill)
    assert not main.notices.exists()
    assert not Message.objects.exists()


@pytest.mark.usefixtures("transactional_db")
def test_payments_of_several_accounts_of_one_main_user_do_not_wait_in_a_circle() -> None:
    user = UserFactory()
    bills = [deposit_bill(MembershipFactory(user=user, is_main=True).account) for _number in range(4)]
    outcomes = all_at_once(lambda number: pay(bills[number], f"SADAD-{number}").outcome, 4)
    assert outcomes == ["settled"] * 4
    assert len(told_of(user)) == 2
    assert user.notices.count() == 4


# --- packages ---


def package_bill(account: Account, package: Package) -> Bill:
    return Bill.for_package(account, package, UserFactory())


def test_a_paid_package_serves_for_a_year_from_the_day_of_payment(account: Account) -> None:
    package = PackageFactory(price=Decimal("950.00"), operations=50)
    bill = package_bill(account, package)
    bill.refresh_from_db()
    assert (bill.amount, bill.vat, bill.total) == (950, Decimal("142.50"), Decimal("1092.50"))
    pay(bill)
    begun = Subscription.objects.get()
    assert (begun.account, begun.package, begun.operations_left) == (account, package, 50)
    assert (begun.starts_on, (begun.ends_on - begun.starts_on).days in {364, 365}) == (clock.today(), True)
    [event] = Event.objects.filter(kind="subscription")
    assert event.data["ends_on"] == begun.ends_on.isoformat()
    assert balance(account) == 0


def test_a_package_renewed_early_begins_after_the_one_before(account: Account) -> None:
    package = PackageFactory()
    running = SubscriptionFactory(account=account, package=package, ends_on=in_days(20), operations_left=3)
    pay(package_bill(account, package))
    assert Subscription.objects.latest("pk").starts_on == running.ends_on + timedelta(days=1)


def test_a_package_that_is_used_up_is_renewed_from_today(account: Account) -> None:
    package = PackageFactory(operations=50)
    SubscriptionFactory(account=account, package=package, used_up=True)
    pay(package_bill(account, package))
    assert Subscription.current(account, clock.today()).operations_left == 50


def test_another_package_begins_today_beside_the_one_that_runs(account: Account) -> None:
    SubscriptionFactory(account=account, operations_left=3)
    larger = PackageFactory(operations=None)
    pay(package_bill(account, larger))
    assert Subscription.current(account, clock.today()).package == larger


def test_who_asks_twice_for_one_package_gets_one_bill(account: Account) -> None:
    package = PackageFactory()
    first = package_bill(account, package)
    assert package_bill(account, package) == first
    pay(first)
    assert package_bill(account, package) != first


@pytest.mark.usefixtures("transactional_db")
def test_two_renewals_paid_at_the_same_moment_follow_each_other() -> None:
    account, package = AccountFactory(), PackageFactory()
    bills = []
    for _ in range(2):
        bills.append(package_bill(account, package))
        Bill.objects.filter(pk=bills[-1].pk).update(amount=bills[-1].amount + len(bills))  # so that the next is another one
    all_at_once(lambda n: pay(bills[n], f"SADAD-{n}"), 2)
    first, second = Subscription.objects.order_by("starts_on")
    assert second.starts_on == first.ends_on + timedelta(days=1)


def test_packages_whose_band_is_too_small_are_not_offered() -> None:
    account = AccountFactory(expatriates=50)
    fits, unlimited = PackageFactory(residents_up_to=50, price=2), PackageFactory(residents_up_to=None, price=1)
    PackageFactory(residents_up_to=49)
    PackageFactory(price=0)
    assert list(Package.objects.offered_to(account)) == [unlimited, fits]


# --- the notification ---


def told(bill: Bill, **other: Any) -> bytes:
    bill.refresh_from_db()
    said = {"reference": "SADAD-1", "bill": bill.number, "amount": f"{bill.total}", "paid_at": "2026-11-28T10:15:00+03:00"}
    return json.dumps(said | other).encode()


def notify(body: bytes, *, key: str = KEY, at=None, signature: str | None = None) -> Any:
    header = payments.sign(key, at or clock.now(), body) if signature is None else signature
    client = Client(enforce_csrf_checks=True)
    return client.post(NOTICE, body, content_type="application/json", headers={payments.HEADER: header})


@pytest.fixture
def keys(settings) -> None:
    settings.PAYMENT_KEYS = ["another key that is about to go away", KEY]


@pytest.mark.usefixtures("keys")
def test_a_signed_notification_pays_the_bill(account: Account) -> None:
    answer = notify(told(deposit_bill(account)))
    assert (answer.status_code, answer.json()) == (200, {"reference": "SADAD-1", "outcome": "settled"})
    assert balance(account) == 250


@pytest.mark.usefixtures("keys")
def test_a_notification_that_is_repeated_is_answered_alike_and_credits_once(account: Account) -> None:
    body = told(deposit_bill(account))
    header = payments.sign(KEY, clock.now(), body)
    assert notify(body, signature=header).json() == notify(body, signature=header).json()
    assert balance(account) == 250


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    "forged",
    [
        lambda: {"key": "x" * 40},
        lambda: {"signature": ""},
        lambda: {"signature": "t=1,v1=00"},
        lambda: {"at": clock.now() - payments.WINDOW - timedelta(seconds=2)},
        lambda: {"at": clock.now() + payments.WINDOW + timedelta(seconds=5)},
    ],
    ids=["another key", "none", "malformed", "old", "ahead"],
)
def test_an_unsigned_or_old_notification_is_refused(account: Account, forged: Callable[[], dict[str, Any]]) -> None:
    answer = notify(told(deposit_bill(account)), **forged())
    assert (answer.status_code, answer.json()) == (401, {"error": "signature"})
    assert not Payment.objects.exists()


@pytest.mark.usefixtures("keys")
def test_a_changed_body_is_refused(account: Account) -> None:
    bill = deposit_bill(account)
    header = payments.sign(KEY, clock.now(), told(bill))
    assert notify(told(bill, reference="SADAD-2"), signature=header).status_code == 401
    assert not Payment.objects.exists()


@pytest.mark.usefixtures("keys")
def test_an_old_notification_with_a_new_moment_is_refused(account: Account) -> None:
    body = told(deposit_bill(account))
    old, new = (payments.sign(KEY, clock.now() - age, body).split(",") for age in (timedelta(hours=1), timedelta(0)))
    assert notify(body, signature=f"{new[0]},{old[1]}").status_code == 401
    assert notify(body, signature=",".join(new)).status_code == 200


def test_without_a_key_nobody_can_tell_of_payments(account: Account, settings) -> None:
    settings.PAYMENT_KEYS = []
    assert notify(told(deposit_bill(account)), key="").status_code == 401


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"7", b"\xff\xfe", b"{" * 1000, b'{"reference": {}}',
        b'{"reference": "\\ud800", "bill": "\\u0000", "amount": "1e400", "paid_at": "9999-12-31T23:59:59-14:00"}',
        b'{"reference": "a", "bill": "\xd9\xa1", "amount": "NaN", "paid_at": "yesterday"}',
        b'{"reference": "a", "bill": "1", "amount": "-1.00", "paid_at": "0001-01-01T00:00:00+14:00"}',
    ],
)  # fmt: skip
def test_a_malformed_notification_is_refused_in_words(body: bytes) -> None:
    answer = notify(body)
    assert (answer.status_code, answer.json()["error"]) == (400, "payment")
    assert not Payment.objects.exists()


@pytest.mark.usefixtures("keys")
def test_a_notification_that_contradicts_an_earlier_one_is_told_so(account: Account) -> None:
    bill = deposit_bill(account)
    notify(told(bill))
    assert notify(told(bill, amount="1.00")).status_code == 409


@pytest.mark.usefixtures("keys")
def test_payments_are_told_by_post_alone() -> None:
    assert Client().get(NOTICE).status_code == 405


# --- the file ---


def reconcile(tmp_path, text: str) -> str:
    file, said = tmp_path / "payments.csv", io.StringIO()
    file.write_text(text, encoding="utf-8-sig")
    call_command("reconcile_payments", str(file), stdout=said, stderr=said)
    return said.getvalue()


def test_a_file_brings_what_no_notification_told(account: Account, tmp_path) -> None:
    known, lost = deposit_bill(account), deposit_bill(account, "100.00")
    at = "2026-11-28T10:15:00+03:00"
    text = f"reference,bill,amount,paid_at\nA,{known.number},250.00,{at}\nB,{lost.number},100.00,{at}\nC,9,5.00,{at}\n"
    call_first = f"reference,bill,amount,paid_at\nA,{known.number},250.00,{at}\n"
    reconcile(tmp_path, call_first)
    said = reconcile(tmp_path, text)
    assert balance(account) == 350
    assert "line 3: B: settled" in said
    assert "line 4: C: unknown" in said
    assert "3 payments, 1 of them known, 0 contradicted" in said
    assert "0 contradicted" in reconcile(tmp_path, text)
    assert balance(account) == 350
    assert "1 contradicted" in reconcile(tmp_path, text.replace("100.00", "101.00"))


def test_a_file_with_a_bad_line_is_refused_whole(account: Account, tmp_path) -> None:
    bill = deposit_bill(account)
    good = f"A,{bill.number},250.00,2026-11-28T10:15:00+03:00"
    with pytest.raises(CommandError, match=r"line 3, amount") as refused:
        reconcile(tmp_path, f"reference,bill,amount,paid_at\n{good}\nB,1,many,2026-11-28T10:15:00+03:00\n")
    assert "Nothing was taken in" in str(refused.value)
    assert not Payment.objects.exists()


@pytest.mark.parametrize(("text", "words"), [("", "Columns are missing"), ("reference;bill\n", "amount, bill, paid_at, reference")])
def test_a_file_without_its_columns_is_refused(tmp_path, text: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        reconcile(tmp_path, text)


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("reconcile_payments", str(tmp_path / "none.csv"))


# --- what the main user sees ---


def test_a_deposit_is_asked_for_in_the_digits_of_any_keyboard(main_user: Client, account: Account) -> None:
    answer = main_user.post("/account/money/deposit/", {"amount": "١٬٢٥٠٫٥"})
    bill = account.bills.get()
    assert (bill.amount, answer.url) == (Decimal("1250.50"), f"/account/bills/{bill.number}/")
    page = main_user.get(answer.url).content.decode()
    assert bill.number in page
    assert "Awaiting payment" in page
    pay(bill)
    assert "The amount is in the wallet." in main_user.get(answer.url).content.decode()


@pytest.mark.parametrize("typed", ["", "0", "-5", "1000000.01", "1.005", "NaN", "1e3", "٥" * 10_000, "\0", "\u202e5"])
def test_an_impossible_amount_is_refused_beside_its_field(main_user: Client, account: Account, typed: str) -> None:
    answer = main_user.post("/account/money/deposit/", {"amount": typed})
    assert answer.status_code == 422 or typed == "\u202e5"  # a mark of direction comes with a paste and is left out
    assert account.bills.count() == (typed == "\u202e5")


def test_the_statement_is_listed_page_by_page(main_user: Client, account: Account) -> None:
    wallet = WalletFactory(account=account, holding="0.01")
    for n in range(30):
        wallet.credit(Decimal("1.00"), reference=f"R-{n}", reason="", actor="huda")
    first = main_user.get("/account/money/")
    assert [row["entry"].reference for row in first.context["rows"]] == [f"R-{n}" for n in range(29, 4, -1)]
    second = main_user.get(f"/account/money/?{first.context['next']}")
    assert [row["entry"].reference for row in second.context["rows"]][:5] == ["R-4", "R-3", "R-2", "R-1", "R-0"]
    assert second.context["next"] == ""
    for nonsense in ("x", "9" * 30, "-1", "\u0663"):
        assert main_user.get("/account/money/", {"before": nonsense}).context["rows"] == first.context["rows"]


def test_the_statement_as_a_workbook_holds_texts_as_texts(main_user: Client, account: Account) -> None:
    Wallet.of(account).credit(Decimal("5.00"), reference="=1+1", reason='=HYPERLINK("http://x")', actor="@huda")
    answer = main_user.get("/account/money/statement.xlsx")
    assert answer["Content-Disposition"].endswith('.xlsx"')
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet, texts = (book.read(f"xl/{part}.xml").decode() for part in ("worksheets/sheet1", "sharedStrings"))
    assert re.findall(r"<t[^>]*>([^<]*)</t>", texts)[-3:] == ["'=1+1", '\'=HYPERLINK("http://x")', "'@huda"]
    assert "<f>" not in sheet
    assert "<v>5</v>" in sheet


def test_a_package_is_chosen_billed_and_begun(main_user: Client, account: Account) -> None:
    package = PackageFactory(code="shamil-50")
    page = main_user.get("/account/subscription/").content.decode()
    assert "No subscription is in force." in page
    assert "SAR 1,150.00" in page.replace("\xa0", " ")
    answer = main_user.post("/account/subscription/bill/", {"package": "shamil-50"})
    bill = account.bills.get()
    assert (answer.url, bill.package) == (f"/account/bills/{bill.number}/", package)
    pay(bill)
    page = main_user.get("/account/subscription/").content.decode()
    assert "Unlimited" in page
    assert bill.number in page


def test_a_package_that_is_offered_no_more_is_said_to_be_so(main_user: Client, account: Account) -> None:
    answer = main_user.post("/account/subscription/bill/", {"package": "gone\0"}, follow=True)
    assert "This package is not offered to the account any more." in answer.content.decode()
    assert not account.bills.exists()


def test_who_is_over_the_band_is_asked_for_the_next_one(main_user: Client, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(expatriates=51)
    SubscriptionFactory(account=account, package=PackageFactory(residents_up_to=50), unlimited=True)
    SubscriptionFactory(account=account, over=True)
    SubscriptionFactory(account=account, starts_on=in_days(400), ends_on=in_days(500))
    page = main_user.get("/account/subscription/").content.decode()
    assert "over the band" in page
    assert "Earlier subscriptions" in page
    assert "starts on" in page


@pytest.mark.parametrize(
    "address", ["/account/money/", "/account/money/deposit/", "/account/subscription/", "/account/money/statement.xlsx"]
)
def test_money_is_the_main_users(account: Account, address: str) -> None:
    user = UserFactory(with_app=True)
    MembershipFactory(user=user, account=account, privileges=["iqama-renewal"])
    assert signed_in(user).get(address).status_code == 403


# --- staff ---


def test_staff_of_a_demonstration_simulate_a_payment(account: Account, settings) -> None:
    settings.DEMO = True
    staff = signed_in(UserFactory(staff=True, is_superuser=True, with_app=True), verified=True)
    bill = deposit_bill(account)
    act = {"action": "simulate_payment", "_selected_action": [bill.pk], "reason": "The gateway is back"}
    for _ in range(2):
        staff.post("/admin/accounts/bill/", act)
    assert balance(account) == 250
    assert Event.objects.chained().get(kind="payment-simulated").subject == bill.number
    settings.DEMO = False
    other = deposit_bill(account)
    staff.post("/admin/accounts/bill/", act | {"_selected_action": [other.pk]})
    assert balance(account) == 250
