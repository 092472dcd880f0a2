"""What each purpose needs of a person, and no more."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from muqeem.facts import stored
from muqeem.record.terms import Terms
from residency.models import Resident, ShareCode, Visa
from residency.particulars import particulars

Purpose = ShareCode.Purpose

NEEDED: Mapping[str, tuple[str, ...]] = {
    Purpose.BANK: ("name", "iqama_number", "nationality", "passport_number", "occupation", "employer", "permit_until_on"),
    Purpose.LANDLORD: ("name", "iqama_number", "nationality", "permit_until_on", "dependants"),
    Purpose.EMPLOYER: ("name", "iqama_number", "nationality", "gender", "occupation", "employer", "permit_until_on", "whereabouts"),
    Purpose.AIRLINE: ("name", "nationality", "passport_number", "passport_expires_on", "permit_until_on", "visa_kind", "return_before_on"),
}


def facts_of(share: ShareCode, terms: Terms) -> dict[str, Any]:
    """What is shown of the person today."""
    person = share.resident
    known = particulars(person, terms.on) | _today(person) | _visa(person, terms)
    return stored({name: known[name] for name in NEEDED[share.purpose] if known.get(name) is not None})


def _today(person: Resident) -> dict[str, Any]:
    return {
        "permit_until_on": person.iqama and person.iqama.expires_on,
        "whereabouts": _("Outside the Kingdom") if person.departed_on else _("Inside the Kingdom"),
    }


def _visa(person: Resident, terms: Terms) -> dict[str, Any]:
    """The visa with which the person may travel now, if there is one."""
    travel = [visa for visa in person.visas.filter(ends_on__gte=terms.on).order_by("-pk") if visa.is_open(terms)]
    return {"visa_kind": Visa.Kind(travel[0].kind).label, "return_before_on": travel[0].return_by} if travel else {}
