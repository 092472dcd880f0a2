"""The people of an account: inviting, joining, changing what they may do, and ending it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client

from accounts.models import Account, Invitation, Membership, PhoneCode, User
from accounts.models.invitations import AlreadyInvited, NotTheirs
from muqeem import clock, codes
from muqeem.numbers import luhn_complete
from muqeem.operations.models import Receipt
from muqeem.record.mails import address
from muqeem.record.models import Event, Message
from tests.accounts.people import all_at_once, is_signed_in, signed_in
from tests.factories import PASSWORD, AccountFactory, BranchFactory, MembershipFactory, UserFactory
from tests.operations.journeys import RENEWAL, Person

pytestmark = pytest.mark.django_db

ID_NUMBER = "1000000008"
INVITED = {
    "name": "Huda Alamri", "id_number": ID_NUMBER, "email": "huda@example.com", "phone": "+966500000555", "language": "en",
    "privileges": [RENEWAL],
}  # fmt: skip
CHOSEN = {"name_ar": "هدى العمري", "name_en": "HUDA ALAMRI", "username": "huda.alamri", "password": "seven camels at dawn"}


@pytest.fixture
def account() -> Account:
    return AccountFactory()


@pytest.fixture
def main_user(account: Account) -> User:
    return MembershipFactory(user=UserFactory(with_app=True, language="en"), account=account, is_main=True).user


@pytest.fixture
def client(main_user: User) -> Client:
    return signed_in(main_user)


def invite(account: Account, by: User | None = None, **changed: Any) -> Invitation:
    return Invitation.send(account, by=by or UserFactory(), **{**INVITED, **changed})


def link(invitation: Invitation) -> str:
    """As the e-mail has it."""
    [mail] = Message.objects.filter(channel="mail", arguments__link=str(invitation.uuid))
    return address("join", mail.arguments)


def texted_code() -> str:
    code = PhoneCode.objects.latest("pk")
    return codes.derive(str(code.uuid), code.sends)


def visitor(language: str = "en") -> Client:
    browser = Client()
    browser.cookies["language"] = language
    return browser


def confirmed(browser: Client, path: str) -> None:
    """Past the code of the text."""
    assert browser.post(path).status_code == 302
    assert browser.post(path, {"code": texted_code()}).status_code == 302


# --- inviting ---


def test_an_invitation_leaves_as_an_e_mail_whose_link_is_kept_nowhere(client: Client, account: Account) -> None:
    answer = client.post("/account/people/invite/", {**INVITED, "phone": "0500000555"})
    assert answer.status_code == 302, answer.content.decode()
    invitation = account.invitations.get()
    assert (invitation.phone, invitation.privileges, invitation.is_main) == ("+966500000555", [RENEWAL], False)
    mail = Message.objects.get(channel="mail")
    assert (mail.receiver, mail.template) == ("huda@example.com", "invitation")
    assert codes.link_key("join", str(invitation.uuid)) not in str(mail.arguments)
    assert Event.objects.chained().get(kind="invited").subject == str(invitation.uuid)


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("id_number", "1000000009", "check the digits"),
        ("id_number", "7000000000", "starts with 2 or 1"),
        ("email", "huda@", "write it like name@example.com"),
        ("email", "هدى@example.com", "write it like name@example.com"),
        ("email", "huda@example.com\r\nBcc: all@example.com", "write it like name@example.com"),
        ("phone", "+44 20 7946 0000", "Use a Saudi mobile number"),
        ("phone", "0112345678", "This is a landline"),
        ("privileges", [], "Choose one privilege"),
        ("privileges", "sign-in", "not one of the available choices"),
        ("name", "Huda \u202e", "hidden character"),
    ],
)
def test_what_is_wrong_with_an_invitation_is_said_beside_it(client: Client, account: Account, field: str, typed: Any, says: str) -> None:
    answer = client.post("/account/people/invite/", {**INVITED, field: typed})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not account.invitations.exists()
    assert not Message.objects.exists()


def test_nobody_is_invited_twice(client: Client, account: Account) -> None:
    invite(account)
    answer = client.post("/account/people/invite/", INVITED)
    assert answer.status_code == 422
    assert "already, or has an open invitation" in answer.content.decode()
    member = MembershipFactory(account=account, user=UserFactory(id_number="2000000005"))
    with pytest.raises(AlreadyInvited):
        invite(account, id_number=member.user.id_number)


def test_a_branch_of_another_account_cannot_be_given(client: Client, account: Account) -> None:
    mine, foreign = BranchFactory(account=account), BranchFactory()
    assert client.post("/account/people/invite/", {**INVITED, "branches": [foreign.pk]}).status_code == 422
    assert client.post("/account/people/invite/", {**INVITED, "branches": [mine.pk]}).status_code == 302
    assert list(account.invitations.get().branches.all()) == [mine]


# --- joining ---


def test_an_invited_stranger_becomes_a_user_with_exactly_these_privileges(account: Account) -> None:
    invitation, browser = invite(account), visitor()
    path = link(invitation)
    assert INVITED["email"] not in browser.get(path).content.decode()
    confirmed(browser, path)
    assert 'value="Huda Alamri"' in browser.get(path).content.decode()
    answer = browser.post(path, CHOSEN)
    assert (answer.status_code, answer.url) == (302, "/")
    user = User.objects.get(username="huda.alamri")
    assert (user.id_number, user.email, user.phone().number) == (ID_NUMBER, INVITED["email"], INVITED["phone"])
    membership = user.memberships.get()
    assert (membership.account, membership.privileges, membership.is_main) == (account, [RENEWAL], False)
    assert browser.get("/").url == "/account/authenticator/"  # whoever acts for an establishment has an app
    assert Event.objects.get(kind="joined").actor == user.username


def test_a_link_works_once_and_not_for_whoever_lacks_the_phone(account: Account) -> None:
    invitation = invite(account)
    path = link(invitation)
    first, second = visitor(), visitor()
    confirmed(first, path)
    assert b'name="password"' not in second.get(path).content  # the code was given in another browser
    assert second.post(path, CHOSEN).status_code == 302  # asks for a code, which goes to the phone
    assert not User.objects.filter(username=CHOSEN["username"]).exists()
    assert first.post(path, CHOSEN).status_code == 302
    assert visitor().get(path).status_code == 410
    assert second.get(path).status_code == 410


@pytest.mark.parametrize("end", ["withdrawn", "expired"])
def test_a_link_that_is_over_says_so_and_does_nothing(account: Account, end: str) -> None:
    invitation, browser = invite(account), visitor()
    path = link(invitation)
    confirmed(browser, path)
    if end == "withdrawn":
        assert invitation.withdraw(UserFactory())
    else:
        Invitation.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    answer = browser.post(path, CHOSEN)
    assert answer.status_code == 410
    assert f"This invitation {'was withdrawn' if end == 'withdrawn' else 'has expired'}" in answer.content.decode()
    assert not User.objects.filter(username=CHOSEN["username"]).exists()


def test_a_key_that_was_guessed_opens_nothing(account: Account) -> None:
    invitation = invite(account)
    for key in ("x", codes.link_key("join", "another"), codes.link_key("reset-password", str(invitation.uuid))):
        assert visitor().get(f"/join/{invitation.uuid}/{key}/").status_code == 404


def test_a_wrong_code_opens_nothing_and_five_close_it(account: Account) -> None:
    path, browser = link(invite(account)), visitor()
    browser.post(path)
    wrong = f"{(int(texted_code()) + 1) % 1_000_000:06}"
    for left in (4, 3, 2, 1):
        assert f"{left} " in browser.post(path, {"code": wrong}).content.decode()
    assert browser.post(path, {"code": wrong}).status_code == 302
    assert b'name="code"' not in browser.get(path).content
    assert browser.post(path, {"code": texted_code()}).status_code == 302  # asks for another
    assert b'name="password"' not in browser.get(path).content


def test_a_user_accepts_for_another_account_and_switches_to_it(account: Account) -> None:
    user = MembershipFactory(user=UserFactory(with_app=True, language="en", id_number=ID_NUMBER)).user
    path, browser = link(invite(account)), signed_in(user)
    confirmed(browser, path)
    assert browser.post(path, {}).url == "/"
    assert user.memberships.get(account=account).privileges == [RENEWAL]
    assert account.name_en in browser.get("/account/security/").content.decode()


def test_an_invitation_is_not_accepted_by_another_user(account: Account) -> None:
    other = MembershipFactory(user=UserFactory(with_app=True, language="en", id_number="2000000005")).user
    path, browser = link(invite(account)), signed_in(other)
    confirmed(browser, path)
    answer = browser.post(path, {})
    assert answer.status_code == 403
    assert "This invitation is for somebody else" in answer.content.decode()
    assert not account.memberships.exists()


def test_whoever_has_a_user_is_not_made_twice(account: Account) -> None:
    UserFactory(id_number=ID_NUMBER)
    path, browser = link(invite(account)), visitor()
    confirmed(browser, path)
    assert "You have a user name already" in browser.post(path, CHOSEN).content.decode()
    assert User.objects.filter(id_number=ID_NUMBER).count() == 1


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("username", "ab", "4 to 30"),
        ("username", "huda alamri", "4 to 30"),
        ("username", "taken", "is taken"),
        ("username", "TAKEN", "is taken"),
        ("password", "short", "too short"),
        ("password", "password12345", "common"),
        ("password", "huda.alamri1", "too much like"),
        ("name_ar", "Huda", "Arabic letters"),
        ("name_en", "هدى", "Latin letters"),
    ],
)
def test_a_new_user_is_told_what_is_wrong(account: Account, field: str, typed: str, says: str) -> None:
    UserFactory(username="taken")
    path, browser = link(invite(account)), visitor()
    confirmed(browser, path)
    answer = browser.post(path, {**CHOSEN, field: typed})
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_who_was_removed_and_is_invited_again_has_the_new_privileges_only(account: Account) -> None:
    user = UserFactory(with_app=True, language="en", id_number=ID_NUMBER)
    MembershipFactory(user=user, account=account, privileges=["final-exit-issue"], removed=True)
    path, browser = link(invite(account)), signed_in(user)
    confirmed(browser, path)
    browser.post(path, {})
    membership = account.memberships.get()
    assert (membership.privileges, membership.removed_at) == ([RENEWAL], None)


def test_the_code_of_one_invitation_opens_no_other(account: Account) -> None:
    mine, others = invite(account), invite(account, id_number="2000000005", phone="+966500000556")
    browser = visitor()
    confirmed(browser, link(mine))
    page = browser.get(link(others)).content
    assert b'name="password"' not in page
    browser.post(link(others), CHOSEN)
    assert not User.objects.filter(username=CHOSEN["username"]).exists()


def test_the_right_code_gives_the_session_a_new_key_and_is_used_up_by_what_it_opened(account: Account) -> None:
    path, browser = link(invite(account)), visitor()
    browser.post(path)
    before = browser.session.session_key
    browser.post(path, {"code": texted_code()})
    assert browser.session.session_key != before
    browser.post(path, CHOSEN)
    assert PhoneCode.objects.get().used_at
    user = MembershipFactory(user=UserFactory(with_app=True, id_number="2000000005")).user
    path, browser = link(invite(account, id_number="2000000005", phone="+966500000556")), signed_in(user)
    confirmed(browser, path)
    browser.post(path, {})
    assert PhoneCode.objects.latest("pk").used_at


@pytest.mark.parametrize("who", ["somebody new", "a user"])
def test_an_invitation_that_ends_while_it_is_accepted_lets_nobody_in(account: Account, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    invitation = invite(account)
    path = link(invitation)
    browser = visitor() if who == "somebody new" else signed_in(UserFactory(with_app=True, id_number=ID_NUMBER))
    confirmed(browser, path)
    invitation.withdraw(UserFactory())
    monkeypatch.setattr(Invitation, "is_open", True)  # as it was a moment ago
    assert browser.post(path, CHOSEN).url == path
    assert not account.memberships.exists()
    assert not User.objects.filter(username=CHOSEN["username"]).exists()


def test_a_clerk_accepts_no_invitation(account: Account) -> None:
    path, browser = link(invite(account)), signed_in(UserFactory(clerk=True, with_app=True, id_number=ID_NUMBER))
    confirmed(browser, path)
    assert browser.post(path, {}).status_code == 403
    assert not account.memberships.exists()


def test_an_invitation_lets_in_once_while_it_is_open_and_whom_it_is_for(account: Account) -> None:
    user = UserFactory()
    used, withdrawn, expired, foreign = (invite(account, id_number=luhn_complete(f"10000010{number}")) for number in range(4))
    withdrawn.withdraw(user)
    Invitation.objects.filter(pk=expired.pk).update(expires_at=clock.now())
    with transaction.atomic():
        assert used.accept(user)
        user.id_number = None
        assert [each.accept(user) for each in (used, withdrawn, expired)] == [None] * 3
        with pytest.raises(NotTheirs):
            foreign.accept(UserFactory(id_number=ID_NUMBER))
    assert not used.withdraw(user)
    assert account.memberships.count() == 1
    assert User.objects.get(pk=user.pk).id_number == used.id_number
    assert Event.objects.chained().get(kind="joined").actor == user.username


@pytest.mark.django_db(transaction=True)
def test_invited_in_several_windows_at_once_it_is_one_invitation() -> None:
    account, user = AccountFactory(), UserFactory()
    outcomes = all_at_once(lambda _number: invite(account, user), 4)
    assert [type(outcome) for outcome in outcomes].count(AlreadyInvited) == 3
    assert account.invitations.count() == 1


# --- sent again by staff ---


@pytest.fixture
def staff() -> Client:
    return signed_in(UserFactory(username="huda", staff=True, is_superuser=True, with_app=True, language="en"), verified=True)


def again(staff: Client, invitation: Invitation, **fields: str) -> str:
    answer = staff.post(f"/admin/accounts/invitation/{invitation.pk}/decide/", {"reason": "The e-mail was lost", **fields}, follow=True)
    return str(answer.content.decode())


def invite_main(account: Account) -> Invitation:
    return invite(account, is_main=True, privileges=[])


@pytest.mark.parametrize("late", [False, True])
def test_staff_send_a_main_users_invitation_again_and_the_link_before_is_void(staff: Client, account: Account, late: bool) -> None:
    first = invite_main(account)
    path = link(first)
    if late:
        Invitation.objects.update(expires_at=clock.now())
    row = f"/admin/accounts/invitation/{first.pk}"
    assert "Send again" in staff.get(f"{row}/change/").content.decode()
    assert "reason for the journal" in staff.get(f"{row}/decide/").content.decode()
    assert Invitation.objects.count() == 1
    assert "A new link is on its way" in again(staff, first)
    second = account.invitations.get(withdrawn_at=None)
    assert visitor().get(path).status_code == 410
    assert (second.is_main, second.email, second.phone, second.id_number) == (True, INVITED["email"], INVITED["phone"], ID_NUMBER)
    browser, new = visitor(), link(second)
    confirmed(browser, new)
    browser.post(new, CHOSEN)
    assert account.memberships.get().is_main
    event = Event.objects.chained().get(kind="invitation-renewed")
    assert (event.actor, event.subject, event.data["reason"]) == ("huda", str(first.uuid), "The e-mail was lost")


def test_what_was_accepted_or_withdrawn_or_is_no_main_users_is_not_sent_again(staff: Client, account: Account) -> None:
    used, withdrawn, delegated = invite_main(account), invite_main(AccountFactory()), invite(AccountFactory())
    Invitation.objects.filter(pk=used.pk).update(used_at=clock.now())
    withdrawn.withdraw(UserFactory())
    for invitation in (used, withdrawn, delegated):
        assert "Send again" not in staff.get(f"/admin/accounts/invitation/{invitation.pk}/change/").content.decode()
        assert "nothing changed" in again(staff, invitation)
    assert Invitation.objects.count() == 3


def test_it_is_not_sent_again_to_whoever_acts_by_now_nor_without_a_reason(staff: Client, account: Account) -> None:
    invitation = invite_main(account)
    assert "Send a new link" in again(staff, invitation, reason="")
    MembershipFactory(account=account, user=UserFactory(id_number=ID_NUMBER))
    assert "nothing changed" in again(staff, invitation)
    invitation.refresh_from_db()
    assert invitation.is_open
    assert not Event.objects.filter(kind="invitation-renewed").exists()


def test_only_who_may_change_invitations_sends_them_again(account: Account) -> None:
    reader = UserFactory(staff=True, with_app=True, language="en")
    reader.user_permissions.add(Permission.objects.get(codename="view_invitation"))
    invitation = invite_main(account)
    path = f"/admin/accounts/invitation/{invitation.pk}/decide/"
    assert signed_in(reader, verified=True).post(path, {"reason": "x"}).status_code == 403
    assert Invitation.objects.count() == 1


def test_staff_see_whose_main_user_has_not_come_in(staff: Client, account: Account) -> None:
    invite(account, name="Delegated Colleague")
    invite_main(AccountFactory(name_en="Najd Bakeries", name_ar="Najd Bakeries"))
    listed = staff.get("/admin/accounts/invitation/?state=pending").content.decode()
    assert ("Najd Bakeries" in listed, "Delegated Colleague" in listed) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_accepted_in_two_windows_at_once_it_makes_one_user() -> None:
    path, browser = link(invite(AccountFactory())), visitor()
    confirmed(browser, path)

    def press(_number: int) -> int:
        window = Client()
        window.cookies = browser.cookies
        return int(window.post(path, {**CHOSEN}).status_code)

    outcomes = all_at_once(press, 4)
    assert set(outcomes) <= {302, 410}
    assert User.objects.filter(id_number=ID_NUMBER).count() == 1
    assert Membership.objects.count() == 1


# --- what they may do, and its end ---


def test_privileges_that_are_taken_away_hold_at_the_next_request() -> None:
    person = Person(by_app=True, privileges=[RENEWAL])
    person.membership.is_main = False
    person.membership.save()
    main = MembershipFactory(user=UserFactory(with_app=True, language="en"), account=person.account, is_main=True).user
    token = person.ready()
    member = f"/account/people/{person.user.uuid}/"
    assert signed_in(main).post(member, {"privileges": ["final-exit-issue"]}).status_code == 302
    assert person.client.post(f"/operations/{token.uuid}/", {"fingerprint": token.fingerprint}).status_code in {403, 404, 409}
    assert not Receipt.objects.exists()
    assert Event.objects.chained().get(kind="privileges-changed").data["privileges"] == ["final-exit-issue"]


def test_a_suspended_user_with_an_open_form_does_nothing_and_comes_back() -> None:
    person = Person(by_app=True, privileges=[RENEWAL])
    Membership.objects.filter(pk=person.membership.pk).update(is_main=False)
    main = signed_in(MembershipFactory(user=UserFactory(with_app=True, language="en"), account=person.account, is_main=True).user)
    token = person.ready()
    change = f"/account/people/{person.user.uuid}/change/"
    assert main.post(change, {"act": "suspend"}).status_code == 302
    answer = person.client.post(f"/operations/{token.uuid}/", {"fingerprint": token.fingerprint})
    assert answer.status_code in {403, 404}
    token.refresh_from_db()
    assert token.used_at is None
    assert "suspended" in main.get("/account/people/").content.decode()
    assert main.post(change, {"act": "resume"}).status_code == 302
    assert person.client.post(f"/operations/{token.uuid}/", {"fingerprint": token.fingerprint}).status_code == 302


def test_who_is_removed_is_gone_from_the_list_and_stays_in_the_journal(client: Client, account: Account) -> None:
    member = MembershipFactory(account=account, user=UserFactory(language="en"))
    assert client.post(f"/account/people/{member.user.uuid}/change/", {"act": "remove"}).url == "/account/people/"
    assert client.get(f"/account/people/{member.user.uuid}/").status_code == 404
    assert Event.objects.chained().get(kind="member-removed").subject == member.user.username


@pytest.mark.parametrize("act", ["suspend", "remove"])
def test_a_main_user_is_neither_suspended_nor_removed(client: Client, account: Account, main_user: User, act: str) -> None:
    answer = client.post(f"/account/people/{main_user.uuid}/change/", {"act": act}, follow=True)
    assert "Change the main user first" in answer.content.decode()
    assert client.post(f"/account/people/{main_user.uuid}/", {"privileges": [RENEWAL]}).status_code == 200
    membership = account.memberships.get()
    assert (membership.is_main, membership.suspended_at, membership.removed_at, membership.privileges) == (True, None, None, [])


@pytest.mark.parametrize("who", ["main user", "removed"])
def test_of_a_main_user_and_of_whoever_was_removed_nothing_is_changed(account: Account, who: str) -> None:
    """Also where it came about a moment after the page was made."""
    membership = MembershipFactory(account=account, is_main=who == "main user", removed=who == "removed")
    branch = BranchFactory(account=account)
    membership.grant([RENEWAL], [branch], by="main")
    for act in (membership.suspend, membership.resume, membership.remove):
        act(by="main")
    found = account.memberships.get()
    assert (found.privileges, found.suspended_at, found.removed_at) == ([], None, membership.removed_at)
    assert not found.branches.exists()
    assert not Event.objects.exists()


def test_each_change_is_one_link_of_the_chain_however_often_it_is_pressed(account: Account) -> None:
    membership = MembershipFactory(account=account)
    for act in (membership.suspend, membership.resume, membership.suspend, membership.remove):
        for _time in range(2):
            act(by="main")
    kinds = Event.objects.chained().order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["member-suspended", "member-resumed", "member-suspended", "member-removed"]


def test_nobody_of_another_account_is_changed(client: Client) -> None:
    foreign = MembershipFactory(privileges=[RENEWAL])
    path = f"/account/people/{foreign.user.uuid}/"
    assert client.get(path).status_code == 404
    assert client.post(f"{path}change/", {"act": "remove"}).status_code == 404
    invitation = invite(foreign.account)
    assert client.post(f"/account/people/invitations/{invitation.uuid}/withdraw/").status_code == 404
    invitation.refresh_from_db()
    assert invitation.is_open


def test_an_act_that_no_button_has_changes_nothing(client: Client, account: Account) -> None:
    member = MembershipFactory(account=account)
    assert client.post(f"/account/people/{member.user.uuid}/change/", {"act": "promote"}).status_code == 302
    assert account.memberships.filter(suspended_at=None, removed_at=None).count() == 2


def test_the_page_of_a_member_shows_what_they_did() -> None:
    person = Person(by_app=True)
    token = person.ready()
    person.client.post(f"/operations/{token.uuid}/", {"fingerprint": token.fingerprint})
    answer = person.client.get(f"/account/people/{person.user.uuid}/").content.decode()
    assert "Renew residency" in answer


def test_an_open_invitation_is_listed_and_withdrawn(client: Client, account: Account) -> None:
    invitation = invite(account)
    assert "huda@example.com" in client.get("/account/people/").content.decode()
    path = f"/account/people/invitations/{invitation.uuid}/withdraw/"
    assert client.post(path).status_code == 302
    assert client.post(path).status_code == 302  # pressed twice
    assert "huda@example.com" not in client.get("/account/people/").content.decode()
    assert Event.objects.filter(kind="invitation-withdrawn").count() == 1


def test_a_new_user_signs_in_with_what_they_chose(account: Account) -> None:
    path, browser = link(invite(account)), visitor()
    confirmed(browser, path)
    browser.post(path, CHOSEN)
    again = visitor()
    assert again.post("/sign-in/", {"username": CHOSEN["username"], "password": CHOSEN["password"]}).url == "/sign-in/code/"
    assert not is_signed_in(again)
    assert CHOSEN["password"] != PASSWORD
