"""The amounts and periods of the residency services, each with its source and how sure it is.

S and a number name a source of the public research that the portal was built on; staff confirm or replace each value.
"""

from datetime import date

from django.db import migrations

FROM_ON = date(2020, 1, 1)

PARAMETERS = [  # code, value, source, confidence
    ("iqama.durations_months", "3,6,9,12,15,18,21,24", "S40", "A"),
    ("iqama.domestic.durations_months", "12,24", "S121", "B"),
    ("iqama.work.year_fee", "650", "S58", "B"),
    ("iqama.domestic.year_fee", "600", "from memory", "M"),
    ("iqama.abroad_multiplier.dependants_domestic", "2", "S47", "A"),
    ("iqama.renew.window_months.work", "6", "S63", "B"),
    ("iqama.renew.window_months.domestic", "14", "S63", "B"),
    ("iqama.renew.grace_days", "3", "S55", "A"),
    ("iqama.renew.late_fine", "500,1000", "S56", "A"),
    ("workpermit.year_fee", "100", "S60", "A"),
    ("labour.collected_here", "1", "setting of the portal", "C"),
    ("levy.month.saudi_majority", "700", "S60", "A"),
    ("levy.month.expat_majority", "800", "S60", "A"),
    ("dependant.month_fee", "400", "S62", "A"),
    ("dependant.proof_of_study_age", "21", "S85", "A"),
    ("dependant.male_transfer_age", "25", "S85", "A"),
    ("insurance.cover_months", "12", "from memory", "M"),
    ("biometric.min_age", "6", "S80", "A"),
]


def write(apps, schema_editor):
    parameters = apps.get_model("record", "Parameter").objects
    for code, value, source, confidence in PARAMETERS:
        parameters.get_or_create(code=code, from_on=FROM_ON, defaults={"value": value, "source": source, "confidence": confidence})


def take_back(apps, schema_editor):
    codes = [code for code, *_rest in PARAMETERS]
    apps.get_model("record", "Parameter").objects.filter(code__in=codes, from_on=FROM_ON).delete()


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial"), ("residency", "0001_initial")]
    operations = [migrations.RunPython(write, take_back)]
