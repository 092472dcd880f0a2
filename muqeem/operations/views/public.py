"""What anyone may see: the public keys of seals, fees and rules."""

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control

from accounts.access import anyone
from muqeem import clock, seal
from muqeem.operations.base import registry
from muqeem.record import titles
from muqeem.record.models import Parameter


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
    context = {"groups": groups, "services": registry.values(), "with_sources": "sources" in request.GET}
    return render(request, "operations/fees.html", context)


def _parameter(row: Parameter) -> dict[str, Any]:
    return {
        "title": titles.title_of(row.code),
        "value": titles.value_in_words(row.code, row.value),
        "from_on": row.from_on,
        "source": titles.source_in_words(row.source),
        "confidence": row.get_confidence_display(),
        "uncertain": row.uncertain,
    }
