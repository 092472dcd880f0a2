"""What PostgreSQL's row security would cost on the register: docs/decisions/row-security.md quotes it.

`make test ARGS="-s tests/bench/row_security.py"`. The same pages, in turns: with the views' filter alone, and with a
policy beneath it, which wants a transaction around each request and two statements more in it.
"""

import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import Account
from residency.models import Resident
from residency.models.people import ResidentQuerySet
from tests.doors.people import Somebody, main_user
from tests.factories import AccountFactory

RESIDENTS, SPONSORS, TURNS, OF_EACH = 20_000, 200, 10, 20
POLICY = """
    CREATE POLICY reach ON residency_resident USING (
        sponsor_id = nullif(current_setting('muqeem.account', true), '')::bigint
        OR iqama_number = current_setting('muqeem.number', true)
        OR head_id = nullif(current_setting('muqeem.oneself', true), '')::bigint
    )
"""


def execute(sql: str, values: list[Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else None


def fill(pattern: Resident, accounts: list[Account]) -> None:
    """A register with many of one kind."""
    fields = [each for each in Resident._meta.local_concrete_fields if not each.primary_key and not each.generated]
    made = {
        "uuid": "gen_random_uuid()",
        "iqama_number": "(2300000000 + n)::text",
        "border_number": "NULL",
        "sponsor_id": "(%s::bigint[])[1 + n %% %s]",
        "branch_id": "NULL",
    }
    names = ", ".join(each.column for each in fields)
    values = ", ".join(made.get(each.column, each.column) for each in fields)
    sql = f"INSERT INTO residency_resident ({names}) SELECT {values} FROM residency_resident, generate_series(1, %s) n WHERE id = %s"
    execute(sql, [[account.pk for account in accounts], len(accounts), RESIDENTS, pattern.pk])
    execute("ANALYZE residency_resident")


def scoped(person: Somebody, look: Callable[[], Any]) -> Any:
    with transaction.atomic():
        execute(
            "SELECT set_config('muqeem.account', %s, true), set_config('muqeem.number', %s, true)",
            [str(person.account.pk), person.account.number],
        )
        return look()


def median_ms(look: Callable[[], Any]) -> float:
    times = []
    for _ in range(OF_EACH):
        began = time.perf_counter()
        assert look().status_code == 200
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


@pytest.mark.django_db
def test_what_row_security_costs_and_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    execute("SET statement_timeout = 0")
    person = main_user()
    fill(person.resident, [person.account, *AccountFactory.create_batch(SPONSORS - 1)])
    execute("SET CONSTRAINTS ALL IMMEDIATE")  # tables with deferred checks cannot be altered
    execute(POLICY)
    for path in ("/residents/", f"/residents/{person.resident.uuid}/"):
        look = partial(person.client.get, path)
        took: dict[str, list[float]] = {"filter": [], "filter and policy": []}
        for _turn in range(TURNS):
            took["filter"].append(median_ms(look))
            execute("ALTER TABLE residency_resident ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
            took["filter and policy"].append(median_ms(partial(scoped, person, look)))
            execute("ALTER TABLE residency_resident DISABLE ROW LEVEL SECURITY")
        sys.stdout.write(f"{path[:11]}: " + ", ".join(f"{name} {statistics.median(each):.2f} ms" for name, each in took.items()) + "\n")
    # And what it keeps: with the filter gone, the policy alone.
    stranger = Resident.objects.exclude(sponsor=person.account)[0]
    monkeypatch.setattr(ResidentQuerySet, "reachable_by", lambda residents, account, branches=(): residents)
    assert person.client.get(f"/residents/{stranger.uuid}/").status_code == 200
    execute("ALTER TABLE residency_resident ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    assert scoped(person, partial(person.client.get, f"/residents/{stranger.uuid}/")).status_code == 404
