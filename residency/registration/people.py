"""Finding whom two facts are of, and making the account."""

from dataclasses import dataclass
from datetime import date

from accounts.models import Account, Membership, Package, Subscription, User
from muqeem import clock
from muqeem.record.models import Event, Parameter
from residency.models import Resident

FREE = "package.individual.free_operations"  # a year
FREE_PACKAGE = "individual"


@dataclass(frozen=True)
class Known:
    """Somebody on record: a resident in the register, or a citizen among those who employ."""

    number: str
    name_ar: str
    name_en: str
    phone: str

    @property
    def names(self) -> dict[str, str]:
        return {"ar": self.name_ar, "en": self.name_en}


def find(number: str, birth_on: date) -> Known | None:
    """The person of whom both are true. Without a phone on record no code will ever be right."""
    if number.startswith("1"):
        citizen = Account.objects.filter(number=number, birth_on=birth_on).first()
        return Known(number, citizen.name_ar, citizen.name_en, citizen.phone) if citizen else None
    resident = Resident.objects.here().filter(iqama_number=number, birth_on=birth_on).first()
    return Known(number, resident.name_ar, resident.name_en, resident.phone) if resident else None


def is_registered(known: Known) -> bool:
    return User.objects.filter(id_number=known.number).exists()


def register(known: Known, *, language: str, username: str, password: str) -> User:
    """The person's user, account and free operations. Raises IntegrityError for the second of two at once. Requires a transaction.

    The portal goes on in the language of the registration, whatever the register says.
    """
    names = {"name_ar": known.name_ar, "name_en": known.name_en}
    user = User.join(known.phone, password, username=username, id_number=known.number, language=language, **names)
    account = Account.objects.get_or_create(number=known.number, defaults=names)[0]
    Membership.objects.create(user=user, account=account, is_main=True)
    _give_free_operations(account)
    Event.objects.seal("registered", actor=user.username, account=account.number, subject=str(user.uuid))
    return user


def _give_free_operations(account: Account) -> None:
    """A year with so many operations as the parameter says, to whoever has subscribed to nothing yet."""
    today = clock.today()
    free = Parameter.objects.terms(today).number(FREE)
    if free and not account.subscriptions.exists():
        names = {"name_ar": "عمليات الأفراد", "name_en": "Individual operations", "price": 0}
        package = Package.objects.get_or_create(code=FREE_PACKAGE, defaults=names)[0]
        Subscription.begin(account, package, today, operations=free)
