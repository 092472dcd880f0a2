"""States that no traveller can bring about alone: a failed print, names as long as there may be, a database away.

Called by `traveller.arrange`, inside the portal and beside its servers.
"""

import json
import sys
import time
from datetime import date, timedelta
from typing import Any

from captcha.models import CaptchaStore
from django.db import connection, transaction
from django.db.models import Count, F

from accounts.models import (
    Account,
    AuthenticatorApp,
    Bill,
    Browser,
    Invitation,
    Membership,
    Office,
    Payment,
    PhoneChange,
    PhoneCode,
    Subscription,
    SubscriptionRequest,
    User,
)
from accounts.models.browsers import BrowserSession
from muqeem import clock, codes
from muqeem.operations.models import Document, Print
from muqeem.record import mails
from muqeem.record.models import Demonstration, Message, Parameter
from residency.desk import queue
from residency.models import Hold, Iqama, Resident, Visa
from visas.operations import IssueExitReentry

LONG = {"ar": "عبدالمستعصم بالله المستنصر بن عبدالرحمن", "en": "ABDULMUSTASIM BILLAH ALMUSTANSIR SHAHID"}
LONG_ACCOUNT = {
    "ar": "شركة مجموعة الشرق الأوسط المتحدة للمقاولات العامة والصيانة والتشغيل والنظافة والخدمات اللوجستية المساندة المحدودة",
    "en": "Middle East United Group Company for General Contracting, Maintenance, Operation, Cleaning and Supporting Logistics Ltd",
}


def tell(found: Any) -> None:
    """Say what a function returned to whoever called it from outside."""
    sys.stdout.write(f"{json.dumps(found)}\n")


# --- pages and their copies ---


def issued() -> dict[str, str]:
    """A page that stands in the register: its number, its code, its seal."""
    page = Document.objects.latest("pk")
    return {"serial": page.serial, "code": page.code, "seal": page.seal}


def newest_copy(state: str) -> str:
    """The newest copy on paper is drawn, still being drawn, failed, or its file is gone; the number of its page."""
    copy, now, day = Print.objects.latest("pk"), clock.now(), timedelta(days=1)
    deadline = time.monotonic() + 20
    while copy.rendered_at is None and state == "ready" and time.monotonic() < deadline:
        time.sleep(0.2)
        copy.refresh_from_db()
    changes: dict[str, Any] = {
        "ready": {},
        "drawing": {"rendered_at": None, "leased_until": now + day, "due_at": now + day},
        "failed": {"rendered_at": None, "failed_at": now, "error": "MemoryError"},
        "missing": {"rendered_at": now, "failed_at": None, "file": "gone.pdf", "sha256": "0" * 64},
    }[state]
    Print.objects.filter(pk=copy.pk).update(**changes)
    return copy.document.serial


def awaiting() -> dict[str, str]:
    """What is brought to the desk: a page as the register, one that differs, somebody without a page."""
    serials = [row.serial for row in Document.objects.order_by("pk")]
    nobody = Resident.objects.filter(documents=None, iqama_number__isnull=False).earliest("pk")
    return {"differs": serials[0], "same": serials[1], "resident": str(nobody.uuid), "number": str(nobody.iqama_number)}


def all_cards_printed() -> None:
    """Nobody waits for a card."""
    queue.waiting().update(awaits_card=False)


# --- people ---


def elsewhere(username: str) -> None:
    """Signed in on a phone as well, and remembered there and on another desk."""
    user, mine = User.objects.get(username=username), BrowserSession.objects.filter(user__username=username).earliest("pk")
    session = mine.session
    session.session_key = "tour" * 8
    session.save(force_insert=True)
    BrowserSession.objects.filter(session_id=session.session_key).delete()
    BrowserSession.objects.create(session=session, user=user, browser="Safari", system="iPhone")
    for number, (browser, system) in enumerate((("Safari", "iPhone"), ("Firefox", "Windows"))):
        Browser.objects.create(
            user=user,
            browser=browser,
            system=system,
            digest=f"{number:064}",
            means=user.means(),
            expires_at=clock.now() + timedelta(days=30),
        )


def blocked(username: str) -> str:
    """Somebody with a fine, a lapsed residency and two obstacles more; where the file is."""
    resident = Resident.objects.filter(sponsor__memberships__user__username=username, kind=Resident.Kind.WORKER).latest("pk")
    for kind in Hold.Kind.values[:2]:
        Hold.objects.create(resident=resident, kind=kind, since_on=clock.today() - timedelta(days=90), reference=f"TOUR-{kind}"[:20])
    Iqama.objects.filter(resident=resident).update(expires_on=F("expires_on") - timedelta(days=200))
    return f"/residents/{resident.uuid}/"


def long_names(username: str) -> None:
    """Everybody of an account and the account itself are called as long as the register allows."""
    for account in Account.objects.filter(memberships__user__username=username):
        account.name_ar, account.name_en = LONG_ACCOUNT["ar"], LONG_ACCOUNT["en"]
        account.save()
        for resident in account.residents.order_by("pk")[:40]:
            for part in ("first", "father", "grandfather", "family"):
                for language, name in LONG.items():
                    setattr(resident, f"{part}_{language}", name)
            resident.save()


def without_app(username: str) -> None:
    AuthenticatorApp.objects.filter(user__username=username).delete()


def without_residents(username: str) -> None:
    """An account in which nobody is yet."""
    empty = Account.objects.create(number="7990000018", name_ar="مؤسسة ناشئة", name_en="A young establishment")
    package = Subscription.objects.filter(account__memberships__user__username=username).latest("pk").package
    with transaction.atomic():
        Subscription.begin(empty, package, clock.today())
    membership = Membership.objects.get(user__username=username)
    membership.branches.clear()
    Membership.objects.filter(pk=membership.pk).update(account=empty)


def without_account(username: str) -> None:
    Membership.objects.filter(user__username=username).delete()


def another_clerk(loses: str, waits: str) -> None:
    """A colleague at the desk writes one lost phone down, and confirms what was written down for somebody else."""
    office = Office.objects.earliest("pk")
    colleague, _ = User.objects.get_or_create(username="reem", name_ar="ريم الشهري", name_en="Reem Alshehri", office=office)
    PhoneChange.ask(User.objects.get(username=loses), "+966500000998", by=colleague)
    PhoneChange.objects.get(user__username=waits).confirm(by=colleague)


# --- visas ---


def travellers(username: str) -> dict[str, str]:
    """Where the files are of those whom the visa services are for."""
    ours = Resident.objects.filter(sponsor=Account.objects.filter(memberships__user__username=username).earliest("pk"))
    free = ours.filter(kind=Resident.Kind.WORKER, visas=None, holds=None, permit_ends_on__gte=clock.today() + timedelta(days=200))
    family = ours.annotate(size=Count("dependants")).filter(size=3, permit_ends_on=clock.today() + timedelta(days=250)).get()
    first, second = [each for each in free.filter(dependants=None).order_by("-pk")[:20] if _may_travel(each)][:2]
    abroad = ours.get(visas__kind=Visa.Kind.SINGLE, visas__return_before=clock.today() + timedelta(days=35), departed_on__isnull=False)
    unused = ours.get(visas__kind=Visa.Kind.SINGLE, visas__return_before=clock.today() - timedelta(days=5), departed_on=None)
    found = {"family": family, "worker": first, "other": second, "abroad": abroad, "unused": unused}
    return {name: f"/residents/{resident.uuid}/" for name, resident in found.items()}


def _may_travel(resident: Resident) -> bool:
    terms = Parameter.objects.terms(clock.today())
    return all(finding.met for finding in IssueExitReentry.judge(resident, resident.sponsor, terms))


def newest_visa(file: str) -> dict[str, Any]:
    """The newest visa of whom a file is about, the two facts that an airline asks for, and its page."""
    resident = Resident.objects.get(uuid=file.split("/")[2])
    visa = resident.visas.latest("pk")
    page = Document.objects.filter(facts__visa_number=visa.number).earliest("pk")
    passport_number = resident.passport.number if resident.passport else ""
    return {
        "number": visa.number,
        "passport_number": passport_number,
        "birth_on": _typed("birth_on", resident.birth_on),
        "serial": page.serial,
        "code": page.code,
    }


def in_days(days: str) -> dict[str, str]:
    """A day of return as it is typed."""
    return _typed("return_before", clock.today() + timedelta(days=int(days)))


def _typed(field: str, day: date) -> dict[str, str]:
    return {f"{field}_{part}": str(getattr(day, part)) for part in ("day", "month", "year")}


# --- the portal itself ---


def dearer(code: str) -> None:
    """From today on a fee is another one."""
    now = Parameter.objects.in_force(clock.today()).get(code=code)
    Parameter.objects.update_or_create(
        code=code, from_on=clock.today(), defaults={"value": "777.00", "source": now.source, "confidence": now.confidence}
    )


def something_stuck() -> None:
    """A text and a page that failed."""
    Message.objects.filter(pk=Message.objects.latest("pk").pk).update(sent_at=None, failed_at=clock.now(), error="gateway: 401")
    newest_copy("failed")


def broken() -> None:
    """A table that pages read is not there."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE record_parameter RENAME TO record_parameter_away")


def without_database() -> None:
    """Nobody is let into the database any more."""
    assert Demonstration.objects.exists()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        name = cursor.fetchone()[0]
        cursor.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0')
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


# --- the way in ---


def picture() -> str:
    """What the newest picture of a stranger's form shows."""
    shown: str = CaptchaStore.objects.latest("pk").response
    return shown


def newest_request() -> str:
    """Where the newest request of a stranger is followed."""
    return f"/subscribe/{SubscriptionRequest.objects.latest('pk').reference}/"


def pay_newest_bill() -> str:
    """The bank tells of a payment."""
    bill = Bill.objects.latest("pk")
    told = {"reference": f"TOUR-{bill.number}", "bill_number": bill.number, "amount": bill.total, "paid_at": clock.now()}
    return Payment.receive(**told, source=Payment.Source.SIMULATION).outcome


def link_in_newest_mail(template: str) -> str:
    """Where the button of the newest e-mail of a kind leads."""
    return mails.address(mails.MAILS[template].route, Message.objects.filter(channel="mail", template=template).latest("pk").arguments)


def invitation_over() -> None:
    """A week has gone by since the newest invitation."""
    Invitation.objects.filter(pk=Invitation.objects.latest("pk").pk).update(expires_at=clock.now())


def known_as(username: str, number: str) -> None:
    """Somebody is known by a number from now on."""
    User.objects.filter(username=username).update(id_number=number)


def newest_phone_code() -> str:
    """The code of the newest text to somebody who is not signed in."""
    code = PhoneCode.objects.latest("pk")
    return codes.derive(str(code.uuid), code.sends)


def somebody_on_record() -> dict[str, Any]:
    """A domestic worker's employer or a resident with a phone who has no user yet."""
    users = User.objects.exclude(id_number=None).values("id_number")
    person = (
        Resident.objects.here().exclude(phone="").exclude(iqama_number=None).exclude(iqama_number__in=users).filter(head=None).latest("pk")
    )
    born = {f"birth_on_{part}": str(getattr(person.birth_on, part)) for part in ("day", "month", "year")}
    return {"number": person.iqama_number, "birth_on": born}
