"""Remembered browsers, and whose session a row of Django's table is.

Django would remove the second before the first, in a statement of its own; the database does it whoever removes a
session, and with whatever statement.
"""

import datetime
import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

import muqeem.clock

ADD = """
    ALTER TABLE accounts_browsersession ADD CONSTRAINT browsersession_session
    FOREIGN KEY (session_id) REFERENCES django_session (session_key) ON DELETE CASCADE
"""
DROP = "ALTER TABLE accounts_browsersession DROP CONSTRAINT browsersession_session"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_authenticator_app"), ("sessions", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="BrowserSession",
            fields=[
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("browser", models.CharField(blank=True, max_length=20)),
                ("system", models.CharField(blank=True, max_length=20)),
                (
                    "session",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="whose",
                        serialize=False,
                        to="sessions.session",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="sessions", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.RunSQL(ADD, DROP),
        migrations.CreateModel(
            name="Browser",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("browser", models.CharField(blank=True, max_length=20)),
                ("system", models.CharField(blank=True, max_length=20)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("means", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(db_default=muqeem.clock.Now())),
                ("last_used_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="browsers", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(expires_at__lte=F("created_at") + datetime.timedelta(days=30)), name="browser_thirty_days"
                    )
                ]
            },
        ),
    ]
