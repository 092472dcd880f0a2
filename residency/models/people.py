"""Residents: who they are, for whom they work, to whom they belong."""

import uuid
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.db import models, transaction
from django.db.models import Q, Subquery
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Branch
from muqeem import countries, names
from muqeem.record.terms import Terms
from residency.models.file import File
from residency.models.names import LatinName
from residency.models.occupations import Occupation
from residency.models.periods import Period

if TYPE_CHECKING:
    from residency.models.missing import MissingReport
    from residency.models.papers import Iqama, Passport
    from residency.models.visas import Visa


ARABIC = "[\u0600-\u06ff]"
NO_QUOTES = str.maketrans("'\\", "  ")  # signs of PostgreSQL's query language; no name holds them


class ResidentQuerySet(models.QuerySet["Resident"]):
    def reachable_by(self, account: Account, branches: Sequence[int] = ()) -> "ResidentQuerySet":
        """Whom an account may act for: the one place where reach is decided.

        An establishment and a citizen: those they sponsor, with their dependants, who stand under the same sponsor.
        A resident: himself, his dependants and those he sponsors. `branches` narrows a delegated user's reach.
        """
        reach = Q(sponsor=account)
        if account.number.startswith("1"):
            reach &= Q(kind=Resident.Kind.DOMESTIC) | Q(head__kind=Resident.Kind.DOMESTIC)
        elif account.number.startswith("2"):
            oneself = Resident.objects.filter(iqama_number=account.number).values("pk")[:1]
            reach |= Q(iqama_number=account.number) | Q(head=Subquery(oneself))
        reachable = self.filter(reach)
        return reachable.filter(branch__in=branches) if branches else reachable

    def here(self) -> "ResidentQuerySet":
        """Those who have neither died nor left for good, wherever they are today."""
        return self.filter(left_on=None, deceased_on=None)

    def named(self, text: str) -> "ResidentQuerySet":
        """Those with a word in their name, of either script, that begins as each typed word does."""
        words = names.fold_latin(names.fold_arabic(text.translate(NO_QUOTES))).split()
        query = " & ".join(f"'{word}':*" for word in words)
        return self.filter(name_words=SearchQuery(query, search_type="raw", config="simple")) if query else self.none()


class Resident(models.Model):
    """A person in the register."""

    class Kind(models.TextChoices):
        WORKER = "worker", _("Worker")
        DOMESTIC = "domestic", _("Domestic worker")
        DEPENDANT = "dependant", _("Dependant")
        COMPANION = "companion", _("Companion")

    class Gender(models.TextChoices):
        MALE = "M", _("Male")
        FEMALE = "F", _("Female")

    class MaritalStatus(models.TextChoices):
        SINGLE = "single", _("Single")
        MARRIED = "married", _("Married")
        DIVORCED = "divorced", _("Divorced")
        WIDOWED = "widowed", _("Widowed")

    class Religion(models.TextChoices):
        MUSLIM = "muslim", _("Muslim")
        CHRISTIAN = "christian", _("Christian")
        OTHER = "other", _("Other")

    class Relationship(models.TextChoices):
        WIFE = "wife", _("Wife")
        HUSBAND = "husband", _("Husband")
        SON = "son", _("Son")
        DAUGHTER = "daughter", _("Daughter")
        FATHER = "father", _("Father")
        MOTHER = "mother", _("Mother")
        OTHER = "other", _("Other relative")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    iqama_number = models.CharField(_("iqama number"), max_length=10, null=True, blank=True, unique=True)
    border_number = models.CharField(_("border number"), max_length=10, null=True, blank=True, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)

    first_ar = models.CharField(_("first name in Arabic"), max_length=40)
    father_ar = models.CharField(_("father's name in Arabic"), max_length=40, blank=True)
    grandfather_ar = models.CharField(_("grandfather's name in Arabic"), max_length=40, blank=True)
    family_ar = models.CharField(_("family name in Arabic"), max_length=40, blank=True)
    first_en = models.CharField(_("first name in Latin letters"), max_length=40)
    father_en = models.CharField(_("father's name in Latin letters"), max_length=40, blank=True)
    grandfather_en = models.CharField(_("grandfather's name in Latin letters"), max_length=40, blank=True)
    family_en = models.CharField(_("family name in Latin letters"), max_length=40, blank=True)
    folded = models.CharField(max_length=400, editable=False)  # the Arabic name as it is sorted, then the Latin one
    name_words = models.GeneratedField(
        expression=SearchVector("folded", config="simple"), output_field=SearchVectorField(), db_persist=True
    )

    birth_on = models.DateField(_("date of birth"))
    gender = models.CharField(_("gender"), max_length=1, choices=Gender)
    nationality = models.CharField(_("nationality"), max_length=2, choices=countries.choices)
    religion = models.CharField(_("religion"), max_length=10, choices=Religion)
    marital_status = models.CharField(_("marital status"), max_length=10, choices=MaritalStatus)
    occupation = models.ForeignKey(Occupation, models.PROTECT, null=True, blank=True, verbose_name=_("occupation"))
    sponsor = models.ForeignKey(Account, models.PROTECT, related_name="residents", verbose_name=_("employer"))
    branch = models.ForeignKey(Branch, models.SET_NULL, null=True, blank=True, verbose_name=_("branch"))
    head = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="dependants", verbose_name=_("head of household"))
    relationship = models.CharField(_("relationship"), max_length=10, choices=Relationship, blank=True)

    phone = models.CharField(_("mobile number"), max_length=16, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="ar")
    biometrics_on = models.DateField(_("biometrics recorded on"), null=True, blank=True)
    name_corrected_on = models.DateField(_("name in Latin letters corrected here on"), null=True, editable=False)
    entered_on = models.DateField(_("entered the Kingdom on"), null=True, blank=True)
    deceased_on = models.DateField(_("deceased on"), null=True, blank=True)
    left_on = models.DateField(_("left for good on"), null=True, blank=True)
    reported_on = models.DateField(null=True, editable=False)  # the day of the newest facts about the person

    # For lists, which are filtered and sorted by them. The database keeps them (triggers of 0006), whatever is written here.
    permit_ends_on = models.DateField(null=True, editable=False)  # the last day of the newest permit
    departed_on = models.DateField(null=True, editable=False)  # since when the person is outside the Kingdom

    objects = ResidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("resident")
        verbose_name_plural = _("residents")
        indexes = [
            models.Index(fields=["sponsor", "folded", "id"], name="resident_sponsor_name"),
            models.Index(
                fields=["sponsor", "permit_ends_on", "id"],
                include=["departed_on"],
                condition=Q(left_on=None, deceased_on=None),
                name="resident_sponsor_expiry",
            ),
            models.Index(
                fields=["sponsor", "folded", "id"],
                condition=Q(departed_on__isnull=False, left_on=None, deceased_on=None),
                name="resident_sponsor_abroad",
            ),
            models.Index(
                fields=["sponsor", "folded", "id"],
                condition=Q(left_on__isnull=False) | Q(deceased_on__isnull=False),
                name="resident_sponsor_gone",
            ),
            GinIndex(fields=["name_words"], name="resident_name_words"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(iqama_number__isnull=False) | Q(border_number__isnull=False), name="resident_numbered"),
            models.CheckConstraint(condition=Q(iqama_number__regex=r"^2[0-9]{9}$"), name="resident_iqama_number"),
            models.CheckConstraint(condition=Q(border_number__regex=r"^[345][0-9]{9}$"), name="resident_border_number"),
            models.CheckConstraint(
                condition=Q(head=None, kind__in=["worker", "domestic"]) | Q(head__isnull=False, kind__in=["dependant", "companion"]),
                name="resident_dependants_have_a_head",
            ),
            models.CheckConstraint(
                condition=~Q(first_en__regex=ARABIC)
                & ~Q(father_en__regex=ARABIC)
                & ~Q(grandfather_en__regex=ARABIC)
                & ~Q(family_en__regex=ARABIC),
                name="resident_latin_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name_ar

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fold()
        super().save(*args, **kwargs)

    def fold(self) -> None:
        """Keep the name as it is searched and sorted. `save` does it; bulk writers call it."""
        self.folded = f"{names.fold_arabic(self.name_ar)} {names.fold_latin(self.name_en)}"

    # --- who ---

    @property
    def name_ar(self) -> str:
        return " ".join(filter(None, [self.first_ar, self.father_ar, self.grandfather_ar, self.family_ar]))

    @property
    def name_en(self) -> str:
        return str(self.latin_name)

    @property
    def latin_name(self) -> LatinName:
        return LatinName(self.first_en, self.father_en, self.grandfather_en, self.family_en)

    @property
    def names(self) -> dict[str, str]:
        return {"ar": self.name_ar, "en": self.name_en}

    @property
    def kind_in_words(self) -> str:
        """What the person is here, in the word for a woman where she is one."""
        return self._said(self.Kind(self.kind))

    @property
    def marital_status_in_words(self) -> str:
        """The marital status, in the word for a woman where she is one."""
        return self._said(self.MaritalStatus(self.marital_status))

    def _said(self, what: models.TextChoices) -> str:
        return str(OF_A_WOMAN[what] if self.gender == self.Gender.FEMALE else what.label)

    @property
    def last4(self) -> str:
        return (self.iqama_number or self.border_number or "")[-4:]

    @property
    def is_dependant(self) -> bool:
        return self.head_id is not None

    def age(self, day: date) -> int:
        """Full years on a day."""
        return day.year - self.birth_on.year - ((day.month, day.day) < (self.birth_on.month, self.birth_on.day))

    # --- papers ---

    @cached_property
    def file(self) -> File:
        """The rows about the person, as they were when one of them was first asked for."""
        return File.of(self)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        self.look_again()

    def look_again(self) -> None:
        """Read the file anew when it is next asked for: something of it was written."""
        self.__dict__.pop("file", None)

    @property
    def iqama(self) -> "Iqama | None":
        """The newest version of the residency permit, or None before the first."""
        return max(self.file.iqamas, key=lambda iqama: iqama.version, default=None)

    @property
    def passport(self) -> "Passport | None":
        """The passport on record."""
        return next((passport for passport in self.file.passports if passport.replaced_on is None), None)

    @property
    def passport_country(self) -> str:
        """Whose passport the person holds: that of the one on record, else the nationality's."""
        return self.passport.country if self.passport else self.nationality

    def outside_since(self) -> date | None:
        """The day of the last departure when the person is outside the Kingdom, else None."""
        last = max(self.file.movements, key=lambda movement: (movement.crossed_on, movement.pk), default=None)
        return last.crossed_on if last and last.is_departure else None

    def renew(self, months: int, terms: Terms) -> "Iqama":
        """Add a version of the permit that runs on from the last one's end, on the day of the terms. Requires a lock on the resident."""
        current = self.iqama
        if current is None:
            raise LookupError("a residency that was never issued cannot be renewed")
        renewed = self.iqamas.create(
            version=current.version + 1,
            issued_on=terms.on,
            starts_on=current.expires_on,
            expires_on=current.renewed_until(months, terms),
            months=months,
            days_late=max(0, (terms.on - current.expires_on).days),
            awaits_card=True,
        )
        self.look_again()
        return renewed

    @property
    def missing_report(self) -> "MissingReport | None":
        """The report of a missing card that is still open."""
        return next((report for report in self.file.missing_reports if report.replaced_by_id is None), None)

    @property
    def cards_lost(self) -> int:
        """How many missing cards were replaced, and fined."""
        return sum(report.replaced_by_id is not None for report in self.file.missing_reports)

    def report_card_missing(self, missing_on: date, place: str, on: date) -> "MissingReport":
        """Record that the newest card is missing. Requires a lock on the resident."""
        current = self.iqama
        if current is None:
            raise LookupError("without a residency there is no card")
        report = self.missing_reports.model.file(self, current, missing_on=missing_on, place=place, on=on)
        self.look_again()
        return report

    def replace_card(self, on: date) -> "Iqama":
        """Add a version of the permit with the same days, and settle an open report by it. Requires a lock on the resident."""
        current = self.iqama
        if current is None:
            raise LookupError("without a residency there is no card")
        replacement = self.iqamas.create(
            version=current.version + 1,
            issued_on=on,
            starts_on=current.starts_on,
            expires_on=current.expires_on,
            months=current.months,
            awaits_card=True,
        )
        self.missing_reports.filter(replaced_by=None).update(replaced_by=replacement)
        self.look_again()
        return replacement

    def correct_name(self, name: LatinName, on: date) -> None:
        """Write the name in Latin letters otherwise. Requires a lock on the resident."""
        self.first_en, self.father_en, self.grandfather_en, self.family_en = name.first, name.father, name.grandfather, name.family
        self.name_corrected_on = on
        self.save(update_fields=["first_en", "father_en", "grandfather_en", "family_en", "folded", "name_corrected_on"])

    def extend_passport(self, until: date, on: date) -> "Passport":
        """Let the passport on record last longer. Requires a lock on the resident."""
        passport = self.passport
        if passport is None:
            raise LookupError("there is no passport to extend")
        passport.extend(until, on)
        self.look_again()
        return passport

    def replace_passport(self, number: str, *, issued_on: date, expires_on: date, place: str, on: date) -> "Passport":
        """Record a new passport in the place of the one before, which is kept. Requires a transaction and a lock on the resident.

        Raises NumberInUse; the transaction goes on as if nothing had been tried.
        """
        old, country = self.passport, self.passport_country
        with transaction.atomic():
            if old is not None:
                self.passports.filter(pk=old.pk).update(replaced_on=issued_on)
            passport = self.passports.model.record(
                self, number, country=country, issued_on=issued_on, expires_on=expires_on, place=place, on=on
            )
        self.look_again()
        return passport

    def issue_visa(self, kind: str, period: Period, on: date) -> "Visa":
        """Grant a visa for a period, and close what is over by the calendar alone. Requires a lock on the resident."""
        for visa in self.file.visas:
            visa.make_way(on)
        visas = self.visas
        visa = visas.create(
            number=visas.model.new_number(),
            kind=kind,
            issued_on=on,
            leave_before=period.leave_before,
            return_before=period.return_before,
            ends_on=period.ends_on,
            months=period.months,
        )
        self.look_again()
        return visa

    def leave_for_good(self, period: Period, on: date) -> "Visa":
        """Grant the final exit; the crossing of the border ends the residency. Requires a lock on the resident."""
        return self.issue_visa(self.visas.model.Kind.FINAL, period, on)


# Arabic says these of a woman in words of their own; English does not tell.
OF_A_WOMAN: dict[str, Any] = {
    Resident.Kind.WORKER: pgettext_lazy("of a woman", "Worker"),
    Resident.Kind.DOMESTIC: pgettext_lazy("of a woman", "Domestic worker"),
    Resident.Kind.DEPENDANT: pgettext_lazy("of a woman", "Dependant"),
    Resident.Kind.COMPANION: pgettext_lazy("of a woman", "Companion"),
    Resident.MaritalStatus.SINGLE: pgettext_lazy("of a woman", "Single"),
    Resident.MaritalStatus.MARRIED: pgettext_lazy("of a woman", "Married"),
    Resident.MaritalStatus.DIVORCED: pgettext_lazy("of a woman", "Divorced"),
    Resident.MaritalStatus.WIDOWED: pgettext_lazy("of a woman", "Widowed"),
}
