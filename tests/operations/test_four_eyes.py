"""What one person prepares and another confirms. Where a guard can be taken out, a test first does so and sees what it had prevented."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Account, Notice, OperationToken
from accounts.models.notices import Kind
from accounts.models.tokens import Step
from muqeem import clock
from muqeem.operations import perform as performing
from muqeem.operations.base import registry
from muqeem.operations.judge import verify
from muqeem.operations.models import Preparation, Receipt
from muqeem.operations.perform import Refused, perform, prepare
from muqeem.record.models import Event, Message
from residency.models import View
from tests.factories import BranchFactory, HoldFactory, MembershipFactory, ResidentFactory, UserFactory
from tests.operations.journeys import Person, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stamp_together")]

STAMP = "stamp-together"


class Office:
    """An employer who wants two people: the main user, and a delegated one who prepares."""

    def __init__(self, *, holding: str = "1000.00") -> None:
        self.main = Person(resident=ResidentFactory(), by_app=True, holding=holding)
        self.account: Account = self.main.account
        self.account.ask_for_two(by=self.main.user.username)
        self.account.refresh_from_db()
        self.clerk = self.colleague(STAMP, name_en="NOURA SALEH")

    def colleague(self, *privileges: str, **user: Any) -> Person:
        """A delegated user of the account, beside whom all else is the main user's."""
        person = object.__new__(Person)
        vars(person).update(vars(self.main))
        person.user = UserFactory(with_app=True, **user)
        person.membership = MembershipFactory(user=person.user, account=self.account, privileges=list(privileges))
        person.client = Client()
        person.sign_in()
        return person

    def prepared(self) -> Preparation:
        """What the delegated user prepared."""
        token = self.clerk.ready(slug=STAMP)
        return prepare(token, token.fingerprint)

    def confirming(self, preparation: Preparation, by: Person | None = None) -> OperationToken:
        """The journey of another at its review."""
        token = (by or self.main).token(STAMP)
        OperationToken.objects.filter(pk=token.pk).update(confirms=preparation.token)
        token = OperationToken.objects.get(pk=token.pk)
        assert verify(token, {}).facts is not None
        return token


def page(person: Person, preparation: Preparation, **data: str) -> Any:
    address = f"/prepared/{preparation.uuid}/"
    return person.client.post(address, data) if data else person.client.get(address)


def done() -> int:
    """How often the service had its effect; the pages of this test look at no file."""
    return View.objects.count()


# --- the whole of it over HTTP ---


def test_one_prepares_and_another_confirms_with_a_code_of_their_own() -> None:
    office = Office()
    token = office.clerk.start(STAMP)
    assert office.clerk.post(token, code=office.clerk.code(token)).status_code == 302
    assert office.clerk.post(token, **office.clerk.answers(slug=STAMP)).status_code == 302
    assert "Send to a second person" in said(office.clerk.get(token))
    token.refresh_from_db()
    answer = office.clerk.confirm(token)
    preparation = Preparation.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/prepared/{preparation.uuid}/")
    assert (done(), Receipt.objects.count(), office.main.wallet.entries.filter(kind="operation").count()) == (0, 0, 0)

    assert "Go on to confirm" in said(page(office.main, preparation))
    answer = page(office.main, preparation, confirm="1")
    theirs = OperationToken.objects.latest("pk")
    assert (answer.status_code, answer.url, theirs.step()) == (302, f"/operations/{theirs.uuid}/", Step.CODE)
    assert office.main.post(theirs, code=office.main.code(theirs)).status_code == 302
    theirs.refresh_from_db()
    review = said(office.main.get(theirs))
    assert office.clerk.user.name_en in review
    assert "Change the data" not in review
    assert office.main.confirm(theirs).status_code == 302

    receipt = Receipt.objects.get()
    assert (receipt.user, receipt.token.confirms, done()) == (office.main.user, token, 1)
    preparation.refresh_from_db()
    assert (preparation.outcome, preparation.decided_by, preparation.receipt()) == ("confirmed", office.main.user, receipt)
    assert Event.objects.get(kind="operation").data["prepared_by"] == office.clerk.user.username
    seen = said(office.main.client.get(f"/receipts/{receipt.uuid}/"))
    assert office.clerk.user.name_en in seen
    assert office.main.user.name_en in seen
    assert f"/receipts/{receipt.uuid}/" in page(office.clerk, preparation).content.decode()


def test_sending_it_twice_leads_to_the_one_preparation() -> None:
    office = Office()
    token = office.clerk.ready(slug=STAMP)
    first, second = office.clerk.confirm(token), office.clerk.confirm(token)
    assert first.url == f"/prepared/{Preparation.objects.get().uuid}/"
    assert second.url == f"/operations/{token.uuid}/"
    assert office.clerk.get(token).url == first.url


def test_the_others_are_told_and_whoever_prepared_it_hears_what_came_of_it() -> None:
    office = Office()
    office.colleague("iqama-renewal")
    preparation = office.prepared()
    assert str(preparation) == f"{STAMP} by {office.clerk.user}"
    told = Notice.objects.get(kind=Kind.WAITING)
    assert (told.user, told.leads_to) == (office.main.user, f"/prepared/{preparation.uuid}/")
    phone = office.main.user.phone()
    assert phone is not None
    assert set(Message.objects.filter(template="waits").values_list("receiver", flat=True)) == {phone.number, office.main.user.email}
    token = office.confirming(preparation)
    perform(token, token.fingerprint)
    assert Notice.objects.filter(user=office.clerk.user, kind=Kind.DELEGATED).count() == 1


def test_my_operations_and_its_own_page_show_what_waits() -> None:
    office = Office()
    preparation = office.prepared()
    for person in (office.main, office.clerk):
        assert f"/prepared/{preparation.uuid}/" in person.client.get("/operations/").content.decode()
    own = said(page(office.clerk, preparation))
    assert office.main.user.name_en in own
    assert "Go on to confirm" not in own


# --- who may not ---


def test_nobody_confirms_or_refuses_what_they_prepared_themselves() -> None:
    office = Office()
    preparation = office.prepared()
    assert page(office.clerk, preparation, confirm="1").status_code == 302
    assert not OperationToken.objects.filter(confirms=preparation.token).exists()
    assert page(office.clerk, preparation, reason="I changed my mind").status_code == 302
    token = office.confirming(preparation, by=office.clerk)
    with pytest.raises(Refused) as refused:
        perform(token, token.fingerprint)
    preparation.refresh_from_db()
    assert (refused.value.reason.key, preparation.outcome, done()) == (performing.PREPARATION_OVER, "", 0)


def test_the_database_refuses_it_too() -> None:
    office = Office()
    preparation = office.prepared()
    mine = {"decided_by": office.clerk.user, "decided_at": clock.now()}
    for outcome in ("confirmed", "refused"):
        with pytest.raises(IntegrityError, match="decided_by_another"), transaction.atomic():
            Preparation.objects.update(outcome=outcome, **mine)
    with pytest.raises(IntegrityError, match="decided_whole"), transaction.atomic():
        Preparation.objects.update(outcome="confirmed")
    assert preparation.withdraw(office.clerk.user)


def test_without_the_privilege_or_the_branch_it_does_not_exist() -> None:
    office = Office()
    preparation = office.prepared()
    assert page(office.colleague("iqama-renewal"), preparation).status_code == 404
    assert page(Person(resident=ResidentFactory(), by_app=True), preparation).status_code == 404
    limited = office.colleague(STAMP, name_en="OMAR HADI")
    branch = BranchFactory(account=office.account)
    limited.membership.branches.add(branch)
    assert page(limited, preparation).status_code == 404
    assert limited.user.name_en not in said(page(office.clerk, preparation))
    office.main.resident.branch = branch
    office.main.resident.save()
    assert page(limited, preparation).status_code == 200
    assert limited.user.name_en in said(page(office.clerk, preparation))


def test_whoever_lost_the_privilege_sees_what_they_prepared_and_begins_nothing() -> None:
    office = Office()
    preparation = office.prepared()
    office.clerk.membership.grant(["iqama-renewal"], [], by="hr")
    assert page(office.clerk, preparation).status_code == 200
    assert page(office.clerk, preparation, confirm="1").status_code == 302
    assert not OperationToken.objects.filter(confirms=preparation.token).exists()


# --- one person is not enough ---


def test_a_confirmation_by_one_person_alone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    token = office.clerk.ready(slug=STAMP)
    with pytest.raises(Refused) as refused:
        perform(token, token.fingerprint)
    assert (refused.value.reason.key, done()) == (performing.SECOND_NEEDED, 0)
    monkeypatch.setattr(performing, "_ask_for_the_other", lambda token: None)
    perform(token, token.fingerprint)
    assert done() == 1


def test_when_two_are_asked_for_after_the_review_nothing_is_done_and_the_next_press_sends_it() -> None:
    office = Office()
    office.account.ask_for_one(by="hr")
    token = office.clerk.ready(slug=STAMP)
    assert token.account is not None
    token.account.refresh_from_db()
    office.account.ask_for_two(by="hr")
    with pytest.raises(Refused):
        perform(token, token.fingerprint)
    assert office.clerk.confirm(token).url == f"/prepared/{Preparation.objects.get().uuid}/"


def test_where_one_is_enough_nothing_is_prepared() -> None:
    office = Office()
    office.account.ask_for_one(by="hr")
    token = office.clerk.ready(slug=STAMP)
    assert office.clerk.confirm(token).url == f"/receipts/{Receipt.objects.get().uuid}/"


def test_other_services_take_one_person(stamp: Any) -> None:
    office = Office()
    token = office.main.ready(slug=stamp.slug)
    assert perform(token, token.fingerprint).user == office.main.user


# --- what was prepared is what is confirmed, once ---


def test_whoever_confirms_changes_nothing_of_what_was_prepared() -> None:
    office = Office()
    preparation = office.prepared()
    token = office.confirming(preparation)
    another = ResidentFactory(sponsor=office.account)
    assert office.main.post(token, iqama_number=another.iqama_number).status_code == 302
    token.refresh_from_db()
    assert token.data == preparation.token.data
    assert 'name="iqama_number"' not in office.main.get(token, "?edit=1").content.decode()
    assert perform(token, token.fingerprint).resident == office.main.resident


def test_of_two_who_confirm_one_does_it() -> None:
    office = Office()
    preparation = office.prepared()
    first, second = office.confirming(preparation), office.confirming(preparation, by=office.colleague(STAMP))
    perform(first, first.fingerprint)
    with pytest.raises(Refused) as refused:
        perform(second, second.fingerprint)
    assert (refused.value.reason.key, done()) == (performing.PREPARATION_OVER, 1)


def test_a_refusal_of_the_engine_leaves_it_waiting() -> None:
    office = Office(holding="5.00")
    preparation = office.prepared()
    token = office.confirming(preparation)
    with pytest.raises(Refused) as refused:
        perform(token, token.fingerprint)
    assert refused.value.reason.key == performing.WALLET_LOW
    assert Preparation.objects.waiting().get() == preparation


@pytest.mark.parametrize("end", ["withdrawn", "refused", "too old", "of somebody suspended"])
def test_what_does_not_wait_any_more_cannot_be_confirmed(end: str) -> None:
    office = Office()
    preparation = office.prepared()
    token = office.confirming(preparation)
    match end:
        case "withdrawn":
            page(office.clerk, preparation, withdraw="1")
        case "refused":
            page(office.main, preparation, reason="Not this month")
        case "too old":
            Preparation.objects.update(expires_at=clock.now() - timedelta(seconds=1))
        case _:
            office.clerk.membership.suspend(by="hr")
    with pytest.raises(Refused) as refused:
        perform(token, token.fingerprint)
    assert (refused.value.reason.key, done()) == (performing.PREPARATION_OVER, 0)
    assert page(office.main, preparation, confirm="1").status_code == 302
    assert OperationToken.objects.filter(confirms=preparation.token).count() == 1
    assert 'name="confirm"' not in page(office.main, preparation).content.decode()


def test_a_refusal_needs_a_reason_which_whoever_prepared_it_reads() -> None:
    office = Office()
    preparation = office.prepared()
    assert page(office.main, preparation, reason="  ").status_code == 422
    assert page(office.main, preparation, reason="The contract was extended").status_code == 302
    notice = Notice.objects.get(user=office.clerk.user, kind=Kind.WAITING)
    assert "The contract was extended" in str(notice.sentence)
    assert "The contract was extended" in said(page(office.clerk, preparation))
    assert page(office.main, preparation, reason="Once more").status_code == 302
    told = Event.objects.filter(subject=str(preparation.uuid)).order_by("pk")
    assert [event.kind for event in told] == ["prepared", "preparation-refused"]


def test_only_its_own_person_withdraws_it() -> None:
    office = Office()
    preparation = office.prepared()
    page(office.main, preparation, withdraw="1")
    assert Preparation.objects.waiting().exists()
    page(office.clerk, preparation, withdraw="1")
    assert Preparation.objects.get().outcome == "withdrawn"
    assert Event.objects.filter(kind="preparation-withdrawn").count() == 1


def test_what_changed_since_it_was_prepared_is_named_at_the_review(monkeypatch: pytest.MonkeyPatch, stamp_together: Any) -> None:
    office = Office()
    preparation = office.prepared()
    assert "The facts have changed since" not in said(office.main.get(office.confirming(preparation)))
    monkeypatch.setattr(stamp_together, "facts", lambda self: {"name": self.resident.names, "iqama_number": "2000000000"})
    assert "The facts have changed since" in said(office.main.get(office.confirming(preparation)))


def test_where_a_requirement_fails_meanwhile_the_second_person_sees_which_and_may_look_again() -> None:
    office = Office()
    preparation = office.prepared()
    fine = HoldFactory(resident=office.main.resident)
    page(office.main, preparation, confirm="1")
    token = OperationToken.objects.latest("pk")
    answer = office.main.post(token, code=office.main.code(token))
    assert answer.status_code == 422
    assert "It cannot be confirmed now" in said(answer)
    assert "It cannot be confirmed now" in said(office.main.get(token))
    fine.cleared_on = clock.today()
    fine.save()
    assert "It cannot be confirmed now" not in said(office.main.get(token))
    assert office.main.post(token).status_code == 302
    token.refresh_from_db()
    assert token.step() == Step.REVIEW


def test_without_a_package_no_code_is_sent() -> None:
    office = Office()
    preparation = office.prepared()
    office.main.subscription.delete()
    assert page(office.main, preparation, confirm="1").status_code == 302
    assert not OperationToken.objects.filter(confirms=preparation.token).exists()


def test_a_service_that_is_no_longer_offered_cannot_be_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    preparation = office.prepared()
    with monkeypatch.context() as gone:
        gone.delitem(registry, STAMP)
        assert page(office.main, preparation, confirm="1").status_code == 302
    assert not OperationToken.objects.filter(confirms=preparation.token).exists()


def test_a_code_that_cannot_be_sent_is_explained() -> None:
    person = Person()
    second = UserFactory()
    MembershipFactory(user=second, account=person.account, is_main=True)
    person.account.ask_for_two(by="owner")
    token = person.ready(slug=STAMP)
    preparation = prepare(token, token.fingerprint)
    second.phonedevice_set.all().delete()
    person.user = second
    person.sign_in()
    answer = page(person, preparation, confirm="1")
    assert answer.status_code == 409
    assert not OperationToken.objects.filter(confirms=preparation.token).exists()


# --- the setting ---


def test_the_main_user_asks_for_two_only_where_a_second_could_confirm() -> None:
    person = Person(resident=ResidentFactory(), by_app=True)
    address = "/account/people/four-eyes/"
    for others in range(2):
        person.client.post(address, {"two": "1"})
        person.account.refresh_from_db()
        assert (person.account.four_eyes_since is not None) == bool(others)
        MembershipFactory(user=UserFactory(with_app=True), account=person.account, privileges=[STAMP, "final-exit-issue"])
    assert "Two people since" in said(person.client.get("/account/people/"))
    person.client.post(address, {"one": "1"})
    person.account.refresh_from_db()
    assert person.account.four_eyes_since is None
    kinds = Event.objects.filter(subject=person.account.number).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["four-eyes-begun", "four-eyes-ended"]


def test_asking_again_changes_nothing() -> None:
    office = Office()
    since = office.account.four_eyes_since
    office.account.ask_for_two(by="hr")
    office.account.refresh_from_db()
    assert office.account.four_eyes_since == since
    office.account.ask_for_one(by="hr")
    office.account.ask_for_one(by="hr")
    assert Event.objects.filter(kind="four-eyes-ended").count() == 1


def test_preferences_speak_of_it_where_an_account_asks_for_two() -> None:
    office = Office()
    assert Kind.WAITING in Kind.of([office.clerk.membership])
    office.account.four_eyes_since = None
    assert Kind.WAITING not in Kind.of([office.clerk.membership])
