"""What was done in the days before: renewals that wait for their cards, so that the passport office's desk has work.

They are performed as any renewal is, on a clock that is set back and runs on from day to day, and nothing here writes
what the engine writes. Needs the people of the demonstration and no transaction: each renewal has one of its own.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import islice

from accounts.models import Membership, OperationToken, Wallet
from accounts.models.tokens import TIME_TO_CONFIRM, Method
from muqeem import clock
from muqeem.operations.judge import terms_of_today, verify
from muqeem.operations.models import Receipt
from muqeem.operations.perform import perform
from muqeem.record.models import Demonstration as Mark
from residency.demonstration.visitors import NOURA, STAFF
from residency.models import Clearance, Passport, Resident
from residency.operations import RenewIqama
from residency.standing import covered_until

BEGAN = timedelta(days=12)  # before today, when the people of the demonstration joined
SMALL = 200  # residents; a smaller demonstration has no past
RENEWALS = 8  # one a day, up to yesterday
MONTHS = 12
SOON = 150  # days: the renewal was open for them a while ago, too


def set_back(by: timedelta) -> None:
    """Let the portal's clock stand so far behind; nothing for now."""
    Mark.objects.update(clock_shift=-by)


def renew_some(residents: int) -> None:
    """Renew a few of many residencies, one after the other up to today; one of the passports has been replaced since."""
    member = Membership.objects.select_related("account", "user").filter(user__username=NOURA.username).earliest("pk")
    chosen = list(islice(_renewable(member), RENEWALS if residents >= SMALL else 0))
    today, now, paid = clock.today(), clock.now(), Decimal(0)
    try:
        for days, resident in zip(range(len(chosen), 0, -1), chosen, strict=True):
            in_the_morning = datetime.combine(today - timedelta(days), time(8, 10), clock.RIYADH) + days * timedelta(minutes=37)
            set_back(now - in_the_morning)
            paid += _renew(member, resident).total
    finally:
        set_back(timedelta(0))
    if chosen:
        _replace_passport(chosen[0])
        Wallet.of(member.account).credit(paid, reference="DEMO-W-2", reason="رصيد العرض التوضيحي", actor=STAFF.username)


def _renewable(member: Membership) -> Iterator[Resident]:
    """Ordinary workers whose residency may be renewed. Those with a state worth meeting were written first, and stay."""
    terms = terms_of_today()
    workers = Resident.objects.filter(sponsor=member.account, kind=Resident.Kind.WORKER).exclude(dependants__isnull=False)
    for resident in workers.select_related("sponsor", "occupation").order_by("-pk"):
        iqama, insured = resident.iqama, covered_until(resident, Clearance.Kind.INSURANCE, terms.on)
        if iqama is None or insured is None or not 0 <= iqama.days_left(terms.on) < SOON:
            continue
        findings = RenewIqama.judge(resident, member.account, terms)
        if insured >= iqama.renewed_until(MONTHS, terms) and all(finding.met for finding in findings):
            yield resident


def _renew(member: Membership, resident: Resident) -> Receipt:
    token = OperationToken.objects.create(
        user=member.user,
        account=member.account,
        slug=RenewIqama.slug,
        method=Method.APP,
        tries=1,
        verified_at=clock.Now(),
        expires_at=clock.Now() + TIME_TO_CONFIRM,
    )
    token.refresh_from_db()
    judgement = verify(token, {"iqama_number": resident.iqama_number, "months": str(MONTHS)})
    assert judgement.facts is not None, (judgement.form.errors, judgement.obstacles)
    return perform(token, token.fingerprint)


def _replace_passport(resident: Resident) -> None:
    today = clock.today()
    old = resident.passports.get(replaced_on=None)
    Passport.objects.filter(pk=old.pk).update(replaced_on=today)
    numbers = (f"{old.number[:-2]}{end:02}" for end in range(100))
    Passport.objects.create(
        resident=resident,
        number=next(number for number in numbers if not Passport.objects.filter(number=number).exists()),
        country=old.country,
        issued_on=today - timedelta(days=3),
        expires_on=today + timedelta(days=3650),
        place=old.place,
    )
