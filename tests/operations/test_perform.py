"""The one transaction. Where a guard can be taken out, a test first does so and sees what it had prevented."""

import contextlib
from datetime import timedelta
from decimal import Decimal
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import Account, Entry, OperationToken, Subscription, Wallet
from accounts.models.tokens import Step, TokenClosed
from muqeem import clock
from muqeem.operations import judge as judging
from muqeem.operations import perform as performing
from muqeem.operations.base import registry
from muqeem.operations.judge import verify
from muqeem.operations.models import Document, Print, Receipt
from muqeem.operations.perform import Lapsed, Outdated, Refused, TokenSpent, perform
from muqeem.record import journal
from muqeem.record.models import ChainHead, Event, Message, Parameter
from residency.models import Iqama, Resident, View
from residency.operations import RenewIqama
from tests.accounts.people import all_at_once
from tests.factories import AccountFactory, HoldFactory, MembershipFactory, ResidentFactory, UserFactory, in_days
from tests.operations.journeys import Person
from tests.operations.services import Stamp

pytestmark = pytest.mark.django_db

Monkey = pytest.MonkeyPatch


def the_world() -> dict[str, Any]:
    """All that a confirmed operation changes."""
    rows = (Receipt, Document, Print, Message, Event, Entry, Iqama, View)
    return {model.__name__: model.objects.count() for model in rows} | {
        "balances": list(Wallet.objects.order_by("pk").values_list("balance", flat=True)),
        "quotas": list(Subscription.objects.order_by("pk").values_list("operations_left", "operations_spent")),
        "used": list(OperationToken.objects.filter(used_at__isnull=False).values_list("pk", flat=True)),
        "head": ChainHead.objects.values_list("seq", "hash").get(),
    }


def again(token: OperationToken) -> OperationToken:
    """The same row as another process has it in its memory."""
    return OperationToken.objects.get(pk=token.pk)


def total(receipt: Receipt) -> Decimal:
    assert receipt.total > 0
    return receipt.total


# --- what is done -----------------------------------------------------------------------------------------------------
def test_a_confirmed_operation_leaves_receipt_document_print_messages_money_quota_and_journal() -> None:
    person = Person()
    token = person.ready()
    shown, expires_on = token.shown, person.resident.iqama.expires_on
    receipt = perform(token, token.fingerprint)
    receipt.refresh_from_db()
    assert (receipt.slug, receipt.resident, receipt.account, receipt.user) == (
        "iqama-renewal",
        person.resident,
        person.account,
        person.user,
    )
    assert shown["facts"].items() <= receipt.facts.items()
    assert receipt.fee == shown["fee"]
    assert f"{receipt.total:.2f}" == shown["total"]
    assert receipt.titles == {"ar": "اكتمل تجديد الإقامة", "en": "Residency renewed"}
    document = receipt.documents.get()
    assert document.resident == person.resident
    assert document.valid_until.isoformat() == receipt.facts["new_expires_on"]
    assert [printed.copy for printed in document.prints.all()] == [1]
    assert Resident.objects.get(pk=person.resident.pk).iqama.expires_on > expires_on
    person.wallet.refresh_from_db()
    assert person.wallet.balance == Decimal("100000.00") - total(receipt)
    person.subscription.refresh_from_db()
    assert (person.subscription.operations_left, person.subscription.operations_spent) == (99, 1)
    token.refresh_from_db()
    assert token.step() == Step.DONE


def test_the_entries_of_the_wallet_sum_to_its_balance() -> None:
    person = Person()
    receipt = perform(token := person.ready(), token.fingerprint)
    entry = person.wallet.entries.get(kind=Entry.Kind.OPERATION)
    person.wallet.refresh_from_db()
    assert (entry.reference, entry.amount, entry.balance) == (receipt.number, -total(receipt), person.wallet.balance)
    assert sum(person.wallet.entries.values_list("amount", flat=True)) == person.wallet.balance


def test_a_fee_of_nothing_asks_for_no_wallet(stamp: type[Stamp], monkeypatch: Monkey) -> None:
    monkeypatch.setattr(stamp, "price", Decimal("0.00"))
    person = Person(holding="0.00")
    person.wallet.delete()
    receipt = perform(token := person.ready(slug="stamp"), token.fingerprint)
    assert receipt.total == 0
    assert not Wallet.objects.filter(account=person.account).exists()


@pytest.mark.parametrize(("spends", "left"), [(0, 100), (3, 97)])
def test_a_parameter_says_how_many_operations_a_service_spends(spends: int, left: int) -> None:
    Parameter.objects.create(code="iqama-renewal.spends", from_on=in_days(-1), value=str(spends), source="test", confidence="S")
    person = Person()
    receipt = perform(token := person.ready(), token.fingerprint)
    assert receipt.spent == spends
    assert Subscription.objects.get(pk=person.subscription.pk).operations_left == left


def test_an_unlimited_package_counts_what_it_spends() -> None:
    person = Person(operations=None)
    perform(token := person.ready(), token.fingerprint)
    person.subscription.refresh_from_db()
    assert (person.subscription.operations_left, person.subscription.operations_spent) == (None, 1)


# --- single use -------------------------------------------------------------------------------------------------------
def test_what_was_done_is_not_done_again_and_leads_to_its_receipt() -> None:
    person = Person()
    token = person.ready()
    elsewhere = again(token)
    receipt = perform(token, token.fingerprint)
    world = the_world()
    for late in (token, elsewhere):
        with pytest.raises(TokenSpent) as spent:
            perform(late, late.fingerprint)
        assert spent.value.receipt == receipt
    assert the_world() == world


def naive_spend(token: OperationToken, fingerprint: str) -> bool:
    """Reads, then writes: what two processes at once both find unused."""
    if token.used_at or token.fingerprint != fingerprint:
        return False
    OperationToken.objects.filter(pk=token.pk).update(used_at=clock.Now())
    return True


def test_spending_by_reading_first_performs_twice(stamp: type[Stamp], monkeypatch: Monkey) -> None:
    monkeypatch.setattr(OperationToken, "spend", naive_spend)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE operations_receipt DROP CONSTRAINT receipt_once")
    person = Person()
    token = person.ready(slug="stamp")
    elsewhere = again(token)
    perform(token, token.fingerprint)
    perform(elsewhere, elsewhere.fingerprint)
    assert token.receipts.count() == View.objects.count() == 2
    person.wallet.refresh_from_db()
    assert person.wallet.balance == Decimal("99980.00")


def test_a_second_receipt_of_a_token_is_refused_by_the_database_as_well(stamp: type[Stamp], monkeypatch: Monkey) -> None:
    monkeypatch.setattr(OperationToken, "spend", naive_spend)
    token = Person().ready(slug="stamp")
    elsewhere = again(token)
    perform(token, token.fingerprint)
    world = the_world()
    with pytest.raises(IntegrityError, match="receipt_once"):
        perform(elsewhere, elsewhere.fingerprint)
    assert the_world() == world


# --- all or nothing ---------------------------------------------------------------------------------------------------
class Broken(Exception):
    """Something fails that nobody foresaw."""


POINTS = {
    "the token was spent": (OperationToken, "spend"),
    "it was judged again": (performing, "_judged_again"),
    "the quota was spent": (performing, "_spend"),
    "the wallet paid": (performing, "_pay"),
    "the residency was renewed": (RenewIqama, "apply"),
    "the receipt was written": (Receipt, "save"),
    "the document was sealed": (performing, "document_of"),
    "the copy was asked for": (performing, "print_copy"),
    "the messages were posted": (performing, "_tell"),
    "the journal was sealed": (type(Event.objects), "seal"),
}


def break_after(monkeypatch: Monkey, point: str) -> None:
    owner, name = POINTS[point]
    whole = getattr(owner, name)

    def then_break(*args: Any, **kwargs: Any) -> None:
        whole(*args, **kwargs)
        raise Broken(point)

    monkeypatch.setattr(owner, name, then_break)


@pytest.mark.parametrize("point", POINTS)
def test_nothing_remains_when_something_breaks_after(point: str, monkeypatch: Monkey) -> None:
    token = Person().ready()
    before = the_world()
    with monkeypatch.context() as broken:
        break_after(broken, point)
        with pytest.raises(Broken):
            perform(token, token.fingerprint)
    assert the_world() == before
    assert perform(again(token), token.fingerprint).token == token


@pytest.mark.parametrize("point", POINTS)
def test_without_the_transaction_something_remains_when_something_breaks_after(point: str, monkeypatch: Monkey) -> None:
    token = Person().ready()
    before = the_world()
    monkeypatch.setattr(performing, "transaction", SimpleNamespace(atomic=lambda **_: contextlib.nullcontext()))
    break_after(monkeypatch, point)
    with pytest.raises(Broken):
        perform(token, token.fingerprint)
    assert the_world() != before


def test_an_operation_inside_a_transaction_of_somebody_else_is_no_operation() -> None:
    token = Person().ready()
    before = the_world()
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        perform(token, token.fingerprint)
    assert the_world() == before


# --- judged twice -----------------------------------------------------------------------------------------------------
def _raise_the_fee(person: Person) -> None:
    code = "iqama.domestic.year_fee"
    Parameter.objects.create(code=code, from_on=clock.today(), value="777.00", source="test", confidence="S")


def _lower_the_fee(person: Person) -> None:
    Parameter.objects.filter(value="777.00").delete()


def _hold(person: Person) -> None:
    HoldFactory(resident=person.resident, amount=Decimal("450.00"))


def _clear(person: Person) -> None:
    person.resident.holds.update(cleared_on=clock.today())


def _empty_wallet(person: Person) -> None:
    person.wallet.refresh_from_db()
    person.wallet.pay(person.wallet.balance - Decimal("1.00"), reference="elsewhere", actor="elsewhere")


def _fill_wallet(person: Person) -> None:
    person.wallet.credit(Decimal("5000.00"), reference="deposit-2", reason="deposit", actor="staff")


def _change(person: Person, **columns: Any) -> None:
    Resident.objects.filter(pk=person.resident.pk).update(**columns)


def _of_subscription(person: Person, **columns: Any) -> None:
    Subscription.objects.filter(pk=person.subscription.pk).update(**columns)


def _of_membership(person: Person, **columns: Any) -> None:
    type(person.membership).objects.filter(pk=person.membership.pk).update(**columns)


def _of_user(person: Person, **columns: Any) -> None:
    type(person.user).objects.filter(pk=person.user.pk).update(**columns)


def _insured_until(person: Person, days: int) -> None:
    person.resident.clearances.filter(kind="insurance").update(until_on=in_days(days))


# What changes between *Verify data* and the confirmation, the reason that is said, and what mends it.
CHANGES: dict[str, tuple[Any, str, Any]] = {
    "a hold appears": (_hold, "fines-unpaid", _clear),
    "the fee rises": (_raise_the_fee, "fee-changed", _lower_the_fee),
    "the wallet is emptied": (_empty_wallet, "wallet-low", _fill_wallet),
    "the quota is used up": (
        lambda person: _of_subscription(person, operations_left=0),
        "quota-used",
        lambda person: _of_subscription(person, operations_left=5),
    ),
    "the subscription ends": (
        lambda person: _of_subscription(person, ends_on=in_days(-1)),
        "subscription-ended",
        lambda person: _of_subscription(person, ends_on=in_days(1)),
    ),
    "the subscription is gone": (
        lambda person: _of_subscription(person, starts_on=in_days(1)),
        "no-subscription",
        lambda person: _of_subscription(person, starts_on=in_days(0)),
    ),
    "the privilege is taken away": (
        lambda person: _of_membership(person, is_main=False, privileges=["other"]),
        "no-leave",
        lambda person: _of_membership(person, is_main=False, privileges=["iqama-renewal"]),
    ),
    "the membership is suspended": (
        lambda person: _of_membership(person, suspended_at=clock.now()),
        "no-leave",
        lambda person: _of_membership(person, suspended_at=None),
    ),
    "the membership is removed": (
        lambda person: _of_membership(person, removed_at=clock.now()),
        "no-leave",
        lambda person: _of_membership(person, removed_at=None),
    ),
    "the user is deactivated": (
        lambda person: _of_user(person, is_active=False),
        "no-leave",
        lambda person: _of_user(person, is_active=True),
    ),
    "the resident moves to another sponsor": (
        lambda person: _change(person, sponsor=AccountFactory(citizen=True)),
        "facts-changed",
        lambda person: _change(person, sponsor=person.account),
    ),
    "the resident dies": (
        lambda person: _change(person, deceased_on=clock.today()),
        "deceased",
        lambda person: _change(person, deceased_on=None),
    ),
    "the insurance is shortened": (
        lambda person: _insured_until(person, 100),
        "facts-changed",
        lambda person: _insured_until(person, 1000),
    ),
    "a name is corrected": (
        lambda person: _change(person, first_en="MOHAMED"),
        "facts-changed",
        lambda person: None,
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_is_done_when_after_the_review(change: str) -> None:
    happen, reason, mend = CHANGES[change]
    person = Person()
    token = person.ready()
    happen(person)
    before = the_world()
    with pytest.raises(Refused) as refused:
        perform(token, token.fingerprint)
    assert refused.value.reason.key == reason
    # Only the refusal was recorded, as a link of the chain that says who, for whom and why.
    after = the_world()
    assert {name for name in after if after[name] != before[name]} == {"Event", "head"}
    event = Event.objects.latest("pk")
    assert event.seq == before["head"][0] + 1
    assert (event.kind, event.actor, event.account) == ("refusal", person.user.username, person.account.number)
    assert event.data["reason"] == refused.value.reason.stored()
    assert event.data["slug"] == "iqama-renewal"
    # The token is as it was, and a new review can be confirmed.
    assert token.step() == again(token).step() == Step.REVIEW
    mend(person)
    person.resident.refresh_from_db()
    verify(token, token.data)
    assert perform(token, token.fingerprint).token == token
    assert list(journal.faults()) == []


@pytest.mark.parametrize(
    "change", ["a hold appears", "the fee rises", "the privilege is taken away", "the resident dies", "a name is corrected"]
)
def test_judged_only_once_it_would_be_done_although(change: str, monkeypatch: Monkey) -> None:
    happen, _reason, _mend = CHANGES[change]
    person = Person()
    token = person.token()
    judgement = verify(token, person.answers())
    monkeypatch.setattr(performing, "_judged_again", lambda token: judgement)
    happen(person)
    assert perform(token, token.fingerprint).facts["name"]["en"].startswith("MOHAMMAD")


def test_a_service_that_is_no_longer_offered_is_refused(stamp: type[Stamp], monkeypatch: Monkey) -> None:
    token = Person().ready(slug="stamp")
    with monkeypatch.context() as withdrawn:
        withdrawn.delitem(registry, "stamp")
        with pytest.raises(Refused) as refused:
            perform(token, token.fingerprint)
    assert refused.value.reason.key == "service-gone"
    assert perform(token, token.fingerprint).slug == "stamp"


def test_the_resident_is_locked_while_it_is_judged_again(monkeypatch: Monkey) -> None:
    locks = []
    whole = performing.judge
    monkeypatch.setattr(performing, "judge", lambda token, data, *, lock: locks.append(lock) or whole(token, data, lock=lock))
    token = Person().ready()
    perform(token, token.fingerprint)
    assert locks == [True]


# --- what was shown is what is done -----------------------------------------------------------------------------------
def _other_resident(person: Person) -> dict[str, Any]:
    other = ResidentFactory(domestic=True, sponsor=person.account)
    return {"data": person.answers() | {"iqama_number": other.iqama_number}}


def _more_dependants(person: Person) -> None:
    ResidentFactory(son=True, aged=4, head=person.resident)


def _of_papers(person: Person, papers: str, **columns: Any) -> None:
    getattr(person.resident, papers).update(**columns)


def _of_sponsor(person: Person, **columns: Any) -> None:
    Account.objects.filter(pk=person.account.pk).update(**columns)


# Whatever the review shows: changed in the register, or by a hand in the token's row.
TAMPERED: dict[str, Any] = {
    "the name": lambda person: _change(person, family_ar="خانم"),
    "the nationality": lambda person: _change(person, nationality="IN"),
    "the date of birth": lambda person: _change(person, birth_on=in_days(-9000)),
    "the gender": lambda person: _change(person, gender="F"),
    "the occupation": lambda person: _change(person, occupation=None),
    "the employer's name": lambda person: _of_sponsor(person, name_en="SOMEBODY ELSE"),
    "the passport's number": lambda person: _of_papers(person, "passports", number="XX1"),
    "the passport's last day": lambda person: _of_papers(person, "passports", expires_on=in_days(999)),
    "the residency's last day": lambda person: _of_papers(person, "iqamas", expires_on=in_days(29)),
    "the card's version": lambda person: _of_papers(person, "iqamas", version=7),
    "the number of dependants": _more_dependants,
    "the insurance": lambda person: _insured_until(person, 1400),
    "a line of the fee": _raise_the_fee,
    "whose residency": _other_resident,
    "the period": lambda person: {"data": person.answers(24)},
    "the account": lambda person: {"account": MembershipFactory(user=person.user, main=True).account},
    "the user": lambda person: {"user": MembershipFactory(account=person.account).user},
    "the service": lambda person: {"slug": "stamp"},
}


@pytest.mark.parametrize("field", TAMPERED)
def test_nothing_is_done_for_what_was_shown_when_somebody_changes(field: str, stamp: type[Stamp]) -> None:
    person = Person()
    token = person.ready()
    by_hand = TAMPERED[field](person)
    if by_hand:
        OperationToken.objects.filter(pk=token.pk).update(**by_hand)
    with pytest.raises(Refused):
        perform(token, token.fingerprint)
    assert not Receipt.objects.exists()


def test_there_are_at_least_twelve_such_fields() -> None:
    assert len(TAMPERED) >= 12


@pytest.mark.parametrize("field", ["the name", "the period", "a line of the fee"])
def test_without_the_fingerprint_something_else_is_done_when_somebody_changes(field: str, monkeypatch: Monkey) -> None:
    person = Person()
    token = person.ready()
    by_hand = TAMPERED[field](person)
    if by_hand:
        OperationToken.objects.filter(pk=token.pk).update(**by_hand)
    monkeypatch.setattr(performing, "fingerprint_of", lambda token, data, shown: token.fingerprint)
    receipt = perform(token, token.fingerprint)
    assert (receipt.facts | {"fee": receipt.fee}) != (token.shown["facts"] | {"fee": token.shown["fee"]})


def test_a_page_older_than_the_last_review_confirms_nothing() -> None:
    person = Person()
    token = person.ready(months=12)
    old = token.fingerprint
    verify(token, person.answers(24))
    before = the_world()
    for wrong in (old, "", "0" * 12, person.ready().fingerprint):
        with pytest.raises(Outdated):
            perform(token, wrong)
    assert the_world() == before
    assert perform(token, token.fingerprint).facts["months"] == 24


def test_an_answer_that_was_not_reviewed_cannot_be_confirmed() -> None:
    token = Person().token()
    for guess in ("", "0" * 12):
        with pytest.raises(Lapsed):
            perform(token, guess)


# --- time -------------------------------------------------------------------------------------------------------------
def ends(token: OperationToken, seconds: int) -> None:
    OperationToken.objects.filter(pk=token.pk).update(expires_at=clock.Now() + timedelta(seconds=seconds))
    token.refresh_from_db()


def test_a_token_lapses_at_the_second_of_its_end() -> None:
    person = Person()
    first, second = person.ready(), person.ready()
    ends(first, 0)
    before = the_world()
    with pytest.raises(Lapsed):
        perform(first, first.fingerprint)
    with pytest.raises(TokenClosed):
        verify(first, person.answers())
    assert the_world() == before
    ends(second, 20)
    assert perform(second, second.fingerprint).token == second


def test_without_the_end_a_lapsed_token_would_still_perform(monkeypatch: Monkey) -> None:
    token = Person().ready()
    ends(token, 0)
    monkeypatch.setattr(OperationToken, "_live", lambda self: OperationToken.objects.filter(pk=self.pk))
    assert perform(token, token.fingerprint).token == token


def test_a_token_that_ends_between_the_page_and_the_deed_has_lapsed(monkeypatch: Monkey) -> None:
    """The row was live when it was read, and is not when it is spent: nothing older was confirmed."""
    token = Person().ready()
    monkeypatch.setattr(OperationToken, "spend", lambda self, fingerprint: False)
    with pytest.raises(Lapsed):
        perform(token, token.fingerprint)


def test_the_time_is_extended_ten_times_and_no_more() -> None:
    token = Person().ready()
    end = token.expires_at
    for times in range(1, 11):
        assert token.may_extend
        assert token.extend()
        assert token.expires_at == end + times * timedelta(minutes=15)
    assert not token.may_extend
    assert not token.extend()
    assert token.expires_at == end + 10 * timedelta(minutes=15)


def test_a_discarded_journey_cannot_be_confirmed() -> None:
    token = Person().ready()
    token.close()
    with pytest.raises(Lapsed):
        perform(token, token.fingerprint)


# --- two at once ------------------------------------------------------------------------------------------------------
def test_the_second_of_two_tokens_on_a_resident_is_judged_on_the_new_facts() -> None:
    worker = ResidentFactory(permitted_until=1500)
    person = Person(resident=worker)
    first, second = person.ready(months=3), person.ready(months=3)
    perform(first, first.fingerprint)
    with pytest.raises(Refused) as refused:
        perform(second, second.fingerprint)
    assert refused.value.reason.key == "facts-changed"
    person.resident = Resident.objects.get(pk=worker.pk)
    verify(second, person.answers(3))
    receipt = perform(second, second.fingerprint)
    assert receipt.facts["card_version"] == first.receipts.get().facts["card_version"] + 1
    assert worker.iqamas.count() == 3


def discard(token: OperationToken) -> None:
    again(token).close()


@pytest.mark.usefixtures("transactional_db")
def test_of_a_discard_and_a_confirmation_at_the_same_moment_exactly_one_wins() -> None:
    for _race in range(4):
        token = Person().ready()
        all_at_once(lambda number, token=token: discard(token) if number % 2 else perform(again(token), token.fingerprint), 4)
        token.refresh_from_db()
        done = token.receipts.exists()
        assert (token.used_at is not None, token.closed_at is None) == (done, done)


@pytest.mark.usefixtures("transactional_db")
def test_a_discard_waits_for_the_confirmation_under_way_and_then_has_nothing_to_discard(monkeypatch: Monkey) -> None:
    token = Person().ready()
    discarding = Thread(target=lambda: errors.extend(all_at_once(lambda _: discard(token), 1)))
    errors: list[Any] = []
    tell = performing._tell

    def meanwhile(*args: Any) -> int:
        discarding.start()
        discarding.join(0.5)
        assert discarding.is_alive()
        return tell(*args)

    monkeypatch.setattr(performing, "_tell", meanwhile)
    receipt = perform(token, token.fingerprint)
    discarding.join()
    assert errors == [None]
    token.refresh_from_db()
    assert (token.step(), token.closed_at) == (Step.DONE, None)
    assert receipt.token == token


# --- who is told ------------------------------------------------------------------------------------------------------
def told() -> dict[str, str]:
    """Whom a text went to, and which."""
    return dict(Message.objects.filter(channel=Message.Channel.TEXT).values_list("receiver", "template"))


def phone_of(user: Any) -> str:
    number: str = user.phonedevice_set.get().number
    return number


def test_the_resident_is_told_and_a_main_user_who_acted_is_not() -> None:
    person = Person()
    perform(token := person.ready(), token.fingerprint)
    assert told() == {person.resident.phone: "residency-renewed"}
    message = Message.objects.filter(channel=Message.Channel.TEXT).get()
    assert message.language == person.resident.language
    assert message.arguments["last4"] == person.resident.iqama_number[-4:]
    assert person.resident.iqama_number not in str(message.arguments)


def test_the_main_users_are_told_when_somebody_else_acted() -> None:
    person = Person(privileges=["iqama-renewal"])
    main = MembershipFactory(account=person.account, main=True, user=UserFactory(language="ar")).user
    MembershipFactory(account=person.account, main=True, suspended=True)
    MembershipFactory(account=person.account, main=True, user=UserFactory(with_phone=False))
    perform(token := person.ready(), token.fingerprint)
    assert told() == {person.resident.phone: "residency-renewed", phone_of(main): "operation-done"}
    assert Message.objects.get(receiver=phone_of(main)).language == "ar"


def test_a_resident_without_a_phone_is_not_told() -> None:
    person = Person()
    _change(person, phone="")
    perform(token := person.ready(), token.fingerprint)
    assert told() == {}


# --- what stays -------------------------------------------------------------------------------------------------------
def test_the_chain_covers_the_receipt_as_it_was_written() -> None:
    receipt = perform(token := Person().ready(), token.fingerprint)
    event = Event.objects.get(subject=str(receipt.uuid))
    stored = Receipt.objects.get(pk=receipt.pk)
    assert event.seq
    assert event.data["digest"] == stored.digest()
    stored.facts = stored.facts | {"months": 99}
    assert event.data["digest"] != stored.digest()
    assert list(journal.faults()) == []


@pytest.mark.parametrize("model", [Receipt, Document])
def test_nothing_that_was_written_is_changed_or_deleted(model: Any) -> None:
    perform(token := Person().ready(), token.fingerprint)
    for rewrite in (lambda rows: rows.update(facts={}), lambda rows: rows.all()._raw_delete("default")):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rewrite(model.objects.all())
    assert model.objects.get().facts["months"] == 12


def test_a_receipt_is_called_by_its_number_and_its_service_by_its_title() -> None:
    receipt = perform(token := Person().ready(), token.fingerprint)
    document = receipt.documents.get()
    assert (str(receipt), str(document), str(document.prints.get())) == (receipt.number, document.serial, f"{document.pk} copy 1")
    assert receipt.title
    assert Receipt(slug="gone-long-ago").title == "gone-long-ago"


def test_a_form_without_leave_is_no_form() -> None:
    person = Person()
    token = person.token()
    _of_membership(person, suspended_at=clock.now())
    with pytest.raises(judging.NoLeave):
        verify(token, person.answers())
    _of_membership(person, suspended_at=None)
    OperationToken.objects.filter(pk=token.pk).update(slug="gone")
    with pytest.raises(judging.Gone):
        verify(again(token), person.answers())
