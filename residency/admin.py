"""The register as staff see it. Facts of other authorities come by import; staff correct with a trace."""

from django.contrib import admin

from muqeem.record.staff import Journalled
from residency.models import Clearance, Hold, Movement, Occupation, Resident

admin.site.register(Occupation, Journalled)


@admin.register(Resident)
class ResidentAdmin(Journalled):
    list_display = ["iqama_number", "border_number", "name_ar", "name_en", "kind"]
    search_fields = ["=iqama_number", "=border_number"]
    raw_id_fields = ["sponsor", "branch", "head", "occupation"]
    show_full_result_count = False


class OfResident(Journalled):
    raw_id_fields = ["resident"]
    list_select_related = ["resident"]
    search_fields = ["=reference", "=resident__iqama_number"]
    show_full_result_count = False


@admin.register(Hold)
class HoldAdmin(OfResident):
    list_display = ["resident", "account", "kind", "since_on", "amount", "cleared_on"]
    raw_id_fields = ["resident", "account"]


@admin.register(Clearance)
class ClearanceAdmin(OfResident):
    list_display = ["resident", "kind", "from_on", "until_on"]


@admin.register(Movement)
class MovementAdmin(OfResident):
    list_display = ["resident", "direction", "crossed_on", "port"]
    raw_id_fields = ["resident", "visa"]
