"""The staff's home says what waits and what is stuck, each number with its list; nobody there sees or makes keys."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Attempt, AuthenticatorApp, User
from muqeem import clock
from muqeem.operations.models import Print
from muqeem.operations.perform import perform
from muqeem.record.models import Event, Message, Parameter
from muqeem.record.staff import MOST, Pile, piles
from tests.accounts.people import signed_in
from tests.factories import (
    AccountFactory,
    BranchFactory,
    ClearanceFactory,
    HoldFactory,
    MembershipFactory,
    MovementFactory,
    ResidentFactory,
    SubscriptionFactory,
    UserFactory,
    in_days,
)
from tests.operations.journeys import Person

pytestmark = pytest.mark.django_db

HOME = "/admin/"


@pytest.fixture
def staff() -> Client:
    return signed_in(UserFactory(username="huda", staff=True, is_superuser=True, with_app=True), verified=True)


def waiting(client: Client) -> dict[str, Pile]:
    with override("en"):
        return {str(pile.title): pile for pile in client.get(HOME).context["piles"]}


def text(**at: Any) -> Message:
    message = Message.objects.create(template="operation-done", language="ar", receiver="+966501234567")
    Message.objects.filter(pk=message.pk).update(**at)
    return message


def rows_of(client: Client, pile: Pile) -> list[Any]:
    """What the list shows to which a number leads."""
    answer = client.get(pile.address)
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


def test_texts_are_counted_by_what_became_of_them(staff: Client) -> None:
    long_ago, lately = clock.now() - timedelta(hours=3), clock.now() - timedelta(minutes=1)
    failed = [text(failed_at=lately), text(failed_at=long_ago)]
    waits = text(created_at=long_ago)
    text(sent_at=lately)
    found = waiting(staff)
    assert (found["Texts that failed"].count, found["Texts that wait"].count) == (2, 1)
    assert found["Texts that failed"].oldest == long_ago
    assert found["Texts that wait"].oldest == long_ago
    assert set(rows_of(staff, found["Texts that failed"])) == set(failed)
    assert rows_of(staff, found["Texts that wait"]) == [waits]
    assert len(staff.get("/admin/record/message/?state=done").context["cl"].result_list) == 1
    page = staff.get(HOME).content.decode()
    assert "pile--bad" in page
    assert "The oldest since" in page


def test_pages_are_counted_by_what_became_of_them(staff: Client) -> None:
    person = Person(language="en")
    perform(token := person.ready(), token.fingerprint)
    [copy] = Print.objects.all()
    found = waiting(staff)
    assert (found["Pages that failed"].count, found["Pages that wait"].count) == (0, 1)
    assert rows_of(staff, found["Pages that wait"]) == [copy]
    copy.fail("no font")
    assert (found["Pages that failed"].count, found["Pages that wait"].count) == (1, 0)
    assert rows_of(staff, found["Pages that failed"]) == [copy]


def test_values_of_uncertain_source_wait_until_staff_confirm_them(staff: Client) -> None:
    Parameter.objects.all().delete()
    values = {"value": "1", "source": "blog"}
    Parameter.objects.create(code="a.old", from_on=in_days(-9), confidence="C", **values)
    Parameter.objects.create(code="a.old", from_on=in_days(-1), confidence="S", **values)
    doubtful = Parameter.objects.create(code="b.now", from_on=in_days(0), confidence="M", **values)
    coming = Parameter.objects.create(code="c.later", from_on=in_days(1), confidence="C", **values)
    pile = waiting(staff)["Values to confirm"]
    assert (pile.count, pile.oldest) == (1, None)
    assert rows_of(staff, pile) == [doubtful]
    assert list(staff.get("/admin/record/parameter/?state=coming").context["cl"].result_list) == [coming]
    in_force = staff.get("/admin/record/parameter/?state=in-force").context["cl"].result_list
    assert sorted(row.code for row in in_force) == ["a.old", "b.now"]


def test_accounts_whose_people_wait_for_a_package_are_counted(staff: Client) -> None:
    served, over, nobodys = AccountFactory(), AccountFactory(), AccountFactory()
    for account in (served, over):
        MembershipFactory(account=account)
    MembershipFactory(account=nobodys, removed=True)
    SubscriptionFactory(account=served)
    SubscriptionFactory(account=over, over=True)
    pile = waiting(staff)["Accounts without a subscription"]
    assert pile.count == 1
    assert rows_of(staff, pile) == [over]


def test_wrong_codes_wait_while_somebody_guesses(staff: Client, settings) -> None:
    settings.CODES_A_MINUTE = 18  # of which people mistype one
    guesses = [Attempt.objects.create(name=name, kind=Attempt.Kind.CODE) for name in ("one", "two")]
    pile = waiting(staff)["Codes that somebody guesses"]
    assert pile.count == 2
    assert set(rows_of(staff, pile)) == set(guesses)
    settings.CODES_A_MINUTE = 3000
    assert pile.count == 0


def test_nothing_that_waits_is_said_too(staff: Client) -> None:
    page = staff.get(HOME).content.decode()
    assert "pile--none" in page
    assert "pile--bad" not in page


def test_nobody_is_counted_beyond_the_most() -> None:
    [failed] = [pile for pile in piles if str(pile.query) == "state=failed" and "message" in pile.list]
    Message.objects.bulk_create(
        Message(template="operation-done", language="ar", receiver="+966501234567", failed_at=clock.now()) for _ in range(MOST + 2)
    )
    assert failed.count == MOST + 1


def test_staff_see_of_what_waits_what_is_theirs_to_see() -> None:
    user = UserFactory(staff=True, with_app=True)
    client = signed_in(user, verified=True)
    assert waiting(client) == {}
    assert "Nothing of what waits is among your privileges." in client.get(HOME).content.decode()
    user.user_permissions.add(Permission.objects.get(codename="view_message"))
    assert set(waiting(client)) == {"Texts that failed", "Texts that wait"}


# --- second steps are nobody's ---
@pytest.mark.parametrize("model", [TOTPDevice, StaticDevice, AuthenticatorApp])
def test_authenticator_apps_and_back_up_codes_are_no_tables_of_the_staff(staff: Client, model: Any) -> None:
    assert not admin.site.is_registered(model)
    with pytest.raises(NoReverseMatch):
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert staff.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/").status_code == 404
    assert model._meta.model_name not in staff.get(HOME).content.decode().lower()


def test_of_a_users_second_step_staff_see_whether_there_is_one(staff: Client) -> None:
    user = UserFactory(with_app=True)
    page = staff.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()
    assert f"number ending {user.phone_last2}" in page
    assert user.phone().number not in page
    assert user.authenticators().get().key not in page
    assert staff.get(reverse("admin:accounts_user_add")).status_code == 200


# --- lists ---
def one_more_of_each() -> None:
    """A row more in the lists of the staff's site."""
    person = Person(resident=ResidentFactory(domestic=True))
    perform(token := person.ready(), token.fingerprint)
    MembershipFactory(user=UserFactory())
    UserFactory(clerk=True)
    BranchFactory()
    HoldFactory()
    HoldFactory(of_account=AccountFactory())
    ClearanceFactory()
    MovementFactory()


def queries_of_lists(client: Client) -> dict[str, int]:
    """How many queries each list takes."""
    taken = {}
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
        taken[name] = len(queries)
    return taken


def test_every_list_takes_as_many_queries_for_four_rows_as_for_one(staff: Client) -> None:
    one_more_of_each()
    queries_of_lists(staff)  # what is read once for a process
    few = queries_of_lists(staff)
    for _row in range(3):
        one_more_of_each()
    assert queries_of_lists(staff) == few
    assert max(few.values()) <= 25


# --- leave given to several ---
def test_permissions_are_named_in_the_readers_words_and_only_those_of_tables_there_are(staff: Client) -> None:
    add = reverse("admin:auth_group_add")
    page = staff.get(add).content.decode()
    assert "Accounts: view" in page
    assert "Can view" not in page
    assert "session" not in page
    User.objects.update(language="ar")
    page = staff.get(add).content.decode()
    assert "الحسابات" in page
    assert "Can " not in page


def test_leave_given_to_a_group_is_sealed(staff: Client) -> None:
    view = Permission.objects.get(codename="view_message")
    staff.post(reverse("admin:auth_group_add"), {"name": "texts", "permissions": [view.pk]})
    group = Group.objects.get(name="texts")
    assert list(group.permissions.all()) == [view]
    assert Event.objects.chained().get(kind="staff-add").subject == f"auth.group {group.pk}"
    staff.post(reverse("admin:auth_group_changelist"), {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"})
    assert Group.objects.filter(pk=group.pk).exists()


# --- the site as a screen ---
def names_shown(model: Any, site: Any) -> Iterator[tuple[str, str]]:
    """Every name under which staff see a table or one of its columns."""
    yield "table", str(model._meta.verbose_name_plural)
    for column in {*site.list_display, *(site.fields or [])} - {"__str__"}:
        yield column, str(label_for_field(column, model, site))


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model.__name__)
def test_every_column_that_staff_see_has_an_arabic_name(model: Any) -> None:
    with override("ar"):
        unnamed = {
            name: words for name, words in names_shown(model, admin.site._registry[model]) if not re.search(r"[\u0621-\u064a]", words)
        }
    assert unnamed == {}


PAGES = [
    "/admin/",
    "/admin/accounts/",
    "/admin/record/parameter/",
    "/admin/record/parameter/add/",
    "/admin/accounts/user/",
    "/admin/auth/group/add/",
]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_page_is_the_portals_and_holds_nothing_inline(staff: Client, path: str, language: str) -> None:
    User.objects.update(language=language)
    page = staff.get(path).content.decode()
    assert f'lang="{language}"' in page
    assert "css/admin.css" in page
    assert 'viewBox="0 0 40 40"' in page
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>\s*\S", page)
    assert not re.search(r"\sstyle=|\son\w+=|<style", page)
    assert "theme.js" not in page


def test_whoever_reads_is_named_and_may_leave(staff: Client) -> None:
    page = staff.get(HOME).content.decode()
    assert "SARAH ALQAHTANI" in page
    assert 'action="/sign-out/"' in page
    assert 'action="/language/"' in page
