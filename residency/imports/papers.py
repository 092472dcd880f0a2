"""Papers of a resident: passports, versions of the permit, visas."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muqeem import numbers
from residency.imports.columns import REPORTED_ON, country, day, number, one_of, resident_number, text, whole
from residency.imports.faults import Row
from residency.imports.kinds import Kind, Written
from residency.imports.references import link_residents
from residency.models import Iqama, Passport, Visa

RESIDENT = number("resident", "iqama or border number", resident_number, required=True)


def check_owner(row: Row, paper: Any) -> None:
    """A paper does not pass from one person to another."""
    if paper.resident_id != getattr(row.values["resident"], "pk", None):
        row.blame("resident", _("The register knows this under another resident."))


class Passports(Kind):
    """One row a passport. A new one replaces the one on record; the file that brings it need not name the old one.

    What was told here of a passport stands against facts of an earlier or the same day, and of no day at all.
    """

    name = "passports"
    model = Passport
    twice = gettext_lazy("The same passport, or two passports in use of one resident, are in rows %(row)d and %(other)d.")
    columns = (
        RESIDENT,
        number("number", "passport number", numbers.clean_passport, required=True),
        country("country", "country that issued it, two letters, ISO 3166-1"),
        day("issued_on", "issued on"),
        day("expires_on", "expires on", required=True),
        text("place", "place of issue", 60),
        day("replaced_on", "day on which another took its place; empty for the one in use"),
        REPORTED_ON,
    )

    def keys(self, row: Row) -> list[tuple[str, Hashable]]:
        keys: list[tuple[str, Hashable]] = [("number", (row.values["country"], row.values["number"]))]
        in_use = row.values["resident"] and not row.values.get("replaced_on")
        return [*keys, ("resident", row.values["resident"])] if in_use else keys

    def check(self, row: Row) -> None:
        issued_on = row.values.get("issued_on")
        if issued_on and issued_on >= row.values["expires_on"]:
            row.blame("expires_on", _("This day is not after the day of issue."))

    def link(self, rows: list[Row]) -> None:
        link_residents(rows)

    def known(self, rows: Sequence[Row]) -> dict[int, Any]:
        lines = {(row.values["country"], row.values["number"]): row for row in rows}
        found = {}
        for passport in Passport.objects.filter(number__in=[key[1] for key in lines]).order_by("pk").select_for_update():
            row = lines.get((passport.country, passport.number))
            if row:
                check_owner(row, passport)
                found[row.line] = passport
                if passport.expires_on > row.values["expires_on"] and row.predates(passport.updated_on):
                    row.values.pop("expires_on")  # it was extended since
        for row in rows:
            if not row.values.get("replaced_on", ""):
                row.values.pop("replaced_on", None)  # once replaced, a passport stays so
        return found

    def before(self, added: Written, changed: Written) -> None:
        """Keep one passport in use: the newest."""
        fresh = {passport.resident_id: (row, passport) for row, passport in added if passport.replaced_on is None}
        for current in Passport.objects.filter(resident__in=fresh, replaced_on=None).order_by("pk").select_for_update():
            row, new = fresh[current.resident_id]
            if _is_older(new, current, row):
                new.replaced_on = current.issued_on or self.today
            else:
                Passport.objects.filter(pk=current.pk).update(replaced_on=new.issued_on or self.today)


def _is_older(new: Passport, current: Passport, row: Row) -> bool:
    """Whether an unknown passport came before the one in use: by the days of issue or, without them, by the days of the reports."""
    if new.issued_on and current.issued_on:
        return new.issued_on < current.issued_on
    return row.predates(current.updated_on)


class Permits(Kind):
    """One row a version of the residency permit."""

    name = "permits"
    model = Iqama
    derived = ("days_late",)
    twice = gettext_lazy("The same version is in rows %(row)d and %(other)d.")
    columns = (
        RESIDENT,
        whole("version", "number of the version, from 1", required=True),
        day("issued_on", "issued on", required=True),
        day("starts_on", "residency from", required=True),
        day("expires_on", "residency until", required=True),
        whole("months", "length in months"),
        REPORTED_ON,
    )

    def keys(self, row: Row) -> list[tuple[str, Hashable]]:
        resident = row.values["resident"]
        return [("version", (resident, row.values["version"]))] if resident else []

    def check(self, row: Row) -> None:
        if row.values["expires_on"] <= row.values["starts_on"]:
            row.blame("expires_on", _("This day is not after the first day."))
        if row.values["version"] == 0:
            row.blame("version", _("Versions begin with 1."))
        if (row.values.get("months") or 0) > 120:
            row.blame("months", _("At most 120 months."))

    def link(self, rows: list[Row]) -> None:
        link_residents(rows)

    def waves(self, rows: list[Row]) -> Iterable[list[Row]]:
        return [sorted(rows, key=lambda row: (row.values["resident"].pk, row.values["version"]))]

    def known(self, rows: Sequence[Row]) -> dict[int, Any]:
        lines = {(row.values["resident"].pk, row.values["version"]): row.line for row in rows}
        found = Iqama.objects.filter(resident__in={pk for pk, _version in lines}).order_by("pk").select_for_update()
        return {lines[iqama.resident_id, iqama.version]: iqama for iqama in found if (iqama.resident_id, iqama.version) in lines}

    def before(self, added: Written, changed: Written) -> None:
        """How late a version was issued follows from the end of the one before."""
        written = [iqama for _row, iqama in (*added, *changed)]
        ends: dict[tuple[int, int], date] = {
            (resident, version): expires_on
            for resident, version, expires_on in Iqama.objects.filter(resident__in={iqama.resident_id for iqama in written}).values_list(
                "resident", "version", "expires_on"
            )
        }
        ends |= {(iqama.resident_id, iqama.version): iqama.expires_on for iqama in written}
        for iqama in written:
            end_before = ends.get((iqama.resident_id, iqama.version - 1))
            iqama.days_late = max(0, (iqama.issued_on - end_before).days) if end_before else 0


class Visas(Kind):
    """One row a visa."""

    name = "visas"
    model = Visa
    twice = gettext_lazy("The same visa is in rows %(row)d and %(other)d.")
    columns = (
        number("number", "visa number", numbers.clean_visa_number, required=True),
        RESIDENT,
        one_of("kind", "one of", Visa.Kind.values, required=True),
        day("issued_on", "issued on", required=True),
        day("leave_before", "last day to leave"),
        day("return_before", "last day to return"),
        day("ends_on", "last day on which it may matter; if empty, the later of the two"),
        whole("months", "length in months"),
        day("used_on", "day on which it was used up"),
        day("cancelled_on", "day of its cancellation"),
        REPORTED_ON,
    )

    def keys(self, row: Row) -> list[tuple[str, Hashable]]:
        return [("number", row.values["number"])]

    def check(self, row: Row) -> None:
        values = row.values
        lasts = [values.get(column) for column in ("leave_before", "return_before")]
        values["ends_on"] = values.get("ends_on") or max((day for day in lasts if day), default=None)
        if values["ends_on"] is None:
            row.blame("ends_on", _("A last day is needed here, or a day to leave or to return."))
        elif values["ends_on"] < values["issued_on"]:
            row.blame("ends_on", _("This day is before the day of issue."))

    def link(self, rows: list[Row]) -> None:
        link_residents(rows)

    def known(self, rows: Sequence[Row]) -> dict[int, Any]:
        lines = {row.values["number"]: row for row in rows}
        found = {}
        for visa in Visa.objects.filter(number__in=lines).order_by("pk").select_for_update():
            check_owner(lines[visa.number], visa)
            found[lines[visa.number].line] = visa
        for row in rows:
            for column in ("used_on", "cancelled_on"):
                if not row.values.get(column, ""):
                    row.values.pop(column, None)  # what the border or the portal knows, an empty cell does not take away
        return found

    def before(self, added: Written, changed: Written) -> None:
        """One open visa of a person at a time, as the table demands."""
        written = [(row, visa) for row, visa in (*added, *changed) if _is_open(visa)]
        mine = {visa.number for _row, visa in (*added, *changed)}
        residents = {visa.resident_id for _row, visa in written}
        spans: dict[int, list[tuple[date, date, str]]] = defaultdict(list)
        for other in Visa.objects.filter(OPEN, resident__in=residents).exclude(number__in=mine):
            spans[other.resident_id].append((other.issued_on, other.ends_on, other.number))
        for row, visa in written:
            for begins, ends, number_of_other in spans[visa.resident_id]:
                if begins <= visa.ends_on and visa.issued_on <= ends:
                    row.blame("number", _("Visa %(number)s of this resident is open at the same time.") % {"number": number_of_other})
            spans[visa.resident_id].append((visa.issued_on, visa.ends_on, visa.number))


OPEN = Q(cancelled_on=None, used_on=None, fined_on=None, kind__in=Visa.TRAVEL)


def _is_open(visa: Visa) -> bool:
    return not (visa.cancelled_on or visa.used_on or visa.fined_on) and visa.kind in Visa.TRAVEL
