"""The living page of the components, in a demonstration: each as the pages use it, in all its states.

What it shows is made up and leads nowhere. A component that it leaves out fails the tests.
"""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import anyone
from accounts.forms.sign_in import CodeForm
from muqeem import barcodes, clock, counts
from muqeem.fields import BothCalendarsDateField, IqamaField, PhoneField
from muqeem.operations.base import registry
from muqeem.templatetags.muqeem import STEPS
from residency.records import Fact, Group, History, Record

NOBODY = UUID("5f0c6a9e-0000-4000-8000-000000000000")
NUMBER = "2000000180"  # nobody's: its check digit is wrong
NAME = {"ar": "محمد رفيق عبد الجبار حسين", "en": "MOHAMMAD RAFIQ ABDUL JABBAR HOSSAIN"}
OTHER_NAME = {"ar": "فاطمة شفيق الإسلام أختر", "en": "FATEMA SHAFIQUL ISLAM AKTER"}
LONG_NAME = {
    "ar": "فينكاتاسوبرامانيان راماكريشناشاستري لاكشمينارايانا كريشنامورثي",
    "en": "VENKATASUBRAMANIAN RAMAKRISHNASASTRI LAKSHMINARAYANA KRISHNAMURTHY",
}


class SampleForm(forms.Form):
    """One field of every kind."""

    number = IqamaField(label=gettext_lazy("Iqama number"), help_text=gettext_lazy("10 digits, the first is 2."))
    phone = PhoneField(label=gettext_lazy("Mobile"))
    birth_on = BothCalendarsDateField(label=gettext_lazy("Date of birth"))
    months = forms.ChoiceField(
        label=gettext_lazy("Period"),
        required=False,
        widget=forms.RadioSelect,
        choices=lambda: [(str(n), counts.months(n)) for n in (3, 6, 9, 12)],
    )
    branch = forms.ChoiceField(label=gettext_lazy("Branch"), required=False, choices=[("", gettext_lazy("All"))])
    secret = forms.CharField(label=gettext_lazy("Password"), required=False, widget=forms.PasswordInput)
    trusted = forms.BooleanField(label=gettext_lazy("Remember this browser"), required=False)


@anyone
def components(request: HttpRequest) -> HttpResponse:
    """Every component with its states. What is sent from here goes nowhere."""
    if not settings.DEMO:
        raise Http404
    today = clock.today()
    context = _forms() | _facts(today) | _people(today) | _journey(today) | _frame()
    return render(request, "demo/components.html", context)


def _forms() -> dict[str, Any]:
    wrong = SampleForm({"number": "2123", "phone": "0112345678", "birth_on_day": "31", "birth_on_month": "2"}, auto_id="wrong_%s")
    code = CodeForm({"code": "12"}, auto_id="wrong_code_%s")
    wrong.full_clean()
    code.full_clean()
    later = clock.now() + timedelta(minutes=5)
    by_text = SimpleNamespace(method="text", code_valid_until=later, expires_at=later, may_extend=True)
    return {
        "empty_form": SampleForm(auto_id="empty_%s"),
        "wrong_form": wrong,
        "code_form": CodeForm(),
        "wrong_code": code,
        "token": by_text,
    }


def _facts(today: date) -> dict[str, Any]:
    day = timedelta(days=1)
    return {
        "today": today,
        "facts": {
            "name": LONG_NAME,
            "iqama_number": NUMBER,
            "months": counts.months(12),
            "expires_on": today.isoformat(),
            "new_expires_on": (today + 365 * day).isoformat(),
            "old_passport_number": "A1234567",
            "passport_number": "A7654321",
        },
        "fee": [
            {"code": "residency", "amount": "650.00", "note": None},
            {"code": "work-permit", "amount": "0.00", "note": None},
            {"code": "late", "amount": "500.00", "note": None},
        ],
        "enough": Decimal("850.00"),
        "short": Decimal("-150.00"),
        "days": [365, 120, 45, 3, 0, -40],
        "findings": [
            SimpleNamespace(met=True, fact=_("No unpaid traffic violations"), mend=None),
            SimpleNamespace(met=False, fact=_("No passport on record"), mend=_("Go to a passport office")),
            SimpleNamespace(tone="soon", fact=_("Ends soon"), mend=None),
        ],
        "group": Group(
            "sample-group", _("Passport"), [Fact(_("Passport number"), "A1234567"), Fact(_("Expires on"), today + 90 * day, 90)]
        ),
        "empty_group": Group("sample-empty-group", _("Work"), [], none=_("No passport on record.")),
        "history": History("sample-history", _("Visas"), _("No visas on record."), [_record(today - n * 90 * day) for n in range(7)]),
        "empty_history": History("sample-empty-history", _("Movements"), _("No movements on record.")),
        "weeks": [{"from_on": today + n * 7 * day, "n": n * n % 13, "soon": n < 4} for n in range(12)],
    }


def _record(day: date) -> Record:
    return Record("plane", _("Exit/re-entry visa, single"), [(_("Issued on"), day)], code="6000000000", tag=_("used"))


def _person(name: dict[str, str], days_left: int | None, today: date, **changed: Any) -> dict[str, Any]:
    """Somebody as lists know them."""
    person = {
        "uuid": NOBODY,
        "names": name,
        "iqama_number": NUMBER,
        "border_number": "3000000001",
        "occupation": _("Worker"),
        "kind_in_words": _("Worker"),
        "get_relationship_display": "",
        "permit_ends_on": None if days_left is None else today + timedelta(days=days_left),
        "departed_on": None,
        "left_on": None,
        "deceased_on": None,
    }
    return {"resident": SimpleNamespace(**person | changed), "nationality": {"ar": "الهند", "en": "India"}, "days_left": days_left}


def _people(today: date) -> dict[str, Any]:
    rows = [
        _person(NAME, 29, today) | {"renew_url": "/services/"},
        _person(LONG_NAME, 200, today, departed_on=today) | {"renew_url": "/services/"},
        _person(OTHER_NAME, -4, today) | {"renew_url": ""},
        _person(NAME, None, today, iqama_number="") | {"renew_url": ""},
        _person(NAME, None, today, left_on=today, permit_ends_on=today) | {"renew_url": ""},
        _person(NAME, None, today, deceased_on=today, permit_ends_on=today) | {"renew_url": ""},
    ]
    open_now = SimpleNamespace(kind="good", fact=_("Open now"), mend=None)
    blocked = SimpleNamespace(kind="bad", fact=_("No passport on record"), mend=_("Go to a passport office"))
    permits = [
        rows[0] | {"id": "permit-open", "next": open_now, "closed": ""},
        rows[2] | {"id": "permit-blocked", "next": blocked, "closed": ""},
        rows[1] | {"id": "permit-closed", "next": None, "closed": _("Not among your privileges"), "renew_url": ""},
    ]
    receipt = {"uuid": NOBODY, "title": _("Renew residency"), "facts": {"name": NAME}, "user": {"names": NAME}, "at": clock.now()}
    lists = [
        ("residents", _("All residents"), 102, True),
        ("expired", _("Expired"), 6, False),
        ("outside", _("Outside the Kingdom"), 1001, False),
    ]
    return {
        "rows": rows,
        "total": 102,
        "next": "after=…",
        "previous": "before=…",
        "permits": permits,
        "receipts": [receipt],
        "chips": [{"url": f"?list={slug}", "title": title, "count": n, "current": now} for slug, title, n, now in lists],
        "subscription": SimpleNamespace(package=_("Operations"), operations_left=12, ends_on=today + timedelta(days=90)),
        "balance": Decimal("184350.00"),
    }


def _journey(today: date) -> dict[str, Any]:
    service = next(iter(registry.values()))
    offered = {"slug": service.slug, "icon": service.icon, "title": service.title, "summary": service.summary}
    closed = _("Not among your privileges")
    findings = [SimpleNamespace(met=met, fact=_("No arrears"), mend=None if met else _("Pay the whole amount")) for met in (False, True)]
    of_resident = offered | {"findings": findings, "unmet": 1, "eligible": False, "url": "/services/", "reason": ""}
    of_resident["simulate_url"] = "/fees/"
    page = {"code": "4821", "copy": 1, "next_copy": 1}
    return {
        "steps": STEPS,
        "services": [offered | {"allowed": True, "reason": ""}, offered | {"allowed": False, "reason": closed}],
        "of_resident": [
            of_resident,
            of_resident | {"findings": findings[1:], "unmet": 0, "eligible": True},
            of_resident | {"url": "", "reason": closed},
        ],
        "documents": [
            page | {"serial": "7K3M9PQ2XRTE", "state": "ready"},
            page | {"serial": "8K3M9PQ2XRTE", "state": "progress"},
            page | {"serial": "9K3M9PQ2XRTE", "state": "failed"},
        ],
        "sample": {
            "title": {"ar": "إشعار تجديد إقامة", "en": "Residency Renewal Notice"},
            "name": NAME,
            "iqama_number": NUMBER,
            "expires_on": today,
            "new_expires_on": today + timedelta(days=365),
            "qr": barcodes.qr_for_screen(f"{settings.SITE_URL}/check/", _("The code on the printed page")),
        },
    }


def _frame() -> dict[str, Any]:
    """What a member of an establishment sees in the header and in the menu."""
    accounts = [
        SimpleNamespace(uuid=NOBODY, name=_("Establishments"), is_establishment=True),
        SimpleNamespace(uuid=UUID(int=1), name=_("Individual account"), is_establishment=False),
    ]
    user = SimpleNamespace(names=NAME, is_authenticated=True, is_clerk=False, is_staff=False)
    member = SimpleNamespace(
        user=user,
        account=accounts[0],
        memberships=[SimpleNamespace(account=account) for account in reversed(accounts)],
        resolver_match=SimpleNamespace(url_name="residents"),
    )
    return {"member": member}
