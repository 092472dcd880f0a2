"""Which visa two facts lead to, and what anyone who knows both may learn of it.

Both facts are conditions of one query, so that a number that is not there and a fact that does not match find nothing
in the same way and in the same time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Exists, F, Func, OuterRef, Q, Subquery, TextChoices, TextField, Value
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from muqeem import names
from residency.models import Passport, Resident, Visa

NAME_LENGTH = 250  # of four parts, each with its most letters, and the spaces between


class Fact(TextChoices):
    """The second facts that a visitor may choose from, by the names of their fields."""

    PASSPORT = "passport_number", _("Passport number")
    BIRTH = "birth_on", _("Date of birth")
    NAME = "name", _("Full name")
    PERMIT_END = "iqama_expires_on", _("Residency until")
    VISA = "visa_number", _("Visa number")
    VISA_END = "visa_expires_on", _("Last day of the visa")


@dataclass(frozen=True)
class Question:
    """A number, and what must match it."""

    number: str
    fact: Fact
    value: Any


class Words(Func):
    """The words of one script in a folded name, sorted by their signs."""

    template = """ARRAY(SELECT word FROM unnest(string_to_array(%(expressions)s, ' ')) word
                  WHERE (word ~ '[A-Z]') = %(latin)s ORDER BY word COLLATE "C")"""
    output_field = ArrayField(TextField())

    def __init__(self, name: Any, *, latin: bool) -> None:
        super().__init__(name, latin=str(latin).lower())


def _named(name: str) -> Q:
    """All words of either whole name, in whatever order; some of them say nothing."""
    words = sorted(names.fold_latin(names.fold_arabic(name)).split())
    latin = any(word.isascii() for word in words)
    return Q(Exact(Words(F("resident__folded"), latin=latin), Value(words, output_field=ArrayField(TextField()))))


def _of_passport(number: str) -> Q:
    """Any passport on record: an old one stands on papers that are still in force."""
    return Q(Exists(Passport.objects.filter(resident=OuterRef("resident"), number=number)))


MATCHES: Mapping[Fact, Callable[[Any], Q]] = {
    Fact.PASSPORT: _of_passport,
    Fact.BIRTH: lambda day: Q(resident__birth_on=day),
    Fact.NAME: _named,
    Fact.PERMIT_END: lambda day: Q(resident__permit_ends_on=day),
    Fact.VISA: lambda number: Q(number=number),
    Fact.VISA_END: lambda day: Q(ends_on=day) | Q(return_before=day),
}


def find(question: Question) -> Visa | None:
    """The visa of this number, or the newest of the person of this number, if the second fact is true of it."""
    person = Resident.objects.filter(iqama_number=question.number).values("pk")[:1]
    visas = Visa.objects.filter(Q(number=question.number) | Q(resident=Subquery(person)), MATCHES[question.fact](question.value))
    return visas.select_related("resident").order_by("-issued_on", "-pk").first()
