"""What people were reminded of, and how many days before the last one they are."""

from datetime import date

import django.db.models.deletion
from django.db import migrations, models

import muqeem.clock

CODE, FROM_ON = "visa.reminder_days", date(2020, 1, 1)


def write(apps, schema_editor):
    own = {"value": "7,3,1", "source": "the portal's own choice", "confidence": "S"}
    apps.get_model("record", "Parameter").objects.get_or_create(code=CODE, from_on=FROM_ON, defaults=own)


def take_back(apps, schema_editor):
    apps.get_model("record", "Parameter").objects.filter(code=CODE, from_on=FROM_ON).delete()


class Migration(migrations.Migration):
    dependencies = [("visas", "0001_parameters"), ("residency", "0009_visas_at_the_border")]

    operations = [
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "about",
                    models.CharField(
                        choices=[("cancel", "Cancel by"), ("return", "Return before"), ("exit", "Exit before")], max_length=10
                    ),
                ),
                ("deadline_on", models.DateField()),
                ("days", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField(db_default=muqeem.clock.Now())),
                ("visa", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="reminders", to="residency.visa")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("visa", "about", "deadline_on", "days"), name="reminder_once")],
            },
        ),
        migrations.RunPython(write, take_back),
    ]
