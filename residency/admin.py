"""The register as staff see it. Facts of other authorities come by import; staff correct with a trace."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.decisions import Decided
from muqeem.fields import TextField
from muqeem.record.staff import Journalled, Pile, ReadOnly, piles
from residency.models import Card, Clearance, Correction, Hold, MissingReport, Movement, Occupation, Resident

admin.site.register(Occupation, Journalled)


@admin.register(Resident)
class ResidentAdmin(Journalled):
    list_display = ["iqama_number", "border_number", "in_arabic", "in_english", "kind", "permit_ends_on"]
    search_fields = ["=iqama_number", "=border_number"]
    raw_id_fields = ["sponsor", "branch", "head", "occupation"]
    show_full_result_count = False

    @admin.display(description=_("name in Arabic"), ordering="folded")
    def in_arabic(self, row: Resident) -> str:
        return row.name_ar

    @admin.display(description=_("name in English"))
    def in_english(self, row: Resident) -> str:
        return row.name_en


class OfResident(Journalled):
    raw_id_fields = ["resident"]
    list_select_related = ["resident"]
    search_fields = ["=reference", "=resident__iqama_number"]
    show_full_result_count = False


@admin.register(Hold)
class HoldAdmin(OfResident):
    list_display = ["resident", "account", "kind", "since_on", "amount", "cleared_on"]
    list_select_related = ["resident", "account"]
    raw_id_fields = ["resident", "account"]


@admin.register(Clearance)
class ClearanceAdmin(OfResident):
    list_display = ["resident", "kind", "from_on", "until_on"]


@admin.register(Movement)
class MovementAdmin(OfResident):
    list_display = ["resident", "direction", "crossed_on", "port"]
    raw_id_fields = ["resident", "visa"]


@admin.register(Card)
class CardAdmin(ReadOnly):
    """What passport offices recorded; undoing is theirs, with a reason and within minutes."""

    list_display = ["serial", "at", "office", "user", "undone_at", "undone_by", "undo_reason"]
    list_select_related = ["office", "user", "undone_by"]
    search_fields = ["=serial", "=document__serial"]
    ordering = ["-id"]
    show_full_result_count = False


@admin.register(MissingReport)
class MissingReportAdmin(ReadOnly):
    """Cards that were reported missing, and what took their place."""

    list_display = ["number", "resident", "missing_on", "place", "filed_on", "replaced_by"]
    list_select_related = ["resident", "replaced_by"]
    search_fields = ["=number", "=resident__iqama_number"]
    ordering = ["-id"]
    show_full_result_count = False


class AnswerForm(forms.Form):
    """What became of a correction, and what its person is told."""

    outcome = forms.ChoiceField(
        choices=[
            (Correction.Outcome.CORRECTED, _("corrected: the entry was changed before")),
            (Correction.Outcome.REFUSED, _("left as it is")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what becomes of it.")},
    )
    answer = TextField(label=_("answer to the person"), max_length=500, widget=forms.Textarea({"rows": 3}))


@admin.register(Correction)
class CorrectionAdmin(Decided):
    """What people say is wrong. The entry itself is corrected where it stands."""

    decision_form = AnswerForm
    list_display = ["__str__", "user", "entry", "created_at", "outcome"]
    list_select_related = ["user"]
    fields = ["reference", "created_at", "user", "resident", "entry", "claim", "proof", "answered_at", "outcome", "answer"]
    search_fields = ["reference", "=resident__iqama_number"]

    def waits(self, row: Correction) -> bool:
        return row.answered_at is None

    def carry_out(self, row: Correction, decided: dict[str, Any], by: str) -> bool:
        return row.reply(decided["outcome"], decided["answer"], by=by)


piles += [Pile(_("Corrections to answer"), Correction.objects.waiting, "residency_correction_changelist", "state=waiting", "created_at")]
