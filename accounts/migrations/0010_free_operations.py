from datetime import date

from django.db import migrations

CODE, FROM_ON = "package.individual.free_operations", date(2020, 1, 1)
TWENTY = {"value": "20", "source": "the portal's own offer", "confidence": "S"}


def write(apps, schema_editor):
    apps.get_model("record", "Parameter").objects.get_or_create(code=CODE, from_on=FROM_ON, defaults=TWENTY)


def take_back(apps, schema_editor):
    apps.get_model("record", "Parameter").objects.filter(code=CODE, from_on=FROM_ON).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_joining"), ("record", "0002_messages_by_mail")]

    operations = [migrations.RunPython(write, take_back)]
