"""The six who come to the portal, each with a journey, a receipt and a page of their own."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import Bill, Handover, Invitation, OperationToken, PasswordReset, PhoneChange, SubscriptionRequest, User
from muqeem import clock
from muqeem.numbers import luhn_complete
from muqeem.operations.models import Document, Preparation, Print, Receipt
from muqeem.operations.perform import perform, prepare
from residency.models import ShareCode
from tests.doors.production import browser
from tests.factories import (
    AccountFactory,
    BranchFactory,
    MembershipFactory,
    OfficeFactory,
    ResidentFactory,
    ShareCodeFactory,
    SubscriptionRequestFactory,
    UserFactory,
)
from tests.operations.journeys import RENEWAL, Person

ANONYMOUS, RESIDENT, DELEGATED, MAIN_USER, CLERK, STAFF = "anonymous", "resident", "delegated", "main user", "clerk", "staff"
MEMBERS = {RESIDENT, DELEGATED, MAIN_USER}
MAIN_USERS = {RESIDENT, MAIN_USER}


class Somebody(Person):
    """A person with a renewal that is done, its printed page, another to be confirmed, one that waits for a second person, and a bill."""

    receipt: Receipt
    page: Document
    journey: OperationToken
    preparation: Preparation
    bill: Bill
    invitation: Invitation
    handover: Handover
    reset: PasswordReset
    request: SubscriptionRequest
    phone_change: PhoneChange
    share: ShareCode

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.journey = self.ready()
        self.preparation = prepare(token := self.ready(), token.fingerprint)
        self.bill = Bill.for_deposit(self.account, Decimal("100.00"), self.user)
        self.receipt = perform(token := self.ready(), token.fingerprint)
        self.page = self.receipt.documents.get()
        copy = Print.lease(self.page.prints.get().pk)
        assert copy
        copy.rendered(default_storage.save("page.pdf", ContentFile(b"%PDF-1.7 " + self.page.serial.encode())), sha256="0" * 64)
        until = clock.now() + timedelta(days=1)
        self.invitation = Invitation.send(
            self.account, by=self.user, name="Somebody invited", email=f"{self.user.username}@invited.example", phone="+966500000900",
            id_number=luhn_complete(f"1{self.user.pk:08}"), language="en", privileges=[RENEWAL],
        )  # fmt: skip
        taker = MembershipFactory(account=self.account).user
        self.handover = Handover.objects.create(account=self.account, giver=self.user, taker=taker, expires_at=until)
        self.reset = PasswordReset.objects.create(user=self.user, expires_at=until)
        office = self.user.office or OfficeFactory()
        asker = UserFactory(office=office)
        self.phone_change = PhoneChange.objects.create(user=self.user, number="+966500000901", office=office, asked_by=asker)
        self.share = ShareCodeFactory(resident=self.resident, user=self.user)
        self.request = SubscriptionRequestFactory()
        self.session = self.client.cookies[settings.SESSION_COOKIE_NAME].value

    def marks(self) -> set[str]:
        """What must be read by nobody else: names, numbers, and the random names of rows."""
        resident, passport = self.resident, self.resident.passport
        assert passport
        rows: list[UUID] = [resident.uuid, self.receipt.uuid, self.journey.uuid, self.preparation.uuid, self.account.uuid]
        words = [
            resident.iqama_number, resident.border_number, resident.first_en, resident.first_ar, resident.phone.removeprefix("+966"),
            passport.number, self.account.number, self.account.name_en, self.account.name_ar, self.user.username,
            self.user.name_en, self.user.name_ar, self.bill.number, self.page.serial, self.page.code, self.receipt.number,
        ]  # fmt: skip
        return {str(mark) for mark in [*rows, *words] if mark}


def resident() -> Somebody:
    """A worker who acts for himself; his employer has an account of its own."""
    worker = ResidentFactory(permitted_until=1500)
    return Somebody(resident=worker, account=AccountFactory(individual=True, number=worker.iqama_number))


def delegated() -> Somebody:
    """A colleague of an establishment's main user, limited to one branch."""
    account = AccountFactory()
    branch = BranchFactory(account=account)
    person = Somebody(resident=ResidentFactory(sponsor=account, branch=branch, permitted_until=1500), privileges=[RENEWAL], by_app=True)
    person.membership.branches.set([branch])
    return person


def main_user() -> Somebody:
    return Somebody(resident=ResidentFactory(permitted_until=1500), by_app=True)


def clerk() -> Somebody:
    """Acts for no account any more: what was theirs is nobody's business at a desk."""
    person = Somebody(resident=ResidentFactory(permitted_until=1500), by_app=True, office=OfficeFactory())
    person.page.prints.get().take()
    return _without_account(person)


def staff() -> Somebody:
    return _without_account(Somebody(resident=ResidentFactory(permitted_until=1500), by_app=True, is_staff=True, is_superuser=True))


def stranger() -> Somebody:
    """The main user of another establishment, whom every mark tells from the others."""
    account = AccountFactory(name_en="Zubara Pearl House", name_ar="دار لؤلؤ الزبارة")
    worker = ResidentFactory(sponsor=account, first_en="ZENOBIA", first_ar="زنوبيا", permitted_until=1500)
    return Somebody(resident=worker, by_app=True, username="zubara-main-user", name_en="ZAYNAB", name_ar="زينب")


def _without_account(person: Somebody) -> Somebody:
    person.membership.delete()
    return person


ROLES: dict[str, Callable[[], Somebody]] = {
    RESIDENT: resident,
    DELEGATED: delegated,
    MAIN_USER: main_user,
    CLERK: clerk,
    STAFF: staff,
}


class Caller:
    """A browser in somebody's hands, or in nobody's, that remembers nothing from one request to the next."""

    def __init__(self, role: str, language: str = "ar") -> None:
        self.role, self.language = role, language
        self.client = browser()
        self.person = main_user() if role == ANONYMOUS else ROLES[role]()
        self.session = "" if role == ANONYMOUS else self.person.session
        User.objects.filter(pk=self.person.user.pk).update(language=language)

    def ask(self, method: str, address: str, data: dict[str, str] | None = None) -> Any:
        self.client.cookies.clear()
        self.client.cookies[settings.LANGUAGE_COOKIE_NAME] = self.language
        if self.session:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.session
        return getattr(self.client, method.lower())(address, data or None)
