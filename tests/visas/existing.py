"""People with a visa of an earlier day, and what a service about it says and leaves alone."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import override

from accounts.models import Entry
from muqeem import clock
from muqeem.facts import dates_in_text
from muqeem.hijri import to_hijri
from muqeem.operations.base import Operation
from muqeem.operations.invariants import violations
from muqeem.operations.models import Document, Print, Receipt
from muqeem.operations.perform import perform
from muqeem.record.models import Message, Parameter
from residency.models import Movement, Resident, Visa
from tests.accounts.people import all_at_once
from tests.factories import MovementFactory, ResidentFactory, VisaFactory, in_days
from tests.operations.journeys import Person

OUT, IN = Movement.Direction.OUT, Movement.Direction.IN


def someone(**changed: Any) -> Resident:
    """A worker inside the Kingdom with more than a year of residency left."""
    return ResidentFactory(**{"expiring_in": 400} | changed)


def visa_of(resident: Resident | None = None, **changed: Any) -> Visa:
    """A single visa of ten days ago with twenty days left."""
    return VisaFactory(**{"resident": resident or someone(), "issued_on": in_days(-10), "ends_on": in_days(20)} | changed)


def final_of(resident: Resident | None = None, **changed: Any) -> Visa:
    """A final exit visa of the same days."""
    return visa_of(resident, final=True, return_before=None, **changed)


def cross(visa: Visa, direction: str, days: int) -> Movement:
    """The border reports a crossing with the visa, so many days from today."""
    return MovementFactory(resident=visa.resident, direction=direction, crossed_on=in_days(days), visa=visa)


def abroad(visa: Visa | None = None, *, since: int = -5) -> Visa:
    """The visa of somebody who left with it."""
    visa = visa or visa_of()
    cross(visa, OUT, since)
    return Visa.objects.get(pk=visa.pk)


def acting_for(visa: Visa, **person: Any) -> Person:
    """The main user of the employer, with an authenticator app."""
    return Person(resident=visa.resident, **{"by_app": True, "language": "en"} | person)


def done(person: Person, slug: str, **answers: Any) -> Receipt:
    """A finished operation."""
    token = person.ready(slug=slug, **answers)
    return perform(token, token.fingerprint)


def terms(day: date | None = None) -> Any:
    return Parameter.objects.terms(day or clock.today())


def form_for(service: type[Operation], visa: Visa, *, account: Any = None, day: date | None = None, **answers: Any) -> Any:
    """The form of a service as the employer of the visa's holder sees it."""
    data = {"iqama_number": visa.resident.iqama_number, "visa_number": visa.number} | answers
    return service.form_class(data, account=account or visa.resident.sponsor, terms=terms(day), branches=[])


def errors(form: Any) -> dict[str, list[str]]:
    with override("en"):
        return {name: list(found) for name, found in form.errors.items()}


def obstacles(service: type[Operation], resident: Resident, day: date | None = None) -> dict[str, str]:
    """What stands in the way, each with what mends it, in English."""
    fresh = Resident.objects.get(pk=resident.pk)
    with override("en"):
        return {
            finding.fact.key: str(finding.mend)
            for finding in service.judge(fresh, fresh.sponsor, terms(day))
            if not finding.met and finding.mend
        }


def long_day(day: date) -> str:
    with override("en"):
        return dates_in_text(day)


def typed(day: date, calendar: str = "gregorian") -> dict[str, str]:
    """A return date in the inputs of its field."""
    year, month, of_month = (day.year, day.month, day.day) if calendar == "gregorian" else to_hijri(day)
    parts = {"day": of_month, "month": month, "year": year, "calendar": calendar}
    return {"mode": "return_before"} | {f"return_before_{name}": str(part) for name, part in parts.items()}


def state_of(person: Person) -> list[Any]:
    """All that a visa service may change."""
    person.wallet.refresh_from_db()
    person.subscription.refresh_from_db()
    return [
        list(Visa.objects.order_by("pk").values_list()),
        person.wallet.balance,
        person.subscription.operations_left,
        *(model.objects.count() for model in (Entry, Receipt, Document, Print)),
        Message.objects.filter(arguments__has_key="receipt").count(),
    ]


def broken() -> list[str]:
    """Promises that do not hold; tokens of a factory have never seen a code."""
    return [str(violation) for violation in violations() if violation.code not in {"I05", "I14"}]


def at_once(*acts: Callable[[], Any]) -> Sequence[Any]:
    """What each of these gives, or the exception it raises, when all begin at the same moment."""
    return all_at_once(lambda number: acts[number](), len(acts))
