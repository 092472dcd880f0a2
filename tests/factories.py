"""People, accounts and papers for tests. Adjectives say what is special about a row; everything unsaid is in order.

A plain `ResidentFactory()` is a worker inside the Kingdom whose residency ends in 30 days and may be renewed.
"""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from accounts.models import (
    Account,
    AuthenticatorApp,
    Branch,
    Entry,
    Membership,
    Office,
    OperationToken,
    Package,
    PhoneDevice,
    Subscription,
    SubscriptionRequest,
    User,
    Wallet,
)
from accounts.models.tokens import TIME_TO_CONFIRM, Method
from muqeem import clock
from muqeem.hijri import add_months
from muqeem.numbers import luhn_complete
from residency.models import Clearance, Hold, Iqama, Movement, Occupation, Passport, Resident, ShareCode, View, Visa

PASSWORD = "blue lamps over Najran"


@cache
def password_hash() -> str:
    """The one password of all test users, hashed once."""
    return make_password(PASSWORD)


def in_days(days: int) -> date:
    """A Riyadh day counted from today."""
    return clock.today() + timedelta(days=days)


def day_of(when: date | int) -> date:
    """A day, or so many days from today."""
    return in_days(when) if isinstance(when, int) else when


def birthday(age: int) -> date:
    """The day of birth of somebody who has just turned so many years."""
    return add_months(clock.today(), -12 * age)


# --- accounts -------------------------------------------------------------------------------------
class OfficeFactory(DjangoModelFactory):
    class Meta:
        model = Office

    code = factory.Sequence(lambda n: f"RUH{n}")
    name_ar = "جوازات الرياض"
    name_en = "Riyadh passport office"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    password = factory.LazyFunction(password_hash)
    name_ar = "سارة القحطاني"
    name_en = "SARAH ALQAHTANI"
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")
    language = "en"

    class Params:
        clerk = factory.Trait(office=factory.SubFactory(OfficeFactory))
        staff = factory.Trait(is_staff=True)

    @factory.post_generation
    def with_phone(self, create, extracted, **_kwargs):
        if create and extracted is not False:
            PhoneDeviceFactory(user=self)

    @factory.post_generation
    def with_app(self, create, extracted, **_kwargs):
        if create and extracted:
            AuthenticatorApp.objects.create(user=self, name="app", confirmed=True)


class PhoneDeviceFactory(DjangoModelFactory):
    class Meta:
        model = PhoneDevice

    user = factory.SubFactory(UserFactory, with_phone=False)
    name = "phone"
    number = factory.Sequence(lambda n: f"+96650{n:07}")
    confirmed = True


class AccountFactory(DjangoModelFactory):
    class Meta:
        model = Account

    number = factory.Sequence(lambda n: f"79{n:08}")
    name_ar = "شركة الأفق للتجارة"
    name_en = "Horizon Trading Company"
    saudis = 10
    expatriates = 20

    class Params:
        establishment = factory.Trait()
        saudi_majority = factory.Trait(saudis=20, expatriates=20)
        individual = factory.Trait(
            number=factory.Sequence(lambda n: luhn_complete(f"29{n:07}")), name_ar="مقيم", name_en="RESIDENT", saudis=0, expatriates=0
        )
        citizen = factory.Trait(
            number=factory.Sequence(lambda n: luhn_complete(f"19{n:07}")), name_ar="مواطن", name_en="CITIZEN", saudis=0, expatriates=0
        )


class BranchFactory(DjangoModelFactory):
    class Meta:
        model = Branch

    account = factory.SubFactory(AccountFactory)
    name_ar = factory.Sequence(lambda n: f"فرع {n}")
    name_en = factory.Sequence(lambda n: f"Branch {n}")


class MembershipFactory(DjangoModelFactory):
    """A delegated user without privileges; `main=True` for a main user."""

    class Meta:
        model = Membership
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)
    account = factory.SubFactory(AccountFactory)

    class Params:
        main = factory.Trait(is_main=True)
        suspended = factory.Trait(suspended_at=factory.LazyFunction(clock.now))
        removed = factory.Trait(removed_at=factory.LazyFunction(clock.now))

    @factory.post_generation
    def branches(self, create, extracted, **_kwargs):
        if create and extracted:
            self.branches.set(extracted)


class PackageFactory(DjangoModelFactory):
    class Meta:
        model = Package

    code = factory.Sequence(lambda n: f"package-{n}")
    name_ar = "شامل"
    name_en = "Shamil"
    price = Decimal("1000.00")
    is_demonstration = True


class SubscriptionRequestFactory(DjangoModelFactory):
    """One that waits for staff."""

    class Meta:
        model = SubscriptionRequest

    name = "Noura Alamri"
    id_number = "1000000008"
    phone = "+966500000777"
    email = factory.Sequence(lambda n: f"asks{n}@example.com")
    company = "Najd Bakeries"
    company_number = factory.Sequence(lambda n: f"701{n:07}")
    city = "0101"
    package = factory.SubFactory(PackageFactory)
    language = "en"


class SubscriptionFactory(DjangoModelFactory):
    """A hundred operations for a year; `unlimited=True` for Shamil, `used_up=True` for none left."""

    class Meta:
        model = Subscription

    account = factory.SubFactory(AccountFactory)
    package = factory.SubFactory(PackageFactory)
    starts_on = factory.LazyFunction(lambda: in_days(-30))
    ends_on = factory.LazyFunction(lambda: in_days(335))
    operations_left = 100

    class Params:
        unlimited = factory.Trait(operations_left=None)
        used_up = factory.Trait(operations_left=0)
        over = factory.Trait(starts_on=factory.LazyFunction(lambda: in_days(-366)), ends_on=factory.LazyFunction(lambda: in_days(-1)))


class WalletFactory(DjangoModelFactory):
    """A wallet with money in it, and the entry that it came from: `WalletFactory(holding="250.00")`."""

    class Meta:
        model = Wallet
        skip_postgeneration_save = True

    account = factory.SubFactory(AccountFactory)

    @factory.post_generation
    def holding(self, create, extracted, **_kwargs):
        amount = Decimal("100000.00" if extracted is None else extracted)
        if create and amount:
            self.credit(amount, reference=f"DEPOSIT-{self.pk}", reason="deposit", actor="staff")


class EntryFactory(DjangoModelFactory):
    """One entry, made the only way that keeps the balance true."""

    class Meta:
        model = Entry

    wallet = factory.SubFactory(WalletFactory)
    amount = Decimal("10.00")
    reference = factory.Sequence(lambda n: f"ENTRY-{n}")
    reason = "deposit"
    actor = "staff"

    @classmethod
    def _create(cls, model_class, wallet, amount, **named):
        return wallet.credit(amount, **named)


class OperationTokenFactory(DjangoModelFactory):
    """A token that waits for its code; `verified=True` once it was entered."""

    class Meta:
        model = OperationToken

    user = factory.SubFactory(UserFactory)
    account = factory.SubFactory(AccountFactory)
    slug = "iqama-renewal"
    method = Method.TEXT
    sends = 1
    sent_at = factory.LazyFunction(clock.now)

    class Params:
        verified = factory.Trait(
            verified_at=factory.LazyFunction(clock.now), expires_at=factory.LazyFunction(lambda: clock.now() + TIME_TO_CONFIRM)
        )
        lapsed = factory.Trait(
            verified_at=factory.LazyFunction(lambda: clock.now() - 2 * TIME_TO_CONFIRM),
            expires_at=factory.LazyFunction(lambda: clock.now() - TIME_TO_CONFIRM),
        )
        by_app = factory.Trait(method=Method.APP, sends=0, sent_at=None)


# --- the register ---------------------------------------------------------------------------------
class OccupationFactory(DjangoModelFactory):
    class Meta:
        model = Occupation
        django_get_or_create = ("code",)

    code = "2142001"
    title_ar = "مهندس مدني"
    title_en = "Civil engineer"


class ResidentFactory(DjangoModelFactory):
    """Adjectives: worker (the usual), domestic, dependant, companion, son, daughter, outside, deceased, left.

    `expiring_in`, `passport_until`, `insured_until` and `permitted_until` take a day or a number of days from today;
    False leaves the paper out. `aged=21` is 21 today. A work permit is there only if it is asked for.
    """

    class Meta:
        model = Resident
        skip_postgeneration_save = True

    iqama_number = factory.Sequence(lambda n: luhn_complete(f"29{n:07}"))
    border_number = factory.Sequence(lambda n: f"39{n:08}")
    kind = Resident.Kind.WORKER
    first_ar = "محمد"
    father_ar = "عبد الرحمن"
    grandfather_ar = "علي"
    family_ar = "خان"
    first_en = "MOHAMMAD"
    father_en = "ABDULRAHMAN"
    grandfather_en = "ALI"
    family_en = "KHAN"
    birth_on = factory.LazyAttribute(lambda resident: birthday(resident.aged))
    gender = Resident.Gender.MALE
    nationality = "PK"
    religion = Resident.Religion.MUSLIM
    marital_status = Resident.MaritalStatus.MARRIED
    occupation = factory.SubFactory(OccupationFactory)
    sponsor = factory.SubFactory(AccountFactory)
    phone = factory.Sequence(lambda n: f"+96655{n:07}")
    biometrics_on = date(2019, 1, 20)
    entered_on = date(2019, 1, 10)

    class Params:
        worker = factory.Trait()
        domestic = factory.Trait(
            kind=Resident.Kind.DOMESTIC,
            sponsor=factory.SubFactory(AccountFactory, citizen=True),
            occupation=factory.SubFactory(OccupationFactory, code="9111001", title_ar="عامل منزلي", title_en="Domestic worker"),
        )
        of_family = factory.Trait(
            occupation=None,
            head=factory.SubFactory("tests.factories.ResidentFactory"),
            sponsor=factory.SelfAttribute("head.sponsor"),
            phone="",
        )
        dependant = factory.Trait(
            of_family=True,
            kind=Resident.Kind.DEPENDANT,
            gender=Resident.Gender.FEMALE,
            first_ar="فاطمة",
            first_en="FATIMA",
            relationship=Resident.Relationship.WIFE,
        )
        companion = factory.Trait(of_family=True, kind=Resident.Kind.COMPANION, relationship=Resident.Relationship.FATHER)
        son = factory.Trait(of_family=True, kind=Resident.Kind.DEPENDANT, relationship=Resident.Relationship.SON)
        daughter = factory.Trait(
            of_family=True,
            kind=Resident.Kind.DEPENDANT,
            gender=Resident.Gender.FEMALE,
            first_ar="مريم",
            first_en="MARYAM",
            relationship=Resident.Relationship.DAUGHTER,
        )
        aged = 35
        deceased = factory.Trait(deceased_on=factory.LazyFunction(lambda: in_days(-10)))
        left = factory.Trait(left_on=factory.LazyFunction(lambda: in_days(-10)))

    @factory.post_generation
    def expiring_in(self, create, extracted, **_kwargs):
        if create and extracted is not False:
            IqamaFactory(resident=self, expires_on=day_of(30 if extracted is None else extracted))

    @factory.post_generation
    def passport_until(self, create, extracted, **_kwargs):
        if create and extracted is not False:
            PassportFactory(resident=self, expires_on=day_of(1000 if extracted is None else extracted))

    @factory.post_generation
    def insured_until(self, create, extracted, **_kwargs):
        if create and extracted is not False:
            ClearanceFactory(resident=self, until_on=day_of(1500 if extracted is None else extracted))

    @factory.post_generation
    def permitted_until(self, create, extracted, **_kwargs):
        if create and extracted is not None and extracted is not False:
            ClearanceFactory(resident=self, kind=Clearance.Kind.WORK_PERMIT, until_on=day_of(extracted))

    @factory.post_generation
    def outside(self, create, extracted, **_kwargs):
        if create and extracted:
            MovementFactory(resident=self, direction=Movement.Direction.OUT)


class IqamaFactory(DjangoModelFactory):
    """The next version of a residency, a year long; `days_late=5` for one that was renewed five days after the end."""

    class Meta:
        model = Iqama

    resident = factory.SubFactory(ResidentFactory, expiring_in=False)
    version = factory.LazyAttribute(lambda iqama: iqama.resident.iqamas.count() + 1)
    expires_on = factory.LazyFunction(lambda: in_days(30))
    starts_on = factory.LazyAttribute(lambda iqama: iqama.expires_on - timedelta(days=365))
    issued_on = factory.SelfAttribute("starts_on")
    months = 12
    days_late = 0


class PassportFactory(DjangoModelFactory):
    class Meta:
        model = Passport

    resident = factory.SubFactory(ResidentFactory, passport_until=False)
    number = factory.Sequence(lambda n: f"AB{n:07}")
    country = factory.SelfAttribute("resident.nationality")
    issued_on = factory.LazyAttribute(lambda passport: passport.expires_on - timedelta(days=3650))
    expires_on = factory.LazyFunction(lambda: in_days(1000))
    place = "Karachi"


class VisaFactory(DjangoModelFactory):
    """A single exit/re-entry visa of today; `final=True` for a final exit."""

    class Meta:
        model = Visa

    resident = factory.SubFactory(ResidentFactory)
    number = factory.Sequence(lambda n: f"{6_000_000_000 + n}")
    kind = Visa.Kind.SINGLE
    issued_on = factory.LazyFunction(clock.today)
    leave_before = factory.LazyAttribute(lambda visa: visa.ends_on)
    return_before = factory.LazyAttribute(lambda visa: visa.ends_on)
    ends_on = factory.LazyAttribute(lambda visa: visa.issued_on + timedelta(days=60))

    class Params:
        final = factory.Trait(kind=Visa.Kind.FINAL, return_before=None)


class MovementFactory(DjangoModelFactory):
    class Meta:
        model = Movement

    resident = factory.SubFactory(ResidentFactory)
    direction = Movement.Direction.IN
    crossed_on = factory.LazyFunction(lambda: in_days(-20))
    port = "Riyadh"
    reference = factory.Sequence(lambda n: f"CROSSING-{n}")


class HoldFactory(DjangoModelFactory):
    """Unpaid traffic violations of 300; `of_account=…` for a hold of an account instead of a resident."""

    class Meta:
        model = Hold

    kind = Hold.Kind.TRAFFIC
    resident = factory.Maybe("of_account", None, factory.SubFactory(ResidentFactory))
    account = factory.SelfAttribute("of_account")
    since_on = factory.LazyFunction(lambda: in_days(-40))
    amount = Decimal("300.00")
    reference = factory.Sequence(lambda n: f"HOLD-{n}")

    class Params:
        of_account = None


class ClearanceFactory(DjangoModelFactory):
    class Meta:
        model = Clearance

    kind = Clearance.Kind.INSURANCE
    resident = factory.SubFactory(ResidentFactory, insured_until=False)
    from_on = factory.LazyAttribute(lambda clearance: clearance.until_on - timedelta(days=3650))
    until_on = factory.LazyFunction(lambda: in_days(1500))
    authority = ""
    reference = factory.Sequence(lambda n: f"CLEARANCE-{n}")


class ViewFactory(DjangoModelFactory):
    class Meta:
        model = View

    resident = factory.SubFactory(ResidentFactory)
    user = factory.SubFactory(UserFactory)
    account = factory.SelfAttribute("resident.sponsor")


class ShareCodeFactory(DjangoModelFactory):
    """A code for a bank that can be used for a week."""

    class Meta:
        model = ShareCode

    resident = factory.SubFactory(ResidentFactory)
    user = factory.SubFactory(UserFactory)
    purpose = "bank"
    issued_on = factory.LazyFunction(lambda: in_days(0))
    until_on = factory.LazyFunction(lambda: in_days(7))
