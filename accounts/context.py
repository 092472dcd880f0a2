"""What every page may say of what somebody was told."""

from functools import cache, partial
from typing import Any

from django.http import HttpRequest

from accounts.models import Notice


def notices(request: HttpRequest) -> dict[str, Any]:
    """How many notifications wait to be seen; counted once, by pages that say it."""
    return {"unseen_notices": cache(partial(_unseen, request))}


def _unseen(request: Any) -> int:
    if not request.user.is_authenticated:  # the page that shows every component to everybody
        return 0
    memberships = getattr(request, "memberships", [])  # not asked for where no view was found, or none that is declared
    if not memberships:
        return Notice.objects.shown_to(request.user, []).unseen().count()
    return sum(membership.unseen_of_account for membership in memberships) + int(memberships[0].unseen_of_none)
