"""What the portal holds of somebody: shown, taken away, corrected; and nothing of anybody else."""

import json

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Preference, User
from accounts.models.bills import PAID
from accounts.models.limits import REQUESTS_ABOUT_ONE
from accounts.models.notices import Kind, note
from muqeem.record.models import Event, Message
from muqeem.sentences import say
from residency.models import Correction, Resident
from residency.own_data.holding import resident_of
from tests.accounts.people import signed_in
from tests.factories import (
    AccountFactory,
    MembershipFactory,
    MovementFactory,
    OfficeFactory,
    ResidentFactory,
    UserFactory,
    ViewFactory,
    VisaFactory,
)

pytestmark = pytest.mark.django_db

PAGE, FILE, CORRECT = "/account/data/", "/account/data.json", "/account/data/correct/"
WRONG = {"entry": "Date of birth", "claim": "1 May 1990", "proof": "Passport AB1234567 of 2024"}


@pytest.fixture
def person() -> Resident:
    return ResidentFactory(language="en")


@pytest.fixture
def client(person: Resident) -> Client:
    return signed_in(UserFactory(language="en", id_number=person.iqama_number))


@pytest.fixture
def staff() -> Client:
    return signed_in(UserFactory(staff=True, is_superuser=True, with_app=True, language="en"), verified=True)


def test_the_page_shows_what_is_held_and_who_looked(client: Client, person: Resident) -> None:
    employer = AccountFactory(name_en="Najd Bakeries")
    ViewFactory(resident=person, user=UserFactory(name_en="LOOKING OFFICER"), account=employer)
    ViewFactory(resident=person, user=UserFactory(name_en="DESK CLERK"), account=None, office=OfficeFactory(name_en="Riyadh office"))
    ViewFactory(resident=ResidentFactory(), user=UserFactory(name_en="SOMEBODY ELSE"))
    page = client.get(PAGE).content.decode()
    held = [
        person.iqama_number,
        person.passport.number if person.passport else "",
        "LOOKING OFFICER",
        "Najd Bakeries",
        "DESK CLERK",
        "Riyadh office",
    ]
    assert [words for words in held if words not in page] == []
    assert "SOMEBODY ELSE" not in page


def test_the_looks_go_on_page_by_page(client: Client, person: Resident) -> None:
    looker = UserFactory(name_en="FIRST LOOKER")
    ViewFactory(resident=person, user=looker)
    ViewFactory.create_batch(20, resident=person, user=UserFactory(name_en="LATER LOOKER"))
    page = client.get(PAGE).content.decode()
    assert "FIRST LOOKER" not in page
    following = page.split('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    assert "FIRST LOOKER" in client.get(f"{PAGE}{following}").content.decode()


def test_the_file_holds_the_same_and_the_rest(client: Client, person: Resident) -> None:
    visa = VisaFactory(resident=person)
    MovementFactory(resident=person)
    ViewFactory(resident=person, user=UserFactory(name_en="LOOKING OFFICER"))
    answer = client.get(FILE)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    told = json.loads(answer.content)
    assert told["user"]["id_number"] == person.iqama_number
    assert [row["number"] for row in told["register"]["visas"]] == [visa.number]
    assert len(told["register"]["movements"]) == 1
    assert told["register"]["looked_at_by"][0]["who"]["en"] == "LOOKING OFFICER"
    assert person.iqama_number in answer.content.decode()
    Event.objects.write("sign-in", actor=told["user"]["username"])
    assert [line["kind"] for line in json.loads(client.get(FILE).content)["journal"]] == ["sign-in"]


def test_the_file_holds_what_they_were_told_how_they_want_to_be_told_and_what_they_asked(client: Client) -> None:
    user = User.objects.get()
    note(user, Kind.PAYMENT, say(PAID, sum="250.00", bill="9000000001"), account=AccountFactory(number="7000000001"))
    note(UserFactory(), Kind.PAYMENT, say(PAID, sum="1.00", bill="9000000002"))
    Preference.objects.create(user=user, kind=Kind.PAYMENT, by_text=False, by_mail=True)
    Preference.objects.create(user=UserFactory(), kind=Kind.PAYMENT, by_text=True, by_mail=True)
    client.post(CORRECT, WRONG)
    told = json.loads(client.get(FILE).content)
    [notice] = told["notifications"]
    assert (notice["kind"], notice["account"], notice["seen"]) == ("payment", "7000000001", None)
    assert notice["sentence"]["en"] == "Payment received: SAR\xa0250.00 for bill 9000000001."
    assert "250.00" in notice["sentence"]["ar"]
    assert notice["sentence"]["ar"] != notice["sentence"]["en"]
    assert told["notification_preferences"] == [{"kind": "payment", "by_text": False, "by_mail": True}]
    [asked] = told["corrections"]
    assert {name: asked[name] for name in WRONG} == WRONG


def test_who_is_in_no_register_sees_what_is_held_of_them_as_a_user() -> None:
    user = UserFactory(language="en", with_app=True)
    membership = MembershipFactory(user=user, privileges=["iqama-renewal"])
    client = signed_in(user)
    assert user.username in client.get(PAGE).content.decode()
    told = json.loads(client.get(FILE).content)
    assert told["register"] is None
    assert told["accounts"][0]["number"] == membership.account.number


def test_an_own_account_tells_whose_file_it_is(person: Resident) -> None:
    user = MembershipFactory(account=AccountFactory(individual=True, number=person.iqama_number), is_main=True).user
    assert resident_of(user) == person
    delegated = MembershipFactory(account=user.memberships.get().account, privileges=["iqama-renewal"]).user
    assert resident_of(delegated) is None
    other = UserFactory(id_number="2000000005")
    MembershipFactory(user=other, account=user.memberships.get().account, is_main=True)
    assert resident_of(other) is None  # whose own number is another


def test_a_correction_is_asked_for_answered_once_and_told(client: Client, staff: Client, person: Resident) -> None:
    assert client.post(CORRECT, WRONG).url == PAGE
    asked = Correction.objects.get()
    assert (asked.resident, asked.entry) == (person, WRONG["entry"])
    assert "under review" in client.get(PAGE).content.decode()
    assert "Corrections to answer" in staff.get("/admin/").content.decode()
    path = f"/admin/residency/correction/{asked.pk}/decide/"
    assert staff.post(path, {"outcome": "corrected", "answer": ""}).status_code == 422
    assert "Decided" in staff.post(path, {"outcome": "corrected", "answer": "Changed as in the passport"}, follow=True).content.decode()
    assert "decided meanwhile" in staff.post(path, {"outcome": "refused", "answer": "No"}, follow=True).content.decode()
    assert "Changed as in the passport" in client.get(PAGE).content.decode()
    assert Message.objects.get(template="correction-answered").receiver == asked.user.email
    assert Event.objects.get(kind="correction-answered").data["outcome"] == "corrected"


def test_a_correction_says_what_and_why(client: Client) -> None:
    for field in WRONG:
        answer = client.post(CORRECT, {**WRONG, field: ""})
        assert answer.status_code == 422
    assert client.post(CORRECT, {**WRONG, "claim": "x" * 10_000}).status_code == 422
    assert client.post(CORRECT, {**WRONG, "entry": "name \u202e"}).status_code == 422
    assert not Correction.objects.exists()


def test_corrections_are_asked_for_so_often_a_day(client: Client) -> None:
    outcomes = [client.post(CORRECT, WRONG).status_code for _time in range(REQUESTS_ABOUT_ONE + 1)]
    assert outcomes == [302] * REQUESTS_ABOUT_ONE + [422]


def test_nobody_sees_the_corrections_of_somebody_else(client: Client) -> None:
    Correction.objects.create(user=UserFactory(), entry="Zubara", claim="x", proof="y")
    assert "Zubara" not in client.get(PAGE).content.decode()


def test_an_answer_is_whole_or_none() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.create(user=UserFactory(), entry="x", claim="y", proof="z", outcome="corrected")
