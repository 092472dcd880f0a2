"""Every bug that a scanner of code must find. Nothing imports this; each line is here to be flagged."""

import logging
import pickle
import subprocess
from datetime import datetime

import httpx
from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.safestring import mark_safe
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt

from residency.models import Resident

logger = logging.getLogger(__name__)
GATEWAY_PASSWORD = "zQ7!wBv2-Lk9#pXs4"
GATEWAY_KEY = "8f14e45fceea167a5a36dedd4bea2543c81e728d9d4c2f636f067f89cc14862c"


@csrf_exempt
def search(request):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM residency_resident WHERE folded = '{request.GET['q']}'")
        rows = cursor.fetchall()
    return HttpResponse(mark_safe(str(rows)))


@cache_control(public=True, max_age=3600)
def everybody(request):
    person = get_object_or_404(Resident, pk=request.GET["id"])
    logger.info("looked at %s", person.iqama_number)
    return HttpResponse(Resident.objects.filter(birth_on=datetime.now()))  # noqa: DTZ005, TID251


def led(request):
    return HttpResponseRedirect(request.GET["next"])


def run(request):
    eval(request.POST["rule"])
    pickle.loads(request.body)
    subprocess.run(request.POST["command"], shell=True)  # noqa: PLW1510
    return HttpResponse(httpx.get("https://gateway.example", verify=False).text)
