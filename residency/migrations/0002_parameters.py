"""The amounts and periods of the residency services, each with its public source and how sure it is.

Staff confirm or replace each value; until they do, pages say where a source is uncertain.
"""

from datetime import date

from django.db import migrations

FROM_ON = date(2020, 1, 1)

PARAMETERS = [  # code, value, source, confidence
    ("iqama.durations_months", "3,6,9,12,15,18,21,24", "Muqeem API description, version 1.9", "A"),
    ("iqama.domestic.durations_months", "12,24", "manoramaonline.com, 12 December 2022", "B"),
    ("iqama.work.year_fee", "650", "myksa.net", "B"),
    ("iqama.domestic.year_fee", "600", "—", "M"),
    ("iqama.abroad_multiplier.dependants_domestic", "2", "eastcoastdaily.in, 31 December 2022", "A"),
    ("iqama.renew.window_months.work", "6", "ksaexpats.com", "B"),
    ("iqama.renew.window_months.domestic", "14", "ksaexpats.com", "B"),
    ("iqama.renew.grace_days", "3", "saudigazette.com.sa", "A"),
    ("iqama.renew.late_fine", "500,1000", "ksaexpats.com", "A"),
    ("workpermit.year_fee", "100", "zawya.com, ministry of labour, 9 December 2021", "A"),
    ("labour.collected_here", "1", "—", "C"),
    ("levy.month.saudi_majority", "700", "zawya.com, ministry of labour, 9 December 2021", "A"),
    ("levy.month.expat_majority", "800", "zawya.com, ministry of labour, 9 December 2021", "A"),
    ("dependant.month_fee", "400", "gulf-insider.com", "A"),
    ("dependant.proof_of_study_age", "21", "gulfnews.com", "A"),
    ("dependant.male_transfer_age", "25", "gulfnews.com", "A"),
    ("insurance.cover_months", "12", "—", "M"),
    ("biometric.min_age", "6", "gulfnews.com, 2024", "A"),
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
