"""What staff do in the administration: crediting wallets, giving leave; each act is a link of the journal."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Account, Branch, Entry, Membership, Office, User, Wallet
from muqeem import hijri
from muqeem.record import journal
from muqeem.record.models import Event, Message, Parameter
from tests.accounts.people import all_at_once, signed_in
from tests.factories import AccountFactory, BranchFactory, MembershipFactory, OfficeFactory, PackageFactory, UserFactory, WalletFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    """A member of the portal's staff after both steps, who may do everything."""
    return signed_in(UserFactory(username="huda", staff=True, is_superuser=True, with_app=True), verified=True)


CREDIT = {"amount": "150.00", "reference": "BANK-7", "reason": "transfer of 1 May"}


def credit(client: Client, to: Wallet, **changed: str):
    return client.post(reverse("admin:accounts_entry_add"), CREDIT | {"wallet": to.pk} | changed)


def test_staff_credit_a_wallet_and_it_is_sealed(staff) -> None:
    wallet = WalletFactory(holding="0")
    assert credit(staff, wallet).status_code == 302
    wallet.refresh_from_db()
    entry = wallet.entries.get()
    assert (wallet.balance, entry.kind, entry.actor, entry.reason) == (Decimal("150.00"), Entry.Kind.CREDIT, "huda", "transfer of 1 May")
    sealed = Event.objects.chained().get(kind="credit")
    assert (sealed.actor, sealed.subject, sealed.data["amount"]) == ("huda", "BANK-7", "150.00")
    assert list(journal.faults()) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"reference": ""}, "reference"),
        ({"reason": ""}, "reason"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-1.00"}, "amount"),
        ({"amount": "0.001"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "1e9"}, "amount"),
        ({"wallet": "999999"}, "wallet"),
        ({"reason": "\x00"}, "reason"),
    ],
)
def test_a_credit_without_reference_reason_or_sum_is_refused(staff, changed, field) -> None:
    wallet = WalletFactory(holding="0")
    answer = credit(staff, wallet, **changed)
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    assert not Entry.objects.exists()
    assert not Event.objects.filter(kind="credit").exists()


def test_a_reference_that_was_credited_is_refused_for_any_wallet(staff) -> None:
    credit(staff, WalletFactory(holding="0"))
    other = WalletFactory(holding="0")
    with override("en"):
        answer = credit(staff, other)
        assert answer.context["adminform"].form.errors["reference"] == ["This reference has been credited before."]
    assert not other.entries.exists()


def test_a_credit_posted_twice_at_once_is_one_and_the_other_is_told(transactional_db) -> None:
    user = UserFactory(username="huda", staff=True, is_superuser=True, with_app=True)
    clients, wallet = [signed_in(user, verified=True) for _ in range(4)], WalletFactory(holding="0")
    answers = all_at_once(lambda number: credit(clients[number], wallet).status_code, 4)
    assert sorted(answers, key=str) == [200, 200, 200, 302]
    assert wallet.entries.count() == 1


def test_entries_and_wallets_are_read_and_never_edited(staff) -> None:
    wallet = WalletFactory()
    entry = wallet.entries.get()
    for address, args in [
        ("entry_change", [entry.pk]),
        ("wallet_change", [wallet.pk]),
        ("entry_changelist", []),
        ("wallet_changelist", []),
    ]:
        assert staff.get(reverse(f"admin:accounts_{address}", args=args)).status_code == 200
    assert staff.post(reverse("admin:accounts_entry_change", args=[entry.pk]), CREDIT | {"wallet": wallet.pk}).status_code == 403
    assert staff.post(reverse("admin:accounts_wallet_change", args=[wallet.pk]), {"balance": "1"}).status_code == 403
    for address, row in (("entry", entry), ("wallet", wallet)):
        assert staff.post(reverse(f"admin:accounts_{address}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert staff.post(reverse("admin:accounts_wallet_add"), {}).status_code == 403


def test_staff_without_the_permission_cannot_credit() -> None:
    user = UserFactory(staff=True, with_app=True)
    client = signed_in(user, verified=True)
    wallet = WalletFactory(holding="0")
    assert credit(client, wallet).status_code == 403
    user.user_permissions.add(*Permission.objects.filter(codename__in=["add_entry", "view_entry", "view_wallet"]))
    assert credit(client, wallet).status_code == 302


def test_a_membership_is_given_with_privileges_as_boxes_and_it_is_sealed(staff) -> None:
    user, account = UserFactory(), AccountFactory()
    add = reverse("admin:accounts_membership_add")
    page = staff.get(add).content.decode()
    assert 'value="iqama-renewal"' in page
    assert 'value="sign-in"' not in page
    times = {"suspended_at_0": "", "suspended_at_1": "", "removed_at_0": "", "removed_at_1": ""}
    answer = staff.post(
        add,
        {
            "user": user.pk,
            "account": account.pk,
            "privileges": ["iqama-renewal"],
            "branches": "",
            "created_at_0": "2026-05-01",
            "created_at_1": "08:00",
        }
        | times,
    )
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    membership = Membership.objects.get()
    assert (membership.may("iqama-renewal"), membership.may("other"), membership.is_main) == (True, False, False)
    added = Event.objects.chained().get(kind="staff-add")
    assert (added.actor, added.subject) == ("huda", f"accounts.membership {membership.pk}")


def test_changes_and_deletions_by_staff_are_sealed(staff) -> None:
    office = OfficeFactory()
    change = reverse("admin:accounts_office_change", args=[office.pk])
    staff.post(change, {"code": office.code, "name_ar": "جدة", "name_en": "Jeddah"})
    assert Event.objects.get(kind="staff-change").data == {"fields": ["Name in Arabic", "Name in English"]}
    staff.post(reverse("admin:accounts_office_delete", args=[office.pk]), {"post": "yes"})
    assert Event.objects.get(kind="staff-delete").subject == f"accounts.office {office.pk}"
    assert not Office.objects.exists()
    assert list(journal.faults()) == []


def test_nothing_is_deleted_in_bulk_past_the_journal(staff) -> None:
    office = OfficeFactory()
    data = {"action": "delete_selected", "_selected_action": [office.pk], "post": "yes"}
    staff.post(reverse("admin:accounts_office_changelist"), data)
    assert Office.objects.exists()


@pytest.mark.parametrize("model", ["account", "branch", "entry", "membership", "office", "package", "subscription", "user", "wallet"])
def test_every_list_of_the_administration_opens(staff, model) -> None:
    MembershipFactory()
    assert staff.get(reverse(f"admin:accounts_{model}_changelist")).status_code == 200


# --- messages and parameters ---


def test_messages_that_failed_are_shown_without_receiver_and_tried_again(staff) -> None:
    failed = Message.objects.create(template="operation-done", language="ar", receiver="+966501234567", error="status 400")
    failed.fail("status 400")
    waiting = Message.objects.create(template="operation-done", language="ar", receiver="+966501234567")
    page = staff.get(reverse("admin:record_message_changelist"))
    assert "status 400" in page.content.decode()
    assert "966501234567" not in page.content.decode()
    again = {"action": "try_again", "_selected_action": [failed.pk, waiting.pk]}
    asked = staff.post(reverse("admin:record_message_changelist"), again)
    assert asked.content.decode().count(f'value="{failed.pk}"') == 1
    assert staff.post(reverse("admin:record_message_changelist"), again | {"reason": " "}).status_code == 422
    failed.refresh_from_db()
    assert failed.failed_at is not None
    staff.post(reverse("admin:record_message_changelist"), again | {"reason": "The gateway is back"})
    failed.refresh_from_db()
    assert (failed.failed_at, failed.attempts) == (None, 0)
    assert Message.objects.due().count() == 2
    assert Event.objects.chained().get(kind="staff-retry").data == {"keys": [str(failed.key)], "reason": "The gateway is back"}


def test_the_journal_is_read_and_never_edited(staff) -> None:
    event = Event.objects.write("sign-in", actor="sara")
    assert staff.get(reverse("admin:record_event_changelist")).status_code == 200
    assert staff.post(reverse("admin:record_event_change", args=[event.pk]), {"kind": "x"}).status_code == 403
    assert staff.post(reverse("admin:record_event_add"), {"kind": "x"}).status_code == 403
    assert staff.post(reverse("admin:record_event_delete", args=[event.pk]), {"post": "yes"}).status_code == 403


def test_a_new_value_of_a_parameter_is_a_new_row_and_history_stays(staff, shift) -> None:
    code = "iqama.work.year_fee"
    old = Parameter.objects.filter(code=code).latest("from_on")
    data = {"code": code, "from_on": "2090-01-01", "value": "700", "source": "circular 7", "confidence": "S"}
    assert staff.post(reverse("admin:record_parameter_add"), data).status_code == 302
    new = Parameter.objects.get(code=code, from_on="2090-01-01")
    assert Event.objects.get(kind="staff-add").subject == f"record.parameter {new.pk}"
    preview = staff.get(reverse("admin:record_parameter_change", args=[new.pk])).content.decode()
    with override("en"):
        first = hijri.format_gregorian(old.from_on)
    assert f"from {first} to 31 December 2089: <b>{old.value}</b>" in preview
    assert "from 1 January 2090: <b>700</b>" in preview
    assert staff.get(reverse("admin:record_parameter_changelist")).status_code == 200
    refused = staff.post(reverse("admin:record_parameter_change", args=[old.pk]), data | {"from_on": str(old.from_on)})
    assert refused.status_code == 403
    assert staff.post(reverse("admin:record_parameter_delete", args=[old.pk]), {"post": "yes"}).status_code == 403
    for value in ("free", "1,", "٧٠٠", "1.", ""):
        answer = staff.post(reverse("admin:record_parameter_add"), data | {"from_on": "2091-01-01", "value": value})
        assert "value" in answer.context["adminform"].form.errors


# --- what the rows say of themselves ---


def test_accounts_are_establishments_residents_or_citizens() -> None:
    establishment, individual = AccountFactory(name_en=""), AccountFactory(individual=True)
    assert (establishment.is_establishment, individual.is_establishment) == (True, False)
    for language, name in (("ar", individual.name_ar), ("en", individual.name_en)):
        with override(language):
            assert individual.name == individual.names[language] == name
            assert establishment.name == establishment.name_ar
    assert [AccountFactory(saudis=saudis, expatriates=2).has_saudi_majority() for saudis in (1, 2, 3)] == [False, True, True]
    with pytest.raises(IntegrityError, match="account_number"), transaction.atomic():
        AccountFactory(number="5000000001")


def test_a_member_limited_to_branches_reaches_those_and_a_main_user_all() -> None:
    branch = BranchFactory()
    delegated = MembershipFactory(account=branch.account, branches=[branch])
    main = MembershipFactory(account=branch.account, main=True)
    MembershipFactory(account=branch.account, is_main=True, removed=True)
    assert (delegated.branch_ids(), main.branch_ids()) == ([branch.pk], [])
    assert (delegated.may("iqama-renewal"), main.may("iqama-renewal")) == (False, True)
    assert [membership.user for membership in branch.account.main_users()] == [main.user]


def test_rows_are_named_by_what_they_are() -> None:
    membership = MembershipFactory(user=UserFactory(username="sara"), account=AccountFactory(number="7900000001", name_en="Horizon"))
    with override("en"):
        assert str(membership) == "sara for 7900000001 Horizon"
        assert [str(row) for row in (Branch(name_ar="فرع"), Branch(name_ar="فرع", name_en="Branch"))] == ["فرع", "Branch"]
    assert str(OfficeFactory(code="RUH", name_ar="جوازات الرياض", name_en="Riyadh")) == "RUH جوازات الرياض"
    assert str(Account(number="7900000002", name_ar="شركة")) == "7900000002 شركة"
    package = PackageFactory()
    for language, name in (("ar", package.name_ar), ("en", package.name_en)):
        with override(language):
            assert str(package) == name
    assert User(name_ar="سارة", name_en="SARAH").names == {"ar": "سارة", "en": "SARAH"}
