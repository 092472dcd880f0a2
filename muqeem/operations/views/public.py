"""What anyone may see: whether a printed page is genuine, the public keys, fees and rules."""

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from accounts.access import anyone
from muqeem import catalogue, clock, seal
from muqeem.hijri import format_gregorian
from muqeem.operations.forms import CheckForm
from muqeem.operations.models import Document
from muqeem.record import titles
from muqeem.record.models import Parameter


@anyone
def check(request: HttpRequest) -> HttpResponse:
    """Whether a document is genuine, by its number and its code; the answer to both being wrong is one and the same."""
    form = CheckForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "checked": False}
    if request.method == "POST" and form.is_valid():
        context["checked"] = True
        serial, code = form.cleaned_data["serial"], form.cleaned_data["code"]
        document = Document.objects.select_related("receipt").filter(serial=serial, code=code).first()
        if document:
            context["document"] = _answer(document)
    status = 422 if form.errors else 404 if context["checked"] and "document" not in context else 200
    return render(request, "operations/check.html", context, status=status)


def _answer(document: Document) -> dict[str, Any]:
    """What the register says of a document to whoever holds its paper: no name, no whole number."""
    issued = format_gregorian(document.issued_on)
    if document.valid_until is None or document.valid_until >= clock.today():
        until = format_gregorian(document.valid_until) if document.valid_until else issued
        sentence = _("This document is genuine, issued %(date)s, valid until %(until)s.") % {"date": issued, "until": until}
    else:
        sentence = _("Genuine, but expired on %(date)s.") % {"date": format_gregorian(document.valid_until)}
    payload = seal.open_seal(document.seal)
    return {
        "title": catalogue.title(document.receipt.slug),
        "sentence": sentence,
        "facts": {
            "serial": document.serial,
            "last4": payload.last_four,
            "birth_year": str(payload.birth_year),
            **{name: day.isoformat() for name, day in payload.dates.items()},
        },
    }


@anyone
@cache_control(public=True, max_age=3600)
def check_keys(request: HttpRequest) -> HttpResponse:
    """The public keys of all seals, several at once for rotation."""
    return JsonResponse(seal.public_keys())


@anyone
def fees(request: HttpRequest) -> HttpResponse:
    """Every amount and period in force today, since when and from where."""
    rows = sorted(Parameter.objects.in_force(clock.today()), key=lambda row: (titles.group_of(row.code), row.code))
    groups = [
        {"title": titles.GROUPS[group], "parameters": [_parameter(row) for row in members]}
        for group, members in groupby(rows, key=lambda row: titles.group_of(row.code))
    ]
    return render(request, "operations/fees.html", {"groups": groups})


def _parameter(row: Parameter) -> dict[str, Any]:
    return {
        "title": titles.title_of(row.code),
        "value": row.value,
        "from_on": row.from_on,
        "source": row.source,
        "confidence": row.get_confidence_display(),
        "uncertain": row.uncertain,
    }
