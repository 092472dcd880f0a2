"""The journal to read, the parameters with their days, the messages that are stuck."""

from datetime import date, timedelta
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from muqeem import clock, hijri
from muqeem.record import kinds, titles
from muqeem.record.models import Event, Message, Parameter
from muqeem.record.staff import InWords, Journalled, Outbox, Pile, ReadOnly, piles, with_reason


class Kind(InWords):
    title = _("kind")
    parameter_name = "kind"
    words = kinds.EVENTS


@admin.register(Event)
class EventAdmin(ReadOnly):
    list_display = ["seq", "at", "told", "actor", "account", "subject"]
    list_filter = [Kind]
    fields = ["told", "at", "actor", "account", "subject", "data"]
    search_fields = ["subject", "account", "actor"]
    ordering = ["-id"]
    show_full_result_count = False

    @admin.display(description=_("kind"), ordering="kind")
    def told(self, row: Event) -> Any:
        return kinds.event_in_words(row.kind)


class Standing(admin.SimpleListFilter):
    """The values that rules read today; those of them whose source is uncertain; those that begin later."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("in-force", _("in force today")), ("uncertain", _("in force, source uncertain")), ("coming", _("in force later"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Parameter]) -> QuerySet[Parameter]:
        match self.value():
            case "in-force":
                return queryset.filter(pk__in=_in_force_today())
            case "uncertain":
                return queryset.filter(pk__in=_uncertain())
            case "coming":
                return queryset.filter(from_on__gt=clock.today())
        return queryset


def _days(first: date, last: date | None) -> str:
    """From when to when a value holds; both days count."""
    if last is None:
        return gettext("from %(first)s") % {"first": hijri.format_gregorian(first)}
    return gettext("from %(first)s to %(last)s") % {"first": hijri.format_gregorian(first), "last": hijri.format_gregorian(last)}


def _in_force_today() -> list[int]:
    return [row.pk for row in Parameter.objects.in_force(clock.today())]


def _uncertain() -> QuerySet[Parameter]:
    uncertain = [Parameter.Confidence.SINGLE, Parameter.Confidence.MEMORY]
    return Parameter.objects.filter(pk__in=_in_force_today(), confidence__in=uncertain)


@admin.register(Parameter)
class ParameterAdmin(Journalled):
    """A new value is a new row from a day on; rows that have been in force stay as they are."""

    list_display = ["title", "value", "from_on", "confidence", "in_force"]
    list_filter = [Standing, "confidence"]
    search_fields = ["code", "source"]
    ordering = ["code", "-from_on"]
    readonly_fields = ["preview"]

    @admin.display(description=_("title"), ordering="code")
    def title(self, row: Parameter) -> Any:
        return format_html('{}<br><code dir="ltr">{}</code>', titles.title_of(row.code), row.code)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Parameter]:
        """Each row beside the one of its code that is in force."""
        of_code = Parameter.objects.filter(code=OuterRef("code"), from_on__lte=clock.today()).order_by("-from_on")
        return super().get_queryset(request).annotate(newest=Subquery(of_code.values("pk")[:1]))

    @admin.display(description=_("in force today"), boolean=True)
    def in_force(self, row: Any) -> bool:
        return bool(row.newest == row.pk)

    @admin.display(description=_("What holds when"))
    def preview(self, row: Parameter) -> Any:
        """Every value of the code with its days, the way the rules will read it."""
        rows = list(Parameter.objects.filter(code=row.code).order_by("from_on"))
        ends = [later.from_on - timedelta(days=1) for later in rows[1:]] + [None]
        said = ((_days(r.from_on, end), titles.value_in_words(r.code, r.value)) for r, end in zip(rows, ends, strict=True))
        return format_html_join("", "<p>{}: <b>{}</b></p>", said)

    def has_change_permission(self, request: HttpRequest, obj: Parameter | None = None) -> bool:
        """What was in force before today is history."""
        past = obj is not None and obj.from_on < clock.today()
        return not past and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Parameter | None = None) -> bool:
        return self.has_change_permission(request, obj)


class Sent(Outbox):
    done_at = "sent_at"


class About(InWords):
    title = _("about what")
    parameter_name = "template"
    words = kinds.MESSAGES


@admin.register(Message)
class MessageAdmin(ReadOnly):
    """Texts, with the gateway's reason for those that failed."""

    list_display = ["told", "channel", "created_at", "sent_at", "failed_at", "attempts", "error"]
    list_filter = [Sent, About]
    fields = ["told", "channel", "language", "created_at", "sent_at", "failed_at", "attempts", "error"]
    ordering = ["-id"]
    actions = ["try_again"]
    show_full_result_count = False

    @admin.display(description=_("about what"), ordering="template")
    def told(self, row: Message) -> Any:
        return kinds.message_in_words(row.template)

    @with_reason(_("Try again"))
    def try_again(self, request: HttpRequest, chosen: QuerySet[Message], reason: str) -> None:
        """Put failed messages back into the outbox."""
        again = chosen.filter(failed_at__isnull=False)
        with transaction.atomic():
            keys = [str(message.key) for message in again]
            count = again.update(failed_at=None, attempts=0, due_at=clock.Now())
            Event.objects.seal("staff-retry", actor=request.user.get_username(), subject="messages", keys=keys, reason=reason)
        words = ngettext("%(n)d message is tried again.", "%(n)d messages are tried again.", count) % {"n": count}
        messages.success(request, words)


piles += [
    Pile(_("Texts that failed"), Message.objects.stuck, "record_message_changelist", "state=failed", "failed_at", is_bad=True),
    Pile(
        _("Texts that wait"),
        lambda: Message.objects.filter(sent_at=None, failed_at=None),
        "record_message_changelist",
        "state=waiting",
        "created_at",
    ),
    Pile(_("Values to confirm"), _uncertain, "record_parameter_changelist", "state=uncertain"),
]
