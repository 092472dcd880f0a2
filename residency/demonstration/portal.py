"""Filling a demonstration: the register, then the people who sign in, their leave, packages and money."""

from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import Account, AuthenticatorApp, Membership, Office, Package, PhoneDevice, Subscription, User, Wallet
from muqeem import clock
from muqeem.record.models import Demonstration as Mark
from residency.demonstration import past
from residency.demonstration.names import Pair
from residency.demonstration.register import Demonstration
from residency.demonstration.visitors import FAISAL, HUDA, MAHA, NOURA, RAFIQ, SALEM, STAFF, VISITORS, Visitor
from residency.models import Resident


class NotHere(Exception):
    """This is no place for a demonstration; the text says why."""


RENEWAL = "iqama-renewal"
BANDS = ((50, "1900.00"), (500, "6900.00"), (5000, "24900.00"), (None, "79000.00"))


def ready(residents: int) -> bool:
    """Mark the database and, if nobody is in it, fill it. True if it was filled now. Raises NotHere."""
    if not settings.DEMO:
        raise NotHere("A demonstration needs demonstration mode: `make run`, or DEMO=1 beside DATABASE_URL.")
    with transaction.atomic():
        empty = not any(model.objects.exists() for model in (User, Account, Resident))
        if not Mark.objects.exists():
            if not empty:
                raise NotHere("This database has people in it and is not marked as a demonstration; nothing was changed.")
            Mark.objects.create()
        if empty:
            today = clock.today()
            past.set_back(past.BEGAN)
            with clock.hold():
                fill(residents, today)
            past.set_back(timedelta(0))
    if empty:
        past.renew_some(residents)
    return empty


def fill(residents: int, today: date) -> None:
    """Load register and people. Requires a transaction and an empty database."""
    demonstration = Demonstration(residents, today)
    demonstration.rafiq.resident.phone = RAFIQ.phone
    demonstration.load()
    users = {visitor.username: _enter(visitor) for visitor in VISITORS}
    _give_leave(demonstration, users)
    _give_means(demonstration, today)


def people() -> list[dict[str, str]]:
    """The people who can sign in here, as the command prints them."""
    memberships = Membership.objects.live().select_related("user", "account").order_by("pk")
    accounts: dict[str, list[str]] = {}
    for membership in memberships:
        accounts.setdefault(membership.user.username, []).append(membership.account.number)
    here = set(User.objects.values_list("username", flat=True))
    return [
        {key: value for key, value in asdict(visitor).items() if key in {"role", "username", "password", "phone", "language"}}
        | {"account": ", ".join(accounts.get(visitor.username, []))}
        | ({"totp_secret": visitor.secret} if visitor.authenticator else {})
        for visitor in VISITORS
        if visitor.username in here
    ]


def _enter(visitor: Visitor) -> User:
    name_ar, name_en = visitor.name
    user = User.objects.create(
        username=visitor.username,
        password=make_password(visitor.password),
        name_ar=name_ar,
        name_en=name_en,
        language=visitor.language,
        email=f"{visitor.username}@example.com",
    )
    PhoneDevice.objects.create(user=user, name="phone", number=visitor.phone, confirmed=True)
    if visitor.authenticator:
        AuthenticatorApp.objects.create(user=user, name="authenticator", key=visitor.key.hex(), confirmed=True)
    return user


def _give_leave(demonstration: Demonstration, users: dict[str, User]) -> None:
    """For whom each may act; the office and the rank of those who act for nobody."""
    sponsors = demonstration.sponsors
    main, second, citizen = sponsors.main, sponsors.second, sponsors.citizens[0]
    _rename(citizen, FAISAL.name)
    own = Account.objects.create(
        number=str(demonstration.rafiq.resident.iqama_number),
        name_ar=demonstration.rafiq.resident.name_ar,
        name_en=demonstration.rafiq.resident.name_en,
    )
    for visitor, account in ((RAFIQ, own), (NOURA, main), (NOURA, second), (FAISAL, citizen)):
        Membership.objects.create(user=users[visitor.username], account=account, is_main=True)
    salem = Membership.objects.create(user=users[SALEM.username], account=main, privileges=[RENEWAL])
    salem.branches.add(sponsors.branches[main.pk][1])
    Membership.objects.create(user=users[MAHA.username], account=main, privileges=["resident-report"])
    users[HUDA.username].office = Office.objects.create(
        code="RUH-01", name_ar="جوازات الرياض، عرض توضيحي", name_en="Riyadh passport office, demonstration"
    )
    users[HUDA.username].save(update_fields=["office"])
    users[STAFF.username].is_staff = users[STAFF.username].is_superuser = True
    users[STAFF.username].save(update_fields=["is_staff", "is_superuser"])


def _give_means(demonstration: Demonstration, today: date) -> None:
    """Packages, subscriptions and money."""
    shamil = [
        Package.objects.create(
            code=f"shamil-{limit or 'unlimited'}",
            name_ar="شامل",
            name_en="Shamil",
            residents_up_to=limit,
            price=Decimal(price),
            is_demonstration=True,
        )
        for limit, price in BANDS
    ]
    operations = Package.objects.create(
        code="operations-50",
        name_ar="عمليات",
        name_en="Operations",
        operations=50,
        residents_up_to=49,
        price=Decimal("950.00"),
        is_demonstration=True,
    )
    sponsors = demonstration.sponsors
    own = Account.objects.get(number=demonstration.rafiq.resident.iqama_number)
    served = sponsors.main.residents.count()
    band = next(package for package in shamil if package.residents_up_to is None or package.residents_up_to >= served)
    for account, package, left, money in (
        (own, operations, 20, "20000.00"),
        (sponsors.main, band, None, "100000.00"),
        (sponsors.second, operations, 3, "500.00"),
        (sponsors.citizens[0], operations, 12, "3000.00"),
    ):
        Subscription.objects.create(
            account=account,
            package=package,
            starts_on=today - timedelta(days=60),
            ends_on=today + timedelta(days=305),
            operations_left=left,
        )
        Wallet.of(account).credit(Decimal(money), reference=f"DEMO-W-{account.number}", reason="رصيد العرض التوضيحي", actor=STAFF.username)


def _rename(account: Account, name: Pair) -> None:
    account.name_ar, account.name_en = name
    account.save(update_fields=["name_ar", "name_en"])
