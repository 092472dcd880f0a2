"""Wallets and subscriptions: never below zero, whoever asks at once, and every riyal has its entry."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.db.models import F, Sum

from accounts.models import Entry, Subscription, Wallet
from accounts.models.money import WalletTooLow
from accounts.models.packages import QuotaExhausted, SubscriptionOver
from muqeem import clock
from muqeem.record.models import Event
from tests.accounts.people import all_at_once
from tests.factories import AccountFactory, EntryFactory, SubscriptionFactory, WalletFactory, in_days

pytestmark = pytest.mark.django_db
AT_ONCE = 20
FEE = Decimal("10.00")


def sum_of_entries(wallet: Wallet) -> Decimal:
    return wallet.entries.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


# --- the wallet ---


def test_a_payment_takes_the_fee_and_leaves_an_entry() -> None:
    wallet = WalletFactory(holding="25.00")
    wallet.pay(FEE, reference="R1", actor="sara")
    wallet.refresh_from_db()
    entry = wallet.entries.get(kind=Entry.Kind.OPERATION)
    assert (wallet.balance, entry.amount, entry.balance, entry.reference, entry.actor) == (
        Decimal("15.00"),
        -FEE,
        Decimal("15.00"),
        "R1",
        "sara",
    )
    assert sum_of_entries(wallet) == wallet.balance
    assert str(entry) == "-10.00 R1"
    assert str(wallet).endswith(": 15.00")


@pytest.mark.parametrize(("holding", "pays"), [("10.00", True), ("9.99", False), ("0", False)])
def test_a_payment_needs_the_whole_fee(holding, pays) -> None:
    wallet = WalletFactory(holding=holding)
    if pays:
        wallet.pay(FEE, reference="R1", actor="sara")
        return
    with pytest.raises(WalletTooLow) as low:
        wallet.pay(FEE, reference="R1", actor="sara")
    assert (low.value.balance, low.value.needed) == (Decimal(holding), FEE)
    assert sum_of_entries(wallet) == Decimal(holding)


def test_the_database_refuses_a_balance_below_zero() -> None:
    wallet = WalletFactory(holding="5.00")
    with pytest.raises(IntegrityError, match="wallet_not_overdrawn"), transaction.atomic():
        Wallet.objects.filter(pk=wallet.pk).update(balance=F("balance") - FEE)


def payments_at_once(pay) -> int:
    wallet = WalletFactory(holding="55.00")
    outcomes = all_at_once(lambda number: pay(Wallet.objects.get(pk=wallet.pk), f"R{number}"), AT_ONCE)
    wallet.refresh_from_db()
    assert wallet.balance >= 0
    assert sum(isinstance(outcome, WalletTooLow) for outcome in outcomes) + outcomes.count(None) == AT_ONCE, outcomes
    assert sum_of_entries(wallet) == wallet.balance
    return outcomes.count(None)


@pytest.mark.usefixtures("transactional_db")
def test_of_twenty_payments_at_once_as_many_go_as_there_is_money() -> None:
    def pay(wallet: Wallet, reference: str) -> None:
        with transaction.atomic():
            wallet.pay(FEE, reference=reference, actor="sara")

    assert payments_at_once(pay) == 5


@pytest.mark.usefixtures("transactional_db")
def test_without_the_condition_in_the_update_money_is_spent_twice() -> None:
    def look_then_pay(wallet: Wallet, reference: str) -> None:
        with transaction.atomic():
            if wallet.balance < FEE:
                raise WalletTooLow(wallet.balance, FEE)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.05)")
            Wallet.objects.filter(pk=wallet.pk).update(balance=wallet.balance - FEE)
            wallet.entries.create(amount=-FEE, balance=wallet.balance - FEE, kind="operation", reference=reference, actor="sara")

    with pytest.raises(AssertionError):
        payments_at_once(look_then_pay)


def test_one_receipt_pays_once() -> None:
    wallet = WalletFactory()
    wallet.pay(FEE, reference="R1", actor="sara")
    with pytest.raises(IntegrityError, match="entry_once"), transaction.atomic():
        wallet.pay(FEE, reference="R1", actor="sara")
    wallet.refresh_from_db()
    assert sum_of_entries(wallet) == wallet.balance


def test_a_credit_is_sealed_and_its_reference_is_used_once() -> None:
    wallet = WalletFactory(holding="0")
    wallet.credit(Decimal("100.00"), reference="BANK-1", reason="transfer of 1 May", actor="huda")
    sealed = Event.objects.chained().get(kind="credit")
    assert (sealed.actor, sealed.account, sealed.subject) == ("huda", wallet.account.number, "BANK-1")
    assert sealed.data == {"amount": "100.00", "reason": "transfer of 1 May"}
    other = WalletFactory(holding="0")
    with pytest.raises(IntegrityError, match="entry_once"), transaction.atomic():
        other.credit(Decimal("100.00"), reference="BANK-1", reason="again", actor="huda")
    other.refresh_from_db()
    assert other.balance == 0
    assert Event.objects.filter(kind="credit").count() == 1


@pytest.mark.parametrize("sql", ["UPDATE accounts_entry SET amount = 1", "DELETE FROM accounts_entry"])
def test_entries_are_never_changed_or_deleted(sql) -> None:
    EntryFactory()
    with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_wallet_is_made_when_it_is_first_needed_and_not_when_it_is_looked_at() -> None:
    account = AccountFactory()
    assert Wallet.of_or_empty(account).balance == 0
    assert not Wallet.objects.exists()
    assert Wallet.of(account) == Wallet.of(account)
    assert Wallet.of_or_empty(account).pk is not None


# --- the subscription ---


def test_an_operation_is_taken_from_what_is_left() -> None:
    subscription = SubscriptionFactory(operations_left=3)
    assert Subscription.spend(subscription.account, clock.today(), 2) == subscription
    subscription.refresh_from_db()
    assert (subscription.operations_left, subscription.operations_spent) == (1, 2)
    with pytest.raises(QuotaExhausted):
        Subscription.spend(subscription.account, clock.today(), 2)


def test_an_unlimited_subscription_counts_what_it_spends() -> None:
    subscription = SubscriptionFactory(unlimited=True)
    Subscription.spend(subscription.account, clock.today(), 7)
    subscription.refresh_from_db()
    assert (subscription.operations_left, subscription.operations_spent) == (None, 7)


@pytest.mark.usefixtures("transactional_db")
def test_of_twenty_operations_at_once_as_many_go_as_are_left() -> None:
    subscription = SubscriptionFactory(operations_left=6)
    day = clock.today()

    def spend(_: int) -> None:
        with transaction.atomic():
            Subscription.spend(subscription.account, day, 1)

    outcomes = all_at_once(spend, AT_ONCE)
    assert sorted({type(outcome).__name__ for outcome in outcomes}) == ["NoneType", "QuotaExhausted"]
    assert outcomes.count(None) == 6
    subscription.refresh_from_db()
    assert (subscription.operations_left, subscription.operations_spent) == (0, 6)


def test_the_database_refuses_operations_below_zero() -> None:
    subscription = SubscriptionFactory(used_up=True)
    with pytest.raises(IntegrityError, match="subscription_not_overspent"), transaction.atomic():
        Subscription.objects.filter(pk=subscription.pk).update(operations_left=F("operations_left") - 1)


@pytest.mark.parametrize(("day", "in_force"), [(-1, False), (0, True), (30, True), (31, False)])
def test_a_subscription_is_in_force_on_both_its_edge_days(day, in_force) -> None:
    subscription = SubscriptionFactory(starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 31))
    on = date(2026, 5, 1) + timedelta(days=day)
    assert (Subscription.current(subscription.account, on) == subscription) is in_force


def test_without_a_subscription_in_force_it_is_said_when_the_last_one_ended() -> None:
    over = SubscriptionFactory(over=True)
    with pytest.raises(SubscriptionOver) as ended:
        Subscription.spend(over.account, clock.today(), 1)
    assert ended.value.ended_on == over.ends_on
    with pytest.raises(SubscriptionOver) as never:
        Subscription.spend(AccountFactory(), clock.today(), 1)
    assert never.value.ended_on is None


def test_of_several_subscriptions_the_unlimited_one_serves_then_one_with_operations() -> None:
    account = AccountFactory()
    SubscriptionFactory(account=account, used_up=True, ends_on=in_days(10))
    limited = SubscriptionFactory(account=account, operations_left=5)
    assert Subscription.current(account, clock.today()) == limited
    unlimited = SubscriptionFactory(account=account, unlimited=True)
    assert Subscription.current(account, clock.today()) == unlimited
    assert str(unlimited).endswith(f"until {unlimited.ends_on}")


def test_of_several_limited_subscriptions_the_one_that_ends_first_serves() -> None:
    account = AccountFactory()
    SubscriptionFactory(account=account, operations_left=50, ends_on=in_days(300))
    soon = SubscriptionFactory(account=account, operations_left=5, ends_on=in_days(10))
    assert Subscription.current(account, clock.today()) == soon
    assert Subscription.spend(account, clock.today(), 1) == soon


def test_what_one_subscription_has_not_enough_of_is_taken_from_the_next() -> None:
    account = AccountFactory()
    SubscriptionFactory(account=account, operations_left=1, ends_on=in_days(10))
    later = SubscriptionFactory(account=account, operations_left=2, ends_on=in_days(300))
    assert Subscription.spend(account, clock.today(), 2) == later
    with pytest.raises(QuotaExhausted):
        Subscription.spend(account, clock.today(), 2)


def test_a_subscription_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(IntegrityError, match="subscription_period"), transaction.atomic():
        SubscriptionFactory(starts_on=in_days(1), ends_on=in_days(0))
