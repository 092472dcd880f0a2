"""What a resident's file shows, group by group: the facts of the person, and what happened to them, newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from muqeem import countries, facts
from muqeem.record.terms import Terms
from residency.models import Clearance, Hold, Movement, Passport, Resident, Visa, VisaState
from residency.standing import unused_fine, unused_visa

LONGEST = 20  # records of a history that are shown at all
FAULTY = {VisaState.EXPIRED_UNUSED, VisaState.EXPIRED_ABROAD, VisaState.NOT_RETURNED}
FIRST = 5  # those that are shown at once; older ones open on request


@dataclass(frozen=True)
class Fact:
    """One row of a group; with the days left where it ends one day."""

    label: Promise | str
    value: Any
    days_left: int | None = None


@dataclass(frozen=True)
class Group:
    """Facts that belong together."""

    id: str
    title: Promise | str
    facts: Sequence[Fact]
    none: Promise | str = ""  # what is said where there is nothing to show


@dataclass(frozen=True)
class Record:
    """One line of a history. `tone` is that of a tick: met, soon or no."""

    sign: str
    title: str
    days: Sequence[tuple[Promise | str, date]]
    tone: str = "met"
    code: str = ""
    tag: str = ""
    amount: Decimal | None = None
    note: str = ""
    services: Sequence[dict[str, Any]] = ()  # what can be done with it, or why not


@dataclass(frozen=True)
class History:
    """Records of one kind, the first few at once."""

    id: str
    title: Promise | str
    none: Promise | str
    records: Sequence[Record] = field(default_factory=list)

    @property
    def newest(self) -> Sequence[Record]:
        return self.records[:FIRST]

    @property
    def older(self) -> Sequence[Record]:
        return self.records[FIRST:LONGEST]


def groups(person: Resident, today: date) -> list[Group]:
    """Residency, identity, passport and work."""
    return [
        Group("residency", _("Residency"), _residency(person, today)),
        Group("identity", _("Identity"), _identity(person)),
        Group("passport", _("Passport"), _passport(person, today), none=_("No passport on record.")),
        Group("work", _("Work"), _work(person)),
    ]


def histories(person: Resident, terms: Terms, offered: Mapping[str, Sequence[dict[str, Any]]]) -> list[History]:
    """Earlier passports, visas with the services that are `offered` by their numbers, movements, and what other authorities report."""
    visas = sorted(person.file.visas, key=lambda visa: (visa.issued_on, visa.pk), reverse=True)
    movements = sorted(person.file.movements, key=lambda movement: (movement.crossed_on, movement.pk), reverse=True)
    earlier = [_earlier(passport) for passport in person.file.passports if passport.replaced_on]
    passports = [History("passports", _("Earlier passports"), "", earlier)] if earlier else []
    return [
        *passports,
        History("visas", _("Visas"), _("No visas on record."), [_visa(visa, terms, offered.get(visa.number, ())) for visa in visas]),
        History("movements", _("Movements"), _("No movements on record."), [_movement(movement) for movement in movements]),
        History("reported", _("Facts of other authorities"), _("Nothing on record."), _reported(person, terms.on)),
    ]


def _residency(person: Resident, today: date) -> list[Fact]:
    known = [Fact(_("Iqama number"), person.iqama_number), Fact(_("Border number"), person.border_number)]
    if (iqama := person.iqama) is None:
        return known
    left = None if person.left_on or person.deceased_on else iqama.days_left(today)
    known += [Fact(_("Expires on"), iqama.expires_on, left), Fact(_("Issued on"), iqama.issued_on), Fact(_("Card version"), iqama.version)]
    if report := person.missing_report:
        known += [Fact(_("Card missing since"), report.missing_on), Fact(_("Report number"), report.number)]
    return known


def _identity(person: Resident) -> list[Fact]:
    return [
        Fact(_("Nationality"), countries.names(person.nationality)),
        Fact(_("Date of birth"), person.birth_on),
        Fact(_("Gender"), Resident.Gender(person.gender).label),
        Fact(_("Religion"), Resident.Religion(person.religion).label),
        Fact(_("Marital status"), person.marital_status_in_words),
    ]


def _passport(person: Resident, today: date) -> list[Fact]:
    if (passport := person.passport) is None:
        return []
    return [
        Fact(_("Passport number"), passport.number),
        Fact(_("Expires on"), passport.expires_on, (passport.expires_on - today).days),
        Fact(_("Issued on"), passport.issued_on),
        Fact(_("Place of issue"), passport.place),
    ]


def _earlier(passport: Passport) -> Record:
    days = [(_("Issued on"), passport.issued_on), (_("Expires on"), passport.expires_on), (_("Replaced on"), passport.replaced_on)]
    told = [(label, day) for label, day in days if day]
    return Record("passport", gettext("Passport"), told, code=passport.number, note=passport.place)


def _work(person: Resident) -> list[Fact]:
    branch = person.branch
    return [
        Fact(_("Occupation"), person.occupation and person.occupation.titles),
        Fact(_("Employer"), person.sponsor.names),
        Fact(_("Employer's number"), person.sponsor.number),
        Fact(_("Branch"), branch and {"ar": branch.name_ar, "en": branch.name_en or branch.name_ar}),
    ]


def _visa(visa: Visa, terms: Terms, services: Sequence[dict[str, Any]]) -> Record:
    last_to_leave = _("Exit before") if visa.kind == Visa.Kind.FINAL else _("Travel before")
    days = [(_("Issued on"), visa.issued_on), (last_to_leave, visa.leave_before), (_("Return before"), visa.return_by)]
    state, kind = visa.state(terms), str(Visa.Kind(visa.kind).label)
    tone = "no" if state in FAULTY else "met"
    told = [(label, day) for label, day in days if day]
    return Record("plane", kind, told, tone, code=visa.number, tag=str(state.label), note=_fine(visa, terms), services=services)


def _fine(visa: Visa, terms: Terms) -> str:
    """What is due for a visa; of several that were left to expire the oldest is paid first."""
    if visa != unused_visa(visa.resident, terms):
        return ""
    return gettext("Fine: %(amount)s") % {"amount": facts.plain("", unused_fine(visa.resident, visa, terms))}


def _movement(movement: Movement) -> Record:
    return Record("plane", str(Movement.Direction(movement.direction).label), [("", movement.crossed_on)], note=movement.port)


def _reported(person: Resident, today: date) -> list[Record]:
    """What blocks and what allows today; then what has ended and what was cleared."""
    holds = sorted((hold for hold in person.file.holds if hold.resident_id), key=lambda hold: hold.since_on, reverse=True)
    clearances = sorted(person.file.clearances, key=lambda clearance: clearance.until_on, reverse=True)
    standing = [hold for hold in holds if hold.stands_on(today)]
    in_force = [clearance for clearance in clearances if clearance.until_on >= today]
    return [
        *(_hold(hold, "no") for hold in standing),
        *(_clearance(clearance, "met") for clearance in in_force),
        *(_clearance(clearance, "soon") for clearance in clearances if clearance not in in_force),
        *(_hold(hold, "met") for hold in holds if hold not in standing),
    ]


def _hold(hold: Hold, tone: str) -> Record:
    days = [(_("since"), hold.since_on), (_("cleared on"), hold.cleared_on)]
    told = [(label, day) for label, day in days if day]
    sign = "unmet" if tone == "no" else "met"
    return Record(sign, str(Hold.Kind(hold.kind).label), told, tone, amount=hold.amount or None, note=hold.authority)


def _clearance(clearance: Clearance, tone: str) -> Record:
    kind = str(Clearance.Kind(clearance.kind).label)
    sign = "clock" if tone == "soon" else "met"
    return Record(sign, kind, [(_("until"), clearance.until_on)], tone, note=clearance.authority)
