"""What people were told, and how they want to be told; a notice is written once. How long before an end they are told."""

from datetime import date

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import muqeem.clock

APPEND_ONLY = """
CREATE TRIGGER accounts_notice_seen_once BEFORE UPDATE ON accounts_notice FOR EACH ROW
    WHEN (OLD.seen_at IS NOT NULL OR to_jsonb(NEW) - 'seen_at' IS DISTINCT FROM to_jsonb(OLD) - 'seen_at')
    EXECUTE FUNCTION muqeem_append_only();
CREATE TRIGGER accounts_notice_append_only BEFORE DELETE ON accounts_notice
    FOR EACH ROW EXECUTE FUNCTION muqeem_append_only();
CREATE TRIGGER accounts_notice_never_emptied BEFORE TRUNCATE ON accounts_notice
    FOR EACH STATEMENT EXECUTE FUNCTION muqeem_never_emptied();
"""

MUTABLE = """
DROP TRIGGER accounts_notice_seen_once ON accounts_notice;
DROP TRIGGER accounts_notice_append_only ON accounts_notice;
DROP TRIGGER accounts_notice_never_emptied ON accounts_notice;
"""

FROM_ON = date(2020, 1, 1)
OWN = {"notice.reminder_days": "90,60,30,14,7,3,1", "notice.few_operations_percent": "10"}


def write(apps, schema_editor):
    for code, value in OWN.items():
        defaults = {"value": value, "source": "the portal's own choice", "confidence": "S"}
        apps.get_model("record", "Parameter").objects.get_or_create(code=code, from_on=FROM_ON, defaults=defaults)


def take_back(apps, schema_editor):
    apps.get_model("record", "Parameter").objects.filter(code__in=OWN, from_on=FROM_ON).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_lost_phones"),
        ("record", "0002_messages_by_mail"),
    ]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="few_left_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name="Lookout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("done", "Operations of your own"),
                            ("delegated", "Operations of delegated users"),
                            ("ending", "Residencies that end soon"),
                            ("subscription", "The subscription runs out"),
                            ("sign-in", "Sign-in on a new browser"),
                        ],
                        max_length=12,
                    ),
                ),
                ("until_on", models.DateField()),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "kind"), name="lookout_once")],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("done", "Operations of your own"),
                            ("delegated", "Operations of delegated users"),
                            ("ending", "Residencies that end soon"),
                            ("subscription", "The subscription runs out"),
                            ("sign-in", "Sign-in on a new browser"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField(db_default=muqeem.clock.Now())),
                ("said", models.JSONField(verbose_name="sentence")),
                ("leads_to", models.CharField(blank=True, max_length=200, verbose_name="leads to")),
                ("seen_at", models.DateTimeField(null=True, verbose_name="seen")),
                (
                    "account",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"),
                ),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="notices", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "verbose_name": "notification",
                "verbose_name_plural": "notifications",
                "indexes": [
                    models.Index(fields=["user", "-id"], name="notice_user"),
                    models.Index(condition=models.Q(("seen_at", None)), fields=["user"], name="notice_unseen"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("done", "Operations of your own"),
                            ("delegated", "Operations of delegated users"),
                            ("ending", "Residencies that end soon"),
                            ("subscription", "The subscription runs out"),
                            ("sign-in", "Sign-in on a new browser"),
                        ],
                        max_length=12,
                    ),
                ),
                ("by_text", models.BooleanField()),
                ("by_mail", models.BooleanField()),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="preferences", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "kind"), name="preference_once")],
            },
        ),
        migrations.CreateModel(
            name="Told",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("done", "Operations of your own"),
                            ("delegated", "Operations of delegated users"),
                            ("ending", "Residencies that end soon"),
                            ("subscription", "The subscription runs out"),
                            ("sign-in", "Sign-in on a new browser"),
                        ],
                        max_length=12,
                    ),
                ),
                ("channel", models.CharField(choices=[("text", "text"), ("mail", "e-mail")], max_length=4)),
                ("on", models.DateField()),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "kind", "channel", "on"), name="told_once_a_day")],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, MUTABLE),
        migrations.RunPython(write, take_back),
    ]
