"""The last days of visas: as a row says them in Python, and as a query finds them."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from django.db import connection

from muqeem import clock
from muqeem.record.models import Parameter
from muqeem.record.terms import Terms
from residency.deadlines import About, Deadline, has_near_one, near, of_residents
from residency.models import Movement, Resident, Visa
from tests.factories import MovementFactory, ResidentFactory, VisaFactory, in_days

pytestmark = pytest.mark.django_db

OUT, IN = Movement.Direction.OUT, Movement.Direction.IN


def terms(day: date | None = None) -> Terms:
    return Parameter.objects.terms(day or clock.today())


def visa(*crossings: tuple[str, int], **days: Any) -> Visa:
    made = VisaFactory(
        **{name: in_days(value) if name.endswith(("_on", "_before")) and isinstance(value, int) else value for name, value in days.items()}
    )
    for direction, day in crossings:
        MovementFactory(resident=made.resident, direction=direction, crossed_on=in_days(day), visa=made)
    made.refresh_from_db()
    return made


def deadline(found: Visa) -> tuple[About, int] | None:
    at = Deadline.of(found, terms())
    return (at.about, at.days_left(clock.today())) if at else None


def test_an_unused_visa_is_cancelled_within_the_days_after_issue_or_before_its_own_last_day() -> None:
    assert deadline(visa(issued_on=-85, ends_on=100)) == (About.CANCEL, 5)
    assert deadline(visa(issued_on=-20, ends_on=4)) == (About.CANCEL, 4)
    assert deadline(visa(issued_on=-91, ends_on=100)) is None
    assert deadline(visa(issued_on=-90, ends_on=100)) == (About.CANCEL, 0)


def test_whoever_is_abroad_returns_by_the_last_day() -> None:
    assert deadline(visa((OUT, -9), issued_on=-20, ends_on=3)) == (About.RETURN, 3)
    assert deadline(visa((OUT, -9), issued_on=-20, ends_on=-1)) is None
    assert deadline(visa((OUT, -9), (IN, -2), issued_on=-20, ends_on=3)) is None
    assert deadline(visa((OUT, -9), (IN, -5), (OUT, -3), issued_on=-20, ends_on=3, kind="multiple")) == (About.RETURN, 3)


def test_a_multiple_visa_between_two_trips_has_nothing_to_be_missed() -> None:
    assert deadline(visa((OUT, -9), (IN, -2), issued_on=-20, ends_on=3, kind="multiple")) is None


def test_a_visa_by_months_runs_from_the_day_of_travel() -> None:
    found = visa((OUT, -25), issued_on=-40, leave_before=50, return_before=None, months=1, ends_on=80)
    assert found.return_by
    assert deadline(found) == (About.RETURN, (found.return_by - clock.today()).days)


def test_a_final_exit_is_used_by_its_last_day() -> None:
    assert deadline(visa(kind="final", issued_on=-20, ends_on=6, return_before=None)) == (About.EXIT, 6)
    assert deadline(visa((OUT, -1), kind="final", issued_on=-20, ends_on=6, return_before=None)) is None


@pytest.mark.parametrize("ended", ["cancelled_on", "used_on", "fined_on"])
def test_what_is_over_has_no_last_day(ended: str) -> None:
    assert deadline(visa(issued_on=-20, ends_on=4, **{ended: -1})) is None


# --- the query says the same ------------------------------------------------------------------------------------------
def every_kind_of_visa() -> list[Visa]:
    made = []
    for kind, last, crossings in product(
        ("single", "multiple", "final"),
        (-1, 0, 1, 6, 7, 8, 40),
        ((), ((OUT, -9),), ((OUT, -9), (IN, -4)), ((OUT, -9), (IN, -5), (OUT, -3))),
    ):
        final = {"return_before": None} if kind == "final" else {}
        made.append(visa(*crossings, kind=kind, issued_on=-30, ends_on=last, **final))
    for issued, months in product((-90, -89, -85, -83, -82, -31, -30, -29, -28, -25, -21), (1, 2, 3)):
        by_months = {"leave_before": issued + 90, "return_before": None, "months": months, "ends_on": issued + 90 + 31 * months}
        made.append(visa(issued_on=issued, **by_months))
        made.append(visa((OUT, issued + 1), issued_on=issued, **by_months))
    made.append(visa(issued_on=-20, ends_on=4, resident=ResidentFactory(deceased=True)))
    made += [visa(issued_on=-20, ends_on=4, **{ended: -1}) for ended in ("cancelled_on", "used_on", "fined_on")]
    return [*made, visa(kind="visit", issued_on=-20, ends_on=3), visa(kind="work", issued_on=-20, ends_on=3)]


def test_the_query_finds_exactly_the_visas_whose_last_day_is_near() -> None:
    every_kind_of_visa()
    for ahead in (0, 1, 5, 30):
        then = terms(in_days(ahead))
        living = Visa.objects.filter(resident__in=Resident.objects.here()).select_related("resident")
        said = {each.pk: found.on for each in living if (found := Deadline.of(each, then)) and found.is_near(then)}
        found_by_query = {each.pk: each.deadline_on for each in near(Visa.objects.all(), then)}
        assert found_by_query == said
        assert len(said) >= 5


def test_people_with_a_near_last_day_are_found_with_it() -> None:
    soon, late = visa(issued_on=-20, ends_on=4), visa(issued_on=-20, ends_on=30)
    assert list(Resident.objects.filter(has_near_one(terms()))) == [soon.resident]
    found = of_residents([soon.resident, late.resident], terms(), most=5)
    assert [(each.visa, each.on) for each in found] == [(soon, in_days(4))]


def test_how_early_people_are_told_is_a_parameter() -> None:
    Parameter.objects.create(code="visa.reminder_days", from_on=clock.today(), value="30,2", source="x", confidence="S")
    soon = visa(issued_on=-20, ends_on=30)
    assert near(Visa.objects.all(), terms()).get() == soon


def test_the_query_looks_only_at_visas_that_may_still_matter() -> None:
    """Of an empty copy of the table that has no other index, so that no figures of the planner decide."""
    (opened,) = (index for index in Visa._meta.indexes if index.name == "visa_open")
    with connection.cursor() as cursor, connection.schema_editor(atomic=False) as editor:
        cursor.execute("CREATE TEMPORARY TABLE residency_visa (LIKE residency_visa) ON COMMIT DROP")
        editor.execute(opened.create_sql(Visa, editor))
        cursor.execute("SET LOCAL enable_seqscan = off")
        assert "visa_open" in near(Visa.objects.all(), terms()).explain()
        assert "visa_open" not in Visa.objects.explain()
