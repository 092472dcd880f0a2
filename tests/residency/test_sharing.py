"""Share codes: who makes them, what each shows, to whom, and until when."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.test import Client

from muqeem import clock
from muqeem.record.models import Event
from residency.models import ShareCode, ShareLook
from residency.models.shares import MOST_OPEN
from residency.sharing.shown import NEEDED
from tests.factories import AccountFactory, MovementFactory, ResidentFactory, ShareCodeFactory, VisaFactory, in_days
from tests.operations.journeys import Person, said

pytestmark = pytest.mark.django_db


def resident(**user: Any) -> Person:
    """Somebody who acts for themselves."""
    own = ResidentFactory()
    return Person(resident=own, account=AccountFactory(individual=True, number=own.iqama_number), language="en", **user)


def look(share: ShareCode, *, birth_on: date | None = None, **asked: str) -> Any:
    """Use a code as somebody without an account does."""
    born = birth_on or share.resident.birth_on
    day = {"birth_on_day": born.day, "birth_on_month": born.month, "birth_on_year": born.year, "birth_on_calendar": "gregorian"}
    data = {"code": share.code, "viewer": "Bank of the North"} | day | asked
    return Client(headers={"Cookie": "language=en"}).post("/share/", data)


# --- making ---


def test_a_resident_makes_a_code_and_sees_who_used_it() -> None:
    person = resident()
    assert person.client.post("/account/shares/", {"purpose": "bank", "days": "٧"}).status_code == 302
    share = ShareCode.objects.get()
    assert (share.resident, share.purpose, share.until_on) == (person.resident, "bank", in_days(7))
    page = said(person.client.get("/account/shares/"))
    assert str(share) in page
    assert "Nobody has looked yet." in page
    assert look(share).status_code == 200
    assert "Bank of the North" in said(person.client.get("/account/shares/"))
    assert Event.objects.get(kind="share-made").data == {"purpose": "bank", "until_on": in_days(7).isoformat()}


@pytest.mark.parametrize(("purpose", "days"), [("", "7"), ("police", "7"), ("bank", ""), ("bank", "0"), ("bank", "91"), ("bank", "x")])
def test_what_is_wrong_is_said_and_nothing_is_made(purpose: str, days: str) -> None:
    person = resident()
    answer = person.client.post("/account/shares/", {"purpose": purpose, "days": days})
    assert (answer.status_code, ShareCode.objects.count()) == (422, 0)


def test_nobody_has_more_than_ten_at_a_time() -> None:
    person = resident()
    ShareCodeFactory.create_batch(MOST_OPEN, resident=person.resident, user=person.user)
    ShareCodeFactory(resident=person.resident, user=person.user, issued_on=in_days(-9), until_on=in_days(-1))
    assert person.client.post("/account/shares/", {"purpose": "bank", "days": "7"}).status_code == 422
    ShareCode.objects.filter(until_on=in_days(7)).latest("pk").withdraw()
    assert person.client.post("/account/shares/", {"purpose": "bank", "days": "7"}).status_code == 302


def test_the_database_keeps_a_code_from_living_longer() -> None:
    with pytest.raises(IntegrityError, match="share_code_not_for_long"), transaction.atomic():
        ShareCodeFactory(until_on=in_days(91))


def test_whoever_is_in_no_register_has_nothing_to_share() -> None:
    person = Person(language="en")
    assert "nothing to share" in said(person.client.get("/account/shares/"))
    person.client.post("/account/shares/", {"purpose": "bank", "days": "7"})
    assert not ShareCode.objects.exists()
    assert person.client.post(f"/account/shares/{ShareCodeFactory().uuid}/withdraw/").status_code == 404


def test_a_withdrawn_code_says_so_and_nobody_withdraws_anothers() -> None:
    person, other = resident(), ShareCodeFactory()
    share = ShareCodeFactory(resident=person.resident, user=person.user)
    assert person.client.post(f"/account/shares/{other.uuid}/withdraw/").status_code == 404
    for _press in range(2):
        assert person.client.post(f"/account/shares/{share.uuid}/withdraw/").status_code == 302
    assert Event.objects.filter(kind="share-withdrawn").count() == 1
    answer = look(share)
    assert answer.status_code == 410
    assert "has withdrawn this code" in said(answer)
    assert person.resident.iqama_number not in said(answer)
    assert look(other).status_code == 200


# --- using ---


@pytest.mark.parametrize("purpose", ShareCode.Purpose.values)
def test_each_purpose_sees_what_it_needs_and_no_more(purpose: str) -> None:
    worker = ResidentFactory(phone="+966555123456")
    passport = worker.passport
    assert passport
    visa = VisaFactory(resident=worker, issued_on=in_days(-2), ends_on=in_days(40))
    page = said(look(ShareCodeFactory(resident=worker, purpose=purpose)))
    needed = NEEDED[purpose]
    marks = {
        "iqama_number": worker.iqama_number,
        "passport_number": passport.number,
        "occupation": worker.occupation.title_en,
        "employer": worker.sponsor.name_en,
        "visa_kind": "Exit/re-entry visa, single",
        "dependants": "Dependants",
        "whereabouts": "Inside the Kingdom",
    }
    assert worker.first_en in page
    assert {name for name, mark in marks.items() if mark in page} == set(marks) & set(needed)
    for never in (worker.phone, worker.border_number, visa.number, f"{worker.birth_on.year} "):
        assert str(never) not in page.partition("Shared by a resident")[2].partition("valid until")[0]


def test_whoever_is_abroad_is_shown_as_such() -> None:
    worker = ResidentFactory()
    share = ShareCodeFactory(resident=worker, purpose="employer")
    visa = VisaFactory(resident=worker, issued_on=in_days(-20), ends_on=in_days(40))
    MovementFactory(resident=worker, direction="out", crossed_on=in_days(-3), visa=visa)
    assert "Outside the Kingdom" in said(look(share))


def test_a_wrong_birth_date_and_a_code_that_is_not_there_are_answered_alike() -> None:
    share = ShareCodeFactory()
    wrong = look(share, birth_on=share.resident.birth_on + timedelta(days=1))
    missing = look(ShareCodeFactory.build(resident=share.resident))
    assert (wrong.status_code, missing.status_code) == (404, 404)
    assert said(wrong) == said(missing)
    assert not ShareLook.objects.exists()


def test_the_last_day_counts_and_after_it_a_code_says_that_it_is_over() -> None:
    last = ShareCodeFactory(issued_on=in_days(-7), until_on=clock.today())
    assert look(last).status_code == 200
    over = ShareCodeFactory(issued_on=in_days(-8), until_on=in_days(-1))
    answer = look(over)
    assert answer.status_code == 410
    assert "was valid until" in said(answer)
    assert over.looks.count() == 0


@pytest.mark.parametrize("wrong", [{"code": ""}, {"code": "7K3M"}, {"viewer": " "}, {"birth_on_year": "15"}, {"viewer": "a\u202eb"}])
def test_what_cannot_be_right_stands_beside_its_field(wrong: dict[str, str]) -> None:
    answer = look(ShareCodeFactory(), **wrong)
    assert (answer.status_code, ShareLook.objects.count()) == (422, 0)


def test_guessing_is_slowed_down(settings: Any) -> None:
    settings.CHECK_MISSES_AN_HOUR = 3
    share = ShareCodeFactory()
    wrong = share.resident.birth_on + timedelta(days=1)
    assert [look(share, birth_on=wrong).status_code for _try in range(4)] == [404, 404, 404, 429]
    answer = look(share)
    assert (answer.status_code, share.looks.count()) == (429, 0)
    assert int(answer.headers["Retry-After"]) > 0


def test_a_look_stays_as_it_was() -> None:
    share = ShareCodeFactory()
    look(share)
    for change in (lambda rows: rows.update(viewer="Nobody"), lambda rows: rows.delete()):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            change(ShareLook.objects.all())
