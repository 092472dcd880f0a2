"""Everything that is held of one person, as facts that can be read and as data that can be taken away."""

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import override

from accounts.models import Membership, Notice, Preference, User
from muqeem import clock, facts
from muqeem.record.models import Event
from muqeem.sentences import Sentence
from residency import records
from residency.models import Correction, Resident, View


def resident_of(user: User) -> Resident | None:
    """The user in the register: by the number that is theirs, or that of the account they keep for themselves."""
    own = Membership.objects.live().filter(user=user, is_main=True, account__number__startswith="2").values("account__number")
    mine = Q(iqama_number=user.id_number) if user.id_number else Q(iqama_number__in=own)
    return Resident.objects.filter(mine).select_related("sponsor", "branch", "occupation", "head").first()


def looks_at(person: Resident) -> QuerySet[View]:
    """Who looked at the person's file, newest first."""
    return View.objects.filter(resident=person).select_related("user", "account", "office").order_by("-pk")


def acts_of(user: User) -> QuerySet[Event]:
    """What the journal says that the user did, newest first."""
    return Event.objects.filter(actor=user.username).order_by("-pk")


def of_user(user: User) -> dict[str, Any]:
    """What is held of the person as a user."""
    return {
        "name": user.names,
        "username": user.username,
        "id_number": user.id_number,
        "mobile": phone.number if (phone := user.phone()) else None,
        "email": user.email or None,
        "user_since": user.created_at,
    }


def everything(user: User) -> dict[str, Any]:
    """The same and all the rest, as JSON can hold it."""
    person = resident_of(user)
    memberships = Membership.objects.filter(user=user).select_related("account").order_by("pk")
    return {
        "made_at": facts.stored(clock.now()),
        "user": facts.stored(of_user(user)),
        "accounts": [
            {
                "number": membership.account.number,
                "name": membership.account.names,
                "main_user": membership.is_main,
                "privileges": membership.privileges,
                "since": facts.stored(membership.created_at),
                "suspended": facts.stored(membership.suspended_at),
                "removed": facts.stored(membership.removed_at),
            }
            for membership in memberships
        ],
        "register": _register(person) if person else None,
        "notifications": [
            {
                "at": facts.stored(notice.at),
                "kind": notice.kind,
                "account": notice.account.number if notice.account else "",
                "sentence": _in_both(notice.sentence),
                "seen": facts.stored(notice.seen_at),
            }
            for notice in Notice.objects.filter(user=user).select_related("account").order_by("-pk")
        ],
        "notification_preferences": [
            _row(each, "kind", "by_text", "by_mail") for each in Preference.objects.filter(user=user).order_by("kind")
        ],
        "corrections": [
            _row(asked, "reference", "entry", "claim", "proof", "created_at", "answered_at", "outcome", "answer")
            for asked in Correction.objects.filter(user=user).order_by("-pk")
        ],
        "journal": [
            {"at": facts.stored(act.at), "kind": act.kind, "account": act.account, "subject": act.subject} for act in acts_of(user)
        ],
    }


def _register(person: Resident) -> dict[str, Any]:
    return {
        "groups": {
            group.id: [{"label": facts.stored(fact.label), "value": facts.stored(fact.value)} for fact in group.facts]
            for group in records.groups(person, clock.today())
        },
        "passports": [
            _row(passport, "number", "country", "issued_on", "expires_on", "place", "replaced_on")
            for passport in person.passports.order_by("pk")
        ],
        "missing_cards": [_row(report, "number", "missing_on", "place", "filed_on") for report in person.missing_reports.order_by("pk")],
        "visas": [_row(visa, "number", "kind", "issued_on", "ends_on", "cancelled_on", "used_on") for visa in person.visas.order_by("pk")],
        "movements": [_row(movement, "direction", "crossed_on", "port") for movement in person.movements.order_by("pk")],
        "holds": [_row(hold, "kind", "since_on", "amount", "cleared_on") for hold in person.holds.order_by("pk")],
        "clearances": [_row(clearance, "kind", "from_on", "until_on") for clearance in person.clearances.order_by("pk")],
        "share_codes": [
            _row(share, "code", "purpose", "issued_on", "until_on", "withdrawn_at")
            | {"looks": [_row(look, "at", "viewer") for look in share.looks.all()]}
            for share in person.share_codes.prefetch_related("looks").order_by("pk")
        ],
        "looked_at_by": [{"at": facts.stored(look.at), "who": look.user.names, "for": place_of(look)} for look in looks_at(person)],
    }


def place_of(look: View) -> dict[str, str]:
    """For whom somebody looked: an account, a passport office, or the portal."""
    if look.account:
        return look.account.names
    return look.office.names if look.office else {"ar": "فريق البوابة", "en": "Portal staff"}


def _in_both(sentence: Sentence) -> dict[str, str]:
    said = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            said[language] = str(sentence)
    return said


def _row(row: Any, *columns: str) -> dict[str, Any]:
    return {column: facts.stored(getattr(row, column)) for column in columns}
