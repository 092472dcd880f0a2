"""Every address × everybody × own, other, none: who sees what, from the URL tree."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404

from accounts.models import Membership
from muqeem.operations.views import receipts
from residency.models.people import ResidentQuerySet
from tests.doors.matrix import DOORS, Asked, answer, asked, faults, of_staff, tree
from tests.doors.people import ANONYMOUS, CLERK, DELEGATED, MAIN_USER, ROLES, STAFF, Caller, stranger
from tests.factories import BranchFactory, ResidentFactory

pytestmark = pytest.mark.django_db

EVERYBODY = [ANONYMOUS, *ROLES]


def test_every_address_has_its_line_in_the_matrix_and_every_line_its_address() -> None:
    """A new address: say in DOORS how its parts are made, and the matrix does the rest."""
    names = [address.name for address in tree()]
    assert sorted(DOORS) == sorted(names)


@pytest.mark.parametrize("role", EVERYBODY)
def test_everybody_sees_what_is_theirs_and_nothing_of_anybody_else(role: str) -> None:
    found = list(faults(Caller(role), stranger()))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("role", [ANONYMOUS, MAIN_USER, CLERK, STAFF])
def test_the_staffs_site_is_there_for_staff_alone(role: str) -> None:
    caller = Caller(role)
    allowed = {200, 302, 403, 404, 405} if role == STAFF else {302, 403, 404}
    pages = 0
    for address in of_staff():
        for method in ("GET", "POST"):
            found = answer(caller, method, Asked(address, {}, ()))
            assert found.status_code in allowed, (method, address)
            if found.status_code == 302 and role != STAFF:
                assert found.url.startswith(("/sign-in/", "/admin/login/", "/")), (method, address)
            pages += found.status_code == 200
    assert bool(pages) == (role == STAFF)


def test_a_colleague_of_another_branch_is_a_stranger() -> None:
    caller = Caller(DELEGATED)
    elsewhere = BranchFactory(account=caller.person.account)
    colleague = ResidentFactory(sponsor=caller.person.account, branch=elsewhere)
    for name in ("resident", "service"):
        address = next(address for address in tree() if address.name == name)
        caller.person.resident = colleague
        assert answer(caller, "GET", asked(address, DOORS[name], caller.person)).status_code == 404, name


# --- the matrix itself: with a filter taken out of a view it goes red -------------------------------------------------
def everybody_is_reached(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ResidentQuerySet, "reachable_by", lambda residents, account, branches=(): residents)


def rows_of_every_account(patch: pytest.MonkeyPatch) -> None:
    """No query asks for whom a row is."""
    keep = QuerySet._filter_or_exclude

    def without_account(rows: Any, negate: bool, args: Any, conditions: Any) -> Any:
        own = rows.model is not Membership and not negate
        left = {name: value for name, value in conditions.items() if not (own and name.endswith("account"))}
        return keep(rows, negate, args, left)

    patch.setattr(QuerySet, "_filter_or_exclude", without_account)


def strangers_rows_are_forbidden(patch: pytest.MonkeyPatch) -> None:
    """Closed, and yet it tells what exists."""
    find = receipts.get_object_or_404

    def tell(rows: Any, **named: Any) -> Any:
        try:
            return find(rows, **named)
        except Http404:
            find(rows.model, **named)
            raise PermissionDenied from None

    patch.setattr(receipts, "get_object_or_404", tell)


@pytest.mark.parametrize(
    ("filter_removed", "names"),
    [
        (everybody_is_reached, ["resident"]),
        (everybody_is_reached, ["residents"]),
        (everybody_is_reached, ["service"]),
        (rows_of_every_account, ["receipt"]),
        (rows_of_every_account, ["document"]),
        (rows_of_every_account, ["document-copies"]),
        (strangers_rows_are_forbidden, ["receipt"]),
        (strangers_rows_are_forbidden, ["receipt-pdf"]),
    ],
)
def test_the_matrix_notices_a_view_without_its_filter(
    filter_removed: Callable[[pytest.MonkeyPatch], None], names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    caller, other = Caller(MAIN_USER), stranger()
    assert list(faults(caller, other, names)) == []
    filter_removed(monkeypatch)
    assert list(faults(caller, other, names))
