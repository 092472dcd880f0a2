"""The levy's exemption of very small establishments, and the calendar by which renewals run on.

The exemption was extended in 2024 for three years and Qiwa applies it until 14 Sha'ban 1448, so it is in force, and a
period that reaches beyond that day pays for its later months. The reports are a newspaper's, earlier ones told other
numbers, and none says which workers are the exempt ones: uncertain until staff confirm.
"""

from datetime import date

from django.db import migrations

FROM_ON = date(2020, 1, 1)

PARAMETERS = [  # code, value, source, confidence
    (
        "levy.small.in_force",
        "1",
        "okaz.com.sa: extended in 2024 for three years; applied by Qiwa until 14 Sha'ban 1448 (16 January 2026)",
        "C",
    ),
    (
        "levy.small.last_day",
        "1448,8,14",
        "okaz.com.sa, 16 January 2026, there 21 January 2027, by the Umm al-Qura table the 22nd; Qiwa counts the days beyond, here begun months",
        "C",
    ),
    ("levy.small.workers", "9", "okaz.com.sa, 16 January 2026: nine or fewer, the owner included", "C"),
    ("levy.small.free", "2", "okaz.com.sa, 16 January 2026; which workers it does not say, here the longest-standing", "C"),
    ("levy.small.free_with_saudi", "4", "okaz.com.sa, 16 January 2026; saudigazette.com.sa, 19 March 2022", "C"),
    ("iqama.term_calendar", "0", "no source says which calendar; fees are reported by Gregorian months", "C"),
]


def write(apps, schema_editor):
    parameters = apps.get_model("record", "Parameter").objects
    for code, value, source, confidence in PARAMETERS:
        parameters.get_or_create(code=code, from_on=FROM_ON, defaults={"value": value, "source": source, "confidence": confidence})


def take_back(apps, schema_editor):
    codes = [code for code, *_rest in PARAMETERS]
    apps.get_model("record", "Parameter").objects.filter(code__in=codes, from_on=FROM_ON).delete()


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial"), ("residency", "0003_reported_on")]
    operations = [migrations.RunPython(write, take_back)]
