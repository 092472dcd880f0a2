"""What authorities report: crossings of the border, holds, clearances. Each is known by the authority's reference."""

from collections.abc import Hashable, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muqeem import numbers
from residency.imports.columns import REPORTED_ON, amount, day, number, one_of, resident_number, text
from residency.imports.faults import Row
from residency.imports.kinds import Kind
from residency.imports.papers import RESIDENT, check_owner
from residency.imports.references import link_accounts, link_residents
from residency.models import Clearance, Hold, Movement, Visa

REFERENCE = text("reference", "the authority's reference, by which the row is known again", 40, required=True)


class Reported(Kind):
    """What is known by its reference."""

    model: ClassVar[type[Movement] | type[Hold] | type[Clearance]]
    twice = gettext_lazy("The same reference is in rows %(row)d and %(other)d.")

    def keys(self, row: Row) -> list[tuple[str, Hashable]]:
        return [("reference", row.values["reference"])]

    def link(self, rows: list[Row]) -> None:
        link_residents(rows)

    def known(self, rows: Sequence[Row]) -> dict[int, Any]:
        lines = {row.values["reference"]: row for row in rows}
        found: dict[int, Any] = {}
        for fact in self.model._default_manager.filter(reference__in=lines).order_by("pk").select_for_update():
            check_owner(lines[fact.reference], fact)
            found[lines[fact.reference].line] = fact
        return found


class Movements(Reported):
    """One row a crossing of the border."""

    name = "movements"
    model = Movement
    columns = (
        REFERENCE,
        RESIDENT,
        one_of("direction", "one of", Movement.Direction.values, required=True),
        day("crossed_on", "day of the crossing", required=True),
        text("port", "where", 60),
        number("visa", "number of the visa that was used", numbers.clean_visa_number),
        REPORTED_ON,
    )

    def check(self, row: Row) -> None:
        if row.values["crossed_on"] > self.today:
            row.blame("crossed_on", _("This day is in the future."))

    def link(self, rows: list[Row]) -> None:
        super().link(rows)
        wanted = {row.values["visa"] for row in rows if row.values.get("visa")}
        visas = {visa.number: visa for visa in Visa.objects.filter(number__in=wanted)}
        for row in rows:
            if not row.values.get("visa"):
                continue
            visa = visas.get(row.values["visa"])
            if visa is None or visa.resident != row.values["resident"]:
                row.blame("visa", _("This resident has no visa with this number; import visas first."))
            row.values["visa"] = visa


class Holds(Reported):
    """One row a hold, of a resident or of an account; `cleared_on` ends it."""

    name = "holds"
    model = Hold
    columns = (
        REFERENCE,
        one_of("kind", "one of", Hold.Kind.values, required=True),
        number("resident", "iqama or border number, or …", resident_number),
        number("account", "… number of the account that it is against", numbers.clean_sponsor),
        day("since_on", "since", required=True),
        day("term_on", "end of its term"),
        amount("amount", "amount in riyals"),
        text("authority", "authority that lifts it", 100),
        day("cleared_on", "day on which it ended"),
        REPORTED_ON,
    )

    def check(self, row: Row) -> None:
        if bool(row.values.get("resident")) == bool(row.values.get("account")):
            row.blame("resident", _("A hold is against a resident or an account, one of the two."))
        cleared_on = row.values.get("cleared_on")
        if cleared_on and cleared_on < row.values["since_on"]:
            row.blame("cleared_on", _("This day is before the first day."))

    def link(self, rows: list[Row]) -> None:
        super().link(rows)
        link_accounts(rows, "account", "account")


class Clearances(Reported):
    """One row a clearance."""

    name = "clearances"
    model = Clearance
    columns = (
        REFERENCE,
        one_of("kind", "one of", Clearance.Kind.values, required=True),
        RESIDENT,
        day("from_on", "first day", required=True),
        day("until_on", "last day", required=True),
        text("authority", "who gave it", 100),
        REPORTED_ON,
    )

    def check(self, row: Row) -> None:
        if row.values["until_on"] < row.values["from_on"]:
            row.blame("until_on", _("This day is before the first day."))
