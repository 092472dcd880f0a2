"""A demonstration's database and production never meet."""

import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from muqeem.record.mark import judge
from muqeem.record.models import Demonstration


@pytest.mark.parametrize(("demonstration", "marked", "people"), [(True, True, True), (True, False, False), (False, False, True)])
def test_settings_and_database_that_belong_together_are_accepted(*, demonstration: bool, marked: bool, people: bool) -> None:
    assert judge(demonstration=demonstration, marked=marked, people=people) is None


def test_production_refuses_a_demonstrations_database() -> None:
    with pytest.raises(ImproperlyConfigured, match="is a demonstration's"):
        judge(demonstration=False, marked=True, people=True)


def test_a_demonstration_refuses_a_database_with_people_and_no_mark() -> None:
    with pytest.raises(ImproperlyConfigured, match="holds people"):
        judge(demonstration=True, marked=False, people=True)


@pytest.mark.django_db(transaction=True)
def test_a_process_of_production_stops_at_its_first_look_at_a_marked_database() -> None:
    Demonstration.objects.get_or_create()
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment: dict[str, Any] = os.environ | {"DATABASE_URL": url, "DEMO": "0", "SMS_URL": "https://key@gateway.example/send"}
    command = [sys.executable, "manage.py", "check_invariants"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=settings.BASE_DIR, check=False)
    assert ended.returncode != 0
    assert "production needs one of its own" in ended.stderr
