"""The texts in which people are told of many visas at once, and which reminders each is about."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visas", "0002_reminders"),
    ]

    operations = [
        migrations.CreateModel(
            name="Digest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("receiver", models.CharField(max_length=20)),
                (
                    "about",
                    models.CharField(
                        choices=[("cancel", "Cancel by"), ("return", "Return before"), ("exit", "Exit before")], max_length=10
                    ),
                ),
                ("on", models.DateField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("receiver", "about", "on"), name="digest_once")],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("receiver", models.CharField(max_length=20)),
                ("language", models.CharField(max_length=2)),
                ("is_own", models.BooleanField(default=False)),
                (
                    "digest",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="mentions", to="visas.digest"),
                ),
                ("reminder", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="mentions", to="visas.reminder")),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("digest", None)), fields=["receiver"], name="mention_waiting")],
                "constraints": [models.UniqueConstraint(fields=("reminder", "receiver"), name="mention_once")],
            },
        ),
    ]
