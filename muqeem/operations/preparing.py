"""Where an account wants two people: what one prepares waits here until another confirms it with a code of their own, or refuses it."""

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, OperationToken, User
from accounts.models.notices import Kind, Words, note, tell
from muqeem import catalogue, clock
from muqeem.facts import stored
from muqeem.operations.base import Operation
from muqeem.operations.models import Preparation, residents_reached
from muqeem.record.models import Event
from muqeem.sentences import say, sentence

LIFE = timedelta(days=3)

WAITS = sentence("notice-waits", _("%(who)s prepared: %(service)s. It waits for you to confirm or refuse it."))
TURNED_DOWN = sentence("notice-turned-down", _("%(who)s refused what you prepared: %(service)s. Reason: %(reason)s"))


def is_for_another(token: OperationToken) -> bool:
    """Whether what this journey shows is left to another person to confirm."""
    assert token.account is not None
    return token.slug in catalogue.four_eyes and token.account.four_eyes_since is not None and token.confirms_id is None


def keep(token: OperationToken, operation: Operation) -> Preparation:
    """Keep what was prepared and tell whoever may confirm it. Requires the transaction that closed the journey."""
    assert token.account is not None
    made = Preparation.objects.create(
        token=token,
        resident=operation.resident,
        account=token.account,
        prepared_by=token.user,
        expires_at=clock.now() + LIFE,
    )
    words = Words("waits", {"slug": token.slug, "who": token.user.names, "of": str(made.uuid)})
    for member in others(made):
        said = say(WAITS, who=token.user.names, service=stored(operation.title))
        tell(member.user, Kind.WAITING, said, account=token.account, leads_to=_page_of(made), text=words, mail=words)
    _seal("prepared", made, token.user)
    return made


def others(preparation: Preparation) -> list[Membership]:
    """Who may confirm or refuse it, in the order of their keys."""
    members = preparation.account.memberships.live().filter(user__is_active=True).exclude(user=preparation.prepared_by)
    may = [member for member in members.select_related("user", "account").order_by("user") if member.may(preparation.token.slug)]
    return [member for member in may if _reaches(member, preparation)]


def _reaches(member: Membership, preparation: Preparation) -> bool:
    branches = member.branch_ids()
    return not branches or residents_reached(member.account, branches).filter(pk=preparation.resident_id).exists()


def refuse(preparation: Preparation, by: User, reason: str) -> bool:
    """Refuse it and tell whoever prepared it. Opens a transaction; False where it is decided or is the refuser's own."""
    with transaction.atomic():
        if not preparation.refuse(by, reason):
            return False
        service = catalogue.titles.get(preparation.token.slug, preparation.token.slug)
        said = say(TURNED_DOWN, who=by.names, service=stored(service), reason=reason)
        note(preparation.prepared_by, Kind.WAITING, said, account=preparation.account, leads_to=_page_of(preparation))
        _seal("preparation-refused", preparation, by, reason=reason)
        return True


def withdraw(preparation: Preparation, by: User) -> bool:
    """Take one's own back. Opens a transaction; False where it is decided or another's."""
    with transaction.atomic():
        if not preparation.withdraw(by):
            return False
        _seal("preparation-withdrawn", preparation, by)
        return True


def _page_of(preparation: Preparation) -> str:
    return reverse("prepared", args=[preparation.uuid])


def _seal(kind: str, preparation: Preparation, by: User, **data: str) -> None:
    Event.objects.seal(
        kind, actor=by.username, account=preparation.account.number, subject=str(preparation.uuid), slug=preparation.token.slug, **data
    )
