"""One clock, PostgreSQL's; the Riyadh day; a shift in marked databases only."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from muqeem import clock
from muqeem.record.models import Demonstration

pytestmark = pytest.mark.django_db


def moment_of_the_database() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def test_the_moment_is_that_of_the_database() -> None:
    before = moment_of_the_database()
    now = clock.now()
    assert before <= now <= moment_of_the_database()
    assert now.tzinfo is not None


def test_the_clock_goes_on_inside_a_transaction() -> None:
    first = clock.now()
    time.sleep(0.01)
    assert clock.now() > first  # now() of PostgreSQL would stand still


def test_a_process_whose_own_clock_is_wrong_changes_nothing(monkeypatch) -> None:
    before = clock.now()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert clock.now() - before < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        ("2026-04-30 20:59:59", "2026-04-30"),
        ("2026-04-30 21:00:00", "2026-05-01"),
        ("2026-12-31 20:59:59.999999", "2026-12-31"),
        ("2026-12-31 21:00", "2027-01-01"),
    ],
)
def test_the_riyadh_day_begins_at_nine_in_the_evening_of_greenwich(utc, day) -> None:
    assert str(clock.riyadh_day(datetime.fromisoformat(utc).replace(tzinfo=UTC))) == day


def test_today_is_the_riyadh_day_of_now(shift) -> None:
    for hours in range(0, 24, 5):
        shift(timedelta(hours=hours))
        assert clock.today() == (clock.now() + timedelta(hours=3)).astimezone(UTC).date()


def test_a_shift_moves_the_clock_of_python_and_of_queries(shift) -> None:
    real = moment_of_the_database()
    shift(timedelta(days=400, hours=-2))
    assert timedelta(0) <= clock.now() - real - timedelta(days=400, hours=-2) < timedelta(seconds=5)
    assert Demonstration.objects.annotate(now=clock.Now()).get().now - clock.now() < timedelta(seconds=5)


def test_an_unmarked_database_has_no_shift(shift) -> None:
    shift(timedelta(days=400))
    Demonstration.objects.all().delete()
    assert clock.now() - moment_of_the_database() < timedelta(seconds=5)


def test_what_happens_while_the_clock_is_held_sees_one_moment(shift) -> None:
    with clock.hold() as moment:
        shift(timedelta(days=1))
        assert clock.now() == moment
        with clock.hold() as inner:
            assert inner - moment > timedelta(hours=23)
            assert clock.now() == inner
        assert clock.now() == moment
    assert clock.now() - moment > timedelta(hours=23)


def test_the_hold_ends_when_something_goes_wrong(shift) -> None:
    with pytest.raises(ZeroDivisionError), clock.hold() as moment:
        1 / 0  # noqa: B018 -- whatever goes wrong
    shift(timedelta(days=1))
    assert clock.now() - moment > timedelta(hours=23)


def test_a_request_reads_the_clock_once(django_assert_num_queries) -> None:
    with django_assert_num_queries(1) as queries:
        assert Client().get("/sign-in/").status_code == 200
    assert [query["sql"] for query in queries] == ["SELECT muqeem_now()"]


def test_asking_whether_the_portal_is_alive_reads_no_clock(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert Client().get("/healthz").status_code == 200


def test_nothing_else_may_be_asked_for_the_time(tmp_path) -> None:
    """The lint that keeps every other clock out."""
    folder = tmp_path / "portal"
    folder.mkdir()
    wrong = [
        "from datetime import date, datetime",
        "from django.utils import timezone",
        "a = date.today()",
        "b = datetime.now()",
        "c = timezone.now()",
        "d = timezone.localdate()",
    ]
    (folder / "wrong.py").write_text("\n".join(wrong) + "\n")
    root = Path(__file__).resolve().parent.parent.parent
    lint = [str(Path(sys.executable).with_name("ruff")), "check", "--no-cache", "--config", str(root / "pyproject.toml")]
    found = subprocess.run([*lint, "--select=TID251", "--output-format=concise", str(folder)], capture_output=True, text=True, check=False)
    assert [line.split(":")[1] for line in found.stdout.splitlines() if "TID251" in line] == ["3", "4", "5", "6"]
