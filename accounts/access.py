"""Who may see a view. A view that does not say is seen by nobody."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from django.http import HttpRequest

from accounts.models import Account, Membership, User

View = TypeVar("View", bound=Callable[..., Any])


class Access(StrEnum):
    """The kinds of visitor a view can be declared for."""

    ANYONE = "anyone"
    USER = "user"  # signed in with both steps
    MEMBER = "member"  # and acting for an account
    MAIN = "main"  # as its main user: money and people
    CLERK = "clerk"
    STAFF = "staff"


class PortalRequest(HttpRequest):
    """A request of somebody signed in."""

    user: User


class MemberRequest(PortalRequest):
    """A request of somebody who acts for an account."""

    account: Account
    membership: Membership
    memberships: list[Membership]


def allow(access: Access) -> Callable[[View], View]:
    """Declare who may see a view."""

    def declare(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return declare


def before_enrolment(view: View) -> View:
    """Leave a view open to people who must set up an authenticator app first."""
    view.before_enrolment = True  # type: ignore[attr-defined]
    return view


anyone = allow(Access.ANYONE)
signed_in = allow(Access.USER)
member = allow(Access.MEMBER)
main_user = allow(Access.MAIN)
clerk = allow(Access.CLERK)
