"""The last days that nobody should miss: to cancel a visa that was not used, to return, to leave for good.

They are read from the visas as they stand, for one row in Python and for many in SQL; nothing about them is stored.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, DateField, Exists, F, Func, OuterRef, Q, QuerySet, TextChoices, Value, When
from django.db.models.functions import Coalesce, Least
from django.utils.translation import gettext_lazy as _

from muqeem.record.terms import Terms
from muqeem.sentences import Sentence, say, sentence
from residency.models import Resident, Visa, VisaState

REMINDERS = "visa.reminder_days"  # before the last day


CANCEL_BY = sentence("visa-cancel-by", _("Unused visa: cancel by %(date)s"))
RETURN_BY = sentence("visa-return-by", _("Outside the Kingdom: return by %(date)s"))
EXIT_BY = sentence("visa-exit-by", _("Final exit visa: leave by %(date)s"))
FINED_AFTER = sentence("visa-fined-after", _("A visa that is neither used nor cancelled costs a fine"))
EXTENDED_BEFORE = sentence("visa-extended-before", _("It can be extended before that day"))
CANCELLED_BEFORE = sentence("visa-cancelled-before", _("Whoever stays cancels it before that day"))


class About(TextChoices):
    """What has to be done by then."""

    CANCEL = "cancel", _("Cancel by")
    RETURN = "return", _("Return before")
    EXIT = "exit", _("Exit before")


SAID = {About.CANCEL: (CANCEL_BY, FINED_AFTER), About.RETURN: (RETURN_BY, EXTENDED_BEFORE), About.EXIT: (EXIT_BY, CANCELLED_BEFORE)}


@dataclass(frozen=True)
class Deadline:
    """What has to be done about a visa, and its last day."""

    visa: Visa
    about: About
    on: date

    @classmethod
    def of(cls, visa: Visa, terms: Terms) -> "Deadline | None":
        """The one that a visa has on the day of the terms. What was used once costs no fine and need not be cancelled."""
        match visa.state(terms):
            case VisaState.TRAVELLED:
                return cls(visa, About.RETURN, visa.last_day)
            case VisaState.VALID if visa.kind == Visa.Kind.FINAL:
                return cls(visa, About.EXIT, visa.last_day)
            case VisaState.VALID if visa.kind in Visa.RE_ENTRY and visa.travelled_on is None and visa.cancel_by(terms) >= terms.on:
                return cls(visa, About.CANCEL, visa.cancel_by(terms))
        return None

    @property
    def fact(self) -> Sentence:
        """What has to be done by when."""
        return say(SAID[self.about][0], date=self.on)

    @property
    def mend(self) -> Sentence:
        """What follows, or what else is possible."""
        return say(SAID[self.about][1])

    @property
    def began_on(self) -> date:
        """Since when there is something to be reminded of."""
        return self.visa.travelled_on or self.visa.issued_on

    def days_left(self, day: date) -> int:
        """Days until the last day, which counts."""
        return (self.on - day).days

    def is_near(self, terms: Terms) -> bool:
        """Whether people are told of it already."""
        return self.days_left(terms.on) <= near_days(terms)


class Later(Func):
    """A day so many days or months later, as `add_months` counts them."""

    template = "(%(expressions)s)::date"
    arg_joiner = " + "
    output_field = DateField()

    def __init__(self, day: Any, **period: Any) -> None:
        [(unit, n)] = period.items()
        super().__init__(day, Func(n, function="make_interval", template=f"make_interval({unit} => %(expressions)s)"))


def near_days(terms: Terms) -> int:
    """How long before the last day people are first told."""
    return max(terms.numbers(REMINDERS))


def near(visas: QuerySet[Visa], terms: Terms) -> QuerySet[Visa]:
    """The visas whose last day, `deadline_on`, is near, the first ones first; those of people who have died or left have none."""
    last = terms.on + timedelta(days=near_days(terms))
    open_ones = visas.filter(cancelled_on=None, used_on=None, fined_on=None, ends_on__gte=terms.on, resident__in=Resident.objects.here())
    return open_ones.annotate(deadline_on=_last_day(terms)).filter(deadline_on__range=(terms.on, last)).order_by("deadline_on", "pk")


def has_near_one(terms: Terms) -> Exists:
    """Whether a resident has a visa whose last day is near."""
    return Exists(near(Visa.objects.filter(resident=OuterRef("pk")), terms))


def of_residents(residents: QuerySet[Resident] | Iterable[Resident], terms: Terms, most: int) -> list[Deadline]:
    """The near last days of some residents, the first ones first."""
    visas = near(Visa.objects.filter(resident__in=residents), terms).select_related("resident")[:most]
    return [deadline for visa in visas if (deadline := Deadline.of(visa, terms))]


def _last_day(terms: Terms) -> Case:
    """The last day of `Deadline.of` as an expression; none where there is no deadline."""
    to_leave = Coalesce("leave_before", "ends_on")
    to_cancel = Later(F("issued_on"), days=Value(terms.number("er.cancel.max_days_from_issue")))
    by_months = Later(F("travelled_on"), months=F("months"))  # none without months, and none counts for nothing below
    return Case(
        When(Q(kind=Visa.Kind.FINAL, travelled_on=None), then=to_leave),
        When(Q(kind__in=Visa.RE_ENTRY, travelled_on=None), then=Least(to_cancel, to_leave)),
        When(
            Q(kind__in=Visa.RE_ENTRY, travelled_on__isnull=False, returned_on=None),
            then=Coalesce("return_before", Least(by_months, F("ends_on"))),
        ),
        output_field=DateField(),
    )
