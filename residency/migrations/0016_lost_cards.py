"""What a lost and a damaged card cost. Sources disagree: pages say so until staff confirm the amounts."""

from datetime import date

from django.db import migrations

FROM_ON = date(2020, 1, 1)
SOURCE = "saudibuzz.com; livingingulf.com; iqamacheck.com: they disagree"
PARAMETERS = {"lost.fine": "1000,2000,3000", "lost.replacement_fee": "500"}


def write(apps, schema_editor):
    parameters = apps.get_model("record", "Parameter").objects
    for code, value in PARAMETERS.items():
        parameters.get_or_create(code=code, from_on=FROM_ON, defaults={"value": value, "source": SOURCE, "confidence": "C"})


def take_back(apps, schema_editor):
    apps.get_model("record", "Parameter").objects.filter(code__in=PARAMETERS, from_on=FROM_ON).delete()


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial"), ("residency", "0015_missing_reports")]
    operations = [migrations.RunPython(write, take_back)]
