"""Residents, and the dependants who refer to their head of household."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Branch
from muqeem import numbers
from residency.imports.columns import REPORTED_ON, arabic, country, day, latin, number, one_of, resident_number, text
from residency.imports.faults import Row
from residency.imports.kinds import Kind, Written
from residency.imports.references import link_accounts, residents_by_number
from residency.models import Occupation, Resident, Visa

PART = 40  # signs of one part of a name
LATIN = ("first_en", "father_en", "grandfather_en", "family_en")


class Residents(Kind):
    """One row a person, known by the iqama number or, before there is one, by the border number.

    A name in Latin letters that was corrected here stands against facts of an earlier or the same day, and of no day at all.
    """

    name = "residents"
    model = Resident
    derived = ("branch", "folded")
    twice = gettext_lazy("The same resident is in rows %(row)d and %(other)d.")
    columns = (
        number("iqama_number", "iqama number, if one is issued", numbers.clean_iqama),
        number("border_number", "border number; one of the two is needed", numbers.clean_border),
        one_of("kind", "one of", Resident.Kind.values, required=True),
        arabic("first_ar", "first name in Arabic", PART, required=True),
        arabic("father_ar", "father's name in Arabic", PART),
        arabic("grandfather_ar", "grandfather's name in Arabic", PART),
        arabic("family_ar", "family name in Arabic", PART),
        latin("first_en", "first name in Latin letters", PART, required=True),
        latin("father_en", "father's name in Latin letters", PART),
        latin("grandfather_en", "grandfather's name in Latin letters", PART),
        latin("family_en", "family name in Latin letters", PART),
        day("birth_on", "date of birth", required=True),
        one_of("gender", "one of", Resident.Gender.values, required=True),
        country("nationality", "country code of two letters, ISO 3166-1"),
        one_of("religion", "one of", Resident.Religion.values, required=True),
        one_of("marital_status", "one of", Resident.MaritalStatus.values, required=True),
        text("occupation", "code of the occupation", 10),
        text("occupation_ar", "its title in Arabic, needed where the code is new", 150),
        text("occupation_en", "its title in English, needed where the code is new", 150),
        number("employer", "number of the employer's account; of dependants it is the head's", numbers.clean_sponsor),
        text("branch", "branch of the establishment; of dependants it is the head's", 100),
        number("head", "iqama or border number of the head of household", resident_number),
        one_of("relationship", "to the head, one of", Resident.Relationship.values),
        number("phone", "Saudi mobile number", numbers.clean_phone),
        one_of("language", "one of", ("ar", "en"), empty="ar"),
        day("biometrics_on", "day on which biometrics were recorded"),
        day("entered_on", "day of entry"),
        day("deceased_on", "day of death"),
        day("left_on", "day of leaving for good"),
        REPORTED_ON,
    )

    def keys(self, row: Row) -> list[tuple[str, Hashable]]:
        return [(column, row.values[column]) for column in ("iqama_number", "border_number") if row.values.get(column)]

    def check(self, row: Row) -> None:
        values = row.values
        if not self.keys(row):
            row.blame("iqama_number", _("An iqama number or a border number is needed."))
        if values["birth_on"] > self.today:
            row.blame("birth_on", _("This day is in the future."))
        if "phone" in values:
            values["phone"] = values["phone"] or ""
        if values["kind"] in {Resident.Kind.DEPENDANT, Resident.Kind.COMPANION}:
            for column in ("head", "relationship"):
                if not values.get(column):
                    row.blame(column, _("A dependant or companion needs a value here."))
        else:
            if values.get("head"):
                row.blame("head", _("Only a dependant or companion has a head of household."))
            values |= {"head": None, "relationship": ""}
            if not values.get("employer"):
                row.blame("employer", _("A worker needs a value here."))

    def link(self, rows: list[Row]) -> None:
        link_accounts(rows, "employer", "sponsor")
        self._link_branches(rows)
        self._link_occupations(rows)
        self._check_heads(rows)

    def waves(self, rows: list[Row]) -> Iterable[list[Row]]:
        """Heads first: a dependant may come before the head in the file, and stands under the head's employer."""
        yield [row for row in rows if not row.values.get("head")]
        dependants = [row for row in rows if row.values.get("head")]
        heads = residents_by_number(row.values["head"] for row in dependants)
        for row in dependants:
            head = heads[row.values["head"]]
            if row.values["sponsor"] and row.values["sponsor"] != head.sponsor:
                row.blame("employer", _("A dependant stands under the employer of the head of household."))
            row.values |= {"head": head, "sponsor": head.sponsor, "branch": head.branch}
        yield dependants

    def known(self, rows: Sequence[Row]) -> dict[int, Any]:
        numbered = {column: [row.values[column] for row in rows if row.values.get(column)] for column in ("iqama_number", "border_number")}
        either = Q(iqama_number__in=numbered["iqama_number"]) | Q(border_number__in=numbered["border_number"])
        residents = list(Resident.objects.filter(either).select_related("branch").order_by("pk").select_for_update(of=["self"]))
        by_number = {number: each for each in residents for number in (each.iqama_number, each.border_number) if number}
        heads = set(Resident.objects.filter(head__in=residents).values_list("head", flat=True))
        found: dict[int, Any] = {}
        for row in rows:
            meant = {by_number[number].pk: by_number[number] for _column, number in self.keys(row) if number in by_number}
            for resident in meant.values():
                self._compare_numbers(row, resident)
                if row.values.get("head") and resident.pk in heads:
                    row.blame("head", _("This person is the head of a household."))
                found[row.line] = resident
                if row.predates(resident.name_corrected_on):
                    for part in LATIN:
                        row.values.pop(part, None)
            for column in ("iqama_number", "border_number"):
                if not row.values.get(column, ""):
                    row.values.pop(column, None)  # an empty cell does not take a number away
        leavers = Visa.objects.filter(resident__in=residents, kind=Visa.Kind.FINAL, used_on__isnull=False, returned_on=None)
        left = set(leavers.values_list("resident", flat=True))
        for row in rows:
            if row.line in found and found[row.line].pk in left and not row.values.get("left_on", ""):
                row.values.pop("left_on", None)  # nor a crossing with a final exit visa
        return found

    def before(self, added: Written, changed: Written) -> None:
        for _row, resident in (*added, *changed):
            resident.fold()
            if resident.branch and resident.branch.account_id != resident.sponsor_id:
                resident.branch = None  # a branch does not go along to another employer

    def after(self, added: Written, changed: Written) -> None:
        """Dependants follow their head to another employer or branch."""
        heads = [resident.pk for _row, resident in changed if not resident.is_dependant]
        head = Resident.objects.filter(pk=OuterRef("head"))
        Resident.objects.filter(head__in=heads).update(sponsor=Subquery(head.values("sponsor")), branch=Subquery(head.values("branch")))

    def _compare_numbers(self, row: Row, resident: Resident) -> None:
        for column in ("iqama_number", "border_number"):
            here, there = row.values.get(column), getattr(resident, column)
            if here and there and here != there:
                row.blame(column, _("The register knows this person under another number: %(number)s.") % {"number": there})

    def _link_branches(self, rows: list[Row]) -> None:
        """Branches are known by name; a new name is a new branch."""
        named = [row for row in rows if row.values.get("branch")]
        wanted = {(row.values["sponsor"], row.values["branch"]) for row in named if row.values["sponsor"]}
        for row in named:
            if row.values["sponsor"] and not row.values["sponsor"].is_establishment:
                row.blame("branch", _("Only an establishment has branches."))
        Branch.objects.bulk_create([Branch(account=account, name_ar=name) for account, name in wanted], ignore_conflicts=True)
        accounts = [account for account, _name in wanted]
        branches = {(branch.account_id, branch.name_ar): branch for branch in Branch.objects.filter(account__in=accounts)}
        for row in rows:
            if "branch" in row.values:
                sponsor = row.values["sponsor"]
                row.values["branch"] = branches.get((sponsor.pk, row.values["branch"])) if sponsor else None

    def _link_occupations(self, rows: list[Row]) -> None:
        codes = {row.values["occupation"] for row in rows if row.values.get("occupation")}
        known = {occupation.code: occupation for occupation in Occupation.objects.filter(code__in=codes)}
        for row in rows:
            code = row.values.get("occupation")
            titles = {"title_ar": row.values.get("occupation_ar"), "title_en": row.values.get("occupation_en")}
            if code and code not in known:
                if all(titles.values()):
                    known[code] = Occupation.objects.create(code=code, **titles)
                else:
                    row.blame("occupation", _("This occupation is new; its titles in Arabic and English are needed."))
            if code is not None:
                row.values["occupation"] = known.get(code)

    def _check_heads(self, rows: list[Row]) -> None:
        """A head is in the file or in the register, and is nobody's dependant."""
        in_file = {number: row for row in (*self.doubtful, *rows) for _column, number in self.keys(row)}
        wanted = {row.values["head"] for row in rows if row.values.get("head")}
        in_register = residents_by_number(wanted)
        for row in rows:
            number = row.values.get("head")
            if not number:
                continue
            if number not in in_file and number not in in_register:
                row.blame("head", _("There is no resident with this number; import residents first."))
            elif in_file[number].values.get("head") if number in in_file else in_register[number].is_dependant:
                row.blame("head", _("A dependant is nobody's head of household."))
