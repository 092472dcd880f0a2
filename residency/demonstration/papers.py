"""The papers and facts that a state means for one person."""

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models

from muqeem.hijri import add_months
from residency.demonstration.names import PORTS
from residency.demonstration.states import State
from residency.models import Clearance, Hold, Iqama, Movement, Passport, Period, Resident, Visa

if TYPE_CHECKING:
    from residency.demonstration.people import Numbers

INSURERS = ("شركة التعاون للتأمين", "بوبا العربية", "ميدغلف للتأمين")
LABOUR = "وزارة الموارد البشرية والتنمية الاجتماعية"
AUTHORITIES = {
    Hold.Kind.TRAFFIC: "الإدارة العامة للمرور",
    Hold.Kind.ABSENT: LABOUR,
    Hold.Kind.ABSENCE_REPORTED: LABOUR,
    Hold.Kind.RECRUITMENT: "إدارة الجوازات",
    Hold.Kind.ARREARS: LABOUR,
    Hold.Kind.VEHICLE: "الإدارة العامة للمرور",
    Clearance.Kind.STUDY: "وزارة التعليم",
    Clearance.Kind.UNMARRIED: "المحكمة العامة",
    Clearance.Kind.WORK_PERMIT: LABOUR,
}


def papers(resident: Resident, state: State, numbers: "Numbers", today: date) -> list[models.Model]:
    """All rows about a person but the person's own; sets the dates of arrival, biometrics and end on the resident."""

    def on(days: int) -> date:
        return today + timedelta(days=days)

    versions = _versions(resident, state, today)
    resident.entered_on = max(versions[0].starts_on - timedelta(days=45), resident.birth_on) if versions else on(-30)
    resident.biometrics_on = max(resident.entered_on, resident.birth_on) + timedelta(days=20) if state.biometrics else None
    resident.deceased_on = on(-state.deceased) if state.deceased is not None else None
    resident.left_on = on(-state.gone) if state.gone is not None else None
    resident.reported_on = today
    rows: list[models.Model] = [
        Passport(
            resident=resident,
            number=numbers.passport(resident.nationality),
            country=resident.nationality,
            issued_on=max(add_months(on(state.passport_in), -120), resident.birth_on),
            expires_on=on(state.passport_in),
        ),
        *versions,
        _crossing(resident, Movement.Direction.IN, resident.entered_on, numbers),
    ]
    if not versions:
        rows.append(
            Visa(
                resident=resident,
                number=numbers.visa(),
                kind=Visa.Kind.WORK,
                issued_on=on(-80),
                ends_on=on(10),
                used_on=resident.entered_on,
            )
        )
    rows += _travel(resident, state, numbers, today)
    rows += [
        Hold(
            resident=resident,
            kind=obstacle.kind,
            since_on=on(-obstacle.since),
            term_on=None if obstacle.term_in is None else on(obstacle.term_in),
            amount=obstacle.amount and Decimal(obstacle.amount),
            authority=AUTHORITIES[Hold.Kind(obstacle.kind)],
            reference=numbers.reference("H"),
            cleared_on=None if obstacle.cleared is None else on(-obstacle.cleared),
        )
        for obstacle in state.obstacles
    ]
    until = {Clearance.Kind.INSURANCE: state.insured_in, Clearance.Kind.WORK_PERMIT: state.permit_in}
    if resident.kind == Resident.Kind.DOMESTIC:
        del until[Clearance.Kind.WORK_PERMIT]
    until |= {Clearance.Kind(kind): 200 for kind in state.proofs}
    rows += [
        Clearance(
            resident=resident,
            kind=kind,
            from_on=min(on(-200), on(days) - timedelta(days=1)),
            until_on=on(days),
            authority=AUTHORITIES.get(kind) or INSURERS[sum(map(ord, resident.border_number or "")) % len(INSURERS)],
            reference=numbers.reference("C"),
        )
        for kind, days in until.items()
        if days is not None
    ]
    return rows


def _versions(resident: Resident, state: State, today: date) -> list[Iqama]:
    """The versions of the permit, the oldest first. `late` tells how late the newest of them were renewed."""
    if state.expires_in is None:
        return []
    versions: list[Iqama] = []
    ends = today + timedelta(days=state.expires_in)
    count = 1 + max(state.earlier, len(state.late))
    for back in range(count):
        starts = max(add_months(ends, -12), resident.birth_on)
        late = state.late[-1 - back] if back < len(state.late) else 0
        issued = starts + timedelta(days=late) if late or back == count - 1 else starts - timedelta(days=20)
        versions.append(
            Iqama(
                resident=resident,
                version=count - back,
                issued_on=issued,
                starts_on=starts,
                expires_on=ends,
                months=12,
                days_late=late,
            )
        )
        ends = starts
    return versions[::-1]


def _travel(resident: Resident, state: State, numbers: "Numbers", today: date) -> list[models.Model]:
    """A visa that is open, or with which the person is abroad, and the crossings."""
    rows: list[models.Model] = []
    visa = None
    if state.visa:
        issued_on = today - timedelta(days=state.visa_since if state.left is None else state.left + 5)
        period = _period(state, issued_on, today + timedelta(days=state.visa_in))
        visa = Visa(resident=resident, number=numbers.visa(), kind=state.visa, issued_on=issued_on, **vars(period))
        rows.append(visa)
    days_ago = state.left if state.left is not None else state.gone
    if days_ago is not None:
        rows.append(_crossing(resident, Movement.Direction.OUT, today - timedelta(days=days_ago), numbers, visa))
    return rows


def _period(state: State, issued_on: date, ends_on: date) -> Period:
    """How long a visa was granted for."""
    if state.visa_months:
        leave_before = add_months(issued_on, 3)
        return Period(leave_before, None, add_months(leave_before, state.visa_months), state.visa_months)
    return Period.to_leave(ends_on) if state.visa == Visa.Kind.FINAL else Period.until(ends_on)


def _crossing(resident: Resident, direction: str, day: date, numbers: "Numbers", visa: Visa | None = None) -> Movement:
    port = PORTS[sum(map(ord, resident.border_number or "")) % len(PORTS)]
    return Movement(resident=resident, direction=direction, crossed_on=day, port=port, visa=visa, reference=numbers.reference("M"))
