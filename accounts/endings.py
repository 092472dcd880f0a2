"""What runs out, told to the main users before it does: an account's subscription, and whatever else is looked out for.

What is near its end is read from the rows as they stand; kept is only until which day somebody was told.
"""

import logging
from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Membership, Subscription, User
from accounts.models.notices import Kind, Lookout, Words, is_due, note, send, tell
from muqeem import clock
from muqeem.record.terms import Terms
from muqeem.sentences import say, sentence

logger = logging.getLogger(__name__)

DAYS = "notice.reminder_days"  # before the end
FEW = "notice.few_operations_percent"  # of the package's operations
SLICE = 100  # people that one task looks at

SUBSCRIPTION_ENDS = sentence("notice-subscription-ends", _("The subscription of the package %(plan)s ends on %(ends_on)s."))
FEW_OPERATIONS = sentence("notice-few-operations", _("Few operations of the package are left: %(left_operations)s."))

Look = Callable[[User, date, Terms], None]


def look_out(kind: Kind, look: Look, terms: Terms, after: int = 0) -> int:
    """Tell the next main users of what ends, those who were not told today; the last of their keys, or 0 at the end.

    `look` gets the day until which the person was told of it.
    """
    is_main = Exists(Membership.objects.live().filter(user=OuterRef("pk"), is_main=True))
    told = Exists(Lookout.objects.filter(user=OuterRef("pk"), kind=kind, until_on__gte=terms.on))
    people = list(User.objects.filter(is_main, ~told, is_active=True, pk__gt=after).order_by("pk")[:SLICE])
    for user in people:
        try:
            with transaction.atomic():
                told_until = Lookout.move_on(user, kind, terms.on)
                if told_until is not None:
                    look(user, told_until, terms)
        except Exception:  # one whom nobody can tell must not keep the others waiting
            logger.exception("a notification was not written")
    return people[-1].pk if len(people) == SLICE else 0


def of_subscriptions(user: User, after: date, terms: Terms) -> None:
    """Tell a main user whose subscriptions end; the first of them in the message of the day."""
    days = terms.numbers(DAYS)
    due = []
    for account in accounts_of(user):
        last = account.subscriptions.exclude(operations_left=0).select_related("package").order_by("-ends_on", "-pk").first()
        if last and is_due(last.ends_on, days, after=after, today=terms.on):
            due.append(last)
    due.sort(key=lambda each: each.ends_on)
    for subscription in due:
        said = say(SUBSCRIPTION_ENDS, plan=subscription.package.names, ends_on=subscription.ends_on)
        note(user, Kind.SUBSCRIPTION, said, account=subscription.account, leads_to=reverse("subscription"))
    if due:
        first = due[0]
        values = {"plan": first.package.names, "ends_on": first.ends_on.isoformat(), "left_days": (first.ends_on - terms.on).days}
        words = Words("subscription-ends", values | {"whose": first.account.names})
        send(user, Kind.SUBSCRIPTION, account=first.account, text=words, mail=words)


def warn_if_few_are_left(account: Account, terms: Terms) -> None:
    """Tell the main users, once for a subscription, that few operations are left. Requires the transaction that spent some."""
    in_force = Subscription.objects.in_force(terms.on).filter(account=account)
    sums = in_force.aggregate(left=Sum("operations_left"), spent=Sum("operations_spent"), unlimited=Count("pk", Q(operations_left=None)))
    if sums["unlimited"] or 100 * sums["left"] > terms.number(FEW) * (sums["left"] + sums["spent"]):
        return
    if not in_force.filter(few_left_at=None).update(few_left_at=clock.Now()):
        return
    words = Words("few-operations", {"left_operations": sums["left"]})
    for member in account.main_users():
        said = say(FEW_OPERATIONS, left_operations=sums["left"])
        tell(member.user, Kind.SUBSCRIPTION, said, account=account, leads_to=reverse("subscription"), text=words, mail=words)


def accounts_of(user: User) -> list[Account]:
    """Those whose main user somebody is today."""
    memberships = user.memberships.live().filter(is_main=True).select_related("account")
    return [membership.account for membership in memberships.order_by("pk")]
