"""Notifications: all of them on a page of one's own, of each kind one text and one e-mail a day, and only if wanted."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils.translation import override

from accounts import endings
from accounts.models import Notice, Preference, Subscription, User
from accounts.models.notices import Kind, Lookout, Told, Words, note, send, tell
from accounts.tasks import clear_sessions, warn
from muqeem import clock
from muqeem.operations.perform import Refused, perform
from muqeem.record.models import Message, Parameter
from muqeem.sentences import say
from tests.accounts.people import all_at_once, right_code, sign_in, signed_in
from tests.factories import PASSWORD, AccountFactory, MembershipFactory, SubscriptionFactory, UserFactory, in_days
from tests.operations.journeys import Person, said

pytestmark = pytest.mark.django_db

OTHER_PASSWORD = "three camels at the well"


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next slice is done here and now."""
    monkeypatch.setattr(warn, "apply_async", lambda kwargs, *, retry: warn(**kwargs))


def few_left(left: int = 3) -> Any:
    return say(endings.FEW_OPERATIONS, left_operations=left)


def tell_of_few(user: User, kind: Kind = Kind.SUBSCRIPTION) -> None:
    message = Words("few-operations", {"left_operations": 3})
    with transaction.atomic():
        tell(user, kind, few_left(), text=message, mail=message)


def words(notice: Notice) -> str:
    with override("en"):
        return str(notice.sentence)


def sent(user: User, template: str = "few-operations") -> list[str]:
    """The channels by which messages of a template went to somebody."""
    phone = user.phone()
    receivers = [user.email, phone.number if phone else ""]
    return sorted(Message.objects.filter(template=template, receiver__in=receivers).values_list("channel", flat=True))


# --- one message a day of a kind -------------------------------------------------------------------------------------
def test_of_a_kind_one_text_and_one_mail_leave_a_day_and_all_stand_on_the_page(shift) -> None:
    user = UserFactory()
    for _ in range(3):
        tell_of_few(user)
    assert sent(user) == ["mail", "text"]
    tell_of_few(user, Kind.ENDING)
    assert sent(user) == ["mail", "mail", "text", "text"]
    shift(timedelta(days=1))
    tell_of_few(user)
    assert len(sent(user)) == 6
    assert user.notices.count() == 5


@pytest.mark.django_db(transaction=True)
def test_of_many_that_are_told_at_once_one_text_and_one_mail_leave() -> None:
    user = UserFactory()
    assert all_at_once(lambda _number: tell_of_few(user), 8) == [None] * 8
    assert sent(user) == ["mail", "text"]
    assert user.notices.count() == 8


def test_what_is_rolled_back_was_not_told_and_takes_no_day() -> None:
    user = UserFactory()
    with transaction.atomic():
        tell_of_few(user)
        transaction.set_rollback(True)
    assert (user.notices.count(), sent(user)) == (0, [])
    tell_of_few(user)
    assert sent(user) == ["mail", "text"]


@pytest.mark.parametrize(
    ("by_text", "by_mail", "ways"), [(True, False, ["text"]), (False, True, ["mail"]), (False, False, []), (True, True, ["mail", "text"])]
)
def test_messages_leave_as_they_are_preferred(by_text: bool, by_mail: bool, ways: list[str]) -> None:
    user = UserFactory()
    Preference.objects.create(user=user, kind=Kind.SUBSCRIPTION, by_text=by_text, by_mail=by_mail)
    tell_of_few(user)
    assert sent(user) == ways
    assert user.notices.count() == 1


def test_who_has_neither_phone_nor_address_is_told_on_the_page_alone() -> None:
    user = UserFactory(with_phone=False, email="")
    tell_of_few(user)
    assert user.notices.count() == 1
    assert not Message.objects.exists()


def test_that_a_day_had_its_message_is_forgotten_when_it_is_over(shift) -> None:
    tell_of_few(UserFactory())
    clear_sessions()
    assert Told.objects.count() == 2
    shift(timedelta(days=1))
    clear_sessions()
    assert not Told.objects.exists()


@pytest.mark.parametrize("act", ["UPDATE accounts_notice SET kind = 'done'", "DELETE FROM accounts_notice"])
def test_a_notice_stays_as_it_was_written(act: str) -> None:
    tell_of_few(UserFactory())
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)


def test_that_a_notice_was_seen_is_written_once() -> None:
    tell_of_few(UserFactory())
    assert Notice.objects.update(seen_at=clock.Now()) == 1
    for again in (None, clock.Now()):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Notice.objects.update(seen_at=again)


# --- the page --------------------------------------------------------------------------------------------------------
def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/account/notices/{query}")
    assert answer.status_code == 200
    return said(answer)


def test_the_page_lists_the_newest_first_in_the_readers_language_and_goes_on() -> None:
    user = UserFactory()
    client = signed_in(user)
    assert "No notifications yet" in page(client)
    for left in range(1, 28):
        note(user, Kind.SUBSCRIPTION, few_left(left))
    first = page(client)
    assert first.index("left: 27 operations.") < first.index("left: 26 operations.")
    assert "left: 2 operations." not in first
    second = page(client, f"?before={Notice.objects.get(said=few_left(3).stored()).pk}")
    assert "left: 2 operations." in second
    assert "left: 3 operations." not in second
    User.objects.update(language="ar")
    assert "27 عملية" in page(client)


def test_what_the_page_had_shown_is_marked_as_seen_and_nothing_newer_and_nobody_elses() -> None:
    user, other = UserFactory(), UserFactory()
    client = signed_in(user)
    note(other, Kind.SUBSCRIPTION, few_left())
    note(user, Kind.SUBSCRIPTION, few_left())
    newest = client.get("/account/notices/").context["newest"]
    note(user, Kind.SUBSCRIPTION, few_left())
    note(other, Kind.SUBSCRIPTION, few_left())
    assert "2 new" in page(client)
    for odd in ("", "x", "9" * 30):
        client.post("/account/notices/", {"newest": odd})
    assert user.notices.unseen().count() == 2
    assert client.post("/account/notices/", {"newest": newest}).status_code == 302
    assert (user.notices.unseen().count(), other.notices.unseen().count()) == (1, 2)
    assert "1 new" in page(client)


def test_looking_marks_nothing_as_seen() -> None:
    user = UserFactory()
    note(user, Kind.SUBSCRIPTION, few_left())
    page(signed_in(user))
    assert user.notices.unseen().count() == 1


def test_of_an_account_nothing_is_shown_to_whoever_acts_for_it_no_more() -> None:
    person = Person(by_app=True)
    note(person.user, Kind.SUBSCRIPTION, few_left(), account=person.account)
    assert "left: 3 operations." in page(person.client)
    person.membership.is_main = False
    person.membership.save()
    person.membership.suspend(by="main")
    assert "left: 3 operations." not in page(person.client)
    assert "1 new" not in page(person.client)


def test_a_notice_of_another_account_names_it_and_leads_nowhere_from_here() -> None:
    person = Person(by_app=True)
    other = MembershipFactory(user=person.user, account=AccountFactory(name_en="Najd Bakeries"), main=True).account
    person.client.post("/account/switch/", {"account": person.account.uuid})
    note(person.user, Kind.SUBSCRIPTION, few_left(), account=other, leads_to="/account/elsewhere/")
    note(person.user, Kind.SUBSCRIPTION, few_left(), account=person.account, leads_to="/account/here/")
    answer = person.client.get("/account/notices/").content.decode()
    assert ("/account/here/" in answer, "/account/elsewhere/" in answer) == (True, False)
    assert "Najd Bakeries" in answer


# --- preferences -----------------------------------------------------------------------------------------------------
def test_everybody_chooses_among_the_kinds_that_concern_them() -> None:
    main, delegated = Person(by_app=True), Person(privileges=["iqama-renewal"], by_app=True)
    clerk = UserFactory(clerk=True, with_app=True)
    kinds = [
        list(client.get("/account/notices/preferences/").context["form"].fields)
        for client in (main.client, delegated.client, signed_in(clerk))
    ]
    assert kinds == [["done", "delegated", "ending", "subscription", "payment", "sign-in"], ["done", "sign-in"], ["sign-in"]]


def test_what_is_chosen_holds_and_can_be_chosen_again() -> None:
    person = Person(by_app=True)
    address = "/account/notices/preferences/"
    assert person.client.get(address).context["form"]["subscription"].initial == ["text", "mail"]
    for chosen, ways in ({"subscription": ["mail"], "delegated": ["mail"]}, ["mail"]), ({"subscription": []}, ["mail"]):
        assert person.client.post(address, chosen).status_code == 302
        tell_of_few(person.user)
        assert sent(person.user) == ways
    assert person.client.get(address).context["form"]["subscription"].initial == []


@pytest.mark.parametrize("odd", [{"delegated": "text"}, {"subscription": "pigeon"}])
def test_what_is_not_offered_cannot_be_chosen(odd: dict[str, str]) -> None:
    person = Person(by_app=True)
    assert person.client.post("/account/notices/preferences/", odd).status_code == 422
    assert not Preference.objects.exists()


# --- sign-in on a new browser ----------------------------------------------------------------------------------------
def test_a_sign_in_on_a_new_browser_is_told_and_on_the_same_browser_no_more(shift) -> None:
    user, client = UserFactory(with_app=True), Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/150.0"})
    sign_in(client, user)
    assert sent(user, "new-sign-in") == ["mail", "text"]
    assert words(user.notices.get()) == "Sign-in on a browser that had not been seen before: Firefox on Windows"
    client.post("/sign-out/")
    shift(timedelta(days=2))
    sign_in(client, user)
    assert user.notices.count() == 1
    shift(timedelta(days=3))
    sign_in(Client(), user)
    assert user.notices.count() == 2
    assert words(user.notices.latest("pk")) == "Sign-in on a browser that had not been seen before."


def test_whoever_signed_in_by_text_has_had_a_text_and_gets_a_mail() -> None:
    user = UserFactory()
    sign_in(Client(), user)
    assert sent(user, "new-sign-in") == ["mail"]


def test_a_browser_that_several_use_knows_each_of_them_and_a_forged_mark_is_none(shift) -> None:
    one, other, client = UserFactory(), UserFactory(), Client()
    for times, user in enumerate((one, other, one, other), start=1):
        sign_in(client, user)
        client.post("/sign-out/")
        shift(timedelta(hours=times))
    assert (one.notices.count(), other.notices.count()) == (1, 1)
    client.cookies["seen"] = ".".join(mark[:-1] + "x" for mark in client.cookies["seen"].value.split("."))
    sign_in(client, one)
    assert one.notices.count() == 2


def test_a_new_password_makes_every_browser_new_but_the_one_that_chose_it(shift) -> None:
    user, here, elsewhere = UserFactory(), Client(), Client()
    for times, client in enumerate((here, elsewhere), start=1):
        sign_in(client, user)
        shift(timedelta(hours=times))
    here = signed_in(user)
    assert here.post("/account/password/", {"password": PASSWORD, "new_password": OTHER_PASSWORD}).status_code == 302
    assert user.notices.count() == 2
    for times, client in enumerate((here, elsewhere), start=3):
        client.post("/sign-out/")
        assert client.post("/sign-in/", {"username": user.username, "password": OTHER_PASSWORD}).status_code == 302
        client.post("/sign-in/code/", {"code": right_code(user.tokens.latest("pk"))})
        shift(timedelta(hours=times))
    assert user.notices.count() == 3


def test_the_mark_is_for_the_server_alone() -> None:
    user, client = UserFactory(), Client()
    sign_in(client, user)
    cookie = client.cookies["seen"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (True, "Lax", "/", 365 * 24 * 3600)
    assert user.username not in cookie.value


# --- operations ------------------------------------------------------------------------------------------------------
def renewed(person: Person) -> Any:
    token = person.ready()
    return perform(token, token.fingerprint)


def test_who_did_something_has_a_mail_of_it_and_nothing_new_on_the_page() -> None:
    person = Person()
    receipt = renewed(person)
    notice = person.user.notices.get()
    assert (notice.kind, notice.leads_to, notice.seen_at is None) == ("done", f"/receipts/{receipt.uuid}/", False)
    assert receipt.number in words(notice)
    assert sent(person.user, "done") == ["mail"]
    assert not Message.objects.filter(template="done-by").exists()


def test_main_users_learn_what_others_did_and_not_by_a_second_text() -> None:
    delegated = Person(privileges=["iqama-renewal"])
    main = MembershipFactory(account=delegated.account, main=True).user
    Preference.objects.create(user=main, kind=Kind.DELEGATED, by_text=True, by_mail=True)
    receipt = renewed(delegated)
    notice = main.notices.get()
    assert (notice.kind, notice.seen_at, notice.leads_to) == ("delegated", None, f"/receipts/{receipt.uuid}/")
    assert words(notice) == f"Residency renewed. By SARAH ALQAHTANI, receipt {receipt.number}"
    assert (sent(main, "done-by"), sent(main, "operation-done")) == (["mail"], ["text"])
    assert delegated.user.notices.get().kind == "done"


def test_whoever_wants_texts_of_their_own_operations_gets_one_unless_the_number_has_one_already() -> None:
    apart, same = Person(), Person()
    same.resident.phone = same.user.phone().number
    same.resident.save()
    for person in (apart, same):
        Preference.objects.create(user=person.user, kind=Kind.DONE, by_text=True, by_mail=False)
        renewed(person)
    assert (sent(apart.user, "done"), sent(same.user, "done")) == (["text"], [])


def test_what_is_refused_tells_nobody() -> None:
    person = Person(operations=100, holding="1.00")
    token = person.ready()
    with pytest.raises(Refused):
        perform(token, token.fingerprint)
    assert not Notice.objects.exists()


# --- the subscription ------------------------------------------------------------------------------------------------
def test_main_users_are_warned_once_when_a_tenth_of_the_operations_is_left() -> None:
    person = Person(operations=11)
    other = MembershipFactory(account=person.account, main=True).user
    Subscription.objects.update(operations_spent=89)
    warnings = Notice.objects.filter(kind=Kind.SUBSCRIPTION)
    with transaction.atomic():
        endings.warn_if_few_are_left(person.account, Parameter.objects.terms(clock.today()))
    assert not warnings.exists()
    renewed(person)
    assert {notice.user for notice in warnings} == {person.user, other}
    assert {words(notice) for notice in warnings} == {"Few operations of the package are left: 10 operations."}
    assert sent(other) == ["mail", "text"]
    with transaction.atomic():
        endings.warn_if_few_are_left(person.account, Parameter.objects.terms(clock.today()))
    assert warnings.count() == 2


@pytest.mark.parametrize("other", [{"unlimited": True}, {"operations_left": 500}])
def test_few_operations_of_one_package_are_no_news_beside_another(other: dict[str, Any]) -> None:
    person = Person(operations=2)
    SubscriptionFactory(account=person.account, **other)
    renewed(person)
    assert not Notice.objects.filter(kind=Kind.SUBSCRIPTION).exists()


def warned(user: User) -> list[str]:
    return [words(notice) for notice in user.notices.filter(kind=Kind.SUBSCRIPTION)]


def test_the_end_of_a_subscription_is_told_ninety_to_one_days_before_once_each(shift) -> None:
    user = MembershipFactory(main=True).user
    account = user.memberships.get().account
    SubscriptionFactory(account=account, ends_on=in_days(92))
    told = []
    for day in range(94):
        shift(timedelta(days=day))
        before = len(warned(user))
        warn()
        warn()
        told += [92 - day] * (len(warned(user)) - before)
    assert told == [90, 60, 30, 14, 7, 3, 1]
    assert sent(user, "subscription-ends") == ["mail"] * 7 + ["text"] * 7


def test_what_an_outage_missed_is_told_once_and_what_is_over_not_at_all(shift) -> None:
    user = MembershipFactory(main=True).user
    account = user.memberships.get().account
    SubscriptionFactory(account=account, ends_on=in_days(35))
    warn()
    shift(timedelta(days=30))
    warn()
    assert len(warned(user)) == 1
    shift(timedelta(days=40))
    warn()
    assert len(warned(user)) == 1


def test_a_renewed_subscription_and_other_users_are_left_in_peace() -> None:
    user = MembershipFactory(main=True).user
    account = user.memberships.get().account
    delegated, suspended = MembershipFactory(account=account).user, MembershipFactory(account=account, main=True, suspended=True).user
    soon = SubscriptionFactory(account=account, ends_on=in_days(30))
    later = SubscriptionFactory(account=account, starts_on=in_days(31), ends_on=in_days(395))
    warn()
    assert warned(user) == []
    later.delete()
    Lookout.objects.all().delete()
    warn()
    assert len(warned(user)) == 1
    assert warned(delegated) == warned(suspended) == []
    assert str(soon.ends_on.year) in warned(user)[0]


@pytest.mark.parametrize(("user", "subscription"), [({"is_active": False}, {}), ({}, {"used_up": True})])
def test_who_is_shut_out_and_what_is_used_up_are_no_news(user: dict[str, bool], subscription: dict[str, bool]) -> None:
    main = MembershipFactory(user=UserFactory(**user), main=True)
    SubscriptionFactory(account=main.account, ends_on=in_days(30), **subscription)
    warn()
    assert warned(main.user) == []


def test_one_whom_nobody_can_tell_keeps_nobody_waiting_and_is_told_later(monkeypatch: pytest.MonkeyPatch) -> None:
    users = [MembershipFactory(main=True).user for _ in range(3)]
    for user in users:
        SubscriptionFactory(account=user.memberships.get().account, ends_on=in_days(7))
    monkeypatch.setattr(endings, "SLICE", 1)
    subscription, seen = endings.of_subscriptions, send

    def fails(user: User, *more: Any, **named: Any) -> None:
        if user == users[1]:
            raise RuntimeError
        seen(user, *more, **named)

    monkeypatch.setattr(endings, "send", fails)
    warn()
    assert [len(warned(user)) for user in users] == [1, 0, 1]
    monkeypatch.setattr(endings, "send", seen)
    warn()
    assert [len(warned(user)) for user in users] == [1, 1, 1]
    assert subscription is endings.of_subscriptions
