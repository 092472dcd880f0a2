"""The amounts and periods of the visa services, each with its public source and how sure it is.

Staff confirm or replace each value; until they do, pages say where a source is uncertain. A value whose first day is
known begins on it.
"""

from datetime import date

from django.db import migrations

FROM_ON = date(2020, 1, 1)

PARAMETERS = [  # code, value, from, source, confidence
    ("er.single.base_fee", "200", FROM_ON, "zawya.com, passport directorate", "A"),
    ("er.single.base_months", "2", FROM_ON, "zawya.com, passport directorate", "A"),
    ("er.single.extra_month", "100", FROM_ON, "zawya.com, passport directorate", "A"),
    ("er.multiple.base_fee", "500", FROM_ON, "zawya.com, passport directorate", "A"),
    ("er.multiple.base_months", "3", FROM_ON, "zawya.com, passport directorate", "A"),
    ("er.multiple.extra_month", "200", FROM_ON, "zawya.com, passport directorate", "A"),
    ("er.abroad_multiplier", "2", date(2022, 12, 31), "eastcoastdaily.in, 31 December 2022, the day of the report", "A"),
    ("er.month_days", "30", FROM_ON, "notes of a published fee calculator", "C"),
    ("er.min_days", "7", FROM_ON, "Muqeem API description, version 1.9", "A"),
    ("er.passport_min_days", "90", date(2022, 6, 19), "gulfnews.com, 19 June 2022; zawya.com, passport directorate", "A"),
    ("er.month_mode.travel_within_months", "3", FROM_ON, "zawya.com, passport directorate", "A"),
    ("er.self_request.iqama_margin_months", "3", FROM_ON, "ksaexpats.com", "C"),
    ("er.dependant.iqama_margin_days", "7", FROM_ON, "ksaexpats.com", "C"),
    ("er.cancel.max_days_from_issue", "90", FROM_ON, "passport directorate", "A"),
    ("er.unused_fine", "1000,2000,3000", FROM_ON, "life-in-saudiarabia.blogspot.com; ksaexpats.com", "B"),
    ("er.no_return_status_after_months", "2", FROM_ON, "zawya.com, passport directorate", "A"),
    ("fe.fee", "0", FROM_ON, "en.akhbrna.ae, January 2025", "A"),
    ("fe.iqama_min_days", "30", date(2025, 1, 10), "siasat.com, 10 January 2025", "A"),
    ("fe.max_days", "60", FROM_ON, "siasat.com, 10 January 2025", "A"),
    ("fe.passport_min_days", "60", FROM_ON, "my.gov.sa, final exit", "A"),
    ("fe.cancel.max_days", "60", FROM_ON, "my.gov.sa, cancelling a final exit", "A"),
    ("fe.expired_fine", "1000", FROM_ON, "eastcoastdaily.in, 8 December 2020", "A"),
]


def write(apps, schema_editor):
    parameters = apps.get_model("record", "Parameter").objects
    for code, value, from_on, source, confidence in PARAMETERS:
        parameters.get_or_create(code=code, from_on=from_on, defaults={"value": value, "source": source, "confidence": confidence})


def take_back(apps, schema_editor):
    parameters = apps.get_model("record", "Parameter").objects
    for code, _value, from_on, _source, _confidence in PARAMETERS:
        parameters.filter(code=code, from_on=from_on).delete()


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]
    operations = [migrations.RunPython(write, take_back)]
