"""What the tests of the services about papers and names of a resident share: people, what is refused, what stays as it was."""

from typing import Any

from django.utils.translation import override

from accounts.models import Entry
from accounts.models.tokens import Step
from muqeem import clock
from muqeem.operations.base import Operation
from muqeem.operations.invariants import violations
from muqeem.operations.models import Document, Print, Receipt
from muqeem.record.models import Message, Parameter
from residency.models import Iqama, MissingReport, Passport, Resident
from tests.operations.journeys import Person, said

Words = dict[str, str]  # what is said in each language


def terms() -> Any:
    return Parameter.objects.terms(clock.today())


def obstacles(service: type[Operation], resident: Resident) -> list[str]:
    """What stands in the way of a service."""
    fresh = Resident.objects.get(pk=resident.pk)
    return [finding.fact.key for finding in service.judge(fresh, fresh.sponsor, terms()) if not finding.met]


def errors(person: Person, service: type[Operation], **answers: Any) -> dict[str, list[str]]:
    """What is wrong with the answers of the own resident, in English."""
    data = person.answers(slug=service.slug) | answers
    form = service.form_class(data, account=person.account, terms=terms(), branches=[])
    with override("en"):
        return {name: list(found) for name, found in form.errors.items()}


def state_of(person: Person) -> list[Any]:
    """All that a service about papers and names may change, spend or send."""
    person.wallet.refresh_from_db()
    person.subscription.refresh_from_db()
    return [
        *(list(model.objects.order_by("pk").values_list()) for model in (Resident, Passport, Iqama, MissingReport)),
        person.wallet.balance,
        person.subscription.operations_left,
        *(model.objects.count() for model in (Entry, Receipt, Document, Print)),
        Message.objects.filter(arguments__has_key="receipt").count(),
    ]


def is_refused(person: Person, slug: str, words: Words, **answers: Any) -> None:
    """What was wrong is said in the person's language, and all is as it was: the token still waits for the data."""
    data = person.answers(slug=slug) | answers
    token, before = person.token(slug), state_of(person)
    answer = person.post(token, **data)
    assert answer.status_code == 422
    assert words[person.user.language] in said(answer)
    token.refresh_from_db()
    assert (token.step(), token.shown, token.used_at) == (Step.DETAILS, None, None)
    assert state_of(person) == before


def broken() -> list[str]:
    """Promises that do not hold; tokens of a factory have never seen a code."""
    return [str(violation) for violation in violations() if violation.code not in {"I05", "I14"}]
